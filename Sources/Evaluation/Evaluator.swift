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
    public var names = NameTable()
    /// What `judge` decided last.
    public internal(set) var judgement = Judgement()

    let scanner: Scanner
    let breaker = WordBreaker()
    var joined: [TextLevel: JoinedBlock] = [:]
    /// The same without a look-up; empty where no rule asks for the level.
    let foldedBlock: JoinedBlock
    let exactBlock: JoinedBlock
    /// Hits of the block sorted by message, and where each message's begin.
    var hits = UnsafeMutablePointer<ScanHit>.allocate(capacity: 64)
    private var hitCapacity = 64
    var firstHit: [UInt32] = []

    // The unit under judgement; see `Evaluator+Units`.
    var arena = MaskArena()
    var base = 0
    var partNumber: Int32 = 0
    var count = 0
    var hasTimes = false
    var part = Judgement.Part(
        messages: 0..<0, closeInstant: 0, isClosedExplicitly: false, isCutAtEnd: false, isCutAtStart: false)
    /// Bit sets of the part by sender: `speaker * 2 + automatic`, content kinds only.
    var senderMasks: [Mask] = []
    /// Owner before each message of the part, and after the last.
    var debtors: [Int32] = []
    /// Per leaf the slot of its candidate mask, -1 without candidates.
    var leafSlots: [Int32]
    var candidateMasks: [Mask] = []
    /// Rows of each candidate mask that were looked at closely.
    var checkedMasks: [Mask] = []
    var touchedLeaves: [Int32] = []
    var unit = UnitScope()
    var wokenRules: [Int32] = []
    var ruleMarks: [UInt32]
    var ruleMark: UInt32 = 0
    var mapped = MappedTextCache()
    var obligations: [Obligation] = []
    var identity = Identity()
    /// Where each anchor's obligation stands, once there are many.
    var obligationIndex: [Int: Int] = [:]
    var indexedNode = -1
    /// An `all` that is false already still looks at its subject, whose exposures count.
    var evaluatesAllChildren = false
    var exposedOwners: [Int32] = []
    /// Nothing in the part is unknown, so that rules may sleep and the short way holds.
    var isWholePart = false
    // What the inner loops ask of rules and leaves, without touching the rules themselves.
    let plainRules: [(population: PopulationTest, leaf: Int)?]
    let stayRules: [Bool]
    let leafLevels: [TextLevel]
    let leafVerifies: [Bool]
    /// Messages walked for the rule and unit at hand.
    var steps = 0
    /// Walking more messages than this for one rule on one unit makes the rest unknown (`limit`).
    static let stepLimit = 4_000_000
    /// Stays × messages of a part that are judged; the stays beyond are not evaluated (`limit`).
    static let stayLimit = 20_000_000

    /// Conversations that close after this instant are cut off there; `MessageTable.noTime`: none is.
    public var asOf = MessageTable.noTime

    /// Findings carry what they rest on; without, they are only counted, and no span is looked for.
    public var collectsEvidence = true
    /// Stays are found even where no rule asks for them, to be counted.
    public var countsStays = true

    public init(_ rules: CompiledRules) throws(ScannerError) {
        self.rules = rules
        scanner = try Scanner(rules.patterns)
        plainRules = rules.rules.map(\.plain)
        stayRules = rules.rules.map { $0.summary.unit == .stay }
        leafLevels = rules.leaves.map(\.level)
        leafVerifies = rules.leaves.map(\.needsVerification)
        leafSlots = [Int32](repeating: -1, count: rules.leaves.count)
        ruleMarks = [UInt32](repeating: 0, count: rules.rules.count)
        foldedBlock = JoinedBlock()
        exactBlock = JoinedBlock()
        for level in rules.textSenders.keys { joined[level] = level == .folded ? foldedBlock : exactBlock }
    }

    deinit {
        arena.deallocate()
        foldedBlock.deallocate()
        exactBlock.deallocate()
        hits.deallocate()
    }

    /// Forgets the block before.
    public func begin() {
        table.removeAll()
        mapped.removeAll()
    }

    /// Folds and scans all messages of the table.
    public func scan() {
        scanner.reset()
        let level = TextLevel.allCases
        for level in level {
            guard let block = joined[level], let senders = rules.textSenders[level] else { continue }
            block.fill(table, senders: senders, level: level, fold: rules.table)
            scanner.scan(block.bytes, ends: block.ends, level: level)
        }
        sortHits()
    }

    /// Counting sort of the hits by message: databases report each in its own order.
    private func sortHits() {
        let messages = table.count
        if firstHit.count < messages + 1 {
            firstHit = [UInt32](repeating: 0, count: max(messages + 1, firstHit.count * 2))
        } else {
            for i in 0...messages { firstHit[i] = 0 }
        }
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

/// The folded messages of a block at one level, joined by line feeds.
final class JoinedBlock {
    /// Line feeds behind the last message: one version of the scanner loses matches that end a block.
    private static let padding = 128

    private var buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    private var capacity = 1 << 16
    private var used = 0
    private var endOf = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var startOf = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var messageCapacity = 64
    private var messageCount = 0

    /// What is scanned; valid until the next `fill`.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer, count: used) }
    /// Where each message ends, before its line feed; valid until the next `fill`.
    var ends: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: endOf, count: messageCount) }

    func deallocate() {
        buffer.deallocate()
        endOf.deallocate()
        startOf.deallocate()
    }

    /// The folded text of a message.
    @inline(__always)
    func text(_ message: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer + Int(startOf[message]), count: Int(endOf[message] - startOf[message]))
    }

    /// Folds the texts of messages whose sender is among `senders`; others are empty.
    func fill(_ table: MessageTable, senders: UInt8, level: TextLevel, fold: FoldTable) {
        used = 0
        messageCount = table.count
        if messageCapacity < messageCount {
            endOf.deallocate()
            startOf.deallocate()
            messageCapacity = max(messageCount, messageCapacity * 2)
            endOf = .allocate(capacity: messageCapacity)
            startOf = .allocate(capacity: messageCapacity)
        }
        for i in 0..<messageCount {
            let sender = table.speakers[i] &* 2 &+ (table.automatic[i] ? 1 : 0)
            startOf[i] = UInt32(truncatingIfNeeded: used)
            if senders >> sender & 1 != 0 {
                let text = table.texts[i]
                // One byte is the separator's.
                if capacity - used <= text.count + 1 { grow(text.count * 2 + 64) }
                while true {
                    if let length = fold.write(
                        text, level: level, into: buffer + used, capacity: capacity - used - 1)
                    {
                        used += length
                        break
                    }
                    grow(text.count * 4 + 4096)
                }
            } else if capacity - used <= 1 {
                grow(4096)
            }
            endOf[i] = UInt32(truncatingIfNeeded: used)
            buffer[used] = 0x0A
            used += 1
        }
        if messageCount > 0 {
            if capacity - used < JoinedBlock.padding { grow(JoinedBlock.padding) }
            (buffer + used).update(repeating: 0x0A, count: JoinedBlock.padding)
            used += JoinedBlock.padding
        }
    }

    private func grow(_ more: Int) {
        let larger = max(capacity * 2, used + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        new.update(from: buffer, count: used)
        buffer.deallocate()
        buffer = new
        capacity = larger
    }
}
