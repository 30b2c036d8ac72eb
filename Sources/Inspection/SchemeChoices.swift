import ConversationModel

/// The sets that groups have, by version: asked for once each.
struct SchemeChoices {
    private var known: [UInt64: (set: Int, isNamed: Bool)] = [:]

    mutating func choice(
        _ group: Int32, inVersionOf first: Int, ask: (Int) throws -> (set: Int, isNamed: Bool)
    ) rethrows -> (set: Int, isNamed: Bool) {
        let key = PairKey.make(group, Int32(truncatingIfNeeded: first))
        if let known = known[key] { return known }
        let choice = try ask(first)
        known[key] = choice
        return choice
    }
}
