import ConversationModel

/// What a rule came to on one unit.
public enum OracleVerdict: Hashable, Sendable {
    case notApplicable
    /// The reasons, sorted: `cut-off`, `no-times`.
    case notEvaluated([String])
    case hit
    case clean
}

/// One owner who could have been charged, and the message that made it so.
public struct OracleExposure: Hashable, Sendable, Comparable {
    public var owner: Owner
    /// Index in the whole record; nil is the whole unit.
    public var anchor: Int?

    public init(owner: Owner, anchor: Int?) {
        self.owner = owner
        self.anchor = anchor
    }

    /// By anchor, the whole unit first, then owner.
    public static func < (a: OracleExposure, b: OracleExposure) -> Bool {
        let (x, y) = (a.anchor ?? -1, b.anchor ?? -1)
        return x != y ? x < y : a.owner < b.owner
    }
}

/// A hit, or a missed duty of a positive rule, as the oracle sees it.
public struct OracleFinding: Hashable, Sendable, Comparable {
    public var rule: RuleID
    public var outcome: FindingOutcome
    public var owner: Owner
    /// With its part: `id#2`.
    public var conversation: String
    /// Index in the whole record, not in the part; nil is the whole unit.
    public var anchor: Int?
    /// Spans on the anchor message only (what else a product shows is evidence); no entry where none.
    public var spans: [Int: [Span]]
    public var isPartial: Bool

    public init(
        rule: RuleID, outcome: FindingOutcome, owner: Owner, conversation: String, anchor: Int?,
        spans: [Int: [Span]] = [:], isPartial: Bool = false
    ) {
        self.rule = rule
        self.outcome = outcome
        self.owner = owner
        self.conversation = conversation
        self.anchor = anchor
        self.spans = spans
        self.isPartial = isPartial
    }

    /// By anchor, the whole unit first; hits before misses; then owner.
    public static func < (a: OracleFinding, b: OracleFinding) -> Bool {
        let (x, y) = (a.anchor ?? -1, b.anchor ?? -1)
        if x != y { return x < y }
        if a.outcome != b.outcome { return a.outcome == .hit }
        return a.owner < b.owner
    }
}

/// One rule on one unit.
public struct OracleOutcome: Hashable, Sendable {
    /// The stay that was judged.
    public struct Stay: Hashable, Sendable {
        public var owner: Owner
        /// Index in the record of the message that it starts at.
        public var start: Int

        public init(owner: Owner, start: Int) {
            self.owner = owner
            self.start = start
        }
    }

    public var rule: RuleID
    /// With its part: `id#2`.
    public var conversation: String
    /// Index in the record of the first message of the part.
    public var firstMessage: Int
    /// Nil for rules of unit `conversation`.
    public var stay: Stay?
    public var verdict: OracleVerdict
    public var isPartial: Bool
    /// Sorted by anchor, hits before misses.
    public var findings: [OracleFinding]
    /// Sorted, without repeats; empty where `appliesTo` is not true.
    public var exposures: [OracleExposure]
    /// False where a regex takes part: compare then that it matched, not where.
    public var spansAreExact: Bool

    /// An outcome as an evaluator gave it, to be compared and described like the oracle's.
    public init(
        rule: RuleID, conversation: String, firstMessage: Int, stay: Stay?,
        verdict: OracleVerdict = .notApplicable, isPartial: Bool = false,
        findings: [OracleFinding] = [], exposures: [OracleExposure] = [], spansAreExact: Bool = true
    ) {
        self.rule = rule
        self.conversation = conversation
        self.firstMessage = firstMessage
        self.stay = stay
        self.verdict = verdict
        self.isPartial = isPartial
        self.findings = findings.sorted()
        self.exposures = Set(exposures).sorted()
        self.spansAreExact = spansAreExact
    }
}

/// One line an outcome, findings and exposures indented below it: for reading differences.
public func describe(_ outcomes: [OracleOutcome], spans: Bool = true) -> String {
    var lines: [String] = []
    for outcome in outcomes {
        let unit = outcome.stay.map { " stay(\($0.owner.label)@\($0.start))" } ?? ""
        lines.append("\(outcome.conversation) \(outcome.rule)\(unit): \(word(outcome))")
        for exposure in outcome.exposures {
            lines.append("    exposed \(exposure.owner.label) at \(place(exposure.anchor))")
        }
        for finding in outcome.findings {
            var line = "    \(finding.outcome.rawValue) \(finding.owner.label)"
            line += " at \(place(finding.anchor))"
            if spans, outcome.spansAreExact {
                for (message, spans) in finding.spans.sorted(by: { $0.key < $1.key }) {
                    let ranges = spans.map { "\($0.start)..<\($0.end)" }.joined(separator: ",")
                    line += " \(message)[\(ranges)]"
                }
            }
            lines.append(line)
        }
    }
    return lines.joined(separator: "\n")
}

private func word(_ outcome: OracleOutcome) -> String {
    switch outcome.verdict {
    case .notApplicable: "not applicable"
    case .notEvaluated(let reasons): "not evaluated (\(reasons.joined(separator: ", ")))"
    case .hit: outcome.isPartial ? "hit, partial" : "hit"
    case .clean: "clean"
    }
}

private func place(_ anchor: Int?) -> String {
    anchor.map { "message \($0)" } ?? "∅"
}
