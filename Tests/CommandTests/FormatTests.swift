import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct FormatTests {
    let directory: TemporaryDirectory
    static let demo = ["inspect", "Corpora/demo/conversations.ndjson", "--rules", "Rules"]

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("findings are a line of JSON each, and as many as the JSON report counts")
    func findingsAreLines() throws {
        let lines = try Command.run(Self.demo + ["--format", "ndjson"], in: directory)
        #expect(lines.code == 0 && lines.lines.count > 20)
        for line in lines.lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["id"] is String && object["rule"] is String && object["conversation"] is String)
        }
        let report = try Command.run(Self.demo + ["--format", "json"], in: directory)
        #expect(try JSONSerialization.jsonObject(with: Data(report.output)) is [String: Any])
    }

    @Test("CSV begins with a byte-order mark, HTML is one page without requests")
    func tablesAndPages() throws {
        let csv = try Command.run(Self.demo + ["--format", "csv"], in: directory)
        #expect(csv.output.starts(with: [0xEF, 0xBB, 0xBF]))
        let page = directory.path + "/report.html"
        let table = try Command.run(Self.demo + ["--html", page], in: directory)
        #expect(table.code == 0 && table.text.contains("客服"))
        let html = String(decoding: directory.contents("report.html"), as: UTF8.self)
        #expect(html.hasPrefix("<!") && html.contains("</html>"))
        #expect(!html.contains("src=\"http") && !html.contains("href=\"http"))
    }

    @Test("the title is what --title says, else the archive's name without its folder, and the days")
    func titles() throws {
        let plain = try Command.run(Self.demo, in: directory)
        #expect(plain.text.hasPrefix("明鉴质检报告  conversations.ndjson · 2026-03-02 至 2026-03-08\n"))
        let named = try Command.run(Self.demo + ["--title", "三月<质检>", "--format", "html"], in: directory)
        #expect(named.text.contains("<h1>三月&lt;质检&gt;</h1>"))
        #expect(named.text.contains("<title>质检报告 · 三月&lt;质检&gt;</title>"))
    }

    @Test("threads change no byte of any format", arguments: ["table", "json", "ndjson", "csv", "html"])
    func threadsChangeNothing(format: String) throws {
        let one = try Command.run(Self.demo + ["--format", format, "--threads", "1"], in: directory)
        let three = try Command.run(Self.demo + ["--format", format, "--threads", "3"], in: directory)
        #expect(one.code == 0 && !one.output.isEmpty)
        #expect(one.output == three.output)
    }

    @Test("standard input, gzip and zstd give what the plain file gives")
    func containersGiveTheSame() throws {
        let plain = Command.root + "/Corpora/demo/conversations.ndjson"
        let arguments = ["--rules", "Rules", "--format", "ndjson"]
        let expected = try Command.run(["inspect", plain] + arguments, in: directory)
        let piped = try Command.run(["inspect", "-"] + arguments, in: directory, input: plain)
        #expect(piped.output == expected.output && !piped.output.isEmpty)
        for (tool, ending) in [("gzip", "gz"), ("zstd", "zst")] {
            let made = directory.path + "/a.ndjson.\(ending)"
            let packer = Process()
            packer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            packer.arguments = ["sh", "-c", "command -v \(tool) >/dev/null && \(tool) -c '\(plain)' > '\(made)'"]
            try packer.run()
            packer.waitUntilExit()
            // A machine may lack the tool; the readers have tests of their own.
            guard packer.terminationStatus == 0 else { continue }
            let packed = try Command.run(["inspect", made] + arguments, in: directory)
            #expect(packed.output == expected.output, "\(tool)")
            let streamed = try Command.run(["inspect", "-"] + arguments, in: directory, input: made)
            #expect(streamed.output == expected.output, "\(tool) by standard input")
        }
    }

    @Test("a table of messages gives what its conversations give")
    func tablesGiveTheSame() throws {
        let rule = try directory.write(
            "rule.json",
            """
            {"id":"contact","name":"引流","polarity":"negative","severity":"major",
             "when":{"message":{"from":"agent","keywords":["微信"]}}}
            """)
        let csv = try directory.write(
            "a.csv",
            #"""
            conversation,time,from,agent,text
            a,2026-03-01T10:00:00+08:00,buyer,,在吗
            a,2026-03-01T10:00:05+08:00,agent,小美,"您好，加""微信"""
            b,2026-03-01T11:00:00+08:00,agent,小丽,"好
            的微信"

            """#)
        let lines = try directory.write(
            "a.ndjson",
            """
            {"id":"a","messages":[{"time":"2026-03-01T10:00:00+08:00","from":"buyer","text":"在吗"},\
            {"time":"2026-03-01T10:00:05+08:00","from":"agent","agent":"小美","text":"您好，加\\"微信\\""}]}
            {"id":"b","messages":[{"time":"2026-03-01T11:00:00+08:00","from":"agent","agent":"小丽","text":"好\\n的微信"}]}

            """)
        let table = try Command.run(["inspect", csv, "--rules", rule, "--format", "ndjson"], in: directory)
        let archive = try Command.run(["inspect", lines, "--rules", rule, "--format", "ndjson"], in: directory)
        #expect(archive.code == 0 && archive.lines.count == 2, "\(archive.errors)")
        #expect(table.output == archive.output, "\(table.errors)")
    }

    @Test("hostile file names are opened, and harm no terminal")
    func hostileNames() throws {
        let rule = try directory.write(
            "rule.json",
            #"{"id":"x","name":"x","polarity":"negative","severity":"info","when":{"message":{"keywords":["好"]}}}"#)
        for name in [
            "a b'\";$(x).ndjson", "a\nb.ndjson", "\u{1B}[31mred.ndjson", "<img src=x onerror=alert(1)>.ndjson",
            "会话 👍.ndjson",
        ] {
            let file = try directory.write(
                name, "{\"id\":\"a\",\"messages\":[{\"from\":\"buyer\",\"text\":\"好\"}]}\nbad\n")
            for format in ["table", "html", "csv"] {
                let outcome = try Command.run(
                    ["inspect", file, "--rules", rule, "--format", format, "--max-bad", "100"], in: directory)
                #expect(outcome.code == 0, "\(name.debugDescription) \(outcome.errors)")
                #expect(
                    !outcome.output.contains(0x1B) && !outcome.errors.utf8.contains(0x1B),
                    "\(format) \(name.debugDescription)")
                if format == "html" { #expect(!outcome.text.contains("<img src=x")) }
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors.debugDescription)")
            }
            let missing = try Command.run(["inspect", file + "x", "--rules", rule], in: directory)
            #expect(missing.code == 74 && !missing.errors.utf8.contains(0x1B))
        }
        let dashed = try Command.run(["inspect", "--rules", rule, "--", "-dash.ndjson"], in: directory)
        #expect(dashed.code == 74)
    }

    @Test("whoever closes our pipe hears nothing more")
    func closedPipes() throws {
        let (process, _, errors) = try Command.process(Self.demo + ["--format", "ndjson"], in: directory)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        try pipe.fileHandleForWriting.close()
        try pipe.fileHandleForReading.close()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(FileManager.default.contents(atPath: errors)?.isEmpty == true)
    }
}
