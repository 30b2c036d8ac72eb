/// What a shop has exempted: dated facts of its own, kept apart from the rules and their versions.
///
/// An exempted stay or finding is judged and shown, and neither scored nor counted in rates. Conversations of excluded
/// buyers are not judged at all.
public struct Exemptions: Sendable, Hashable {
    /// In the order of the file: the first that covers something names the reason.
    public var exemptions: [Exemption]
    public var excludedBuyers: [ExcludedBuyers]

    public init(exemptions: [Exemption] = [], excludedBuyers: [ExcludedBuyers] = []) {
        self.exemptions = exemptions
        self.excludedBuyers = excludedBuyers
    }

    public var isEmpty: Bool { exemptions.isEmpty && excludedBuyers.isEmpty }

    /// Those that were recorded on `day` or before: what a report of that day knew.
    public func recorded(by day: CalendarDay) -> Exemptions {
        Exemptions(
            exemptions: exemptions.filter { $0.recorded <= day },
            excludedBuyers: excludedBuyers.filter { $0.recorded <= day })
    }
}

/// One exemption. Everything that it names must hold; what it does not name may be anything.
public struct Exemption: Sendable, Hashable {
    /// When it holds.
    public enum Window: Sendable, Hashable {
        /// Conversations whose first message is on one of these days, both ends included; nil: open.
        case days(CalendarDay?, CalendarDay?)
        /// Conversations of which something lies in `[start, end)`; nil: open.
        case instants(Instant?, Instant?)
    }

    /// Accounts, or persons of the roster; empty: whoever it is.
    public var agents: Set<String>
    /// Empty: all rules, and the stay itself is not scored.
    public var rules: Set<RuleID>
    public var buyers: Set<String>
    /// Ids of conversations, with a part (`id#2`) or for all their parts.
    public var conversations: Set<String>
    /// nil: always.
    public var window: Window?
    public var reason: String
    public var author: String
    /// The day on which it was written down.
    public var recorded: CalendarDay

    public init(
        agents: Set<String> = [], rules: Set<RuleID> = [], buyers: Set<String> = [], conversations: Set<String> = [],
        window: Window? = nil, reason: String, author: String, recorded: CalendarDay
    ) {
        self.agents = agents
        self.rules = rules
        self.buyers = buyers
        self.conversations = conversations
        self.window = window
        self.reason = reason
        self.author = author
        self.recorded = recorded
    }
}

extension Exemption {
    /// Whether it exempts persons as such on `day`, as new staff: by name, for nothing but whole days.
    public func isOfPersons(on day: CalendarDay) -> Bool {
        guard !agents.isEmpty, rules.isEmpty, buyers.isEmpty, conversations.isEmpty else { return false }
        switch window {
        case nil: return true
        case .days(let first, let last): return (first.map { $0 <= day } ?? true) && (last.map { day <= $0 } ?? true)
        case .instants: return false
        }
    }
}

/// Buyers whose conversations are left out: staff, adverts, tests.
public struct ExcludedBuyers: Sendable, Hashable {
    public var buyers: Set<String>
    public var window: Exemption.Window?
    public var reason: String
    public var author: String
    public var recorded: CalendarDay

    public init(
        buyers: Set<String>, window: Exemption.Window? = nil, reason: String, author: String, recorded: CalendarDay
    ) {
        self.buyers = buyers
        self.window = window
        self.reason = reason
        self.author = author
        self.recorded = recorded
    }
}

extension Exemption.Window {
    /// Whether a conversation that has these ends, and begins on `day`, lies in it. Without times: never.
    public func holds(day: CalendarDay?, first: Instant?, last: Instant?) -> Bool {
        guard let day, let first, let last else { return false }
        switch self {
        case .days(let from, let to): return (from.map { $0 <= day } ?? true) && (to.map { day <= $0 } ?? true)
        case .instants(let start, let end):
            return (start.map { $0 <= last } ?? true) && (end.map { first < $0 } ?? true)
        }
    }
}

extension Coverage {
    /// What one exemption took out of the scores and rates of one owner.
    public struct ExemptionNote: Sendable, Hashable, Codable {
        public var reason: String
        public var author: String
        /// The label of the owner.
        public var owner: String
        /// Stays that were not scored.
        public var stays = 0
        /// Findings that were not counted, whatever their rules are.
        public var findings = 0
        /// Of them hits of negative rules, and duties missed.
        public var negativeHits = 0
        public var missed = 0

        public init(reason: String, author: String, owner: String) {
            self.reason = reason
            self.author = author
            self.owner = owner
        }
    }

    /// Exempt stays and findings by reason.
    public var exemptByReason: (stays: [String: Int], findings: [String: Int]) {
        var result: (stays: [String: Int], findings: [String: Int]) = ([:], [:])
        for note in exemptions {
            if note.stays > 0 { result.stays[note.reason, default: 0] += note.stays }
            if note.findings > 0 { result.findings[note.reason, default: 0] += note.findings }
        }
        return result
    }
}
