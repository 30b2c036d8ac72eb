import ChineseText
import ConversationModel
import Patterns
import RuleLanguage

/// What `equals` compares: the stripped, folded text.
final class EqualsMatcher: Sendable {
    let level: TextLevel
    private let texts: NameTable
    private let longest: Int
    /// What a message that equals one of the texts contains: one of these.
    var cores: [[UInt8]] { (0..<texts.count).map { Array(texts.nameBytes(Int32($0))) } }

    init(_ condition: EqualsCondition, table: FoldTable) {
        level = TextLevel(condition.fold)
        var texts = NameTable()
        var longest = 0
        for text in condition.texts {
            let bytes = Array(table.folded(text, level: level).utf8)
            let core = Stripping.core(of: bytes)
            longest = max(longest, core.count)
            bytes[core].withUnsafeBufferPointer { _ = texts.number(of: $0) }
        }
        self.texts = texts
        self.longest = longest
    }

    /// The range that equals one of the texts, or nil. Allocates nothing.
    func match(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        let core = Stripping.core(of: bytes)
        guard core.count <= longest, texts.known(UnsafeBufferPointer(rebasing: bytes[core])) != nil else {
            return nil
        }
        return core
    }
}

extension TextLevel {
    init(_ fold: FoldLevel) {
        switch fold {
        case .exact: self = .exact
        case .folded: self = .folded
        case .evasion: self = .evasion
        }
    }
}

/// What is asked of one message's text: keywords, a regex, or the whole message.
final class TextLeaf: Sendable {
    enum Kind: Sendable {
        case keywords(KeywordMatcher)
        /// Its ranges are of the original text.
        case evasion(EvasionKeywords)
        case regex(RegexMatcher)
        case equals(EqualsMatcher)
        case entity(EntityMatcher)
        case similar(SimilarityMatcher)
    }

    /// What is asked of a leaf for every unit.
    struct Traits: Sendable {
        let level: TextLevel
        /// A candidate may still fail: ask `spans`.
        let needsVerification: Bool
        /// True for `match: none`: it holds where verification fails.
        let isInverted: Bool
        /// What a candidate is asked.
        let question: LeafQuestion
        /// Its place among the leaves that the scanner cannot tell candidates of, or -1.
        var unscannedPlace: Int32 = -1
    }

    let kind: Kind
    let traits: Traits
    /// Scanner atoms by part: each phrase's own, or for a regex those of each factor. None: the scanner
    /// does not know it.
    let atoms: [[Int32]]
    /// A candidate holds an atom of every part, not of any.
    let needsAllParts: Bool
    /// Without atoms: what the texts begin with in which it holds; nil: anything.
    let firstScalars: [ClosedRange<UInt32>]?
    /// Its atoms are those of phrases.
    var hasPhrases: Bool {
        switch kind {
        case .keywords, .evasion: true
        case .regex, .equals, .entity, .similar: false
        }
    }
    /// Whether candidates can be told from other messages without asking it.
    var hasCandidates: Bool { !atoms.isEmpty || firstScalars != nil }

    init(kind: Kind, level: TextLevel, atoms: [[Int32]], needsVerification: Bool, isInverted: Bool) {
        self.kind = kind
        self.atoms = atoms
        if case .regex(let matcher) = kind {
            needsAllParts = true
            firstScalars = atoms.isEmpty ? matcher.pattern.firstScalars : nil
        } else {
            needsAllParts = false
            firstScalars = nil
        }
        traits = Traits(
            level: level, needsVerification: needsVerification, isInverted: isInverted, question: LeafQuestion(kind))
    }

    var level: TextLevel { traits.level }
    /// Ranges are of the original text, not of a folded one.
    var readsOriginal: Bool { traits.level == .evasion }
    var needsVerification: Bool { traits.needsVerification }
    var isInverted: Bool { traits.isInverted }

    /// Whether a closer look would be, but the leaf holds wherever this part of it stands.
    func isCertain(part: Int) -> Bool {
        guard needsVerification, case .keywords(let matcher) = kind else { return false }
        return matcher.isCertain(part)
    }

    /// Spans in a folded text (`readsOriginal`: in the original), nil where the leaf does not hold. Of `phrases` only these are
    /// looked for, those that the scanner found; nil: all. Ignores `isInverted`.
    func spans(
        in text: UnsafeBufferPointer<UInt8>, phrases: [Int]?, breaker: WordBreaker
    ) -> [Range<Int>]? {
        switch kind {
        case .regex(let matcher): matcher.spans(in: text)
        case .keywords(let matcher):
            matcher.spans(in: text, phrases: phrases ?? Array(matcher.phrases.indices), breaker: breaker)
        case .evasion(let matcher): matcher.spans(in: text, phrases: phrases, breaker: breaker)
        case .equals(let matcher): matcher.match(text).map { [$0] }
        case .entity(let matcher): matcher.spans(in: text)
        case .similar(let matcher): matcher.match(text).map { [$0] }
        }
    }

    /// Spans in a folded text (`readsOriginal`: in the original), nil where the leaf does not hold. Ignores
    /// `isInverted`.
    func spans(in text: [UInt8], breaker: WordBreaker) -> [Range<Int>]? {
        switch kind {
        case .keywords(let matcher): matcher.spans(in: text, breaker: breaker)
        case .evasion(let matcher): text.withUnsafeBufferPointer { matcher.spans(in: $0, breaker: breaker) }
        case .regex(let matcher): text.withUnsafeBufferPointer { matcher.spans(in: $0) }
        case .equals(let matcher): text.withUnsafeBufferPointer { matcher.match($0) }.map { [$0] }
        case .entity(let matcher): text.withUnsafeBufferPointer { matcher.spans(in: $0) }
        case .similar(let matcher): text.withUnsafeBufferPointer { matcher.match($0) }.map { [$0] }
        }
    }
}

/// A regex leaf with its veto.
final class RegexMatcher: Sendable {
    let pattern: Pattern
    let spans: SpanMatcher
    let except: SpanMatcher?
    /// The scanner knows the pattern itself, or it is nothing but literals: candidates match it.
    let isScanned: Bool

    init(pattern: Pattern, spans: SpanMatcher, except: SpanMatcher?, isScanned: Bool) {
        self.pattern = pattern
        self.spans = spans
        self.except = except
        self.isScanned = isScanned
    }

    func spans(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        if let except, except.matches(text) { return nil }
        let found = spans.spans(in: text)
        return found.isEmpty ? nil : found
    }
}

/// The matcher that a candidate of a leaf is put to, without counting references: the leaf keeps it. Threads that
/// count them on the same matchers wait for each other.
enum LeafQuestion: @unchecked Sendable {
    case keywords(Unmanaged<KeywordMatcher>)
    /// Decided by spans.
    case evasion
    case regex(RegexQuestion)
    case equals(Unmanaged<EqualsMatcher>)
    case entity(Unmanaged<EntityMatcher>)
    case similar(Unmanaged<SimilarityMatcher>)

    init(_ kind: TextLeaf.Kind) {
        self =
            switch kind {
            case .keywords(let matcher): .keywords(.passUnretained(matcher))
            case .evasion: .evasion
            case .regex(let matcher): .regex(RegexQuestion(matcher))
            case .equals(let matcher): .equals(.passUnretained(matcher))
            case .entity(let matcher): .entity(.passUnretained(matcher))
            case .similar(let matcher): .similar(.passUnretained(matcher))
            }
    }
}

/// Whether a candidate of a regex leaf holds.
struct RegexQuestion: @unchecked Sendable {
    /// Nil where the scanner has answered.
    let pattern: Unmanaged<SpanMatcher>?
    let except: Unmanaged<SpanMatcher>?

    init(_ matcher: RegexMatcher) {
        pattern = matcher.isScanned ? nil : Unmanaged.passUnretained(matcher.spans)
        except = matcher.except.map { Unmanaged.passUnretained($0) }
    }

    @inline(__always)
    func holds(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if let pattern, !pattern._withUnsafeGuaranteedRef({ $0.matches(text) }) { return false }
        if let except, except._withUnsafeGuaranteedRef({ $0.matches(text) }) { return false }
        return true
    }
}
