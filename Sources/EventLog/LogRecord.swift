import ConversationModel

/// What the log keeps of one event.
public struct LogRecord: Hashable, Sendable {
    /// The most bytes that a shop's key may have.
    public static let shopLimitBytes = 256
    /// The most bytes that an event's id may have; it has at least one.
    public static let idLimitBytes = 128
    /// The most bytes that a payload may have.
    public static let payloadLimitBytes = 1 << 20

    /// The key of the shop, which decides the partition.
    public var shop: String
    /// The event's id, unique within its shop.
    public var id: [UInt8]
    /// When it happened, as its source says.
    public var time: Instant
    /// When it was received.
    public var received: Instant
    /// The event itself in UTF-8: the log never looks inside.
    public var payload: [UInt8]

    public init(shop: String, id: [UInt8], time: Instant, received: Instant, payload: [UInt8]) {
        self.shop = shop
        self.id = id
        self.time = time
        self.received = received
        self.payload = payload
    }
}

/// A place in the log: the number of records before it.
///
/// Positions only grow and are never used twice, over restarts, segments and retention.
public struct LogPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The place of the first record ever.
    public static let start = LogPosition(0)

    public var index: UInt64

    public init(_ index: UInt64) {
        self.index = index
    }

    public var description: String { String(index) }

    /// The position `count` records later.
    public func advanced(by count: Int) -> LogPosition {
        LogPosition(index &+ UInt64(count))
    }

    public static func < (a: LogPosition, b: LogPosition) -> Bool {
        a.index < b.index
    }
}

/// A record with its place in the log.
public struct LogEntry: Hashable, Sendable {
    public var position: LogPosition
    /// The virtual partition of the shop, as it was written.
    public var partition: ShopPartition
    public var record: LogRecord

    public init(position: LogPosition, partition: ShopPartition, record: LogRecord) {
        self.position = position
        self.partition = partition
        self.record = record
    }
}

/// What became of a record that was to be appended. Every case is final: trying again changes nothing.
public enum AppendOutcome: Hashable, Sendable {
    /// It is in the log, synced, at this position.
    case appended(LogPosition)
    /// An event of this shop and id is in the log and synced; this one is not kept.
    case duplicate
    /// It is not in the log and may not come in.
    case refused(Refusal)
}

/// Why a record may not come into the log.
public enum Refusal: String, Hashable, Sendable, CaseIterable {
    /// It happened longer before its receipt, or before the newest receipt in the log, than ids are remembered for.
    case tooOld = "too-old"
    /// Its receipt is later than the present and the allowed skew.
    case receivedInFuture = "received-in-future"
    /// Shop, id or payload is longer than allowed, or there is no id.
    case size
}
