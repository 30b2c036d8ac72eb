import ConversationModel
import Diagnostics

/// Which rules count for which groups, and with which values of their parameters (质检方案).
public struct Scheme: Sendable, Hashable {
    /// Which rules a scheme ticks.
    public enum Selection: Sendable, Hashable {
        case all
        /// Only these.
        case only(Set<RuleID>)
        /// All but these.
        case except(Set<RuleID>)
    }

    /// Lower-case words joined by `-`; findings name the scheme by it.
    public var id: String
    public var name: String
    /// The groups that it is for, in the order of the file.
    public var groups: [String]
    /// Whether it is for every group that no scheme names.
    public var isDefault: Bool
    public var selection: Selection
    /// Values in place of the defaults, within the bounds that the rules declare.
    public var parameters: [RuleID: [String: Parameter.Value]]
    public var place: Place

    public init(
        id: String, name: String, groups: [String] = [], isDefault: Bool = false, selection: Selection = .all,
        parameters: [RuleID: [String: Parameter.Value]] = [:], place: Place = Place(path: "")
    ) {
        self.id = id
        self.name = name
        self.groups = groups
        self.isDefault = isDefault
        self.selection = selection
        self.parameters = parameters
        self.place = place
    }

    /// Whether the scheme ticks a rule.
    public func takes(_ rule: RuleID) -> Bool {
        switch selection {
        case .all: true
        case .only(let rules): rules.contains(rule)
        case .except(let rules): !rules.contains(rule)
        }
    }
}

/// What a set of rule files holds.
public struct RuleBook: Sendable {
    /// Those without an error, in the order of their paths.
    public var rules: [Rule]
    public var schemes: [Scheme]
    /// How findings become points; nil: nothing is scored.
    public var scoring: ScoreFormula?
    /// Regexes of rules that are not among `rules`, and of named conditions; equal ones more than once.
    public var looseRegexes: [RegexCondition]
    /// Sorted by place.
    public var diagnostics: [Diagnostic]
}

/// The schemes of a set of rule files, and which group has which.
public struct SchemeTable: Sendable, Hashable {
    /// In the order of the files. Where none is the default one, the last stands for it: all rules as they are.
    public let schemes: [Scheme]
    /// The place in `schemes` of the one for groups that none names.
    public let fallback: Int
    private let places: [String: Int]

    /// At most so many schemes count, the last one that stands for the default included.
    public static let limit = 64
    /// The id of what stands for the default scheme where there is none.
    public static let allRules = "all-rules"

    /// The table of `schemes`, of which no two name a group and at most one is the default; empty without any.
    public init(_ schemes: [Scheme]) {
        var all = schemes
        if !schemes.isEmpty, !schemes.contains(where: \.isDefault) {
            all.append(Scheme(id: SchemeTable.allRules, name: "全部规则", isDefault: true))
        }
        self.schemes = all
        fallback = all.firstIndex(where: \.isDefault) ?? 0
        var places: [String: Int] = [:]
        for (place, scheme) in all.enumerated() {
            for group in scheme.groups where places[group] == nil { places[group] = place }
        }
        self.places = places
    }

    /// No schemes: all rules count for everybody.
    public var isEmpty: Bool { schemes.isEmpty }

    /// The scheme of a group, and whether one names it.
    public func scheme(of group: String) -> (place: Int, isNamed: Bool) {
        places[group].map { ($0, true) } ?? (fallback, false)
    }
}
