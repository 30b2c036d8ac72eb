import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct ExitCodeTests {
    let directory: TemporaryDirectory

    static let line = #"{"id":"a","messages":[{"time":1772331030000,"from":"agent","agent":"小美","text":"加我微信吧"}]}"#

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A rule that the line above hits, with a severity.
    private func rules(_ severity: String = "critical") throws -> String {
        try directory.write(
            "rule.json",
            """
            {"id":"contact","name":"引流","polarity":"negative","severity":"\(severity)",
             "when":{"message":{"from":"agent","keywords":["微信"]}}}
            """)
    }

    @Test(
        "help goes to standard output and is a success",
        arguments: [
            ["--help"], ["inspect", "--help"], ["rules", "--help"], ["cut", "--help"], ["--version"],
            ["corpus", "--help"],
        ])
    func helpIsASuccess(arguments: [String]) throws {
        let outcome = try Command.run(arguments, in: directory)
        #expect(outcome.code == 0 && !outcome.wasKilled)
        #expect(!outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test("the demo archive is inspected without a word on standard error")
    func theDemoIsInspected() throws {
        let outcome = try Command.run(
            ["inspect", "Corpora/demo/conversations.ndjson", "--rules", "Rules"], in: directory)
        #expect(outcome.code == 0 && !outcome.wasKilled)
        #expect(outcome.text.contains("客服"))
        // Not a terminal: no colours and no progress.
        #expect(!outcome.output.contains(0x1B) && outcome.errors.isEmpty, "\(outcome.errors)")
    }

    @Test(
        "--fail-on fails from its severity on",
        arguments: [
            ("critical", "critical", 1), ("critical", "minor", 1), ("minor", "critical", 0), ("minor", "minor", 1),
        ])
    func failOnFails(severity: String, threshold: String, code: Int32) throws {
        let input = try directory.write("a.ndjson", Self.line)
        let outcome = try Command.run(
            ["inspect", input, "--rules", try rules(severity), "--fail-on", threshold], in: directory)
        #expect(outcome.code == code && !outcome.output.isEmpty)
    }

    @Test(
        "wrong use is 64 and says so on standard error alone",
        arguments: [
            ["inspect"], ["inspect", "a", "--no-such-option"], ["no-such-command"],
            ["inspect", "a", "--format", "pdf"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--from", "2026-3-1"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--fail-on", "grave"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--zone", "Mars/Olympus"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--max-line", "5"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--format", "csv", "--table", "moons"],
        ])
    func wrongUse(arguments: [String]) throws {
        let outcome = try Command.run(arguments, in: directory)
        #expect(outcome.code == 64 && !outcome.wasKilled, "\(outcome.errors)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }

    @Test("too many bad records are 65, a few are not, and results come all the same")
    func badRecords() throws {
        let input = try directory.write("a.ndjson", Self.line + "\nnonsense\n")
        let rules = try rules()
        let outcome = try Command.run(["inspect", input, "--rules", rules], in: directory)
        #expect(outcome.code == 65 && !outcome.output.isEmpty)
        #expect(outcome.errors.contains("invalid-json") && outcome.errors.contains("--max-bad"))
        #expect(try Command.run(["inspect", input, "--rules", rules, "--max-bad", "50"], in: directory).code == 0)
    }

    @Test("rules that are missing or wrong are 66, before the archive is read")
    func wrongRules() throws {
        let broken = try directory.write("broken.json", #"{"id":"x","name":"x","when":{"mesage":{}}}"#)
        for rules in [broken, directory.path + "/none.json"] {
            let outcome = try Command.run(["inspect", directory.path + "/nothing", "--rules", rules], in: directory)
            #expect(outcome.code == 66 && outcome.output.isEmpty, "\(outcome.errors)")
            #expect(!outcome.errors.isEmpty)
        }
    }

    @Test("an archive that is not there, and a place that cannot be written, are 74")
    func inputAndOutput() throws {
        let rules = try rules()
        let input = try directory.write("a.ndjson", Self.line)
        for arguments in [
            ["inspect", directory.path + "/none", "--rules", rules],
            ["inspect", input, "--rules", rules, "--html", directory.path + "/none/report.html"],
            ["inspect", input, "--rules", rules, "--out", input],
            ["inspect", input, "--rules", rules, "--roster", directory.path + "/none.csv"],
        ] {
            let outcome = try Command.run(arguments, in: directory)
            #expect(outcome.code == 74 && !outcome.wasKilled, "\(arguments) \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    @Test("errors are Chinese where the locale is, and name the same code")
    func errorsInChinese() throws {
        let arguments = ["inspect", directory.path + "/none", "--rules", try rules()]
        let english = try Command.run(arguments, in: directory)
        let chinese = try Command.run(arguments, in: directory, environment: ["LANG": "zh_CN.UTF-8"])
        #expect(english.code == 74 && chinese.code == 74)
        #expect(!english.errors.replacing("none", with: "").contains { ("一"..."龥").contains($0) })
        #expect(chinese.errors.contains { ("一"..."龥").contains($0) }, "\(chinese.errors)")
    }
}
