import ConversationModel
import Evaluation
import RuleLanguage

/// What stays get by the rules of either side, on one conversation after another. One for each worker and rule set.
struct ComparedScorer {
    private var old: StayScorer?
    private var new: StayScorer?

    /// nil where neither side scores anything.
    init?(_ comparison: ComparedRules, _ rules: [RuleSummary]) {
        if comparison.scoring.old == nil, comparison.scoring.new == nil { return nil }
        func scorer(
            _ formula: ScoreFormula?, _ rules: [RuleSummary], without other: ComparedRules.Side
        ) -> StayScorer? {
            formula.map { StayScorer($0, rules, counts: comparison.sides.map { $0 != other }) }
        }
        old = scorer(comparison.scoring.old, comparison.oldSummaries(rules), without: .new)
        new = scorer(comparison.scoring.new, rules, without: .old)
    }

    /// Adds the conversation's stays to the sums of both sides.
    mutating func add(
        _ rows: JudgementRows, parts: Range<Int>, places: [PartPlace], to scores: inout ComparedScoreCounter
    ) {
        // Vetoes are counted, not listed: no conversation is named.
        old?.add(rows, parts: parts, places: places, conversation: { _ in "" }, to: &scores.old)
        new?.add(rows, parts: parts, places: places, conversation: { _ in "" }, to: &scores.new)
        if old != nil { scores.hasOld = true }
        if new != nil { scores.hasNew = true }
    }
}

/// Sums of scores by both sides: those of one rule set in one block.
struct ComparedScoreCounter {
    var old = ScoreCounter()
    var new = ScoreCounter()
    /// Whether the side scores at all.
    var hasOld = false
    var hasNew = false
}

/// Sums of scores of a run by both sides; nil: that side has no formula.
struct ComparedScoreTotals {
    private(set) var old: ScoreTotals?
    private(set) var new: ScoreTotals?

    /// Adds the sums of a block; the maps give the run's numbers of its agents and groups.
    mutating func merge(_ block: ComparedScoreCounter, ids: [RuleID], agentMap: [Int32], groupMap: [Int32]) {
        if block.hasOld {
            old = old ?? ScoreTotals()
            old?.merge(block.old, ids: ids, agentMap: agentMap, groupMap: groupMap)
        }
        if block.hasNew {
            new = new ?? ScoreTotals()
            new?.merge(block.new, ids: ids, agentMap: agentMap, groupMap: groupMap)
        }
    }
}
