import ConversationModel
import RuleLanguage

/// Obligations from their trigger to their fate.
///
/// Where trigger, answer and excuse are immediate, each is decided at its answer, its deadline or
/// its last message; otherwise (and for the trigger `last`) the rows are walked once more at the end.
final class ExpectationTrack: SessionTrack {
    private struct Open {
        let trigger: Int
        var deadline: Int64?
        /// What the trigger gives.
        let limit: PromisedLimit?
        var excusesLeft: Int
        /// Counted messages up to the trigger.
        let countedBefore: Int
        /// Answers before this instant neither meet it nor end the run.
        let earliest: Int64
        var isDecided = false
    }

    let plan: ExpectationTiming
    let after: SessionTrack
    private let expect: SessionTrack
    private let excuse: SessionTrack?
    /// What `within.messages` counts.
    private let counted: [PopulationTest]
    private let isTimely: Bool
    /// Decided, in the order of decision; of the trigger after `close`.
    private(set) var obligations: [Obligation] = []
    /// Per anchor the first obligation whose match it is.
    private var byAnchor: [Int: Int] = [:]
    /// In the order of triggers; those before `head` are decided.
    private var open: [Open] = []
    private var head = 0
    private var countedSoFar = 0
    private var triggersSeen = 0
    /// The trigger of the run that no answer has ended.
    private var runTrigger = -1
    /// What is unknown whether or not anything triggers it.
    private var isInert = false
    private var steps = 0

    init(
        _ run: SessionRun, _ node: Fixed<ExpectationNode>, after: SessionTrack, expect: SessionTrack,
        excuse: SessionTrack?, counted: [PopulationTest]
    ) {
        plan = node.timing
        self.after = after
        self.expect = expect
        self.excuse = excuse
        self.counted = plan.messages == nil ? [] : counted
        isTimely =
            after.isImmediate && expect.isImmediate && excuse?.isImmediate ?? true
            && plan.trigger != .last
        super.init(
            run, isImmediate: isTimely && plan.report == .met,
            isOrdered: isTimely && (plan.report == .met || plan.trigger != .each || excuse == nil && plan.promise < 0))
        let needsTimes = plan.hasTime || plan.earliest > 0 || plan.onlyInsideHours
        if needsTimes, !rows.hasTimes { unknowns.insert(.noTimes) }
        switch plan.trigger {
        case .first, .nth: if unit.startIsCut { unknowns.insert(.cutOff) }
        default: break
        }
        isInert = !unknowns.isEmpty
    }

    override var knownUnknowns: UnknownReasons { unknowns.union(after.knownUnknowns) }

    // MARK: Rows

    override func observe(_ row: Int) {
        guard isTimely, !isInert else { return }
        step(
            row, isTrigger: !after.fresh.isEmpty, isAnswer: !expect.fresh.isEmpty,
            isExcuse: !(excuse?.fresh.isEmpty ?? true))
    }

    private func step(_ row: Int, isTrigger: Bool, isAnswer: Bool, isExcuse: Bool) {
        let isCounted = counted.contains { rows.isIn($0, row) } && unit.isMember(row)
        if isCounted { countedSoFar += 1 }
        if isAnswer { meet(row) }
        if isCounted { exhaust(row) }
        if plan.onTransfer == .restart, !unit.isStay, rows.isTransfer(row), plan.hasTime {
            moveDeadlines(row, isExcuse: false)
        }
        if isExcuse, rows.isHuman(row), plan.hasTime { moveDeadlines(row, isExcuse: true) }
        if isAnswer, runTrigger >= 0, !isEarly(row, after: runTrigger) { runTrigger = -1 }
        guard isTrigger, opens(row) else { return }
        triggersSeen += 1
        switch plan.trigger {
        case .each, .last: begin(row)
        case .first: if triggersSeen == 1 { begin(row) }
        case .nth(let n): if triggersSeen == n { begin(row) }
        case .run:
            if runTrigger < 0 {
                runTrigger = row
                begin(row)
            }
        }
    }

    private func opens(_ row: Int) -> Bool {
        if plan.onlyInsideHours, !rows.rules.policy.isOpen(at: Instant(milliseconds: unit.time(row))) { return false }
        return plan.promise < 0 || limit(of: row) != nil
    }

    private func limit(of trigger: Int) -> PromisedLimit? {
        guard plan.promise >= 0 else { return plan.time.map { .span($0) } }
        return rows.rules.promises[Int(plan.promise)].limit(
            in: rows.table.texts[trigger], at: unit.time(trigger), policy: rows.rules.policy, rows.rules.table)
    }

    private func later(_ limit: PromisedLimit, than row: Int) -> Int64 {
        switch limit {
        case .span(let span): later(span, than: row)
        case .moment(let instant): instant
        }
    }

    private func later(_ span: Int64, than row: Int) -> Int64 {
        let start = Instant(milliseconds: unit.time(row))
        switch plan.clock {
        case .wall: return start.advanced(by: span).milliseconds
        case .business: return rows.rules.policy.addingOpenTime(span, to: start).milliseconds
        }
    }

    private func isEarly(_ row: Int, after trigger: Int) -> Bool {
        plan.earliest > 0 && unit.time(row) < later(plan.earliest, than: trigger)
    }

    private func begin(_ row: Int) {
        let limit = limit(of: row)
        let deadline = limit.map { later($0, than: row) }
        open.append(
            Open(
                trigger: row, deadline: deadline, limit: limit, excusesLeft: plan.excuseTimes,
                countedBefore: countedSoFar,
                earliest: plan.earliest > 0 ? later(plan.earliest, than: row) : .min))
        schedule(deadline, row)
    }

    private func schedule(_ deadline: Int64?, _ trigger: Int) {
        if isTimely, let deadline { run.schedule(deadline, anchor: trigger, track: number) }
    }

    /// Drops decided ones from the front and gives the place of the first open one.
    private func firstOpen() -> Int? {
        while head < open.count, open[head].isDecided { head += 1 }
        return head < open.count ? head : nil
    }

    /// An answer meets all open obligations for which it is not too early: the older ones.
    private func meet(_ row: Int) {
        while let place = firstOpen() {
            let time = rows.hasTimes ? unit.time(row) : .max
            if open[place].earliest > time { return }
            decide(place, .met, answer: row, owner: unit.owner(of: row), at: MessageTable.noTime)
        }
    }

    /// The K-th counted message ends those it is the K-th for: the oldest.
    private func exhaust(_ row: Int) {
        guard let allowed = plan.messages else { return }
        while let place = firstOpen(), countedSoFar - open[place].countedBefore >= allowed {
            let at = rows.hasTimes ? unit.time(row) : MessageTable.noTime
            decide(place, .missed, owner: unit.debtor(before: row), at: at, isExhausted: true)
        }
    }

    private func moveDeadlines(_ row: Int, isExcuse: Bool) {
        guard firstOpen() != nil else { return }
        let extended = isExcuse ? plan.excuseExtend.map { later($0, than: row) } : nil
        for place in head..<open.count where !open[place].isDecided {
            if isExcuse {
                guard open[place].excusesLeft > 0 else { continue }
                open[place].excusesLeft -= 1
            }
            guard let deadline = extended ?? open[place].limit.map({ later($0, than: row) }) else { continue }
            open[place].deadline = deadline
            schedule(deadline, open[place].trigger)
        }
        steps += open.count - head
        if steps > Evaluator.stepLimit { giveUp() }
    }

    /// Too much work for one conversation: what is open or to come stays unknown.
    private func giveUp() {
        isInert = true
        unknowns.insert(.limit)
        head = open.count
    }

    // MARK: Fates

    /// Why an obligation that is not met is unknown.
    private var answerUnknowns: UnknownReasons { expect.reasons.union(excuse?.reasons ?? []) }

    private func decide(
        _ place: Int, _ fate: Obligation.Fate, answer: Int = -1, owner: Int32, at instant: Int64,
        unknowns reasons: UnknownReasons = [], isUnanswered: Bool = false, isExhausted: Bool = false
    ) {
        open[place].isDecided = true
        var obligation = Obligation(
            node: number, trigger: open[place].trigger, answer: answer, fate: fate, owner: owner,
            at: instant, isUnanswered: isUnanswered, isExhausted: isExhausted, unknowns: reasons)
        if fate == .missed || fate == .void, !answerUnknowns.isEmpty {
            obligation.fate = .unknown
            obligation.unknowns = answerUnknowns
        }
        obligations.append(obligation)
        unknowns.formUnion(obligation.unknowns)
        let anchor: Int
        switch (obligation.fate, plan.report) {
        case (.met, .met): anchor = answer
        case (.missed, .missed): anchor = obligation.trigger
        default: anchor = -1
        }
        if anchor >= 0 {
            if byAnchor[anchor] == nil { byAnchor[anchor] = obligations.count - 1 }
            if !contains(anchor) { emit(anchor) }
        }
        if obligation.fate == .missed { run.missed(obligation, track: number) }
    }

    /// The place of the open obligation of a trigger. O(log n).
    private func place(of trigger: Int) -> Int? {
        let place = open[head...].partitioningIndex { $0.trigger >= trigger }
        guard place < open.count, open[place].trigger == trigger, !open[place].isDecided else { return nil }
        return place
    }

    override func awaits(_ anchor: Int, at instant: Int64) -> Bool {
        place(of: anchor).map { open[$0].deadline == instant } ?? false
    }

    override func fire(_ anchor: Int, seen: Int) {
        guard let place = place(of: anchor), let deadline = open[place].deadline else { return }
        decide(place, .missed, owner: unit.debtor(before: seen), at: deadline)
    }

    override func isSettled(_ anchor: Int) -> Bool {
        isImmediate || isTimely && after.isSettled(anchor) && place(of: anchor) == nil
    }

    // MARK: End

    override func close() {
        unknowns.formUnion(after.unknowns)
        if plan.trigger == .last, unit.isCutOff { unknowns.insert(.cutOff) }
        if plan.trigger == .last, unit.isCutOff { isInert = true }
        if !isTimely, !isInert { walk() }
        if !isInert { decideOpen() }
        obligations.sort { $0.trigger < $1.trigger }
        byAnchor.removeAll()
        for (index, obligation) in obligations.enumerated() {
            // A cut end can make an answer unknown that was missed before.
            if obligation.fate == .missed, !answerUnknowns.isEmpty {
                obligations[index].fate = .unknown
                unknowns.formUnion(answerUnknowns)
                continue
            }
            switch (obligation.fate, plan.report) {
            case (.met, .met) where byAnchor[obligation.answer] == nil: byAnchor[obligation.answer] = index
            case (.missed, .missed): byAnchor[obligation.trigger] = index
            default: break
            }
        }
        settle(byAnchor.keys.sorted())
    }

    /// Takes all rows at once, with children whose values are known now.
    private func walk() {
        var last = -1
        if plan.trigger == .last {
            last = after.found.last { opens($0) } ?? unit.rowCount
        }
        for row in unit.firstRow..<unit.rowCount {
            if rows.hasTimes, plan.hasTime {
                for place in head..<open.count where !open[place].isDecided {
                    guard let deadline = open[place].deadline, deadline < unit.time(row) else { continue }
                    decide(place, .missed, owner: unit.debtor(before: row), at: deadline)
                }
                _ = firstOpen()
                steps += open.count - head
                if steps > Evaluator.stepLimit { giveUp() }
            }
            if isInert { return }
            step(
                row, isTrigger: row >= last && after.contains(row), isAnswer: expect.contains(row),
                isExcuse: excuse?.contains(row) ?? false)
        }
    }

    private func decideOpen() {
        let end = unit.endInstant
        let debtor = unit.debtor(before: unit.rowCount)
        for place in head..<open.count where !open[place].isDecided {
            let deadline = end == MessageTable.noTime ? nil : open[place].deadline
            switch unit.end {
            case .handedOver:
                if let deadline, deadline < end {
                    decide(place, .missed, owner: debtor, at: deadline)
                } else {
                    decide(place, .void, owner: debtor, at: end)
                }
            case .cutOff:
                if let deadline, deadline < end {
                    decide(place, .missed, owner: debtor, at: deadline)
                } else {
                    let known = answerUnknowns
                    decide(
                        place, .unknown, owner: debtor, at: end, unknowns: known.isEmpty ? .cutOff : known)
                }
            case .closed(let bySilence):
                let isVoid =
                    switch plan.atClose {
                    case .missed: false
                    case .void: true
                    case nil: plan.hasTime && bySilence
                    }
                if let deadline, deadline <= end {
                    decide(place, .missed, owner: debtor, at: deadline)
                } else {
                    decide(
                        place, isVoid ? .void : .missed, owner: debtor, at: end, isUnanswered: !isVoid)
                }
            }
        }
    }

    // MARK: Evidence

    private func obligation(_ anchor: Int) -> Obligation? { byAnchor[anchor].map { obligations[$0] } }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) {
        guard let obligation = obligation(anchor) else { return super.charge(anchor) }
        return (obligation.owner, gap(of: obligation))
    }

    /// How long an obligation waited, as it is counted; -1 where time decided nothing.
    func gap(of obligation: Obligation) -> Int64 {
        rows.hasTimes ? obligation.gap(unit.time, plan) : -1
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        guard let obligation = obligation(anchor) else { return }
        evidence.append(triggerEvidence(obligation))
        if obligation.fate == .met {
            evidence.append(self.evidence(obligation.answer, .answer, expect.spans(obligation.answer)))
        }
    }

    func triggerEvidence(_ obligation: Obligation) -> Evidence {
        evidence(obligation.trigger, .trigger, after.spans(obligation.trigger))
    }

    override func spans(_ row: Int) -> [Span] { plan.report == .met ? expect.spans(row) : after.spans(row) }
    override func scope() -> [Int]? { expect.scope() }

    override func addExposures(to exposures: inout SessionExposures) {
        for obligation in obligations {
            switch obligation.fate {
            case .met: exposures.add(obligation.owner, obligation.answer)
            case .missed: exposures.addMissed(obligation.owner, obligation.trigger)
            default: break
            }
        }
    }
}
