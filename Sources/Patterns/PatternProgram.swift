/// Whether a text matches a pattern, as an automaton over scalars: what `TextAutomaton` works out as texts
/// ask for it. Immutable.
///
/// Built after Thompson: each set of scalars that the pattern takes is a step, repeats are written out.
final class PatternProgram: Sendable {
    enum Step {
        /// Takes a scalar of a set, by its number, and goes on.
        case take(set: Int, next: Int)
        case fork(Int, Int)
        case textStart(next: Int)
        case textEnd(next: Int)
        case match
    }

    /// More steps than any pattern needs that is worth the room; others are left to RE2.
    static let stepLimit = 8192

    let steps: [Step]
    /// The step that it begins with.
    let entry: Int
    let classes: ScalarClasses

    /// Of a pattern's source for the scanner; nil where it is too large, or looks at words.
    convenience init?(_ source: String) {
        var parser = PatternParser(printed: source)
        guard let tree = try? parser.parse() else { return nil }
        self.init(tree)
    }

    init?(_ tree: PatternTree) {
        var builder = Builder()
        guard let entry = builder.add(tree, before: 0), let classes = ScalarClasses(builder.sets) else { return nil }
        steps = builder.steps
        self.entry = entry
        self.classes = classes
    }

    /// Writes steps from the end of a pattern to its beginning, so that each knows what follows it.
    private struct Builder {
        var steps: [Step] = [.match]
        private(set) var sets: [ScalarSet] = []
        private var numbers: [ScalarSet: Int] = [:]

        /// The first step of a tree behind which step `next` follows.
        mutating func add(_ tree: PatternTree, before next: Int) -> Int? {
            guard steps.count < PatternProgram.stepLimit else { return nil }
            switch tree {
            case .empty: return next
            case .set(let set): return append(.take(set: number(of: set), next: next))
            case .textStart: return append(.textStart(next: next))
            case .textEnd: return append(.textEnd(next: next))
            case .wordBoundary, .notWordBoundary: return nil
            case .sequence(let parts):
                var first = next
                for part in parts.reversed() {
                    guard let begin = add(part, before: first) else { return nil }
                    first = begin
                }
                return first
            case .alternation(let branches):
                var first: Int?
                for branch in branches.reversed() {
                    guard let begin = add(branch, before: next) else { return nil }
                    first = first.map { append(.fork(begin, $0)) } ?? begin
                }
                return first ?? next
            case .repetition(let body, let minimum, let maximum):
                return add(body, minimum: minimum, maximum: maximum, before: next)
            }
        }

        private mutating func add(_ body: PatternTree, minimum: Int, maximum: Int?, before next: Int) -> Int? {
            var first = next
            if let maximum {
                for _ in 0..<max(0, maximum - minimum) {
                    guard let begin = add(body, before: first) else { return nil }
                    first = append(.fork(begin, next))
                }
            } else {
                let loop = append(.match)
                guard let begin = add(body, before: loop) else { return nil }
                steps[loop] = .fork(begin, next)
                first = loop
            }
            for _ in 0..<minimum {
                guard let begin = add(body, before: first) else { return nil }
                first = begin
            }
            return first
        }

        private mutating func append(_ step: Step) -> Int {
            steps.append(step)
            return steps.count - 1
        }

        private mutating func number(of set: ScalarSet) -> Int {
            if let known = numbers[set] { return known }
            numbers[set] = sets.count
            sets.append(set)
            return sets.count - 1
        }
    }
}

/// Scalars that a few sets do not tell apart, by number from 0.
struct ScalarClasses: Sendable {
    /// How many classes there are.
    let count: Int
    /// Where a range of one class begins, ascending, and its class: all scalars.
    private let ranges: [(begin: UInt32, number: UInt16)]
    /// Per class a bit for each set.
    private let members: [UInt64]
    private let words: Int

    /// More classes than any pattern has that is worth the room: a state has a place for each.
    static let limit = 4096

    /// Nil where there are more classes than `limit`.
    init?(_ sets: [ScalarSet]) {
        words = sets.count / 64 + 1
        var toggles: [(at: UInt32, set: Int)] = []
        for (number, set) in sets.enumerated() {
            for range in set.ranges {
                toggles.append((range.lowerBound, number))
                toggles.append((range.upperBound + 1, number))
            }
        }
        toggles.sort { $0.at < $1.at }
        var active = [UInt64](repeating: 0, count: words)
        var numbers: [[UInt64]: Int] = [:]
        var members: [UInt64] = []
        var ranges: [(begin: UInt32, number: UInt16)] = []
        var next = 0
        var begin: UInt32 = 0
        while true {
            while next < toggles.count, toggles[next].at == begin {
                active[toggles[next].set / 64] ^= 1 << UInt64(toggles[next].set % 64)
                next += 1
            }
            let number = numbers[active] ?? numbers.count
            guard number < ScalarClasses.limit else { return nil }
            if number == numbers.count {
                numbers[active] = number
                members += active
            }
            ranges.append((begin, UInt16(number)))
            guard next < toggles.count else { break }
            begin = toggles[next].at
        }
        count = numbers.count
        self.members = members
        self.ranges = ranges
    }

    /// Whether a class belongs to a set.
    func contains(_ number: Int, _ set: Int) -> Bool {
        members[number * words + set / 64] >> UInt64(set % 64) & 1 != 0
    }

    /// The class of any scalar. O(log n).
    func number(of scalar: UInt32) -> Int {
        var low = 0
        var high = ranges.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if ranges[middle].begin <= scalar { low = middle } else { high = middle }
        }
        return Int(ranges[low].number)
    }
}
