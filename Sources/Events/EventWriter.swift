import ConversationModel

/// Writes events as lines of JSON; `EventReader` reads back the same events.
public enum EventWriter {
    /// Appends `event` and a line feed. Fields stand in one order, absent ones are left out: equal events
    /// give equal bytes.
    public static func append(_ event: Event, to out: inout [UInt8]) {
        var object = ObjectWriter(taking: &out)
        object.string("id", event.id)
        object.string("shop", event.shop)
        object.time("time", event.time)
        object.time("received", event.received)
        object.content(event.content)
        object.end()
        swap(&out, &object.out)
        out.append(0x0A)
    }

    /// One line, without the line feed.
    public static func line(_ event: Event) -> String {
        var bytes: [UInt8] = []
        append(event, to: &bytes)
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
}

/// The members of one JSON object.
private struct ObjectWriter {
    var out: [UInt8] = []
    private var isFirst = true

    /// Goes on in a buffer that is given back at the end: a copy of it would cost more than the object.
    init(taking buffer: inout [UInt8]) {
        swap(&out, &buffer)
        out.append(UInt8(ascii: "{"))
    }

    mutating func key(_ name: StaticString) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        out.append(UInt8(ascii: "\""))
        out.append(ascii: name)
        out.append(ascii: "\":")
    }

    mutating func string(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        out.appendQuoted(value)
    }

    mutating func time(_ name: StaticString, _ value: Instant) {
        key(name)
        out.appendQuoted(value)
    }

    mutating func flag(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        key(name)
        out.append(ascii: value ? "true" : "false")
    }

    mutating func integer(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        key(name)
        out.append(contentsOf: String(value).utf8)
    }

    mutating func object(_ name: StaticString, _ write: (inout ObjectWriter) -> Void) {
        key(name)
        member(write)
    }

    mutating func list<Element>(
        _ name: StaticString, _ elements: [Element]?, _ write: (inout ObjectWriter, Element) -> Void
    ) {
        guard let elements else { return }
        key(name)
        out.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            member { write(&$0, element) }
        }
        out.append(UInt8(ascii: "]"))
    }

    mutating func names(_ name: StaticString, _ names: [String]?) {
        guard let names else { return }
        key(name)
        out.append(UInt8(ascii: "["))
        for (index, name) in names.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.appendQuoted(name)
        }
        out.append(UInt8(ascii: "]"))
    }

    mutating func end() { out.append(UInt8(ascii: "}")) }

    private mutating func member(_ write: (inout ObjectWriter) -> Void) {
        var inner = ObjectWriter(taking: &out)
        write(&inner)
        inner.end()
        swap(&out, &inner.out)
    }

    mutating func type(_ type: EventType) { string("type", type.rawValue) }

    mutating func content(_ content: Event.Content) {
        switch content {
        case .message(let message): write(message)
        case .conversation(let change): write(change)
        case .agent(let change): write(change)
        case .order(let change): write(change)
        case .ordersImported(let since):
            type(.ordersImported)
            time("since", since)
        case .entryClicked(let entry):
            type(.clicked)
            string("entry", entry)
        case .settings(let change): write(change)
        case .dispatch(let step): write(step)
        case .tick: type(.tick)
        }
    }

    private mutating func write(_ message: EventMessage) {
        type(.message)
        string("conversation", message.conversation)
        string("buyer", message.buyer)
        string("from", message.speaker.name)
        string("agent", message.agent)
        party("to", message.addressee)
        if message.kind != .text { string("kind", message.kind.name) }
        if message.isAutomatic { flag("automatic", true) }
        flag("needsAnswer", message.needsAnswer)
        string("text", message.text)
    }

    private mutating func write(_ change: ConversationChange) {
        switch change.kind {
        case .opened(let to):
            type(.opened)
            party("to", to)
        case .assigned(let to):
            type(.assigned)
            party("to", to)
        case .handedOver(let from, let to):
            type(.handedOver)
            party("from", from)
            party("to", to)
        case .queued: type(.queued)
        case .pooled: type(.pooled)
        case .read(let agent):
            type(.read)
            string("agent", agent)
        case .closed: type(.closed)
        }
        string("conversation", change.conversation)
        string("buyer", change.buyer)
    }

    private mutating func write(_ change: AgentChange) {
        switch change.kind {
        case .online: type(.online)
        case .suspended: type(.suspended)
        case .resumed: type(.resumed)
        case .offline: type(.offline)
        case .groupChanged(let group):
            type(.groupChanged)
            string("group", group)
        }
        string("agent", change.agent)
    }

    private mutating func write(_ change: OrderChange) {
        switch change.kind {
        case .placed: type(.placed)
        case .paid(let amount):
            type(.paid)
            integer("amount", amount)
        case .closed(let wasPaid):
            type(.orderClosed)
            flag("paid", wasPaid)
        }
        string("order", change.order)
        string("buyer", change.buyer)
        if change.isImported { flag("imported", true) }
    }

    private mutating func write(_ change: SettingsChange) {
        type(.settings)
        if change.isAssistantOn != nil || change.assistantMode != nil {
            object("assistant") {
                $0.flag("on", change.isAssistantOn)
                $0.string("mode", change.assistantMode?.rawValue)
            }
        }
        list("entries", change.entries) {
            $0.string("id", $1.id)
            $0.string("title", $1.title)
        }
        string("group", change.group)
        flag("alarms", change.areAlarmsOn)
        list("thresholds", change.thresholds) {
            $0.string("item", $1.item.rawValue)
            $0.integer("value", $1.value)
            $0.integer("least", $1.leastCount)
        }
        names("receivers", change.receivers)
        string("by", change.author)
    }

    private mutating func write(_ step: DispatchStep) {
        switch step.kind {
        case .commanded(let action, let by):
            type(.commanded)
            switch action {
            case .suspend: string("action", "suspend")
            case .resume: string("action", "resume")
            case .move(let group):
                string("action", "move")
                string("group", group)
            }
            string("by", by)
        case .acknowledged: type(.acknowledged)
        case .failed(let reason):
            type(.failed)
            string("reason", reason)
        }
        string("command", step.command)
        string("agent", step.agent)
    }

    private mutating func party(_ name: StaticString, _ party: Party?) {
        guard let party else { return }
        object(name) {
            switch party {
            case .agent(let agent): $0.string("agent", agent)
            case .group(let group): $0.string("group", group)
            case .assistant: $0.flag("assistant", true)
            }
        }
    }
}
