import ChineseText
import Diagnostics
import Patterns
import RuleLanguage
import Synchronization

/// Regexes of rules, with what is wrong with them.
extension RuleCompiler {
    /// The regexes and, where something looks through disguises, the table for it: made beside each other, since both
    /// take long where the cache does not have them.
    static func prepared(
        _ lookups: [TextLookups], _ table: FoldTable, _ cache: DiskCache, _ skeletons: SkeletonTable?
    ) -> (PreparedRegexes, SkeletonTable?) {
        let needsSkeletons = skeletons == nil && lookups.contains(where: \.seesThroughDisguises)
        let made = Mutex(skeletons)
        let regexes = PreparedRegexes(
            lookups.lazy.flatMap(\.regexes).flatMap { regex in
                [regex.pattern, regex.except].compactMap { $0 }.map { .init($0, level: TextLevel(regex.fold)) }
            }, table: table, cache: cache
        ) {
            guard needsSkeletons else { return }
            let table = SkeletonTable.cached(folding: table, in: cache)
            made.withLock { $0 = table }
        }
        return (regexes, made.withLock { $0 })
    }

    /// The pattern and its veto with their matchers; what is wrong with either is noted.
    ///
    /// Both are read before either is given up: one run shows all problems.
    @discardableResult
    mutating func check(_ regex: RegexCondition) -> (
        found: (pattern: Pattern, spans: SpanMatcher)?, except: (pattern: Pattern, spans: SpanMatcher)?
    ) {
        let found = matcher(regex.pattern, regex.fold, at: regex.patternPlace)
        let exceptPlace = regex.exceptPlace ?? regex.patternPlace
        return (found, regex.except.flatMap { matcher($0, regex.fold, at: exceptPlace) })
    }

    /// What the scanner looks for: literals that a match implies, else the pattern itself.
    mutating func atoms(of pattern: Pattern, at place: Place) -> [[Int32]] {
        guard pattern.factors.isEmpty else {
            return pattern.factors.map { literals in
                literals.map { patterns.literal($0, level: pattern.level) }
            }
        }
        // What is tied to the beginning is decided there, faster than by a scan of all.
        if pattern.isAnchored { return [] }
        let atom = patterns.regex(pattern)
        placeOfAtom[atom] = placeOfAtom[atom] ?? place
        return [[atom]]
    }

    /// The pattern and its matcher; nil where one of them is refused, which is noted.
    mutating func matcher(
        _ source: String, _ fold: FoldLevel, at place: Place
    ) -> (pattern: Pattern, spans: SpanMatcher)? {
        switch regexes.outcome(of: .init(source, level: TextLevel(fold))) {
        case .success((let pattern, let spans?)): return (pattern, spans)
        case .success:
            diagnostics.append(
                Diagnostic(
                    .costlyRegex,
                    Phrase("this pattern takes too much memory", "该正则占用的内存太多"),
                    help: Phrase(
                        "simplify the pattern, or split it into conditions", "请简化正则，或拆成多个条件"),
                    at: place))
        case .failure(let problem):
            // An empty range still shows one character.
            let end = max(problem.range.upperBound, problem.range.lowerBound + 1)
            let place =
                sources[place.path].map {
                    RuleLanguage.place(
                        of: problem.range.lowerBound..<end, inStringAt: place, source: $0)
                } ?? place
            diagnostics.append(Diagnostic(problem.code, problem.message, help: problem.help, at: place))
        }
        return nil
    }
}

extension RuleCompiler {
    /// All of keywords but where they stand.
    static func key(of keywords: Keywords) -> ByteKey {
        var key = ByteKey()
        key.append(keywords.phrases)
        key.append(keywords.allow)
        key.append(keywords.boundary.rawValue)
        key.append(keywords.fold.rawValue)
        key.append(keywords.homophones ? 1 : 0)
        switch keywords.quantity {
        case .any: key.append(-1)
        case .all: key.append(-2)
        case .none: key.append(-3)
        case .atLeast(let number): key.append(number)
        }
        return key
    }
}

/// The order in which the parts of a text condition are asked.
extension RuleCompiler {
    /// The list of these conditions.
    func texts(_ nodes: [TextNode]) -> TextList { parts.memory.texts(nodes) { cost(of: $0) } }

    /// What a look at one message costs, roughly and against the others; what the scanner has told costs least.
    private func cost(of text: TextNode) -> Int {
        switch text {
        case .leaf(let number):
            let leaf = parts.leaves[number]
            if !leaf.atoms.isEmpty, !leaf.needsVerification { return 1 }
            let look =
                switch leaf.kind {
                case .keywords: 2
                case .equals: 3
                case .regex: 8
                case .evasion, .entity: 16
                case .similar: 32
                }
            // Few messages are candidates, where they can be told.
            return leaf.atoms.isEmpty ? look * 4 : look
        case .length: return 4
        case .all(let parts), .any(let parts), .not(let parts): return parts.reduce(0) { $0 + cost(of: $1) }
        }
    }
}
