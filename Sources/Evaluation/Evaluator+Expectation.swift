import ConversationModel
import RuleLanguage

/// One duty, or one silence: what opened it, what ended it, whom it is charged to.
struct Obligation {
    enum Fate: UInt8 {
        case met, missed, void, unknown
        /// A silence that counts.
        case silence
    }

    var node: Int
    var trigger: Int
    /// The answer, or what ended the silence; -1.
    var answer: Int
    var fate: Fate
    var owner: Int32
    /// The instant at which it was missed, where times are known.
    var at: Int64
    /// Missed because the conversation ended, not because its time ran out.
    var isUnanswered = false
    /// Missed because the last message that could answer was none, not because its time ran out.
    var isExhausted = false
    var unknowns: UnknownReasons = []

    /// Milliseconds from the trigger to the answer or to what ended the silence, without either to the
    /// instant at which that was certain; as `timing` counts them. -1 where times decided nothing.
    func gap(_ time: (Int) -> Int64, _ timing: ExpectationTiming? = nil) -> Int64 {
        let end: Int64
        switch fate {
        case .met: end = time(answer)
        case .missed:
            if isExhausted { return -1 }
            if isUnanswered, let cap = timing?.cap { return cap }
            end = at
        case .silence: end = answer >= 0 ? time(answer) : at
        case .void, .unknown: return -1
        }
        guard end != MessageTable.noTime else { return -1 }
        let wait = end - time(trigger)
        return timing?.counted(wait) ?? wait
    }
}

/// What one expectation looks at while its obligations are decided.
private struct Window {
    let node: Fixed<ExpectationNode>
    let triggers: Mask
    /// What they promise, in their order; empty without a promise.
    let promised: (rows: [Int], limits: [PromisedLimit])
    let answers: Mask
    let excuses: Mask?
    /// What `within.messages` counts; nil without it.
    let counted: Mask?
    /// Why an obligation that is not met is unknown.
    let answerUnknowns: UnknownReasons
}

extension Evaluator {
    /// The value of an expectation; its obligations are added to `obligations`.
    func value(_ expectation: Fixed<ExpectationNode>, node: Int) -> Value {
        let plan = expectation.timing
        let after = value(expectation.after)
        var result = Value(matches: arena.empty(), unknowns: after.unknowns)

        let needsTimes = plan.hasTime || plan.earliest > 0 || plan.onlyInsideHours
        var isKnown = true
        if needsTimes, !hasTimes {
            isKnown = false
            result.unknowns.insert(.noTimes)
        }
        switch plan.trigger {
        case .first, .nth:
            if unit.startIsCut {
                isKnown = false
                result.unknowns.insert(.cutOff)
            }
        case .last:
            if unit.isCutOff {
                isKnown = false
                result.unknowns.insert(.cutOff)
            }
        case .run, .each: break
        }
        // Nothing opens a duty: what would have met it need not be looked for.
        guard isKnown, !after.matches.isEmpty else { return result }
        let expect = value(expectation.expect)
        let excuse = expectation.excuse.map { value($0) }

        let isChosen = plan.onlyInsideHours || plan.promise >= 0
        let triggers = isChosen ? arena.copy(after.matches) : after.matches
        var promised: (rows: [Int], limits: [PromisedLimit]) = ([], [])
        if isChosen {
            var i = triggers.first(from: 0)
            while i >= 0 {
                if plan.onlyInsideHours, !rules.policy.isOpen(at: Instant(milliseconds: time(i))) {
                    triggers.remove(i)
                } else if plan.promise >= 0 {
                    if let limit = promise(of: i, plan) {
                        promised.rows.append(i)
                        promised.limits.append(limit)
                    } else {
                        triggers.remove(i)
                    }
                }
                i = triggers.first(from: i + 1)
            }
        }
        let window = Window(
            node: expectation, triggers: triggers, promised: promised, answers: expect.matches,
            excuses: excuse?.matches,
            counted: plan.messages == nil ? nil : countedPopulation(expectation.expect),
            answerUnknowns: expect.unknowns.union(excuse?.unknowns ?? []))
        let first = obligations.count
        decide(window, node: node)
        for index in first..<obligations.count {
            let obligation = obligations[index]
            switch (obligation.fate, plan.report) {
            case (.met, .met): result.matches.insert(obligation.answer)
            case (.missed, .missed): result.matches.insert(obligation.trigger)
            case (.unknown, _): result.unknowns.formUnion(obligation.unknowns)
            default: break
            }
        }
        return result
    }

    /// What a trigger promises.
    private func promise(of trigger: Int, _ plan: ExpectationTiming) -> PromisedLimit? {
        rules.promises[Int(plan.promise)].limit(
            in: table.texts[base + trigger], at: time(trigger), policy: rules.policy, rules.table)
    }

    /// What a trigger gives, written or promised.
    private func limit(of trigger: Int, _ window: Window) -> PromisedLimit? {
        guard window.node.timing.promise >= 0 else { return window.node.timing.time.map { .span($0) } }
        return window.promised.limits[window.promised.rows.firstPlace(notBefore: trigger)]
    }

    /// Walks the triggers that own an obligation.
    private func decide(_ window: Window, node: Int) {
        let triggers = window.triggers
        switch window.node.timing.trigger {
        case .each:
            var i = triggers.first(from: 0)
            while i >= 0 {
                obligations.append(fate(of: i, window, node: node))
                i = triggers.first(from: i + 1)
            }
        case .first, .nth:
            var left = 1
            if case .nth(let n) = window.node.timing.trigger { left = n }
            var i = -1
            while left > 0 {
                i = triggers.first(from: i + 1)
                if i < 0 { return }
                left -= 1
            }
            obligations.append(fate(of: i, window, node: node))
        case .last:
            let i = triggers.last(upTo: count - 1)
            if i >= 0 { obligations.append(fate(of: i, window, node: node)) }
        case .run:
            var i = triggers.first(from: 0)
            while i >= 0 {
                obligations.append(fate(of: i, window, node: node))
                // The run lasts to the first answer that is not too early, be it late; a message
                // that is both answer and trigger opens the next one.
                var answer = window.answers.first(from: i + 1)
                while answer >= 0, isEarly(answer, after: i, window.node.timing) {
                    answer = window.answers.first(from: answer + 1)
                }
                i = answer < 0 ? -1 : triggers.first(from: answer)
            }
        }
    }

    private func later(_ limit: PromisedLimit, than row: Int, _ plan: ExpectationTiming) -> Int64 {
        switch limit {
        case .span(let span): later(span, than: row, plan)
        case .moment(let instant): instant
        }
    }

    private func later(_ span: Int64, than row: Int, _ plan: ExpectationTiming) -> Int64 {
        let start = Instant(milliseconds: time(row))
        switch plan.clock {
        case .wall: return start.advanced(by: span).milliseconds
        case .business: return rules.policy.addingOpenTime(span, to: start).milliseconds
        }
    }

    func isEarly(_ row: Int, after trigger: Int, _ plan: ExpectationTiming) -> Bool {
        plan.earliest > 0 && time(row) < later(plan.earliest, than: trigger, plan)
    }

    private func fate(of trigger: Int, _ window: Window, node: Int) -> Obligation {
        let plan = window.node.timing
        var result = Obligation(
            node: node, trigger: trigger, answer: -1, fate: .unknown, owner: OwnerNumber.unassigned,
            at: MessageTable.noTime)
        let limit = limit(of: trigger, window)
        var deadline = limit.map { later($0, than: trigger, plan) }
        var excusesLeft = plan.excuseTimes
        var countedLeft = plan.messages ?? .max
        var exhausted = -1

        // One walk over what may matter: answers, counted messages, excuses, hand-overs.
        var i = trigger + 1
        walk: while i < count {
            steps += 1
            if steps > Evaluator.stepLimit {
                result.unknowns = .limit
                return result
            }
            if let deadline, time(i) > deadline { break }
            let isAnswer = window.answers.contains(i)
            if let counted = window.counted, counted.contains(i) {
                countedLeft -= 1
                // Beyond the K-th nothing meets it; the K-th itself still may.
                if countedLeft < 0 { break walk }
            }
            if isAnswer, !isEarly(i, after: trigger, plan) {
                result.fate = .met
                result.answer = i
                result.owner = owner(of: i)
                return result
            }
            if countedLeft == 0, exhausted < 0 {
                exhausted = i
                // Only an answer outside the counted population could still come: there is none
                // after the K-th, since K counts the population that answers are taken from.
                break walk
            }
            if !unit.isStay, plan.onTransfer == .restart, isTransfer(i), let limit {
                deadline = later(limit, than: i, plan)
            }
            if excusesLeft > 0, let limit, let excuses = window.excuses, excuses.contains(i),
                isHuman(i)
            {
                excusesLeft -= 1
                deadline = later(plan.excuseExtend.map { .span($0) } ?? limit, than: i, plan)
            }
            i += 1
        }
        guard window.answerUnknowns.isEmpty else {
            result.unknowns = window.answerUnknowns
            return result
        }
        if exhausted >= 0 {
            result.isExhausted = true
            return missed(result, at: hasTimes ? time(exhausted) : MessageTable.noTime, debtor(before: exhausted))
        }
        return atEnd(result, deadline: deadline, plan)
    }

    private func missed(_ obligation: Obligation, at instant: Int64, _ debtor: Int32) -> Obligation {
        var obligation = obligation
        obligation.fate = .missed
        obligation.owner = debtor
        obligation.at = instant
        return obligation
    }

    /// Neither met nor out of messages: what the end of the unit makes of it.
    private func atEnd(_ obligation: Obligation, deadline: Int64?, _ plan: ExpectationTiming) -> Obligation {
        var result = obligation
        let end = unit.endInstant
        func overdue(_ deadline: Int64) -> Obligation {
            missed(result, at: deadline, debtor(at: deadline, from: obligation.trigger, before: count))
        }
        switch unit.end {
        case .handedOver:
            if let deadline, end != MessageTable.noTime, deadline < end { return overdue(deadline) }
            result.fate = .void
        case .cutOff:
            if let deadline, end != MessageTable.noTime, deadline < end { return overdue(deadline) }
            result.unknowns = .cutOff
        case .closed(let bySilence):
            if let deadline, end != MessageTable.noTime, deadline <= end { return overdue(deadline) }
            let isVoid: Bool
            switch plan.atClose {
            case .missed: isVoid = false
            case .void: isVoid = true
            case nil: isVoid = plan.hasTime && bySilence
            }
            guard !isVoid else {
                result.fate = .void
                return result
            }
            result.isUnanswered = true
            return missed(result, at: end, debtor(before: count))
        }
        return result
    }

    /// What `within.messages` counts: the answer's population without its position.
    func countedPopulation(_ node: Int) -> Mask {
        switch rules.nodes[node].kind {
        case .message(let message): return rows(of: message.populationNumber)
        case .any(let children):
            let result = arena.empty()
            for child in children { result.formUnion(countedPopulation(child)) }
            return result
        case .all(let children, let subject): return countedPopulation(children[subject])
        case .count(let of, _), .distinct(let of, _): return countedPopulation(of)
        case .scope(let scope): return countedPopulation(scope.find)
        case .expectation(let inner): return countedPopulation(inner.expect)
        case .sequence(let steps): return countedPopulation(steps[steps.count - 1].node)
        case .silence, .gap, .unit, .not: return arena.empty()
        }
    }
}
