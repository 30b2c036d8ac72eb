import RuleLanguage

/// The messages of a condition near the matches of another.
struct ScopeNode: Hashable {
    let plan: ScopePlan
    let anchor: Int
    let find: Int
}

/// The window of a scope, without its conditions.
struct ScopePlan: Hashable {
    let direction: Scope.Direction
    let which: Scope.Which
    let messages: Int?
    let time: Int64?

    init(_ scope: Scope) {
        direction = scope.direction
        which = scope.which
        messages = scope.messages
        time = scope.time
    }

    var looksAfter: Bool { direction != .before }
    var looksBefore: Bool { direction != .after }

    /// What cannot be known of the anchors in such a unit: with it, there is no match.
    func unknowns(startIsCut: Bool, endIsCut: Bool, hasTimes: Bool) -> UnknownReasons {
        var result: UnknownReasons = []
        if time != nil, !hasTimes { result.insert(.noTimes) }
        switch which {
        case .first, .nth: if startIsCut { result.insert(.cutOff) }
        case .last: if endIsCut { result.insert(.cutOff) }
        case .each: break
        }
        return result
    }
}
