/// What a pattern implies: a conjunction of disjunctions of literals, as in RE2's prefilter.
///
/// Every text that the pattern matches holds, for each factor, one of the factor's strings. Each node
/// of the tree is looked at once, and what is kept of it is bounded: the cost grows with the source,
/// not with what it expands to.
struct PatternFactors {
    static let factorLimit = 3
    /// Where a factor is worth its hits: in one place of eight at most. They cost far less than a closer
    /// look at a message that they could have spared.
    private static let joiningRate = 1.0 / 8
    /// Where factors none of which is good stand for the pattern all the same: about one question mark or
    /// two common characters. Without them the scanner would have to know the whole pattern, which costs
    /// more than the looks, to compile as well as to run.
    private static let loneRate = 1.0 / 12

    /// Best first; empty where nothing useful is known.
    let factors: [LiteralSet]
    /// Whether a text that holds a string of the only factor matches.
    let isLiteral: Bool

    init(_ tree: PatternTree) {
        let known = Knowledge(PatternPrinter.existence(tree))
        isLiteral = known.isWhole && known.isPlain
        if isLiteral {
            factors = [known.head.minimal]
            return
        }
        var chosen: [LiteralSet] = []
        var room = LiteralSet.literalLimit
        var rate = 1.0
        for factor in known.factors.map(\.minimal) where factor.strings.count <= room {
            guard factor.worth.rate <= PatternFactors.joiningRate || chosen.isEmpty && factor.worth.isGood else {
                continue
            }
            chosen.append(factor)
            room -= factor.strings.count
            rate *= factor.worth.rate
        }
        let stands = rate <= PatternFactors.loneRate || chosen.first?.worth.isGood == true
        factors = stands ? chosen : []
    }
}

/// What is known of every string that one part of a pattern matches.
private struct Knowledge {
    /// It starts, and it ends, with one of these.
    var head = LiteralSet.nothing
    var tail = LiteralSet.nothing
    /// It is one of `head`, which equals `tail`.
    var isWhole = false
    /// Each string of `head` matches wherever it stands: no assertion is in the way.
    var isPlain = false
    /// It holds one of each of these: the best three, best first.
    var factors: [LiteralSet] = []

    private init() {}

    private init(whole strings: LiteralSet, isPlain: Bool) {
        head = strings
        tail = strings
        isWhole = true
        self.isPlain = isPlain
        factors = strings.worth.isOfUse ? [strings] : []
    }

    init(_ tree: PatternTree) {
        switch tree {
        case .empty: self.init(whole: .nothing, isPlain: true)
        case .textStart, .textEnd, .wordBoundary, .notWordBoundary:
            // They take no character: what stands before is followed at once by what stands behind.
            self.init(whole: .nothing, isPlain: false)
        case .set(let set):
            if let members = LiteralSet(set) { self.init(whole: members, isPlain: true) } else { self.init() }
        case .sequence(let parts): self.init(sequence: parts.map(Knowledge.init))
        case .alternation(let branches): self.init(branches: branches.map(Knowledge.init))
        case .repetition(let body, let minimum, let maximum):
            self.init(repeating: Knowledge(body), minimum: minimum, maximum: maximum)
        }
    }

    private init(sequence parts: [Knowledge]) {
        if parts.allSatisfy(\.isWhole), let whole = Knowledge.joined(parts.map(\.head)).whole {
            self.init(whole: whole, isPlain: parts.allSatisfy(\.isPlain))
        } else {
            self.init()
        }
        // Runs of strings that follow each other. A part that is not known whole ends a run with its
        // head and starts the next one with its tail.
        var runs: [[LiteralSet]] = [[]]
        for part in parts {
            runs[runs.count - 1].append(part.head)
            if !part.isWhole { runs.append([part.tail]) }
        }
        if !isWhole {
            head = Knowledge.joined(runs[0]).longest
            tail = Knowledge.joined(runs[runs.count - 1].reversed(), isReversed: true).longest
        }
        let inner = parts.filter { !$0.isWhole }.flatMap(\.factors)
        factors = Knowledge.best(inner + runs.flatMap(Knowledge.windows))
    }

    private init(branches: [Knowledge]) {
        let heads = LiteralSet.union(branches.map(\.head), limit: LiteralSet.stringLimit)
        if let heads, branches.allSatisfy(\.isWhole) {
            self.init(whole: heads, isPlain: branches.allSatisfy(\.isPlain))
        } else {
            self.init()
            head = heads ?? .nothing
            tail = LiteralSet.union(branches.map(\.tail), limit: LiteralSet.stringLimit) ?? .nothing
        }
        let bests = branches.compactMap(\.factors.first)
        guard bests.count == branches.count else { return }
        // Many branches with many strings each: those of each that say enough with the fewest.
        let union =
            LiteralSet.union(bests, limit: LiteralSet.literalLimit)
            ?? LiteralSet.union(branches.compactMap(\.briefest), limit: LiteralSet.literalLimit)
        if let union { factors = Knowledge.best(factors + [union]) }
    }

    private init(repeating body: Knowledge, minimum: Int, maximum: Int?) {
        guard body.isWhole else {
            self.init()
            guard minimum > 0 else { return }
            head = body.head
            tail = body.tail
            factors = body.factors
            return
        }
        if maximum == 0 || body.head.isNothing {
            self.init(whole: .nothing, isPlain: body.isPlain)
            return
        }
        // The strings of so many repeats as fit: the longest of them grows with each.
        var power = LiteralSet.nothing
        var least = LiteralSet.nothing
        var all: LiteralSet? = minimum == 0 ? .nothing : nil
        var repeats = 0
        while repeats < maximum ?? minimum, let next = power.followed(by: body.head) {
            power = next
            repeats += 1
            if repeats <= minimum { least = power }
            if repeats >= minimum {
                guard
                    let union = LiteralSet.union([all, power].compactMap { $0 }, limit: LiteralSet.stringLimit)
                else {
                    repeats = -1
                    break
                }
                all = union
            }
        }
        if let all, repeats == maximum {
            self.init(whole: all, isPlain: body.isPlain)
        } else {
            self.init()
            head = least
            tail = least
            if minimum > 0 { factors = Knowledge.best(body.factors + [least]) }
        }
    }

    /// Of the good factors the one with the fewest strings; the best where none is good.
    private var briefest: LiteralSet? {
        factors.filter(\.worth.isGood).min { $0.strings.count < $1.strings.count } ?? factors.first
    }

    /// The strings of sets that follow each other: of as many as fit, and of all if they do.
    private static func joined(
        _ sets: some Sequence<LiteralSet>, isReversed: Bool = false
    ) -> (longest: LiteralSet, whole: LiteralSet?) {
        var product = LiteralSet.nothing
        for set in sets {
            guard let next = isReversed ? set.followed(by: product) : product.followed(by: set) else {
                return (product, nil)
            }
            product = next
        }
        return (product, product)
    }

    /// The best stretches of a run; each says something that those before it do not.
    private static func windows(_ run: [LiteralSet]) -> [LiteralSet] {
        let run = run.filter { !$0.isNothing }
        var isCovered = [Bool](repeating: false, count: run.count)
        var found: [LiteralSet] = []
        while found.count < PatternFactors.factorLimit, let best = bestWindow(run, isCovered: isCovered) {
            found.append(joined(run[best.range]).longest)
            for place in best.range { isCovered[place] = true }
            if best.worth.isEnough { break }
        }
        return found
    }

    /// The best stretch within the bounds that is worth a look for what no other covers.
    private static func bestWindow(
        _ run: [LiteralSet], isCovered: [Bool]
    ) -> (range: Range<Int>, worth: LiteralWorth)? {
        var best: (range: Range<Int>, worth: LiteralWorth)?
        for start in run.indices {
            var worth = LiteralWorth()
            var fresh = LiteralWorth()
            var longest = 0
            for end in start..<run.count {
                worth = worth * run[end].worth
                longest += run[end].longest
                if worth.count > LiteralSet.stringLimit || longest > LiteralSet.lengthLimit { break }
                if !isCovered[end] { fresh = fresh * run[end].worth }
                if fresh.isOfUse, best.map({ worth > $0.worth }) ?? true { best = (start..<end + 1, worth) }
            }
        }
        return best
    }

    /// The best few, best first, without those that a better one implies.
    private static func best(_ candidates: [LiteralSet]) -> [LiteralSet] {
        var kept: [LiteralSet] = []
        let sorted = candidates.filter(\.worth.isOfUse).enumerated().sorted {
            $0.element.worth == $1.element.worth
                ? $0.offset < $1.offset : $0.element.worth > $1.element.worth
        }
        for (_, candidate) in sorted where kept.count < PatternFactors.factorLimit {
            if !kept.contains(where: { $0.implies(candidate) }) { kept.append(candidate) }
        }
        return kept
    }
}
