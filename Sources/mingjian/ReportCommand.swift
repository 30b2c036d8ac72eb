import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Reports
import Synchronization

/// `mingjian report`: what is handed in each day, week and month.
struct ReportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, html
    }

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case daily, weekly, monthly
    }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Daily, weekly and monthly reports of agents' work. 日报 周报 月报",
        discussion: """
            Examples:
              mingjian report daily archive.ndjson --rules Rules \\
                  --roster roster.csv            (yesterday)
              mingjian report daily archive.ndjson --versions shop --on 2026-03-08 \\
                  --format csv
              mingjian report weekly exports/ --versions shop --on 2026-03-08 \\
                  --html week.html
              mingjian report monthly exports/ --versions shop --on 2026-03-31 \\
                  --html march.html
            """)

    @Argument(help: "daily, weekly or monthly.")
    var kind: Kind

    @OptionGroup var archive: ArchiveArguments

    @OptionGroup var choice: RulesArguments

    @Option(help: "A day of the period, YYYY-MM-DD (default: yesterday, the last whole week, the last whole month).")
    var on: String?

    @Option(
        help: "What standard output gets: \(Format.allCases.map(\.rawValue).joined(separator: ", ")) (default: table).")
    var format = Format.table

    @Option(help: "Table of --format csv: agents (default), rules, days.")
    var table: String?

    @Option(help: "Write the page to this file, too.")
    var html: String?

    @Option(help: "Title of the report (default: the names of the archives).")
    var title: String?

    @OptionGroup var selection: SelectionArguments

    @OptionGroup var exempting: ExemptionArguments

    @Option(parsing: .unconditional, help: "Exit with 65 if more than this share of records is bad, in percent.")
    var maxBad = 0.1

    @Flag(help: "Terminal tables with all their rows.")
    var all = false

    @Flag(name: .shortAndLong, help: "No progress and no summary of bad records.")
    var quiet = false

    func run() throws {
        try mingjian.run { try report() }
    }

    private func report() throws -> Int32 {
        try checkBadRecordLimit(maxBad)
        let csvTable = try table.map(namedTable) ?? .agents
        if table != nil, !(format == .csv) {
            throw CommandFailure.misuse("--table goes with --format csv", "--table 要与 --format csv 同用")
        }
        guard selection.from == nil, selection.to == nil else {
            throw CommandFailure.misuse("the days of a report follow from --on", "报告的日期由 --on 决定，不用 --from、--to")
        }
        let policy = try RulesArguments.policy(
            archive.time, versions: choice.versions, asVersion: choice.asVersion, cuts: archive.cut)
        let period = try self.period(zone: policy.zone)
        let rules = try choice.loaded(policy: policy).rules
        var options = try selection.options(archive)
        let exemptions = try exempting.loaded(zone: policy.zone).exemptions
        options.exemptions = exemptions
        options.period = period
        options.firstDay = period.all.lowerBound
        options.lastDay = period.all.upperBound
        if period.kind == .monthly, format == .html || html != nil {
            options.caseLimit = 20_000
            options.casesPerOwner = PeriodHTMLReport().casesPerAgent
        }
        if let roster = selection.roster {
            options.roster = try SelectionArguments.readRoster(roster, isQuiet: quiet)
        }
        if let html { try Output.check(html) }
        let inputs = try archive.inputs()
        let closings = try RulesArguments.closings(
            versions: choice.versions, asVersion: choice.asVersion, policy: policy)
        let lines = try openArchive(inputs, options: archive.options(policy: policy, policyAt: closings))
        let progress = quiet ? nil : ProgressLine(total: SelectionArguments.totalBytes(inputs))
        let inspection = BatchInspection(
            lines, rules: rules, options: options, progress: { progress?.show($0) },
            isCancelled: { Surroundings.isInterrupted.load(ordering: .relaxed) })
        let finished = try inspection.run()
        progress?.clear()
        guard let result = finished, let figures = result.period else {
            say(Phrase("interrupted", "已中断"))
            return CommandFailure.interrupted
        }
        var coverage = result.coverage
        coverage.policy = choice.policyName(archive.time.name)
        let report = PeriodReport(
            title: title ?? ReportWriter.names(of: archive.archives), engine: Version.engine,
            rulesDigest: result.rulesDigest, zone: policy.zone, coverage: coverage, figures: figures,
            cases: result.cases)
        try write(report, format, csvTable, to: Output())
        if let html { try write(report, .html, csvTable, to: Output(path: html)) }
        if !quiet {
            tellOfRecords(result)
            archive.tellOfMapping(among: result.coverage.sources)
            selection.tellOfNames(result.namesSeen)
            ExemptionArguments.tellOfUnknownRules(exemptions, among: result.tally.rules)
            ExemptionArguments.tellOfIdle(result.idleExemptions, of: exemptions)
        }
        if let failure = result.inputFailure {
            say(failure.phrase)
            say(
                Phrase("the report covers what was read before that", "报告只包含出错之前读到的内容"), severity: "warning")
            return CommandFailure.inputOutput
        }
        if figures.total.work.stays == 0, !quiet {
            say(
                Phrase("nobody worked on \(period.text)", "\(period.text) 没有接待"), severity: "warning")
        }
        return hasTooManyBadRecords(result, limit: maxBad) ? CommandFailure.badData : 0
    }

    /// The period that holds `--on`; without it the last one that is over.
    private func period(zone: Zone) throws -> Period {
        let kind = Period.Kind(rawValue: kind.rawValue) ?? .daily
        if let on {
            guard let day = CalendarDay(on) else {
                throw CommandFailure.misuse(
                    "--on takes a day as YYYY-MM-DD, not '\(on)'", "--on 的日期写作 YYYY-MM-DD，而不是 “\(on)”")
            }
            return Period(kind, holding: day)
        }
        let today = zone.day(of: try Surroundings.now())
        let running = Period(kind, holding: today)
        return Period(
            kind, holding: CalendarDay(daysSince1970: running.days.lowerBound.daysSince1970 - 1))
    }

    private func namedTable(_ text: String) throws -> PeriodCSVReport.Table {
        guard let table = PeriodCSVReport.Table(rawValue: text) else {
            throw CommandFailure.misuse("--table takes agents, rules or days", "--table 取 agents、rules 或 days")
        }
        return table
    }

    private func write(
        _ report: PeriodReport, _ format: Format, _ table: PeriodCSVReport.Table, to output: Output
    ) throws {
        switch format {
        case .table:
            let text = PeriodTextReport(
                width: Surroundings.width, usesColor: Surroundings.usesColor(STDOUT_FILENO),
                rowLimit: all ? nil : 40, displayWidth: { CharacterClass.displayWidth(of: $0) })
            try output.write(text.render(report))
        case .json: try PeriodJSONReport().write(report) { try output.write($0) }
        case .csv: try PeriodCSVReport(table: table).write(report) { try output.write($0) }
        case .html: try PeriodHTMLReport().write(report) { try output.write($0) }
        }
    }
}
