import ConversationModel
import Diagnostics
import RuleLanguage

/// Changes of what is asked of several messages, and of the unit.
extension ConditionEdits {
    func edits(_ plan: Expectation, _ place: Place) -> [Edit<Expectation>] {
        var result = spans(\.time, "time", of: plan, place).filter { $0.isKept { $0.time ?? 0 >= $0.earliest } }
        result += spans(\.earliest, "earliest", of: plan, place).filter { $0.isKept { $0.earliest <= $0.time ?? .max } }
        result += spans(\.cap, "cap", of: plan, place)
        result += numbers(\.messages, in: 1...RuleLimits.count, "messages", of: plan, place)
        if case .nth(let number) = plan.trigger {
            result += Edit<Int64>.shifts(of: number, in: 1...RuleLimits.count, "nth", at: place)
                .map { $0.map { .nth($0) }.member(\.trigger, of: plan) }
        }
        if let promise = plan.promise {
            result += edits(promise, place).map { $0.member(\.promise, of: plan) }
        }
        result += edits(plan.after).map { $0.member(\.after, of: plan) }
        result += edits(plan.expect).map { $0.member(\.expect, of: plan) }
        if let excuse = plan.excuse {
            let place = excuse.condition.place
            result.append(Edit.without(\.excuse, of: plan, at: place, Phrase("without the excuse", "去掉 excuse")))
            let changes =
                edits(excuse.condition).map { $0.member(\.condition, of: excuse) }
                + numbers(\.times, in: 1...1000, "times", of: excuse, place)
                + spans(\.extend, "extend", of: excuse, place)
            result += changes.map { $0.member(\.excuse, of: plan) }
        }
        return result
    }

    private func edits(_ promise: Promise, _ place: Place) -> [Edit<Promise>] {
        promise.words.enumerated().flatMap { index, word in
            let fewer = Edit(
                value: { Promise(words: promise.words.without(index)) }, place: place,
                change: Phrase("without the word '\(word.text)'", "去掉词 “\(word.text)”"))
            return [fewer]
                + Edit<Int64>.shifts(of: word.limit, word.text, at: place).map {
                    $0.member(\.words[index].limit, of: promise)
                }
        }
    }

    func edits(_ scope: Scope, _ place: Place) -> [Edit<Scope>] {
        var result = numbers(\.messages, in: 1...RuleLimits.count, "messages", of: scope, place)
        result += spans(\.time, "time", of: scope, place)
        if case .nth(let number) = scope.which {
            result += Edit<Int64>.shifts(of: number, in: 1...RuleLimits.count, "nth", at: place)
                .map { $0.map { .nth($0) }.member(\.which, of: scope) }
        }
        result += edits(scope.anchor).map { $0.member(\.anchor, of: scope) }
        return result + edits(scope.find).map { $0.member(\.find, of: scope) }
    }

    func edits(_ sequence: StepSequence) -> [Edit<StepSequence>] {
        let steps = sequence.steps
        let fewer = steps.indices.compactMap { index -> Edit<StepSequence>? in
            var rest = steps.without(index)
            guard rest.count > 1, rest.last?.isOptional == false else { return nil }
            // The first has no bounds.
            (rest[0].earliest, rest[0].time, rest[0].messages) = (0, nil, nil)
            let shorter = StepSequence(steps: rest)
            let name = steps[index].name
            return Edit(
                value: { shorter }, place: steps[index].condition.place,
                change: Phrase("without the step '\(name)'", "去掉步骤 “\(name)”"))
        }
        return fewer + inside(steps, edits).map { $0.member(\.steps, of: sequence) }
    }

    private func edits(_ step: StepSequence.Step) -> [Edit<StepSequence.Step>] {
        let place = step.condition.place
        var result = spans(\.time, "time", of: step, place).filter { $0.isKept { $0.time ?? 0 >= $0.earliest } }
        result += spans(\.earliest, "earliest", of: step, place).filter { $0.isKept { $0.earliest <= $0.time ?? .max } }
        result += numbers(\.messages, in: 1...RuleLimits.count, "messages", of: step, place)
        return result + edits(step.condition).map { $0.member(\.condition, of: step) }
    }

    // MARK: The unit

    func edits(_ unit: UnitCondition, _ place: Place) -> [Edit<UnitCondition>] {
        switch unit {
        case .measure(let measure):
            let paths: [(WritableKeyPath<MeasureCondition, Int64?>, String)] = [
                (\.minimum, "min"), (\.maximum, "max"), (\.over, "over"),
            ]
            return paths.flatMap { path, name in
                amounts(measure[keyPath: path], isTime: measure.of.isDuration, name, place)
                    .map { $0.member(path, of: measure).map { .measure($0) } }
            }
        case .fact(let fact):
            return edits(fact.test, isTime: fact.fact.form == .duration, place)
                .map { $0.member(\.test, of: fact).map { .fact($0) } }
        case .started: return []
        }
    }

    private func edits(_ test: FactCondition.Test, isTime: Bool, _ place: Place) -> [Edit<FactCondition.Test>] {
        switch test {
        case .oneOf(let values):
            droppings(from: values) { _, _ in (place, Phrase("one value less", "少一个值")) }.map { $0.map { .oneOf($0) } }
        case .range(let minimum, let maximum):
            amounts(minimum, isTime: isTime, "min", place).map { $0.map { .range(minimum: $0, maximum: maximum) } }
                + amounts(maximum, isTime: isTime, "max", place).map {
                    $0.map { .range(minimum: minimum, maximum: $0) }
                }
        case .present: []
        }
    }

    /// A bound that is a time, halved and doubled, or a number, one less and one more.
    private func amounts(_ bound: Int64?, isTime: Bool, _ name: String, _ place: Place) -> [Edit<Int64>] {
        guard let bound else { return [] }
        if isTime { return Edit<Int64>.shifts(of: bound, name, at: place) }
        return Edit<Int64>.shifts(of: Int(bound), in: 0...Int.max / 2, name, at: place).map { $0.map { Int64($0) } }
    }
}
