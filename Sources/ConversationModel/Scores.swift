/// How findings become points: data beside the rules, and versioned with them.
///
/// A stay begins with `base` points. A rule counts in it once, or up to `repeats` times: what a hit of a negative rule
/// or a missed duty takes, what a hit of a positive rule gives. What the rules of a family take together is at most
/// its cap; what all rules give, `bonusCap`. The score is at least 0; a hit of a rule with veto (一票否决) makes it 0.
public struct ScoreFormula: Sendable, Hashable {
    public var base = 100
    /// Points that a hit of a negative rule takes where the rule has no score of its own.
    public var hit: [Severity: Int] = [.info: 0, .minor: 2, .major: 5, .critical: 20]
    /// Points that a missed duty of a positive rule takes.
    public var missed: [Severity: Int] = [.info: 0, .minor: 2, .major: 5, .critical: 10]
    public var bonusCap = 10
    /// At most so many points are taken by the rules of a family in one stay.
    public var familyCaps: [String: Int] = [:]
    public var veto: Set<RuleID> = []
    /// Findings of a rule that count in one stay; 1 for rules that are not named.
    public var repeats: [RuleID: Int] = [:]

    public init() {}

    /// What one finding of `rule` adds to a score, below zero where it takes points.
    public func points(_ rule: RuleSummary, _ outcome: FindingOutcome) -> Int {
        switch (rule.polarity, outcome) {
        case (.negative, .hit): -(rule.score.map { abs($0) } ?? hit[rule.severity] ?? 0)
        case (.positive, .hit): max(0, rule.score ?? 0)
        case (.positive, .missed): -(missed[rule.severity] ?? 0)
        case (.negative, .missed): 0
        }
    }
}

/// Scores of a run: sums, so that every mean can be checked.
public struct Scores: Sendable, Hashable, Codable {
    /// Stays and their points.
    public struct Sum: Sendable, Hashable, Codable {
        /// Judged stays.
        public var stays = 0
        /// Their scores, summed.
        public var points = 0
        /// Stays that a rule with veto set to 0.
        public var vetoed = 0

        public init() {}

        public static func += (a: inout Sum, b: Sum) {
            a.stays += b.stays
            a.points += b.points
            a.vetoed += b.vetoed
        }

        /// The mean in tenths of a point, halves away from zero; nil without stays.
        public var meanTenths: Int? { stays == 0 ? nil : (points * 20 + stays) / (stays * 2) }
    }

    /// What a rule gave or took, before caps and vetoes.
    public struct RulePoints: Sendable, Hashable, Codable {
        public var stays = 0
        public var points = 0

        public init() {}

        public static func += (a: inout RulePoints, b: RulePoints) {
            a.stays += b.stays
            a.points += b.points
        }
    }

    /// A stay that a rule with veto set to 0.
    public struct Veto: Sendable, Hashable, Codable {
        public var agent: String
        public var rule: String
        public var conversation: String
        /// `2026-11-26`; nil where the day is not known.
        public var day: String?

        public init(agent: String, rule: String, conversation: String, day: String?) {
            self.agent = agent
            self.rule = rule
            self.conversation = conversation
            self.day = day
        }
    }

    /// Fewer stays than these make a mean that says little: reports mark it.
    public static let smallNumber = 30
    /// Vetoes that are kept by name; all are counted.
    public static let vetoLimit = 1000

    public var byAgent: [String: Sum] = [:]
    public var byGroup: [String: Sum] = [:]
    public var byDay: [String: Sum] = [:]
    /// By agent and day.
    public var byAgentDay: [String: [String: Sum]] = [:]
    /// By agent and rule id.
    public var rules: [String: [String: RulePoints]] = [:]
    /// What caps, vetoes and the bounds of a score changed, by agent: base × stays + rules + adjustments = points.
    public var adjustments: [String: Int] = [:]
    public var vetoes: [Veto] = []
    public var total = Sum()

    public init() {}
}
