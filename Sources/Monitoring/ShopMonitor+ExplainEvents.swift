import ConversationModel

extension ShopMonitor {
    /// Lists the events that the terms and what was left out name, with their times and what they are.
    func listEvents(_ result: inout Explanation) {
        var wanted: Set<Int32> = []
        for terms in [result.terms, result.others] {
            for term in terms { for event in term.events { note(event, &wanted) } }
        }
        for left in result.leftOut { for event in left.events { note(event, &wanted) } }
        if wanted.isEmpty { return }
        // By rank: what counts first in the same millisecond.
        var found: [(rank: UInt8, event: Explanation.ListedEvent)] = []
        for buyer in buyers {
            for row in buyer.rows where wanted.contains(row.id) { found.append((row.code.rawValue, listed(row))) }
            for payment in buyer.payments where wanted.contains(payment.id) {
                found.append((.max, listed("order-paid", payment.id, payment.time)))
            }
        }
        for (number, agent) in agents.enumerated() {
            for row in agent.rows where wanted.contains(row.id) {
                var event = listed(row.code.type, row.id, row.time)
                event.agent = names.agents.name(Int32(number))
                event.group = row.group == EventRow.none ? nil : names.groups.name(row.group)
                found.append((row.code.rawValue, event))
            }
        }
        for day in ledger.days {
            for click in day.clicks.joined() where wanted.contains(click.id) {
                found.append((.max, listed("entry-clicked", click.id, click.time)))
            }
        }
        result.events = found.sorted { a, b in
            if a.event.time != b.event.time { return a.event.time < b.event.time }
            return a.rank != b.rank ? a.rank < b.rank : a.event.id.utf8.lexicographicallyPrecedes(b.event.id.utf8)
        }.map(\.event)
    }

    private func note(_ event: String, _ wanted: inout Set<Int32>) {
        var event = event
        if let number = event.withUTF8({ ids.names.known($0) }) { wanted.insert(number) }
    }

    private func listed(_ type: String, _ id: Int32, _ time: Int64) -> Explanation.ListedEvent {
        Explanation.ListedEvent(id: ids.name(id) ?? "", time: Instant(milliseconds: time), type: type)
    }

    private func listed(_ row: EventRow) -> Explanation.ListedEvent {
        var event = listed(row.code.type, row.id, row.time)
        event.speaker = row.code.speaker
        event.isAutomatic = row.flags.contains(.automatic)
        if row.giver != EventRow.none { event.giver = names.agents.name(row.giver) }
        switch row.partyKind {
        case .agent: event.agent = names.agents.name(row.party)
        case .group: event.group = names.groups.name(row.party)
        case .assistant: event.isToAssistant = true
        default:
            // A read mark names who read.
            if row.code == .read, row.party != EventRow.none { event.agent = names.agents.name(row.party) }
        }
        return event
    }
}

extension EventRow.Code {
    /// The word of the event schema.
    fileprivate var type: String {
        switch self {
        case .opened: "conversation-opened"
        case .assigned: "conversation-assigned"
        case .handedOver: "conversation-handed-over"
        case .queued: "conversation-queued"
        case .pooled: "conversation-pooled"
        case .buyer, .assistant, .agent, .system: "message"
        case .read: "conversation-read"
        case .closed: "conversation-closed"
        }
    }

    fileprivate var speaker: Speaker? {
        switch self {
        case .buyer: .buyer
        case .assistant: .assistant
        case .agent: .agent
        case .system: .system
        default: nil
        }
    }
}

extension AgentRow.Code {
    /// The word of the event schema.
    fileprivate var type: String {
        switch self {
        case .online: "agent-online"
        case .resumed: "agent-resumed"
        case .suspended: "agent-suspended"
        case .groupChanged: "agent-group-changed"
        case .offline: "agent-offline"
        }
    }
}
