import ConversationModel

/// The message is alike to earlier ones (`semantics.md` section 5, `repeats`).
public struct Repeats: Sendable, Hashable {
    /// Whose earlier messages are compared.
    public enum Source: Sendable, Hashable {
        /// The same speaker's; of agents, the same agent's.
        case sender
        /// The buyer's; or those of the shop: agents and the assistant.
        case side
        case speaker(Speaker)
    }

    public var of: Source
    /// In percent, 1...100: twice the shared pairs of neighbouring characters among the pairs of both.
    public var similarity: Int
    /// So many earlier messages are compared.
    public var lookBack: Int
    /// It is at least the N-th time, this message included; ≥ 2.
    public var times: Int
    /// Unicode scalars of the folded text without spaces; shorter messages never count.
    public var minimumLength: Int
    /// Milliseconds to an earlier message; what came sooner after it does not repeat it.
    public var minimumGap: Int64
    /// Whole messages that never count, as `equals` compares them.
    public var allow: [String]

    public init(
        of: Source = .sender, similarity: Int = SimilarCondition.standardFloor, lookBack: Int = 20,
        times: Int = 2, minimumLength: Int = 0, minimumGap: Int64 = 0, allow: [String] = []
    ) {
        self.of = of
        self.similarity = similarity
        self.lookBack = lookBack
        self.times = times
        self.minimumLength = minimumLength
        self.minimumGap = minimumGap
        self.allow = allow
    }

    /// Characters of a message that are compared; what stands behind them is not.
    public static let comparedScalars = 512
}
