import ChineseText
import ConversationModel
import Patterns

/// Judges conversations by compiled rules: the batch path. One per thread.
///
/// Fill `table` with the messages of a block (`append`), call `scan()` once, then `judge` each
/// conversation. The result equals that of a `Session` fed with the same messages, by property test;
/// what is skipped here (rules without a candidate in the text) could not have decided otherwise.
public final class Evaluator {
    public let rules: CompiledRules
    public let table = MessageTable()
    /// Agents by number; grows over the evaluator's life.
    public var names: NameTable {
        _read { yield shared.table }
        _modify { yield &shared.table }
    }
    private let shared: AgentNames
    /// What `judge` decided last.
    public internal(set) var judgement = Judgement()

    let scanner: Scanner
    /// Leaves by first characters, for the levels that have any, and whose texts are folded at these levels.
    let heads: [(level: TextLevel, senders: UInt8, leaves: LeafHeads)]
    let breaker = WordBreaker()
    let regexes: RegexAnswers
    /// Where messages are compared with sentences.
    let pairs: PairCounter
    /// Where messages are compared with earlier ones.
    let likeness = LikenessTable()
    let sketches = SketchTable()
    /// Joined texts by the number of their lane; unmanaged, since each look at a text reads one.
    let blocks: FixedTable<Unmanaged<JoinedBlock>>
    /// Hits of the block sorted by message, and where each message's begin.
    var hits = UnsafeMutablePointer<ScanHit>.allocate(capacity: 64)
    private var hitCapacity = 64
    var firstHit = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var firstHitCapacity = 64

    // The unit under judgement; see `Evaluator+Parts`.
    var arena = MaskArena()
    var memo: UnitMemo
    var base = 0
    var partNumber: Int32 = 0
    /// What was measured of the unit, once a rule asked.
    var measures: UnitMeasures?
    /// The conversation of the part.
    var conversation: ConversationRow?
    var count = 0
    var hasTimes = false
    var part = Judgement.Part(
        messages: 0..<0, closeInstant: 0, isClosedExplicitly: false, isCutAtEnd: false, isCutAtStart: false)
    /// Bit sets of the part by sender: `speaker * 2 + automatic`, content kinds only.
    let senderMasks = UnsafeMutablePointer<Mask>.allocate(capacity: 8)
    /// Owner before each message of the part, and after the last.
    var debtors = UnsafeMutablePointer<Int32>.allocate(capacity: 64)
    private var debtorCapacity = 64
    /// Rows of the part in which something of a leaf was found.
    var candidates: CandidateTable
    /// Per leaf the message looked at last, and which parts of the leaf were found in it.
    let partsFound: UnsafeMutablePointer<FoundParts>
    /// Per unscanned leaf the rows that it was asked about, and those where it holds.
    let askedMasks: UnsafeMutablePointer<Mask>
    let heldMasks: UnsafeMutablePointer<Mask>
    var unit = UnitScope()
    var wokenRules: [Int32] = []
    let ruleMarks: UnsafeMutablePointer<UInt32>
    var ruleMark: UInt32 = 0
    var mapped = MappedTextCache()
    /// Spans of regexes in rows of the part, by leaf and row, once they were looked for.
    var regexSpans: [UInt64: [Range<Int>]] = [:]
    var obligations: [Obligation] = []
    /// Exposures of the rule at hand that are obligations missed.
    var missedDuties: [Judgement.Exposure] = []
    /// Runs of the rule's sequences by node, in their order: the first, and completed ones.
    var sequenceRuns: [Int: [SequenceRun]] = [:]
    var identity = Identity()
    /// Where each anchor's obligation stands, once there are many.
    var obligationIndex: [Int: Int] = [:]
    var indexedNode = -1
    /// Anchors of the rule's scopes that rest on obligations.
    var heldAnchors: [Fixed<ScopeNode>: [Int]] = [:]
    /// An `all` that is false already still looks at its subject, whose exposures count.
    var evaluatesAllChildren = false
    var exposedOwners: [Int32] = []
    /// Nothing in the part is unknown, so that rules may sleep and the short way holds.
    var isWholePart = false
    /// Numbers of the exposure classes by unit.
    let conversationClasses: [Int]
    let stayClasses: [Int]
    /// Messages walked for the rule and unit at hand.
    var steps = 0
    /// Walking more messages than this for one rule on one unit makes the rest unknown (`limit`).
    static let stepLimit = 4_000_000
    /// Stays × messages of a part that are judged; the stays beyond are not evaluated (`limit`).
    static let stayLimit = 20_000_000

    /// Conversations that close after this instant are cut off there; `MessageTable.noTime`: none is.
    public var asOf = MessageTable.noTime

    /// Whose time policy says where the next conversations end, and so what their parts are; nil: that of its own rules.
    public var cutBy: CompiledRules?

    /// Findings carry what they rest on; without, they are only counted, and no span is looked for.
    public var collectsEvidence = true
    /// By the numbers of rules which of their findings carry it nevertheless; empty: all do. Where two rule sets are
    /// compared.
    public var evidenceNeeds: [EvidenceNeed] = []
    /// Which findings of the rule at hand carry what they rest on.
    var evidenceScope = EvidenceScope.all
    /// Where `evidenceScope` says so, the findings that do.
    var sharedPlaces: Set<FindingPlace> = []
    /// What agents did in their stays is noted, for reports of their work.
    public var collectsStays = false
    /// Stays are found even where no rule asks for them, to be counted.
    public var countsStays = true

    /// An evaluator for one thread; those of other rules on that thread may share its names.
    public init(_ rules: CompiledRules, names: AgentNames = AgentNames()) throws(ScannerError) {
        self.rules = rules
        shared = names
        scanner = try Scanner(rules.patterns)
        heads = TextLevel.allCases.compactMap { level in
            rules.heads[level].map { (level, rules.textSenders[level] ?? 0, $0) }
        }
        regexes = RegexAnswers(leaves: rules.leaves.count)
        pairs = PairCounter(for: rules.leaves)
        blocks = FixedTable(Lane.allCases.map { _ in .passRetained(JoinedBlock()) })
        memo = UnitMemo(nodes: rules.nodes.count, populations: rules.populations.count)
        candidates = CandidateTable(leaves: rules.leaves.count)
        partsFound = .allocate(capacity: rules.leaves.count + 1)
        askedMasks = .allocate(capacity: rules.unscannedLeaves.count + 1)
        heldMasks = .allocate(capacity: rules.unscannedLeaves.count + 1)
        ruleMarks = .allocate(capacity: rules.rules.count + 1)
        ruleMarks.initialize(repeating: 0, count: rules.rules.count + 1)
        let classes = rules.exposureClasses
        conversationClasses = classes.indices.filter { classes[$0].unit == .conversation }
        stayClasses = classes.indices.filter { classes[$0].unit == .stay }
    }

    deinit {
        arena.deallocate()
        memo.deallocate()
        for lane in blocks.indices { blocks[lane].release() }
        hits.deallocate()
        firstHit.deallocate()
        senderMasks.deallocate()
        debtors.deallocate()
        candidates.deallocate()
        partsFound.deallocate()
        askedMasks.deallocate()
        heldMasks.deallocate()
        ruleMarks.deallocate()
    }

    /// Makes room for the debtors of a part with `count` messages.
    func reserveDebtors(_ count: Int) {
        guard debtorCapacity < count + 1 else { return }
        debtors.deallocate()
        debtorCapacity = count * 2 + 64
        debtors = .allocate(capacity: debtorCapacity)
    }

    /// Forgets the block before.
    public func begin() {
        table.removeAll()
        mapped.removeAll()
    }

    /// Folds and scans all messages of the table.
    public func scan() {
        scanner.reset()
        regexes.begin(messages: table.count)
        partsFound.initialize(
            repeating: FoundParts(message: .max, parts: 0), count: rules.leaves.count + 1)
        for lane in Lane.allCases {
            let senders = (rules.textSenders[lane.level] ?? 0) & lane.side.senders
            guard senders != 0 else { continue }
            let block = blocks[lane.number].takeUnretainedValue()
            block.fill(table, senders: senders, level: lane.level, fold: rules.table, skeletons: rules.skeletons)
            scanner.scan(block.bytes, ends: block.ends, lane: lane)
        }
        sortHits()
    }

    /// Counting sort of the hits by message: databases report each in its own order.
    private func sortHits() {
        let messages = table.count
        if firstHitCapacity < messages + 1 {
            firstHit.deallocate()
            firstHitCapacity = messages * 2 + 1
            firstHit = .allocate(capacity: firstHitCapacity)
        }
        firstHit.update(repeating: 0, count: messages + 1)
        let found = scanner.found
        for hit in found { firstHit[Int(hit.message)] += 1 }
        var sum: UInt32 = 0
        for i in 0...messages {
            let n = i < messages ? firstHit[i] : 0
            firstHit[i] = sum
            sum += n
        }
        if hitCapacity < found.count {
            hits.deallocate()
            hitCapacity = max(found.count, hitCapacity * 2)
            hits = .allocate(capacity: hitCapacity)
        }
        for hit in found {
            hits[Int(firstHit[Int(hit.message)])] = hit
            firstHit[Int(hit.message)] += 1
        }
        // Each entry now is the end of its message's hits: shift to beginnings.
        var i = messages
        while i > 0 {
            firstHit[i] = firstHit[i - 1]
            i -= 1
        }
        firstHit[0] = 0
    }
}

/// Names that the evaluators of one thread number alike. Not safe to share between threads.
public final class AgentNames {
    /// Agents by number.
    public var table = NameTable()

    /// No names yet.
    public init() {}
}

/// The parts of a leaf that occur in a message.
struct FoundParts {
    var message: UInt32
    /// A bit for each part.
    var parts: UInt32
}
