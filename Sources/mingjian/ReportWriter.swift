import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Reports

/// Renders a run's result in the formats of the command line.
struct ReportWriter {
    /// What the user calls the report; nil: the archives' names and the days.
    let title: String?
    let archives: [String]
    let rules: CompiledRules
    let policy: TimePolicy
    /// Rows of a terminal table; nil is all.
    let rowLimit: Int?
    let csvTable: String

    func report(_ result: InspectionResult) -> Report {
        var report = Report(
            title: title ?? "", engine: Version.engine, rulesDigest: rules.digest, zone: policy.zone,
            tally: result.tally, coverage: result.coverage, cases: result.cases,
            casesLeftOut: result.findings - result.cases.count)
        if title == nil {
            report.title = ReportWriter.names(of: archives) + (report.dayRange.map { " · \($0)" } ?? "")
        }
        return report
    }

    /// Three names at most, without the folders they lie in: whose machine it was is nobody's business.
    private static func names(of archives: [String]) -> String {
        let names = archives.prefix(3).map { path in
            if path == "-" { return "标准输入" }
            let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
            return name.isEmpty || name == "/" ? path : name
        }
        return names.joined(separator: "、") + (archives.count > 3 ? " 等 \(archives.count) 份" : "")
    }

    func write(_ report: Report, format: InspectCommand.Format, to output: Output) throws {
        switch format {
        case .table:
            let text = TextReport(
                width: Surroundings.width, usesColour: Surroundings.usesColour(STDOUT_FILENO),
                rowLimit: rowLimit, displayWidth: { CharacterClass.displayWidth(of: $0) })
            try output.write(text.render(report))
        case .json: try JSONReport(includesContext: !report.cases.isEmpty).write(report) { try output.write($0) }
        case .csv:
            guard let table = CSVReport.Table(rawValue: csvTable) else {
                throw CommandFailure(
                    code: CommandFailure.usage,
                    phrase: Phrase(
                        "--table takes agents, groups, rules or days", "--table 取 agents、groups、rules 或 days"))
            }
            try CSVReport(table: table).write(report) { try output.write($0) }
        case .html: try HTMLReport().write(report) { try output.write($0) }
        case .ndjson: break
        }
    }
}

/// The directory of `--out`: findings as they come, reports at the end, a checkpoint in between.
final class OutputDirectory {
    let findings: Output
    let checkpoint: RunCheckpoint
    private let path: String
    /// Held while the process lives: two runs into one directory would mix their findings.
    private let lock: Int32

    init(path: String, key: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw OutputError(path: path, code: errno)
        }
        lock = open(path + "/.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase("another run is writing to '\(path)'", "另一个任务正在写入 “\(path)”"))
        }
        let file = path + "/findings.ndjson"
        let probe = RunCheckpoint(path: path + "/.checkpoint", key: key, flush: {})
        let findings = try Output(path: file, keeping: probe.restoredLineBytes())
        self.findings = findings
        let flush = UncheckedFlush(output: findings)
        checkpoint = RunCheckpoint(path: path + "/.checkpoint", key: key) { try flush.output.flush() }
    }

    func finish(_ report: Report, _ writer: ReportWriter) throws {
        for (name, format) in [("report.json", InspectCommand.Format.json), ("report.html", .html)] {
            try writer.write(report, format: format, to: Output(path: path + "/" + name))
        }
        for table in ["agents", "groups", "rules", "days"] {
            let tables = ReportWriter(
                title: writer.title, archives: writer.archives, rules: writer.rules, policy: writer.policy,
                rowLimit: nil, csvTable: table)
            try tables.write(report, format: .csv, to: Output(path: "\(path)/\(table).csv"))
        }
        checkpoint.remove()
    }

    /// The run writes and flushes from one thread at a time.
    private struct UncheckedFlush: @unchecked Sendable {
        let output: Output
    }
}
