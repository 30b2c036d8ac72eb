/// What was counted for one key (an agent, a group, a day, the whole run) and one rule.
public struct TallyCounts: Sendable, Hashable {
    /// Findings that are hits.
    public var hits: Int = 0
    /// Units (conversations or stays) with at least one hit.
    public var unitsHit: Int = 0
    /// Units that could have been hit: those with an exposure of the key.
    public var unitsApplicable: Int = 0
    /// Duties of a positive rule that were missed.
    public var missed: Int = 0
    /// Units on which the rule could not be decided (not counted for agents).
    public var notEvaluated: Int = 0

    public init() {}

    public static func += (a: inout TallyCounts, b: TallyCounts) {
        a.hits += b.hits
        a.unitsHit += b.unitsHit
        a.unitsApplicable += b.unitsApplicable
        a.missed += b.missed
        a.notEvaluated += b.notEvaluated
    }
}

/// One table of a report: keys × rules.
///
/// Rules that share their exposures share a column of exposure counts, so a table of 1,100 rules and
/// thousands of agents stays small.
public struct TallyTable: Sendable {
    /// Sorted by bytes.
    public let keys: [String]
    /// Counts of a (key, rule), without the shared exposures.
    public let counts: [[Int32: TallyCounts]]
    /// Shared exposures: per key, per exposure class.
    public let exposures: [[Int]]
    /// The exposure class of each rule, -1 where the rule counts its own.
    public let classOfRule: [Int]

    public init(
        keys: [String], counts: [[Int32: TallyCounts]], exposures: [[Int]], classOfRule: [Int]
    ) {
        self.keys = keys
        self.counts = counts
        self.exposures = exposures
        self.classOfRule = classOfRule
    }

    /// What was counted for the key at `key` and the rule at index `rule`. O(1).
    public subscript(key: Int, rule: Int) -> TallyCounts {
        var result = counts[key][Int32(rule)] ?? TallyCounts()
        let shared = classOfRule[rule]
        if shared >= 0 { result.unitsApplicable += exposures[key][shared] }
        return result
    }
}

/// Everything a report counts.
public struct Tally: Sendable {
    public var rules: [RuleSummary]
    /// Keys are owners' labels.
    public var byAgent: TallyTable
    /// The pinned group of most of an agent's units, in the order of `byAgent.keys`.
    public var groupOfAgent: [String]
    public var byGroup: TallyTable
    /// Keys are `YYYY-MM-DD` in the shop's zone, or 日期未知.
    public var byDay: TallyTable
    /// One key: the whole run.
    public var total: TallyTable
    /// One for each procedure among the rules that decided on something.
    public var funnels: [Funnel]

    public init(
        rules: [RuleSummary], byAgent: TallyTable, groupOfAgent: [String], byGroup: TallyTable,
        byDay: TallyTable, total: TallyTable, funnels: [Funnel] = []
    ) {
        self.rules = rules
        self.byAgent = byAgent
        self.groupOfAgent = groupOfAgent
        self.byGroup = byGroup
        self.byDay = byDay
        self.total = total
        self.funnels = funnels
    }
}
