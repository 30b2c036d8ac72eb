import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import RuleLanguage

/// A draft and what it is compared with: compiled together, and described when both have judged.
struct BacktestSides {
    /// The sets of the run, each of both sides.
    let rules: RunRules
    /// Whether rules that judge the same on both sides are left out.
    private let changedOnly: Bool
    private let draft: RuleSources
    private let draftLabel: String
    private let old: Old

    private enum Old {
        case files(RuleSources, label: String)
        case versions(VersionStore, RuleVersionIndex, now: Instant)
    }

    /// Reads both sides, one of `against` and `versions`; 66 where one of them has errors.
    init(
        draft paths: [String], against: [String], versions: String?, policy: TimePolicy, changedOnly: Bool
    ) throws {
        self.changedOnly = changedOnly
        let draft = try RuleSources(paths: paths)
        _ = try draft.checkedRules()
        self.draft = draft
        draftLabel = paths.joined(separator: ", ")
        guard let versions else {
            let files = try RuleSources(paths: against)
            _ = try files.checkedRules()
            old = .files(files, label: against.joined(separator: ", "))
            let pairs = try BacktestSides.pairs(files, draft)
            let only = try changedOnly ? BacktestSides.differing(files, draft) : nil
            rules =
                pairs.table.isEmpty
                ? RunRules(try BacktestSides.joined(files, draft, pairs[nil], policy: policy, only: only))
                : RunRules(schemes: pairs.table, policy: policy) {
                    try BacktestSides.joined(files, draft, pairs[$0], policy: policy, only: only)
                }
            return
        }
        let store = VersionStore(path: versions)
        let index = try store.index()
        let now = try Surroundings.now()
        guard index.inForce(at: now) != nil else {
            throw CommandFailure(
                code: CommandFailure.badRules,
                phrase: Phrase("no versions of rules in '\(versions)'", "“\(versions)” 里没有规则版本"))
        }
        RulesArguments.warn(of: index, zone: policy.zone)
        // Versions come when they are needed; what is wrong with the draft is said before the archive is read.
        _ = try draft.compiled(policy: policy)
        old = .versions(store, index, now: now)
        // What a version that cannot be read would add is not needed, or is said when it is.
        let only =
            changedOnly
            ? index.versions.reduce(into: Set<RuleID>()) { all, version in
                guard let files = try? RuleSources(files: store.files(of: version)) else { return }
                all.formUnion((try? BacktestSides.differing(files, draft)) ?? [])
            } : nil
        // The draft is judged by the policy of the version that it is compared with: it is not one itself.
        rules = RunRules(
            versions: index, at: now, policy: policy, policies: try store.policies(of: index, fallback: policy),
            schemes: { try BacktestSides.pairs(RuleSources(files: store.files(of: $0)), draft).table }
        ) { version, scheme in
            let kept = try store.policy(of: version) ?? policy
            let files = try RuleSources(files: store.files(of: version))
            let pair = try BacktestSides.pairs(files, draft)[scheme]
            return try BacktestSides.joined(files, draft, pair, policy: kept, only: only)
        }
    }

    /// Which groups have which schemes of both sides; 66 where there are too many pairs.
    private static func pairs(_ old: RuleSources, _ new: RuleSources) throws -> SchemePairs {
        guard let pairs = SchemePairs(old: old.schemes, new: new.schemes) else {
            throw CommandFailure(
                code: CommandFailure.badRules,
                phrase: Phrase(
                    "the schemes of both sides make more than \(SchemeTable.limit) pairs",
                    "两边的方案两两对应后超过 \(SchemeTable.limit) 组"))
        }
        return pairs
    }

    /// The rules that differ for any group: all figures of a rule are of one kind, so it is judged for every group.
    private static func differing(_ old: RuleSources, _ new: RuleSources) throws -> Set<RuleID> {
        let pairs = try pairs(old, new)
        let schemes: [Scheme?] = pairs.table.isEmpty ? [nil] : pairs.table.schemes.map { $0 }
        return schemes.reduce(into: []) { all, scheme in
            let (before, after) = both(old, new, pairs[scheme])
            all.formUnion(ComparedRules.differing(old: before, new: after))
        }
    }

    /// The rules of both sides by the schemes of a group.
    private static func both(
        _ old: RuleSources, _ new: RuleSources, _ pair: SchemePairs.Pair
    ) -> (old: [Rule], new: [Rule]) {
        (pair.old.map { old.rules(of: $0) } ?? old.rules, pair.new.map { new.rules(of: $0) } ?? new.rules)
    }

    /// Both sides in one set, by the schemes of a group.
    ///
    /// - Parameter only: the rules that are judged; nil: all, and scored.
    private static func joined(
        _ old: RuleSources, _ new: RuleSources, _ pair: SchemePairs.Pair, policy: TimePolicy, only: Set<RuleID>?
    ) throws -> RuleSet {
        _ = try old.checkedRules()
        let (before, after) = both(old, new, pair)
        let (rules, joined) = ComparedRules.joined(old: before, new: after, only: only)
        var comparison = joined
        // A score is made of all rules.
        if only == nil { comparison.scoring = (old.scoring, new.scoring) }
        comparison.schemes = (pair.old?.id, pair.new?.id)
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: policy, table: Surroundings.foldTable,
            cache: Surroundings.cache, sources: old.files + new.files, sets: 2)
        let errors = result.diagnostics.filter { $0.severity == .error }
        if let compiled = result.rules, errors.isEmpty { return RuleSet(compiled, comparison: comparison) }
        // Each by itself says best what is wrong with it.
        _ = try new.compiled(policy: policy, scheme: pair.new)
        _ = try old.compiled(policy: policy, scheme: pair.old)
        throw new.refused(errors)
    }

    /// The report of a run that has judged by both.
    func report(
        _ result: ComparisonOutcome, _ coverage: Coverage, title: String, casesPerRule: Int
    ) throws -> BacktestReport {
        let base: RuleSources?
        var comparedVersion: Int?
        let side: (label: String, digest: String)
        switch old {
        case .files(let files, let label):
            base = files
            side = (label, rulesDigest(files.rules))
        case .versions(let store, let index, let now):
            // Differences of the rules are told against the newest version that judged something.
            let newest = coverage.versions.last.flatMap { index[$0.number] } ?? index.inForce(at: now)?.version
            base = try newest.map { try RuleSources(files: store.files(of: $0)) }
            let numbers = coverage.versions.map { String($0.number) }
            if numbers.count > 1 { comparedVersion = newest?.number }
            let shown = numbers.prefix(8).joined(separator: "、") + (numbers.count > 8 ? " 等" : "")
            side = (
                "第 \(numbers.isEmpty ? newest.map { String($0.number) } ?? "" : shown) 版",
                numbers.count > 1 ? "" : newest?.rulesDigest ?? ""
            )
        }
        let before = try base?.checkedRules() ?? []
        var report = BacktestReport(
            title: title, engine: Version.engine, zone: rules.zone, old: side,
            new: (draftLabel, rulesDigest(draft.rules)), coverage: coverage,
            conversationsAffected: result.conversationsAffected, rules: described(result, before),
            agents: result.agents, cases: result.cases, verdicts: result.verdicts, casesPerRule: casesPerRule)
        report.scores = result.scores
        report.comparedVersion = comparedVersion
        if changedOnly {
            let judged = Set(result.summaries.map(\.id))
            report.unjudged = report.rules.count {
                ($0.status == .unchanged || $0.status == .described) && !judged.contains($0.summary.id)
            }
        }
        if let base {
            let changes = SchemeDiff(
                from: SchemeDiff.Side(schemes: base.schemes, scoring: base.scoring, rules: before),
                to: SchemeDiff.Side(schemes: draft.schemes, scoring: draft.scoring, rules: draft.rules))
            report.schemeDifferences = changes.text(in: .chinese).split(separator: "\n").map(String.init)
        }
        return report
    }

    /// All rules of both sides by id, with what differs in them and in their findings.
    private func described(_ result: ComparisonOutcome, _ base: [Rule]) -> [BacktestRule] {
        let before = Dictionary(base.map { ($0.id, $0) }) { first, _ in first }
        let after = Dictionary(draft.rules.map { ($0.id, $0) }) { first, _ in first }
        let changed = Dictionary(
            RuleDiff(from: base, to: draft.rules).changed.map { ($0.new.id, $0) }
        ) { first, _ in first }
        let known = Dictionary(result.summaries.map { ($0.id, $0) }) { first, _ in first }
        let ids = Set(before.keys).union(after.keys).union(known.keys)
        return ids.sorted().compactMap { id in
            guard let summary = after[id]?.reportSummary ?? known[id] ?? before[id]?.reportSummary else { return nil }
            var rule: BacktestRule
            if let new = after[id] {
                if let old = before[id] {
                    let status: BacktestRule.Status =
                        old.judgement != new.judgement ? .changed : changed[id] != nil ? .described : .unchanged
                    rule = BacktestRule(
                        summary: summary, status: status,
                        differences: changed[id].map { RuleDiff.lines(of: $0, in: .chinese) } ?? [])
                } else {
                    rule = BacktestRule(
                        summary: summary, status: .added, differences: RuleDiff.lines(ofNew: new, in: .chinese))
                }
            } else {
                rule = BacktestRule(summary: summary, status: .removed)
            }
            if let counts = result.rules[id] {
                rule.hits = counts.hits
                rule.missed = counts.missed
            }
            return rule
        }
    }
}

extension Rule {
    /// What reports need to know of it.
    var reportSummary: RuleSummary {
        RuleSummary(
            id: id, name: name, polarity: polarity, category: category, severity: severity, unit: unit,
            summary: summary)
    }
}
