import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Reports

/// Renders a run's result in the formats of the command line.
struct ReportWriter {
    /// What the user calls the report; nil: the archives' names and the days.
    let title: String?
    let archives: [String]
    let policy: TimePolicy
    let policyName: String
    /// Rows of a terminal table; nil is all.
    let rowLimit: Int?
    let csvTable: CSVReport.Table

    func report(_ result: InspectionResult) -> Report {
        var report = Report(
            title: title ?? "", engine: Version.engine, rulesDigest: result.rulesDigest, zone: policy.zone,
            tally: result.tally, coverage: result.coverage, cases: result.cases,
            casesLeftOut: result.findings - result.cases.count, scores: result.scores)
        report.coverage.policy = policyName
        if title == nil {
            report.title = ReportWriter.names(of: archives) + (report.dayRange.map { " · \($0)" } ?? "")
        }
        return report
    }

    /// Three names at most, without the folders they lie in: whose machine it was is nobody's business.
    static func names(of archives: [String]) -> String {
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
                width: Surroundings.width, usesColor: Surroundings.usesColor(STDOUT_FILENO),
                rowLimit: rowLimit, displayWidth: { CharacterClass.displayWidth(of: $0) })
            try output.write(text.render(report))
        case .json: try JSONReport().write(report) { try output.write($0) }
        case .csv: try CSVReport(table: csvTable).write(report) { try output.write($0) }
        case .html: try HTMLReport().write(report) { try output.write($0) }
        case .ndjson: break
        }
    }
}
