/// The id of a rule: kebab-case English for the pattern flagged, at most 64 bytes.
public struct RuleID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    public let value: String

    public init(_ value: String) {
        self.value = value
    }

    public var description: String { value }

    public static func < (a: RuleID, b: RuleID) -> Bool {
        a.value < b.value
    }
}

/// Whether a rule describes what should happen (正面) or what should not (负面).
public enum Polarity: String, Sendable, Hashable {
    case positive, negative
}

/// How grave a hit of a rule is.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable, Codable {
    case info, minor, major, critical

    public static func < (a: Severity, b: Severity) -> Bool {
        let order = Severity.allCases
        return order.firstIndex(of: a) ?? 0 < order.firstIndex(of: b) ?? 0
    }
}

/// What a rule judges: a whole conversation or one agent's part of it (接待段).
public enum UnitKind: String, Sendable, Hashable {
    case conversation, stay
}

/// What reports need to know of a rule.
public struct RuleSummary: Sendable, Hashable {
    public var id: RuleID
    public var name: String
    public var polarity: Polarity
    public var category: String
    public var severity: Severity
    public var unit: UnitKind
    public var summary: String
    /// Points for a finding; nil takes the formula's for the severity.
    public var score: Int?
    /// Rules that say the same fact.
    public var family: String?
    /// Names of the steps, where the rule is a procedure; else empty.
    public var steps: [String]

    public init(
        id: RuleID, name: String, polarity: Polarity, category: String, severity: Severity,
        unit: UnitKind, summary: String, score: Int? = nil, family: String? = nil, steps: [String] = []
    ) {
        self.id = id
        self.name = name
        self.polarity = polarity
        self.category = category
        self.severity = severity
        self.unit = unit
        self.summary = summary
        self.score = score
        self.family = family
        self.steps = steps
    }
}
