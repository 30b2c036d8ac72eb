import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import RuleLanguage
import Synchronization

/// How often keywords hit in an archive, told as hits a day.
struct KeywordFrequencies {
    /// Keywords that are looked for in one reading of the archive.
    private static let probesPerReading = 20_000

    /// Archives, as the command line names them.
    var corpus: [String]
    /// Conversations a day of the shop; nil: those of the archive.
    var conversationsPerDay: Int?
    /// Hits a day from which on a keyword is common.
    var threshold: Int

    /// A warning for each keyword that is common.
    func warnings(_ rules: [Rule]) throws -> [Diagnostic] {
        let probes = CommonKeywords(of: rules).probes
        var result: [Diagnostic] = []
        var start = 0
        while start < probes.count {
            let group = Array(probes[start..<min(start + Self.probesPerReading, probes.count)])
            result += try warnings(group)
            start += group.count
        }
        return result
    }

    private func warnings(_ probes: [CommonKeywords.Probe]) throws -> [Diagnostic] {
        let policy = TimePolicy()
        let compiled = RuleCompiler.compile(
            probes.map(\.alone), digest: "", policy: policy, table: Surroundings.foldTable, cache: Surroundings.cache)
        guard let rules = compiled.rules else { return compiled.diagnostics }
        var options = ArchiveOptions()
        options.zones = { Surroundings.zone($0) }
        options.spillDirectory = ArchivePath(
            bytes: Array((ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp").utf8))
        let inputs = try ArchiveInput.resolve(RawArguments.paths(corpus))
        var inspection = InspectionOptions()
        inspection.threads = min(256, ProcessInfo.processInfo.activeProcessorCount)
        let run = BatchInspection(
            try openArchive(inputs, options: options), rules: rules, options: inspection,
            isCancelled: { Surroundings.isInterrupted.load(ordering: .relaxed) })
        guard let found = try run.run() else { throw CommandFailure(code: 130, phrase: Phrase("interrupted", "已中断")) }
        if let failure = found.inputFailure { throw failure }
        let factor = try factor(found)
        return probes.indices.compactMap { number in
            let hits = found.tally.total.keys.isEmpty ? 0 : found.tally.total[0, number].hits
            let perDay = Int((Double(hits) * factor).rounded())
            return perDay >= threshold && hits > 0
                ? CommonKeywords.warning(probes[number], hits: hits, perDay: perDay) : nil
        }
    }

    /// Hits a day for one hit in the archive.
    private func factor(_ found: InspectionResult) throws -> Double {
        let conversations = found.coverage.conversations
        guard conversations > 0 else {
            throw CommandFailure(
                code: CommandFailure.inputOutput, phrase: Phrase("the corpus holds no conversation", "语料里没有会话"))
        }
        if let conversationsPerDay { return Double(conversationsPerDay) / Double(conversations) }
        let days = found.tally.byDay.keys.count { CalendarDay($0) != nil }
        guard days > 0 else {
            throw CommandFailure.misuse(
                "the corpus has no days: say with --per-day how many conversations the shop has a day",
                "语料没有日期：请用 --per-day 给出店铺每天的会话数")
        }
        return 1 / Double(days)
    }
}
