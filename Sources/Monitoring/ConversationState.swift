import ConversationModel

/// Takes what follows from events, as it follows.
protocol FactSink {
    /// An agent's reply ended a wait; `from` is when his clock began.
    mutating func answer(_ agent: Int32, from: Int64, row: EventRow)
    /// An agent's reply ended a wait of which nobody can say when it became his.
    mutating func answerWithoutClock(_ agent: Int32, row: EventRow)
    /// A conversation left an agent who had not answered.
    mutating func transferredUnanswered(_ agent: Int32, from: Int64, row: EventRow)
    /// A conversation was closed while its agent had not answered.
    mutating func closedUnanswered(_ agent: Int32, from: Int64, row: EventRow)
    /// The buyer's own wait ended.
    mutating func buyerWait(from: Int64, row: EventRow)
    /// The buyer spoke to the assistant, for the first time in this slot.
    mutating func consulted(row: EventRow)
    /// The buyer was handed from the assistant to people, for the first time in this slot.
    mutating func handed(row: EventRow)
}

/// A sink that forgets everything.
struct NoFacts: FactSink {
    func answer(_ agent: Int32, from: Int64, row: EventRow) {}
    func answerWithoutClock(_ agent: Int32, row: EventRow) {}
    func transferredUnanswered(_ agent: Int32, from: Int64, row: EventRow) {}
    func closedUnanswered(_ agent: Int32, from: Int64, row: EventRow) {}
    func buyerWait(from: Int64, row: EventRow) {}
    func consulted(row: EventRow) {}
    func handed(row: EventRow) {}
}

/// One conversation after its events so far.
struct ConversationState: Equatable, Sendable {
    static let never = Int64.min

    var name: Int32
    var ownerKind = Owner.nobody
    /// Number of the agent or group.
    var owner = EventRow.none
    /// The buyer's own wait: who ends it is the policy's.
    var buyerWait: WaitTracker
    /// The wait for people: the assistant ends it only where it may and people own the conversation.
    var staffWait: WaitTracker
    /// When the clock of who owes the answer began.
    var clock = never
    var last = never
    /// The last buyer message that needs an answer.
    var lastNeed = never
    var readAt = never
    /// Whether the buyer has spoken in it, before it was closed or since.
    var hasBuyerMessage = false
    /// Whether the buyer has spoken while nobody owned it, and nobody does yet.
    var hasUnownedMessage = false
    var isOpen = false

    init(name: Int32, policy: TimePolicy) {
        self.name = name
        buyerWait = WaitTracker(policy.waits)
        staffWait = WaitTracker(policy.waits)
    }

    /// After this instant silence has closed it.
    func closesAt(_ policy: TimePolicy) -> Int64 {
        let waits = staffWait.openSince != nil && ownerKind != .assistant ? staffWait : buyerWait
        return waits.closeInstant(after: Instant(milliseconds: last), policy: policy).milliseconds
    }

    func isClosed(at time: Int64, _ policy: TimePolicy) -> Bool { !isOpen || time > closesAt(policy) }

    /// Whether people owe an answer, and since when the owner does.
    var openClock: Int64? {
        guard let since = staffWait.openSince?.milliseconds else { return nil }
        return clock == ConversationState.never ? since : clock
    }

    /// Whether all that needs an answer was read.
    var isRead: Bool { readAt >= lastNeed && readAt != ConversationState.never }

    /// How long the owner of a silent conversation is remembered.
    static let ownerMemory: Int64 = 48 * 3_600_000

    /// How long it is remembered of a silent conversation that the buyer spoke in it: what comes later is no reply to that.
    static let questionMemory: Int64 = 72 * 3_600_000

    /// Whether nothing of it matters to an event at `time` or later.
    func isForgotten(at time: Int64, _ policy: TimePolicy) -> Bool {
        guard isClosed(at: time, policy) else { return false }
        let hasOwner = ownerKind != .nobody && time - last <= ConversationState.ownerMemory
        let hasQuestion = hasBuyerMessage && time - last <= ConversationState.questionMemory
        return !hasOwner && !hasQuestion
    }

    mutating func begin(at time: Int64, _ policy: TimePolicy) {
        if isOpen, time > closesAt(policy) {
            endPart(policy)
            if ownerKind != .agent, ownerKind != .assistant { setOwner(.nobody, EventRow.none) }
        }
        if last != ConversationState.never, !isOpen {
            if time - last > ConversationState.ownerMemory { setOwner(.nobody, EventRow.none) }
            if time - last > ConversationState.questionMemory { hasBuyerMessage = false }
        }
        isOpen = true
        last = time
    }

    mutating func close(_ policy: TimePolicy) {
        endPart(policy)
        setOwner(.nobody, EventRow.none)
    }

    private mutating func endPart(_ policy: TimePolicy) {
        buyerWait = WaitTracker(policy.waits)
        staffWait = WaitTracker(policy.waits)
        clock = ConversationState.never
        lastNeed = ConversationState.never
        readAt = ConversationState.never
        hasUnownedMessage = false
        isOpen = false
    }

    mutating func setOwner(_ kind: Owner, _ number: Int32) {
        // A read mark is the owner's: whoever has it next has read nothing.
        if kind != ownerKind || number != owner { readAt = ConversationState.never }
        ownerKind = kind
        owner = number
        hasUnownedMessage = false
    }
}
