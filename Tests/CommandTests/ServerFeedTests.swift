import Foundation
import Testing

/// `mingjian live simulate --to`: a day that a running server takes, and the commands that somebody posts there.
@Suite(.enabled(if: Command.isBuilt))
struct ServerFeedTests {
    let directory: TemporaryDirectory
    private let shop = "云杉家居旗舰店"
    private let environment = [
        "MINGJIAN_NOW": "2026-03-03T00:00:00.000Z",
        "MINGJIAN_TOKEN": "a token of 20 bytes.".replacingOccurrences(of: " ", with: "-"),
    ]

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: [String], _ more: [String: String] = [:]) throws -> Command.Outcome {
        try Command.run(arguments, in: directory, environment: environment.merging(more) { $1 })
    }

    /// The body of an answer; nil where nobody listens.
    private func ask(_ method: String, _ path: String, port: UInt16, body: String = "") -> String? {
        let answer = PlainRequest.answer(method, path, body, token: environment["MINGJIAN_TOKEN"], port: port)
        return answer.flatMap { answer in
            answer.range(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) }
        }
    }

    /// A server on a log of its own while the body runs.
    private func serving(_ log: String, _ options: [String] = [], _ body: (UInt16) throws -> Void) throws {
        let port = try Command.freePort()
        let (process, _, errors) = try Command.process(
            ["serve", "--log", directory.path + "/" + log, "--port", String(port)] + options, in: directory,
            environment: environment)
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var isReady = false
        for _ in 0..<400 where !isReady && process.isRunning {
            isReady = ask("GET", "/readyz", port: port) != nil
            if !isReady { usleep(50_000) }
        }
        #expect(isReady, "\(String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self))")
        try body(port)
    }

    private func digest(_ log: String) throws -> String {
        let told = try run([
            "live", "figures", "--log", directory.path + "/" + log, "--slot", "30", "--at",
            "2026-03-03T00:00:00+08:00", "--format", "digest",
        ])
        #expect(told.code == 0, "\(told.errors)")
        return told.text
    }

    private func agent(_ name: String, _ log: String) throws -> [String: Any] {
        let told = try run([
            "live", "figures", "--log", directory.path + "/" + log, "--at", "2026-03-02T23:59:00+08:00", "--format",
            "json",
        ])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(told.output)) as? [String: Any])
        let agents = try #require(object["agents"] as? [[String: Any]])
        return try #require(agents.first { $0["agent"] as? String == name })
    }

    @Test("a day that is sent to a server gives the figures of the day in a log; a suspended agent gets no new buyers")
    func feed() throws {
        #expect(try run(["live", "simulate", "--seed", "7", "--log", directory.path + "/calm"]).code == 0)
        let calm = try digest("calm")
        try serving("stamped") { port in
            let sent = try run(["live", "simulate", "--seed", "7", "--to", "http://127.0.0.1:\(port)"])
            #expect(sent.code == 0 && sent.text.contains("refused 0"), "\(sent.text) \(sent.errors)")
            #expect(try digest("stamped") == calm)
            // Once more: all of it is there.
            let again = try run(["live", "simulate", "--seed", "7", "--to", "http://localhost:\(port)/"])
            #expect(again.code == 0 && again.text.contains("taken 0,"), "\(again.text)")
            let stranger = try run(
                ["live", "simulate", "--seed", "7", "--to", "http://127.0.0.1:\(port)"], ["MINGJIAN_TOKEN": ""])
            #expect(stranger.code == 74 && stranger.errors.contains("--token"), "\(stranger.errors)")
            let old = try run(
                ["live", "simulate", "--seed", "7", "--day", "2026-02-02", "--to", "http://127.0.0.1:\(port)"])
            #expect(old.code == 65 && old.errors.contains("--clock events"), "\(old.errors)")
        }
        try serving("told", ["--clock", "events"]) { port in
            let (process, output, errors) = try Command.process(
                ["live", "simulate", "--seed", "7", "--speed", "10000", "--to", "http://127.0.0.1:\(port)"],
                in: directory, environment: environment)
            try process.run()
            // The server's present is that of the shop.
            let path = "/api/v1/shops"
            var present = ""
            while process.isRunning, present < "2026-03-02T12:30" {
                usleep(20_000)
                let answer = ask("GET", path, port: port)?.range(of: "\"asOf\":\"").flatMap { _ in
                    ask("GET", path, port: port)
                }
                guard let answer, let start = answer.range(of: "\"asOf\":\""), answer.contains(shop) else { continue }
                present = String(answer[start.upperBound...].prefix(16))
            }
            let command =
                #"{"id":"c1","shop":"\#(shop)","time":"\#(present):00+08:00","type":"dispatch-commanded","command":"c1","agent":"客服1-1","action":"suspend","by":"店长"}"#
            #expect(ask("POST", "/api/v1/events", port: port, body: command)?.contains("\"taken\":1") == true)
            process.waitUntilExit()
            let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
            let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
            #expect(process.terminationStatus == 0 && text.contains("refused 0"), "\(said) \(text)")
            #expect(present < "2026-03-02T16")
        }
        let (before, after) = try (agent("客服1-1", "calm"), agent("客服1-1", "told"))
        let dispatch = try #require(after["dispatch"] as? [String: Any])
        #expect(dispatch["outcome"] as? String == "acknowledged" && dispatch["by"] as? String == "店长")
        let (many, few) = try (
            #require(before["servedToday"] as? Int), #require(after["servedToday"] as? Int)
        )
        #expect(few > 0 && few < many, "\(few) of \(many)")
    }

    @Test("nobody at the other end, or somebody else, is said in a line")
    func nobody() throws {
        for url in ["https://127.0.0.1:1", "127.0.0.1:1", "http://"] {
            let outcome = try run(["live", "simulate", "--seed", "7", "--to", url])
            #expect(outcome.code == 64 && outcome.errors.contains("http://HOST"), "\(outcome.errors)")
        }
        let both = try run(["live", "simulate", "--seed", "7", "--to", "http://127.0.0.1:1", "--out", "x"])
        #expect(both.code == 64 && both.errors.contains("--to"))
        let (process, _, errors) = try Command.process(
            ["live", "simulate", "--seed", "7", "--to", "http://127.0.0.1:1"], in: directory, environment: environment)
        try process.run()
        var said = ""
        for _ in 0..<400 where !said.contains("no answer yet") {
            usleep(50_000)
            said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
        }
        #expect(said.contains("no answer yet (Connection refused)"), "\(said)")
        // It waits for the server, and ends when it is told to.
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    }
}
