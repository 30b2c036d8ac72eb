/// Whether a buyer is waiting for an answer: the product's only definition of a wait.
///
/// A wait opens at the first buyer message that needs an answer and is not yet answered; a
/// non-automatic message of an agent ends it. Messages of the assistant and automatic replies end none.
public struct WaitTracker: Sendable, Hashable {
    /// The instant at which the open wait began, nil while none is open.
    public private(set) var openSince: Instant?

    public init() {}

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
