import ConversationModel
import RuleLanguage

extension OracleJudge {
    /// `repeats`: the message is at least the N-th alike one among itself and the ones looked back at.
    func repeats(_ row: Int, _ plan: Repeats, _ population: Population) -> Bool {
        guard counts(row, plan) else { return false }
        // Whose messages are compared; which kinds and whether automatic ones, the condition says.
        var source = population
        source.speakers = [.buyer, .agent, .assistant, .system].filter { isCompared($0, row, plan, population) }
        let earlier = unit.rows(of: source).filter { $0 < row && isSameSender($0, row, plan) }
        let alike = earlier.suffix(plan.lookBack).filter { other in
            if plan.minimumGap > 0, unit.time(row) - unit.time(other) < plan.minimumGap { return false }
            guard counts(other, plan) else { return false }
            // Texts of one character have no pair; equal ones are as alike as can be.
            if compared(row).count == 1, compared(row) == compared(other) { return true }
            return OracleText.isAlike(compared(row), compared(other), percent: plan.similarity)
        }
        return alike.count + 1 >= plan.times
    }

    private func isCompared(_ speaker: Speaker, _ row: Int, _ plan: Repeats, _ population: Population) -> Bool {
        switch plan.of {
        case .sender: return population.speakers.contains(speaker)
        case .speaker(let asked): return speaker == asked
        case .side: return side(speaker) == side(unit.messages[row].speaker)
        }
    }

    private func side(_ speaker: Speaker) -> Speaker { speaker == .assistant ? .agent : speaker }

    private func isSameSender(_ other: Int, _ row: Int, _ plan: Repeats) -> Bool {
        guard case .sender = plan.of else { return true }
        let (a, b) = (unit.messages[other].speaker, unit.messages[row].speaker)
        return a == b && (a != .agent || unit.record.speaker(other) == unit.record.speaker(row))
    }

    private func counts(_ row: Int, _ plan: Repeats) -> Bool {
        let text = OracleText(original: unit.messages[row].text, folded: unit.record.folded[row])
        guard text.folded.scalars.count(where: { $0 != " " }) >= plan.minimumLength else { return false }
        return text.spans(of: TextCondition(.equals(EqualsCondition(texts: plan.allow)))) == nil
    }

    private func compared(_ row: Int) -> [Unicode.Scalar] {
        Array(unit.record.folded[row].scalars.prefix(Repeats.comparedScalars))
    }
}
