import Archives
import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Reports
import Synchronization

/// `mingjian inspect`: an archive in, a report out.
struct InspectCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, ndjson, csv, html
    }

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Inspects archives by rules and reports per agent. 质检会话存档",
        discussion: """
            Examples:
              mingjian inspect archive.ndjson --rules Rules
              mingjian inspect exports/ --rules Rules --html report.html --roster roster.csv
              mingjian inspect archive.ndjson.gz --rules Rules --out run1   (resumes)
              mingjian inspect archive.ndjson --versions shop    (rules by the day)
              mingjian inspect archive.ndjson --versions shop --as-version 3
              mingjian inspect archive.ndjson --draft Rules
              zcat a.ndjson.gz | mingjian inspect - --rules Rules \\
                  --format ndjson > findings.ndjson
              mingjian inspect --stream - --rules Rules < lines.ndjson > results.ndjson
            """)

    @OptionGroup var archive: ArchiveArguments

    @OptionGroup var choice: RulesArguments

    @Option(
        name: .customLong("format"),
        help: "What standard output gets: \(Format.allCases.map(\.rawValue).joined(separator: ", ")) (default: table)."
    )
    var namedFormat: Format?

    @Option(help: "Write the HTML report to this file, too.")
    var html: String?

    @Option(help: "Write everything into this directory, with checkpoints: the same command goes on.")
    var out: String?

    @Option(help: "Title of the report (default: the names of the archives and the days they span).")
    var title: String?

    @OptionGroup var selection: SelectionArguments

    @OptionGroup var exempting: ExemptionArguments

    @Option(help: "Exit with 1 if a negative rule of this severity or graver was hit: info, minor, major, critical.")
    var failOn: String?

    @Option(parsing: .unconditional, help: "Exit with 65 if more than this share of records is bad, in percent.")
    var maxBad = 0.1

    @Option(help: "Table of --format csv: agents (default), groups, rules, days, scores, exemptions, procedures.")
    var table: String?

    @Flag(help: "Terminal tables with all their rows.")
    var all = false

    @Flag(help: "One result line for each line of standard input, in order, at once.")
    var stream = false

    @Flag(name: .shortAndLong, help: "No progress and no summary of bad records.")
    var quiet = false

    func run() throws {
        try mingjian.run { try inspect() }
    }

    private var format: Format { namedFormat ?? .table }

    private func inspect() throws -> Int32 {
        let policy = try RulesArguments.policy(
            archive.time, versions: choice.versions, asVersion: choice.asVersion, cuts: archive.cut)
        let failing = try failOn.map { try severity($0) }
        let csvTable = try table.map(namedTable) ?? .agents
        if table != nil, !(stream || format == .csv) {
            throw CommandFailure.misuse("--table goes with --format csv", "--table 要与 --format csv 同用")
        }
        try checkBadRecordLimit(maxBad)
        if stream {
            try refuseForStream()
            var options = try inspectionOptions()
            options.exemptions = try exempting.loaded(zone: policy.zone).exemptions
            return try StreamInspection(archive: archive, options: options, maxBad: maxBad, failing: failing).run(
                rules: choice.loaded(policy: policy).rules)
        }
        // Rules first: a wrong configuration must not cost a read of the archive.
        let (rules, rulesKey) = try choice.loaded(policy: policy)
        var options = try inspectionOptions()
        let (exemptions, exemptionsKey) = try exempting.loaded(zone: policy.zone)
        options.exemptions = exemptions
        if let html { try Output.check(html) }
        let inputs = try archive.inputs()
        let closings = try RulesArguments.closings(
            versions: choice.versions, asVersion: choice.asVersion, policy: policy)
        let lines = try openArchive(inputs, options: archive.options(policy: policy, policyAt: closings))
        let writer = ReportWriter(
            title: title, archives: archive.archives, policy: policy, policyName: choice.policyName(archive.time.name),
            rowLimit: all ? nil : 40, csvTable: csvTable)
        let directory = try out.map {
            try OutputDirectory(path: $0, key: try runKey(inputs: inputs, rules: rulesKey + exemptionsKey))
        }
        let stdout = Output()
        let progress = quiet ? nil : ProgressLine(total: SelectionArguments.totalBytes(inputs))
        let findingsToStdout = format == .ndjson
        let inspection = BatchInspection(
            lines, rules: rules, options: options, checkpoint: directory?.checkpoint,
            sink: { bytes in
                if let directory { try directory.findings.write(bytes) }
                if findingsToStdout { try stdout.write(bytes) }
            },
            progress: { progress?.show($0) },
            isCancelled: { Surroundings.isInterrupted.load(ordering: .relaxed) })
        guard let result = try inspection.run() else {
            progress?.clear()
            say(
                directory == nil
                    ? Phrase("interrupted", "已中断")
                    : Phrase("interrupted; the same command goes on from here", "已中断；再次运行同一命令即可继续"))
            return CommandFailure.interrupted
        }
        progress?.clear()
        let report = writer.report(result)
        if format != .ndjson { try writer.write(report, format: format, to: stdout) }
        if let html { try writer.write(report, format: .html, to: Output(path: html)) }
        if let directory { try directory.finish(report, writer, badRecords: result.diagnostics) }
        if !quiet {
            tellOfRecords(result, listedIn: directory == nil ? nil : OutputDirectory.badRecordsName)
            archive.tellOfMapping(among: result.coverage.sources)
            selection.tellOfNames(result.namesSeen)
            ExemptionArguments.tellOfUnknownRules(exemptions, among: result.tally.rules)
            ExemptionArguments.tellOfIdle(result.idleExemptions, of: exemptions)
            if selection.group.isEmpty, selection.agent.isEmpty { tellOfGroups(rules, result.namesSeen) }
            // Lines of findings have no place for it.
            if format == .ndjson { say(coverageLine(report.coverage, zone: policy.zone), severity: "note") }
        }
        if let failure = result.inputFailure {
            say(failure.phrase)
            say(
                Phrase("the report covers what was read before that", "报告只包含出错之前读到的内容"), severity: "warning")
            return CommandFailure.inputOutput
        }
        if result.coverage.recordsInspected == 0, !quiet {
            say(Phrase("nothing was inspected", "没有检查任何会话"), severity: "warning")
        }
        return try verdict(result, failing: failing)
    }

    /// Groups that schemes name and no conversation has: most likely written in another way.
    private func tellOfGroups(_ rules: RunRules, _ seen: NamesSeen) {
        let missing = rules.groupsOfSchemes.subtracting(seen.groups).sorted()
        guard !missing.isEmpty else { return }
        let names = missing.prefix(5).map { visible($0) }.joined(separator: "、") + (missing.count > 5 ? "…" : "")
        say(
            Phrase(
                "no conversation is of these groups that schemes name: \(names)", "方案里的这些分组没有任何会话：\(names)"),
            severity: "note")
    }

    /// The exit code: bad records, then what was hit.
    private func verdict(_ result: InspectionResult, failing: Severity?) throws -> Int32 {
        if hasTooManyBadRecords(result, limit: maxBad) { return CommandFailure.badData }
        guard let failing else { return 0 }
        let order = Severity.allCases
        let isHit = order.indices.contains { order[$0] >= failing && result.negativeHitsBySeverity[$0] > 0 }
        return isHit ? 1 : 0
    }

    /// Whatever makes no difference to `--stream` would be given in error.
    private func refuseForStream() throws {
        let given: [(name: String, isGiven: Bool)] = [
            ("--html", html != nil), ("--out", out != nil), ("--format", namedFormat != nil),
            ("--table", table != nil), ("--all", all),
            ("--from", selection.from != nil), ("--to", selection.to != nil), ("--group", !selection.group.isEmpty),
            ("--agent", !selection.agent.isEmpty), ("--as-of", selection.asOf != nil), ("--cut", archive.cut),
            ("--mapping", archive.mapping != nil),
        ]
        guard let first = given.first(where: \.isGiven) else { return }
        throw CommandFailure.misuse("\(first.name) does not go with --stream", "\(first.name) 不能与 --stream 同用")
    }

    private func namedTable(_ text: String) throws -> CSVReport.Table {
        guard let table = CSVReport.Table(rawValue: text) else {
            throw CommandFailure.misuse(
                "--table takes agents, groups, rules, days, scores, exemptions or procedures",
                "--table 取 agents、groups、rules、days、scores、exemptions 或 procedures")
        }
        return table
    }

    private func inspectionOptions() throws -> InspectionOptions {
        var options = try selection.options(archive)
        options.writesFindings = format == .ndjson || out != nil
        if format == .html || html != nil || out != nil { options.caseLimit = 20_000 }
        if let roster = selection.roster {
            options.roster = try SelectionArguments.readRoster(roster, isQuiet: quiet)
                .holding(from: options.firstDay, to: options.lastDay)
        }
        return options
    }

    private func severity(_ text: String) throws -> Severity {
        guard let severity = Severity(rawValue: text) else {
            throw CommandFailure.misuse(
                "--fail-on takes info, minor, major or critical", "--fail-on 取 info、minor、major 或 critical")
        }
        return severity
    }

    /// What makes two runs the same run: inputs with size and change time, rules, options.
    private func runKey(inputs: [ArchiveInput], rules: String) throws -> String {
        var parts = [
            Version.engine, rules, archive.key, selection.key,
        ]
        let beside = [selection.roster, archive.mapping, try archive.time.path()].compactMap { $0 }.map {
            ArchivePath($0)
        }
        for path in inputs.compactMap(\.path) + beside {
            var status = stat()
            if path.withCString({ stat($0, &status) }) == 0 {
                #if canImport(Darwin)
                let changed = status.st_mtimespec
                #else
                let changed = status.st_mtim
                #endif
                parts.append("\(path) \(status.st_size) \(changed.tv_sec) \(changed.tv_nsec)")
            }
        }
        return parts.joined(separator: "\n")
    }
}
