import ConversationModel
import RuleLanguage

extension RandomRules {
    /// Two to four steps of messages, loosely bounded so that some runs are completed.
    func sequence(_ draw: inout Draw) -> Condition {
        let count = draw.number(2...4)
        let steps = (0..<count).map { place in
            var step = StepSequence.Step(name: "步骤\(place + 1)", condition: stepMessage(&draw))
            if draw.chance(25), place < count - 1 { step.isOptional = true }
            guard place > 0 else { return step }
            if draw.chance(40) { step.time = draw.one(of: Limits.all) }
            if draw.chance(10) { step.earliest = 1_000 }
            if draw.chance(25) { step.messages = draw.number(1...3) }
            if draw.chance(25) { step.sharesMessage = true }
            return step
        }
        return Condition(.sequence(StepSequence(steps: steps)))
    }

    /// Mostly any message of one side: texts are seldom said in order.
    private func stepMessage(_ draw: inout Draw) -> Condition {
        let result = message(draw.one(of: [.agent, .agent, .buyer, nil]), &draw)
        guard case .message(var message) = result.kind else { return result }
        if draw.chance(65) {
            message.text = nil
            message.repeats = nil
        }
        if draw.chance(70) { message.position = nil }
        let plain = Condition(.message(message))
        switch draw.number(0...9) {
        case 0: return Condition(.any([plain, self.message(.agent, &draw)]))
        case 1: return Condition(.unless(plain, [self.message(nil, &draw)]))
        default: return plain
        }
    }
}
