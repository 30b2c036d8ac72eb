import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

/// The small changes of conditions on a text, each of which an example should notice.
struct TextEdits {
    /// The texts of the examples, folded; phrases that stand in none cannot be missed.
    private let folded: [[UInt8]]
    private let exact: [[UInt8]]
    private let table: FoldTable
    /// Bytes of examples that are searched for words; beyond it every word may stand in them.
    private let budget = CheckBudget(2_000_000_000)
    private let exampleBytes: Int

    init(examples: Examples, table: FoldTable) {
        self.table = table
        let texts = Set(
            [examples.hit, examples.clean, examples.notApplicable].joined()
                .flatMap { $0.conversation.messages.map(\.text) })
        exact = texts.map { Array(table.folded($0, level: .exact).utf8) }
        folded = texts.map { Array(table.folded($0).utf8) }
        exampleBytes = folded.reduce(0) { $0 + $1.count }
    }

    /// Whether a phrase stands in some example; at level `evasion` it may, whatever stands there.
    private func stands(_ phrase: String, _ fold: FoldLevel) -> Bool {
        guard budget.take(exampleBytes) else { return true }
        switch fold {
        case .exact:
            let bytes = Array(table.folded(phrase, level: .exact).utf8)
            return exact.contains { !KeywordMatcher.occurrences(of: bytes, in: $0).isEmpty }
        case .folded:
            let bytes = Array(table.folded(phrase).utf8)
            return folded.contains { !KeywordMatcher.occurrences(of: bytes, in: $0).isEmpty }
        case .evasion: return true
        }
    }

    func edits(_ condition: TextCondition) -> [Edit<TextCondition>] {
        func wrap<Value>(_ edits: [Edit<Value>], _ kind: @escaping (Value) -> TextCondition.Kind) -> [Edit<
            TextCondition
        >] {
            edits.map { $0.map { TextCondition(kind($0), place: condition.place) } }
        }
        let place = condition.place
        switch condition.kind {
        case .keywords(let keywords): return wrap(edits(keywords, place)) { .keywords($0) }
        case .regex(let regex):
            guard let except = regex.exceptPlace, regex.except != nil else { return [] }
            var bare = regex
            bare.except = nil
            return wrap([Edit(value: { bare }, place: except, change: Phrase("without 'except'", "去掉 except"))]) {
                .regex($0)
            }
        case .equals(let equals):
            let texts = droppings(from: equals.texts) { (place, dropped("text", "整句", $1)) }
            return wrap(texts) { .equals(EqualsCondition(texts: $0, fold: equals.fold)) }
        case .similar(let similar):
            let texts = droppings(from: similar.texts) { (place, dropped("sentence", "例句", $1)) }
            let floors = Edit<Int64>.shifts(of: similar.floor, in: 1...100, by: 10, "floor", at: place)
            return wrap(texts) { .similar(SimilarCondition(texts: $0, floor: similar.floor)) }
                + wrap(floors) { .similar(SimilarCondition(texts: similar.texts, floor: $0)) }
        case .entity(let entity): return wrap(edits(entity, place)) { .entity($0) }
        case .length(let minimum, let maximum):
            let least = minimum.map { Edit<Int64>.shifts(of: $0, in: 0...(maximum ?? .max), "min", at: place) } ?? []
            let most = maximum.map { Edit<Int64>.shifts(of: $0, in: (minimum ?? 0)...(.max), "max", at: place) } ?? []
            return wrap(least) { .length(minimum: $0, maximum: maximum) }
                + wrap(most) { .length(minimum: minimum, maximum: $0) }
        case .all(let parts): return wrap(branches(parts) + inside(parts, edits)) { .all($0) }
        case .any(let parts): return wrap(branches(parts) + inside(parts, edits)) { .any($0) }
        case .not(let part): return wrap(edits(part)) { .not($0) }
        case .unless(let base, let exceptions):
            let fewer = exceptions.indices.map { index in
                let rest = exceptions.without(index)
                let value = rest.isEmpty ? base : TextCondition(.unless(base, rest), place: place)
                return Edit(
                    value: { value }, place: exceptions[index].place, change: Phrase("without this exception", "去掉这个例外")
                )
            }
            return fewer + wrap(edits(base)) { .unless($0, exceptions) }
                + wrap(inside(exceptions, edits)) { .unless(base, $0) }
        }
    }

    private func branches(_ parts: [TextCondition]) -> [Edit<[TextCondition]>] {
        droppings(from: parts) { ($1.place, Phrase("without this branch", "去掉这个分支")) }
    }

    private func dropped(_ english: String, _ chinese: String, _ text: String) -> Phrase {
        Phrase("without the \(english) '\(text)'", "去掉\(chinese) “\(text)”")
    }

    private func edits(_ keywords: Keywords, _ place: Place) -> [Edit<Keywords>] {
        var result: [Edit<Keywords>] = []
        func add(
            _ change: Phrase, at place: Place, isNoticeable: Bool = true, _ edit: @escaping (inout Keywords) -> Void
        ) {
            let changed = {
                var copy = keywords
                edit(&copy)
                return copy
            }
            result.append(Edit(value: isNoticeable ? changed : nil, place: place, change: change))
        }
        var least = 1
        if case .atLeast(let count) = keywords.quantity { least = count }
        if keywords.phrases.count > least {
            for (index, phrase) in keywords.phrases.enumerated() {
                // All must occur: without one that does not, the others may.
                let matters = keywords.quantity == .all || stands(phrase, keywords.fold)
                let place = keywords.places.indices.contains(index) ? keywords.places[index] : place
                add(dropped("keyword", "关键词", phrase), at: place, isNoticeable: matters) {
                    $0.phrases.remove(at: index)
                    if $0.places.indices.contains(index) { $0.places.remove(at: index) }
                }
            }
        }
        for (index, phrase) in keywords.allow.enumerated() {
            // Allow-phrases are compared folded at level `evasion`.
            let matters = stands(phrase, keywords.fold == .exact ? .exact : .folded)
            add(dropped("allow-phrase", "放行短语", phrase), at: place, isNoticeable: matters) {
                $0.allow.remove(at: index)
            }
        }
        if case .atLeast(let count) = keywords.quantity {
            for edit in Edit<Int64>.shifts(of: count, in: 1...keywords.phrases.count, "atLeast", at: place) {
                add(edit.change, at: place) { $0.quantity = .atLeast(edit.value?() ?? count) }
            }
        }
        return result
    }

    private func edits(_ entity: EntityCondition, _ place: Place) -> [Edit<EntityCondition>] {
        let kinds = droppings(from: entity.kinds) { (place, dropped("kind", "种类", $1.rawValue)) }.map { edit in
            edit.map { kinds in
                var changed = entity
                changed.kinds = kinds
                return changed
            }
        }
        return kinds
            + entity.allowedDomains.indices.map { index in
                var changed = entity
                let domain = changed.allowedDomains.remove(at: index)
                let without = changed
                return Edit(value: { without }, place: place, change: dropped("domain", "域名", domain))
            }
            + entity.allow.indices.map { index in
                var changed = entity
                let phrase = changed.allow.remove(at: index)
                let without = changed
                return Edit(
                    value: stands(phrase, .folded) ? { without } : nil, place: place,
                    change: dropped("allow-phrase", "放行短语", phrase))
            }
    }
}
