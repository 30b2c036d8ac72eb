import ConversationModel

extension EventFields {
    /// The event that the members of a line are, received at `stamp`, or, with `isFallback`, where it does not say when.
    mutating func event(received stamp: Instant?, isFallback: Bool = false) throws(EventRefusal) -> Event {
        _ = take("$schema")
        _ = try integer("version", in: 1...1)
        let id = try requiredName("id")
        let shop = try requiredName("shop")
        guard let time = try time("time") else { throw EventRefusal(.missingField, field: "time") }
        let written = try self.time("received")
        guard let received = isFallback ? written ?? stamp : stamp ?? written else {
            throw EventRefusal(.missingField, field: "received")
        }
        guard let type = try choice("type", among: EventWords.types) else {
            throw EventRefusal(.missingField, field: "type")
        }
        let event = Event(id: id, shop: shop, time: time, received: received, content: try content(type))
        try finish()
        guard !event.isTooOld else { throw EventRefusal(.tooOld, field: "time") }
        return event
    }

    private mutating func content(_ type: EventType) throws(EventRefusal) -> Event.Content {
        switch type {
        case .message: return .message(try message())
        case .opened: return .conversation(try conversation(.opened(to: try party("to"))))
        case .assigned: return .conversation(try conversation(.assigned(to: try requiredParty("to"))))
        case .handedOver:
            let from = try party("from")
            return .conversation(try conversation(.handedOver(from: from, to: try requiredParty("to"))))
        case .queued: return .conversation(try conversation(.queued))
        case .pooled: return .conversation(try conversation(.pooled))
        case .read: return .conversation(try conversation(.read(by: try name("agent"))))
        case .closed: return .conversation(try conversation(.closed))
        case .online: return .agent(try agent(.online))
        case .suspended: return .agent(try agent(.suspended))
        case .resumed: return .agent(try agent(.resumed))
        case .offline: return .agent(try agent(.offline))
        case .groupChanged: return .agent(try agent(.groupChanged(to: try requiredName("group"))))
        case .placed: return .order(try order(.placed))
        case .paid:
            guard let amount = try integer("amount", in: EventLimits.amounts) else {
                throw EventRefusal(.missingField, field: "amount")
            }
            return .order(try order(.paid(amount: amount)))
        case .orderClosed:
            guard let paid = try flag("paid") else { throw EventRefusal(.missingField, field: "paid") }
            return .order(try order(.closed(wasPaid: paid)))
        case .ordersImported:
            guard let since = try time("since") else { throw EventRefusal(.missingField, field: "since") }
            return .ordersImported(since: since)
        case .clicked: return .entryClicked(entry: try requiredName("entry"))
        case .settings: return .settings(try settings())
        case .commanded:
            let action = try action()
            return .dispatch(try dispatch(.commanded(action, by: try requiredName("by"))))
        case .acknowledged: return .dispatch(try dispatch(.acknowledged))
        case .failed:
            return .dispatch(
                try dispatch(.failed(reason: try text("reason", limit: EventLimits.titleBytes) ?? "")))
        case .tick: return .tick
        }
    }

    private mutating func message() throws(EventRefusal) -> EventMessage {
        let conversation = try requiredName("conversation")
        let buyer = try requiredName("buyer")
        guard let speaker = try choice("from", among: EventWords.speakers) else {
            throw EventRefusal(.missingField, field: "from")
        }
        var result = EventMessage(conversation: conversation, buyer: buyer, speaker: speaker)
        if speaker == .agent { result.agent = try requiredName("agent") }
        if speaker == .buyer {
            result.addressee = try party("to")
            result.needsAnswer = try flag("needsAnswer")
        }
        if let kind = try choice("kind", among: EventWords.kinds) { result.kind = kind }
        result.isAutomatic = try flag("automatic") ?? false
        result.text = try text("text", limit: EventLimits.textBytes)
        return result
    }

    private mutating func conversation(
        _ kind: ConversationChange.Kind
    ) throws(EventRefusal) -> ConversationChange {
        ConversationChange(
            conversation: try requiredName("conversation"), buyer: try requiredName("buyer"), kind: kind)
    }

    private mutating func agent(_ kind: AgentChange.Kind) throws(EventRefusal) -> AgentChange {
        AgentChange(agent: try requiredName("agent"), kind: kind)
    }

    private mutating func order(_ kind: OrderChange.Kind) throws(EventRefusal) -> OrderChange {
        OrderChange(
            order: try requiredName("order"), buyer: try requiredName("buyer"), kind: kind,
            isImported: try flag("imported") ?? false)
    }

    private mutating func dispatch(_ kind: DispatchStep.Kind) throws(EventRefusal) -> DispatchStep {
        DispatchStep(command: try requiredName("command"), agent: try requiredName("agent"), kind: kind)
    }

    private mutating func action() throws(EventRefusal) -> DispatchStep.Action {
        switch try choice("action", among: EventWords.actions) {
        case "suspend": return .suspend
        case "resume": return .resume
        case "move": return .move(toGroup: try requiredName("group"))
        default: throw EventRefusal(.missingField, field: "action")
        }
    }

    /// `{"agent":"豆豆"}`, `{"group":"售后组"}` or `{"assistant":true}`.
    private mutating func party(_ name: String) throws(EventRefusal) -> Party? {
        guard var fields = try object(name) else { return nil }
        let agent = try fields.name("agent")
        let group = try fields.name("group")
        let assistant = try fields.flag("assistant")
        try fields.finish()
        switch (agent, group, assistant) {
        case (let agent?, nil, nil): return .agent(agent)
        case (nil, let group?, nil): return .group(group)
        case (nil, nil, true?): return .assistant
        default: throw EventRefusal(.unknownValue, field: place(name))
        }
    }

    private mutating func requiredParty(_ name: String) throws(EventRefusal) -> Party {
        guard let party = try party(name) else { throw EventRefusal(.missingField, field: place(name)) }
        return party
    }

    private mutating func settings() throws(EventRefusal) -> SettingsChange {
        var change = SettingsChange()
        if var assistant = try object("assistant") {
            change.isAssistantOn = try assistant.flag("on")
            change.assistantMode = try assistant.choice("mode", among: EventWords.modes)
            try assistant.finish()
        }
        if let nodes = try list("entries", limit: EventLimits.entries) {
            change.entries = []
            for node in nodes {
                try expectObject(node, "entries")
                var entry = EventFields(
                    nodes: self.nodes, object: node, path: place("entries"), isTelling: isTelling)
                let id = try entry.requiredName("id")
                let title = try entry.text("title", limit: EventLimits.titleBytes) ?? ""
                try entry.finish()
                change.entries?.append(SettingsChange.Entry(id: id, title: title))
            }
        }
        change.group = try name("group")
        change.areAlarmsOn = try flag("alarms")
        if let nodes = try list("thresholds", limit: SettingsChange.ThresholdItem.allCases.count) {
            change.thresholds = []
            for node in nodes { change.thresholds?.append(try threshold(node)) }
        }
        if let nodes = try list("receivers", limit: EventLimits.receivers) {
            change.receivers = []
            for node in nodes { change.receivers?.append(try name(at: node, "receivers")) }
        }
        change.author = try name("by")
        return change
    }

    private func threshold(_ node: Int) throws(EventRefusal) -> SettingsChange.Threshold {
        try expectObject(node, "thresholds")
        var fields = EventFields(nodes: nodes, object: node, path: place("thresholds"), isTelling: isTelling)
        guard let item = try fields.choice("item", among: EventWords.items) else {
            throw EventRefusal(.missingField, field: fields.place("item"))
        }
        let value = try fields.integer("value", in: 0...1_000_000_000_000)
        let least = try fields.integer("least", in: 0...1_000_000)
        try fields.finish()
        return SettingsChange.Threshold(item: item, value: value, leastCount: least)
    }

    private func expectObject(_ node: Int, _ name: String) throws(EventRefusal) {
        try expect(EventFields.objectType, node, name)
    }
}

/// The words of fields, made once.
private enum EventWords {
    static let types = Words(EventType.allCases, \.rawValue)
    static let speakers = Words(Speaker.allCases, \.name)
    static let kinds = Words(MessageKind.allCases, \.name)
    static let actions = Words(["suspend", "resume", "move"], \.self)
    static let modes = Words(SettingsChange.AssistantMode.allCases, \.rawValue)
    static let items = Words(SettingsChange.ThresholdItem.allCases, \.rawValue)
}

/// The word for what an event is.
enum EventType: String, CaseIterable {
    case message
    case opened = "conversation-opened"
    case assigned = "conversation-assigned"
    case handedOver = "conversation-handed-over"
    case queued = "conversation-queued"
    case pooled = "conversation-pooled"
    case read = "conversation-read"
    case closed = "conversation-closed"
    case online = "agent-online"
    case suspended = "agent-suspended"
    case resumed = "agent-resumed"
    case offline = "agent-offline"
    case groupChanged = "agent-group-changed"
    case placed = "order-placed"
    case paid = "order-paid"
    case orderClosed = "order-closed"
    case ordersImported = "orders-imported"
    case clicked = "entry-clicked"
    case settings = "settings-changed"
    case commanded = "dispatch-commanded"
    case acknowledged = "dispatch-acknowledged"
    case failed = "dispatch-failed"
    case tick
}
