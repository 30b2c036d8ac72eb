import ConversationModel
import RuleLanguage

/// Two rule sets in one: which compiled rule belongs to which of them.
///
/// Rules that judge the same are compiled and judged once; of a rule that differs both forms are, under one id.
public struct ComparedRules: Sendable {
    /// Whose rule it is.
    enum Side: UInt8, Sendable {
        case old, new, both
    }

    /// Per compiled rule.
    let sides: [Side]
    /// Per compiled rule the other form of it; -1: there is none.
    let partners: [Int32]
    /// What the old form of a rule that judges the same on both sides weighs, by its number; where it weighs otherwise.
    let oldGrades: [Int: Grade]
    /// How findings become points on each side; nil: nothing is scored there.
    public var scoring: (old: ScoreFormula?, new: ScoreFormula?) = (nil, nil)
    /// Whose rules these are on each side, by the ids of their schemes; nil: there are none.
    public var schemes: (old: String?, new: String?) = (nil, nil)

    /// What scores make of a finding.
    struct Grade: Equatable, Sendable {
        let severity: Severity
        let score: Int?
        let family: String?

        init(_ rule: Rule) {
            severity = rule.severity
            score = rule.score
            family = rule.family
        }
    }

    init(sides: [Side], partners: [Int32], oldGrades: [Int: Grade]) {
        self.sides = sides
        self.partners = partners
        self.oldGrades = oldGrades
    }

    /// The rules as the old side weighs them.
    func oldSummaries(_ rules: [RuleSummary]) -> [RuleSummary] {
        rules.enumerated().map { number, rule in
            guard let grade = oldGrades[number] else { return rule }
            var rule = rule
            (rule.severity, rule.score, rule.family) = (grade.severity, grade.score, grade.family)
            return rule
        }
    }

    /// The rules of which one set judges otherwise than the other, or has none.
    public static func differing(old: [Rule], new: [Rule]) -> Set<RuleID> {
        let before = Dictionary(old.map { ($0.id, $0.judgement) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.id, $0.judgement) }) { first, _ in first }
        return Set(Set(before.keys).union(after.keys).filter { before[$0] != after[$0] })
    }

    /// The rules of both sets, by id, to be compiled together; and what belongs to which.
    ///
    /// - Parameter only: leaves out all other rules.
    public static func joined(
        old: [Rule], new: [Rule], only: Set<RuleID>? = nil
    ) -> (rules: [Rule], comparison: ComparedRules) {
        let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.id, $0) }) { first, _ in first }
        var rules: [Rule] = []
        var sides: [Side] = []
        var partners: [Int32] = []
        var oldGrades: [Int: Grade] = [:]
        func add(_ rule: Rule, _ side: Side, partner: Int32 = -1) {
            rules.append(rule)
            sides.append(side)
            partners.append(partner)
        }
        for id in Set(before.keys).union(after.keys).sorted() where only?.contains(id) != false {
            switch (before[id], after[id]) {
            case (let old?, let new?) where old.judgement == new.judgement:
                if Grade(old) != Grade(new) { oldGrades[rules.count] = Grade(old) }
                add(new, .both)
            case (let old?, let new?):
                let place = Int32(rules.count)
                add(old, .old, partner: place + 1)
                add(new, .new, partner: place)
            case (let old?, nil): add(old, .old)
            case (nil, let new?): add(new, .new)
            case (nil, nil): break
            }
        }
        return (rules, ComparedRules(sides: sides, partners: partners, oldGrades: oldGrades))
    }
}

/// How a run compares two rule sets.
public struct ComparisonOptions: Sendable {
    /// Findings of a kind (gained, lost, changed) that are kept with their context for each rule.
    public var casesPerRule = 20
    /// What reviewers said, by finding; nil: nothing was said.
    public var verdicts: VerdictTable?

    public init() {}
}

/// Verdicts by the ids of findings.
public struct VerdictTable: Sendable {
    private var places: [FindingKey: Int32] = [:]
    private(set) var verdicts: [Verdict] = []

    public init() {}

    public var count: Int { verdicts.count }

    /// Notes a verdict; the last one on a finding counts. False where `id` is no id of a finding.
    public mutating func add(_ verdict: Verdict, to id: String) -> Bool {
        guard let key = FindingKey(hexadecimal: Array(id.utf8)) else { return false }
        if let place = places[key] {
            verdicts[Int(place)] = verdict
        } else {
            places[key] = Int32(verdicts.count)
            verdicts.append(verdict)
        }
        return true
    }

    /// The place of a finding's verdict, -1 without one.
    func place(_ key: FindingKey) -> Int32 { places[key] ?? -1 }
}

/// The id of a finding as a number of 128 bits.
struct FindingKey: Hashable {
    let high: UInt64
    let low: UInt64

    /// Nil unless the text is 32 lower-case hexadecimal digits.
    init?(hexadecimal digits: [UInt8]) {
        guard digits.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (place, digit) in digits.enumerated() {
            let value: UInt64
            switch digit {
            case 48...57: value = UInt64(digit - 48)
            case 97...102: value = UInt64(digit - 87)
            default: return nil
            }
            if place < 16 { halves.0 = halves.0 << 4 | value } else { halves.1 = halves.1 << 4 | value }
        }
        (high, low) = halves
    }
}
