import ConversationModel
import Diagnostics
import RuleLanguage

/// Keywords of negative rules, each as a rule of its own: its rule with nothing of the list but this
/// keyword, and of `any` nothing but this branch. What such a rule hits in an archive, the keyword hits.
///
/// Triggers, answers, anchors, steps and exceptions are left out: common words are what they are for.
public struct CommonKeywords: Sendable {
    /// One keyword.
    public struct Probe: Sendable {
        public var keyword: String
        public var place: Place
        /// The rule that it is a keyword of.
        public var rule: RuleID
        /// Hits what the keyword hits; its id is its number.
        public var alone: Rule
    }

    public private(set) var probes: [Probe] = []

    /// Keywords times allow-phrases of a list, beyond which it is not taken apart: each keyword gets all of them.
    private static let shieldings = 2_000_000

    /// Takes the keywords of `rules` apart; one that several rules share at one place is taken once a rule.
    public init(of rules: [Rule]) {
        for rule in rules where rule.polarity == .negative {
            for (keyword, place, condition) in CommonKeywords.alone(rule.when) {
                var alone = rule
                alone.id = RuleID("keyword-\(probes.count)")
                alone.when = condition
                alone.examples = Examples()
                probes.append(Probe(keyword: keyword, place: place, rule: rule.id, alone: alone))
            }
        }
    }

    private typealias Alone<Value> = (keyword: String, place: Place, value: Value)

    private static func alone(_ condition: Condition) -> [Alone<Condition>] {
        func wrap<Value>(_ found: [Alone<Value>], _ kind: (Value) -> Condition.Kind) -> [Alone<Condition>] {
            found.map {
                (
                    $0.keyword, $0.place,
                    Condition(kind($0.value), isSubject: condition.isSubject, place: condition.place)
                )
            }
        }
        switch condition.kind {
        case .message(let message):
            return wrap(message.text.map { alone($0) } ?? []) { text in
                var changed = message
                changed.text = text
                return .message(changed)
            }
        case .any(let branches): return branches.flatMap { alone($0) }
        case .all(let parts): return wrap(alone(oneOf: parts, alone)) { .all($0) }
        case .count(let count):
            // Few are asked for where the words are what should be there.
            guard case .atLeast = count.bound else { return [] }
            return wrap(alone(count.of)) { .count(Count(of: $0, bound: count.bound, isDistinct: count.isDistinct)) }
        case .scope(let scope):
            return wrap(alone(scope.find)) { found in
                var changed = scope
                changed.find = found
                return .scope(changed)
            }
        case .unless(let base, let exceptions): return wrap(alone(base)) { .unless($0, exceptions) }
        default: return []
        }
    }

    /// Takes one part after another apart; the others stay as they are.
    private static func alone<Part>(oneOf parts: [Part], _ alone: (Part) -> [Alone<Part>]) -> [Alone<[Part]>] {
        parts.indices.flatMap { index in
            alone(parts[index]).map { found in
                var changed = parts
                changed[index] = found.value
                return (found.keyword, found.place, changed)
            }
        }
    }

    private static func alone(_ text: TextCondition) -> [Alone<TextCondition>] {
        func wrap<Value>(_ found: [Alone<Value>], _ kind: (Value) -> TextCondition.Kind) -> [Alone<TextCondition>] {
            found.map { ($0.keyword, $0.place, TextCondition(kind($0.value), place: text.place)) }
        }
        switch text.kind {
        case .keywords(let keywords):
            guard keywords.quantity == .any, keywords.phrases.count * keywords.allow.count <= shieldings else {
                return []
            }
            return keywords.phrases.enumerated().map { index, phrase in
                let place = keywords.places.indices.contains(index) ? keywords.places[index] : text.place
                var changed = keywords
                changed.phrases = [phrase]
                changed.places = [place]
                return (phrase, place, TextCondition(.keywords(changed), place: text.place))
            }
        case .any(let branches): return branches.flatMap { alone($0) }
        case .all(let parts): return wrap(alone(oneOf: parts, alone)) { .all($0) }
        case .unless(let base, let exceptions): return wrap(alone(base)) { .unless($0, exceptions) }
        default: return []
        }
    }

    /// The warning for a keyword with so many hits a day.
    public static func warning(_ probe: Probe, hits: Int, perDay: Int) -> Diagnostic {
        Diagnostic(
            .commonKeyword, severity: .warning,
            Phrase(
                "'\(probe.keyword)' of rule '\(probe.rule)' hits about \(perDay) times a day (\(hits) in the corpus)",
                "规则 “\(probe.rule)” 的 “\(probe.keyword)” 每天约命中 \(perDay) 次（语料中 \(hits) 次）"),
            help: Phrase(
                "look at some of them; use a longer phrase, or shield harmless ones with \"allow\"",
                "请看几条命中；换成更长的短语，或用 \"allow\" 放行无害的说法"),
            at: probe.place)
    }
}
