import ConversationModel

extension ShopMonitor {
    /// 转出未回, 关闭未回 and 留言回复 of the last whole slot: a term for each, with its length in milliseconds.
    func explainSlot(
        _ figure: Explanation.Figure, _ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation
    ) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        for buyer in buyers where buyer.rows.contains(where: { slot.contains($0.time) }) {
            let name = names.buyers.name(buyer.name)
            let replay = Replay(buyer, before: slot.end, context)
            var told: Set<Int32> = []
            for (fact, row) in replay.recorded.facts where slot.contains(row.time) {
                guard let (agent, from) = fact.of(figure), isIn(scope, agent, at: time) else { continue }
                told.insert(row.id)
                guard let from else {
                    result.leaveOut(name, .noClock, [id(row)])
                    continue
                }
                let measured = context.policy.measured(from: from, to: row.time)
                if case .afterHours = figure, !measured.isAfterHours { continue }
                var events = clockRows(buyer, replay, from: from, until: row) + [row]
                // Whose wait it was follows from what made him the owner, where the event itself does not say it.
                if fact.isLoss, row.giver == EventRow.none { events.append(replay.owners[row.id]) }
                result.terms.append(
                    Explanation.Term(
                        subject: name, agent: names.agents.name(agent), value: measured.length ?? 0,
                        events: eventIDs(events)))
            }
            guard case .transferred = figure else { continue }
            for (agent, row) in replay.losses where slot.contains(row.time) && !told.contains(row.id) {
                if isIn(scope, agent, at: time) { result.leaveOut(name, .noOpenWait, [id(row)]) }
            }
        }
    }
}

extension RecordedFacts.Fact {
    /// Whether an agent lost a conversation by it.
    fileprivate var isLoss: Bool {
        switch self {
        case .transferred, .closed: true
        default: false
        }
    }

    /// Whom the fact counts for in a figure, and since when his clock ran; nil where it counts for nobody in it.
    fileprivate func of(_ figure: Explanation.Figure) -> (agent: Int32, from: Int64?)? {
        switch (figure, self) {
        case (.transferred, .transferred(let agent, let from)), (.closedUnanswered, .closed(let agent, let from)),
            (.afterHours, .answer(let agent, let from)):
            (agent, from)
        case (.afterHours, .noClock(let agent)): (agent, nil)
        default: nil
        }
    }
}
