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
        /// Allow-phrases that contain it, and where: they can cover it only there.
        let shields: [(phrase: [UInt8], offset: Int)]
    }

    let phrases: [Phrase]
    let allow: [[UInt8]]
    /// Different phrases that must occur.
    let needed: Int

    init(_ keywords: Keywords, table: FoldTable) {
        let level = TextLevel(keywords.fold)
        let allow = keywords.allow.map { Array(table.folded($0, level: level).utf8) }.filter { !$0.isEmpty }
        var seen: Set<ByteKey> = []
        let folded = keywords.phrases.compactMap { text -> [UInt8]? in
            let bytes = Array(table.folded(text, level: level).utf8)
            return !bytes.isEmpty && seen.insert(ByteKey(bytes)).inserted ? bytes : nil
        }
        let shields = KeywordMatcher.shields(of: folded, in: allow)
        let phrases = zip(folded, shields).map { bytes, shields in
            Phrase(
                bytes: bytes, wordAtStart: KeywordMatcher.isWord(keywords.boundary, bytes[0]),
                wordAtEnd: KeywordMatcher.isWord(keywords.boundary, bytes[bytes.count - 1]), shields: shields)
        }
        self.phrases = phrases
        self.allow = allow
        needed =
            switch keywords.quantity {
            case .any, .none: 1
            case .all: max(1, phrases.count)
            case .atLeast(let n): n
            }
    }

    /// Per phrase the allow-phrases that hold it, and where, in their order. Lists of a thousand phrases have hundreds of
    /// allow-phrases: at each place of one only the phrases that begin like it are compared.
    private static func shields(of phrases: [[UInt8]], in allow: [[UInt8]]) -> [[(phrase: [UInt8], offset: Int)]] {
        var result = [[(phrase: [UInt8], offset: Int)]](repeating: [], count: phrases.count)
        guard !allow.isEmpty else { return result }
        // The first three bytes tell a Han character; shorter phrases are compared everywhere.
        func head(_ bytes: [UInt8], _ at: Int) -> UInt32 {
            UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2])
        }
        var byHead: [UInt32: [Int]] = [:]
        var short: [Int] = []
        for (number, phrase) in phrases.enumerated() {
            if phrase.count < 3 { short.append(number) } else { byHead[head(phrase, 0), default: []].append(number) }
        }
        for allowed in allow {
            for at in allowed.indices {
                let alike = at + 2 < allowed.count ? byHead[head(allowed, at)] ?? [] : []
                for number in alike + short where allowed[at...].starts(with: phrases[number]) {
                    result[number].append((allowed, at))
                }
            }
        }
        return result
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

    /// Whether an occurrence of a phrase is enough for the whole condition: nothing shields it, and its ends may stand
    /// anywhere.
    func isCertain(_ number: Int) -> Bool {
        needed == 1 && phrases[number].shields.isEmpty && !phrases[number].wordAtStart && !phrases[number].wordAtEnd
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
        breaker.begin()
        var found: [Range<Int>] = []
        var different = 0
        for number in candidates {
            let phrase = phrases[number]
            var occurs = false
            for range in KeywordMatcher.occurrences(of: phrase.bytes, in: text)
            where counts(phrase, at: range, in: text, breaker) {
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

    /// Whether a phrase occurs at a place that counts. No allocation but where ICU is asked.
    func counts(_ number: Int, in text: UnsafeBufferPointer<UInt8>, breaker: WordBreaker) -> Bool {
        breaker.begin()
        var from = 0
        while let start = KeywordMatcher.first(phrases[number].bytes, in: text, from: from) {
            let range = start..<start + phrases[number].bytes.count
            if counts(phrases[number], at: range, in: text, breaker) { return true }
            from = start + 1
        }
        return false
    }

    /// Whether an occurrence counts: no allow-phrase covers it, and its word ends are boundaries.
    private func counts(
        _ phrase: Phrase, at range: Range<Int>, in text: UnsafeBufferPointer<UInt8>, _ breaker: WordBreaker
    ) -> Bool {
        for shield in phrase.shields {
            let start = range.lowerBound - shield.offset
            guard start >= 0, start + shield.phrase.count <= text.count, let base = text.baseAddress else { continue }
            if memcmp(base + start, shield.phrase, shield.phrase.count) == 0 { return false }
        }
        if phrase.wordAtStart, !isBoundary(range.lowerBound, in: text, breaker) { return false }
        return !phrase.wordAtEnd || isBoundary(range.upperBound, in: text, breaker)
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
        return breaker.isBoundary(offset, in: text)
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
        var result: [Range<Int>] = []
        var from = 0
        while let start = first(needle, in: text, from: from) {
            result.append(start..<start + needle.count)
            from = start + 1
        }
        return result
    }

    /// Where `needle` first occurs at or after `from`.
    private static func first(_ needle: [UInt8], in text: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        guard !needle.isEmpty, from + needle.count <= text.count, let base = text.baseAddress else { return nil }
        return needle.withUnsafeBufferPointer { needle in
            // The last byte of the first character tells more than its lead byte, which most Han share.
            let probe = min(2, needle.count - 1)
            let byte = Int32(needle[probe])
            var at = from + probe
            let last = text.count - needle.count + probe
            while at <= last, let hit = memchr(base + at, byte, last - at + 1) {
                let start = UnsafeRawPointer(hit) - UnsafeRawPointer(base) - probe
                if let wanted = needle.baseAddress, memcmp(base + start, wanted, needle.count) == 0 { return start }
                at = start + probe + 1
            }
            return nil
        }
    }
}
