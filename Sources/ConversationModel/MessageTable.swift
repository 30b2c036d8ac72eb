/// Numbers for whom something is charged to, as evaluation carries them.
///
/// Agents are their numbers in a `NameTable`, from 0; the others are below.
public enum OwnerNumber {
    public static let assistant: Int32 = -1
    public static let shop: Int32 = -2
    public static let unassigned: Int32 = -3
    /// No statement: a message that changes no ownership.
    public static let none: Int32 = -4
    /// Among assignments: the conversation was closed explicitly.
    public static let closed: Int32 = -5

    /// Whom messages of an agent are from that neither they nor their conversation name. He has stays
    /// and findings like any other; reports say how many messages had no name.
    public static let unknownAgent = "未知客服"

    /// The owner that a number stands for.
    public static func owner(_ number: Int32, names: NameTable) -> Owner {
        switch number {
        case assistant: .assistant
        case shop: .shop
        case unassigned, none: .unassigned
        default: .agent(names.name(number))
        }
    }
}

/// The messages of many conversations as columns: what the evaluator reads.
///
/// Bytes are borrowed: whoever fills the table keeps them in place until it is done with.
/// Not safe to share between threads while it is filled.
public final class MessageTable {
    /// Stands for an absent time.
    public static let noTime = Int64.min

    public private(set) var count = 0
    private var capacity = 0
    public private(set) var times = UnsafeMutablePointer<Int64>.allocate(capacity: 0)
    public private(set) var speakers = UnsafeMutablePointer<UInt8>.allocate(capacity: 0)
    public private(set) var kinds = UnsafeMutablePointer<UInt8>.allocate(capacity: 0)
    public private(set) var automatic = UnsafeMutablePointer<Bool>.allocate(capacity: 0)
    /// Number of the sending agent, or `OwnerNumber.none`.
    public private(set) var agents = UnsafeMutablePointer<Int32>.allocate(capacity: 0)
    /// The new owner that a transfer or assignment names, `OwnerNumber.closed`, or `OwnerNumber.none`.
    public private(set) var assignments = UnsafeMutablePointer<Int32>.allocate(capacity: 0)
    /// Position in the source's list of messages: the index that is reported.
    public private(set) var positions = UnsafeMutablePointer<Int32>.allocate(capacity: 0)
    public private(set) var texts = UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>.allocate(capacity: 0)
    public private(set) var ids = UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>.allocate(capacity: 0)

    /// Values of facts, those of one conversation together.
    public var facts: [FactEntry] = []

    public init() {}

    deinit {
        times.deallocate()
        speakers.deallocate()
        kinds.deallocate()
        automatic.deallocate()
        agents.deallocate()
        assignments.deallocate()
        positions.deallocate()
        texts.deallocate()
        ids.deallocate()
    }

    /// Forgets all messages, keeping the room.
    public func removeAll() {
        count = 0
        facts.removeAll(keepingCapacity: true)
    }

    /// Forgets the messages from `count` on.
    public func removeLast(from count: Int) {
        self.count = min(self.count, count)
    }

    /// Makes room for `more` messages, so that `append` need not look; a table that has none gets room for `least`.
    public func reserve(_ more: Int, atLeast least: Int = 256) {
        guard count + more > capacity else { return }
        let larger = max(capacity * 2, count + more, least)
        func grown<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
            let new = UnsafeMutablePointer<T>.allocate(capacity: larger)
            new.moveInitialize(from: old, count: count)
            old.deallocate()
            return new
        }
        times = grown(times)
        speakers = grown(speakers)
        kinds = grown(kinds)
        automatic = grown(automatic)
        agents = grown(agents)
        assignments = grown(assignments)
        positions = grown(positions)
        texts = grown(texts)
        ids = grown(ids)
        capacity = larger
    }

    /// Adds a message; `reserve` must have made room.
    @inline(__always)
    public func append(
        time: Int64, speaker: UInt8, kind: UInt8, isAutomatic: Bool, agent: Int32, assignment: Int32,
        position: Int32, text: UnsafeBufferPointer<UInt8>, id: UnsafeBufferPointer<UInt8>
    ) {
        let i = count
        (times + i).initialize(to: time)
        (speakers + i).initialize(to: speaker)
        (kinds + i).initialize(to: kind)
        (automatic + i).initialize(to: isAutomatic)
        (agents + i).initialize(to: agent)
        (assignments + i).initialize(to: assignment)
        (positions + i).initialize(to: position)
        (texts + i).initialize(to: text)
        (ids + i).initialize(to: id)
        count = i &+ 1
    }

    /// Puts the messages `range` in order of time, then of position, when all have a time.
    ///
    /// Returns false where one lacks a time; then nothing moves and the order is position.
    public func sortByTime(_ range: Range<Int>) -> Bool {
        var isSorted = true
        var previous = Int64.min
        for i in range {
            let time = times[i]
            if time == MessageTable.noTime { return false }
            if time < previous { isSorted = false }
            previous = time
        }
        if isSorted { return true }
        let order = range.sorted { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
        func permute<T>(_ column: UnsafeMutablePointer<T>) {
            let copy = order.map { column[$0] }
            for (i, value) in zip(range, copy) { column[i] = value }
        }
        permute(times)
        permute(speakers)
        permute(kinds)
        permute(automatic)
        permute(agents)
        permute(assignments)
        permute(positions)
        permute(texts)
        permute(ids)
        return true
    }
}

/// One conversation of a `MessageTable`.
public struct ConversationRow {
    public var id: UnsafeBufferPointer<UInt8>
    /// Nil base address: unknown.
    public var shop: UnsafeBufferPointer<UInt8>
    public var buyer: UnsafeBufferPointer<UInt8>
    public var group: UnsafeBufferPointer<UInt8>
    /// Number of the conversation's agent, or `OwnerNumber.none`.
    public var agent: Int32
    /// Milliseconds, or `MessageTable.noTime`.
    public var closedAt: Int64
    public var isTruncatedAtStart: Bool
    public var isTruncatedAtEnd: Bool
    /// Every message has a time, and they ascend.
    public var hasTimes: Bool
    public var messages: Range<Int>
    public var facts: FactRow

    public init(
        id: UnsafeBufferPointer<UInt8>, shop: UnsafeBufferPointer<UInt8>,
        buyer: UnsafeBufferPointer<UInt8>, group: UnsafeBufferPointer<UInt8>, agent: Int32,
        closedAt: Int64, isTruncatedAtStart: Bool, isTruncatedAtEnd: Bool, hasTimes: Bool,
        messages: Range<Int>, facts: FactRow = FactRow()
    ) {
        self.id = id
        self.shop = shop
        self.buyer = buyer
        self.group = group
        self.agent = agent
        self.closedAt = closedAt
        self.isTruncatedAtStart = isTruncatedAtStart
        self.isTruncatedAtEnd = isTruncatedAtEnd
        self.hasTimes = hasTimes
        self.messages = messages
        self.facts = facts
    }
}
