import TestSupport

@testable import Patterns

/// Random patterns that imply something, and texts that they match or nearly match.
struct FactorWriter {
    var random: SeededGenerator

    mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int(random.next() % UInt64(choices.count))]
    }

    mutating func pattern() -> String {
        alternation(depth: 3)
    }

    private mutating func alternation(depth: Int) -> String {
        let branches = random.next() % 3 == 0 ? 2 + Int(random.next() % 2) : 1
        return (0..<branches).map { _ in sequence(depth: depth) }.joined(separator: "|")
    }

    private mutating func sequence(depth: Int) -> String {
        var text = (0...Int(random.next() % 4)).map { _ in piece(depth: depth) }.joined()
        if random.next() % 12 == 0 { text = pick(["^", "\\b", "(?i)"]) + text }
        if random.next() % 12 == 0 { text += pick(["$", "\\b", "\\B"]) }
        return text
    }

    private mutating func piece(depth: Int) -> String {
        if depth > 0, random.next() % 3 == 0 { return "(?:" + alternation(depth: depth - 1) + ")" + quantifier() }
        let atom = pick([
            "退款", "退", "货", "微信", "VX", "w", "100%", "7", "，", "您好", "[退换]", "[你您]", "[0-3]", "不[了行]", "\\d",
            "\\s", ".", "[^,。]", "[一-仰]", "发货", "元", "ok", "繁體",
        ])
        // A quantifier binds to the last character only: as in patterns that people write.
        return atom + quantifier()
    }

    private mutating func quantifier() -> String {
        pick(["", "", "", "", "", "?", "*", "+", "{2}", "{1,3}", "+?", "{0,2}", "{2,}"])
    }

    /// A text made of what a tree matches, often damaged a little.
    mutating func message(for tree: PatternTree) -> String {
        var scalars = Array(match(of: tree).unicodeScalars)
        for _ in 0..<Int(random.next() % 3) {
            let noise = Array(pick(["退", "款", "x", "1", " ", "。", "信"]).unicodeScalars)
            let place = Int(random.next() % UInt64(scalars.count + 1))
            switch random.next() % 3 {
            case 0: scalars.insert(contentsOf: noise, at: place)
            case 1: if place < scalars.count { scalars.remove(at: place) }
            default: if place < scalars.count { scalars.replaceSubrange(place...place, with: noise) }
            }
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return random.next() % 4 == 0 ? text + match(of: tree) : text
    }

    /// A text that a tree matches, but for its assertions.
    mutating func match(of tree: PatternTree) -> String {
        switch tree {
        case .set(let set):
            // Wide sets: near their start, where one of their ranges has ASCII or Han.
            guard let range = set.ranges.isEmpty ? nil : pick(set.ranges) else { return "" }
            let value = range.lowerBound + UInt32(random.next() % UInt64(min(100, range.count)))
            return Unicode.Scalar(value).map { String($0) } ?? ""
        case .sequence(let parts): return parts.map { match(of: $0) }.joined()
        case .alternation(let branches): return match(of: pick(branches))
        case .repetition(let body, let minimum, let maximum):
            let most = min(maximum ?? minimum + 2, minimum + 2)
            let count = minimum + Int(random.next() % UInt64(most - minimum + 1))
            return (0..<count).map { _ in match(of: body) }.joined()
        default: return ""
        }
    }
}
