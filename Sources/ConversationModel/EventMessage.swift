/// A message sent in a conversation, as an event.
public struct EventMessage: Hashable, Sendable {
    /// The source's name of the conversation, unique with the buyer.
    public var conversation: String
    public var buyer: String
    public var speaker: Speaker
    /// Who sent it where the speaker is an agent.
    public var agent: String?
    /// Of a buyer's message: whose window shows it. Says who owns a conversation that has no owner yet.
    public var addressee: Party?
    public var kind: MessageKind
    /// Sent by no one's decision: greetings and other automatic replies of agents, the welcome and the
    /// entry cards of the assistant.
    public var isAutomatic: Bool
    /// Of a buyer's message: whether it needs an answer (好的 does not). Decided when it is appended; nil is
    /// not yet decided, and counts as true.
    public var needsAnswer: Bool?
    /// Masked before it is appended; nil where the source gives none.
    public var text: String?

    public init(
        conversation: String, buyer: String, speaker: Speaker, agent: String? = nil, addressee: Party? = nil,
        kind: MessageKind = .text, isAutomatic: Bool = false, needsAnswer: Bool? = nil, text: String? = nil
    ) {
        self.conversation = conversation
        self.buyer = buyer
        self.speaker = speaker
        self.agent = agent
        self.addressee = addressee
        self.kind = kind
        self.isAutomatic = isAutomatic
        self.needsAnswer = needsAnswer
        self.text = text
    }
}
