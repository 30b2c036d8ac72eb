import ConversationModel
import RuleLanguage

/// A condition at work on one unit: rows and deadlines go in, final matches come out.
///
/// After each event `fresh` holds the anchors that became final, and `found` all so far. What cannot
/// be known before the end is added by `close`; after it `found`, `isMarkedTrue`, `matchesWhole` and
/// `unknowns` are the condition's value.
class SessionTrack {
    /// The run owns its tracks and its unit the run: both are there as long as this is. Unchecked, since every row asks for them.
    unowned(unsafe) let run: SessionRun
    unowned(unsafe) let unit: SessionUnit
    /// Place in the run's list of tracks.
    let number: Int
    /// Whether a row is a match is known for good when it has been observed.
    let isImmediate: Bool
    /// Matches become final in ascending order, so that the first found is the first of all.
    let isOrdered: Bool

    /// Ascending.
    private(set) var found: [Int] = []
    private(set) var fresh: [Int] = []
    var matchesWhole = false
    var isMarkedTrue = false
    /// Known before the end: those of the archive's form. All of them after `close`.
    var unknowns: UnknownReasons = []

    init(_ run: SessionRun, isImmediate: Bool, isOrdered: Bool) {
        self.run = run
        unit = run.unit
        number = run.tracks.count
        self.isImmediate = isImmediate
        self.isOrdered = isOrdered
    }

    final var rows: SessionRows { unit.rows }

    /// True for good.
    var isTrue: Bool { isMarkedTrue || matchesWhole || !found.isEmpty }
    /// False for good, known before the end.
    var isRefuted: Bool { false }
    /// What is unknown as far as known before the end.
    var knownUnknowns: UnknownReasons { unknowns }
    private var isClosed = false
    /// What is unknown now.
    final var reasons: UnknownReasons { isClosed ? unknowns : knownUnknowns }

    final func forgetFresh() {
        if !fresh.isEmpty { fresh.removeAll(keepingCapacity: true) }
    }

    /// Adds a final match; one that is there already is said again, since its evidence has grown.
    final func emit(_ anchor: Int) {
        fresh.append(anchor)
        let place = found.firstPlace(notBefore: anchor)
        if place < found.count, found[place] == anchor { return }
        found.insert(anchor, at: place)
    }

    final func contains(_ anchor: Int) -> Bool {
        let place = found.firstPlace(notBefore: anchor)
        return place < found.count && found[place] == anchor
    }

    /// At the end: the matches are exactly these (ascending).
    final func settle(_ anchors: [Int]) { found = anchors }

    /// The next row of the unit's time; members and others alike. Children come first.
    func observe(_ row: Int) { combine() }
    /// Takes over what children found.
    func combine() {}
    /// A deadline passed; `seen` rows came before.
    func fire(_ anchor: Int, seen: Int) {}
    /// A deadline is still to come.
    func awaits(_ anchor: Int, at instant: Int64) -> Bool { false }
    /// Nothing more will be found at this row before the end.
    func isSettled(_ anchor: Int) -> Bool { false }
    /// Decides the rest. Children come first.
    func close() {}

    final func finish() {
        close()
        isClosed = true
    }

    /// Whom a match at a row is charged to, and the gap that decided it (-1: none).
    func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) { (unit.owner(of: anchor), -1) }
    /// Adds what a match rests on; -1 is ∅.
    func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {}
    /// The spans of a match at a row, in the original text.
    func spans(_ row: Int) -> [Span] { [] }
    /// The rows a condition chooses from, position applied; nil where not known. At the end only.
    func scope() -> [Int]? { [] }
    /// Adds the exposures that come from what happened. At the end only.
    func addExposures(to exposures: inout SessionExposures) {}

    final func evidence(_ row: Int, step: Int32, _ spans: [Span]) -> Evidence {
        Evidence(message: Int(rows.table.positions[row]), label: rows.rules.stepNames[Int(step)], spans: spans)
    }

    final func evidence(_ row: Int, _ label: EvidenceLabel, _ spans: [Span]) -> Evidence {
        Evidence(message: Int(rows.table.positions[row]), label: label.name, spans: spans)
    }
}

/// Judges messages one by one: final at once, but for the last positions.
final class MessageTrack: SessionTrack {
    private let message: MessageNode
    private let keepsScope: Bool
    /// Rows of the population at their position; only where somebody asks.
    private var scopeRows: [Int] = []
    private var counted = 0
    private var isUnknown = false
    private var repeats: SessionRepeats?
    /// Nothing matches, since it rests on times that are not known.
    private var isMute = false
    private var isAtEnd: Bool { MessageTrack.isAtEnd(message.position) }

    init(_ run: SessionRun, _ message: MessageNode, keepsScope: Bool) {
        self.message = message
        let isAtEnd = MessageTrack.isAtEnd(message.position)
        self.keepsScope = keepsScope || isAtEnd
        super.init(run, isImmediate: !isAtEnd, isOrdered: !isAtEnd)
        switch message.position {
        case .firstMessages: if unit.startIsCut { unknowns = .cutOff }
        case .firstMilliseconds:
            if !rows.hasTimes { unknowns = .noTimes } else if unit.startIsCut { unknowns = .cutOff }
        case .lastMilliseconds: if !rows.hasTimes { unknowns = .noTimes }
        case .lastMessages, nil: break
        }
        if unknowns.isEmpty, message.moment >= 0, !rows.hasTimes {
            isMute = true
            unknowns = .noTimes
            return
        }
        isUnknown = !unknowns.isEmpty
        guard message.repeats >= 0, !isUnknown else { return }
        let test = rows.rules.repeats[Int(message.repeats)]
        isMute = test.needsTimes && !rows.hasTimes
        if isMute { unknowns = .noTimes } else { repeats = SessionRepeats(test) }
    }

    private static func isAtEnd(_ position: Position?) -> Bool {
        switch position {
        case .lastMessages, .lastMilliseconds: true
        default: false
        }
    }

    override func observe(_ row: Int) {
        repeats?.observe(row, in: unit)
        guard !isUnknown, unit.isMember(row), rows.isIn(message.population, row) else { return }
        switch message.position {
        case .firstMessages(let n):
            guard counted < n else { return }
            counted += 1
        case .firstMilliseconds(let span):
            guard unit.time(row) - unit.time(unit.start) <= span else { return }
        default: break
        }
        if keepsScope { scopeRows.append(row) }
        if !isAtEnd, holds(row) { emit(row) }
    }

    private func holds(_ row: Int) -> Bool {
        guard !isMute, message.text.map({ rows.holds($0, at: row) }) ?? true, isSent(row), hasStrangersPhone(row)
        else { return false }
        guard repeats != nil else { return true }
        let isRepeated = repeats?.holds(row, in: unit) ?? false
        if repeats?.isSpent == true { unknowns.insert(.limit) }
        return isRepeated
    }

    private func hasStrangersPhone(_ row: Int) -> Bool {
        guard message.hasStrangersPhone else { return true }
        let rows = rows
        let phones = KnownPhones(of: rows.row, in: rows.table, rows.rules.table)
        let truth = phones.truth(of: rows.table.texts[row], rows.rules.table) {
            (0..<row).lazy.filter { rows.table.speakers[$0] == Speaker.buyer.rawValue && rows.hasContent($0) }
                .map { rows.table.texts[$0] }
        }
        if case .unknown(let reasons) = truth { unknowns.formUnion(reasons) }
        return truth == .isTrue
    }

    private func isSent(_ row: Int) -> Bool {
        guard message.moment >= 0 else { return true }
        let moment = rows.rules.moments[Int(message.moment)]
        return moment.holds(at: Instant(milliseconds: rows.table.times[row]), policy: rows.rules.policy)
    }

    override func isSettled(_ anchor: Int) -> Bool { !isAtEnd }

    /// All of the first messages have come, and none matched.
    override var isRefuted: Bool {
        guard case .firstMessages(let n) = message.position else { return false }
        return counted >= n && found.isEmpty && unknowns.isEmpty
    }

    override func close() {
        guard isAtEnd, !isUnknown else { return }
        if unit.isCutOff {
            unknowns = .cutOff
            isUnknown = true
            return
        }
        switch message.position {
        case .lastMessages(let n): scopeRows = Array(scopeRows.suffix(n))
        case .lastMilliseconds(let span):
            let limit = unit.lastMember < 0 ? 0 : unit.time(unit.lastMember)
            scopeRows.removeAll { limit - unit.time($0) > span }
        default: break
        }
        settle(scopeRows.filter { holds($0) })
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        guard anchor >= 0 else { return }
        evidence.append(self.evidence(anchor, .match, spans(anchor)))
        if let latest = repeats?.latest(repeatedBy: anchor, in: unit), latest >= 0 {
            evidence.append(self.evidence(latest, .earlier, []))
        }
    }

    override func spans(_ row: Int) -> [Span] {
        guard let text = message.text else { return [] }
        return Span.union(rows.spans(text, at: row, unit.breaker) ?? [])
    }

    override func scope() -> [Int]? { isUnknown ? nil : scopeRows }

    override func addExposures(to exposures: inout SessionExposures) {
        exposures.add(message.population, in: unit)
    }
}

/// At least, at most, a share or every one of another condition's matches.
final class CountTrack: SessionTrack {
    private let of: SessionTrack
    private let bound: Count.Bound

    init(_ run: SessionRun, of: SessionTrack, _ bound: Count.Bound) {
        self.of = of
        self.bound = bound
        var isAtLeast = false
        if case .atLeast(let n) = bound, n > 0 { isAtLeast = true }
        super.init(run, isImmediate: isAtLeast && of.isImmediate, isOrdered: isAtLeast && of.isOrdered)
    }

    override var knownUnknowns: UnknownReasons { unknowns.union(of.knownUnknowns) }

    override var isRefuted: Bool {
        if case .atMost(let allowed) = bound { return of.found.count > allowed }
        return false
    }

    override func combine() {
        guard isOrdered, case .atLeast(let wanted) = bound, found.isEmpty, of.found.count >= wanted
        else { return }
        emit(of.found[wanted - 1])
    }

    override func isSettled(_ anchor: Int) -> Bool { isImmediate || isOrdered && !found.isEmpty }

    override func close() {
        let count = of.found.count + (of.matchesWhole ? 1 : 0)
        var open = of.unknowns
        if unit.isCutOff || unit.startIsCut { open.insert(.cutOff) }
        switch bound {
        case .atLeast(let wanted):
            guard count >= wanted else {
                unknowns = open
                return settle([])
            }
            unknowns = of.unknowns
            // ∅ comes before all messages.
            let left = wanted - (of.matchesWhole ? 1 : 0)
            if left <= 0 {
                matchesWhole = true
                settle([])
            } else {
                settle([of.found[left - 1]])
            }
        case .atMost(let allowed):
            if count > allowed { return }
            if open.isEmpty { matchesWhole = true } else { unknowns = open }
        case .share(let percent):
            guard open.isEmpty, let population = of.scope() else { return unknowns = open }
            let matching = population.count { of.contains($0) }
            matchesWhole = !population.isEmpty && matching * 100 >= percent * population.count
        case .every:
            guard let population = of.scope() else { return unknowns = open }
            let isBroken = population.contains { !of.contains($0) }
            if isBroken, of.unknowns.isEmpty { return }
            if open.isEmpty { matchesWhole = !population.isEmpty } else { unknowns = open }
        }
    }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) { of.charge(anchor) }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        for row in of.found.prefix(20) {
            evidence.append(self.evidence(row, .match, of.spans(row)))
            if row == anchor { break }
        }
    }

    override func spans(_ row: Int) -> [Span] { of.spans(row) }
    override func scope() -> [Int]? { of.scope() }

    override func addExposures(to exposures: inout SessionExposures) {
        switch bound {
        case .atLeast: of.addExposures(to: &exposures)
        case .atMost: exposures.add(unit.ownerOfWhole, -1)
        case .share, .every:
            if let scope = of.scope(), !scope.isEmpty { exposures.add(unit.ownerOfWhole, -1) }
        }
    }
}
