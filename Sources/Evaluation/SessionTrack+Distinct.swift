import ConversationModel
import RuleLanguage

/// At least or at most so many of another condition's matches that say something new.
final class DistinctTrack: SessionTrack {
    private let of: SessionTrack
    private let bound: Count.Bound
    private var different = DistinctTexts()
    /// Matches that have been looked at.
    private var looked = 0

    init(_ run: SessionRun, of: SessionTrack, _ bound: Count.Bound) {
        self.of = of
        self.bound = bound
        var isAtLeast = false
        if case .atLeast = bound { isAtLeast = true }
        super.init(run, isImmediate: isAtLeast && of.isImmediate, isOrdered: isAtLeast && of.isOrdered)
    }

    override var knownUnknowns: UnknownReasons { unknowns.union(of.knownUnknowns) }

    override func combine() {
        // What comes out of order may be new only until an earlier message says it.
        guard isOrdered, case .atLeast(let wanted) = bound, found.isEmpty else { return }
        while looked < of.found.count {
            let row = of.found[looked]
            looked += 1
            if add(row, to: &different), different.count >= wanted { return emit(row) }
        }
    }

    private func add(_ row: Int, to different: inout DistinctTexts) -> Bool {
        different.add(of.spans(row), of: rows.table.texts[row], rows.rules.table)
    }

    override func isSettled(_ anchor: Int) -> Bool { isImmediate || isOrdered && !found.isEmpty }

    override func close() {
        var open = of.unknowns
        if unit.isCutOff || unit.startIsCut { open.insert(.cutOff) }
        var different = DistinctTexts()
        // ∅ comes before all messages, and is unlike each of them.
        if of.matchesWhole { different.addWhole() }
        switch bound {
        case .atLeast(let wanted):
            unknowns = of.unknowns
            if different.count >= wanted {
                matchesWhole = true
                return settle([])
            }
            for row in of.found where add(row, to: &different) && different.count >= wanted {
                return settle([row])
            }
            unknowns = open
            settle([])
        case .atMost(let allowed):
            for row in of.found where different.count <= allowed { _ = add(row, to: &different) }
            if different.count > allowed { return }
            if open.isEmpty { matchesWhole = true } else { unknowns = open }
        case .share, .every: unknowns = open
        }
    }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) { of.charge(anchor) }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        var different = DistinctTexts()
        var left = 20
        for row in of.found where left > 0 {
            if add(row, to: &different) {
                evidence.append(self.evidence(row, .match, of.spans(row)))
                left -= 1
            }
            if row == anchor { break }
        }
    }

    override func spans(_ row: Int) -> [Span] { of.spans(row) }
    override func scope() -> [Int]? { of.scope() }

    override func addExposures(to exposures: inout SessionExposures) {
        if case .atLeast = bound { of.addExposures(to: &exposures) } else { exposures.add(unit.ownerOfWhole, -1) }
    }
}
