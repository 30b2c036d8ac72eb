import ConversationModel
import Diagnostics

/// An example that is being put together, message by message.
struct ExampleBuilder {
    private(set) var messages: [Message] = []
    /// Spans by the index of the message.
    var marks: [Int: [Span]] = [:]
    var closedAt: Instant?
    var facts = Facts()
    var group: String?
    var buyer: String?

    mutating func append(_ message: Message) {
        messages.append(message)
    }

    /// When the next message comes: by default 1 s after the one before, the first one at `first`.
    func instant(after delay: Int64?, first: Instant) -> Instant {
        guard let last = messages.last?.time else { return first.advanced(by: delay ?? 0) }
        return last.advanced(by: delay ?? 1000)
    }
}

/// Who sends the one message of an example that is a bare string.
struct Sender {
    var speaker = Speaker.agent
    var kind = MessageKind.text
    var isAutomatic = false

    static let agent = Sender()
}

extension RuleDecoder {
    /// The sender that the subject of `condition` looks at: the first one it names, else the agent.
    func sender(of condition: Condition) -> Sender {
        switch condition.kind {
        case .message(let message):
            return sender(of: message, at: condition.place)
        case .expectation(let expectation):
            return sender(of: expectation.report == .met ? expectation.expect : expectation.after)
        case .silence(let silence): return Sender(speaker: silence.of)
        case .gap(let gap): return Sender(speaker: gap.of)
        case .sequence(let sequence): return sequence.steps.last.map { sender(of: $0.condition) } ?? .agent
        case .count(let count): return sender(of: count.of)
        case .scope(let scope): return sender(of: scope.find)
        case .all(let children): return subject(among: children).map { sender(of: $0) } ?? .agent
        case .any(let children): return children.first.map { sender(of: $0) } ?? .agent
        case .unit: return .agent
        case .not(let inner): return sender(of: inner)
        case .unless(let base, _): return sender(of: base)
        }
    }

    private func sender(of message: MessageCondition, at place: Place) -> Sender {
        var sender = Sender()
        if let first = firstSpeakers[place] { sender.speaker = first }
        if let kinds = message.population.kinds, !kinds.contains(.text), let first = kinds.first {
            sender.kind = first
        }
        sender.isAutomatic = message.population.automatic == .only
        return sender
    }
}
