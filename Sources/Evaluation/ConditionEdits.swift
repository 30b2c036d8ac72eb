import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

/// The small changes of a rule, each of which one of its examples should notice: something of a list
/// or a branch taken away, a limit moved.
struct ConditionEdits {
    let texts: TextEdits

    init(examples: Examples, table: FoldTable) {
        texts = TextEdits(examples: examples, table: table)
    }

    /// Changes of the rule's conditions, in the order in which they are written.
    func edits(_ rule: Rule) -> [Edit<Rule>] {
        var result: [Edit<Rule>] = []
        if let appliesTo = rule.appliesTo {
            result.append(
                Edit.without(\.appliesTo, of: rule, at: appliesTo.place, Phrase("without 'appliesTo'", "去掉 appliesTo")))
            result += edits(appliesTo).map { $0.member(\.appliesTo, of: rule) }
        }
        return result + edits(rule.when).map { $0.member(\.when, of: rule) }
    }

    func edits(_ condition: Condition) -> [Edit<Condition>] {
        func wrap<Value>(_ edits: [Edit<Value>], _ kind: @escaping (Value) -> Condition.Kind) -> [Edit<Condition>] {
            edits.map { edit in
                edit.map { Condition(kind($0), isSubject: condition.isSubject, place: condition.place) }
            }
        }
        let place = condition.place
        switch condition.kind {
        case .message(let message): return wrap(edits(message, place)) { .message($0) }
        case .expectation(let plan): return wrap(edits(plan, place)) { .expectation($0) }
        case .silence(let silence):
            return wrap(spans(\.minimum, "min", of: silence, place) + spans(\.maximum, "max", of: silence, place)) {
                .silence($0)
            }
        case .gap(let gap):
            return wrap(spans(\.minimum, "min", of: gap, place) + spans(\.maximum, "max", of: gap, place)) { .gap($0) }
        case .sequence(let sequence): return wrap(edits(sequence)) { .sequence($0) }
        case .count(let count):
            return wrap(bounds(count.bound, place).map { $0.member(\.bound, of: count) }) { .count($0) }
                + wrap(edits(count.of).map { $0.member(\.of, of: count) }) { .count($0) }
        case .scope(let scope): return wrap(edits(scope, place)) { .scope($0) }
        case .unit(let unit): return wrap(edits(unit, place)) { .unit($0) }
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
        }
    }

    private func branches(_ parts: [Condition]) -> [Edit<[Condition]>] {
        droppings(from: parts) { ($1.place, Phrase("without this branch", "去掉这个分支")) }
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

    // MARK: Limits

    /// A length of time of `whole`, halved and doubled.
    func spans<Whole>(
        _ path: WritableKeyPath<Whole, Int64>, _ name: String, of whole: Whole, _ place: Place
    ) -> [Edit<Whole>] {
        Edit<Int64>.shifts(of: whole[keyPath: path], name, at: place).map { $0.member(path, of: whole) }
    }

    /// The same where there may be none.
    func spans<Whole>(
        _ path: WritableKeyPath<Whole, Int64?>, _ name: String, of whole: Whole, _ place: Place
    ) -> [Edit<Whole>] {
        guard let time = whole[keyPath: path] else { return [] }
        return Edit<Int64>.shifts(of: time, name, at: place).map { $0.member(path, of: whole) }
    }

    /// A number of `whole`, one step less and one more.
    func numbers<Whole>(
        _ path: WritableKeyPath<Whole, Int>, in range: ClosedRange<Int>, by step: Int = 1, _ name: String,
        of whole: Whole, _ place: Place
    ) -> [Edit<Whole>] {
        Edit<Int64>.shifts(of: whole[keyPath: path], in: range, by: step, name, at: place)
            .map { $0.member(path, of: whole) }
    }

    /// The same where there may be none.
    func numbers<Whole>(
        _ path: WritableKeyPath<Whole, Int?>, in range: ClosedRange<Int>, _ name: String, of whole: Whole,
        _ place: Place
    ) -> [Edit<Whole>] {
        guard let number = whole[keyPath: path] else { return [] }
        return Edit<Int64>.shifts(of: number, in: range, name, at: place).map { $0.member(path, of: whole) }
    }
}
