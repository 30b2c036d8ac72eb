import RuleLanguage

extension RandomRules {
    /// Messages near an anchor; anchors are mostly messages, sometimes duties, silences, counts.
    func scope(depth: Int, _ draw: inout Draw) -> Condition {
        let anchor = draw.chance(75) || depth == 0 ? spoken(&draw) : condition(depth: depth, &draw)
        var result = Scope(
            anchor: anchor, direction: draw.one(of: Scope.Direction.allCases),
            which: draw.one(of: [.each, .each, .each, .first, .last, .nth(2)]), find: found(depth: depth, &draw))
        if draw.chance(50) { result.messages = draw.number(1...3) }
        if draw.chance(45) { result.time = draw.one(of: Limits.all) }
        return Condition(.scope(result))
    }

    /// A message condition, mostly on any text, so that windows are seldom empty.
    private func spoken(_ draw: inout Draw) -> Condition {
        let result = message(draw.chance(60) ? draw.one(of: [.buyer, .agent]) : nil, &draw)
        guard draw.chance(60), case .message(var message) = result.kind else { return result }
        message.text = nil
        message.repeats = nil
        return Condition(.message(message))
    }

    /// A condition on messages, as `find` takes it.
    private func found(depth: Int, _ draw: inout Draw) -> Condition {
        let first = spoken(&draw)
        guard depth > 0 else { return first }
        switch draw.number(0...9) {
        case 0: return Condition(.any([first, message(nil, &draw)]))
        case 1: return Condition(.unless(first, [condition(depth: 0, &draw)]))
        case 2: return Condition(.all([first, condition(depth: 0, &draw)]))
        case 3: return scope(depth: 0, &draw)
        default: return first
        }
    }
}
