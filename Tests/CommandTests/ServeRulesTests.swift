import Foundation
import Testing

/// `mingjian serve --rules` as a process that is killed.
@Suite(.enabled(if: Command.isBuilt))
struct ServeRulesTests {
    private static let rules = #"""
        [{"id":"contact","name":"引流","polarity":"negative","severity":"critical",
          "when":{"message":{"from":"agent","keywords":["微信"]}}},
         {"id":"answer","name":"答复","polarity":"positive","when":{"after":{"message":{"from":"buyer"}},
          "expect":{"message":{"from":"agent"}},"within":{"time":"2s"}}}]
        """#

    private func request(_ method: String, _ path: String, _ body: String = "", port: UInt16) -> String? {
        PlainRequest.answer(method, path, body, port: port)
    }

    private func line(_ id: String, _ from: String, _ text: String, conversation: String) -> String {
        let agent = from == "agent" ? #","agent":"豆豆""# : ""
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return
            #"{"id":"\#(id)","shop":"s","time":\#(now),"type":"message","conversation":"\#(conversation)","buyer":"b","from":"\#(from)"\#(agent),"text":"\#(text)"}"#
    }

    private func waitFor(_ what: () -> Bool) -> Bool {
        for _ in 0..<600 {
            if what() { return true }
            usleep(50_000)
        }
        return false
    }

    /// What stands by the file, as rule and conversation.
    private func net(_ path: String) -> Set<String> {
        var standing: [String: String] = [:]
        for line in (FileManager.default.contents(atPath: path) ?? Data()).split(separator: 0x0A) {
            guard let change = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                let id = change["id"] as? String
            else { continue }
            standing[id] =
                change["change"] as? String == "assert"
                ? "\(change["rule"] ?? "") \(change["conversation"] ?? "")" : nil
        }
        return Set(standing.values)
    }

    @Test(
        "what is found survives a kill, deadlines fire without a next message, numbers are masked",
        .timeLimit(.minutes(3)))
    func killed() throws {
        let directory = try TemporaryDirectory()
        let (log, findings) = (directory.path + "/log", directory.path + "/findings.ndjson")
        try Self.rules.write(toFile: directory.path + "/rules.json", atomically: true, encoding: .utf8)
        let port = try Command.freePort()
        func serve() throws -> Process {
            let (process, _, _) = try Command.process(
                [
                    "serve", "--log", log, "--port", String(port), "--rules", directory.path + "/rules.json",
                    "--findings",
                    findings, "--mask",
                ], in: directory)
            try process.run()
            #expect(waitFor { request("GET", "/readyz", port: port)?.hasPrefix("HTTP/1.1 200") == true })
            return process
        }
        let first = try serve()
        defer { if first.isRunning { first.terminate() } }
        let batch = [
            line("1", "agent", "加微信13812345678", conversation: "c1"), line("2", "buyer", "在吗", conversation: "c2"),
        ]
        #expect(
            request("POST", "/api/v1/events", batch.joined(separator: "\n"), port: port)?.contains("\"taken\":2")
                == true)
        #expect(waitFor { net(findings) == ["contact c1", "answer c2"] })
        // Taken, and killed before it may be judged.
        let last = line("3", "agent", "加微信", conversation: "c3")
        #expect(request("POST", "/api/v1/events", last, port: port)?.contains("\"taken\":1") == true)
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        let second = try serve()
        defer { if second.isRunning { second.terminate() } }
        #expect(waitFor { net(findings) == ["contact c1", "answer c2", "contact c3"] })
        let page = try #require(request("GET", "/api/v1/shops/s/findings?limit=2", port: port))
        #expect(
            page.contains("\"open\":3") && page.contains("\"conversation\":\"c3\"") && !page.contains("\"next\":null"))
        second.terminate()
        second.waitUntilExit()
        #expect(second.terminationStatus == 0)
        let text = String(decoding: FileManager.default.contents(atPath: findings) ?? Data(), as: UTF8.self)
        #expect(text.contains("138****5678") && !text.contains("13812345678"))
        for name in try FileManager.default.contentsOfDirectory(atPath: log) {
            let bytes = FileManager.default.contents(atPath: log + "/" + name) ?? Data()
            #expect(bytes.range(of: Data("13812345678".utf8)) == nil, "\(name)")
        }
    }

    @Test("options that go with rules are refused without them, and rules that are none before anything begins")
    func usage() throws {
        let directory = try TemporaryDirectory()
        let log = directory.path + "/log"
        for options in [["--grace", "5"], ["--findings", "f"], ["--rules", "Rules", "--grace", "3601"]] {
            #expect(try Command.run(["serve", "--log", log] + options, in: directory).code == 64, "\(options)")
        }
        #expect(try Command.run(["serve", "--log", log, "--rules", "nowhere"], in: directory).code == 66)
        #expect(!FileManager.default.fileExists(atPath: log))
    }
}
