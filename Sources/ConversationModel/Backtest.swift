/// Findings of one kind by the rules in force (old) and by a draft (new), matched by their ids.
public struct BacktestCounts: Sendable, Hashable {
    public var old = 0
    public var new = 0
    /// By the draft only.
    public var gained = 0
    /// By the rules in force only.
    public var lost = 0
    /// By both, but resting on other places, or charged to somebody else.
    public var changed = 0

    public init() {}

    /// Whether the draft makes any difference.
    public var differ: Bool { gained > 0 || lost > 0 || changed > 0 || old != new }

    /// Findings of both that the draft counts here and the rules in force elsewhere, less those of the other way: charged
    /// to somebody else, or of the other polarity.
    public var moved: Int { (new - old) - (gained - lost) }

    public static func += (a: inout BacktestCounts, b: BacktestCounts) {
        a.old += b.old
        a.new += b.new
        a.gained += b.gained
        a.lost += b.lost
        a.changed += b.changed
    }
}

/// What a draft does to one rule.
public struct BacktestRule: Sendable, Hashable {
    /// What the draft does to the rule itself.
    public enum Status: String, Sendable, Hashable {
        case added, removed
        /// It judges otherwise.
        case changed
        /// It judges the same; its name, grade or examples are others.
        case described
        case unchanged
    }

    /// As the draft describes it, or as it was where it was removed.
    public var summary: RuleSummary
    public var status: Status
    public var hits = BacktestCounts()
    /// Duties of a positive rule that were missed.
    public var missed = BacktestCounts()
    /// What differs in the rule, in the language of rules, a line each.
    public var differences: [String]

    public init(summary: RuleSummary, status: Status, differences: [String] = []) {
        self.summary = summary
        self.status = status
        self.differences = differences
    }

    /// Findings gained, lost or changed.
    public var weight: Int {
        hits.gained + hits.lost + hits.changed + missed.gained + missed.lost + missed.changed
    }
}

/// Scores of stays by the rules in force and by a draft; nil: that side has no formula, or no such stay.
public struct ComparedSums: Sendable, Hashable {
    public var old: Scores.Sum?
    public var new: Scores.Sum?

    public init(old: Scores.Sum? = nil, new: Scores.Sum? = nil) {
        self.old = old
        self.new = new
    }

    /// Neither side scores.
    public var isEmpty: Bool { old == nil && new == nil }
}

/// What a draft does to one owner's findings and scores.
public struct BacktestAgent: Sendable, Hashable {
    /// The owner's label.
    public var name: String
    public var negativeHits = BacktestCounts()
    public var positiveHits = BacktestCounts()
    public var missed = BacktestCounts()
    /// Of the stays that are scored.
    public var scores = ComparedSums()

    public init(name: String) {
        self.name = name
    }

    /// Findings gained, lost, changed or charged otherwise.
    public var weight: Int {
        [negativeHits, positiveHits, missed].reduce(0) { $0 + $1.gained + $1.lost + max($1.changed, abs($1.moved)) }
    }

    /// Whether any finding is gained, lost, changed or charged otherwise, or anything scored otherwise.
    public var isAffected: Bool { weight > 0 || scores.old != scores.new }
}

/// What a reviewer said of a finding.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    case confirmed, misjudged
}

/// A finding that the draft makes, loses or changes, with its context.
public struct BacktestCase: Sendable, Hashable {
    /// What the draft does to it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case gained, lost, changed
    }

    public var kind: Kind
    /// By the rules in force; nil where it is gained.
    public var old: FindingCase?
    /// By the draft; nil where it is lost.
    public var new: FindingCase?
    public var verdict: Verdict?

    public init(kind: Kind, old: FindingCase?, new: FindingCase?, verdict: Verdict? = nil) {
        self.kind = kind
        self.old = old
        self.new = new
        self.verdict = verdict
    }

    /// It speaks against the draft: a confirmed finding that is lost, or a misjudged one that comes back.
    public var isDecisive: Bool {
        (kind == .lost && verdict == .confirmed) || (kind == .gained && verdict == .misjudged)
    }

    /// As the draft has it, else as it was.
    public var shown: FindingCase? { new ?? old }
}

/// What becomes of findings that were reviewed.
public struct BacktestVerdicts: Sendable, Hashable {
    public var confirmedKept = 0
    /// Confirmed, and the draft does not find it.
    public var confirmedLost = 0
    /// Misjudged, and the draft does not find it any more.
    public var misjudgedGone = 0
    /// Misjudged, and found by both.
    public var misjudgedRemaining = 0
    /// Misjudged, not found by the rules in force, and found again by the draft.
    public var misjudgedReturning = 0
    /// Found by neither in this archive.
    public var unseen = 0

    public init() {}

    public var total: Int {
        confirmedKept + confirmedLost + misjudgedGone + misjudgedRemaining + misjudgedReturning + unseen
    }
}

/// A draft against the rules in force, over one archive.
public struct BacktestReport: Sendable {
    /// The archive as the user named it.
    public var title: String
    public var engine: String
    public var zone: Zone
    /// What the two sides are called, and what their rules mean (empty for several versions).
    public var old: (label: String, digest: String)
    public var new: (label: String, digest: String)
    public var coverage: Coverage
    /// Conversations, parts counted apart, in which something was gained, lost or changed.
    public var conversationsAffected: Int
    /// Of all stays.
    public var scores = ComparedSums()
    /// The version with which the draft's rules are compared word by word, where several judged; nil: one did.
    public var comparedVersion: Int?
    /// What differs in the schemes and the formula of scores, a line each.
    public var schemeDifferences: [String] = []
    /// By id.
    public var rules: [BacktestRule]
    /// How many of them were not judged, since they judge the same on both sides; nil: all were.
    public var unjudged: Int?
    /// By label.
    public var agents: [BacktestAgent]
    /// In the order of the archive, at most so many a rule and kind as the run was asked for.
    public var cases: [BacktestCase]
    /// Nil where no verdicts were given.
    public var verdicts: BacktestVerdicts?
    /// Findings of a kind that are kept at most for one rule.
    public var casesPerRule: Int

    public init(
        title: String, engine: String, zone: Zone, old: (label: String, digest: String),
        new: (label: String, digest: String), coverage: Coverage, conversationsAffected: Int,
        rules: [BacktestRule], agents: [BacktestAgent], cases: [BacktestCase], verdicts: BacktestVerdicts?,
        casesPerRule: Int
    ) {
        self.title = title
        self.engine = engine
        self.zone = zone
        self.old = old
        self.new = new
        self.coverage = coverage
        self.conversationsAffected = conversationsAffected
        self.rules = rules
        self.agents = agents
        self.cases = cases
        self.verdicts = verdicts
        self.casesPerRule = casesPerRule
    }

    /// Hits of negative rules, hits of positive rules, and duties missed, of everybody; each by what the rule is on its
    /// side.
    public var totals: (negativeHits: BacktestCounts, positiveHits: BacktestCounts, missed: BacktestCounts) {
        var sums = (negativeHits: BacktestCounts(), positiveHits: BacktestCounts(), missed: BacktestCounts())
        for agent in agents {
            sums.negativeHits += agent.negativeHits
            sums.positiveHits += agent.positiveHits
            sums.missed += agent.missed
        }
        return sums
    }

    /// Differences that are counted and not kept with their context.
    public var casesLeftOut: Int { rules.reduce(0) { $0 + $1.weight } - cases.count }
}
