import ConversationModel

extension ShopMonitor {
    /// Puts the terms, and what was left out, into the order of what decided each: the same whatever order the events came
    /// in. Of what was left out no more than the first are kept.
    func arrange(_ result: inout Explanation) {
        result.terms = arranged(result.terms, { [$0.subject] + $0.events }, { last(of: $0.events) })
        result.others = arranged(result.others, { [$0.subject] + $0.events }, { last(of: $0.events) })
        let all = arranged(
            result.leftOut, { [$0.subject] + $0.events + [$0.order ?? ""] },
            { $0.events.isEmpty ? $0.orderTime?.milliseconds ?? .min : last(of: $0.events) })
        result.leftOut = Array(all.prefix(Explanation.listedLeftOut))
    }

    private func arranged<Element>(
        _ elements: [Element], _ names: (Element) -> [String], _ time: (Element) -> Int64
    ) -> [Element] {
        elements.map { (time: time($0), names: names($0), element: $0) }.sorted { a, b in
            a.time != b.time ? a.time < b.time : a.names.lexicographicallyPrecedes(b.names)
        }.map(\.element)
    }

    /// When the last of the events happened.
    func last(of events: [String]) -> Int64 {
        events.compactMap { number(of: $0).map { ids.times[Int($0)] } }.max() ?? .min
    }

    private func number(of event: String) -> Int32? {
        var event = event
        return event.withUTF8 { ids.names.known($0) }
    }

    /// Lists the events that the terms and what was left out name, with their times and what they are.
    func listEvents(_ result: inout Explanation) {
        var wanted: Set<Int32> = []
        for terms in [result.terms, result.others] {
            for term in terms { for event in term.events { note(event, &wanted) } }
        }
        for left in result.leftOut { for event in left.events { note(event, &wanted) } }
        if wanted.isEmpty { return }
        var found: [Explanation.ListedEvent] = []
        for buyer in buyers {
            let name = names.buyers.name(buyer.name)
            for row in buyer.rows where wanted.remove(row.id) != nil {
                found.append(listed(row, of: name))
            }
            for payment in buyer.payments where wanted.remove(payment.id) != nil {
                var event = listed("order-paid", payment.id, payment.time)
                event.buyer = name
                found.append(event)
            }
        }
        for (number, agent) in agents.enumerated() {
            for row in agent.rows where wanted.remove(row.id) != nil {
                var event = listed(row.code.type, row.id, row.time)
                event.agent = names.agents.name(Int32(number))
                event.group = row.group == EventRow.none ? nil : names.groups.name(row.group)
                event.rank = row.code.rawValue
                found.append(event)
            }
        }
        for day in ledger.days {
            for click in day.clicks.joined() where wanted.remove(click.id) != nil {
                found.append(listed("entry-clicked", click.id, click.time))
            }
        }
        // Of orders, settings and commands no more is kept than that they came.
        for number in wanted { found.append(listed(nil, number, ids.times[Int(number)])) }
        result.events = found.sorted(by: Explanation.ListedEvent.isBefore)
    }

    private func note(_ event: String, _ wanted: inout Set<Int32>) {
        if let number = number(of: event) { wanted.insert(number) }
    }

    private func listed(_ type: String?, _ id: Int32, _ time: Int64) -> Explanation.ListedEvent {
        Explanation.ListedEvent(id: ids.name(id) ?? "", time: Instant(milliseconds: time), type: type)
    }

    private func listed(_ row: EventRow, of buyer: String) -> Explanation.ListedEvent {
        var event = listed(row.code.type, row.id, row.time)
        event.buyer = buyer
        event.speaker = row.code.speaker
        event.isAutomatic = row.flags.contains(.automatic)
        event.rank = row.code.rawValue
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
