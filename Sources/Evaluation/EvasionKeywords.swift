import ChineseText
import ConversationModel
import RuleLanguage

/// Keywords at level `evasion`: found in the original text, with what hides them seen through.
///
/// The scanner looks for their skeletons, which let through too much; what counts is decided here.
final class EvasionKeywords: Sendable {
    private let matchers: [EvasionMatcher]
    private let allow: [[UInt8]]
    private let needed: Int
    private let isWord: Bool
    /// Numbers and words in Latin letters must not go on at the ends.
    private let keepsWhole: Bool
    private let skeletons: SkeletonTable
    private let table: FoldTable

    init(_ keywords: Keywords, skeletons: SkeletonTable, table: FoldTable) {
        self.skeletons = skeletons
        self.table = table
        matchers = keywords.phrases.compactMap {
            EvasionMatcher(
                $0, homophones: keywords.homophones, table: skeletons,
                wholeRuns: keywords.boundary != .substring)
        }
        allow = keywords.allow.map { Array(table.folded($0).utf8) }.filter { !$0.isEmpty }
        isWord = keywords.boundary == .word
        keepsWhole = keywords.boundary == .automatic
        needed =
            switch keywords.quantity {
            case .any, .none: 1
            case .all: max(1, matchers.count)
            case .atLeast(let n): n
            }
    }

    /// Whether something of a keyword is left to look for.
    func canFind(_ keyword: String) -> Bool {
        EvasionMatcher(keyword, homophones: false, table: skeletons) != nil
    }

    /// What the scanner looks for, by phrase.
    var literals: [[[UInt8]]] { matchers.map(\.skeletons) }

    /// Where they stand in the original, sorted, or nil where too few different ones occur. Allocates:
    /// for candidates.
    ///
    /// - Parameter phrases: only these are looked for, by their places among `literals`; nil: all.
    func spans(
        in original: UnsafeBufferPointer<UInt8>, phrases: [Int]? = nil, breaker: WordBreaker
    ) -> [Range<Int>]? {
        let text = EvasionText(original, table: skeletons)
        breaker.begin()
        var shields: [Range<Int>]?
        var found: [Range<Int>] = []
        var different = 0
        for phrase in phrases.map(Set.init) ?? Set(matchers.indices) {
            let ranges = matchers[phrase].occurrences(in: text).filter { range in
                if isWord, !isWhole(range, in: original, breaker) { return false }
                if keepsWhole, EvasionKeywords.goesOn(range, in: original) { return false }
                guard !allow.isEmpty else { return true }
                let covers = shields ?? self.shields(in: original)
                shields = covers
                return !covers.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
            }
            if !ranges.isEmpty { different += 1 }
            found += ranges
        }
        guard different >= needed else { return nil }
        return found.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    private func isWhole(
        _ range: Range<Int>, in original: UnsafeBufferPointer<UInt8>, _ breaker: WordBreaker
    ) -> Bool {
        breaker.isBoundary(range.lowerBound, in: original) && breaker.isBoundary(range.upperBound, in: original)
    }

    /// Whether a number goes on behind a point or a comma, or a word behind an apostrophe: 69.5, 1,069, sb's. There ICU
    /// finds no boundary; other signs between letters and digits are separators to this level.
    private static func goesOn(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        func byte(_ i: Int) -> UInt8 { text.indices.contains(i) ? text[i] : 0x20 }
        func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
        func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
        func joins(_ edge: UInt8, _ sign: UInt8, _ beyond: UInt8) -> Bool {
            switch sign {
            case UInt8(ascii: "."), UInt8(ascii: ","): isDigit(edge) && isDigit(beyond)
            case UInt8(ascii: "'"): isLetter(edge) && isLetter(beyond)
            default: false
            }
        }
        let (start, end) = (range.lowerBound, range.upperBound)
        return joins(byte(end - 1), byte(end), byte(end + 1)) || joins(byte(start), byte(start - 1), byte(start - 2))
    }

    /// Where allow-phrases stand, as ranges of the original: they are compared at level `folded`.
    private func shields(in original: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        let folded = table.foldMapped(original, level: .folded)
        return allow.flatMap { phrase in
            KeywordMatcher.occurrences(of: phrase, in: folded.bytes).map { range in
                let span = folded.original(range)
                return span.start..<span.end
            }
        }
    }
}
