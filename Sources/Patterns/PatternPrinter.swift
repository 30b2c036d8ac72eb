/// Writes a tree as source for the scanner (Vectorscan) or the span matcher (RE2).
enum PatternPrinter {
    static func print(_ tree: PatternTree) -> String {
        var out = ""
        write(tree, into: &out)
        return out
    }

    /// What decides *whether* a message matches is less than what decides *where*: repeats at the
    /// outer ends shrink to their least, so that `[0-9]+元` reports once and starts from one digit.
    static func existence(_ tree: PatternTree) -> PatternTree {
        trimEnd(trimStart(tree))
    }

    private static func trimStart(_ tree: PatternTree) -> PatternTree {
        switch tree {
        case .repetition(let body, let minimum, _):
            if minimum == 0 { return .empty }
            if minimum == 1 { return trimStart(body) }
            return .repetition(body, minimum: minimum, maximum: minimum)
        case .sequence(let parts):
            var parts = parts
            while let first = parts.first {
                let trimmed = trimStart(first)
                if trimmed == .empty {
                    parts.removeFirst()
                    continue
                }
                parts[0] = trimmed
                break
            }
            return PatternTree.joined(parts)
        case .alternation(let branches): return .alternation(branches.map(trimStart))
        default: return tree
        }
    }

    private static func trimEnd(_ tree: PatternTree) -> PatternTree {
        switch tree {
        case .repetition(let body, let minimum, _):
            if minimum == 0 { return .empty }
            if minimum == 1 { return trimEnd(body) }
            return .repetition(body, minimum: minimum, maximum: minimum)
        case .sequence(let parts):
            var parts = parts
            while let last = parts.last {
                let trimmed = trimEnd(last)
                if trimmed == .empty {
                    parts.removeLast()
                    continue
                }
                parts[parts.count - 1] = trimmed
                break
            }
            return PatternTree.joined(parts)
        case .alternation(let branches): return .alternation(branches.map(trimEnd))
        default: return tree
        }
    }

    private static func write(_ tree: PatternTree, into out: inout String) {
        switch tree {
        case .empty: out += "(?:)"
        case .set(let set): write(set, into: &out)
        case .sequence(let parts):
            for part in parts {
                if case .alternation = part { group(part, into: &out) } else { write(part, into: &out) }
            }
        case .alternation(let branches):
            out += "(?:"
            for (i, branch) in branches.enumerated() {
                if i > 0 { out += "|" }
                if branch != .empty { write(branch, into: &out) }
            }
            out += ")"
        case .repetition(let body, let minimum, let maximum):
            if case .set = body { write(body, into: &out) } else { group(body, into: &out) }
            switch (minimum, maximum) {
            case (0, 1): out += "?"
            case (0, nil): out += "*"
            case (1, nil): out += "+"
            case (_, nil): out += "{\(minimum),}"
            case (_, let maximum?): out += maximum == minimum ? "{\(minimum)}" : "{\(minimum),\(maximum)}"
            }
        case .textStart: out += "^"
        case .textEnd: out += "$"
        case .wordBoundary: out += "\\b"
        case .notWordBoundary: out += "\\B"
        }
    }

    private static func group(_ tree: PatternTree, into out: inout String) {
        out += "(?:"
        write(tree, into: &out)
        out += ")"
    }

    private static func write(_ set: ScalarSet, into out: inout String) {
        if let single = set.single {
            escape(single, into: &out)
        } else if set == .anyButLineFeed {
            out += "."
        } else if set.count > 0x8_0000 {
            // The complement's complement leaves out line feed again, so name it here.
            let excluded = set.complement.union(ScalarSet(0x0A))
            out += "[^"
            ranges(excluded, into: &out)
            out += "]"
        } else {
            out += "["
            ranges(set, into: &out)
            out += "]"
        }
    }

    private static func ranges(_ set: ScalarSet, into out: inout String) {
        for range in set.ranges {
            // Surrogates are no scalars: neither engine takes them.
            let halves = [
                (range.lowerBound, min(range.upperBound, 0xD7FF)),
                (max(range.lowerBound, 0xE000), range.upperBound),
            ]
            for (low, high) in halves where low <= high {
                escape(low, into: &out)
                if high > low {
                    out += "-"
                    escape(high, into: &out)
                }
            }
        }
    }

    private static func escape(_ value: UInt32, into out: inout String) {
        if value < 0x80, ScalarSet.wordCharacters.contains(value), let scalar = Unicode.Scalar(value) {
            out.unicodeScalars.append(scalar)
        } else {
            out += "\\x{" + String(value, radix: 16) + "}"
        }
    }
}
