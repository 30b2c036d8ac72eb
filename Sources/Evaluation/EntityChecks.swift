import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Static checks of the phrases in which entities do not count.
///
/// A phrase is of use where something of the kinds is found inside it: alone, or behind a cue (微信, qq, 订单号), or
/// before a limit (内), since some kinds are told by what stands beside them.
struct EntityChecks {
    private static let cues = ["", "微信", "qq", "订单号"]
    private static let ends = ["", "内"]

    private(set) var diagnostics: [Diagnostic] = []
    private let table: FoldTable
    private var seen: Set<EntityCondition> = []
    /// Phrases, of which in all rules so many are looked at.
    private let budget = CheckBudget(100_000)

    private let cache: DiskCache
    private var skeletons: SkeletonTable?

    init(table: FoldTable, cache: DiskCache) {
        self.table = table
        self.cache = cache
    }

    /// Checks all entity conditions of a rule; a shared one once.
    mutating func check(_ rule: Rule) {
        for condition in [rule.appliesTo, rule.when].compactMap({ $0 }) { check(condition) }
    }

    private mutating func check(_ condition: Condition) {
        if case .message(let message) = condition.kind, let text = message.text { check(text) }
        for part in condition.parts { check(part) }
    }

    private mutating func check(_ text: TextCondition) {
        if case .entity(let entity) = text.kind, !entity.allow.isEmpty, seen.insert(entity).inserted { check(entity) }
        for part in text.parts { check(part) }
    }

    private mutating func check(_ entity: EntityCondition) {
        var open = entity
        open.allow = []
        open.allowedDomains = []
        if open.fold == .evasion, skeletons == nil { skeletons = SkeletonTable.cached(folding: table, in: cache) }
        let matcher = EntityMatcher(open, table: table, skeletons: skeletons)
        for (phrase, place) in zip(entity.allow, entity.allowPlaces) {
            guard budget.take() else { return }
            if holds(matcher, Array(table.folded(phrase).utf8)) { continue }
            diagnostics.append(
                Diagnostic(
                    .uselessAllow, severity: .warning,
                    Phrase(
                        "nothing of the kinds is found in the allow-phrase '\(visible(phrase))', so it shields nothing",
                        "放行短语 “\(visible(phrase))” 里找不到这些种类的信息，不起作用"),
                    help: Phrase(
                        "write the number or account as it stands in messages: it is shielded where it lies inside the phrase",
                        "请按消息里的写法写出号码或账号：它整个落在短语里才放行"),
                    at: place))
        }
    }

    private func holds(_ matcher: EntityMatcher, _ phrase: [UInt8]) -> Bool {
        Self.cues.contains { cue in
            Self.ends.contains { end in
                let before = Array(cue.utf8)
                let text = before + phrase + Array(end.utf8)
                let spans = text.withUnsafeBufferPointer { matcher.spans(in: $0) } ?? []
                return spans.contains {
                    $0.lowerBound >= before.count && $0.upperBound <= before.count + phrase.count
                }
            }
        }
    }
}
