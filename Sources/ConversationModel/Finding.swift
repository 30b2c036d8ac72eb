/// Whom a finding is charged to.
public enum Owner: Hashable, Sendable, Comparable, Codable {
    case agent(String)
    case assistant
    case shop
    case unassigned

    /// The label of reports, Chinese first.
    public var label: String {
        switch self {
        case .agent(let id): id
        case .assistant: "服务助手"
        case .shop: "店铺"
        case .unassigned: "未分配"
        }
    }

    private var rank: Int {
        switch self {
        case .agent: 0
        case .assistant: 1
        case .shop: 2
        case .unassigned: 3
        }
    }

    public static func < (a: Owner, b: Owner) -> Bool {
        if case .agent(let x) = a, case .agent(let y) = b { return x < y }
        return a.rank < b.rank
    }
}

/// Why a finding exists: the rule hit, or a duty of a positive rule was missed.
public enum FindingOutcome: String, Sendable, Hashable, Codable {
    case hit, missed
}

/// One place in a conversation that a finding rests on.
public struct Evidence: Hashable, Sendable, Codable {
    /// Index of the message in the conversation, as reported.
    public var message: Int
    /// What the place is to the rule: `match`, `trigger`, `answer`, `excuse`, `earlier`, `later`; of a
    /// sequence the name of the step.
    public var label: String
    /// Sorted, disjoint; empty where the whole message counts.
    public var spans: [Span]

    public init(message: Int, label: String, spans: [Span] = []) {
        self.message = message
        self.label = label
        self.spans = spans
    }
}

/// A hit, or a duty missed, at one place of one conversation.
///
/// `semantics.md` sections 4 and 6: one hit is one match, the id rests on shop, buyer, rule, outcome
/// and anchor key alone, so that a verdict survives re-cutting, re-import and a change of the rule.
public struct Finding: Hashable, Sendable, Codable {
    /// 32 hexadecimal digits: the first 128 bits of the SHA-256 of the identity.
    public var id: String
    public var rule: RuleID
    public var outcome: FindingOutcome
    public var owner: Owner
    /// Id of the conversation, with its part (`id#2`) where it was split.
    public var conversation: String
    /// Index of the anchor message; nil where the whole conversation is the anchor.
    public var anchor: Int?
    public var evidence: [Evidence]
    /// Where time decided, milliseconds between the two messages that did; of an answer that did not come
    /// in time those from its trigger to the instant at which that was certain.
    public var gap: Int64?
    /// The rule hit although something in it could not be decided.
    public var isPartial: Bool
    /// Where a missed sequence left its steps.
    public var divergence: Divergence?

    public init(
        id: String, rule: RuleID, outcome: FindingOutcome, owner: Owner, conversation: String,
        anchor: Int?, evidence: [Evidence], gap: Int64? = nil, isPartial: Bool = false,
        divergence: Divergence? = nil
    ) {
        self.id = id
        self.rule = rule
        self.outcome = outcome
        self.owner = owner
        self.conversation = conversation
        self.anchor = anchor
        self.evidence = evidence
        self.gap = gap
        self.isPartial = isPartial
        self.divergence = divergence
    }

    /// Whether the real wait was longer than `gap`: no message ended it in time.
    public var isGapExceeded: Bool {
        guard gap != nil else { return false }
        return evidence.contains { $0.label == "trigger" || $0.label == "earlier" }
            && !evidence.contains { $0.label == "answer" || $0.label == "later" }
    }
}
