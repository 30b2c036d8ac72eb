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
                var events = clockRows(buyer, replay, of: agent, from: from, until: row) + [row]
                // Whose wait it was follows from what made him the owner, where the event itself does not say it.
                if fact.isLoss, row.giver == EventRow.none { events.append(replay.owners[row.id]) }
                result.terms.append(
                    Explanation.Term(
                        subject: name, agent: names.agents.name(agent), conversation: conversation(row),
                        value: measured.length ?? 0,
                        events: eventIDs(events)))
            }
            guard case .transferred = figure else { continue }
            for (agent, row) in replay.losses where slot.contains(row.time) && !told.contains(row.id) {
                if isIn(scope, agent, at: time) { result.leaveOut(name, .noOpenWait, [id(row)]) }
            }
        }
    }

    /// 未计入: the answers of the last whole slot that count in no mean, each with the reason.
    func explainUncounted(_ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        for buyer in buyers where buyer.rows.contains(where: { $0.code == .agent && slot.contains($0.time) }) {
            let replay = Replay(buyer, before: slot.end, context)
            for (fact, row) in replay.recorded.facts where row.code == .agent && slot.contains(row.time) {
                guard isIn(scope, row.party, at: time) else { continue }
                let events: [String?]
                let reason: Explanation.LeftOut.Reason
                switch fact {
                case .answer(let agent, let from):
                    guard context.policy.measured(from: from, to: row.time).length == nil else { continue }
                    reason = .outsideHours
                    events = eventIDs(clockRows(buyer, replay, of: agent, from: from, until: row) + [row])
                case .noClock:
                    reason = .noClock
                    events = eventIDs(assistantRows(buyer, replay, until: row) + [row])
                default: continue
                }
                result.terms.append(
                    Explanation.Term(
                        subject: names.buyers.name(buyer.name), agent: names.agents.name(row.party),
                        conversation: conversation(row), reason: reason, events: events))
            }
        }
    }

    /// Why a reply has no clock: what the buyer asked, and what the assistant said then.
    private func assistantRows(_ buyer: Buyer, _ replay: Replay, until reply: EventRow) -> [EventRow?] {
        let rows = buyer.rows.filter { $0.conversation == reply.conversation && ids.isBefore($0, reply) }
        let said = rows.last { $0.code == .assistant && !$0.flags.contains(.automatic) && isContent($0) }
        guard let said else { return [nil] }
        let asked = rows.last {
            $0.code == .buyer && $0.flags.contains(.needsAnswer) && isContent($0) && ids.isBefore($0, said)
        }
        return [asked, said, replay.owners[said.id]] + (asked.flatMap { replay.owners[$0.id] }.map { [$0] } ?? [])
    }

    /// The buyers' own waits that ended in the last whole slot, whoever answered.
    func explainBuyerWaits(at time: Int64, _ result: inout Explanation) {
        let slot = context.calendar.lastSlot(at: time)
        result.span = Stretch(slot)
        result.arithmetic = .mean
        for buyer in buyers where buyer.rows.contains(where: { slot.contains($0.time) }) {
            let name = names.buyers.name(buyer.name)
            let replay = Replay(buyer, before: slot.end, context)
            var told: Set<Int32> = []
            for (fact, row) in replay.recorded.facts where slot.contains(row.time) {
                guard case .buyerWait(let from) = fact else { continue }
                told.insert(row.id)
                let rows = buyer.rows.filter { $0.conversation == row.conversation && ids.isBefore($0, row) }
                let asked = rows.first {
                    $0.code == .buyer && $0.time == from && $0.flags.contains(.needsAnswer) && isContent($0)
                }
                guard let length = context.policy.measured(from: from, to: row.time).length else {
                    result.leaveOut(name, .outsideHours, [id(asked), id(row)])
                    continue
                }
                result.terms.append(
                    Explanation.Term(
                        subject: name, agent: row.code == .agent ? names.agents.name(row.party) : nil,
                        conversation: conversation(row), value: length, events: eventIDs([asked, row])))
            }
            for row in replay.unansweredCloses where slot.contains(row.time) {
                result.leaveOut(name, .closed, [id(row)])
            }
            for row in buyer.rows where slot.contains(row.time) && !told.contains(row.id) {
                guard row.code == .agent || row.code == .assistant else { continue }
                result.leaveOut(name, reasonToEndNothing(row), [id(row)])
            }
        }
    }

    /// Why a message of the staff, or of the assistant, ended no wait.
    func reasonToEndNothing(_ row: EventRow) -> Explanation.LeftOut.Reason {
        if !isContent(row) { return .noContent }
        if row.flags.contains(.automatic) { return .automatic }
        return row.code == .assistant && !context.policy.waits.assistantAnswers ? .assistantMessage : .noOpenWait
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
