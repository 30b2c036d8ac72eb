/// Steps that follow one another, as in a standard procedure (SOP); `semantics.md` section 3, `sequence`.
///
/// A run is greedy: it takes the next step at the first message that fits. It ends with the last step, or
/// diverges at the first required step that could not be taken; then the next run may begin.
public struct StepSequence: Sendable, Hashable {
    /// One step. Bounds are measured from the step taken before it.
    public struct Step: Sendable, Hashable {
        /// Chinese first: reports show it, and evidence is labelled with it.
        public var name: String
        /// A condition on messages.
        public var condition: Condition
        /// Milliseconds before which a message does not count.
        public var earliest: Int64
        /// Milliseconds, inclusive; nil: no limit of time.
        public var time: Int64?
        /// Messages of the step's own population, this one included; nil: no limit.
        public var messages: Int?
        /// It may be passed over.
        public var isOptional: Bool
        /// The message that was the step before may be this one, too.
        public var sharesMessage: Bool

        public init(
            name: String, condition: Condition, earliest: Int64 = 0, time: Int64? = nil, messages: Int? = nil,
            isOptional: Bool = false, sharesMessage: Bool = false
        ) {
            self.name = name
            self.condition = condition
            self.earliest = earliest
            self.time = time
            self.messages = messages
            self.isOptional = isOptional
            self.sharesMessage = sharesMessage
        }

        /// Some time bounds it.
        public var hasTime: Bool { time != nil || earliest > 0 }
    }

    /// At least two, with names of their own; the last one is required, the first has no bounds.
    public var steps: [Step]

    public init(steps: [Step]) {
        self.steps = steps
    }
}
