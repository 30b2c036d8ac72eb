import ChineseText
import Diagnostics
import Patterns
import RuleLanguage

/// Keywords that an exception of their own condition takes back wherever they stand.
extension KeywordChecks {
    mutating func checkExceptions(in condition: Condition, of rule: Rule) {
        if case .message(let message) = condition.kind, let text = message.text {
            checkExceptions(in: text, exceptions: [], of: rule)
        }
        for part in condition.parts { checkExceptions(in: part, of: rule) }
    }

    /// - Parameter exceptions: lists of which no word may stand in the message.
    private mutating func checkExceptions(in text: TextCondition, exceptions: [Keywords], of rule: Rule) {
        switch text.kind {
        case .keywords(let keywords): checkExceptions(exceptions, of: keywords, rule)
        case .all(let parts), .any(let parts):
            for part in parts { checkExceptions(in: part, exceptions: exceptions, of: rule) }
        case .unless(let base, let others):
            let lists = others.flatMap(KeywordChecks.lists(thatEachAlone:))
            checkExceptions(in: base, exceptions: exceptions + lists, of: rule)
        default: break
        }
    }

    /// The lists of a condition of which one word is enough for it.
    private static func lists(thatEachAlone text: TextCondition) -> [Keywords] {
        switch text.kind {
        case .keywords(let keywords) where keywords.quantity == .any && keywords.boundary != .word: [keywords]
        case .any(let parts): parts.flatMap(lists(thatEachAlone:))
        default: []
        }
    }

    private mutating func checkExceptions(_ exceptions: [Keywords], of keywords: Keywords, _ rule: Rule) {
        // Where several must occur, or in disguise, the others may stand without the exception's word.
        guard keywords.quantity == .any, keywords.fold != .evasion else { return }
        for exception in exceptions where exception.fold == .folded || exception.fold == keywords.fold {
            guard exception.fold != .evasion else { continue }
            let level: TextLevel = exception.fold == .exact ? .exact : .folded
            let words = Set(exception.phrases.map { Array(table.folded($0, level: level).utf8)[...] })
            let lengths = Set(words.map(\.count)).sorted()
            let allow = exception.allow.map { Array(table.folded($0, level: level).utf8) }
            let local = CheckBudget(1_000_000)
            for (phrase, place) in zip(keywords.phrases, keywords.places) where place.path == rule.place.path {
                let word = Array(table.folded(phrase, level: level).utf8)
                let isOne =
                    words.contains(word[...])
                    && !allow.contains { !KeywordMatcher.occurrences(of: word, in: $0).isEmpty }
                guard
                    let part = isOne
                        ? word[...] : part(of: word, among: words, lengths, exception.boundary, allow, local)
                else { continue }
                let inner = String(decoding: part, as: UTF8.self)
                warnOnce(
                    .swallowedKeyword, place,
                    Phrase(
                        "keyword '\(phrase)' never hits: the exception finds '\(inner)' in it",
                        "关键词 “\(phrase)” 永不命中：例外条件会在其中找到 “\(inner)”"),
                    help: Phrase(
                        "shield it in the exception with \"allow\": [\"\(phrase)\"], or remove one of the two",
                        "请在例外里用 \"allow\": [\"\(phrase)\"] 放行，或删掉其中一个"))
            }
        }
    }
}
