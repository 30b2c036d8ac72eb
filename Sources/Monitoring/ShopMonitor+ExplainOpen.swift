import ConversationModel

extension ShopMonitor {
    /// What is open at an instant and no agent's: the buyers' own waits, the queue, the pool, and what nobody has.
    func explainOpen(_ figure: Explanation.Figure, at time: Int64, _ result: inout Explanation) {
        forEachConversation(at: time) { buyer, replay, state in
            let rows = buyer.rows.filter { $0.conversation == state.name && $0.time < time }
            // The last event says since when silence has lasted, and a wait how much of it closes.
            var events = [rows.last]
            if state.staffWait.openSince != nil {
                events.append(asked(state.staffWait, rows))
            } else if state.buyerWait.openSince != nil {
                events.append(asked(state.buyerWait, rows))
            }
            var since: Int64?
            switch (figure, state.ownerKind) {
            case (.openBuyerWaits, _):
                guard let start = state.buyerWait.openSince else { return }
                since = context.policy.opening(from: start).milliseconds
                events = [asked(state.buyerWait, rows), rows.last]
            case (.queued, .queue), (.pooled, .pool):
                let passed = replay.lastOwners[state.name]
                since = passed?.time
                events.append(passed)
            case (.unassigned, .nobody), (.unassigned, .group):
                guard let clock = state.openClock else { return }
                since = context.policy.opening(from: Instant(milliseconds: clock)).milliseconds
                if state.ownerKind == .group {
                    let passed = replay.lastOwners[state.name]
                    events += [passed] + previousOwner(passed, replay)
                }
            default: return
            }
            let name = names.buyers.name(buyer.name)
            if state.isClosed(at: time, context.policy) {
                result.leaveOut(name, .closed, eventIDs(events))
            } else {
                result.terms.append(
                    Explanation.Term(
                        subject: name, conversation: names.conversations.name(state.name), since: since,
                        events: eventIDs(events)))
            }
        }
    }

    /// 下班未清: the agents who are offline while something of theirs is pending.
    func explainLeftPending(_ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation) {
        var pending = Explanation(figure: .pending(scope), asOf: result.asOf, arithmetic: .count)
        explainPending(scope, at: time, &pending)
        arrange(&pending)
        let byAgent = Dictionary(grouping: pending.terms) { $0.agent ?? "" }
        for number in agents.indices {
            let name = names.agents.name(Int32(number))
            guard let terms = byAgent[name] else { continue }
            let rows = agents[number].rows.filter { $0.time < time }
            let came = rows.last { $0.code == .online || $0.code == .offline }.flatMap { ids.name($0.id) }
            if agents[number].state(at: time).isOnline {
                result.leaveOut(name, .online, [came])
            } else {
                // Who was never seen online has no event that says so.
                let known = terms.flatMap(\.events) + (came.map { [$0] } ?? [])
                let events: [String?] = known.sorted { last(of: [$0]) < last(of: [$1]) }
                let isComplete = terms.allSatisfy(\.isComplete)
                result.terms.append(
                    Explanation.Term(
                        subject: name, agent: name, since: terms.compactMap(\.since).min()?.milliseconds,
                        events: isComplete ? events : events + [nil]))
            }
        }
    }
}
