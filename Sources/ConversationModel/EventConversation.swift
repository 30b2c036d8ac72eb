/// Who can own a conversation.
public enum Party: Hashable, Sendable {
    case agent(String)
    /// Somebody of the group: nobody owns it until one takes it.
    case group(String)
    case assistant
}

/// What happened to a conversation beside its messages.
public struct ConversationChange: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// It began; whose it is, where the source knows it.
        case opened(to: Party?)
        case assigned(to: Party)
        /// `from` nil: from whoever had it.
        case handedOver(from: Party?, to: Party)
        /// The buyer waits in the queue (排队).
        case queued
        /// It lies in the pool of conversations that came while nobody was there (离线消息池).
        case pooled
        /// Its messages so far were seen; nil: by whoever owns it.
        case read(by: String?)
        case closed
    }

    public var conversation: String
    public var buyer: String
    public var kind: Kind

    public init(conversation: String, buyer: String, kind: Kind) {
        self.conversation = conversation
        self.buyer = buyer
        self.kind = kind
    }
}
