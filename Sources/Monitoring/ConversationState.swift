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
    /// The assistant as a giver; agents have their numbers.
    static let assistant: Int32 = -2

    var name: Int32
    var ownerKind = Owner.nobody
    /// Number of the agent or group.
    var owner = EventRow.none
    /// From whom the owner was given it last: an agent's number, or `assistant`. A record of the same says nothing new.
    var givenBy = EventRow.none
    /// The buyer's own wait: who ends it is the policy's.
    var buyerWait: WaitTracker
    /// The wait for people: the assistant ends it only where it may and people own the conversation.
    var staffWait: WaitTracker
    /// Since when people owe the answer: the buyer's message, or what ended the assistant's time.
    var clock = never
    /// To whom it was passed since then, each with the last time; `EventRow.none` is whoever takes it from a group, the queue or the
    /// pool. Seldom more than one.
    var passings: [Passing] = []
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

    /// A hand-over or an assignment of a conversation in which the buyer waits.
    struct Passing: Equatable, Sendable {
        /// `EventRow.none`: nobody in particular.
        var agent: Int32
        var time: Int64
    }

    /// Whether people owe an answer, and since when the owner does.
    var openClock: Int64? { openClock(of: ownerKind == .agent ? owner : EventRow.none) }

    /// Whether people owe an answer, and since when `agent` does, who has it or takes it.
    func openClock(of agent: Int32) -> Int64? {
        guard let since = staffWait.openSince?.milliseconds else { return nil }
        return clock(of: agent) ?? since
    }

    /// When the clock of `agent` began, who has the conversation or takes it: with the hand-over to him, where people did not begin to
    /// owe the answer later. A hand-over to somebody else plays no part. Nil where only the assistant's time lies before.
    func clock(of agent: Int32) -> Int64? {
        guard clock != ConversationState.never else { return nil }
        // Who takes it from where nobody in particular had it is the one whom it was passed to.
        let isForAnyone = ownerKind == .group || ownerKind == .queue || ownerKind == .pool
        return passings.reduce(clock) { latest, passing in
            let isHis = passing.agent == agent || isForAnyone && passing.agent == EventRow.none
            return isHis ? max(latest, passing.time) : latest
        }
    }

    /// Notes that it was passed to `agent` while the buyer waits. The assistant's time before is nobody's.
    mutating func pass(to agent: Int32, at time: Int64, isFromAssistant: Bool) {
        guard clock != ConversationState.never, !isFromAssistant else { return startClock(at: time) }
        passings.removeAll { $0.agent == agent }
        passings.append(Passing(agent: agent, time: time))
    }

    mutating func startClock(at time: Int64) {
        clock = time
        passings = []
    }

    mutating func stopClock() { startClock(at: ConversationState.never) }

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
        stopClock()
        lastNeed = ConversationState.never
        readAt = ConversationState.never
        hasUnownedMessage = false
        isOpen = false
        givenBy = EventRow.none
    }

    mutating func setOwner(_ kind: Owner, _ number: Int32) {
        // A read mark is the owner's: whoever has it next has read nothing.
        if kind != ownerKind || number != owner {
            readAt = ConversationState.never
            givenBy = EventRow.none
        }
        ownerKind = kind
        owner = number
        hasUnownedMessage = false
    }
}
