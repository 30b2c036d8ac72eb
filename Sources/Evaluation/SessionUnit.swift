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
    /// The rules that rows concerned so far, and their runs, ascending.
    private var numbers: [Int32] = []
    private var runs: [SessionRun] = []
    /// Rules that are judged at the end only and sleep no longer, ascending.
    private var woken: [Int32] = []
    /// No rule may sleep: where something may be unknown it would read clean.
    private var isWide: Bool { startIsCut || !rows.hasTimes }
    private var exposures: [(source: ExposureSource, list: SessionExposures)] = []
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
    }

    var isStay: Bool { agent != OwnerNumber.none }
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
        let plan = rows.plan
        plan.find(fresh, rows, isOfStays: isStay)
        for place in plan.found.indices {
            let number = plan.found[place] >> 1
            if let run = run(of: number) {
                for row in fresh { run.observe(row) }
                run.moveDeadlines(to: &queue)
                continue
            }
            // A rule sleeps until a leaf that it needs holds somewhere; then the rows are replayed into it.
            let isWoken = plan.found[place] & 1 == 1
            guard isWoken || isAwake(number) else { continue }
            if plan.isLate(Int(number)) {
                if !woken.hasSorted(number) { woken.insert(number, at: woken.firstPlace(notBefore: number)) }
            } else {
                wake(number, &queue)
            }
        }
    }

    private func run(of number: Int32) -> SessionRun? {
        let place = numbers.firstPlace(notBefore: number)
        return place < numbers.count && numbers[place] == number ? runs[place] : nil
    }

    private var sleep: SessionPlan.Sleep { rows.plan.sleep(tellsOutcomes: rows.tellsOutcomes) }

    private func isAwake(_ number: Int32) -> Bool {
        isWide || !sleep.sleeps[Int(number)] || woken.hasSorted(number)
    }

    private func wake(_ number: Int32, _ queue: inout SessionDeadlines) {
        let run = SessionRun(Int(number), self)
        let place = numbers.firstPlace(notBefore: number)
        numbers.insert(number, at: place)
        runs.insert(run, at: place)
        var own = SessionDeadlines()
        replay(into: run, &own)
        queue.insert(own)
    }

    /// Shows a run the rows so far, with its own deadlines between them.
    private func replay(into run: SessionRun, _ own: inout SessionDeadlines) {
        let plan = rows.plan
        for row in firstRow..<rowCount {
            if rows.hasTimes { fire(&own, before: time(row), seen: row) }
            guard plan.concerns(run.number, row, rows) else { continue }
            run.observe(row)
            run.moveDeadlines(to: &own)
        }
    }

    private func fire(_ own: inout SessionDeadlines, before instant: Int64, inclusive: Bool = false, seen: Int) {
        while let deadline = own.next(before: instant, inclusive: inclusive) {
            deadline.run.fire(deadline, seen: seen)
            deadline.run.moveDeadlines(to: &own)
        }
    }

    func emit(_ event: SessionEvent) { changes.append(event) }

    /// Hands out what was emitted since the last call.
    func takeChanges() -> [SessionEvent] {
        guard !changes.isEmpty else { return [] }
        defer { changes = [] }
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
            for number in rows.plan.rules(isOfStays: isStay) where run(of: number) == nil { wake(number, &queue) }
            fire(&queue, before: instant, seen: rowCount)
        }
        for number in rulesToClose {
            if let run = run(of: number) ?? runAtEnd(number) {
                if let outcome = run.close() { outcomes.append(outcome) }
            } else if rows.tellsOutcomes {
                // Asleep: clean or not applicable by the exposures of its class.
                let known = exposures(of: rows.rules.rules[Int(number)].exposures)
                outcomes.append(outcome(Int(number), known.list.isEmpty ? .notApplicable : .clean, [], known))
            }
        }
        numbers = []
        runs = []
        woken = []
        exposures = []
    }

    /// The rules that may find something at the end, or are to be told of; ascending.
    private var rulesToClose: [Int32] {
        guard !isWide, !rows.tellsOutcomes else { return rows.plan.rules(isOfStays: isStay) }
        let closers = sleep.closers[isStay ? 1 : 0]
        if numbers.isEmpty, woken.isEmpty { return closers }
        return Set(closers).union(numbers).union(woken).sorted()
    }

    /// A run of a rule that nothing concerned before the end, which is now; nil where it sleeps.
    private func runAtEnd(_ number: Int32) -> SessionRun? {
        let isCloser = !rows.tellsOutcomes && sleep.closers[isStay ? 1 : 0].hasSorted(number)
        guard isCloser || isAwake(number) else { return nil }
        let run = SessionRun(Int(number), self)
        var own = SessionDeadlines()
        replay(into: run, &own)
        var isClosed = false
        if case .closed = end { isClosed = true }
        fire(&own, before: endInstant, inclusive: isClosed, seen: rowCount)
        return run
    }

    /// Who could have been charged as far as the form of rules goes, once for all rules of the unit; at its end.
    func exposures(of source: ExposureSource) -> SessionExposures {
        if let known = exposures.first(where: { $0.source == source }) { return known.list }
        var list = SessionExposures()
        list.add(source, in: self)
        exposures.append((source, list))
        return list
    }

    /// Gives the unit up: nothing was judged.
    func skip() {
        guard rows.tellsOutcomes else { return }
        for number in rows.plan.rules(isOfStays: isStay) {
            outcomes.append(outcome(Int(number), .notEvaluated, .limit, SessionExposures()))
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
