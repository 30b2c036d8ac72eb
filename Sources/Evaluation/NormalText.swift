import ChineseText
import ConversationModel
import RuleLanguage

/// Conditions on a text in a form in which those that mean the same are alike: phrases folded, lists
/// sorted and without repetitions.
struct NormalText {
    let table: FoldTable

    /// Phrases as their matcher compares them, sorted by bytes, each once.
    func phrases(_ texts: [String], _ fold: FoldLevel) -> [String] {
        let level: TextLevel = fold == .exact ? .exact : .folded
        var seen: Set<[UInt8]> = []
        return texts.map { table.folded($0, level: level) }
            .filter { seen.insert(Array($0.utf8)).inserted }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A condition that has no conditions inside it.
    func leaf(_ kind: TextCondition.Kind) -> TextCondition.Kind {
        switch kind {
        case .keywords(var keywords):
            keywords.phrases = phrases(keywords.phrases, keywords.fold)
            keywords.allow = phrases(keywords.allow, keywords.fold)
            keywords.places = []
            keywords.allowPlaces = []
            // It is asked of `evasion` alone.
            if keywords.fold != .evasion { keywords.homophones = true }
            return .keywords(keywords)
        case .equals(var equals):
            let cores = Set(EqualsMatcher(equals, table: table).cores)
            equals.texts = cores.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
            return .equals(equals)
        case .similar(var similar):
            similar.texts = phrases(similar.texts, .folded)
            return .similar(similar)
        case .entity(var entity):
            entity.allow = phrases(entity.allow, .folded)
            entity.allowPlaces = []
            return .entity(entity)
        default: return kind
        }
    }
}
