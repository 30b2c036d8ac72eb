import ConversationModel

/// A stretch in which one side says nothing after a message of some side (`semantics.md` section 3).
///
/// Counted are messages of buyer, agent and assistant that carry content, automatic ones left out.
public struct Gap: Sendable, Hashable {
    /// From which message the gap is measured.
    public enum Since: String, Sendable, Hashable, CaseIterable {
        /// The message directly before: any message ends the gap, and may begin the next one.
        case previous
        /// The first message since the side spoke last: only the side ends the gap.
        case firstUnanswered = "first-unanswered"
    }

    /// The side that says nothing.
    public var of: Speaker
    /// Whose message begins the gap; sorted, without repeats. The side itself only with `previous`.
    public var after: [Speaker]
    public var since: Since
    /// Milliseconds, inclusive.
    public var minimum: Int64
    /// Milliseconds, inclusive; with it the gap counts only once the side has spoken.
    public var maximum: Int64?

    /// - Parameter after: nil takes the other sides.
    public init(
        of: Speaker, after: [Speaker]? = nil, since: Since = .previous, minimum: Int64, maximum: Int64? = nil
    ) {
        self.of = of
        self.after = after ?? Gap.sides.filter { $0 != of }
        self.since = since
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Those who talk.
    static let sides: [Speaker] = [.buyer, .agent, .assistant]

    /// Whether the gap begins behind messages of all other sides, as it does by default.
    var isAfterOthers: Bool { after == Gap.sides.filter { $0 != of } }
}
