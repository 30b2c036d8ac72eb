import ChineseText

/// Folds a pattern on its tree: never on its source, where a folded `（` would be a metacharacter.
struct PatternFolding {
    let table: FoldTable
    let level: TextLevel

    func fold(_ tree: PatternTree) -> PatternTree {
        switch tree {
        case .set(let set): fold(set)
        case .sequence(let parts): joinSpaces(parts.map(fold))
        case .alternation(let branches): .alternation(branches.map(fold))
        case .repetition(let body, let minimum, let maximum): repetition(fold(body), minimum, maximum)
        default: tree
        }
    }

    /// A run of white space is one space in folded text: `\s{2,}` means `\s`.
    private func repetition(_ body: PatternTree, _ minimum: Int, _ maximum: Int?) -> PatternTree {
        if level == .folded, body == .set(ScalarSet(0x20)) {
            return .repetition(body, minimum: min(1, minimum), maximum: maximum.map { min(1, $0) } ?? 1)
        }
        if case .empty = body { return .empty }
        return .repetition(body, minimum: minimum, maximum: maximum)
    }

    private func joinSpaces(_ parts: [PatternTree]) -> PatternTree {
        guard level == .folded else { return PatternTree.joined(parts) }
        var result: [PatternTree] = []
        guard case .sequence(let flat) = PatternTree.joined(parts) else { return PatternTree.joined(parts) }
        for part in flat {
            if part == .set(ScalarSet(0x20)), result.last == part { continue }
            result.append(part)
        }
        return PatternTree.joined(result)
    }

    private func fold(_ set: ScalarSet) -> PatternTree {
        if level == .exact {
            // An inner line feed stands as U+2028 in the text that is searched; a real one parts
            // messages there. The complement of a complement is the set without it.
            return .set(
                set.contains(0x0A) ? set.complement.complement.union(ScalarSet(0x2028)) : set)
        }
        if set == .anyButLineFeed { return .set(set) }
        // A complement keeps its shape, [^\p{Han}] too: fold what it leaves out.
        if set.count > 0x8_0000 {
            return .set(foldMembers(set.complement).set.complement)
        }
        let (single, strings) = foldMembers(set)
        if strings.isEmpty {
            // A pattern of nothing but what folding drops matches nothing by itself.
            return single.isEmpty ? .empty : .set(single)
        }
        let branches = strings.map { string in
            PatternTree.joined(string.unicodeScalars.map { .set(ScalarSet($0.value)) })
        }
        if single.isEmpty, branches.count == 1 { return branches[0] }
        return .alternation((single.isEmpty ? [] : [.set(single)]) + branches)
    }

    /// Folded members: those that fold to one code point, and the longer results, sorted.
    private func foldMembers(_ set: ScalarSet) -> (set: ScalarSet, strings: [String]) {
        var ranges: [ClosedRange<UInt32>] = []
        var strings: Set<String> = []
        for range in set.ranges {
            var runStart: UInt32?
            for value in range {
                guard let scalar = Unicode.Scalar(value) else { continue }
                if table.isUnchanged(value) {
                    if runStart == nil { runStart = value }
                    continue
                }
                if let start = runStart {
                    ranges.append(start...value - 1)
                    runStart = nil
                }
                let folded = Array(table.folded(String(Character(scalar))).unicodeScalars)
                if folded.count == 1 {
                    ranges.append(folded[0].value...folded[0].value)
                } else if !folded.isEmpty {
                    var text = ""
                    text.unicodeScalars.append(contentsOf: folded)
                    strings.insert(text)
                }
            }
            if let start = runStart { ranges.append(start...range.upperBound) }
        }
        return (withoutGaps(ScalarSet(ranges)), strings.sorted())
    }

    /// Closes gaps of characters that folded text never holds: of `[一-龥]` those that are traditional leave thousands, and a
    /// scanner's pattern has a limit. Small classes stay as they are.
    private func withoutGaps(_ set: ScalarSet) -> ScalarSet {
        guard level == .folded, set.ranges.count > 64 else { return set }
        var closed: [ClosedRange<UInt32>] = []
        for range in set.ranges {
            if let last = closed.last, (last.upperBound + 1..<range.lowerBound).allSatisfy(isFoldedAway) {
                closed[closed.count - 1] = last.lowerBound...range.upperBound
            } else {
                closed.append(range)
            }
        }
        return ScalarSet(closed)
    }

    /// Whether folding always turns the character into another one. Asked of ideographs and radicals alone: nothing beside them
    /// changes how they fold.
    private func isFoldedAway(_ value: UInt32) -> Bool {
        let ideographs: [ClosedRange<UInt32>] = [0x2E80...0x2FDF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF]
        guard ideographs.contains(where: { $0.contains(value) }), !table.isUnchanged(value),
            let scalar = Unicode.Scalar(value)
        else { return false }
        return Array(table.folded(String(Character(scalar))).unicodeScalars) != [scalar]
    }
}
