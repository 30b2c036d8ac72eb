import ConversationModel
import RuleLanguage

/// Messages before, after or around the matches of an anchor.
extension Evaluator {
    func value(_ scope: Fixed<ScopeNode>) -> Value {
        let plan = scope.plan
        let anchor = value(scope.anchor)
        let own = plan.unknowns(startIsCut: unit.startIsCut, endIsCut: unit.isCutOff, hasTimes: hasTimes)
        var result = Value(matches: arena.empty())
        // As in an `all`, what is false for good carries no unknowns.
        let isOver = own.isEmpty && anchor.matches.isEmpty && anchor.unknowns.isEmpty
        // What is near nothing need not be looked for, but duties in it count as exposures.
        if isOver, rules.nodes[scope.find].isPure { return result }
        let find = value(scope.find)
        if own.isEmpty {
            if isOver { return result }
            if find.matches.isEmpty, find.unknowns.isEmpty { return result }
        }
        result.unknowns = anchor.unknowns.union(find.unknowns).union(own)
        guard own.isEmpty, !anchor.matches.isEmpty, !find.matches.isEmpty else { return result }
        let anchors = anchors(anchor.matches, plan.which)
        if !rules.nodes[scope.anchor].isPure { hold(anchors, of: scope) }
        let counted = plan.messages == nil ? nil : countedPopulation(scope.find)
        collect(find.matches, near: anchors, plan, counted: counted, into: result.matches)
        return result
    }

    /// Keeps anchors that would have to be found again for every match's evidence.
    private func hold(_ anchors: Mask, of scope: Fixed<ScopeNode>) {
        var rows: [Int] = []
        var i = anchors.first(from: 0)
        while i >= 0 {
            rows.append(i)
            i = anchors.first(from: i + 1)
        }
        heldAnchors[scope] = rows
    }

    /// The anchors nearest to a row on both sides, itself left out; -1 where there is none.
    private func neighbours(of row: Int, _ scope: Fixed<ScopeNode>) -> (earlier: Int, later: Int) {
        if let held = heldAnchors[scope] {
            let place = held.firstPlace(notBefore: row)
            let next = place < held.count && held[place] == row ? place + 1 : place
            return (place > 0 ? held[place - 1] : -1, next < held.count ? held[next] : -1)
        }
        let anchors = anchors(value(scope.anchor).matches, scope.plan.which)
        return (anchors.last(upTo: row - 1), anchors.first(from: row + 1))
    }

    /// The anchors that open a window. Must not be changed.
    func anchors(_ matches: Mask, _ which: Scope.Which) -> Mask {
        var place = -1
        switch which {
        case .each: return matches
        case .first: place = matches.first(from: 0)
        case .last: place = matches.last(upTo: count - 1)
        case .nth(let number):
            var left = number
            repeat {
                place = matches.first(from: place + 1)
                left -= 1
            } while left > 0 && place >= 0
        }
        let single = arena.empty()
        if place >= 0 { single.insert(place) }
        return single
    }

    /// One walk over the matches, the nearest anchors on both sides beside them.
    ///
    /// If any window holds a message, that of a nearest anchor does.
    private func collect(_ matches: Mask, near anchors: Mask, _ plan: ScopePlan, counted: Mask?, into result: Mask) {
        var earlier = -1
        var next = anchors.first(from: 0)
        var rows = RowCounter(counted)
        var earlierRows = RowCounter(counted)
        var laterRows = RowCounter(counted)
        var i = matches.first(from: 0)
        while i >= 0 {
            while next >= 0, next < i {
                earlier = next
                next = anchors.first(from: next + 1)
            }
            // No message lies in its own window.
            let later = next == i ? anchors.first(from: i + 1) : next
            let limit = plan.messages ?? .max
            if plan.looksAfter, earlier >= 0, isNear(earlier, i, plan),
                rows.count(through: i) - earlierRows.count(through: earlier) <= limit
            {
                result.insert(i)
            } else if plan.looksBefore, later >= 0, isNear(i, later, plan),
                laterRows.count(through: later - 1) - rows.count(through: i) + (counted?.contains(i) == true ? 1 : 0)
                    <= limit
            {
                result.insert(i)
            }
            i = matches.first(from: i + 1)
        }
    }

    private func isNear(_ row: Int, _ later: Int, _ plan: ScopePlan) -> Bool {
        guard let span = plan.time else { return true }
        return time(later) - time(row) <= span
    }

    // MARK: Evidence

    /// The anchor that a match rests on: the nearest earlier one whose window holds it, else the
    /// nearest later one; -1 where there is none.
    func anchor(of row: Int, _ scope: Fixed<ScopeNode>) -> Int {
        guard row >= 0 else { return -1 }
        let mark = arena.mark
        let before = obligations.count
        defer {
            obligations.removeSubrange(before...)
            release(to: mark)
        }
        let plan = scope.plan
        let (earlier, later) = neighbours(of: row, scope)
        if plan.looksAfter, earlier >= 0, isNear(earlier, row, plan) {
            guard let messages = plan.messages else { return earlier }
            let counted = countedPopulation(scope.find)
            if counted.count(in: earlier + 1..<row + 1) <= messages { return earlier }
        }
        return plan.looksBefore ? later : -1
    }

    /// The time between a match and its anchor, or -1.
    func gap(of row: Int, _ scope: Fixed<ScopeNode>) -> Int64 {
        guard hasTimes else { return -1 }
        let anchor = anchor(of: row, scope)
        return anchor < 0 ? -1 : abs(time(row) - time(anchor))
    }

    func addEvidence(_ scope: Fixed<ScopeNode>, anchor row: Int) {
        addEvidence(scope.find, anchor: row)
        let anchor = anchor(of: row, scope)
        if anchor >= 0 { addEvidence(row: anchor, .context, spans: spans(node: scope.anchor, at: anchor)) }
    }
}

/// Counts the members of a mask up to rows that only ascend: linear over a whole walk.
private struct RowCounter {
    private let mask: Mask?
    private var row = -1
    private var count = 0

    init(_ mask: Mask?) {
        self.mask = mask
    }

    /// Members at or before `end`; 0 without a mask.
    mutating func count(through end: Int) -> Int {
        guard let mask, end > row else { return count }
        count += mask.count(in: row + 1..<end + 1)
        row = end
        return count
    }
}

extension Mask {
    /// Members in a range of rows.
    func count(in range: Range<Int>) -> Int {
        guard !range.isEmpty else { return 0 }
        let (first, last) = (range.lowerBound >> 6, (range.upperBound - 1) >> 6)
        let head: UInt64 = ~0 << UInt64(range.lowerBound & 63)
        let tail: UInt64 = ~0 >> UInt64(63 - (range.upperBound - 1) & 63)
        if first == last { return (base[first] & head & tail).nonzeroBitCount }
        var n = (base[first] & head).nonzeroBitCount + (base[last] & tail).nonzeroBitCount
        for word in first + 1..<last { n += base[word].nonzeroBitCount }
        return n
    }
}
