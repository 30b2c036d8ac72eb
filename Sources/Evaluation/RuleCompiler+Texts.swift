import ChineseText
import Diagnostics
import Patterns
import RuleLanguage

/// Leaves of what is asked of a text but by a regex.
extension RuleCompiler {
    /// Texts as common as `?` and `好` are no help to the scanner: then every message is compared.
    mutating func leaf(_ condition: EqualsCondition) -> Int {
        if let known = leafNumbers[.equals(condition)] { return known }
        let matcher = EqualsMatcher(condition, table: table)
        let isTelling = matcher.cores.allSatisfy { PatternSet.isTelling($0) }
        return add(
            TextLeaf(
                kind: .equals(matcher), level: matcher.level,
                atoms: isTelling ? matcher.cores.map { [patterns.literal($0, level: matcher.level)] } : [],
                needsVerification: true, isInverted: false),
            key: .equals(condition))
    }

    mutating func leaf(_ condition: EntityCondition) -> Int {
        var key = condition
        key.allowPlaces = []
        if let known = leafNumbers[.entity(key)] { return known }
        if condition.fold == .evasion, parts.skeletons == nil {
            parts.skeletons = SkeletonTable.cached(folding: table, in: cache)
        }
        return add(
            TextLeaf(
                kind: .entity(EntityMatcher(condition, table: table, skeletons: parts.skeletons)), level: .folded,
                atoms: [], needsVerification: true, isInverted: false),
            key: .entity(key))
    }

    /// Any message may be alike: the scanner cannot tell candidates.
    mutating func leaf(_ condition: SimilarCondition) -> Int {
        if let known = leafNumbers[.similar(condition)] { return known }
        return add(
            TextLeaf(
                kind: .similar(SimilarityMatcher(condition, table: table)), level: .folded, atoms: [],
                needsVerification: true, isInverted: false),
            key: .similar(condition))
    }

    mutating func leaf(_ keywords: Keywords) -> Int {
        let key = LeafKey.keywords(RuleCompiler.key(of: keywords))
        if let known = leafNumbers[key] {
            // What is wrong with it is wrong wherever it stands.
            if refused.contains(known) { check(keywords, as: parts.leaves[known]) }
            return known
        }
        let level = TextLevel(keywords.fold)
        if level == .evasion { return evasionLeaf(keywords, key: key) }
        let matcher = KeywordMatcher(keywords, table: table)
        let atoms = matcher.phrases.map { [patterns.literal($0.bytes, level: level)] }
        let leaf = TextLeaf(
            kind: .keywords(matcher), level: level, atoms: atoms,
            needsVerification: !matcher.isPlain, isInverted: keywords.quantity == .none)
        if !check(keywords, as: leaf) { refused.insert(parts.leaves.count) }
        return add(leaf, key: key)
    }

    private mutating func evasionLeaf(_ keywords: Keywords, key: LeafKey) -> Int {
        let skeletons = parts.skeletons ?? SkeletonTable.cached(folding: table, in: cache)
        parts.skeletons = skeletons
        let matcher = EvasionKeywords(keywords, skeletons: skeletons, table: table)
        let leaf = TextLeaf(
            kind: .evasion(matcher), level: .evasion,
            atoms: matcher.literals.map { $0.map { patterns.literal($0, level: .evasion) } },
            needsVerification: true, isInverted: keywords.quantity == .none)
        if !check(keywords, as: leaf) { refused.insert(parts.leaves.count) }
        return add(leaf, key: key)
    }

    /// Whether the leaf can find each of the keywords; says which it cannot.
    @discardableResult private mutating func check(_ keywords: Keywords, as leaf: TextLeaf) -> Bool {
        var isFine = true
        for (phrase, place) in zip(keywords.phrases, keywords.places) {
            let problem: (phrase: Phrase, help: Phrase)
            switch leaf.kind {
            case .evasion(let matcher) where !matcher.canFind(phrase):
                problem = (
                    Phrase(
                        "'evasion' sees through all of this keyword: nothing of it is left",
                        "“evasion” 会忽略这个关键词里的全部字符，什么也不剩"),
                    Phrase("look for it at level \"folded\"", "请用 \"folded\" 查找它")
                )
            case .keywords where table.folded(phrase, level: leaf.level).isEmpty:
                problem = (
                    Phrase(
                        "nothing of this keyword is left once it is folded: it is in no message",
                        "这个关键词折叠后什么也不剩：任何消息里都没有它"),
                    Phrase("look for it at level \"exact\", or remove it", "请用 \"exact\" 查找它，或删掉")
                )
            default: continue
            }
            isFine = false
            diagnostics.append(Diagnostic(.badValue, problem.phrase, help: problem.help, at: place))
        }
        return isFine
    }
}
