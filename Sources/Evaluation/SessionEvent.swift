import ConversationModel

/// What a session says.
public enum SessionEvent: Sendable, Hashable {
    /// A finding is final. A later one with the same id replaces it: its evidence has grown.
    case assert(Finding)
    /// The finding with this id does not hold: a message came late, or the end is missing.
    case retract(String)
    /// What a rule came to on a unit; only at the end.
    case outcome(SessionOutcome)
}

/// What a rule came to on a conversation or a stay.
public struct SessionOutcome: Sendable, Hashable {
    /// The stay that was judged.
    public struct Stay: Sendable, Hashable {
        public var agent: Owner
        /// Position of the message that started it, in the order of arrival.
        public var start: Int
    }

    /// Somebody who could have been charged.
    public struct Exposure: Sendable, Hashable {
        public var owner: Owner
        /// Position of the message that made it so; nil is the whole unit.
        public var anchor: Int?
    }

    public var rule: RuleID
    /// Id of the conversation, with its part.
    public var conversation: String
    /// Nil for rules of unit `conversation`.
    public var stay: Stay?
    public var outcome: Outcome
    /// Why it was not evaluated, or why a hit is partial.
    public var reasons: UnknownReasons
    /// Without repeats. Empty where `appliesTo` is not true.
    public var exposures: [Exposure]
}

/// Whose conversation a session is.
public struct SessionOrigin: Sendable, Hashable {
    public var id: String
    /// 1 for the conversation itself, 2 for its `id#2` and so on.
    public var part: Int
    public var shop: String?
    public var buyer: String?
    public var group: String?
    /// The agent that messages without one fall back to.
    public var agent: String?
    /// Names that a hand-over may carry without meaning an agent.
    public var groups: Set<String>
    /// Messages before the first are missing.
    public var isTruncatedAtStart: Bool
    /// Stands for an unknown shop in the ids of findings.
    public var defaultShop: String
    /// What is known beside the messages; of a later part the previous conversation is the part before.
    public var facts: Facts

    public init(
        id: String, part: Int = 1, shop: String? = nil, buyer: String? = nil, group: String? = nil,
        agent: String? = nil, groups: Set<String> = [], isTruncatedAtStart: Bool = false,
        defaultShop: String = "", facts: Facts = Facts()
    ) {
        self.id = id
        self.part = part
        self.shop = shop
        self.buyer = buyer
        self.group = group
        self.agent = agent
        self.groups = groups
        self.isTruncatedAtStart = isTruncatedAtStart
        self.defaultShop = defaultShop
        self.facts = facts
    }

    /// The id with the part, as findings show it.
    var conversation: String { part <= 1 ? id : "\(id)#\(part)" }
}
