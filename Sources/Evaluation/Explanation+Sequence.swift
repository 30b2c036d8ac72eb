import ConversationModel
import Diagnostics
import RuleLanguage

extension Evaluator {
    /// The steps that were taken, and the first that could not be.
    func explain(
        _ sequence: StepSequence, _ steps: StepList, _ first: SequenceRun?, into result: inout Explanation.Node
    ) {
        result.children = zip(sequence.steps, steps).enumerated().map { place, pair in
            let limits = ConditionWords.limits(of: pair.0)
            let role = Phrase(
                "step \(place + 1), \(pair.0.name)\(limits.english)", "步骤 \(place + 1)：\(pair.0.name)\(limits.chinese)")
            return explainChild(pair.0.condition, pair.1.node, role)
        }
        guard let first else { return }
        for (place, row) in first.rows.enumerated() where row >= 0 {
            let name = sequence.steps[place].name
            result.notes.append(Phrase("'\(name)' is #\(position(row))", "“\(name)”在 #\(position(row))"))
        }
        guard first.fate == .missed else { return }
        result.notes.insert(note(first, sequence.steps[first.step].name), at: 0)
        if result.children[first.step].truth != .isTrue { result.blamedChild = first.step }
    }

    private func note(_ run: SequenceRun, _ name: String) -> Phrase {
        let number = run.step + 1
        let after: Phrase =
            run.last < 0
            ? Phrase("", "") : Phrase(" after #\(position(run.last))", "（#\(position(run.last)) 之后）")
        switch run.kind {
        case .missing:
            return Phrase(
                "step \(number) '\(name)' is missing\(after.english)", "步骤 \(number)“\(name)”缺失\(after.chinese)")
        case .late:
            return Phrase(
                "step \(number) '\(name)' is late\(after.english)", "步骤 \(number)“\(name)”超时\(after.chinese)")
        case .outOfOrder:
            let place = position(run.message)
            return Phrase(
                "step \(number) '\(name)' came out of order at #\(place)",
                "步骤 \(number)“\(name)”顺序不对，出现在 #\(place)")
        }
    }
}

extension ConditionWords {
    /// Within what the step must follow the one before; empty: at any time.
    static func limits(of step: StepSequence.Step) -> Phrase {
        var english: [String] = []
        var chinese: [String] = []
        if step.earliest > 0 {
            english.append("not before \(DurationText.text(step.earliest))")
            chinese.append("不早于 \(DurationText.text(step.earliest))")
        }
        if let time = step.time {
            english.append("within \(DurationText.text(time))")
            chinese.append("\(DurationText.text(time)) 内")
        }
        if let messages = step.messages {
            english.append("within \(counted(messages, "message"))")
            chinese.append("\(messages) 条消息内")
        }
        if step.isOptional {
            english.append("optional")
            chinese.append("可选")
        }
        guard !english.isEmpty else { return Phrase("", "") }
        return Phrase(" (\(english.joined(separator: ", ")))", "（\(chinese.joined(separator: "，"))）")
    }

    static func label(_ sequence: StepSequence) -> Phrase {
        let names = sequence.steps.map { $0.isOptional ? "[\(short($0.name))]" : short($0.name) }
        let list = names.joined(separator: " → ")
        return Phrase("the steps \(list)", "步骤 \(list)")
    }
}
