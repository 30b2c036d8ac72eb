import ConversationModel
import Diagnostics
import RuleLanguage

/// A rule for static checks, and what several rules have in common.
struct RuleShapes {
    /// Comparisons of rules with rules, of a whole run.
    private static let comparisons = 2_000_000

    let rule: Rule
    let appliesTo: ConditionShape?
    let when: ConditionShape

    init(_ rule: Rule, _ form: NormalText) {
        self.rule = rule
        appliesTo = rule.appliesTo.map { ConditionShape($0, form) }
        when = ConditionShape(rule.when, form)
    }

    /// Equal for rules that judge the same units by the same conditions.
    private var key: [UInt8] { RuleShapes.framed([Array(rule.unit.rawValue.utf8), appliesTo?.key ?? [], when.key]) }

    private static func framed(_ parts: [[UInt8]]) -> [UInt8] {
        parts.flatMap { Array("\($0.count) ".utf8) + $0 }
    }

    /// Warnings of rules that find what another one finds. O(rules + words).
    static func repetitions(_ shapes: [RuleShapes]) -> [Diagnostic] {
        var first: [[UInt8]: Int] = [:]
        var result: [Diagnostic] = []
        var isDuplicate = Array(repeating: false, count: shapes.count)
        for (number, shape) in shapes.enumerated() {
            if let earlier = first[shape.key] {
                isDuplicate[number] = true
                result.append(duplicate(shape.rule, of: shapes[earlier].rule))
            } else {
                first[shape.key] = number
            }
        }
        return result + subsumed(shapes.indices.filter { !isDuplicate[$0] }.map { shapes[$0] })
    }

    private static func duplicate(_ rule: Rule, of other: Rule) -> Diagnostic {
        Diagnostic(
            .duplicateRule, severity: .warning,
            Phrase(
                "rule '\(rule.id)' has the conditions of '\(other.id)'", "规则 “\(rule.id)” 与 “\(other.id)” 的条件相同"),
            help: Phrase("keep one of them: each hit counts twice", "请只保留一条，否则每次命中会算两次"),
            at: RuleChecks.head(rule.place))
    }

    // MARK: Lists of words within lists

    /// What rules must share besides their words: everything that judges and weighs a message.
    private var frame: (key: [UInt8], words: TextShape)? {
        guard let text = when.text, var message = when.message, case .keywords(var keywords)? = message.text?.kind,
            keywords.quantity == .any
        else { return nil }
        keywords.phrases = []
        message.text = TextCondition(.keywords(keywords))
        let parts = [
            Array(rule.unit.rawValue.utf8), appliesTo?.key ?? [], conditionKey(Condition(.message(message))),
            Array("\(rule.polarity) \(rule.severity) \(rule.score ?? 0) \(rule.category)".utf8),
        ]
        return (RuleShapes.framed(parts), text)
    }

    private static func subsumed(_ shapes: [RuleShapes]) -> [Diagnostic] {
        let budget = CheckBudget(comparisons)
        var groups: [[UInt8]: [(rule: Rule, words: TextShape)]] = [:]
        var order: [[UInt8]] = []
        for shape in shapes {
            guard let frame = shape.frame else { continue }
            if groups[frame.key] == nil { order.append(frame.key) }
            groups[frame.key, default: []].append((shape.rule, frame.words))
        }
        return order.flatMap { subsumed(groups[$0] ?? [], budget) }
    }

    private static func subsumed(
        _ members: [(rule: Rule, words: TextShape)], _ budget: CheckBudget
    ) -> [Diagnostic] {
        var holders: [[UInt8]: [Int]] = [:]
        for (number, member) in members.enumerated() {
            for word in member.words.phrases { holders[word, default: []].append(number) }
        }
        var result: [Diagnostic] = []
        for (number, member) in members.enumerated() {
            let lists = member.words.phrases.lazy.compactMap { holders[$0] }
            guard let fewest = lists.min(by: { $0.count < $1.count }) else { continue }
            let other = fewest.first { other in
                other != number && members[other].words.phrases.count > member.words.phrases.count
                    && budget.take(member.words.phrases.count)
                    && member.words.phrases.isSubset(of: members[other].words.phrases)
            }
            guard let other else { continue }
            let wider = members[other].rule
            result.append(
                Diagnostic(
                    .subsumedRule, severity: .warning,
                    Phrase(
                        "every hit of '\(member.rule.id)' is one of '\(wider.id)' too",
                        "“\(member.rule.id)” 的每次命中，“\(wider.id)” 也会命中"),
                    help: Phrase(
                        "remove its words from '\(wider.id)', or remove the rule", "请从 “\(wider.id)” 里去掉这些词，或删掉这条规则"),
                    at: RuleChecks.head(member.rule.place)))
        }
        return result
    }
}
