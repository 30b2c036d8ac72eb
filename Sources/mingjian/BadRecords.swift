import ConversationModel
import Diagnostics
import Inspection

/// Tells of bad records, the first ten by their places; whether more than `limit` percent of all are bad.
func tooManyBadRecords(in result: InspectionResult, limit: Double, isQuiet: Bool) -> Bool {
    let coverage = result.coverage
    if !isQuiet, coverage.recordsBad > 0 {
        let shown = result.diagnostics.prefix(10)
        note(RuleSources.renderer(.concise).render(Array(shown), sources: []))
        let more = coverage.recordsBad - shown.count
        if more > 0 { say(Phrase("\(more) more bad records", "另有 \(more) 条坏记录"), severity: "note") }
    }
    guard Double(coverage.recordsBad) * 100 > limit * Double(coverage.recordsRead) else { return false }
    say(
        Phrase(
            "\(coverage.recordsBad) of \(coverage.recordsRead) records are bad, more than \(limit) % (--max-bad)",
            "\(coverage.recordsRead) 条记录中有 \(coverage.recordsBad) 条坏记录，超过 \(limit) %（--max-bad）"))
    return true
}
