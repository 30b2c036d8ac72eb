import ConversationModel
import RuleLanguage

/// One duty that a trigger opened, and what became of it.
struct OracleObligation {
    enum Fate: Hashable {
        /// The row of the answer.
        case met(Int)
        /// Whom it is charged to.
        case missed(Owner)
        case void
        case unknown(Set<String>)
    }

    var trigger: Int
    var triggerSpans: [Span]
    var fate: Fate
}

extension OracleJudge {
    /// Matches of an expectation: "Met: anchor is B. Missed: anchor is the trigger that opened it."
    func value(of expectation: Expectation) -> OracleValue {
        let window = Window(expectation, self)
        var result = OracleValue(unknowns: window.unknowns)
        for obligation in obligations(of: expectation) {
            switch obligation.fate {
            case .met(let row) where expectation.report == .met:
                if !result.matches.contains(where: { $0.anchor == row }) {
                    let spans = window.answers.first { $0.anchor == row }?.spans ?? []
                    result.matches.append(
                        OracleMatch(anchor: row, owner: unit.owner(of: row), spans: spans))
                }
            case .missed(let debtor) where expectation.report == .missed:
                result.matches.append(
                    OracleMatch(
                        anchor: obligation.trigger, owner: debtor, spans: obligation.triggerSpans))
            case .unknown(let reasons): result.unknowns.formUnion(reasons)
            case .met, .missed, .void: break
            }
        }
        result.matches.sort { ($0.anchor ?? -1) < ($1.anchor ?? -1) }
        return result
    }

    /// Every obligation of the unit, by its trigger.
    func obligations(of expectation: Expectation) -> [OracleObligation] {
        let window = Window(expectation, self)
        guard window.isKnown else { return [] }
        return window.openers.map { opener in
            OracleObligation(
                trigger: opener.row, triggerSpans: opener.spans, fate: window.fate(of: opener.row))
        }
    }
}

/// §3's definition of met and missed, for one expectation on one unit.
private struct Window {
    let expectation: Expectation
    let unit: OracleUnit
    let triggers: [(row: Int, spans: [Span])]
    let answers: [OracleMatch]
    let answerUnknowns: Set<String>
    let excuses: [Int]
    let counted: [Int]
    let unknowns: Set<String>
    let isKnown: Bool
    let hours: OracleHours

    init(_ expectation: Expectation, _ judge: OracleJudge) {
        let unit = judge.unit
        self.expectation = expectation
        self.unit = unit
        let hours = OracleHours(policy: unit.record.policy)
        self.hours = hours
        let after = judge.value(of: expectation.after)
        let expect = judge.value(of: expectation.expect)
        let excuse = expectation.excuse.map { judge.value(of: $0.condition) } ?? OracleValue()

        // "Unknown when T is given and times are not"; so are a T_min and hours.
        let needsTimes =
            expectation.time != nil || expectation.promise != nil || expectation.earliest > 0
            || expectation.onlyInsideHours
        var reasons = after.unknowns
        var isKnown = true
        if needsTimes, !unit.hasTimes {
            isKnown = false
            reasons.insert("no-times")
        }
        // Which one is the first, the N-th or the last is unknown where that end is missing.
        switch expectation.trigger {
        case .first, .nth:
            if unit.startIsCut {
                isKnown = false
                reasons.insert("cut-off")
            }
        case .last:
            if unit.end.isCutOff {
                isKnown = false
                reasons.insert("cut-off")
            }
        case .run, .each: break
        }
        self.isKnown = isKnown
        unknowns = reasons

        // "`only: inside-hours` leaves such triggers out".
        triggers = after.matches.compactMap { match in
            guard let row = match.anchor else { return nil }
            let isOutside =
                isKnown && expectation.onlyInsideHours
                && !hours.isOpen(at: unit.time(row))
            // "T may be `promised`: the duration entity in the trigger, none: no obligation".
            if let promise = expectation.promise,
                promise.limit(in: unit.record.folded[row], at: unit.time(row), unit.record.policy) == nil
            {
                return nil
            }
            return isOutside ? nil : (row, match.spans)
        }
        answers = expect.matches.filter { $0.anchor != nil }
        answerUnknowns = expect.unknowns.union(excuse.unknowns)
        // "each E of the debtor": an agent who types is the debtor from that message on.
        excuses = excuse.matches.compactMap(\.anchor).filter { unit.record.isHuman($0) }
        counted = judge.population(of: expectation.expect, positioned: false) ?? []
    }

    /// The triggers that own an obligation.
    var openers: [(row: Int, spans: [Span])] {
        switch expectation.trigger {
        case .each: return triggers
        case .first: return Array(triggers.prefix(1))
        case .last: return Array(triggers.suffix(1))
        case .nth(let n): return triggers.indices.contains(n - 1) ? [triggers[n - 1]] : []
        case .run:
            // "the first A opens one obligation, further A join it until the first B; the next A
            // opens the next". A message that is both ends the run first and then opens one.
            var openers: [(row: Int, spans: [Span])] = []
            for trigger in triggers {
                let isJoined =
                    openers.last.map { opener in
                        !answers.contains { answer in
                            guard let row = answer.anchor else { return false }
                            return opener.row < row && row <= trigger.row
                                && !isEarly(row, after: opener.row)
                        }
                    } ?? false
                if !isJoined { openers.append(trigger) }
            }
            return openers
        }
    }

    /// "T_min default 0; an earlier B neither meets nor ends the run".
    func isEarly(_ row: Int, after trigger: Int) -> Bool {
        guard expectation.earliest > 0 else { return false }
        let least = hours.instant(
            after: expectation.earliest, since: unit.time(trigger), clock: expectation.clock)
        return least.map { unit.time(row) < $0 } ?? true
    }

    /// T, written or promised.
    private func limit(of trigger: Int) -> OracleLimit? {
        guard let promise = expectation.promise else { return expectation.time.map { .span($0) } }
        return promise.limit(in: unit.record.folded[trigger], at: unit.time(trigger), unit.record.policy)
    }

    private var hasLimit: Bool { expectation.time != nil || expectation.promise != nil }

    /// The deadline as it stands when only rows before `row` have been seen; nil is never.
    func deadline(of trigger: Int, before row: Int = .max) -> Int64? {
        guard let time = limit(of: trigger) else { return nil }
        func later(_ limit: OracleLimit, than row: Int) -> Int64? {
            switch limit {
            case .span(let span): hours.instant(after: span, since: unit.time(row), clock: expectation.clock)
            // A moment stays where it is.
            case .moment(let instant): instant
            }
        }
        var deadline = later(time, than: trigger)
        var used = 0
        for seen in unit.part.rows where seen > trigger && seen < row {
            if let deadline, unit.time(seen) > deadline { break }
            // "`onTransfer: restart` resets it", in unit `conversation`.
            if unit.stay == nil, expectation.onTransfer == .restart, unit.record.isHandOver(seen) {
                deadline = later(time, than: seen)
            }
            // "moves the deadline to t_E + T (or + `extend`), at most `times`".
            if let excuse = expectation.excuse, excuses.contains(seen), used < excuse.times {
                used += 1
                deadline = later(excuse.extend.map { .span($0) } ?? time, than: seen)
            }
        }
        return deadline
    }

    /// "at most K messages of B's population lie in (i, j]".
    func countedRows(after trigger: Int, through row: Int) -> Int {
        counted.count { $0 > trigger && $0 <= row }
    }

    func fate(of trigger: Int) -> OracleObligation.Fate {
        // "B at j > i is met iff t_i + T_min ≤ t_j ≤ t_i + T and at most K messages …".
        let met = answers.compactMap(\.anchor).first { row in
            guard row > trigger, !isEarly(row, after: trigger) else { return false }
            if hasLimit, let due = deadline(of: trigger, before: row),
                unit.time(row) > due
            {
                return false
            }
            return countedRows(after: trigger, through: row) <= expectation.messages ?? .max
        }
        if let met { return .met(met) }
        // What the answers are is not known: neither is that there was none.
        guard answerUnknowns.isEmpty else { return .unknown(answerUnknowns) }

        // "Missed is known … when the K-th message is no B", if that comes before the deadline.
        if let limit = expectation.messages,
            let last = counted.filter({ $0 > trigger }).dropFirst(limit - 1).first
        {
            let due = deadline(of: trigger, before: last)
            if !hasLimit || due.map({ unit.time(last) <= $0 }) ?? true {
                return .missed(unit.debtor(before: last))
            }
        }
        let due = deadline(of: trigger)
        switch unit.end {
        case .handedOver(let at):
            // "In unit `stay` it makes the giver's open obligations void": open still at the
            // hand-over itself, as "advance(to: x) fires every deadline d < x" (§7).
            if let due, let at, due < at { return .missed(unit.debtor(at: due)) }
            return .void
        case .cutOff(let seen):
            // "an obligation whose deadline lies beyond" what was seen.
            if let due, let seen, due < seen { return .missed(unit.debtor(at: due)) }
            return .unknown(["cut-off"])
        case .closed(let at, let bySilence):
            // "close(at: c) fires d ≤ c and decides the rest" (§7).
            if let due, let at, due <= at { return .missed(unit.debtor(at: due)) }
            switch expectation.atClose {
            case .missed: return .missed(unit.lastDebtor)
            case .void: return .void
            // "default `missed`, but `void` where T is given and ends later than a C that came by
            // silence".
            case nil:
                return hasLimit && bySilence ? .void : .missed(unit.lastDebtor)
            }
        }
    }
}
