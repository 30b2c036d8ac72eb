import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Runs variations of rules on the examples of those rules: changed ones, or single branches of them.
///
/// A rule is taken for its examples, a probe for its conditions. Probes are compiled in groups, so that
/// neither many rules nor many probes of one rule take much memory.
struct ExampleProbes {
    /// One variation of a rule.
    struct Probe {
        /// Number of the rule whose examples are run.
        var rule: Int
        /// Made when it is compiled.
        var variation: () -> Rule
        /// Phrases of the rule: what compiling it takes.
        var phrases: Int
    }

    /// Probes and phrases that are compiled together.
    private static let groupSize = 500
    private static let phrasesPerGroup = 400_000

    let rules: [Rule]
    let table: FoldTable
    let policy: TimePolicy
    let skeletons: SkeletonTable

    init(_ rules: [Rule], policy: TimePolicy, table: FoldTable, cache: DiskCache) {
        self.rules = rules
        self.policy = policy
        self.table = table
        skeletons = SkeletonTable.cached(folding: table, in: cache)
    }

    /// The numbers of the probes, which stand in the order of their rules, for which `shows` says yes
    /// on some example of their rule, as written; probes that cannot be compiled are not among them.
    func select(
        _ probes: [Probe], _ shows: (ExampleRunner, ExampleRunner.Trial, ConversationRow) -> Bool
    ) throws(ScannerError) -> Set<Int> {
        var result: Set<Int> = []
        var start = 0
        while start < probes.count {
            var end = start
            var phrases = 0
            while end < probes.count, end - start < ExampleProbes.groupSize,
                end == start || phrases + probes[end].phrases <= ExampleProbes.phrasesPerGroup
            {
                phrases += probes[end].phrases
                end += 1
            }
            try select(probes, start..<end, shows, into: &result)
            start = end
        }
        return result
    }

    private func select(
        _ probes: [Probe], _ group: Range<Int>,
        _ shows: (ExampleRunner, ExampleRunner.Trial, ConversationRow) -> Bool, into result: inout Set<Int>
    ) throws(ScannerError) {
        let variations = group.map { number in
            var variation = probes[number].variation()
            variation.id = RuleID("probe-\(number)")
            return variation
        }
        let compiled = RuleCompiler.compile(
            variations, digest: "", policy: policy, table: table, cache: DiskCache(directory: nil),
            skeletons: skeletons)
        guard let compiled = compiled.rules else { return }
        let runner = try ExampleRunner(variations, compiled: compiled)
        var numbers: [Int: [Int]] = [:]
        for number in group { numbers[probes[number].rule, default: []].append(number) }
        for rule in numbers.keys.sorted() {
            let own = numbers[rule] ?? []
            runner.forEachExample(of: rules[rule]) { promise, example, row in
                for number in own where !result.contains(number) {
                    let trial = ExampleRunner.Trial(
                        rule: number - group.lowerBound, promise: promise, example: example,
                        conversation: example.conversation)
                    if shows(runner, trial, row) { result.insert(number) }
                }
            }
        }
    }
}

extension Rule {
    /// Phrases of all its lists of keywords.
    var phraseCount: Int {
        [appliesTo, when].compactMap { $0 }.flatMap { KeywordChecks.lists(in: $0) }
            .reduce(0) { $0 + $1.phrases.count + $1.allow.count }
    }
}

extension ExampleRunner {
    /// Judges each example of `rule`, as written, by the compiled rules.
    func forEachExample(of rule: Rule, _ body: (Promise, Example, ConversationRow) -> Void) {
        let lists: [(Promise, [Example])] = [
            (.hit, rule.examples.hit), (.clean, rule.examples.clean),
            (.notApplicable, rule.examples.notApplicable),
        ]
        let examples = lists.flatMap { list in list.1.map { (list.0, $0) } }
        let bytes = ConversationBytes()
        evaluator.begin()
        let rows = examples.map { evaluator.append($0.1.conversation(in: evaluator.rules.policy.zone), bytes: bytes) }
        evaluator.scan()
        withExtendedLifetime(bytes) {
            for ((promise, example), row) in zip(examples, rows) {
                evaluator.judge(row)
                body(promise, example, row)
            }
        }
    }
}
