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
            ["inspect", "Corpora/demo/conversations.ndjson", "--table", "moons"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--rules", "Rules", "--table", "rules"],
            ["report", "Corpora/demo/conversations.ndjson", "--rules", "Rules", "--table", "rules"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--encoding", "latin1"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--max-bad", "nan"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--max-bad", "-1"],
            ["inspect", "Corpora/demo/conversations.ndjson", "--max-bad", "inf"],
            ["cut", "Corpora/demo/conversations.ndjson", "--encoding", "latin1"],
            ["inspect", "--stream", "-", "--html", "a.html"], ["inspect", "--stream", "-", "--out", "a"],
            ["inspect", "--stream", "-", "--format", "table"], ["inspect", "--stream", "-", "--format", "ndjson"],
            ["inspect", "--stream", "-", "--table", "rules"], ["inspect", "--stream", "-", "--cut"],
            ["inspect", "--stream", "-", "--group", "售前"], ["inspect", "--stream", "-", "--as-of", "x"],
        ])
    func wrongUse(arguments: [String]) throws {
        let outcome = try Command.run(arguments, in: directory)
        #expect(outcome.code == 64 && !outcome.wasKilled, "\(outcome.errors)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }

    @Test("a link to a directory of rules is that directory")
    func linkedRules() throws {
        let input = try directory.write("a.ndjson", Self.line)
        let folder = directory.path + "/own"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: try rules(), toPath: folder + "/rule.json")
        let link = directory.path + "/linked"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder)
        let outcome = try Command.run(["inspect", input, "--rules", link, "--format", "ndjson"], in: directory)
        #expect(outcome.code == 0 && outcome.lines.count == 1, "\(outcome.errors)")
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

    @Test("the error of --out is that of the system, and nothing is left behind by a run that ended")
    func outputDirectories() throws {
        let rules = try rules()
        let input = try directory.write("a.ndjson", Self.line)
        for (out, reason) in [
            (input, "not a directory"), (input + "/x", "not a directory"), ("", "no such file"),
            ("/proc/none/x", "no such file"),
            ("/proc/self/fdinfo", ".lock"),
        ] {
            let outcome = try Command.run(["inspect", input, "--rules", rules, "--out", out], in: directory)
            #expect(outcome.code == 74 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(reason) && !outcome.errors.contains("another run"), "\(outcome.errors)")
        }
        let out = directory.path + "/deep/er"
        for _ in 0..<2 {
            #expect(try Command.run(["inspect", input, "--rules", rules, "--out", out], in: directory).code == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
            #expect(
                names == [
                    "agents.csv", "days.csv", "findings.ndjson", "groups.csv", "report.html", "report.json",
                    "rules.csv",
                ])
        }
    }

    @Test("a directory that another run writes to is left alone")
    func lockedDirectories() throws {
        let input = try directory.write("a.ndjson", Self.line)
        let lock = open(directory.path + "/.lock", O_CREAT | O_RDWR, 0o600)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX) == 0)
        let outcome = try Command.run(
            ["inspect", input, "--rules", try rules(), "--out", directory.path], in: directory)
        #expect(outcome.code == 74 && outcome.errors.contains("another run"))
    }

    @Test("a page that cannot be written is said before the archive is read")
    func pagesAreCheckedFirst() throws {
        let input = try directory.write("a.ndjson", Self.line)
        for page in ["/nonexistent/x", directory.path, input + "/x"] {
            let outcome = try Command.run(["inspect", input, "--rules", try rules(), "--html", page], in: directory)
            #expect(outcome.code == 74 && outcome.output.isEmpty, "\(page)")
        }
        // What is there stays as it is until there is a report.
        let page = try directory.write("old.html", "old")
        let outcome = try Command.run(
            ["inspect", directory.path + "/none", "--rules", try rules(), "--html", page], in: directory)
        #expect(outcome.code == 74 && directory.contents("old.html") == Array("old".utf8))
    }

    @Test("a roster in which nobody can be found ends the command", arguments: ["a,b\n1,2\n", "", "account\n,\n"])
    func uselessRosters(text: String) throws {
        let input = try directory.write("a.ndjson", Self.line)
        let roster = try directory.write("ro.csv", text)
        for command in [["inspect"], ["explain", "--rule", "contact", "--conversation", "a"]] {
            let outcome = try Command.run(
                command + [input, "--rules", try rules(), "--roster", roster], in: directory)
            #expect(outcome.code == 74 && outcome.output.isEmpty, "\(command)")
            #expect(outcome.errors.contains("ro.csv"))
        }
    }

    @Test("a misspelt rule is answered with the nearest one")
    func misspeltRules() throws {
        let outcome = try Command.run(
            ["explain", "Corpora/demo/conversations.ndjson", "--rule", "openin", "--conversation", "x"], in: directory)
        #expect(outcome.code == 64 && outcome.errors.contains("did you mean 'opening'?"))
    }

    @Test("--stream takes --fail-on")
    func streamsFail() throws {
        let input = try directory.write("a.ndjson", Self.line)
        let outcome = try Command.run(
            ["inspect", "--stream", input, "--rules", try rules(), "--fail-on", "critical"], in: directory)
        #expect(outcome.code == 1 && outcome.lines.count == 1)
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
