import ConversationModel

/// A finding as live inspection reports it: what a batch run finds, and what was decided when.
public struct LiveFinding: Hashable, Sendable {
    /// Messages are places in the whole conversation, in the order of time.
    public var finding: Finding
    public var rule: RuleSummary
    /// The version of the rule; nil where rules have none.
    public var version: Int?
    /// The scheme whose rule it is; nil where there are none.
    public var scheme: String?
    /// Under which group the conversation is reported; nil where there are no schemes.
    public var group: String?
    public var shop: String
    /// The day of the first message of the part, in the shop's zone.
    public var day: CalendarDay
    /// Spans of each evidence, counted in Unicode scalars of the message's text.
    public var scalarSpans: [[Span]]
    /// The beginning of the anchor's text with personal data masked; empty where the whole conversation is the anchor.
    public var excerpt: String
    /// Place in the log of the event that was the last to be applied when it was decided.
    public var position: UInt64
    /// When it was decided: the time of that event, or the instant after a deadline or a close.
    public var decidedAt: Instant

    /// Whether a batch run would report the same.
    func says(theSameAs other: LiveFinding) -> Bool {
        finding == other.finding && version == other.version && scheme == other.scheme && group == other.group
            && day == other.day && scalarSpans == other.scalarSpans && excerpt == other.excerpt
    }
}

/// What a live inspection says of a finding.
public struct LiveChange: Hashable, Sendable {
    /// Whether it holds.
    public enum Kind: String, Hashable, Sendable {
        /// It holds. The same id again replaces what was said before.
        case assert
        /// It does not hold any more.
        case retract
    }

    public var kind: Kind
    /// What is asserted; of a retraction what was asserted before.
    public var finding: LiveFinding
    /// Place in the log of the event that was the last to be applied when this was said.
    public var position: UInt64
    /// The instant of the change, by the time that was told.
    public var at: Instant
}

/// What of a live inspection its events cannot tell again: with it and the log from `position` on it goes on after a restart.
public struct LiveMemory: Hashable, Sendable, Codable {
    /// A conversation whose earlier parts are over and done with.
    public struct Record: Hashable, Sendable, Codable {
        public var key: LiveConversationKey
        /// Parts that are settled, and messages in them.
        public var parts: Int
        public var messages: Int
        /// The instant at which the last of them closed: nothing at or before it is taken any more.
        public var closedAt: Instant
        /// When its last message was said, and who was the last agent to speak in it.
        public var lastMessage: Instant
        public var lastAgent: String?

        /// A record of `memory(next:)`, put together again.
        public init(
            key: LiveConversationKey, parts: Int, messages: Int, closedAt: Instant, lastMessage: Instant,
            lastAgent: String?
        ) {
            self.key = key
            self.parts = parts
            self.messages = messages
            self.closedAt = closedAt
            self.lastMessage = lastMessage
            self.lastAgent = lastAgent
        }
    }

    /// The first event that has to be applied again.
    public var position: UInt64
    /// In the order of shop, buyer and name.
    public var conversations: [Record]

    /// What `memory(next:)` gave, put together again.
    public init(position: UInt64, conversations: [Record]) {
        self.position = position
        self.conversations = conversations
    }

    /// Puts conversations in the order of shop, buyer and name.
    public mutating func sort() {
        conversations.sort {
            ($0.key.shop, $0.key.buyer, $0.key.conversation) < ($1.key.shop, $1.key.buyer, $1.key.conversation)
        }
    }
}
