/// One buyer with one shop, from open to close, as a value.
///
/// What is nil is unknown to rules, never false.
public struct Conversation: Hashable, Sendable {
    public var id: String
    public var shop: String?
    public var buyer: String?
    /// The agent group as the source names it.
    public var group: String?
    /// The agent that messages without one fall back to.
    public var agent: String?
    public var closedAt: Instant?
    /// The archive says that the beginning or the end is missing.
    public var isTruncatedAtStart: Bool
    public var isTruncatedAtEnd: Bool
    public var facts: Facts
    /// In order of time, then of position in the source.
    public var messages: [Message]

    public init(
        id: String, shop: String? = nil, buyer: String? = nil, group: String? = nil,
        agent: String? = nil, closedAt: Instant? = nil, isTruncatedAtStart: Bool = false,
        isTruncatedAtEnd: Bool = false, facts: Facts = Facts(), messages: [Message]
    ) {
        self.id = id
        self.shop = shop
        self.buyer = buyer
        self.group = group
        self.agent = agent
        self.closedAt = closedAt
        self.isTruncatedAtStart = isTruncatedAtStart
        self.isTruncatedAtEnd = isTruncatedAtEnd
        self.facts = facts
        self.messages = messages
    }
}
