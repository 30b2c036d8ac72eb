import ConversationModel
import Evaluation

extension BlockWorker {
    /// Lays the findings and scores of two rule sets side by side, without what is exempt.
    ///
    /// - Parameters:
    ///   - people: the rows as they are counted.
    ///   - rows: those of the judgement.
    func compare(
        _ people: JudgementRows, _ rows: JudgementRows, _ placed: PlacedRow, _ parts: Range<Int>,
        _ comparer: FindingComparer,
        into comparison: ComparisonBlock, _ result: BlockResult
    ) {
        let (judge, row) = (placed.judge, placed.row)
        var exempting = exempting
        if exempting?.look(at: people, placed, parts: parts, places: places) != true { exempting = nil }
        result.findings += rows.findings.count
        let kept = comparison.cases.count
        comparer.compare(
            row, people, judge.evaluator, defaultShop: options.defaultShop, exempting: exempting, into: comparison,
            set: judge.set
        ) { makeCase($0, row, places[Int(rows.units[Int(rows.findings[$0].unit)].part)], rows, judge) }
        if comparison.cases.count > kept { judge.askForEvidence(in: comparison) }
        func score(_ rows: JudgementRows) {
            judge.comparedScorer?.add(
                rows, parts: parts, places: places, to: &comparison.counts(of: judge.set, comparer.summaries).scores)
        }
        guard let exempting else { return score(people) }
        exempting.withCounted(people) { score($0) }
        exempting.count(people, severities: judge.severities, comparer: comparer, into: &result.exempt)
    }
}
