import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let scoringFileKeys = ["scoring", "summary", "$schema"]
    static let scoringKeys = ["base", "hit", "missed", "bonusCap", "familyCaps", "veto", "repeats"]

    /// Whether an entry of a rule file holds a formula of scores and not a rule.
    static func isScoring(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value.content, members.count <= 16 else { return false }
        return members.contains { $0.key == "scoring" }
    }

    /// The formula of the block `value`, which names `rules`; nil where it has an error.
    mutating func scoring(_ value: JSONValue, rules: [RuleID: Rule]) -> ScoreFormula? {
        let errorsBefore = errorCount
        startRule(isShared: true)
        guard let file = fields(of: value, "scoring", known: Self.scoringFileKeys) else { return nil }
        _ = file["summary"].flatMap { summary($0) }
        guard let block = require(file, "scoring"),
            let fields = fields(of: block.value, "scoring", known: Self.scoringKeys)
        else { return nil }
        var formula = ScoreFormula()
        if let base = fields["base"].flatMap({ integer($0, in: 1...1000) }) { formula.base = Int(base) }
        if let cap = fields["bonusCap"].flatMap({ integer($0, in: 0...1000) }) { formula.bonusCap = Int(cap) }
        if let member = fields["hit"] { formula.hit.merge(severities(member)) { $1 } }
        if let member = fields["missed"] { formula.missed.merge(severities(member)) { $1 } }
        if let member = fields["familyCaps"] {
            let families = Set(rules.values.compactMap(\.family))
            for (name, points) in numbers(member, in: 0...1000) {
                if families.contains(name.key) {
                    formula.familyCaps[name.key] = points
                } else {
                    diagnose(
                        .unknownName, name.keyRange,
                        Phrase(
                            "no rule is of the family '\(quoted(name.key))'", "没有规则的 family 是 “\(quoted(name.key))”"),
                        help: didYouMean(name.key, among: families.sorted()).map {
                            Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
                        })
                }
            }
        }
        if let member = fields["veto"] { formula.veto = ruleIDs(member, rules) }
        if let member = fields["repeats"] {
            for (rule, n) in numbers(member, in: 1...1000) {
                if rules[RuleID(rule.key)] == nil {
                    unknownRule(rule.keyRange, rule.key, among: rules.keys.map(\.value).sorted())
                } else {
                    formula.repeats[RuleID(rule.key)] = n
                }
            }
        }
        return errorCount == errorsBefore ? formula : nil
    }

    private mutating func severities(_ member: JSONMember) -> [Severity: Int] {
        var result: [Severity: Int] = [:]
        for (name, points) in numbers(member, in: 0...1000) {
            let key = JSONValue(.string(name.key), range: name.keyRange)
            if let word = word(key, Severity.allCases.map(\.rawValue), name: member.key),
                let severity = Severity(rawValue: word)
            {
                result[severity] = points
            }
        }
        return result
    }

    /// The members of an object of whole numbers.
    private mutating func numbers(
        _ member: JSONMember, in range: ClosedRange<Int64>
    ) -> [(name: JSONMember, value: Int)] {
        guard case .object(let members) = member.value.content else {
            wrongType(member.value, member.key, .object)
            return []
        }
        return members.compactMap { one in integer(one, in: range).map { (one, Int($0)) } }
    }
}
