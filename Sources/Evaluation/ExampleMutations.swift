import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Small changes of rules that none of their examples notices: what the examples do not prove.
///
/// One keyword, whole message, allow-phrase, branch, exception or excuse is taken away, or one limit
/// moved (counts by one, percentages by ten, times halved and doubled), and all examples of the rule
/// are run as they are written. A change of something that several rules share is noticed where one
/// of them notices.
public struct ExampleMutations: Sendable {
    /// A change that went unnoticed.
    public struct Survivor: Sendable, Hashable {
        public var place: Place
        public var change: Phrase
        /// The first rule that it is a change of.
        public var rule: RuleID
    }

    /// Changes of one rule that are run at most, and fewer of one with thousands of words; those whose
    /// words stand in no example need no run.
    public static let limitPerRule = 2000
    /// Phrases that are compiled for the changes of one rule.
    private static let phrasesPerRule = 4_000_000

    /// Changes tried, those of shared conditions and lists once.
    public private(set) var changes = 0
    /// Sorted by place.
    public private(set) var survivors: [Survivor] = []
    /// Changes beyond the limit, which were not tried.
    public private(set) var leftOut = 0

    private struct Key: Hashable {
        var place: Place
        var change: Phrase
    }

    /// Tries all changes of `rules`, which must pass their examples; rules without examples are left out.
    public init(
        of rules: [Rule], policy: TimePolicy = TimePolicy(), table: FoldTable, cache: DiskCache
    ) throws(ScannerError) {
        let probes = ExampleProbes(rules, policy: policy, table: table, cache: cache)
        var tried: [ExampleProbes.Probe] = []
        var keys: [Key] = []
        var first: [Key: RuleID] = [:]
        var order: [Key] = []
        var noticed: Set<Key> = []
        // Group by group, for the variations of all rules together are many.
        func run() throws(ScannerError) {
            let found = try probes.select(tried) { runner, trial, row in !runner.isKept(trial, row) }
            for number in found { noticed.insert(keys[number]) }
            tried.removeAll(keepingCapacity: true)
            keys.removeAll(keepingCapacity: true)
        }
        for (number, rule) in rules.enumerated() where !rule.examples.hit.isEmpty || !rule.examples.clean.isEmpty {
            var count = 0
            let phrases = rule.phraseCount
            let limit = min(Self.limitPerRule, max(10, Self.phrasesPerRule / max(1, phrases)))
            for edit in ConditionEdits(examples: rule.examples, table: table).edits(rule) {
                let key = Key(place: edit.place, change: edit.change)
                if edit.value != nil { count += 1 }
                guard count <= limit || edit.value == nil else {
                    leftOut += 1
                    continue
                }
                if first[key] == nil {
                    first[key] = rule.id
                    order.append(key)
                }
                guard let variation = edit.value, !noticed.contains(key) else { continue }
                tried.append(ExampleProbes.Probe(rule: number, variation: variation, phrases: phrases))
                keys.append(key)
            }
            if tried.count >= 2000 { try run() }
        }
        try run()
        changes = order.count
        survivors = order.filter { !noticed.contains($0) }.compactMap { key in
            first[key].map { Survivor(place: key.place, change: key.change, rule: $0) }
        }
        survivors.sort { Diagnostic.precedes($0.diagnostic, $1.diagnostic) }
    }
}

extension ExampleMutations.Survivor {
    /// As `rules test` prints it.
    public var diagnostic: Diagnostic {
        Diagnostic(
            .unnoticedChange, severity: .warning,
            Phrase("no example notices: \(change.english)", "没有示例能发现：\(change.chinese)"),
            help: Phrase(
                "add an example that hits only with it, or a clean one that is clean only with it; or remove it",
                "请加一个只有它在才命中（或只有它在才不命中）的示例；或者删掉它"),
            at: RuleChecks.head(place))
    }
}
