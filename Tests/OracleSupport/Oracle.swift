import ConversationModel
import RuleLanguage

/// A second, deliberately naive reading of the semantics of evaluation.
///
/// It quantifies over the whole message table, keeps no state between messages and shares no code
/// with the evaluator; it exists only to be compared with it. Cubic and worse: small inputs only.
public struct Oracle: Sendable {
    /// The rules, in the order of the outcomes.
    public let rules: [Rule]
    let policy: TimePolicy
    let groups: Set<String>
    let asOf: Instant?
    let needsAnswer: @Sendable (String) -> Bool

    /// An oracle for `rules`.
    ///
    /// `groups` are the names that `transfer.to` may carry without meaning an agent, beside the
    /// conversation's own group. `needsAnswer` is asked for the text of every buyer message that has
    /// content, whatever its kind. A conversation that closes after `asOf` is cut off there.
    public init(
        rules: [Rule], policy: TimePolicy = TimePolicy(), groups: Set<String> = [],
        asOf: Instant? = nil, needsAnswer: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.rules = rules
        self.policy = policy
        self.groups = groups
        self.asOf = asOf
        self.needsAnswer = needsAnswer
    }

    /// The outcome of every rule on every unit: by part, then rule, then unit in order of its start.
    ///
    /// A conversation without messages has no unit.
    public func outcomes(of conversation: Conversation) -> [OracleOutcome] {
        let record = OracleRecord(
            conversation, policy: policy, groups: groups, asOf: asOf, needsAnswer: needsAnswer)
        return record.parts.flatMap { part in
            rules.flatMap { rule in
                record.units(of: rule.unit, in: part).map { outcome(of: rule, on: $0) }
            }
        }
    }

    private func outcome(of rule: Rule, on unit: OracleUnit) -> OracleOutcome {
        var result = OracleOutcome(
            rule: rule.id, conversation: unit.part.id, firstMessage: unit.part.rows.lowerBound,
            stay: unit.stay.map { OracleOutcome.Stay(owner: $0.owner, start: $0.start) },
            spansAreExact: !rule.when.usesRegex)
        let judge = OracleJudge(unit: unit)

        // §4: "`appliesTo` F: not applicable; `appliesTo` U: not evaluated with reasons".
        if let appliesTo = rule.appliesTo {
            let value = judge.value(of: appliesTo)
            switch value.truth {
            case .false: return result
            case .unknown:
                result.verdict = .notEvaluated(value.unknowns.sorted())
                return result
            case .true: break
            }
        }

        let value = judge.value(of: rule.when)
        var matches = value.matches
        // §2: "A true root without matches yields one match with anchor ∅."
        if value.truth == .true, matches.isEmpty {
            matches = [OracleMatch(anchor: nil, owner: unit.ownerOfWhole, spans: [])]
        }
        // §4: "The owner of a hit is always exposed."
        let structural = judge.exposures(of: rule.when)
        result.exposures = Set(
            structural + matches.map { OracleExposure(owner: $0.owner, anchor: $0.anchor) }
        ).sorted()

        switch value.truth {
        case .true: result.verdict = .hit
        case .unknown: result.verdict = .notEvaluated(value.unknowns.sorted())
        case .false: result.verdict = result.exposures.isEmpty ? .notApplicable : .clean
        }
        result.isPartial = value.truth == .true && !value.unknowns.isEmpty

        let hits = matches.map { finding(.hit, $0, rule, unit, isPartial: result.isPartial) }
        var misses: [OracleFinding] = []
        if rule.polarity == .positive {
            misses = judge.misses(
                of: rule.when, value: value, hits: matches, exposures: result.exposures
            ).map { finding(.missed, $0, rule, unit, isPartial: false) }
        }
        result.findings = Set(hits + misses).sorted()
        return result
    }

    private func finding(
        _ outcome: FindingOutcome, _ match: OracleMatch, _ rule: Rule, _ unit: OracleUnit,
        isPartial: Bool
    ) -> OracleFinding {
        var spans: [Int: [Span]] = [:]
        if let anchor = match.anchor, !match.spans.isEmpty { spans[anchor] = match.spans }
        return OracleFinding(
            rule: rule.id, outcome: outcome, owner: match.owner, conversation: unit.part.id,
            anchor: match.anchor, spans: spans, isPartial: isPartial)
    }
}

extension Condition {
    /// Whether spans may depend on how an alternation is matched.
    var usesRegex: Bool {
        switch kind {
        case .message(let message): message.text?.usesRegex ?? false
        case .expectation(let e): e.after.usesRegex || e.expect.usesRegex
        case .silence, .gap, .unit: false
        case .sequence(let sequence): sequence.steps.contains { $0.condition.usesRegex }
        case .count(let count): count.of.usesRegex
        case .scope(let scope): scope.anchor.usesRegex || scope.find.usesRegex
        case .all(let children), .any(let children): children.contains(where: \.usesRegex)
        case .not(let child): child.usesRegex
        case .unless(let child, let others): ([child] + others).contains(where: \.usesRegex)
        }
    }
}

extension TextCondition {
    var usesRegex: Bool {
        switch kind {
        case .regex: true
        case .keywords, .equals, .entity, .similar, .length: false
        case .all(let children), .any(let children): children.contains(where: \.usesRegex)
        case .not(let child): child.usesRegex
        case .unless(let child, let others): ([child] + others).contains(where: \.usesRegex)
        }
    }
}
