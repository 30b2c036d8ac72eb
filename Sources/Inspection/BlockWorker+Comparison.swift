import ConversationModel
import Evaluation

extension BlockWorker {
    /// Lays the findings and scores of two rule sets side by side, without what is exempt.
    func compare(
        _ rows: JudgementRows, _ placed: PlacedRow, _ parts: Range<Int>, _ comparer: FindingComparer,
        into comparison: ComparisonBlock, _ result: BlockResult
    ) {
        let (judge, row) = (placed.judge, placed.row)
        var exempting = exempting
        if exempting?.look(at: rows, placed, parts: parts, places: places) != true { exempting = nil }
        result.findings += rows.findings.count
        comparer.compare(
            row, rows, judge.evaluator, defaultShop: options.defaultShop, exempting: exempting, into: comparison,
            set: judge.set
        ) { makeCase($0, row, places[Int(rows.units[Int(rows.findings[$0].unit)].part)], rows, judge) }
        func score(_ rows: JudgementRows) {
            judge.comparedScorer?.add(
                rows, parts: parts, places: places, to: &comparison.counts(of: judge.set, comparer.summaries).scores)
        }
        guard let exempting else { return score(rows) }
        exempting.withCounted(rows) { score($0) }
        exempting.count(rows, severities: judge.severities, comparer: comparer, into: &result.exempt)
    }
}
