import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Conditions inside rules that hold in no example of theirs.
///
/// Each condition of `all`, `any`, `not` and `unless`, each trigger, answer and excuse, is judged by
/// itself on the examples as they are written, among the messages that its `message` looks at. One that
/// several rules share is reached where an example of one of them reaches it.
public struct ExampleCoverage: Sendable {
    /// Conditions looked at, shared ones once.
    public private(set) var branches = 0
    /// The outermost ones that were not reached, each with a warning at its place, sorted.
    public private(set) var unreached: [Diagnostic] = []

    /// Looks at all conditions of `rules`; rules without examples are left out.
    public init(
        of rules: [Rule], policy: TimePolicy = TimePolicy(), table: FoldTable, cache: DiskCache
    ) throws(ScannerError) {
        let probes = ExampleProbes(rules, policy: policy, table: table, cache: cache)
        var tried: [ExampleProbes.Probe] = []
        var places: [Place] = []
        var reached: Set<Place> = []
        var order: [Place] = []
        var parents: [Place: Place] = [:]
        func run() throws(ScannerError) {
            for number in try probes.select(tried, { runner, trial, _ in runner.isHit(trial.rule) }) {
                reached.insert(places[number])
            }
            tried.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        for (number, rule) in rules.enumerated() where !rule.examples.hit.isEmpty || !rule.examples.clean.isEmpty {
            for branch in RuleBranches(rule).branches {
                if parents.updateValue(branch.parent, forKey: branch.place) == nil { order.append(branch.place) }
                if reached.contains(branch.place) { continue }
                let variation = Rule(
                    id: rule.id, name: rule.name, polarity: .negative, unit: rule.unit, when: branch.condition,
                    place: branch.place)
                tried.append(
                    ExampleProbes.Probe(rule: number, variation: { variation }, phrases: variation.phraseCount))
                places.append(branch.place)
            }
            if tried.count >= 2000 { try run() }
        }
        try run()
        branches = order.count
        let missed = Set(order.filter { !reached.contains($0) })
        unreached = order.filter { missed.contains($0) && !(parents[$0].map { missed.contains($0) } ?? false) }
            .map(ExampleCoverage.warning).sorted(by: Diagnostic.precedes)
    }

    private static func warning(_ place: Place) -> Diagnostic {
        Diagnostic(
            .unreachedBranch, severity: .warning,
            Phrase("no example reaches this condition", "没有示例触及这个条件"),
            help: Phrase("add an example in which it holds, or remove it", "请加一个它成立的示例，或删掉它"),
            at: RuleChecks.head(place))
    }
}

/// The conditions inside a rule, each as a rule's condition of its own.
struct RuleBranches {
    struct Branch {
        var condition: Condition
        var place: Place
        /// The condition around it.
        var parent: Place
    }

    private(set) var branches: [Branch] = []

    init(_ rule: Rule) {
        if let appliesTo = rule.appliesTo { add(appliesTo, in: rule.place) }
        add(rule.when, in: rule.place)
    }

    private mutating func add(_ condition: Condition, in parent: Place) {
        let place = condition.place
        // A condition and its `unless` are written at one place.
        if place != parent { branches.append(Branch(condition: condition, place: place, parent: parent)) }
        if case .message(let message) = condition.kind, let text = message.text {
            add(text, of: message, in: place, isWhole: true)
        }
        for part in condition.parts { add(part, in: place) }
    }

    /// - Parameter isWhole: it is all that the message asks of its text, and so no branch of its own.
    private mutating func add(
        _ text: TextCondition, of message: MessageCondition, in parent: Place, isWhole: Bool = false
    ) {
        var place = parent
        if !isWhole, text.place != parent {
            let looked = MessageCondition(population: message.population, position: message.position, text: text)
            branches.append(
                Branch(condition: Condition(.message(looked), place: text.place), place: text.place, parent: parent))
            place = text.place
        }
        for part in text.parts { add(part, of: message, in: place) }
    }
}
