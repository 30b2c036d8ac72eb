import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Whose exposures a rule counts (`semantics.md` section 4).
enum ExposureSource: Hashable {
    /// Each agent with a message in one of the populations (their numbers), or the debtor at each
    /// message of others.
    case populations(NodeList)
    /// The last human agent who spoke.
    case lastAgent
    /// The rule's own: obligations, messages that could start a silence, a population that may be empty.
    case own
}

extension Sequence where Element == Judgement.Exposure {
    /// What is a miss of whom the branches of an `any` expose more than once: the obligations that he
    /// missed, or else the first message at which he is exposed, and only without one the unit as a whole.
    func misses(missedDuties: some Sequence<Judgement.Exposure>) -> Set<Judgement.Exposure> {
        let duties = Set(missedDuties)
        let debtors = Set(duties.lazy.map(\.owner))
        let others = lazy.filter { !debtors.contains($0.owner) }.map { ($0.owner, $0.anchor) }
        let earliest = Dictionary(others) { UInt32(bitPattern: $0) < UInt32(bitPattern: $1) ? $0 : $1 }
        return duties.union(earliest.lazy.map { Judgement.Exposure(owner: $0.key, anchor: $0.value) })
    }
}

/// One rule, compiled: plain values, walked for every unit.
struct CompiledRule: @unchecked Sendable {
    let root: Int
    let appliesTo: Int?
    let isPositive: Bool
    let isOfStays: Bool
    let exposures: ExposureSource
    /// Whether branches of an `any` may expose one owner more than once.
    let isExposedByBranches: Bool
    /// Exposure class whose counts it shares, or -1.
    let exposureClass: Int
    /// Where it is one message condition over one leaf and no more: that condition's number of a
    /// population and its leaf.
    let plain: PlainRule?
    /// The expectation whose missed obligations a positive rule reports, or the sequence whose divergence.
    let duty: Duty?
    /// The sequence that the rule is, or -1.
    let procedure: Int

    struct PlainRule {
        let population: PopulationTest
        let populationNumber: Int
        let leaf: Int
    }

    struct Duty {
        let node: Int
        let isRoot: Bool
    }
}

/// An atom's place in a leaf.
struct LeafPlace: BitwiseCopyable, Sendable {
    let leaf: Int32
    /// The phrase that it is, or the factor of a regex that it belongs to.
    let part: Int32
    /// The factor's bit, and those of all factors that a message must hold; 1 and 1 for phrases.
    let bit: UInt32
    let all: UInt32
}

/// Rules whose exposures on a unit are the same, so that they are counted once.
struct ExposureClass: @unchecked Sendable {
    let unit: UnitKind
    let source: ExposureSource
}

/// The executable form of a rule set: immutable, shared by all threads.
public final class CompiledRules: Sendable {
    public let summaries: [RuleSummary]
    /// SHA-256 of the rule set's canonical content.
    public let digest: String
    public let policy: TimePolicy
    public let table: FoldTable
    /// Where some rule sees through disguises.
    let skeletons: SkeletonTable?
    public let acknowledgements: Acknowledgements

    let rules: FixedTable<CompiledRule>
    let nodes: FixedTable<Node>
    private let memory: NodeMemory
    let leaves: [TextLeaf]
    /// What the inner loops ask of leaves, without touching them.
    let leafTraits: FixedTable<TextLeaf.Traits>
    /// Leaves that are asked about every message, since nothing tells candidates.
    let unscannedLeaves: [Int]
    /// Per level the leaves whose candidates are told by their first character.
    let heads: [TextLevel: LeafHeads]
    /// What messages are compared with earlier ones.
    let repeats: [RepeatsTest]
    /// Names of the steps of sequences, by number.
    public let stepNames: [String]
    /// What triggers promise.
    let promises: [PromiseTest]
    /// Conditions on the unit as a whole.
    let unitTests: [UnitTest]
    /// Times at which messages must have been sent.
    let moments: [Moment]
    /// What the rules ask of conversations beside their messages: readers of archives may pass over the rest.
    public let facts: FactKinds
    /// Different populations that conditions choose from.
    let populations: FixedTable<PopulationTest>
    let patterns: CompiledPatterns
    /// Per atom the leaves that use it.
    let placesOfAtom: FlatLists<LeafPlace>
    /// Those of them of which the atom makes a candidate by itself.
    let leavesOfAtom: FlatLists<Int32>
    /// Those that need no closer look where the atom stands.
    let certainLeavesOfAtom: FlatLists<Int32>
    /// The places in the others, which need atoms of all their parts.
    let partsOfAtom: FlatLists<LeafPlace>
    /// Per level, bit `speaker * 2 + automatic`: texts of such messages are looked at.
    let textSenders: [TextLevel: UInt8]
    /// Per leaf the rules to wake when it has a candidate.
    let rulesOfLeaf: FlatLists<Int32>
    /// Rules that are looked at on every unit.
    let alwaysRules: [Int32]
    /// The shared exposure classes.
    let exposureClasses: [ExposureClass]
    /// Some rule's unit is the stay.
    let hasStayRules: Bool

    /// For each rule, its exposure class or -1: what `TallyTable` needs.
    public var classOfRule: [Int] { rules.indices.map { rules[$0].exposureClass } }
    public var exposureClassCount: Int { exposureClasses.count }

    /// What the compiler collected.
    struct Parts {
        var rules: [CompiledRule] = []
        var summaries: [RuleSummary] = []
        /// Per rule the leaves one of which must have a candidate for it to be anything but clean or
        /// not applicable; nil: it must always be looked at.
        var requiredLeaves: [[Int]?] = []
        var nodes: [Node] = []
        var leaves: [TextLeaf] = []
        var populations: [PopulationTest] = []
        var repeats: [RepeatsTest] = []
        var promises: [PromiseTest] = []
        var stepNames: [String] = []
        var unitTests: [UnitTest] = []
        var moments: [Moment] = []
        var facts: FactKinds = []
        var textSenders: [TextLevel: UInt8] = [:]
        var skeletons: SkeletonTable?
        var exposureClasses: [ExposureClass] = []
        let memory = NodeMemory()
    }

    init(
        _ parts: Parts, digest: String, policy: TimePolicy, table: FoldTable, patterns: CompiledPatterns
    ) {
        summaries = parts.summaries
        self.digest = digest
        self.policy = policy
        self.table = table
        skeletons = parts.skeletons
        acknowledgements = Acknowledgements(table: table, phrases: Acknowledgements.standard + policy.waits.noAnswer)
        rules = FixedTable(parts.rules)
        nodes = FixedTable(parts.nodes)
        memory = parts.memory
        leaves = parts.leaves
        unscannedLeaves = parts.leaves.indices.filter { !parts.leaves[$0].hasCandidates }
        heads = Dictionary(
            uniqueKeysWithValues: TextLevel.allCases.compactMap { level in
                LeafHeads(
                    parts.leaves.enumerated().compactMap { number, leaf in
                        leaf.level == level ? leaf.firstScalars.map { (Int32(number), $0) } : nil
                    }
                ).map { (level, $0) }
            })
        var traits = parts.leaves.map(\.traits)
        for (place, leaf) in unscannedLeaves.enumerated() { traits[leaf].unscannedPlace = Int32(place) }
        leafTraits = FixedTable(traits)
        populations = FixedTable(parts.populations)
        repeats = parts.repeats
        promises = parts.promises
        stepNames = parts.stepNames
        unitTests = parts.unitTests
        moments = parts.moments
        facts = parts.facts
        self.patterns = patterns
        var places = [[LeafPlace]](repeating: [], count: patterns.atomCount)
        for (number, leaf) in parts.leaves.enumerated() {
            for (part, atoms) in leaf.atoms.enumerated() {
                let bit: UInt32 = leaf.needsAllParts ? 1 << UInt32(part) : 1
                let all: UInt32 = leaf.needsAllParts ? 1 << UInt32(leaf.atoms.count) - 1 : 1
                let place = LeafPlace(leaf: Int32(number), part: Int32(part), bit: bit, all: all)
                for atom in atoms { places[Int(atom)].append(place) }
            }
        }
        placesOfAtom = FlatLists(places)
        let leaves = parts.leaves
        func isCertain(_ place: LeafPlace) -> Bool { leaves[Int(place.leaf)].isCertain(part: Int(place.part)) }
        leavesOfAtom = FlatLists(places.map { $0.filter { $0.all == 1 && !isCertain($0) }.map(\.leaf) })
        certainLeavesOfAtom = FlatLists(places.map { $0.filter { $0.all == 1 && isCertain($0) }.map(\.leaf) })
        partsOfAtom = FlatLists(places.map { $0.filter { $0.all != 1 } })
        textSenders = parts.textSenders
        exposureClasses = parts.exposureClasses
        var rulesOfLeaf = [[Int32]](repeating: [], count: leaves.count)
        var always: [Int32] = []
        for (number, required) in parts.requiredLeaves.enumerated() {
            if let required {
                for leaf in Set(required) { rulesOfLeaf[leaf].append(Int32(number)) }
            } else {
                always.append(Int32(number))
            }
        }
        self.rulesOfLeaf = FlatLists(rulesOfLeaf)
        alwaysRules = always
        hasStayRules = parts.rules.contains(where: \.isOfStays)
    }
}

extension CompiledRules {
    /// What a piece of evidence is to its rule, as reports show it.
    public func label(of evidence: Judgement.EvidenceRecord) -> String {
        evidence.step < 0 ? evidence.label.name : stepNames[Int(evidence.step)]
    }

    /// Whether a rule is looked at on every unit, instead of when a keyword of it occurs.
    public func isAlwaysJudged(_ rule: Int) -> Bool { alwaysRules.contains(Int32(rule)) }
}
