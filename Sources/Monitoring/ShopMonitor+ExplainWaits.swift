import ConversationModel

/// Keeps what follows from a buyer's events, for explaining.
struct RecordedFacts: FactSink {
    enum Fact {
        case answer(Int32, from: Int64)
        case noClock(Int32)
        case transferred(Int32, from: Int64)
        case closed(Int32, from: Int64)
        case buyerWait(from: Int64)
        case consulted, handed
    }

    /// In the order of the rows.
    var facts: [(fact: Fact, row: EventRow)] = []

    mutating func answer(_ agent: Int32, from: Int64, row: EventRow) { facts.append((.answer(agent, from: from), row)) }
    mutating func answerWithoutClock(_ agent: Int32, row: EventRow) { facts.append((.noClock(agent), row)) }
    mutating func consulted(row: EventRow) { facts.append((.consulted, row)) }
    mutating func handed(row: EventRow) { facts.append((.handed, row)) }
    mutating func transferredUnanswered(_ agent: Int32, from: Int64, row: EventRow) {
        facts.append((.transferred(agent, from: from), row))
    }
    mutating func closedUnanswered(_ agent: Int32, from: Int64, row: EventRow) {
        facts.append((.closed(agent, from: from), row))
    }
    mutating func buyerWait(from: Int64, row: EventRow) { facts.append((.buyerWait(from: from), row)) }
}

/// A buyer's events up to an instant, with what followed from them.
struct Replay {
    var state: BuyerState
    var recorded = RecordedFacts()
    /// By the number of the event: the event that made the owner what he was before it.
    var owners: [Int32: EventRow] = [:]
    /// By conversation: the event that made the owner what he is.
    var lastOwners: [Int32: EventRow] = [:]
    /// Events by which an agent lost his conversation, but not by its close.
    var losses: [(agent: Int32, row: EventRow)] = []
    /// Events that closed a conversation in which the buyer still waited.
    var unansweredCloses: [EventRow] = []

    init(_ buyer: Buyer, before time: Int64, _ context: FoldContext) {
        var context = context
        state = buyer.base
        for row in buyer.rows {
            if row.time >= time { break }
            owners[row.id] = lastOwners[row.conversation]
            let before = owner(row.conversation)
            if row.code == .closed, isWaiting(row, context.policy) { unansweredCloses.append(row) }
            state.take(row, &context, &recorded)
            if owner(row.conversation) != before {
                lastOwners[row.conversation] = row
                let giver =
                    row.giver != EventRow.none || row.origin != .unsaid || before.kind != .agent
                    ? row.giver : before.number
                if giver != EventRow.none, row.code != .closed, row.origin != .itself { losses.append((giver, row)) }
            }
            // An owner that the event itself names is known by it.
            if before.kind == .nobody { owners[row.id] = lastOwners[row.conversation] }
        }
    }

    /// Whether a buyer's own wait is open in the row's conversation, and silence has not closed it.
    private func isWaiting(_ row: EventRow, _ policy: TimePolicy) -> Bool {
        state.conversations.contains {
            $0.name == row.conversation && $0.buyerWait.openSince != nil && !$0.isClosed(at: row.time, policy)
        }
    }

    private func owner(_ conversation: Int32) -> (kind: Owner, number: Int32) {
        let state = state.conversations.first { $0.name == conversation }
        return (state?.ownerKind ?? .nobody, state?.owner ?? EventRow.none)
    }
}

private func != (a: (kind: Owner, number: Int32), b: (kind: Owner, number: Int32)) -> Bool {
    a.kind != b.kind || a.number != b.number
}

extension ShopMonitor {
    /// The answers of the last whole slot, each with its length.
    func explainResponse(
        _ figure: Explanation.Figure, _ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation
    ) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        result.arithmetic = figure == .response(.shop) ? .meanOfMeans : .mean
        for buyer in buyers where buyer.rows.contains(where: { $0.code == .agent && slot.contains($0.time) }) {
            let name = names.buyers.name(buyer.name)
            let replay = Replay(buyer, before: slot.end, context)
            var told: Set<Int32> = []
            for (fact, row) in replay.recorded.facts where slot.contains(row.time) {
                switch fact {
                case .answer(let agent, let from) where isIn(scope, agent, at: time):
                    told.insert(row.id)
                    guard let length = context.policy.measured(from: from, to: row.time).length else {
                        result.leaveOut(name, .outsideHours, [id(row)])
                        continue
                    }
                    result.terms.append(
                        Explanation.Term(
                            subject: name, agent: names.agents.name(agent), conversation: conversation(row),
                            value: length,
                            events: eventIDs(clockRows(buyer, replay, of: agent, from: from, until: row) + [row])))
                case .noClock(let agent) where isIn(scope, agent, at: time):
                    told.insert(row.id)
                    result.leaveOut(name, .noClock, [id(row)])
                default: break
                }
            }
            for row in buyer.rows where row.code == .agent && slot.contains(row.time) && !told.contains(row.id) {
                guard isIn(scope, row.party, at: time) else { continue }
                result.leaveOut(name, reasonToEndNothing(row), [id(row)])
            }
        }
    }

    /// What made the owner whom a passing took it from: without it, a message that names somebody would have made him the owner.
    func previousOwner(_ passing: EventRow?, _ replay: Replay) -> [EventRow?] {
        passing.flatMap { replay.owners[$0.id] }.map { [$0] } ?? []
    }

    /// What began an agent's clock: a buyer's message, or the passing to someone and the message that waited then.
    func clockRows(
        _ buyer: Buyer, _ replay: Replay, of agent: Int32, from: Int64, until answer: EventRow
    ) -> [EventRow?] {
        let rows = buyer.rows.filter { $0.conversation == answer.conversation && ids.isBefore($0, answer) }
        return clockRows(rows, replay, of: agent, from: from)
    }

    private func clockRows(_ rows: [EventRow], _ replay: Replay, of agent: Int32, from: Int64) -> [EventRow?] {
        let rows = rows.filter { $0.time <= from }
        let asks = { (row: EventRow) in row.code == .buyer && row.flags.contains(.needsAnswer) && self.isContent(row) }
        if let message = rows.first(where: { $0.time == from && asks($0) }) { return [message] }
        let passing = passing(to: agent, at: from, rows)
        let asked = rows.last(where: asks)
        let began = [passing, asked] + previousOwner(passing, replay)
        let carries = context.policy.waits.onTransfer == .carry
        guard let passing, let asked, carries || passing.partyKind != .agent || passing.party != agent else {
            return began
        }
        // Passed to others, it began the clock of all people, where the assistant's time ended with it: by what it had said.
        let said = rows.last {
            $0.code == .assistant && !$0.flags.contains(.automatic) && isContent($0) && ids.isBefore(asked, $0)
                && ids.isBefore($0, passing)
        }
        return began + (said.map { [$0] + previousOwner($0, replay) } ?? [])
    }

    /// The passing with which a clock began: to the agent himself, or with which people's did.
    private func passing(to agent: Int32, at time: Int64, _ rows: [EventRow]) -> EventRow? {
        let passings = rows.filter { $0.time == time && $0.code.rawValue < EventRow.Code.buyer.rawValue }
        return passings.last { $0.partyKind == .agent && $0.party == agent } ?? passings.last
    }

    /// What waits for an answer of an agent; with `isOfRead` only what was read since.
    func explainPending(
        _ scope: Explanation.Scope, isOfRead: Bool = false, at time: Int64, _ result: inout Explanation
    ) {
        forEachConversation(at: time) { buyer, replay, state in
            guard state.ownerKind == .agent, let clock = state.openClock, isIn(scope, state.owner, at: time)
            else { return }
            let name = names.buyers.name(buyer.name)
            let rows = buyer.rows.filter { $0.conversation == state.name && $0.time < time }
            var events = eventIDs(
                clockRows(rows, replay, of: state.owner, from: clock) + [replay.lastOwners[state.name]])
            if state.isRead {
                events.append(id(rows.last { $0.code == .read && $0.time == state.readAt }))
            }
            if state.isClosed(at: time, context.policy) {
                result.leaveOut(name, .closed, events)
            } else if isOfRead, !state.isRead {
                result.leaveOut(name, .unread, events)
            } else if !isOfRead, state.isRead, policy.pendingUntil == .read {
                result.leaveOut(name, .read, events)
            } else {
                let start = context.policy.opening(from: Instant(milliseconds: clock)).milliseconds
                result.terms.append(
                    Explanation.Term(
                        subject: name, agent: names.agents.name(state.owner),
                        conversation: names.conversations.name(state.name), since: start, events: events))
            }
        }
    }

    func explainAssistant(_ figure: Explanation.Figure, at time: Int64, _ result: inout Explanation) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        for buyer in buyers where buyer.rows.contains(where: { slot.contains($0.time) }) {
            let replay = Replay(buyer, before: slot.end, context)
            let name = names.buyers.name(buyer.name)
            var isCounted = false
            for (fact, row) in replay.recorded.facts where slot.contains(row.time) {
                switch (fact, figure) {
                case (.consulted, .consulted), (.handed, .handed):
                    isCounted = true
                    result.terms.append(
                        Explanation.Term(
                            subject: name, conversation: conversation(row),
                            events: eventIDs([replay.owners[row.id]] + unowned(buyer, row, figure) + [row])))
                default: break
                }
            }
            guard figure == .consulted, !isCounted else { continue }
            let spoke = buyer.rows.first { $0.code == .buyer && slot.contains($0.time) && isContent($0) }
            if let spoke { result.leaveOut(name, .notToAssistant, [id(spoke)]) }
        }
    }

    /// What the buyer had said while nobody had the conversation, where it is counted as said to the assistant that took it.
    private func unowned(_ buyer: Buyer, _ taking: EventRow, _ figure: Explanation.Figure) -> [EventRow?] {
        guard figure == .consulted, taking.code != .buyer else { return [] }
        return [
            buyer.rows.last {
                $0.conversation == taking.conversation && $0.code == .buyer && isContent($0) && ids.isBefore($0, taking)
            }
        ]
    }

    // MARK: Conversations and their open waits

    /// Each conversation that may be open at `time`, with its buyer.
    func forEachConversation(at time: Int64, _ body: (Buyer, Replay, ConversationState) -> Void) {
        for buyer in buyers {
            if buyer.state.conversations.isEmpty, buyer.rows.last.map({ $0.time < time }) ?? true { continue }
            let replay = Replay(buyer, before: time, context)
            for state in replay.state.conversations { body(buyer, replay, state) }
        }
    }

    /// The message with which an open wait began; nil where none is open, or it is not known.
    func asked(_ wait: WaitTracker, _ rows: [EventRow]) -> EventRow? {
        guard let since = wait.openSince?.milliseconds else { return nil }
        return rows.first {
            $0.code == .buyer && $0.time == since && $0.flags.contains(.needsAnswer) && isContent($0)
        }
    }

    func conversation(_ row: EventRow) -> String { names.conversations.name(row.conversation) }
}
