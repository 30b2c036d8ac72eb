import ConversationModel
import TestSupport

/// Draws events of every kind, with names of every script.
struct RandomEvent {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let names = ["豆豆", "a", "b-1", "售后组", "\"q\"", "back\\slash", "🤝", "é\u{301}", "x y"]
    static let kinds = 23

    mutating func chance() -> Bool { Bool.random(using: &random) }
    mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    mutating func name() -> String { RandomEvent.names.randomElement(using: &random) ?? "a" }
    private mutating func optional<T>(_ make: (inout RandomEvent) -> T) -> T? { chance() ? make(&self) : nil }

    mutating func party() -> Party {
        switch number(0...2) {
        case 0: .agent(name())
        case 1: .group(name())
        default: .assistant
        }
    }

    mutating func event(_ kind: Int) -> Event {
        let received = number(100_000_000_000...4_000_000_000_000)
        return Event(
            id: name() + String(number(0...999)), shop: name(),
            time: Instant(milliseconds: received - number(-100_000...Event.horizon)),
            received: Instant(milliseconds: received), content: content(kind))
    }

    private mutating func content(_ kind: Int) -> Event.Content {
        switch kind {
        case 0: return .message(message())
        case 1: return .conversation(change(.opened(to: optional { $0.party() })))
        case 2: return .conversation(change(.assigned(to: party())))
        case 3: return .conversation(change(.handedOver(from: optional { $0.party() }, to: party())))
        case 4: return .conversation(change(.queued))
        case 5: return .conversation(change(.pooled))
        case 6: return .conversation(change(.read(by: optional { $0.name() })))
        case 7: return .conversation(change(.closed))
        case 8: return .agent(AgentChange(agent: name(), kind: .online))
        case 9: return .agent(AgentChange(agent: name(), kind: .suspended))
        case 10: return .agent(AgentChange(agent: name(), kind: .resumed))
        case 11: return .agent(AgentChange(agent: name(), kind: .offline))
        case 12: return .agent(AgentChange(agent: name(), kind: .groupChanged(to: name())))
        case 13: return .order(OrderChange(order: name(), buyer: name(), kind: .placed, isImported: chance()))
        case 14:
            return .order(
                OrderChange(
                    order: name(), buyer: name(), kind: .paid(amount: number(0...1_000_000_000_000_000)),
                    isImported: chance()))
        case 15:
            return .order(
                OrderChange(order: name(), buyer: name(), kind: .closed(wasPaid: chance()), isImported: chance()))
        case 16: return .ordersImported(since: Instant(milliseconds: number(31_536_000_000...4_000_000_000_000)))
        case 17: return .entryClicked(entry: name())
        case 18: return .settings(settings())
        case 19: return .dispatch(DispatchStep(command: name(), agent: name(), kind: .commanded(action(), by: name())))
        case 20: return .dispatch(DispatchStep(command: name(), agent: name(), kind: .acknowledged))
        case 21: return .dispatch(DispatchStep(command: name(), agent: name(), kind: .failed(reason: name())))
        default: return .tick
        }
    }

    private mutating func action() -> DispatchStep.Action {
        switch number(0...2) {
        case 0: .suspend
        case 1: .resume
        default: .move(toGroup: name())
        }
    }

    private mutating func change(_ kind: ConversationChange.Kind) -> ConversationChange {
        ConversationChange(conversation: name(), buyer: name(), kind: kind)
    }

    private mutating func message() -> EventMessage {
        let speaker = Speaker.allCases.randomElement(using: &random) ?? .buyer
        return EventMessage(
            conversation: name(), buyer: name(), speaker: speaker, agent: speaker == .agent ? name() : nil,
            addressee: speaker == .buyer ? optional { $0.party() } : nil,
            kind: MessageKind.allCases.randomElement(using: &random) ?? .text, isAutomatic: chance(),
            needsAnswer: speaker == .buyer ? optional { $0.chance() } : nil,
            text: optional { $0.name() + "\n\t\u{1}" + $0.name() })
    }

    private mutating func settings() -> SettingsChange {
        let items = SettingsChange.ThresholdItem.allCases
        return SettingsChange(
            isAssistantOn: optional { $0.chance() },
            assistantMode: optional { $0.chance() ? .humanFirst : .assistantFirst },
            entries: optional { draw in
                (0..<draw.number(0...3)).map { _ in .init(id: draw.name(), title: draw.name()) }
            },
            group: optional { $0.name() }, areAlarmsOn: optional { $0.chance() },
            thresholds: optional { draw in
                items.prefix(Int(draw.number(0...7))).map { item in
                    .init(
                        item: item, value: draw.optional { $0.number(0...1_000_000) },
                        leastCount: draw.optional { $0.number(0...100) })
                }
            },
            receivers: optional { draw in (0..<draw.number(0...10)).map { _ in draw.name() } },
            author: optional { $0.name() })
    }
}
