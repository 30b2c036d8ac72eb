import ConversationModel

/// Which conversation an event is about. The source's name of it is unique with shop and buyer.
public struct LiveConversationKey: Hashable, Sendable, Codable {
    public var shop: String
    public var buyer: String
    public var conversation: String

    public init(shop: String, buyer: String, conversation: String) {
        self.shop = shop
        self.buyer = buyer
        self.conversation = conversation
    }
}

/// A place in the one order of events, in which the order of arrival plays no part: time, then what happened, then the id.
struct EventOrder: Comparable {
    /// When it counts as having happened, in milliseconds.
    let time: Int64
    let rank: UInt8
    let id: String

    static func < (a: EventOrder, b: EventOrder) -> Bool {
        if a.time != b.time { return a.time < b.time }
        if a.rank != b.rank { return a.rank < b.rank }
        return a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
    }

    static func == (a: EventOrder, b: EventOrder) -> Bool {
        a.time == b.time && a.rank == b.rank && a.id.utf8.elementsEqual(b.id.utf8)
    }
}

/// An event as a line of its conversation.
struct MappedEvent {
    let key: LiveConversationKey
    let order: EventOrder
    let message: Message
}

/// What events are to rules: the only place where that is decided, for live inspection and for the batch path.
///
/// | event | message |
/// |---|---|
/// | `message` | itself; the kinds `transfer` and `event`, which messages of events cannot mean, are `other` |
/// | `assigned`, `opened` to an agent | event `assigned` with the agent |
/// | `handed-over` | `transfer` from the giver to the agent; to a group or the assistant: to nobody yet |
/// | `opened`, `assigned` to others, `queued`, `pooled`, `read` | an event that changes nobody's duty, but breaks silence |
/// | `closed` | event `closed`: an explicit close |
///
/// Everything else is about no conversation and is left out: presence, settings, clicks, ticks, and orders, which no event ties
/// to a conversation. A message's id is that of its event, so ids of findings do not rest on what is near.
public enum EventMapping {
    /// How far ahead of its receipt an event is believed, in milliseconds.
    public static let skew: Int64 = 60_000

    /// What the event is to its conversation; nil: nothing to any.
    static func line(_ event: Event, skew: Int64) -> MappedEvent? {
        let time = event.effectiveTime(skew: skew)
        func mapped(
            _ conversation: String, _ buyer: String, rank: UInt8, _ message: Message
        ) -> MappedEvent {
            var message = message
            message.id = event.id
            message.time = time
            return MappedEvent(
                key: LiveConversationKey(shop: event.shop, buyer: buyer, conversation: conversation),
                order: EventOrder(time: time.milliseconds, rank: rank, id: event.id), message: message)
        }
        switch event.content {
        case .message(let message):
            return mapped(message.conversation, message.buyer, rank: rank(of: message.speaker), self.message(message))
        case .conversation(let change):
            return mapped(change.conversation, change.buyer, rank: rank(of: change.kind), message(change.kind))
        case .agent, .order, .ordersImported, .entryClicked, .settings, .dispatch, .tick: return nil
        }
    }

    private static func message(_ message: EventMessage) -> Message {
        let kind: MessageKind = [.transfer, .event].contains(message.kind) ? .other : message.kind
        return Message(
            speaker: message.speaker, agent: message.speaker == .agent ? message.agent : nil, kind: kind,
            isAutomatic: message.isAutomatic, text: message.text ?? "")
    }

    private static func message(_ change: ConversationChange.Kind) -> Message {
        func event(_ type: String, _ value: String? = nil) -> Message {
            Message(speaker: .system, kind: .event, eventType: type, eventValue: value)
        }
        switch change {
        case .opened(.agent(let agent)?), .assigned(.agent(let agent)): return event("assigned", agent)
        case .opened: return event("opened")
        case .assigned: return event("assigned")
        case .handedOver(let from, let to):
            var message = Message(speaker: .system, kind: .transfer)
            switch from {
            case .agent(let agent)?: (message.speaker, message.agent) = (.agent, agent)
            case .assistant?: message.speaker = .assistant
            case .group?, nil: break
            }
            if case .agent(let agent) = to { message.transferTarget = agent }
            return message
        case .queued: return event("queued")
        case .pooled: return event("pooled")
        case .read(let agent): return event("read", agent)
        case .closed: return event("closed")
        }
    }

    private static func rank(of change: ConversationChange.Kind) -> UInt8 {
        switch change {
        case .opened: 0
        case .assigned: 1
        case .handedOver: 2
        case .queued: 3
        case .pooled: 4
        case .read: 9
        case .closed: 10
        }
    }

    private static func rank(of speaker: Speaker) -> UInt8 {
        switch speaker {
        case .buyer: 5
        case .assistant: 6
        case .agent: 7
        case .system: 8
        }
    }

    /// The conversations that the events tell of, whole, in the order of their first lines: what a batch run
    /// judges. Events may come in any order and more than once. O(n log n).
    public static func conversations(from events: [Event], skew: Int64 = EventMapping.skew) -> [Conversation] {
        var lines = events.compactMap { line($0, skew: skew) }
        lines.sort { $0.order < $1.order }
        var places: [LiveConversationKey: Int] = [:]
        var ids: [Set<String>] = []
        var result: [Conversation] = []
        for line in lines {
            let place = places[line.key] ?? result.count
            if place == result.count {
                places[line.key] = place
                ids.append([])
                result.append(
                    Conversation(
                        id: line.key.conversation, shop: line.key.shop, buyer: line.key.buyer, messages: []))
            }
            if ids[place].insert(line.order.id).inserted { result[place].messages.append(line.message) }
        }
        return result
    }
}
