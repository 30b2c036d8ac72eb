import ChineseText
import Patterns
import RuleLanguage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds keywords in a folded text with their boundaries and allow-phrases.
final class KeywordMatcher: Sendable {
    struct Phrase: Sendable {
        let bytes: [UInt8]
        let wordAtStart: Bool
        let wordAtEnd: Bool
    }

    let phrases: [Phrase]
    let allow: [[UInt8]]
    /// Different phrases that must occur.
    let needed: Int

    init(_ keywords: Keywords, table: FoldTable) {
        let level = TextLevel(keywords.fold)
        var seen: Set<[UInt8]> = []
        var phrases: [Phrase] = []
        for text in keywords.phrases {
            let bytes = Array(table.folded(text, level: level).utf8)
            guard let first = bytes.first, let last = bytes.last, seen.insert(bytes).inserted else { continue }
            phrases.append(
                Phrase(
                    bytes: bytes,
                    wordAtStart: KeywordMatcher.isWord(keywords.boundary, first),
                    wordAtEnd: KeywordMatcher.isWord(keywords.boundary, last)))
        }
        self.phrases = phrases
        allow = keywords.allow.map { Array(table.folded($0, level: level).utf8) }.filter { !$0.isEmpty }
        needed =
            switch keywords.quantity {
            case .any, .none: 1
            case .all: max(1, phrases.count)
            case .atLeast(let n): n
            }
    }

    /// Matches nothing.
    init() {
        phrases = []
        allow = []
        needed = 1
    }

    private static func isWord(_ boundary: Keywords.Boundary, _ outer: UInt8) -> Bool {
        switch boundary {
        case .substring: false
        case .word: true
        case .automatic: CharacterClass.isLatinOrDigit(outer)
        }
    }

    /// Whether occurrence in the text is enough: no boundary, no shield, one phrase.
    var isPlain: Bool {
        needed == 1 && allow.isEmpty && phrases.allSatisfy { !$0.wordAtStart && !$0.wordAtEnd }
    }

    /// The places that count, sorted, or nil where too few different phrases occur.
    func spans(in text: [UInt8], breaker: WordBreaker) -> [Range<Int>]? {
        text.withUnsafeBufferPointer { spans(in: $0, phrases: Array(phrases.indices), breaker: breaker) }
    }

    /// The same where only these phrases can occur, given by their numbers.
    func spans(
        in text: UnsafeBufferPointer<UInt8>, phrases candidates: [Int], breaker: WordBreaker
    ) -> [Range<Int>]? {
        guard candidates.count >= needed else { return nil }
        // Looked for when the first keyword stands: most messages have none to shield.
        var shields: [Range<Int>]?
        var found: [Range<Int>] = []
        var different = 0
        for number in candidates {
            let phrase = phrases[number]
            var occurs = false
            for range in KeywordMatcher.occurrences(of: phrase.bytes, in: text) {
                if shields == nil { shields = allow.flatMap { KeywordMatcher.occurrences(of: $0, in: text) } }
                if refusal(of: phrase, at: range, in: text, shields: shields ?? [], breaker: breaker) != nil {
                    continue
                }
                occurs = true
                if found.count < SpanMatcher.spanLimit { found.append(range) }
            }
            if occurs { different += 1 }
        }
        guard different >= needed else { return nil }
        if found.count > 1 {
            found.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        }
        return found
    }

    /// Why an occurrence does not count; nil where it does.
    func refusal(
        of phrase: Phrase, at range: Range<Int>, in text: UnsafeBufferPointer<UInt8>,
        shields: [Range<Int>], breaker: WordBreaker
    ) -> Refusal? {
        if phrase.wordAtStart, !isBoundary(range.lowerBound, in: text, breaker) { return .insideWord(range) }
        if phrase.wordAtEnd, !isBoundary(range.upperBound, in: text, breaker) { return .insideWord(range) }
        if let shield = shields.first(where: {
            $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
        }) {
            return .shielded(range, by: shield)
        }
        return nil
    }

    /// ICU's word boundary, answered without ICU where the neighbours leave no doubt.
    private func isBoundary(_ offset: Int, in text: UnsafeBufferPointer<UInt8>, _ breaker: WordBreaker) -> Bool {
        guard offset > 0, offset < text.count else { return true }
        let before = text[offset - 1]
        let after = text[offset]
        let beforeIsWord = CharacterClass.isLatinOrDigit(before)
        let afterIsWord = CharacterClass.isLatinOrDigit(after)
        if beforeIsWord && afterIsWord { return false }
        if before == 0x20 || after == 0x20 { return true }
        // Between Han (lead bytes E4–E9 cover U+4000–U+9FFF) and Latin there always is one.
        if beforeIsWord, (0xE4...0xE9).contains(after) { return true }
        if afterIsWord, before >= 0x80, isHan(endingAt: offset, in: text) { return true }
        breaker.set(Array(text))
        return breaker.isBoundary(offset)
    }

    private func isHan(endingAt offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        offset >= 3 && (0xE4...0xE9).contains(text[offset - 3])
    }

    /// All occurrences, overlapping ones too.
    static func occurrences(of needle: [UInt8], in text: [UInt8]) -> [Range<Int>] {
        text.withUnsafeBufferPointer { occurrences(of: needle, in: $0) }
    }

    /// The same in bytes that somebody else holds.
    static func occurrences(of needle: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        guard !needle.isEmpty, needle.count <= text.count, let base = text.baseAddress else { return [] }
        var result: [Range<Int>] = []
        needle.withUnsafeBufferPointer { needle in
            // The last byte of the first character tells more than its lead byte, which most Han share.
            let probe = min(2, needle.count - 1)
            let byte = Int32(needle[probe])
            var from = probe
            let last = text.count - needle.count + probe
            while from <= last, let hit = memchr(base + from, byte, last - from + 1) {
                let start = UnsafeRawPointer(hit) - UnsafeRawPointer(base) - probe
                if let wanted = needle.baseAddress, memcmp(base + start, wanted, needle.count) == 0 {
                    result.append(start..<start + needle.count)
                }
                from = start + probe + 1
            }
        }
        return result
    }
}
