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
              mingjian inspect archive.ndjson.gz --rules Rules --out run1      (resumes if stopped)
              zcat a.ndjson.gz | mingjian inspect - --rules Rules --format ndjson > findings.ndjson
              mingjian inspect --stream - --rules Rules < lines.ndjson > results.ndjson
            """)

    @OptionGroup var archive: ArchiveArguments

    @Option(help: "Rule files or directories (may be repeated).")
    var rules: [String] = ["Rules"]

    @Option(help: "What standard output gets: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.table

    @Option(help: "Write the HTML report to this file, too.")
    var html: String?

    @Option(help: "Write everything into this directory, with checkpoints: the same command goes on.")
    var out: String?

    @Option(help: "Roster (CSV): accounts to persons and groups, dated.")
    var roster: String?

    @Option(help: "First day, YYYY-MM-DD: conversations by the day of their first message.")
    var from: String?

    @Option(help: "Last day, YYYY-MM-DD, inclusive.")
    var to: String?

    @Option(help: "Only this group (may be repeated).")
    var group: [String] = []

    @Option(help: "Only conversations with this agent (may be repeated).")
    var agent: [String] = []

    @Option(help: "What was not closed at this instant (RFC 3339) is cut off.")
    var asOf: String?

    @Option(help: "The shop's name where the archive has none; part of finding ids.")
    var shop = ""

    @Option(help: "Exit with 1 if a negative rule of this severity or graver was hit: info, minor, major, critical.")
    var failOn: String?

    @Option(help: "Exit with 65 if more than this share of records is bad, in percent.")
    var maxBad = 0.1

    @Option(help: "Threads (default: all processors).")
    var threads: Int?

    @Option(help: "Table of --format csv: agents, groups, rules, days.")
    var table = "agents"

    @Flag(help: "Terminal tables with all their rows.")
    var all = false

    @Flag(help: "One result line for each line of standard input, in order, at once.")
    var stream = false

    @Flag(name: .shortAndLong, help: "No progress and no summary of bad records.")
    var quiet = false

    func run() throws {
        try mingjian.run { try inspect() }
    }

    private func inspect() throws -> Int32 {
        let policy = try archive.policy()
        let failing = try failOn.map { try severity($0) }
        if stream {
            let compiled = try RuleSources(paths: rules).compiled(policy: policy)
            return try StreamInspection(archive: archive, shop: shop, maxBad: maxBad, failing: failing).run(
                rules: compiled)
        }
        // Rules first: a wrong configuration must not cost a read of the archive.
        let compiled = try RuleSources(paths: rules).compiled(policy: policy)
        let options = try inspectionOptions()
        let inputs = try archive.inputs()
        let lines = try openArchive(inputs, options: archive.options())
        let title = archive.archives.joined(separator: ", ")
        let writer = ReportWriter(
            title: title, rules: compiled, policy: policy, rowLimit: all ? nil : 40, csvTable: table)
        let directory = try out.map {
            try OutputDirectory(path: $0, key: try runKey(inputs: inputs, digest: compiled.digest))
        }
        let stdout = Output()
        let progress = quiet ? nil : ProgressLine(total: totalBytes(inputs))
        let findingsToStdout = format == .ndjson
        let inspection = BatchInspection(
            lines, rules: compiled, options: options, checkpoint: directory?.checkpoint,
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
            return 130
        }
        progress?.clear()
        let report = writer.report(result)
        if format != .ndjson { try writer.write(report, format: format, to: stdout) }
        if let html { try writer.write(report, format: .html, to: Output(path: html)) }
        if let directory { try directory.finish(report, writer) }
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

    /// The exit code: bad records, then what was hit.
    private func verdict(_ result: InspectionResult, failing: Severity?) throws -> Int32 {
        let coverage = result.coverage
        if !quiet, coverage.recordsBad > 0 {
            let shown = result.diagnostics.prefix(10)
            note(RuleSources.renderer(.concise).render(Array(shown), sources: []))
            let more = coverage.recordsBad - shown.count
            if more > 0 { say(Phrase("\(more) more bad records", "另有 \(more) 条坏记录"), severity: "note") }
        }
        if Double(coverage.recordsBad) * 100 > maxBad * Double(coverage.recordsRead) {
            say(
                Phrase(
                    "\(coverage.recordsBad) of \(coverage.recordsRead) records are bad, more than \(maxBad) % (--max-bad)",
                    "\(coverage.recordsRead) 条记录中有 \(coverage.recordsBad) 条坏记录，超过 \(maxBad) %（--max-bad）"))
            return CommandFailure.badData
        }
        guard let failing else { return 0 }
        let order = Severity.allCases
        let isHit = order.indices.contains { order[$0] >= failing && result.negativeHitsBySeverity[$0] > 0 }
        return isHit ? 1 : 0
    }

    private func inspectionOptions() throws -> InspectionOptions {
        var options = InspectionOptions()
        options.threads = min(256, max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount))
        options.firstDay = try day(from, "--from")
        options.lastDay = try day(to, "--to")
        if let first = options.firstDay, let last = options.lastDay, first > last {
            throw CommandFailure(
                code: CommandFailure.usage, phrase: Phrase("--from is after --to", "--from 晚于 --to"))
        }
        if let threads, threads < 1 {
            throw CommandFailure(
                code: CommandFailure.usage, phrase: Phrase("--threads takes 1 or more", "--threads 至少为 1"))
        }
        options.groups = Set(group)
        options.agents = Set(agent)
        options.defaultShop = shop
        options.allowsDuplicates = archive.allowDuplicates
        options.isStrict = archive.strictJSON
        options.largestRecord = archive.maxLine
        options.writesFindings = format == .ndjson || out != nil
        if format == .html || html != nil || out != nil || format == .json { options.caseLimit = 20_000 }
        if format == .json, html == nil, out == nil { options.caseLimit = 0 }
        if let asOf { options.asOf = try InspectCommand.instant(asOf) }
        if let roster { options.roster = try readRoster(roster) }
        return options
    }

    private func readRoster(_ path: String) throws -> Roster {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase("cannot read roster '\(path)'", "无法读取花名册 “\(path)”"))
        }
        let (roster, diagnostics) = try Roster.parse([UInt8](data), path: path)
        if !diagnostics.isEmpty, !quiet { note(RuleSources.renderer(.concise).render(diagnostics, sources: [])) }
        return roster
    }

    private func day(_ text: String?, _ option: String) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw CommandFailure(
                code: CommandFailure.usage,
                phrase: Phrase(
                    "\(option) takes a day as YYYY-MM-DD, not '\(text)'", "\(option) 的日期写作 YYYY-MM-DD，而不是 “\(text)”"))
        }
        return day
    }

    /// The instant that `--as-of` names.
    static func instant(_ text: String) throws -> Instant {
        let formatter = ISO8601DateFormatter()
        guard let date = formatter.date(from: text) else {
            throw CommandFailure(
                code: CommandFailure.usage,
                phrase: Phrase("--as-of takes an RFC 3339 time with offset", "--as-of 取带时区偏移的 RFC 3339 时间"))
        }
        return Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    private func severity(_ text: String) throws -> Severity {
        guard let severity = Severity(rawValue: text) else {
            throw CommandFailure(
                code: CommandFailure.usage,
                phrase: Phrase(
                    "--fail-on takes info, minor, major or critical", "--fail-on 取 info、minor、major 或 critical"))
        }
        return severity
    }

    private func totalBytes(_ inputs: [ArchiveInput]) -> Int? {
        var total = 0
        for input in inputs {
            guard let path = input.path else { return nil }
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            total += Int(status.st_size)
        }
        return total
    }

    /// What makes two runs the same run: inputs with size and change time, rules, options.
    private func runKey(inputs: [ArchiveInput], digest: String) throws -> String {
        var parts = [
            Version.engine, digest, "\(archive)",
            "\(from ?? "") \(to ?? "") \(group) \(agent) \(asOf ?? "") \(shop) \(roster ?? "")",
        ]
        let beside = [roster, archive.mapping, try archive.time.path()].compactMap { $0 }.map { ArchivePath($0) }
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
