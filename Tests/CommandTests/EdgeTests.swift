import Foundation
import Testing

/// What stands at the edges of input: marks before it, reasons of refusals, bad records, control characters.
@Suite(.enabled(if: Command.isBuilt))
struct EdgeTests {
    let directory: TemporaryDirectory
    private var log: String { directory.path + "/log" }
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let events = Command.root + "/Corpora/live/assistant-rates/events.ndjson"

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Command.Outcome {
        let now = ["MINGJIAN_NOW": "2026-03-04T00:00:00.000Z"]
        return try Command.run(arguments, in: directory, environment: now.merging(environment) { $1 })
    }

    private func marked() throws -> String {
        try directory.write(
            "marked.ndjson", Self.mark + Array(FileManager.default.contents(atPath: Self.events) ?? Data()))
    }

    @Test("a byte order mark before a file of events is passed over, and costs no event")
    func byteOrderMark() throws {
        let replay = try run(["live", "replay", try marked(), try marked(), "--log", log])
        #expect(
            replay.code == 0 && replay.text.hasPrefix("read 20, taken 10, duplicate 10, refused 0;"), "\(replay.errors)"
        )
        let plain = try run(["live", "inspect", Self.events, "--rules", "Rules", "--max-bad", "0"])
        let inspect = try run(["live", "inspect", try marked(), "--rules", "Rules", "--max-bad", "0"])
        #expect(inspect.code == 0 && inspect.output == plain.output, "\(inspect.errors)")
        let commands = try directory.write("commands.ndjson", Self.mark)
        let simulated = try run(["live", "simulate", "--seed", "7", "--commands", commands])
        #expect(simulated.code == 0, "\(simulated.errors)")
    }

    @Test("clients of the ingest count the refused by reason, also beyond those that are listed")
    func reasons() throws {
        let lines = Array(repeating: "nonsense", count: 300) + ["{}", #"{"id":7}"#]
        let file = try directory.write("bad.ndjson", lines.joined(separator: "\n"))
        let replay = try run(["live", "replay", file, "--log", log])
        #expect(replay.code == 65)
        #expect(
            replay.text
                == "read 302, taken 0, duplicate 0, refused 302 (missing-field 1, not-an-object 300, wrong-type 1);"
                + " log position 0\n")
        // The day before what the log has already: nothing of it is taken.
        #expect(try run(["live", "simulate", "--seed", "7", "--day", "2026-03-03", "--log", log]).code == 0)
        let late = try run(["live", "simulate", "--seed", "7", "--day", "2026-02-27", "--log", log])
        #expect(late.code == 65 && late.text.contains(" (too-old "), "\(late.text)")
    }

    private static let good =
        #"{"id":"a","messages":[{"time":1772331030000,"from":"agent","agent":"小美","text":"在"}]}"#
    private static let table = "会话,时间,发送者,内容\n1,2026-03-02 09:00:00,买家,在吗\n1,2026-03-02 09:00:10,买家\n"

    @Test(
        "import, cut and corpus rates end in 65 where more records are bad than --max-bad allows",
        arguments: [
            ["import"], ["cut"], ["cut", "--preview"], ["corpus", "rates", "--rules", "Rules"],
        ])
    func badRecords(command: [String]) throws {
        for (name, text) in [("a.ndjson", Self.good + "\nnonsense\n"), ("a.csv", Self.table)] {
            let file = try directory.write(name, text)
            let strict = try run(command + [file])
            // A preview of cutting passes conversations over.
            if command.last == "--preview", name == "a.ndjson" { continue }
            #expect(strict.code == 65, "\(command) \(name): \(strict.errors)")
            #expect(strict.errors.contains("--max-bad") && strict.errors.contains("\(name):"), "\(strict.errors)")
            #expect(!strict.output.isEmpty)
            let lenient = try run(command + [file, "--max-bad", "50"])
            #expect(lenient.code == 0 && lenient.output == strict.output, "\(command) \(name): \(lenient.errors)")
        }
        #expect(try run(command + [Self.events, "--max-bad", "nan"]).code == 64)
    }

    @Test("a mapping that no table of the archive could use is told of")
    func unusedMapping() throws {
        let mapping = try directory.write("mapping.json", #"{"columns":{"time":["时间"]}}"#)
        let file = try directory.write("a.ndjson", Self.good + "\n")
        let table = try directory.write("a.csv", "会话,时间,发送者,内容\n1,2026-03-02 09:00:00,买家,在吗\n")
        for command in [
            ["import"], ["import", "--preview"], ["cut"], ["inspect", "--rules", "Rules"],
            ["report", "daily", "--rules", "Rules"], ["corpus", "rates"],
        ] {
            let outcome = try run(command + [file, "--mapping", mapping])
            #expect(outcome.code == 0 && outcome.errors.contains("mapping"), "\(command): \(outcome.errors)")
            let chinese = try run(command + [file, "--mapping", mapping], environment: ["LANG": "zh_CN.UTF-8"])
            #expect(chinese.errors.contains("列映射"), "\(command): \(chinese.errors)")
            let used = try run(command + [table, file, "--mapping", mapping])
            #expect(used.code == 0 && !used.errors.contains("mapping"), "\(command): \(used.errors)")
        }
    }

    @Test(
        "control characters of arguments and of names of files do not reach the terminal",
        arguments: [
            ["inspect", "no\u{1B}[31m.ndjson"], ["\u{1B}[2Jinspect"], ["inspect", "a", "--no\u{1B}[31m"],
            ["inspect", "a", "--format", "\u{1B}[31mpdf"], ["live", "replay", "no\u{1B}]0;x\u{7}", "--log", "l"],
            ["live", "figures", "--log", "no\u{1B}[31m/log"], ["live", "inspect", "\u{1B}[31m", "--rules", "Rules"],
            ["log", "check", "\u{1B}[31m"], ["rules", "check", "\u{1B}[31m"],
            ["rules", "check", "\u{1B}[31m", "--format", "github"], ["rules", "fmt", "\u{1B}[31m"],
            ["serve", "--log", "l", "--tokens", "\u{1B}[31m"], ["serve", "--log", "l", "--host", "\u{1B}[31m"],
            ["rules", "diff", "\u{1B}[31m", "1", "2"], ["rules", "show", "\u{1B}[31m", "1"],
            ["rules", "versions", "\u{1B}[31m"],
            ["corpus", "generate", "--out", "no/\u{1B}[31m", "--conversations", "1"],
            ["import", "\u{1B}[31m"], ["inspect", "Corpora/demo/conversations.ndjson", "--roster", "\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--mapping", "\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--policy", "\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--from", "\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--zone", "\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--html", "no/\u{1B}[31m"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--rules", "\u{1B}[31m"],
            ["explain", "--rule", "\u{1B}[31m", "--conversation", "a", "Corpora/demo/conversations.ndjson"],
            ["live", "explain", "\u{1B}[31m", "--log", "l", "--shop", "s"],
            ["live", "figures", "--log", "l", "--at", "\u{1B}[31m"],
        ])
    func controlCharacters(arguments: [String]) throws {
        var arguments = arguments
        if let log = arguments.firstIndex(of: "l") { arguments[log] = self.log }
        let outcome = try run(arguments)
        #expect(outcome.code != 0 && !outcome.wasKilled)
        #expect(!outcome.errors.isEmpty || !outcome.output.isEmpty)
        #expect(!outcome.errors.utf8.contains { $0 == 0x1B || $0 == 0x07 }, "\(arguments): \(outcome.errors)")
        #expect(!outcome.output.contains(0x1B), "\(arguments)")
    }
}
