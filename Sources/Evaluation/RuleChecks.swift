import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Warnings about rules that can be read and compiled and yet are not what their author meant:
/// conditions that say nothing, and words and rules that add nothing.
///
/// Each warning holds whatever the conversations are; what is only unusual is not warned of. The cost
/// is about linear in the words and conditions: what would compare more is given up, in silence.
public struct RuleChecks {
    /// Comparisons of conditions and of words, for one rule.
    private static let comparisonsPerRule = 200_000

    let table: FoldTable
    let cache: DiskCache
    private var found: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []

    /// Checks `rules`, names put in, in the order in which they were loaded; the warnings are sorted by
    /// place, each once, however many rules use the condition that it stands at.
    public static func diagnostics(of rules: [Rule], table: FoldTable, cache: DiskCache) -> [Diagnostic] {
        var checks = RuleChecks(table: table, cache: cache)
        let form = NormalText(table: table)
        var keywords = KeywordChecks(table: table, cache: cache)
        var entities = EntityChecks(table: table, cache: cache)
        var shapes: [RuleShapes] = []
        for rule in rules {
            let shape = RuleShapes(rule, form)
            let budget = CheckBudget(comparisonsPerRule)
            if let appliesTo = shape.appliesTo { checks.check(appliesTo, budget) }
            checks.check(shape.when, budget)
            for diagnostic in absentFromStays(rule) { checks.add(diagnostic) }
            keywords.check(rule)
            entities.check(rule)
            shapes.append(shape)
        }
        for diagnostic in keywords.diagnostics + entities.diagnostics + RuleShapes.repetitions(shapes) {
            checks.add(diagnostic)
        }
        return checks.found.sorted(by: Diagnostic.precedes)
    }

    /// Places of keywords that count for themselves although others cover them: several of a list must occur, or what
    /// is said is told apart by its marks (`distinct`).
    public static func countedKeywords(of rules: [Rule]) -> Set<Place> {
        var result: Set<Place> = []
        func add(_ condition: Condition, isDistinct: Bool) {
            if case .message = condition.kind {
                for keywords in KeywordChecks.lists(in: condition) {
                    if case .atLeast = keywords.quantity { result.formUnion(keywords.places) }
                    if isDistinct { result.formUnion(keywords.places) }
                }
                return
            }
            var isDistinct = isDistinct
            if case .count(let count) = condition.kind, count.isDistinct { isDistinct = true }
            for part in condition.parts { add(part, isDistinct: isDistinct) }
        }
        for condition in rules.flatMap({ [$0.when] + ($0.appliesTo.map { [$0] } ?? []) }) {
            add(condition, isDistinct: false)
        }
        return result
    }

    private init(table: FoldTable, cache: DiskCache) {
        self.table = table
        self.cache = cache
    }

    private mutating func add(_ diagnostic: Diagnostic) {
        if seen.insert(diagnostic).inserted { found.append(diagnostic) }
    }

    // MARK: Conditions

    private mutating func check(_ shape: ConditionShape, _ budget: CheckBudget) {
        if let constant = shape.constant(budget) { return add(RuleChecks.warning(constant)) }
        if let never = shape.answerThatNeverComes { add(RuleChecks.warning(never)) }
        for missing in shape.partsWithoutMessages { add(missing) }
        if let message = shape.message, message.population.leavesSystemOut { add(systemLeftOut(shape.place)) }
        if let text = shape.text { check(text, budget) }
        for child in shape.children { check(child, budget) }
        var branches = shape.children[...]
        switch shape.normal.kind {
        case .any: break
        case .unless: branches = branches.dropFirst()
        default: return
        }
        for (first, second) in ConstantTruth.pairs(Array(branches)) {
            if second.implies(first, budget) {
                unreachable(second.place)
            } else if first.implies(second, budget) {
                unreachable(first.place)
            }
        }
    }

    private func systemLeftOut(_ place: Place) -> Diagnostic {
        Diagnostic(
            .systemLeftOut, severity: .warning,
            Phrase(
                "hand-overs and events are lines of the system, which do not belong to those looked at",
                "转接和事件是系统消息，而这里没有包括系统"),
            help: Phrase("add \"from\": \"system\"", "请加上 \"from\": \"system\""), at: RuleChecks.head(place))
    }

    private mutating func check(_ shape: TextShape, _ budget: CheckBudget) {
        if let constant = shape.constant(budget) { return add(RuleChecks.warning(constant)) }
        for child in shape.children { check(child, budget) }
        var branches = shape.children[...]
        switch shape.normal.kind {
        case .any: break
        case .unless: branches = branches.dropFirst()
        default: return
        }
        for (first, second) in ConstantTruth.pairs(Array(branches)) {
            if second.implies(first, budget) {
                unreachable(second.place)
            } else if first.implies(second, budget) {
                unreachable(first.place)
            }
        }
    }

    private mutating func unreachable(_ place: Place) {
        add(
            Diagnostic(
                .unreachableBranch, severity: .warning,
                Phrase(
                    "wherever this branch holds, another one of the list does",
                    "凡是这个分支成立的地方，同一列表里的另一个分支也成立"),
                help: Phrase("remove it, or say what sets it apart", "请删掉它，或写出它与另一个的区别"),
                at: RuleChecks.head(place)))
    }

    private static func warning(_ constant: ConstantTruth) -> Diagnostic {
        constant.isTrueThere
            ? Diagnostic(
                .alwaysTrue, severity: .warning,
                Phrase(
                    "this condition always holds: \(constant.reason.english)",
                    "这个条件永远成立：\(constant.reason.chinese)"),
                help: Phrase("remove it, or correct what it asks for", "请删掉它，或改正它的要求"),
                at: head(constant.place))
            : Diagnostic(
                .neverTrue, severity: .warning,
                Phrase(
                    "this condition can never hold: \(constant.reason.english)",
                    "这个条件永远不成立：\(constant.reason.chinese)"),
                help: Phrase("remove it, or correct what it asks for", "请删掉它，或改正它的要求"),
                at: head(constant.place))
    }

    /// The first character of what stands at `place`: conditions go over many lines.
    static func head(_ place: Place) -> Place {
        guard let range = place.range else { return place }
        return Place(path: place.path, range: SourceRange(range.start, min(range.start + 1, range.end)))
    }
}

extension Population {
    /// Whether only kinds are looked for that the system sends, among those who speak where nobody is named.
    fileprivate var leavesSystemOut: Bool {
        guard let kinds, !kinds.isEmpty, Set(speakers) == Set(Population().speakers) else { return false }
        return kinds.allSatisfy { $0 == .transfer || $0 == .event }
    }
}
