import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

/// The small changes of a rule, each of which one of its examples should notice: something of a list
/// or a branch taken away, a limit moved.
struct ConditionEdits {
    private let texts: TextEdits

    init(examples: Examples, table: FoldTable) {
        texts = TextEdits(examples: examples, table: table)
    }

    /// Changes of the rule's conditions, in the order in which they are written.
    func edits(_ rule: Rule) -> [Edit<Rule>] {
        var result: [Edit<Rule>] = []
        if let appliesTo = rule.appliesTo {
            let without = {
                var changed = rule
                changed.appliesTo = nil
                return changed
            }
            result.append(
                Edit(value: without, place: appliesTo.place, change: Phrase("without 'appliesTo'", "去掉 appliesTo")))
            result += edits(appliesTo).map { edit in
                edit.map { condition in
                    var changed = rule
                    changed.appliesTo = condition
                    return changed
                }
            }
        }
        return result
            + edits(rule.when).map { edit in
                edit.map { condition in
                    var changed = rule
                    changed.when = condition
                    return changed
                }
            }
    }

    private func edits(_ condition: Condition) -> [Edit<Condition>] {
        func wrap<Value>(_ edits: [Edit<Value>], _ kind: @escaping (Value) -> Condition.Kind) -> [Edit<Condition>] {
            edits.map { edit in
                edit.map { Condition(kind($0), isSubject: condition.isSubject, place: condition.place) }
            }
        }
        let place = condition.place
        switch condition.kind {
        case .message(let message): return wrap(edits(message, place)) { .message($0) }
        case .expectation(let plan): return wrap(edits(plan, place)) { .expectation($0) }
        case .count(let count):
            return wrap(bounds(count.bound, place)) {
                .count(Count(of: count.of, bound: $0, isDistinct: count.isDistinct))
            }
                + wrap(edits(count.of)) { .count(Count(of: $0, bound: count.bound, isDistinct: count.isDistinct)) }
        case .scope(let scope): return wrap(edits(scope, place)) { .scope($0) }
        case .all(let parts): return wrap(branches(parts) + inside(parts, edits)) { .all($0) }
        case .any(let parts): return wrap(branches(parts) + inside(parts, edits)) { .any($0) }
        case .not(let inner): return wrap(edits(inner)) { .not($0) }
        case .unless(let base, let exceptions):
            let fewer = exceptions.indices.map { index in
                let rest = exceptions.without(index)
                let kind = rest.isEmpty ? base.kind : Condition.Kind.unless(base, rest)
                return Edit(
                    value: { Condition(kind, isSubject: condition.isSubject, place: place) },
                    place: exceptions[index].place, change: Phrase("without this exception", "去掉这个例外"))
            }
            return fewer + wrap(edits(base)) { .unless($0, exceptions) }
                + wrap(inside(exceptions, edits)) { .unless(base, $0) }
        default:
            guard case .silence(let silence) = condition.kind else { return [] }
            func changed(_ path: WritableKeyPath<Silence, Int64>) -> (Int64) -> Condition.Kind {
                { time in
                    var changed = silence
                    changed[keyPath: path] = time
                    return .silence(changed)
                }
            }
            let most = silence.maximum.map { Edit<Int64>.shifts(of: $0, "max", at: place) } ?? []
            return wrap(Edit<Int64>.shifts(of: silence.minimum, "min", at: place), changed(\.minimum))
                + wrap(most) { time in
                    var changed = silence
                    changed.maximum = time
                    return .silence(changed)
                }
        }
    }

    private func branches(_ parts: [Condition]) -> [Edit<[Condition]>] {
        droppings(from: parts) { ($1.place, Phrase("without this branch", "去掉这个分支")) }
    }

    private func edits(_ message: MessageCondition, _ place: Place) -> [Edit<MessageCondition>] {
        func changed(_ edit: (inout MessageCondition) -> Void) -> MessageCondition {
            var copy = message
            edit(&copy)
            return copy
        }
        var result: [Edit<MessageCondition>] = []
        let counts = { (number: Int, name: String) in
            Edit<Int64>.shifts(of: number, in: 1...RuleLimits.count, name, at: place)
        }
        switch message.position {
        case .firstMessages(let number)?:
            result += counts(number, "first").map { edit in
                edit.map { n in changed { $0.position = .firstMessages(n) } }
            }
        case .lastMessages(let number)?:
            result += counts(number, "last").map { edit in edit.map { n in changed { $0.position = .lastMessages(n) } }
            }
        case .firstMilliseconds(let time)?:
            result += Edit<Int64>.shifts(of: time, "first", at: place).map { edit in
                edit.map { time in changed { $0.position = .firstMilliseconds(time) } }
            }
        case .lastMilliseconds(let time)?:
            result += Edit<Int64>.shifts(of: time, "last", at: place).map { edit in
                edit.map { time in changed { $0.position = .lastMilliseconds(time) } }
            }
        case nil: break
        }
        if case .not? = message.text?.kind {
            result.append(
                Edit(
                    value: { changed { $0.text = nil } }, place: message.text?.place ?? place,
                    change: Phrase("without this condition", "去掉这个条件")))
        }
        if let text = message.text {
            result += texts.edits(text).map { edit in edit.map { text in changed { $0.text = text } } }
        }
        if let repeats = message.repeats {
            result.append(
                Edit(
                    value: { changed { $0.repeats = nil } }, place: place,
                    change: Phrase("without 'repeats'", "去掉 repeats")
                ))
            result += Edit<Int64>.shifts(of: repeats.times, in: 2...(repeats.lookBack + 1), "times", at: place).map {
                edit in
                edit.map { times in changed { $0.repeats?.times = times } }
            }
        }
        return result
    }

    private func edits(_ plan: Expectation, _ place: Place) -> [Edit<Expectation>] {
        func changed(_ edit: (inout Expectation) -> Void) -> Expectation {
            var copy = plan
            edit(&copy)
            return copy
        }
        var result: [Edit<Expectation>] = []
        if let time = plan.time {
            result += Edit<Int64>.shifts(of: time, "time", at: place).filter { ($0.value?() ?? 0) >= plan.earliest }.map
            {
                edit in edit.map { time in changed { $0.time = time } }
            }
        }
        if plan.earliest > 0 {
            result += Edit<Int64>.shifts(of: plan.earliest, "earliest", at: place)
                .filter { ($0.value?() ?? 0) <= plan.time ?? .max }
                .map { edit in edit.map { time in changed { $0.earliest = time } } }
        }
        if let messages = plan.messages {
            result += Edit<Int64>.shifts(of: messages, in: 1...RuleLimits.count, "messages", at: place).map { edit in
                edit.map { count in changed { $0.messages = count } }
            }
        }
        result += edits(plan.after).map { edit in edit.map { condition in changed { $0.after = condition } } }
        result += edits(plan.expect).map { edit in edit.map { condition in changed { $0.expect = condition } } }
        if let excuse = plan.excuse {
            result.append(
                Edit(
                    value: { changed { $0.excuse = nil } }, place: excuse.condition.place,
                    change: Phrase("without the excuse", "去掉 excuse")))
            result += edits(excuse.condition).map { edit in
                edit.map { condition in changed { $0.excuse?.condition = condition } }
            }
            result += Edit<Int64>.shifts(of: excuse.times, in: 1...1000, "times", at: excuse.condition.place).map {
                edit in
                edit.map { times in changed { $0.excuse?.times = times } }
            }
        }
        return result
    }

    private func edits(_ scope: Scope, _ place: Place) -> [Edit<Scope>] {
        func changed(_ edit: (inout Scope) -> Void) -> Scope {
            var copy = scope
            edit(&copy)
            return copy
        }
        var result: [Edit<Scope>] = []
        if let messages = scope.messages {
            result += Edit<Int64>.shifts(of: messages, in: 1...RuleLimits.count, "messages", at: place).map { edit in
                edit.map { count in changed { $0.messages = count } }
            }
        }
        if let time = scope.time {
            result += Edit<Int64>.shifts(of: time, "time", at: place).map { edit in
                edit.map { time in changed { $0.time = time } }
            }
        }
        result += edits(scope.anchor).map { edit in edit.map { condition in changed { $0.anchor = condition } } }
        return result + edits(scope.find).map { edit in edit.map { condition in changed { $0.find = condition } } }
    }

    private func bounds(_ bound: Count.Bound, _ place: Place) -> [Edit<Count.Bound>] {
        switch bound {
        case .atLeast(let count):
            Edit<Int64>.shifts(of: count, in: 1...RuleLimits.count, "atLeast", at: place)
                .map { edit in edit.map { .atLeast($0) } }
        case .atMost(let count):
            Edit<Int64>.shifts(of: count, in: 0...RuleLimits.count, "atMost", at: place)
                .map { edit in edit.map { .atMost($0) } }
        case .share(let percent):
            Edit<Int64>.shifts(of: percent, in: 1...100, by: 10, "share", at: place)
                .map { edit in edit.map { .share(minimumPercent: $0) } }
        case .every: []
        }
    }
}
