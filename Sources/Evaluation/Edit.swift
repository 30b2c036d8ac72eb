import Diagnostics
import RuleLanguage

/// One small change to a condition, or to a rule.
struct Edit<Value> {
    /// What it becomes, made when it is asked for: lists are long. Nil where no example could notice,
    /// because none holds what is taken away.
    var value: (() -> Value)?
    var place: Place
    var change: Phrase

    /// The same change seen from the condition around.
    func map<Outer>(_ wrap: @escaping (Value) -> Outer) -> Edit<Outer> {
        Edit<Outer>(value: value.map { value in { wrap(value()) } }, place: place, change: change)
    }
}

extension Edit {
    /// The same change seen from what the value is a member of.
    func member<Whole>(_ path: WritableKeyPath<Whole, Value>, of whole: Whole) -> Edit<Whole> {
        map { value in
            var changed = whole
            changed[keyPath: path] = value
            return changed
        }
    }

    /// The same where there might be none.
    func member<Whole>(_ path: WritableKeyPath<Whole, Value?>, of whole: Whole) -> Edit<Whole> {
        map { value in
            var changed = whole
            changed[keyPath: path] = value
            return changed
        }
    }

    /// `whole` without one of its members.
    static func without<Member>(
        _ path: WritableKeyPath<Value, Member?>, of whole: Value, at place: Place, _ change: Phrase
    ) -> Edit<Value> {
        let value = {
            var changed = whole
            changed[keyPath: path] = nil
            return changed
        }
        return Edit(value: value, place: place, change: change)
    }

    /// Whether what it becomes is as it should be.
    func isKept(_ holds: (Value) -> Bool) -> Bool { value.map { holds($0()) } ?? false }
}

extension Edit where Value == Int64 {
    /// A number one less and one more, within `range`.
    static func shifts(
        of number: Int, in range: ClosedRange<Int>, by step: Int = 1, _ name: String, at place: Place
    ) -> [Edit<Int>] {
        [number - step, number + step].filter(range.contains).map { (shifted: Int) in
            Edit<Int>(
                value: { shifted }, place: place,
                change: Phrase("\(name) \(number) → \(shifted)", "\(name) \(number) → \(shifted)"))
        }
    }

    /// A length of time halved and doubled, in milliseconds.
    static func shifts(of time: Int64, _ name: String, at place: Place) -> [Edit<Int64>] {
        guard time > 1, time < .max / 2 else { return [] }
        return [time / 2, time * 2].map { (shifted: Int64) in
            Edit<Int64>(
                value: { shifted }, place: place,
                change: Phrase(
                    "\(name) \(DurationText.text(time)) → \(DurationText.text(shifted))",
                    "\(name) \(DurationText.text(time)) → \(DurationText.text(shifted))"))
        }
    }
}

/// Edits that take away one element of a list of at least two.
func droppings<Element>(
    from list: [Element], _ describe: (Int, Element) -> (place: Place, change: Phrase)
) -> [Edit<[Element]>] {
    guard list.count > 1 else { return [] }
    return list.indices.map { index in
        let (place, change) = describe(index, list[index])
        return Edit(value: { list.without(index) }, place: place, change: change)
    }
}

extension Array {
    /// The list without the element at `index`.
    func without(_ index: Int) -> [Element] {
        var rest = self
        rest.remove(at: index)
        return rest
    }
}

/// Edits inside the elements of a list.
func inside<Element>(_ list: [Element], _ edits: (Element) -> [Edit<Element>]) -> [Edit<[Element]>] {
    list.indices.flatMap { index in
        edits(list[index]).map { edit in
            edit.map { element in
                var changed = list
                changed[index] = element
                return changed
            }
        }
    }
}
