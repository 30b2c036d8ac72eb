import ConversationModel
import Diagnostics
import RuleLanguage

/// What was near where time decides: obligations, answers that came too late, silences.
extension Evaluator {
    /// Obligations that are shown.
    private static let obligationLimit = 5

    func explain(
        _ plan: Expectation, _ compiled: Fixed<ExpectationNode>, _ own: [Obligation],
        into result: inout Explanation.Node
    ) {
        let after = explainChild(plan.after, compiled.after, Phrase("trigger", "触发"))
        let expect = explainChild(plan.expect, compiled.expect, Phrase("answer", "应答"))
        result.children = [after, expect]
        if let excuse = plan.excuse, let node = compiled.excuse {
            result.children.append(
                explainChild(excuse.condition, node, Phrase("excuse", "缓冲语")))
        }
        if own.isEmpty {
            if after.truth != .isTrue { result.blamedChild = after.truth == result.truth ? 0 : nil }
            // Something is unknown, which is said beside: whether there is a duty nobody knows.
            if result.truth == .isUnknown { return }
            if case .nth(let wanted) = plan.trigger, after.truth == .isTrue, after.matchCount < wanted {
                let found = after.matchCount
                result.notes.append(Phrase("only \(counted(found, "trigger")) found", "只找到 \(found) 次触发"))
                return
            }
            let isSilent = plan.promise != nil && after.truth == .isTrue
            result.notes.append(
                isSilent
                    ? Phrase("no trigger promises a time, so there is no duty", "触发的消息没有承诺时间，不产生应答义务")
                    : Phrase("no trigger opens a duty", "没有触发，不产生应答义务"))
            return
        }
        let answers = value(compiled.expect).matches
        for obligation in own.prefix(Evaluator.obligationLimit) {
            result.notes += notes(obligation, plan, answers)
        }
        let more = own.count - Evaluator.obligationLimit
        if more > 0 { result.notes.append(Phrase("\(more) more \(more == 1 ? "duty" : "duties")", "另有 \(more) 个义务")) }
    }

    private func notes(
        _ obligation: Obligation, _ plan: Expectation, _ answers: Mask
    ) -> [Phrase] {
        let trigger = "#\(position(obligation.trigger))"
        switch obligation.fate {
        case .met:
            let answer = "#\(position(obligation.answer))"
            guard hasTimes else {
                return [Phrase("\(trigger) is answered by \(answer)", "\(trigger) 由 \(answer) 应答")]
            }
            let gap = ConditionWords.duration(time(obligation.answer) - time(obligation.trigger))
            return [
                Phrase("\(trigger) is answered by \(answer) after \(gap)", "\(trigger) 由 \(answer) 应答，相隔 \(gap)")
            ]
        case .missed:
            var notes: [Phrase] = []
            if obligation.isExhausted, let limit = plan.messages {
                notes.append(
                    Phrase(
                        "\(trigger) has no answer within \(counted(limit, "message"))",
                        "\(trigger) 之后的 \(limit) 条消息里没有应答"))
            } else if hasTimes, !obligation.isUnanswered, obligation.at != MessageTable.noTime {
                let wait = ConditionWords.duration(obligation.at - time(obligation.trigger))
                notes.append(
                    Phrase("\(trigger) has no answer within \(wait)", "\(trigger) 在 \(wait) 内没有应答"))
            } else {
                notes.append(Phrase("\(trigger) has no answer", "\(trigger) 没有应答"))
            }
            return notes + near(obligation, plan, answers)
        case .void:
            return [Phrase("the duty of \(trigger) ends with the unit", "\(trigger) 的义务随会话段结束而取消")]
        case .unknown, .silence:
            let names = obligation.unknowns.names.joined(separator: ", ")
            return [Phrase("\(trigger) is undecided: \(names)", "\(trigger) 无法判定：\(names)")]
        }
    }

    /// The answer that came too late, and the one that came too early.
    private func near(
        _ obligation: Obligation, _ plan: Expectation, _ answers: Mask
    ) -> [Phrase] {
        let first = answers.first(from: obligation.trigger + 1)
        guard first >= 0 else { return [Phrase("no answer comes later either", "此后也没有应答")] }
        var notes: [Phrase] = []
        var late = first
        if isEarly(first, after: obligation.trigger, ExpectationTiming(plan)) {
            notes.append(
                Phrase("the answer #\(position(first)) comes too early", "应答 #\(position(first)) 来得太早"))
            while late >= 0, isEarly(late, after: obligation.trigger, ExpectationTiming(plan)) {
                late = answers.first(from: late + 1)
            }
        }
        guard late >= 0 else { return notes }
        if !obligation.isExhausted, hasTimes, obligation.at != MessageTable.noTime, time(late) > obligation.at {
            let delay = ConditionWords.duration(time(late) - obligation.at)
            notes.append(
                Phrase(
                    "the answer #\(position(late)) comes \(delay) too late",
                    "应答 #\(position(late)) 晚了 \(delay)"))
        } else {
            notes.append(
                Phrase(
                    "the answer #\(position(late)) comes after too many messages",
                    "应答 #\(position(late)) 之前的消息太多"))
        }
        return notes
    }
}
