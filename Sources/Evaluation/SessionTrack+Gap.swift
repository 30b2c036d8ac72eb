import ConversationModel
import RuleLanguage

/// Stretches in which a side says nothing: final when the least length has passed, with a longest
/// one when the side speaks again. The later message joins the evidence when it comes.
final class GapTrack: SessionTrack {
    private let plan: GapPlan
    private var start = -1
    private var starts: [Int] = []
    private var ends: [Int: Int] = [:]
    private var owners: [Int: Int32] = [:]

    init(_ run: SessionRun, _ plan: GapPlan) {
        self.plan = plan
        super.init(run, isImmediate: false, isOrdered: true)
        if !rows.hasTimes { unknowns = .noTimes }
    }

    private func due(_ start: Int) -> Int64 {
        Instant(milliseconds: unit.time(start)).advanced(by: plan.minimum).milliseconds
    }

    override func observe(_ row: Int) {
        let table = rows.table
        guard rows.hasTimes, unit.isMember(row), rows.hasContent(row), !table.automatic[row],
            table.speakers[row] != Speaker.system.rawValue
        else { return }
        let speaker = table.speakers[row]
        if start >= 0, plan.ends(at: speaker) {
            if plan.counts(unit.time(row) - unit.time(start), endedBy: speaker) {
                ends[start] = row
                found(start, before: row)
            }
            start = -1
        }
        guard start < 0, plan.begins(after: speaker) else { return }
        start = row
        starts.append(row)
        if plan.maximum == nil { run.schedule(due(row), anchor: row, track: number) }
    }

    private func found(_ start: Int, before limit: Int) {
        let due = due(start)
        var row = limit
        while row > start + 1, rows.table.times[row - 1] > due { row -= 1 }
        if owners[start] == nil { owners[start] = unit.debtor(before: row) }
        emit(start)
    }

    override func awaits(_ anchor: Int, at instant: Int64) -> Bool { anchor == start && !contains(anchor) }

    override func fire(_ anchor: Int, seen: Int) { found(anchor, before: seen) }

    override func isSettled(_ anchor: Int) -> Bool { anchor != start || contains(anchor) }

    override func close() {
        guard rows.hasTimes, start >= 0 else { return }
        if let maximum = plan.maximum {
            let latest = Instant(milliseconds: unit.time(start)).advanced(by: maximum).milliseconds
            if unit.isCutOff, unit.endInstant <= latest { unknowns.insert(.cutOff) }
        } else if due(start) <= unit.endInstant {
            if !contains(start) { found(start, before: unit.rowCount) }
        } else if unit.isCutOff {
            unknowns.insert(.cutOff)
        }
    }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) {
        guard let owner = owners[anchor] else { return super.charge(anchor) }
        let end = ends[anchor].map { unit.time($0) } ?? due(anchor)
        return (owner, end - unit.time(anchor))
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        guard contains(anchor) else { return }
        evidence.append(self.evidence(anchor, .earlier, []))
        if let end = ends[anchor] { evidence.append(self.evidence(end, .later, [])) }
    }

    override func addExposures(to exposures: inout SessionExposures) {
        for start in starts {
            exposures.add(rows.isHuman(start) ? unit.owner(of: start) : unit.debtor(before: start), start)
        }
    }
}
