import RuleLanguage

extension Condition {
    /// The conditions directly inside it, in the order in which they are written; of `unless` the
    /// condition, then its exceptions.
    var parts: [Condition] {
        switch kind {
        case .expectation(let plan): [plan.after, plan.expect] + (plan.excuse.map { [$0.condition] } ?? [])
        case .count(let count): [count.of]
        case .scope(let scope): [scope.anchor, scope.find]
        case .all(let conditions), .any(let conditions): conditions
        case .not(let inner): [inner]
        case .unless(let base, let exceptions): [base] + exceptions
        default: []
        }
    }
}

extension TextCondition {
    /// The conditions directly inside it, as of a `Condition`.
    var parts: [TextCondition] {
        switch kind {
        case .all(let conditions), .any(let conditions): conditions
        case .not(let inner): [inner]
        case .unless(let base, let exceptions): [base] + exceptions
        default: []
        }
    }
}
