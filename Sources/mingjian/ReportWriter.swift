import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Reports

/// Renders a run's result in the formats of the command line.
struct ReportWriter {
    let title: String
    let policy: TimePolicy
    /// Rows of a terminal table; nil is all.
    let rowLimit: Int?
    let csvTable: CSVReport.Table

    func report(_ result: InspectionResult) -> Report {
        Report(
            title: title, engine: Version.engine, rulesDigest: result.rulesDigest, zone: policy.zone,
            tally: result.tally, coverage: result.coverage, cases: result.cases,
            casesLeftOut: result.findings - result.cases.count, scores: result.scores)
    }

    func write(_ report: Report, format: InspectCommand.Format, to output: Output) throws {
        switch format {
        case .table:
            let text = TextReport(
                width: Surroundings.width, usesColour: Surroundings.usesColour(STDOUT_FILENO),
                rowLimit: rowLimit, displayWidth: { CharacterClass.displayWidth(of: $0) })
            try output.write(text.render(report))
        case .json: try JSONReport(includesContext: !report.cases.isEmpty).write(report) { try output.write($0) }
        case .csv: try CSVReport(table: csvTable).write(report) { try output.write($0) }
        case .html: try HTMLReport().write(report) { try output.write($0) }
        case .ndjson: break
        }
    }
}
