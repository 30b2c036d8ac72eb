/// Whether a buyer is waiting for an answer: the product's only definition of a wait.
///
/// A wait opens at the first buyer message that needs an answer and is not yet answered; a
/// non-automatic message of an agent ends it, one of the assistant only where the policy says so, and an
/// automatic reply never.
public struct WaitTracker: Sendable, Hashable {
    private let assistantAnswers: Bool
    /// The instant at which the open wait began, nil while none is open.
    public private(set) var openSince: Instant?

    public init(_ policy: WaitPolicy = WaitPolicy()) {
        assistantAnswers = policy.assistantAnswers
    }

    /// A tracker as it was when a wait had begun at `openSince`.
    public init(_ policy: WaitPolicy, openSince: Instant?) {
        assistantAnswers = policy.assistantAnswers
        self.openSince = openSince
    }

    /// Takes the next message, in order of time; returns when the wait began that it ends.
    @discardableResult
    public mutating func observe(
        speaker: Speaker, isAutomatic: Bool, kind: MessageKind, needsAnswer: Bool, at time: Instant
    ) -> Instant? {
        switch kind {
        case .recall, .transfer, .event: return nil
        default: break
        }
        switch speaker {
        case .buyer: if needsAnswer, openSince == nil { openSince = time }
        case .agent, .assistant:
            guard !isAutomatic, speaker == .agent || assistantAnswers, let start = openSince else { break }
            openSince = nil
            return start
        case .system: break
        }
        return nil
    }

    /// The instant at which silence closes the conversation whose last message is at `last`.
    public func closeInstant(after last: Instant, policy: TimePolicy) -> Instant {
        last.advanced(by: openSince == nil ? policy.closeAfter : policy.closeAfterOpenWait)
    }
}

extension WaitTracker {
    /// Whether a wait is open after the messages `range` of a table: the same definition, looked at
    /// from the end, so that only what follows the last answer is asked about.
    public static func isOpen(
        after range: Range<Int>, of table: MessageTable, assistantAnswers: Bool = WaitPolicy().assistantAnswers,
        needsAnswer: (UnsafeBufferPointer<UInt8>, MessageKind) -> Bool
    ) -> Bool {
        var i = range.upperBound
        while i > range.lowerBound {
            i -= 1
            let kind = table.kinds[i]
            if kind >= MessageKind.recall.rawValue, kind <= MessageKind.event.rawValue { continue }
            let speaker = table.speakers[i]
            let answers =
                speaker == Speaker.agent.rawValue || assistantAnswers && speaker == Speaker.assistant.rawValue
            if answers, !table.automatic[i] { return false }
            if speaker == Speaker.buyer.rawValue, needsAnswer(table.texts[i], MessageKind(rawValue: kind) ?? .other) {
                return true
            }
        }
        return false
    }
}
