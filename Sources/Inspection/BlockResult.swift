import Archives
import ConversationModel
import Evaluation

/// What one block came to; merged into the run in the order of blocks.
final class BlockResult {
    /// A record that was not judged.
    struct LeftOut {
        var record: UInt32
        /// Of the conversation.
        var id: [UInt8]
        var reason: String
    }

    var sequence = 0
    var source = 0
    var sourceName = ""
    var shape = ArchiveShape.conversations
    var bytesReadSoFar = 0
    var records = 0
    var bad: [(record: UInt32, reason: String, records: Int)] = []
    var filtered = 0
    /// Of those, records of buyers that the time policy leaves out.
    var buyersLeftOut = 0
    /// Of those, records of excluded buyers by reason.
    var excluded: [String: Int] = [:]
    /// Records of left-out and excluded buyers with their reasons, where each is answered.
    var leftOut: [LeftOut] = []
    /// What was exempt, by exemption and owner.
    var exempt: [ExemptionCounts.Key: ExemptionCounts] = [:]
    var conversations = 0
    /// Parts that were left out of records of which others are judged.
    var conversationsFiltered = 0
    var stays = 0
    var messages = 0
    var conversationsWithoutTimes = 0
    /// Parts of conversations by group, where no scheme names the group.
    var partsWithoutScheme: [Int32: Int] = [:]
    var defects: (unknownKind: Int, duplicateKey: Int, missingAgent: Int, oddFact: Int) = (0, 0, 0, 0)
    /// Rules × units that were not evaluated, by the raw value of their reasons.
    var notEvaluated = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    var hasNotEvaluated = false
    var firstInstant = Int64.max
    var lastInstant = Int64.min
    var lines = JSONBytes()
    var cases = KeptCases()
    var findings = 0
    var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)
    /// Counts by rule set.
    private(set) var tallies: [TallyCounter?]
    /// Sets that counted something, and what they judged.
    private(set) var judged: [(set: Int, amount: JudgedAmount)] = []
    /// Scores by rule set.
    var scores: [Int: ScoreCounter] = [:]
    /// Where figures of a period are counted.
    var period: PeriodBlock?
    /// Where two rule sets are compared.
    let comparison: ComparisonBlock?
    let workerID: Int
    /// Names that got a number in this block, in the order of their numbers.
    var newAgents: [[UInt8]] = []
    var newGroups: [[UInt8]] = []
    /// Digests of the block's conversations, where duplicates are looked for.
    var digests: [UInt64] = []
    /// Of the block's conversations, where a rule asks for previous ones.
    var visits: [NDJSONParser.Visit] = []

    init(sets: Int, workerID: Int, comparison: ComparisonOptions?) {
        self.comparison = comparison.map { ComparisonBlock($0) }
        tallies = Array(repeating: nil, count: sets)
        self.workerID = workerID
    }

    /// The counts of a set, and the place of its amount in `judged`.
    func open(_ set: Int, _ layout: TallyLayout) -> (tally: TallyCounter, place: Int) {
        let tally = tallies[set] ?? TallyCounter(layout: layout)
        if let place = judged.firstIndex(where: { $0.set == set }) { return (tally, place) }
        tallies[set] = tally
        judged.append((set, JudgedAmount()))
        return (tally, judged.count - 1)
    }

    func add(_ amount: JudgedAmount, at place: Int) {
        judged[place].amount += amount
    }

    func removeAll() {
        records = 0
        bad.removeAll(keepingCapacity: true)
        filtered = 0
        buyersLeftOut = 0
        period?.removeAll()
        leftOut.removeAll(keepingCapacity: true)
        if !excluded.isEmpty { excluded.removeAll(keepingCapacity: true) }
        if !exempt.isEmpty { exempt.removeAll(keepingCapacity: true) }
        visits.removeAll(keepingCapacity: true)
        conversations = 0
        conversationsFiltered = 0
        stays = 0
        messages = 0
        conversationsWithoutTimes = 0
        partsWithoutScheme.removeAll(keepingCapacity: true)
        if hasNotEvaluated {
            for i in notEvaluated.indices { notEvaluated[i] = 0 }
            hasNotEvaluated = false
        }
        firstInstant = .max
        lastInstant = .min
        lines.removeAll()
        if cases.taken > 0 { cases = KeptCases() }
        findings = 0
        for i in negativeHitsBySeverity.indices { negativeHitsBySeverity[i] = 0 }
        // Counts of a set that was not needed this time are let go.
        for set in tallies.indices where tallies[set] != nil {
            if judged.contains(where: { $0.set == set }) { tallies[set]?.removeAll() } else { tallies[set] = nil }
        }
        for set in Array(scores.keys) { scores[set]?.removeAll() }
        judged.removeAll(keepingCapacity: true)
        newAgents.removeAll(keepingCapacity: true)
        digests.removeAll(keepingCapacity: true)
        newGroups.removeAll(keepingCapacity: true)
    }
}

/// How many conversations a rule set judged.
struct JudgedAmount {
    var conversations = 0
    var retroactive = 0
    var withoutTimes = 0

    static func += (a: inout JudgedAmount, b: JudgedAmount) {
        a.conversations += b.conversations
        a.retroactive += b.retroactive
        a.withoutTimes += b.withoutTimes
    }
}

/// Where a part of a conversation is counted.
struct PartPlace {
    /// Number of its (group, day) in the block's tally.
    var cell: Int32
    var group: Int32
    var day: CalendarDay?
}
