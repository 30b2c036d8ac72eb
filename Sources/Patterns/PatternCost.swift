import Diagnostics

/// Bounds what a pattern may cost before it is compiled: compiling is where a pattern can hang.
struct PatternCost {
    static let positionLimit = 4000
    static let wideGapLimit = 200
    static let wideGapSumLimit = 400

    /// Positions of the expanded pattern, saturating.
    private func positions(_ tree: PatternTree) -> Int {
        switch tree {
        case .set(let set): return set.isWide ? 3 : 1 + min(set.ranges.count, 64) / 8
        case .sequence(let parts): return parts.reduce(0) { saturating($0 + positions($1)) }
        case .alternation(let branches): return branches.reduce(1) { saturating($0 + positions($1)) }
        case .repetition(let body, let minimum, let maximum):
            return saturating(positions(body) * max(1, maximum ?? minimum + 1))
        default: return 1
        }
    }

    /// The widest bounded gap over a wide class, and the sum of all, both with outer repeats.
    private func gaps(_ tree: PatternTree, times: Int, widest: inout Int, sum: inout Int) {
        switch tree {
        case .sequence(let parts), .alternation(let parts):
            for part in parts { gaps(part, times: times, widest: &widest, sum: &sum) }
        case .repetition(let body, let minimum, let maximum):
            let bound = maximum ?? minimum
            let total = saturating(times * max(1, bound))
            if case .set(let set) = body, set.isWide, bound > 1 {
                widest = max(widest, bound)
                sum = saturating(sum + total)
            } else {
                gaps(body, times: total, widest: &widest, sum: &sum)
            }
        default: break
        }
    }

    private func saturating(_ n: Int) -> Int { min(n, 1_000_000) }

    func check(_ tree: PatternTree, length: Int) throws(PatternProblem) {
        var widest = 0
        var sum = 0
        gaps(tree, times: 1, widest: &widest, sum: &sum)
        let whole = 0..<length
        if widest > PatternCost.wideGapLimit {
            throw PatternProblem(
                code: "costly-regex",
                message: Phrase(
                    "a gap of up to \(widest) arbitrary characters; at most 200 are allowed",
                    "任意字符的间隔最多 \(widest) 个，上限是 200"),
                help: Phrase("shorten the gap, or use two conditions in 'all'", "缩短间隔，或拆成 all 里的两个条件"),
                range: whole)
        }
        if sum > PatternCost.wideGapSumLimit {
            throw PatternProblem(
                code: "costly-regex",
                message: Phrase(
                    "gaps of \(sum) arbitrary characters together; at most 400 are allowed",
                    "任意字符的间隔合计 \(sum) 个，上限是 400"),
                help: Phrase("shorten the gaps, or use two conditions in 'all'", "缩短间隔，或拆成 all 里的两个条件"),
                range: whole)
        }
        let size = positions(tree)
        if size > PatternCost.positionLimit {
            throw PatternProblem(
                code: "costly-regex",
                message: Phrase(
                    "the pattern expands to \(size) positions; at most 4,000 are allowed",
                    "正则展开后有 \(size) 个位置，上限是 4000"),
                help: Phrase("reduce nested repeats", "减少嵌套的重复"),
                range: whole)
        }
    }
}
