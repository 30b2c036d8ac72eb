import ChineseText
import ConversationModel
import Patterns
import RuleLanguage

/// A compiled condition on the text of one message.
indirect enum TextNode: Sendable {
    /// Keywords or a regex: a leaf with atoms in the scanner.
    case leaf(Int)
    case equals(EqualsMatcher)
    case length(minimum: Int, maximum: Int)
    case all([TextNode])
    case any([TextNode])
    case not(TextNode)
}

/// What `equals` compares: the stripped, folded text.
final class EqualsMatcher: Sendable {
    let level: TextLevel
    let texts: Set<[UInt8]>
    let longest: Int

    init(_ condition: EqualsCondition, table: FoldTable) {
        level = TextLevel(condition.fold)
        let level = level
        texts = Set(
            condition.texts.map { text in
                let bytes = Array(table.folded(text, level: level).utf8)
                return Array(bytes[Stripping.core(of: bytes)])
            })
        longest = texts.map(\.count).max() ?? 0
    }

    /// The range that equals one of the texts, or nil.
    func match(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        let core = Stripping.core(of: bytes)
        guard core.count <= longest, texts.contains(Array(bytes[core])) else { return nil }
        return core
    }
}

extension TextLevel {
    init(_ fold: FoldLevel) {
        self = fold == .exact ? .exact : .folded
    }
}

/// A leaf that the scanner knows: keywords or a regex.
final class TextLeaf: Sendable {
    enum Kind: Sendable {
        case keywords(KeywordMatcher)
        case regex(RegexMatcher)
    }

    let kind: Kind
    let level: TextLevel
    /// Scanner atoms any of which makes a message a candidate.
    let atoms: [Int32]
    /// A candidate may still fail: ask `spans`.
    let needsVerification: Bool
    /// True for `match: none`: it holds where verification fails.
    let isInverted: Bool
    /// Which phrase an atom stands for, for keywords.
    private let phraseOfAtom: [Int32: Int]

    init(kind: Kind, level: TextLevel, atoms: [Int32], needsVerification: Bool, isInverted: Bool) {
        self.kind = kind
        self.level = level
        self.atoms = atoms
        self.needsVerification = needsVerification
        self.isInverted = isInverted
        phraseOfAtom = Dictionary(zip(atoms, atoms.indices), uniquingKeysWith: { first, _ in first })
    }

    /// Spans in a folded text in which the scanner found these atoms, nil where the leaf does not
    /// hold. Only phrases among them are looked for. Ignores `isInverted`.
    func spans(
        in text: UnsafeBufferPointer<UInt8>, hits: UnsafeBufferPointer<ScanHit>, breaker: WordBreaker
    ) -> [Range<Int>]? {
        switch kind {
        case .regex(let matcher): return matcher.spans(in: text)
        case .keywords(let matcher):
            if atoms.count == 1 { return matcher.spans(in: text, phrases: [0], breaker: breaker) }
            var phrases: [Int] = []
            for hit in hits {
                if let phrase = phraseOfAtom[hit.atom] { phrases.append(phrase) }
            }
            return matcher.spans(in: text, phrases: phrases, breaker: breaker)
        }
    }

    /// Whether the leaf holds in a folded text in which the scanner found these atoms.
    func holds(
        in text: UnsafeBufferPointer<UInt8>, hits: UnsafeBufferPointer<ScanHit>, breaker: WordBreaker
    ) -> Bool {
        switch kind {
        case .keywords(let matcher) where matcher.needed == 1:
            return matcher.hasOne(of: hits.lazy.compactMap { self.phraseOfAtom[$0.atom] }, in: text, breaker: breaker)
        case .regex(let matcher): return matcher.except.map { !$0.matches(text) } ?? true
        default: return spans(in: text, hits: hits, breaker: breaker) != nil
        }
    }

    /// Spans in a folded text, nil where the leaf does not hold. Ignores `isInverted`.
    func spans(in text: [UInt8], breaker: WordBreaker) -> [Range<Int>]? {
        switch kind {
        case .keywords(let matcher): matcher.spans(in: text, breaker: breaker)
        case .regex(let matcher): text.withUnsafeBufferPointer { matcher.spans(in: $0) }
        }
    }
}

/// A regex leaf with its veto.
final class RegexMatcher: Sendable {
    let pattern: Pattern
    let spans: SpanMatcher
    let except: SpanMatcher?

    init(pattern: Pattern, spans: SpanMatcher, except: SpanMatcher?) {
        self.pattern = pattern
        self.spans = spans
        self.except = except
    }

    func spans(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        if let except, except.matches(text) { return nil }
        let found = spans.spans(in: text)
        return found.isEmpty ? nil : found
    }
}
