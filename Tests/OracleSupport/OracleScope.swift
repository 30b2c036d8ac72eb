import ConversationModel
import RuleLanguage

extension OracleJudge {
    /// §3: "the inner condition's messages inside the window, each its own anchor, once even where
    /// windows overlap; A's own message excluded; no A: F".
    func value(of scope: Scope) -> OracleValue {
        let anchor = value(of: scope.anchor)
        let find = value(of: scope.find)

        // What decides which anchors count, or how far a message lies from one, may be unknown.
        var own: Set<String> = []
        if scope.time != nil, !unit.hasTimes { own.insert("no-times") }
        switch scope.which {
        case .first, .nth: if unit.startIsCut { own.insert("cut-off") }
        case .last: if unit.end.isCutOff { own.insert("cut-off") }
        case .each: break
        }
        let unknowns = anchor.unknowns.union(find.unknowns).union(own)
        guard own.isEmpty else { return OracleValue(unknowns: unknowns) }

        // An anchor ∅ is ignored.
        let all = anchor.matches.compactMap(\.anchor)
        // As `all` does: F where one of the two cannot be, whatever is unknown of the other.
        if all.isEmpty, anchor.unknowns.isEmpty { return OracleValue() }
        if find.matches.allSatisfy({ $0.anchor == nil }), find.unknowns.isEmpty { return OracleValue() }

        let anchors: [Int]
        switch scope.which {
        case .each: anchors = all
        case .first: anchors = Array(all.prefix(1))
        case .last: anchors = Array(all.suffix(1))
        case .nth(let number): anchors = all.indices.contains(number - 1) ? [all[number - 1]] : []
        }
        let population = population(of: scope.find, positioned: false) ?? []
        let matches = find.matches.filter { match in
            guard let row = match.anchor else { return false }
            return anchors.contains { isInWindow(row, of: $0, scope, population) }
        }
        return OracleValue(matches: matches, unknowns: unknowns)
    }

    private func isInWindow(_ row: Int, of anchor: Int, _ scope: Scope, _ population: [Int]) -> Bool {
        switch scope.direction {
        case .after: if row <= anchor { return false }
        case .before: if row >= anchor { return false }
        case .around: if row == anchor { return false }
        }
        if let time = scope.time, abs(unit.time(row) - unit.time(anchor)) > time { return false }
        guard let messages = scope.messages else { return true }
        // From the anchor's neighbour to the message itself.
        let stretch = anchor < row ? anchor + 1...row : row...anchor - 1
        return population.count { stretch.contains($0) } <= messages
    }
}
