import RuleLanguage

extension Condition {
    /// The conditions directly inside it, in the order in which they are written; of `unless` the
    /// condition, then its exceptions.
    var parts: [Condition] {
        switch kind {
        case .expectation(let plan): [plan.after, plan.expect] + (plan.excuse.map { [$0.condition] } ?? [])
        case .count(let count): [count.of]
        case .scope(let scope): [scope.anchor, scope.find]
        case .sequence(let sequence): sequence.steps.map(\.condition)
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

extension Condition {
    /// Whether its matches are those of a duty that reports what was met.
    var reportsMetDuty: Bool {
        switch kind {
        case .expectation(let plan): plan.report == .met
        case .all(let conditions):
            !conditions.isEmpty && conditions[RuleCompiler.subject(among: conditions)].reportsMetDuty
        case .unless(let base, _): base.reportsMetDuty
        default: false
        }
    }

    /// Whether a duty in it may last longer than `time`, or as long as somebody promises.
    func hasDuty(beyond time: Int64) -> Bool {
        switch kind {
        case .expectation(let plan): plan.promise != nil || plan.time ?? 0 > time
        default: parts.contains { $0.hasDuty(beyond: time) }
        }
    }

    /// Whether opening hours decide something in it.
    var asksForHours: Bool {
        switch kind {
        case .expectation(let plan) where plan.clock == .business || plan.onlyInsideHours: true
        case .message(let message): message.sent?.hours != nil
        case .unit(.started(let moment)): moment.hours != nil
        default: parts.contains { $0.asksForHours }
        }
    }
}

extension Rule {
    /// Whether opening hours decide something in it: `clock: business`, `only: inside-hours` or `hours`. Without
    /// hours in the time policy the shop is always open.
    public var asksForHours: Bool { when.asksForHours || appliesTo?.asksForHours ?? false }
}
