import Archives
import ConversationModel
import Evaluation

/// What one block came to; merged into the run in the order of blocks.
final class BlockResult {
    var sequence = 0
    var source = 0
    var sourceName = ""
    var shape = ArchiveShape.conversations
    var bytesReadSoFar = 0
    var records = 0
    var bad: [(record: UInt32, reason: String)] = []
    var filtered = 0
    var conversations = 0
    var stays = 0
    var messages = 0
    var conversationsWithoutTimes = 0
    var defects: (unknownKind: Int, duplicateKey: Int, missingAgent: Int) = (0, 0, 0)
    /// Rules × units that were not evaluated, by the raw value of their reasons.
    var notEvaluated = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    var hasNotEvaluated = false
    var firstInstant = Int64.max
    var lastInstant = Int64.min
    var lines = JSONBytes()
    var cases = KeptCases()
    var findings = 0
    var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)
    let tally: TallyCounter
    let workerID: Int
    /// Names that got a number in this block, in the order of their numbers.
    var newAgents: [[UInt8]] = []
    var newGroups: [[UInt8]] = []
    /// Digests of the block's conversations, where duplicates are looked for.
    var digests: [UInt64] = []

    init(layout: TallyLayout, workerID: Int) {
        tally = TallyCounter(layout: layout)
        self.workerID = workerID
    }

    func removeAll() {
        records = 0
        bad.removeAll(keepingCapacity: true)
        filtered = 0
        conversations = 0
        stays = 0
        messages = 0
        conversationsWithoutTimes = 0
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
        tally.removeAll()
        newAgents.removeAll(keepingCapacity: true)
        digests.removeAll(keepingCapacity: true)
        newGroups.removeAll(keepingCapacity: true)
    }
}

/// Where a part of a conversation is counted.
struct PartPlace {
    /// Number of its (group, day) in the block's tally.
    var cell: Int32
    var group: Int32
    var day: CalendarDay?
}
