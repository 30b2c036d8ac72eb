import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Reports
import RuleLanguage
import Synchronization

extension RulesCommand {
    /// `mingjian rules backtest`: what a draft would find and miss, compared with the rules in force.
    struct Backtest: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case table, json, html
        }

        static let configuration = CommandConfiguration(
            commandName: "backtest",
            abstract: "Compares a draft with the rules in force over archives. 规则回测",
            discussion: """
                One pass judges by both. A finding is the same where its id is; what only
                the draft finds is gained, what only the rules in force find is lost.

                Examples:
                  mingjian rules backtest --draft Rules --versions shop archive.ndjson
                  mingjian rules backtest --draft Rules --against old-rules archive.ndjson \\
                      --html backtest.html
                  mingjian rules backtest --draft Rules --versions shop exports/ \\
                      --changed-only
                  mingjian rules backtest --draft Rules --versions shop exports/ \\
                      --from 2026-03-01 --verdicts verdicts.ndjson --format json

                Exit codes: 0 done, whatever differs; 64 usage; 65 too many bad records, or
                a line that is no verdict; 66 rules missing, invalid or damaged; 74 input
                or output; 130 interrupted.
                """)

        @OptionGroup var archive: ArchiveArguments

        @Option(help: "The draft: rule files or directories (may be repeated).")
        var draft: [String]

        @Option(help: "What it is compared with: rule files or directories (may be repeated).")
        var against: [String] = []

        @Option(help: "Or a store of versions: each conversation by the version of its day.")
        var versions: String?

        @OptionGroup var selection: SelectionArguments

        @OptionGroup var exempting: ExemptionArguments

        @Flag(
            help: """
                Judge only the rules that differ: several times faster; no scores, and nothing is said of the other \
                rules' findings.
                """)
        var changedOnly = false

        @Option(help: "What reviewers said (NDJSON: finding, verdict).")
        var verdicts: String?

        @Option(help: "What standard output gets: table, json, html.")
        var format = Format.table

        @Option(help: "Write the HTML report to this file, too.")
        var html: String?

        @Option(help: "Findings kept with their context for each rule, gained, lost and changed: 0 to 1000.")
        var examples = 20

        @Option(parsing: .unconditional, help: "Exit with 65 if more than this share of records is bad, in percent.")
        var maxBad = 0.1

        @Flag(help: "Terminal tables with all their rows.")
        var all = false

        @Flag(name: .shortAndLong, help: "No progress and no summary of bad records.")
        var quiet = false

        func validate() throws {
            guard against.isEmpty != (versions == nil) else {
                throw ValidationError("give --against or --versions / --against 与 --versions 须给出且只能给出一个")
            }
            guard (0...1000).contains(examples) else {
                throw ValidationError("--examples takes 0 to 1000 / --examples 取 0 到 1000")
            }
        }

        func run() throws {
            try mingjian.run { try backtest() }
        }

        private func backtest() throws -> Int32 {
            try checkBadRecordLimit(maxBad)
            if let html { try Output.check(html) }
            let policy = try RulesArguments.policy(archive.time, versions: versions, cuts: archive.cut)
            var options = try selection.options(archive)
            if let roster = selection.roster {
                options.roster = try SelectionArguments.readRoster(roster, isQuiet: quiet)
                    .holding(from: options.firstDay, to: options.lastDay)
            }
            options.exemptions = try exempting.loaded(zone: policy.zone).exemptions
            var comparison = ComparisonOptions()
            comparison.casesPerRule = examples
            comparison.verdicts = try verdicts.map { try VerdictFile.read($0) }
            options.comparison = comparison
            let sides = try BacktestSides(
                draft: draft, against: against, versions: versions, policy: policy, changedOnly: changedOnly)
            let inputs = try archive.inputs()
            let closings = try RulesArguments.closings(versions: versions, policy: policy)
            let lines = try openArchive(inputs, options: archive.options(policy: policy, policyAt: closings))
            let progress = quiet ? nil : ProgressLine(total: SelectionArguments.totalBytes(inputs))
            let inspection = BatchInspection(
                lines, rules: sides.rules, options: options, progress: { progress?.show($0) },
                isCancelled: { Surroundings.isInterrupted.load(ordering: .relaxed) })
            let finished = try inspection.run()
            progress?.clear()
            guard let result = finished, let compared = result.comparison else {
                say(Phrase("interrupted", "已中断"))
                return CommandFailure.interrupted
            }
            var coverage = result.coverage
            coverage.policy = RulesArguments.policyName(archive.time.name, byVersion: versions != nil)
            let report = try sides.report(
                compared, coverage, title: archive.archives.joined(separator: ", "), casesPerRule: examples)
            try write(report, format, to: Output())
            if let html { try write(report, .html, to: Output(path: html)) }
            if !quiet {
                tellOfRecords(result)
                archive.tellOfMapping(among: result.coverage.sources)
                ExemptionArguments.tellOfUnknownRules(options.exemptions, among: report.rules.map(\.summary))
            }
            if let failure = result.inputFailure {
                say(failure.phrase)
                say(
                    Phrase("the report covers what was read before that", "报告只包含出错之前读到的内容"),
                    severity: "warning")
                return CommandFailure.inputOutput
            }
            return hasTooManyBadRecords(result, limit: maxBad) ? CommandFailure.badData : 0
        }

        private func write(_ report: BacktestReport, _ format: Format, to output: Output) throws {
            switch format {
            case .table:
                let text = BacktestTextReport(
                    width: Surroundings.width, usesColor: Surroundings.usesColor(STDOUT_FILENO),
                    rowLimit: all ? nil : 40, displayWidth: { CharacterClass.displayWidth(of: $0) })
                try output.write(text.render(report))
            case .json: try BacktestJSONReport().write(report) { try output.write($0) }
            case .html: try BacktestHTMLReport().write(report) { try output.write($0) }
            }
        }
    }
}
