/// What a rule looks for in texts, as far as it takes long to prepare.
public struct TextLookups: Sendable {
    /// Regexes in the order of the file; equal ones more than once.
    public fileprivate(set) var regexes: [RegexCondition] = []
    /// How many keywords there are, equal ones more than once.
    public fileprivate(set) var phrases = 0
    /// Some keywords or entities are looked for at level `evasion`.
    public fileprivate(set) var seesThroughDisguises = false
}

extension Rule {
    /// What all of its conditions look for.
    public var lookups: TextLookups {
        var found = TextLookups()
        appliesTo?.collect(into: &found)
        when.collect(into: &found)
        return found
    }
}

extension Condition {
    fileprivate func collect(into found: inout TextLookups) {
        switch kind {
        case .message(let message): message.text?.collect(into: &found)
        case .expectation(let expectation):
            expectation.after.collect(into: &found)
            expectation.expect.collect(into: &found)
            expectation.excuse?.condition.collect(into: &found)
        case .silence, .gap, .unit: break
        case .sequence(let sequence):
            for step in sequence.steps { step.condition.collect(into: &found) }
        case .count(let count): count.of.collect(into: &found)
        case .scope(let scope):
            scope.anchor.collect(into: &found)
            scope.find.collect(into: &found)
        case .all(let children), .any(let children):
            for child in children { child.collect(into: &found) }
        case .not(let child): child.collect(into: &found)
        case .unless(let child, let exceptions):
            child.collect(into: &found)
            for exception in exceptions { exception.collect(into: &found) }
        }
    }
}

extension TextCondition {
    fileprivate func collect(into found: inout TextLookups) {
        switch kind {
        case .equals, .similar, .length: break
        case .entity(let entity): if entity.fold == .evasion { found.seesThroughDisguises = true }
        case .keywords(let keywords):
            found.phrases += keywords.phrases.count
            if keywords.fold == .evasion { found.seesThroughDisguises = true }
        case .regex(let regex): found.regexes.append(regex)
        case .all(let parts), .any(let parts):
            for part in parts { part.collect(into: &found) }
        case .not(let part): part.collect(into: &found)
        case .unless(let part, let exceptions):
            part.collect(into: &found)
            for exception in exceptions { exception.collect(into: &found) }
        }
    }
}
