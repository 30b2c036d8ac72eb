/// What is kept of an event of a conversation: numbers instead of names.
struct EventRow: Equatable, Sendable {
    /// What happened, in the order in which things of the same millisecond count: a question comes before
    /// its answer.
    enum Code: UInt8, Sendable {
        case opened, assigned, handedOver, queued, pooled, buyer, assistant, agent, system, read, closed
    }

    /// Absent numbers.
    static let none: Int32 = -1

    var time: Int64
    var id: Int32
    var conversation: Int32
    /// The agent or group that it is about, by `partyKind`.
    var party: Int32 = EventRow.none
    /// The agent that handed over, where the event says so.
    var giver: Int32 = EventRow.none
    var code: Code
    var partyKind: Owner = .nobody
    /// From whom a hand-over says that it comes; from whom it goes to is none.
    var origin: Origin = .unsaid
    var flags: Flags = []
    var kind: UInt8 = 0

    enum Origin: UInt8, Sendable { case unsaid, assistant, other, itself }

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        static let automatic = Flags(rawValue: 1)
        static let needsAnswer = Flags(rawValue: 2)
    }
}

/// What kind of owner a conversation has.
enum Owner: UInt8, Sendable {
    case nobody, agent, group, assistant, queue, pool
}
