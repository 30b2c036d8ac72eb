import ConversationModel
import RuleLanguage

/// Messages near the matches of an anchor: final as soon as one anchor and the message are.
///
/// Which anchor is the last, and what conditions find only at the end, is decided there.
final class ScopeTrack: SessionTrack {
    private let plan: ScopePlan
    private let anchor: SessionTrack
    private let find: SessionTrack
    /// What `within.messages` counts, and its rows so far.
    private let counted: [PopulationTest]
    private var countedRows: [Int] = []
    /// Anchors that open a window, ascending; those known so far.
    private var anchors: [Int] = []
    /// Nothing is found before the end.
    private var waits = false
    /// There is no match, since something is not known.
    private let isInert: Bool
    private var steps = 0

    init(
        _ run: SessionRun, _ plan: ScopePlan, anchor: SessionTrack, find: SessionTrack, counted: [PopulationTest]
    ) {
        self.plan = plan
        self.anchor = anchor
        self.find = find
        self.counted = plan.messages == nil ? [] : counted
        let own = plan.unknowns(
            startIsCut: run.unit.startIsCut, endIsCut: false, hasTimes: run.unit.rows.hasTimes)
        isInert = !own.isEmpty
        var isSingle = false
        switch plan.which {
        case .each: break
        case .first, .nth:
            isSingle = true
            // The first found must be the first of all.
            waits = !anchor.isOrdered
        case .last: waits = true
        }
        let isTimely = anchor.isImmediate && find.isImmediate && !waits
        // A false condition carries no unknowns, and whether it stays false is known at the end.
        let isCertain = own.isEmpty && anchor.knownUnknowns.isEmpty && find.knownUnknowns.isEmpty
        super.init(
            run, isImmediate: isTimely && isCertain && plan.direction == .after,
            isOrdered: isTimely && (isSingle || plan.direction != .around))
        unknowns = own
    }

    override var knownUnknowns: UnknownReasons {
        unknowns.union(anchor.knownUnknowns).union(find.knownUnknowns)
    }

    // MARK: Rows

    override func observe(_ row: Int) {
        if unit.isMember(row), counted.contains(where: { rows.isIn($0, row) }) { countedRows.append(row) }
        combine()
    }

    override func combine() {
        guard !isInert, !waits else { return }
        for row in anchor.fresh where opensWindow(row) { add(row) }
        for row in find.fresh where nearest(to: row) >= 0 { emit(row) }
    }

    private func opensWindow(_ row: Int) -> Bool {
        switch plan.which {
        case .each: true
        case .first: anchor.found.first == row
        case .nth(let number): anchor.found.count >= number && anchor.found[number - 1] == row
        case .last: false
        }
    }

    /// A new anchor: what was found before, no farther from it than from the anchors beside it.
    private func add(_ row: Int) {
        let place = anchors.firstPlace(notBefore: row)
        if place < anchors.count, anchors[place] == row { return }
        let (earlier, later) = (place > 0 ? anchors[place - 1] : -1, place < anchors.count ? anchors[place] : Int.max)
        anchors.insert(row, at: place)
        let found = find.found
        var near: [Int] = []
        var i = found.firstPlace(notBefore: row)
        if plan.looksBefore {
            var j = i - 1
            while j >= 0, found[j] >= earlier, isInWindow(found[j], of: row) {
                near.append(found[j])
                j -= 1
            }
        }
        near.reverse()
        if plan.looksAfter {
            if i < found.count, found[i] == row { i += 1 }
            while i < found.count, found[i] <= later, isInWindow(found[i], of: row) {
                near.append(found[i])
                i += 1
            }
        }
        steps += near.count
        for match in near where !contains(match) { emit(match) }
        // Anchors that become known against their order may look at the same messages again and again.
        if steps > Evaluator.stepLimit { waits = true }
    }

    // MARK: Windows

    private func isInWindow(_ row: Int, of anchor: Int) -> Bool {
        if let span = plan.time, abs(unit.time(row) - unit.time(anchor)) > span { return false }
        guard let messages = plan.messages else { return true }
        let between =
            anchor < row
            ? countedRows.firstPlace(notBefore: row + 1) - countedRows.firstPlace(notBefore: anchor + 1)
            : countedRows.firstPlace(notBefore: anchor) - countedRows.firstPlace(notBefore: row)
        return between <= messages
    }

    /// The nearest earlier anchor whose window holds a row, else the nearest later one; -1: none.
    private func nearest(to row: Int) -> Int {
        // ∅ is near nothing.
        guard row >= 0 else { return -1 }
        let place = anchors.firstPlace(notBefore: row)
        if plan.looksAfter, place > 0, isInWindow(row, of: anchors[place - 1]) { return anchors[place - 1] }
        guard plan.looksBefore else { return -1 }
        let later = place < anchors.count && anchors[place] == row ? place + 1 : place
        guard later < anchors.count, isInWindow(row, of: anchors[later]) else { return -1 }
        return anchors[later]
    }

    override func isSettled(_ anchor: Int) -> Bool {
        isImmediate || isInert || find.isSettled(anchor) && (!find.contains(anchor) || contains(anchor))
    }

    // MARK: End

    override func close() {
        let own = plan.unknowns(
            startIsCut: unit.startIsCut, endIsCut: unit.isCutOff, hasTimes: rows.hasTimes)
        unknowns = []
        if own.isEmpty {
            // As in an `all`, what is false for good carries no unknowns.
            if anchor.found.isEmpty, anchor.unknowns.isEmpty { return settle([]) }
            if find.found.isEmpty, find.unknowns.isEmpty { return settle([]) }
        }
        unknowns = anchor.unknowns.union(find.unknowns).union(own)
        guard own.isEmpty else { return settle([]) }
        switch plan.which {
        case .each: anchors = anchor.found
        case .first: anchors = Array(anchor.found.prefix(1))
        case .last: anchors = Array(anchor.found.suffix(1))
        case .nth(let number):
            anchors = anchor.found.count < number ? [] : [anchor.found[number - 1]]
        }
        settle(find.found.filter { nearest(to: $0) >= 0 })
    }

    // MARK: Evidence

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) {
        let owner = find.charge(anchor).owner
        let nearest = nearest(to: anchor)
        guard rows.hasTimes, nearest >= 0 else { return (owner, -1) }
        return (owner, abs(unit.time(anchor) - unit.time(nearest)))
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        find.addEvidence(anchor, to: &evidence)
        let nearest = nearest(to: anchor)
        guard nearest >= 0 else { return }
        evidence.append(self.evidence(nearest, .context, self.anchor.spans(nearest)))
    }

    override func spans(_ row: Int) -> [Span] { find.spans(row) }
    override func scope() -> [Int]? { find.scope() }
    override func addExposures(to exposures: inout SessionExposures) { find.addExposures(to: &exposures) }
}
