/// What a wait is in a shop: part of its time policy.
public struct WaitPolicy: Sendable, Hashable {
    /// What a hand-over does to a running wait, seen by the agent who takes over.
    public enum OnTransfer: String, Sendable, Hashable, CaseIterable {
        /// His wait begins with the hand-over (the default).
        case restart
        /// It begins with the buyer's message, however long that was before.
        case carry
    }

    /// Which waits count.
    public struct Assessment: Sendable, Hashable {
        /// What must lie in the hours.
        public enum By: String, Sendable, Hashable, CaseIterable {
            case start, answer, both
        }

        /// By weekday, Monday first: seven entries.
        public var hours: [[TimePolicy.OpenHours]]
        public var by: By

        public init(hours: [[TimePolicy.OpenHours]], by: By = .start) {
            self.hours = hours
            self.by = by
        }
    }

    /// A message of the assistant ends a wait, too.
    public var assistantAnswers: Bool
    /// Buyer messages that need no answer, beside the standard ones.
    public var noAnswer: [String]
    /// A wait is measured in open hours only.
    public var countsOpenHours: Bool
    public var onTransfer: OnTransfer
    /// A longer wait counts as this many milliseconds; nil: no cap.
    public var cap: Int64?
    /// A wait that was never answered counts as the cap; else it has no length.
    public var unansweredCountsAsCap: Bool
    /// Nil: every wait counts.
    public var assessment: Assessment?

    public init(
        assistantAnswers: Bool = false, noAnswer: [String] = [], countsOpenHours: Bool = false,
        onTransfer: OnTransfer = .restart, cap: Int64? = nil, unansweredCountsAsCap: Bool = false,
        assessment: Assessment? = nil
    ) {
        self.assistantAnswers = assistantAnswers
        self.noAnswer = noAnswer
        self.countsOpenHours = countsOpenHours
        self.onTransfer = onTransfer
        self.cap = cap
        self.unansweredCountsAsCap = unansweredCountsAsCap
        self.assessment = assessment
    }
}
