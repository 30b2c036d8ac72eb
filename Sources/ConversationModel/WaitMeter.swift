/// Measures the waits of a unit, message by message: how many, and how long until the answers.
///
/// A wait is what `WaitTracker` says it is; which ones count and how long they are is the policy's.
public struct WaitMeter: Sendable {
    /// What became of a wait that is open at the end of the unit.
    public enum End: Sendable {
        /// Nobody answered.
        case closed
        /// Another agent took over: it was not answered, and it was not left unanswered.
        case handedOver
    }

    private let policy: TimePolicy
    private var tracker: WaitTracker
    /// Waits that count, answered or not.
    public private(set) var rounds = 0
    /// Of them those that have a length, and their lengths in milliseconds.
    public private(set) var responses = 0
    public private(set) var total: Int64 = 0
    public private(set) var longest: Int64 = 0
    /// Length of the first wait that counts; nil where it has none, or there is none.
    public private(set) var first: Int64?
    /// Of the waits those that were answered within 30 s and 3 min, whatever the cap.
    public private(set) var answeredIn30s = 0
    public private(set) var answeredIn3m = 0
    /// Of the waits those that nobody answered, and those that were open when another agent took over.
    public private(set) var unanswered = 0
    public private(set) var handedOver = 0

    public init(_ policy: TimePolicy) {
        self.policy = policy
        tracker = WaitTracker(policy.waits)
    }

    /// Whether it matters if the next message of a buyer needs an answer.
    public var isWaiting: Bool { tracker.openSince != nil }

    /// Takes the next message, in order of time.
    public mutating func observe(
        speaker: Speaker, isAutomatic: Bool, kind: MessageKind, needsAnswer: Bool, at time: Instant
    ) {
        let start = tracker.observe(
            speaker: speaker, isAutomatic: isAutomatic, kind: kind, needsAnswer: needsAnswer, at: time)
        guard let start, policy.waitCounts(from: start, to: time) else { return }
        // Shares are of the length itself; the cap is for means.
        let length = policy.uncappedWaitLength(from: start, to: time)
        if length <= 30_000 { answeredIn30s += 1 }
        if length <= 180_000 { answeredIn3m += 1 }
        add(policy.waitLength(from: start, to: time))
    }

    /// Ends the unit.
    public mutating func finish(_ end: End) {
        guard let start = tracker.openSince, policy.waitCounts(from: start, to: nil) else { return }
        if case .closed = end { unanswered += 1 } else { handedOver += 1 }
        if case .closed = end, policy.waits.unansweredCountsAsCap, let cap = policy.waits.cap {
            add(cap)
        } else {
            rounds += 1
        }
    }

    private mutating func add(_ length: Int64) {
        if rounds == 0 { first = length }
        rounds += 1
        responses += 1
        total += length
        longest = max(longest, length)
    }
}
