/// Whether a buyer is waiting for an answer: the product's only definition of a wait.
///
/// A wait opens at the first buyer message that needs an answer and is not yet answered; a
/// non-automatic message of an agent ends it. Messages of the assistant and automatic replies end none.
public struct WaitTracker: Sendable, Hashable {
    /// The instant at which the open wait began, nil while none is open.
    public private(set) var openSince: Instant?

    public init() {}

    /// Takes the next message, in order of time.
    public mutating func observe(
        speaker: Speaker, isAutomatic: Bool, kind: MessageKind, needsAnswer: Bool, at time: Instant
    ) {
        switch kind {
        case .recall, .transfer, .event: return
        default: break
        }
        switch speaker {
        case .buyer: if needsAnswer, openSince == nil { openSince = time }
        case .agent: if !isAutomatic { openSince = nil }
        case .assistant, .system: break
        }
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
        after range: Range<Int>, of table: MessageTable, needsAnswer: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        var i = range.upperBound
        while i > range.lowerBound {
            i -= 1
            let kind = table.kinds[i]
            if kind >= MessageKind.recall.rawValue, kind <= MessageKind.event.rawValue { continue }
            let speaker = table.speakers[i]
            if speaker == Speaker.agent.rawValue, !table.automatic[i] { return false }
            if speaker == Speaker.buyer.rawValue, needsAnswer(table.texts[i]) { return true }
        }
        return false
    }
}
