import ConversationModel

/// A rule of the catalogue that generated conversations plant on purpose.
public enum PlantedRule: String, Sendable, Hashable, CaseIterable {
    case offPlatformContact = "off-platform-contact"
    case bribedReview = "bribed-review"
    case directInsult = "direct-insult"
    case passiveRefusal = "passive-refusal"
    case blamingOthers = "blaming-others"
    case absolutePromise = "absolute-promise"
    case absoluteClaim = "absolute-claim"
    case credentialRequest = "credential-request"
    case threat
    case refuseInvoice = "refuse-invoice"
    case shippingPromise = "shipping-promise"
    case opening
    case closing
    case followUpAfterSilence = "follow-up-after-silence"
    case handoverGreeting = "handover-greeting"
    case transferUnannounced = "transfer-unannounced"
    case slowFirstReply = "slow-first-reply"
    case slowReply = "slow-reply"
    case apologyAfterWait = "apology-after-wait"
    case longWaitNoApology = "long-wait-no-apology"
    case unansweredAtClose = "unanswered-at-close"

    /// The id as the shipped rules write it.
    public var id: RuleID { RuleID(rawValue) }

    /// The rules that one sentence of an agent breaks, in the order of their sentences.
    static let spoken: [PlantedRule] = [
        .offPlatformContact, .bribedReview, .directInsult, .passiveRefusal, .blamingOthers,
        .absolutePromise, .absoluteClaim, .credentialRequest, .threat, .refuseInvoice,
        .shippingPromise,
    ]
}

/// What the generator put at one message, or left out there.
public struct PlantedFact: Sendable, Hashable {
    /// What a careful reviewer would say of the message.
    public enum Outcome: String, Sendable, Hashable {
        case hit, missed
        /// A near miss: it looks like the rule and is innocent.
        case clean
    }

    /// The rule it speaks of.
    public var rule: PlantedRule
    /// Hit, missed or a near miss.
    public var outcome: Outcome
    /// Index in the conversation; for waits and duties the message that raised them.
    public var message: Int
    /// Milliseconds that decided it, where time did.
    public var delay: Int64?

    /// A fact as it will stand in the truth.
    public init(rule: PlantedRule, outcome: Outcome, message: Int, delay: Int64? = nil) {
        self.rule = rule
        self.outcome = outcome
        self.message = message
        self.delay = delay
    }
}

/// What is true of one generated conversation.
public struct ConversationTruth: Sendable, Hashable {
    /// Id of the conversation.
    public var conversation: String
    /// Messages of the conversation.
    public var messages: Int
    /// In the order of the story.
    public var facts: [PlantedFact]

    /// The truth of a conversation in which nothing was planted yet.
    public init(conversation: String, messages: Int = 0, facts: [PlantedFact] = []) {
        self.conversation = conversation
        self.messages = messages
        self.facts = facts
    }

    /// Appends one line of JSON: the conversation and its findings, near misses apart.
    public func appendLine(to buffer: inout [UInt8]) {
        var line = "{\"conversation\":\"\(conversation)\",\"messages\":\(messages)"
        line += ",\"findings\":["
        line += facts.filter { $0.outcome != .clean }.map(Self.json).joined(separator: ",")
        line += "],\"nearMisses\":["
        line += facts.filter { $0.outcome == .clean }.map(Self.json).joined(separator: ",")
        line += "]}\n"
        buffer.append(contentsOf: line.utf8)
    }

    private static func json(_ fact: PlantedFact) -> String {
        var text = "{\"rule\":\"\(fact.rule.rawValue)\",\"outcome\":\"\(fact.outcome.rawValue)\""
        text += ",\"message\":\(fact.message)"
        if let delay = fact.delay { text += ",\"delay\":\(delay)" }
        return text + "}"
    }
}
