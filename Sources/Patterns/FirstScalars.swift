/// What the texts that an anchored pattern matches begin with.
extension PatternTree {
    /// More of them tell little, and their index would grow.
    private static let firstScalarLimit = 4096

    /// See `Pattern.firstScalars`.
    var firstScalars: [ClosedRange<UInt32>]? {
        guard isAnchored else { return nil }
        let first = first
        guard !first.canBeEmpty, first.set.count <= PatternTree.firstScalarLimit else { return nil }
        return first.set.ranges
    }

    /// The characters with which its matches begin, and whether there may be none.
    private var first: (set: ScalarSet, canBeEmpty: Bool) {
        switch self {
        case .empty, .textStart, .textEnd, .wordBoundary, .notWordBoundary: return (ScalarSet(), true)
        case .set(let set): return (set, false)
        case .sequence(let parts):
            var ranges: [ClosedRange<UInt32>] = []
            for part in parts {
                let first = part.first
                ranges += first.set.ranges
                if !first.canBeEmpty { return (ScalarSet(ranges), false) }
            }
            return (ScalarSet(ranges), true)
        case .alternation(let branches):
            let firsts = branches.map(\.first)
            return (ScalarSet(firsts.flatMap(\.set.ranges)), firsts.contains { $0.canBeEmpty })
        case .repetition(let body, let minimum, let maximum):
            if maximum == 0 { return (ScalarSet(), true) }
            let first = body.first
            return (first.set, first.canBeEmpty || minimum == 0)
        }
    }
}
