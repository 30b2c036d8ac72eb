import ChineseText
import ConversationModel
import RuleLanguage

/// A conversation, or one agent's stay in it, while it goes on.
final class SessionUnit {
    let rows: SessionRows
    let breaker: WordBreaker
    /// Id with the part.
    let conversation: String
    /// `OwnerNumber.none` where the unit is the conversation.
    let agent: Int32
    /// The row that started it.
    let start: Int
    /// No row before this one belongs to it.
    let firstRow: Int
    let startIsCut: Bool
    /// Earlier times count as this one.
    private let leastTime: Int64
    private(set) var rowCount: Int
    private(set) var lastMember = -1
    private var lastHuman = -1
    private(set) var end = UnitScope.End.cutOff
    private(set) var endInstant = MessageTable.noTime
    /// Limits that were reached.
    private(set) var limits: UnknownReasons = []
    /// By number of the rule; nil while it sleeps.
    private var runs: [SessionRun?]
    private var order: [SessionRun] = []
    private var wasFed = false
    private(set) var changes: [SessionEvent] = []
    private(set) var outcomes: [SessionOutcome] = []

    /// The conversation as a unit.
    init(conversation: String, _ rows: SessionRows, _ breaker: WordBreaker, startIsCut: Bool) {
        self.conversation = conversation
        self.rows = rows
        self.breaker = breaker
        self.startIsCut = startIsCut
        agent = OwnerNumber.none
        start = 0
        firstRow = 0
        leastTime = .min
        rowCount = 0
        runs = Array(repeating: nil, count: rows.rules.rules.count)
    }

    /// The stay of `agent` that `row` begins or reveals.
    init(
        of agent: Int32, at row: Int, isFirst: Bool, conversation: String, _ rows: SessionRows,
        _ breaker: WordBreaker, startIsCut: Bool
    ) {
        self.conversation = conversation
        self.rows = rows
        self.breaker = breaker
        self.agent = agent
        let isRecorded = !rows.isHuman(row)
        self.startIsCut = isFirst && !isRecorded && startIsCut
        let table = rows.table
        var start = row
        if isFirst, !isRecorded {
            // From the first message that the buyer wrote after the assistant's last.
            while start > 0, table.speakers[start - 1] != Speaker.assistant.rawValue || !rows.hasContent(start - 1) {
                start -= 1
            }
            while start < row, table.speakers[start] != Speaker.buyer.rawValue || !rows.hasContent(start) {
                start += 1
            }
        }
        self.start = start
        leastTime = rows.hasTimes ? table.times[start] : .min
        var first = start
        while first > 0, !rows.isHuman(first - 1) { first -= 1 }
        firstRow = first
        rowCount = first
        runs = Array(repeating: nil, count: rows.rules.rules.count)
    }

    var isStay: Bool { agent != OwnerNumber.none }
    var kind: UnitKind { isStay ? .stay : .conversation }
    /// The unit as identity sees it.
    var record: Judgement.Unit { Judgement.Unit(part: 0, agent: agent, start: Int32(start)) }

    var isCutOff: Bool {
        if case .cutOff = end { return true }
        return false
    }

    // MARK: Rows

    func time(_ row: Int) -> Int64 { max(rows.table.times[row], leastTime) }

    func isMember(_ row: Int) -> Bool {
        guard isStay else { return true }
        let speaker = rows.table.speakers[row]
        if speaker == Speaker.buyer.rawValue { return true }
        return row >= start && speaker == Speaker.agent.rawValue && rows.table.agents[row] == agent
    }

    func debtor(before row: Int) -> Int32 { isStay ? agent : rows.debtors[row] }

    /// Whom a match anchored at a row is charged to.
    func owner(of row: Int) -> Int32 {
        let table = rows.table
        switch table.speakers[row] {
        case Speaker.agent.rawValue:
            if table.automatic[row] { return OwnerNumber.shop }
            return table.agents[row] == OwnerNumber.none ? OwnerNumber.unassigned : table.agents[row]
        case Speaker.assistant.rawValue:
            return table.automatic[row] ? OwnerNumber.shop : OwnerNumber.assistant
        default: return debtor(before: row)
        }
    }

    /// Whom ∅ is charged to: the last human who spoke in the unit, else the debtor at its end.
    var ownerOfWhole: Int32 { lastHuman >= 0 ? owner(of: lastHuman) : debtor(before: rowCount) }

    // MARK: Events

    /// Takes the rows up to and with `last`; the deadlines of earlier rows are fired between them.
    func feed(through last: Int, _ queue: inout SessionDeadlines) {
        let fresh = rowCount...last
        for row in fresh where isMember(row) {
            lastMember = row
            if rows.isHuman(row) { lastHuman = row }
        }
        rowCount = last + 1
        let rules = rows.rules
        // A rule sleeps until a leaf that it needs holds somewhere; then the rows are replayed into it.
        var woken: [Int] = []
        if !wasFed {
            wasFed = true
            let all = startIsCut || !rows.hasTimes
            woken = all ? Array(rules.rules.indices) : rules.alwaysRules.map { Int($0) }
        }
        for row in fresh {
            for leaf in rows.texts[row].leaves {
                for rule in rules.rulesOfLeaf[Int(leaf)] where runs[Int(rule)] == nil { woken.append(Int(rule)) }
            }
        }
        for run in order {
            for row in fresh { run.observe(row) }
            run.moveDeadlines(to: &queue)
        }
        for number in woken.sorted() where runs[number] == nil { wake(number, &queue) }
    }

    private func wake(_ number: Int, _ queue: inout SessionDeadlines) {
        guard rows.rules.summaries[number].unit == kind else { return }
        let run = SessionRun(number, self)
        runs[number] = run
        let place = order.firstIndex { $0.number > number } ?? order.count
        order.insert(run, at: place)
        var own = SessionDeadlines()
        for row in firstRow..<rowCount {
            if rows.hasTimes {
                while let deadline = own.next(before: time(row)) {
                    run.fire(deadline, seen: row)
                    run.moveDeadlines(to: &own)
                }
            }
            run.observe(row)
            run.moveDeadlines(to: &own)
        }
        queue.insert(own)
    }

    func emit(_ event: SessionEvent) { changes.append(event) }

    /// Hands out what was emitted since the last call.
    func takeChanges() -> [SessionEvent] {
        defer { changes.removeAll(keepingCapacity: true) }
        return changes
    }

    // MARK: End

    /// Ends the unit: everything is decided. All deadlines that lie before the end have been fired.
    func close(_ end: UnitScope.End, at instant: Int64, limits: UnknownReasons = []) {
        self.end = end
        endInstant = instant
        self.limits = limits
        if isCutOff || !limits.isEmpty {
            // Where something may be unknown no rule may sleep: it would read clean.
            var queue = SessionDeadlines()
            for number in rows.rules.rules.indices where runs[number] == nil { wake(number, &queue) }
            while let deadline = queue.next(before: instant) {
                deadline.run.fire(deadline, seen: rowCount)
                deadline.run.moveDeadlines(to: &queue)
            }
        }
        var shared: [Int: SessionExposures] = [:]
        for number in rows.rules.rules.indices where rows.rules.summaries[number].unit == kind {
            if let run = runs[number] {
                if let outcome = run.close() { outcomes.append(outcome) }
                continue
            }
            guard rows.tellsOutcomes else { continue }
            // Asleep: clean or not applicable by the exposures of its class.
            let rule = rows.rules.rules[number]
            let known =
                shared[rule.exposureClass]
                ?? {
                    var exposures = SessionExposures()
                    exposures.add(rule.exposures, in: self)
                    return exposures
                }()
            shared[rule.exposureClass] = known
            outcomes.append(outcome(number, known.list.isEmpty ? .notApplicable : .clean, [], known))
        }
        for number in runs.indices { runs[number] = nil }
        order.removeAll()
    }

    /// Gives the unit up: nothing was judged.
    func skip() {
        guard rows.tellsOutcomes else { return }
        for number in rows.rules.rules.indices where rows.rules.summaries[number].unit == kind {
            outcomes.append(outcome(number, .notEvaluated, .limit, SessionExposures()))
        }
    }

    func outcome(
        _ rule: Int, _ outcome: Outcome, _ reasons: UnknownReasons, _ exposures: SessionExposures
    ) -> SessionOutcome {
        func owner(_ number: Int32) -> Owner { OwnerNumber.owner(number, names: rows.names) }
        func position(_ row: Int) -> Int? { row < 0 ? nil : Int(rows.table.positions[row]) }
        return SessionOutcome(
            rule: rows.rules.summaries[rule].id, conversation: conversation,
            stay: isStay ? SessionOutcome.Stay(agent: owner(agent), start: position(start) ?? 0) : nil,
            outcome: outcome, reasons: reasons,
            exposures: exposures.list.map {
                SessionOutcome.Exposure(owner: owner($0.owner), anchor: position(Int($0.anchor)))
            })
    }
}
