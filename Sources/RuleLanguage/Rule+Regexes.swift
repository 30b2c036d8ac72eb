extension Rule {
    /// All conditions on text that are regexes, in the order of the file; equal ones more than once.
    public var regexes: [RegexCondition] {
        var found: [RegexCondition] = []
        appliesTo?.collect(into: &found)
        when.collect(into: &found)
        return found
    }
}

extension Condition {
    fileprivate func collect(into found: inout [RegexCondition]) {
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
    fileprivate func collect(into found: inout [RegexCondition]) {
        switch kind {
        case .keywords, .equals, .entity, .similar, .length: break
        case .regex(let regex): found.append(regex)
        case .all(let parts), .any(let parts):
            for part in parts { part.collect(into: &found) }
        case .not(let part): part.collect(into: &found)
        case .unless(let part, let exceptions):
            part.collect(into: &found)
            for exception in exceptions { exception.collect(into: &found) }
        }
    }
}
