import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// A condition ready to be evaluated; children are numbers of nodes in the same rule set.
struct Node: Sendable {
    indirect enum Kind: Sendable {
        case message(MessageNode)
        case expectation(ExpectationNode)
        case silence(Silence)
        case count(of: Int, bound: Count.Bound)
        case all([Int], subject: Int)
        case any([Int])
        case not(Int)
    }

    let kind: Kind
}

/// Judges messages one by one. A class: nodes are walked for every unit, and one reference is
/// cheaper to hand around than what it holds.
final class MessageNode: Sendable {
    let population: PopulationTest
    let position: Position?
    let text: TextNode?

    init(population: PopulationTest, position: Position?, text: TextNode?) {
        self.population = population
        self.position = position
        self.text = text
    }
}

/// The times and counts of an expectation, without its conditions: plain values, cheap to copy.
struct ExpectationTiming: Sendable {
    let trigger: Expectation.Trigger
    let earliest: Int64
    let time: Int64?
    let messages: Int?
    let clock: Expectation.Clock
    let onlyInsideHours: Bool
    let excuseTimes: Int
    let excuseExtend: Int64?
    let atClose: Expectation.AtClose?
    let report: Expectation.Report
    let onTransfer: Expectation.OnTransfer

    init(_ plan: Expectation) {
        trigger = plan.trigger
        earliest = plan.earliest
        time = plan.time
        messages = plan.messages
        clock = plan.clock
        onlyInsideHours = plan.onlyInsideHours
        excuseTimes = plan.excuse?.times ?? 0
        excuseExtend = plan.excuse?.extend
        atClose = plan.atClose
        report = plan.report
        onTransfer = plan.onTransfer
    }
}

/// After X, Y is expected.
final class ExpectationNode: Sendable {
    let plan: Expectation
    let timing: ExpectationTiming
    let after: Int
    let expect: Int
    /// The population that `within.messages` counts: that of the answer's first message condition.
    let answerPopulation: PopulationTest
    let excuse: Int?

    init(plan: Expectation, after: Int, expect: Int, answerPopulation: PopulationTest, excuse: Int?) {
        self.plan = plan
        timing = ExpectationTiming(plan)
        self.after = after
        self.expect = expect
        self.answerPopulation = answerPopulation
        self.excuse = excuse
    }
}

/// Whose exposures a rule counts (`semantics.md` section 4).
enum ExposureSource: Hashable, Sendable {
    /// Each agent with a message in one of the populations, or the debtor at each message of others.
    case populations([PopulationTest])
    /// The last human agent who spoke.
    case lastAgent
    /// The rule's own: obligations, messages that could start a silence, a population that may be empty.
    case own
}

/// One rule, compiled.
final class CompiledRule: Sendable {
    let summary: RuleSummary
    let root: Int
    let appliesTo: Int?
    let exposures: ExposureSource
    /// Leaves one of which must have a candidate for the rule to be anything but clean or not
    /// applicable; nil: it must always be looked at.
    let requiredLeaves: [Int]?
    /// Exposure class whose counts it shares, or -1.
    let exposureClass: Int
    /// The population and leaf of a rule that is one message condition over one leaf and no more.
    let plain: (population: PopulationTest, leaf: Int)?
    /// The expectation whose missed obligations a positive rule reports, and whether it is the root.
    let duty: (node: Int, isRoot: Bool)?

    init(
        summary: RuleSummary, root: Int, appliesTo: Int?, exposures: ExposureSource, requiredLeaves: [Int]?,
        exposureClass: Int, plain: (population: PopulationTest, leaf: Int)?, duty: (node: Int, isRoot: Bool)?
    ) {
        self.summary = summary
        self.root = root
        self.appliesTo = appliesTo
        self.exposures = exposures
        self.requiredLeaves = requiredLeaves
        self.exposureClass = exposureClass
        self.plain = plain
        self.duty = duty
    }
}

/// The executable form of a rule set: immutable, shared by all threads.
public final class CompiledRules: Sendable {
    public let summaries: [RuleSummary]
    /// SHA-256 of the rule set's canonical content.
    public let digest: String
    public let policy: TimePolicy
    public let table: FoldTable
    public let acknowledgements: Acknowledgements

    let rules: [CompiledRule]
    let nodes: [Node]
    let leaves: [TextLeaf]
    let patterns: CompiledPatterns
    /// Per atom the leaves that use it.
    let leavesOfAtom: FlatLists
    /// Per level, bit `speaker * 2 + automatic`: texts of such messages are looked at.
    let textSenders: [TextLevel: UInt8]
    /// Per leaf the rules to wake when it has a candidate.
    let rulesOfLeaf: FlatLists
    /// Rules that are looked at on every unit.
    let alwaysRules: [Int32]
    /// The shared exposure classes.
    let exposureClasses: [(unit: UnitKind, source: ExposureSource)]
    let classesOfUnit: [UnitKind: [Int]]
    /// Some rule's unit is the stay.
    let hasStayRules: Bool

    /// For each rule, its exposure class or -1: what `TallyTable` needs.
    public var classOfRule: [Int] { rules.map(\.exposureClass) }
    public var exposureClassCount: Int { exposureClasses.count }

    init(
        digest: String, policy: TimePolicy, table: FoldTable, acknowledgements: Acknowledgements,
        rules: [CompiledRule], nodes: [Node], leaves: [TextLeaf], patterns: CompiledPatterns,
        leavesOfAtom: [[Int32]], textSenders: [TextLevel: UInt8],
        exposureClasses: [(unit: UnitKind, source: ExposureSource)]
    ) {
        summaries = rules.map(\.summary)
        self.digest = digest
        self.policy = policy
        self.table = table
        self.acknowledgements = acknowledgements
        self.rules = rules
        self.nodes = nodes
        self.leaves = leaves
        self.patterns = patterns
        self.leavesOfAtom = FlatLists(leavesOfAtom)
        self.textSenders = textSenders
        self.exposureClasses = exposureClasses
        var rulesOfLeaf = [[Int32]](repeating: [], count: leaves.count)
        var always: [Int32] = []
        for (number, rule) in rules.enumerated() {
            if let required = rule.requiredLeaves {
                for leaf in Set(required) { rulesOfLeaf[leaf].append(Int32(number)) }
            } else {
                always.append(Int32(number))
            }
        }
        self.rulesOfLeaf = FlatLists(rulesOfLeaf)
        alwaysRules = always
        classesOfUnit = Dictionary(grouping: exposureClasses.indices) { exposureClasses[$0].unit }
        hasStayRules = rules.contains { $0.summary.unit == .stay }
    }
}

extension CompiledRules {
    /// Whether a rule is looked at on every unit, instead of when a keyword of it occurs.
    public func isAlwaysJudged(_ rule: Int) -> Bool { rules[rule].requiredLeaves == nil }
}
