import ConversationModel

/// What a buyer did on one day: when each thing happened first.
struct BuyerDay: Equatable, Sendable {
    static let never = Int64.max

    var day: Int32
    var spoke = never
    var humanReply = never
    var assistantReply = never

    /// Since when the buyer counts as served: spoken and answered, both this day.
    var servedSince: Int64 { max(spoke, min(humanReply, assistantReply)) }
    var humanServedSince: Int64 { max(spoke, humanReply) }
}

/// The first reply of an agent to a buyer on one day.
struct AgentReply: Equatable, Sendable {
    var day: Int32
    var agent: Int32
    var first: Int64
}

/// What the fold over a buyer's events needs beside the events.
struct FoldContext: Sendable {
    let policy: TimePolicy
    let calendar: ShopCalendar
    /// The day that was last asked for: nearly always the next one, too.
    private(set) var day: ShopCalendar.Day

    init(_ policy: MonitorPolicy) {
        self.policy = policy.time
        calendar = ShopCalendar(zone: policy.time.zone, slotLength: policy.slotLength)
        day = ShopCalendar.Day(number: 0, span: ShopCalendar.Stretch(start: 0, end: 0))
    }

    mutating func day(at time: Int64) -> ShopCalendar.Day {
        if !day.span.contains(time) { day = calendar.day(at: time) }
        return day
    }

    /// Start of the slot that holds `time`.
    mutating func slot(at time: Int64) -> Int64 {
        let start = day(at: time).span.start
        return start + (time - start) / calendar.slotLength * calendar.slotLength
    }
}

/// A buyer after the events so far, in their order: a pure fold.
struct BuyerState: Equatable, Sendable {
    var conversations: [ConversationState] = []
    var days: [BuyerDay] = []
    var replies: [AgentReply] = []
    /// The slots in which he was last counted as speaking to the assistant, and as handed over by it.
    var consultedSlot = Int64.min
    var handedSlot = Int64.min

    /// Where each conversation stands, once there are many of them; empty, or of other names, where it must be made anew.
    private var places: [Int32: Int] = [:]

    static func == (a: BuyerState, b: BuyerState) -> Bool {
        a.conversations == b.conversations && a.days == b.days && a.replies == b.replies
            && a.consultedSlot == b.consultedSlot && a.handedSlot == b.handedSlot
    }

    var isEmpty: Bool { conversations.isEmpty && days.isEmpty && replies.isEmpty }

    /// Takes the next event.
    mutating func take(_ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink) {
        let index = conversationIndex(row.conversation, context.policy)
        conversations[index].begin(at: row.time, context.policy)
        switch row.code {
        case .opened, .assigned, .handedOver, .queued, .pooled: pass(index, row, &context, &sink)
        case .buyer: buyerSpoke(index, row, &context, &sink)
        case .assistant: assistantSpoke(index, row, &context, &sink)
        case .agent: agentSpoke(index, row, &context, &sink)
        case .system: break
        case .read:
            let state = conversations[index]
            let isOwner = state.ownerKind == .agent && state.owner == row.party
            if row.party == EventRow.none || isOwner { conversations[index].readAt = row.time }
        case .closed:
            let state = conversations[index]
            if state.ownerKind == .agent, let clock = state.openClock {
                sink.closedUnanswered(state.owner, from: clock, row: row)
            }
            conversations[index].close(context.policy)
        }
    }

    private mutating func conversationIndex(_ name: Int32, _ policy: TimePolicy) -> Int {
        if let last = conversations.last, last.name == name { return conversations.count - 1 }
        if let index = place(of: name) { return index }
        conversations.append(ConversationState(name: name, policy: policy))
        if !places.isEmpty { places[name] = conversations.count - 1 }
        return conversations.count - 1
    }

    /// Of few conversations the name is looked for; of many it is looked up, or a replay would grow with their square.
    private mutating func place(of name: Int32) -> Int? {
        guard conversations.count > 16 else { return conversations.firstIndex { $0.name == name } }
        if places.count != conversations.count {
            places = Dictionary(conversations.enumerated().map { ($1.name, $0) }) { first, _ in first }
        }
        return places[name]
    }

    /// To be called where conversations were removed or renamed.
    mutating func forgetPlaces() { places = [:] }

    // MARK: Ownership

    /// An assignment, a hand-over or the queue.
    private mutating func pass(
        _ index: Int, _ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink
    ) {
        let target: Owner =
            switch row.code {
            case .queued: .queue
            case .pooled: .pool
            default: row.partyKind
            }
        if target == .nobody || row.origin == .itself { return }
        let state = conversations[index]
        let giver = giver(row, state)
        if state.ownerKind == target, state.owner == row.party {
            // Who has it already is given it by whom the event names, if that was not said before.
            guard row.origin != .unsaid, giver != EventRow.none, giver != state.givenBy else { return }
        }
        leave(index, row, giver, &context, &sink, to: target)
        if target == .assistant { assistantTakes(index, row, &context, &sink) }
        conversations[index].setOwner(target, row.party)
        conversations[index].givenBy = giver
        // The clock is people's: to the assistant nothing begins that an agent could be late for.
        guard target != .assistant, state.staffWait.openSince != nil else { return }
        switch context.policy.waits.onTransfer {
        case .restart:
            conversations[index].pass(
                to: target == .agent ? row.party : EventRow.none, at: row.time,
                isFromAssistant: isFromAssistant(row, state))
        case .carry:
            // The clock runs on; where only the assistant's time lies before, people owe the answer from here on.
            if state.clock == ConversationState.never { conversations[index].startClock(at: row.time) }
        }
    }

    /// Whether the assistant gives the conversation away.
    private func isFromAssistant(_ row: EventRow, _ state: ConversationState) -> Bool {
        row.origin == .unsaid ? state.ownerKind == .assistant : row.origin == .assistant
    }

    /// Who gives the conversation away: whom the event names; the owner only where it names none. `EventRow.none` where that is
    /// neither an agent nor the assistant.
    private func giver(_ row: EventRow, _ state: ConversationState) -> Int32 {
        if isFromAssistant(row, state) { return ConversationState.assistant }
        if row.giver != EventRow.none { return row.giver }
        return row.origin == .unsaid && state.ownerKind == .agent ? state.owner : EventRow.none
    }

    /// What it means for who gives the conversation away.
    private mutating func leave(
        _ index: Int, _ row: EventRow, _ giver: Int32, _ context: inout FoldContext, _ sink: inout some FactSink,
        to target: Owner
    ) {
        if giver >= 0, let clock = conversations[index].openClock(of: giver) {
            sink.transferredUnanswered(giver, from: clock, row: row)
        }
        guard giver == ConversationState.assistant, target != .assistant else { return }
        let slot = context.slot(at: row.time)
        if slot != handedSlot {
            handedSlot = slot
            sink.handed(row: row)
        }
    }

    // MARK: Messages

    /// Recalls and notices are no messages that anyone waits for or answers with.
    private func isContent(_ row: EventRow) -> Bool {
        !(MessageKind.recall.rawValue...MessageKind.event.rawValue).contains(row.kind)
    }

    private func kind(_ row: EventRow) -> MessageKind { MessageKind(rawValue: row.kind) ?? .other }

    private mutating func buyerSpoke(
        _ index: Int, _ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink
    ) {
        guard isContent(row) else { return }
        if conversations[index].ownerKind == .nobody, row.partyKind != .nobody {
            conversations[index].setOwner(row.partyKind, row.party)
        }
        let day = dayIndex(context.day(at: row.time).number)
        days[day].spoke = min(days[day].spoke, row.time)
        switch conversations[index].ownerKind {
        case .assistant: consulted(row, &context, &sink)
        case .nobody: conversations[index].hasUnownedMessage = true
        default: break
        }
        conversations[index].hasBuyerMessage = true
        let needs = row.flags.contains(.needsAnswer)
        let time = Instant(milliseconds: row.time)
        conversations[index].buyerWait.observe(
            speaker: .buyer, isAutomatic: false, kind: kind(row), needsAnswer: needs, at: time)
        conversations[index].staffWait.observe(
            speaker: .buyer, isAutomatic: false, kind: kind(row), needsAnswer: needs, at: time)
        guard needs else { return }
        conversations[index].lastNeed = row.time
        if conversations[index].clock == ConversationState.never { conversations[index].startClock(at: row.time) }
    }

    private mutating func assistantSpoke(
        _ index: Int, _ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink
    ) {
        guard isContent(row) else { return }
        if conversations[index].ownerKind == .nobody {
            assistantTakes(index, row, &context, &sink)
            conversations[index].setOwner(.assistant, EventRow.none)
        }
        guard !row.flags.contains(.automatic) else { return }
        if conversations[index].hasBuyerMessage {
            let day = dayIndex(context.day(at: row.time).number)
            days[day].assistantReply = min(days[day].assistantReply, row.time)
        }
        answerBuyer(index, row, .assistant, &sink)
        if conversations[index].ownerKind == .assistant {
            // The time before it was the assistant's: nobody of the staff owes it.
            conversations[index].stopClock()
        } else if observeStaff(index, row, .assistant) {
            conversations[index].stopClock()
        }
    }

    private mutating func agentSpoke(
        _ index: Int, _ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink
    ) {
        guard isContent(row) else { return }
        guard !row.flags.contains(.automatic) else {
            if conversations[index].ownerKind == .nobody { conversations[index].setOwner(.agent, row.party) }
            return
        }
        if conversations[index].hasBuyerMessage { replied(row, &context) }
        let state = conversations[index]
        if state.ownerKind != .agent || state.owner != row.party {
            let giver = giver(row, state)
            leave(index, row, giver, &context, &sink, to: .agent)
            conversations[index].setOwner(.agent, row.party)
            conversations[index].givenBy = giver
        }
        answerBuyer(index, row, .agent, &sink)
        if observeStaff(index, row, .agent) {
            if let clock = state.clock(of: row.party) {
                sink.answer(row.party, from: clock, row: row)
            } else {
                sink.answerWithoutClock(row.party, row: row)
            }
            conversations[index].stopClock()
        }
    }

    /// What the buyer said while nobody had the conversation, he said to the assistant that takes it: known, and counted, when
    /// it does.
    private mutating func assistantTakes(
        _ index: Int, _ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink
    ) {
        if conversations[index].hasUnownedMessage { consulted(row, &context, &sink) }
    }

    private mutating func consulted(_ row: EventRow, _ context: inout FoldContext, _ sink: inout some FactSink) {
        let slot = context.slot(at: row.time)
        guard slot != consultedSlot else { return }
        consultedSlot = slot
        sink.consulted(row: row)
    }

    private mutating func answerBuyer(
        _ index: Int, _ row: EventRow, _ speaker: Speaker, _ sink: inout some FactSink
    ) {
        let start = conversations[index].buyerWait.observe(
            speaker: speaker, isAutomatic: false, kind: kind(row), needsAnswer: false,
            at: Instant(milliseconds: row.time))
        if let start { sink.buyerWait(from: start.milliseconds, row: row) }
    }

    private mutating func observeStaff(_ index: Int, _ row: EventRow, _ speaker: Speaker) -> Bool {
        conversations[index].staffWait.observe(
            speaker: speaker, isAutomatic: false, kind: kind(row), needsAnswer: false,
            at: Instant(milliseconds: row.time)) != nil
    }

    private mutating func replied(_ row: EventRow, _ context: inout FoldContext) {
        let number = context.day(at: row.time).number
        let day = dayIndex(number)
        days[day].humanReply = min(days[day].humanReply, row.time)
        if !replies.contains(where: { $0.day == number && $0.agent == row.party }) {
            replies.append(AgentReply(day: number, agent: row.party, first: row.time))
        }
    }

    private mutating func dayIndex(_ number: Int32) -> Int {
        if let last = days.last, last.day == number { return days.count - 1 }
        if let index = days.firstIndex(where: { $0.day == number }) { return index }
        days.append(BuyerDay(day: number))
        return days.count - 1
    }
}
