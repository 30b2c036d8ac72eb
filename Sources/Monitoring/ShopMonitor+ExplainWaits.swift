import ConversationModel

/// Keeps what follows from a buyer's events, for explaining.
struct RecordedFacts: FactSink {
    enum Fact {
        case answer(Int32, from: Int64)
        case noClock(Int32)
        case transferred(Int32, from: Int64)
        case closed(Int32, from: Int64)
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
    mutating func buyerWait(from: Int64, row: EventRow) {}
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

    init(_ buyer: Buyer, before time: Int64, _ context: FoldContext) {
        var context = context
        state = buyer.base
        for row in buyer.rows {
            if row.time >= time { break }
            owners[row.id] = lastOwners[row.conversation]
            let before = owner(row.conversation)
            state.take(row, &context, &recorded)
            if owner(row.conversation) != before {
                lastOwners[row.conversation] = row
                let giver =
                    row.giver != EventRow.none ? row.giver : before.kind == .agent ? before.number : EventRow.none
                if giver != EventRow.none, row.code != .closed { losses.append((giver, row)) }
            }
            // An owner that the event itself names is known by it.
            if before.kind == .nobody { owners[row.id] = lastOwners[row.conversation] }
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
    func explainResponse(_ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        if case .shop = scope { result.arithmetic = .meanOfMeans } else { result.arithmetic = .mean }
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
                            subject: name, agent: names.agents.name(agent), value: length,
                            events: eventIDs(clockRows(buyer, replay, from: from, until: row) + [row])))
                case .noClock(let agent) where isIn(scope, agent, at: time):
                    told.insert(row.id)
                    result.leaveOut(name, .noClock, [id(row)])
                default: break
                }
            }
            for row in buyer.rows where row.code == .agent && slot.contains(row.time) && !told.contains(row.id) {
                guard isIn(scope, row.party, at: time) else { continue }
                let reason: Explanation.LeftOut.Reason =
                    !isContent(row) ? .noContent : row.flags.contains(.automatic) ? .automatic : .noOpenWait
                result.leaveOut(name, reason, [id(row)])
            }
        }
    }

    /// What made the owner whom a passing took it from: without it, a message that names somebody would have made him the owner.
    private func previousOwner(_ passing: EventRow?, _ replay: Replay) -> [EventRow?] {
        passing.flatMap { replay.owners[$0.id] }.map { [$0] } ?? []
    }

    /// What began the clock: a buyer's message, or the passing to someone and the message that waited then.
    func clockRows(_ buyer: Buyer, _ replay: Replay, from: Int64, until answer: EventRow) -> [EventRow?] {
        let rows = buyer.rows.filter {
            $0.conversation == answer.conversation && $0.time <= from && ids.isBefore($0, answer)
        }
        let asks = { (row: EventRow) in row.code == .buyer && row.flags.contains(.needsAnswer) && self.isContent(row) }
        if let message = rows.first(where: { $0.time == from && asks($0) }) { return [message] }
        let passing = rows.last { $0.time == from && $0.code.rawValue < EventRow.Code.buyer.rawValue }
        return [passing, rows.last(where: asks)] + previousOwner(passing, replay)
    }

    func explainPending(_ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation) {
        for buyer in buyers {
            if buyer.state.conversations.isEmpty, buyer.rows.last.map({ $0.time < time }) ?? true { continue }
            let name = names.buyers.name(buyer.name)
            let replay = Replay(buyer, before: time, context)
            for state in replay.state.conversations {
                guard state.ownerKind == .agent, let clock = state.openClock, isIn(scope, state.owner, at: time)
                else { continue }
                let rows = buyer.rows.filter { $0.conversation == state.name && $0.time < time }
                let since = state.staffWait.openSince?.milliseconds
                let asked = rows.first { $0.code == .buyer && $0.time == since && $0.flags.contains(.needsAnswer) }
                let passed = rows.first { $0.time == clock && $0.code.rawValue < EventRow.Code.buyer.rawValue }
                // Where the clock began with a message, nothing was passed.
                let began = passed ?? rows.first { $0.time == clock && $0.code == .buyer }
                let events = eventIDs([asked, began, replay.lastOwners[state.name]] + previousOwner(passed, replay))
                if state.isClosed(at: time, context.policy) {
                    result.leaveOut(name, .closed, events)
                } else if state.isRead, policy.pendingUntil == .read {
                    let read = rows.last { $0.code == .read && $0.time == state.readAt }
                    result.leaveOut(name, .read, events + [id(read)])
                } else {
                    result.terms.append(
                        Explanation.Term(
                            subject: name, agent: names.agents.name(state.owner), events: events))
                }
            }
        }
    }

    func explainAssistant(_ figure: Explanation.Figure, at time: Int64, _ result: inout Explanation) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        for buyer in buyers where buyer.rows.contains(where: { slot.contains($0.time) }) {
            let replay = Replay(buyer, before: slot.end, context)
            for (fact, row) in replay.recorded.facts where slot.contains(row.time) {
                switch (fact, figure) {
                case (.consulted, .consulted), (.handed, .handed):
                    result.terms.append(
                        Explanation.Term(
                            subject: names.buyers.name(buyer.name),
                            events: eventIDs([replay.owners[row.id], unowned(buyer, row), row])))
                default: break
                }
            }
        }
    }

    /// What the buyer had said while nobody had the conversation, where it is counted as said to the assistant that took it.
    private func unowned(_ buyer: Buyer, _ taking: EventRow) -> EventRow? {
        guard taking.code != .buyer else { return nil }
        return buyer.rows.last {
            $0.conversation == taking.conversation && $0.code == .buyer && isContent($0) && ids.isBefore($0, taking)
        }
    }
}
