import ConversationModel
import RuleLanguage

/// Stretches in which a side says nothing.
extension Evaluator {
    /// Calls `body` with each message that starts a stretch, and the message that ends it (-1).
    func forEachStretch(_ plan: GapPlan, _ body: (Int, Int) -> Void) {
        let talk = arena.empty()
        for speaker in [Speaker.buyer, .agent, .assistant] {
            talk.formUnion(senderMasks[Int(speaker.rawValue) * 2])
        }
        talk.formIntersection(unit.members)
        var i = talk.first(from: 0)
        while i >= 0 {
            guard plan.begins(after: table.speakers[base + i]) else {
                i = talk.first(from: i + 1)
                continue
            }
            var end = talk.first(from: i + 1)
            while end >= 0, !plan.ends(at: table.speakers[base + end]) { end = talk.first(from: end + 1) }
            body(i, end)
            i = end
        }
    }

    func value(_ plan: GapPlan, node: Int) -> Value {
        var result = Value(matches: arena.empty())
        guard hasTimes else {
            result.unknowns = .noTimes
            return result
        }
        forEachStretch(plan) { start, end in
            let due = time(start) + plan.minimum
            let isMatch: Bool
            if end >= 0 {
                isMatch = plan.counts(time(end) - time(start), endedBy: table.speakers[base + end])
            } else if let maximum = plan.maximum {
                if unit.isCutOff, unit.endInstant <= time(start) + maximum { result.unknowns.insert(.cutOff) }
                isMatch = false
            } else {
                isMatch = due <= unit.endInstant
                if !isMatch, unit.isCutOff { result.unknowns.insert(.cutOff) }
            }
            guard isMatch else { return }
            result.matches.insert(start)
            obligations.append(
                Obligation(
                    node: node, trigger: start, answer: end, fate: .silence,
                    owner: debtor(at: due, from: start, before: end < 0 ? count : end), at: due))
        }
        return result
    }
}
