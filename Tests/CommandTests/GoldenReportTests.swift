import Foundation
import Testing

/// `Corpora/golden` in every form, byte for byte.
///
/// `RECORD_GOLDENS=1` writes the expected files anew and fails, so that nobody records by accident.
@Suite(.enabled(if: Command.isBuilt))
struct GoldenReportTests {
    let directory: TemporaryDirectory
    static let archive = "Corpora/golden/conversations.ndjson"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func matches(_ name: String, _ arguments: [String], input: String? = nil) throws {
        let run = try Command.run(arguments, in: directory, input: input, environment: ["LANG": "zh_CN.UTF-8"])
        let file = Command.root + "/Corpora/golden/expected/" + name
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            try Data(run.output).write(to: URL(fileURLWithPath: file))
            Issue.record("recorded \(name); run again without RECORD_GOLDENS")
            return
        }
        #expect(!run.output.isEmpty, "\(run.errors)")
        #expect(run.output == Array(FileManager.default.contents(atPath: file) ?? Data()), "\(name) differs")
    }

    @Test(
        "the golden archive gives the golden report in every form",
        arguments: [
            ("report.txt", "table"), ("report.json", "json"), ("findings.ndjson", "ndjson"), ("agents.csv", "csv"),
            ("report.html", "html"),
        ])
    func everyForm(name: String, format: String) throws {
        try matches(
            name,
            ["inspect", Self.archive, "--rules", "Corpora/golden/rules", "--max-bad", "50", "--format", format])
    }

    @Test("the golden archive gives the golden result lines, bad lines included")
    func stream() throws {
        try matches(
            "stream.ndjson", ["inspect", "--stream", "-", "--rules", "Corpora/golden/rules", "--max-bad", "50"],
            input: Command.root + "/" + Self.archive)
    }
}
