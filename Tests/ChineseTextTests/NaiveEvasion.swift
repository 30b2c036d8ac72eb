import TestSupport

/// The level `evasion` over a small palette, written out by hand and matched by trying everything:
/// what `EvasionMatcher` must equal. Shares nothing with the sources.
struct NaiveEvasion {
    enum Meaning {
        /// Canonical form, syllable (empty: none), digit (-1: none).
        case character(String, String, Int)
        case space
        case separator(Int)
        case lineEnd
        case nothing
    }

    /// What people type, piece by piece, and what it is.
    static let palette: [(piece: String, meaning: Meaning)] = [
        ("加", .character("加", "jia", -1)), ("家", .character("家", "jia", -1)), ("價", .character("价", "jia", -1)),
        ("微", .character("微", "wei", -1)), ("薇", .character("薇", "wei", -1)), ("為", .character("为", "wei", -1)),
        ("信", .character("信", "xin", -1)), ("心", .character("心", "xin", -1)), ("力", .character("力", "li", -1)),
        ("口", .character("口", "kou", -1)), ("扣", .character("扣", "kou", -1)), ("亻", .character("亻", "ren", -1)),
        ("言", .character("言", "yan", -1)), ("的", .character("的", "de", -1)), ("六", .character("六", "liu", 6)),
        ("陆", .character("陆", "liu", 6)), ("留", .character("留", "liu", -1)), ("九", .character("九", "jiu", 9)),
        ("酒", .character("酒", "jiu", -1)), ("零", .character("零", "ling", 0)), ("〇", .character("〇", "ling", 0)),
        ("6", .character("6", "", 6)), ("６", .character("6", "", 6)), ("⑥", .character("6", "", 6)),
        ("9", .character("9", "", 9)), ("❾", .character("9", "", 9)), ("Ⅸ", .character("9", "", 9)),
        ("0", .character("0", "", 0)), ("○", .character("0", "", 0)), ("v", .character("v", "", -1)),
        ("Ｖ", .character("v", "", -1)), ("ν", .character("v", "", -1)), ("q", .character("q", "", -1)),
        ("ⓠ", .character("q", "", -1)), ("é", .character("e", "", -1)), ("，", .character(",", "", -1)),
        ("。", .character("。", "", -1)), ("—", .character("—", "", -1)),
        (" ", .space), ("\u{3000}", .space), ("\t", .space), ("*", .separator(1)), ("．", .separator(1)),
        ("·", .separator(1)),
        ("❤️", .separator(1)), ("👍🏻", .separator(1)), ("👨‍👩‍👧", .separator(1)), ("🇨🇳", .separator(1)), ("…", .separator(3)),
        ("\n", .lineEnd), ("\u{2029}", .lineEnd), ("\u{200B}", .nothing), ("\u{336}", .nothing), ("\u{FEFF}", .nothing),
    ]

    static let halves: [String: [String]] = ["加": ["力", "口"], "信": ["亻", "言"], "扣": ["扌", "口"]]

    struct Character {
        var canonical: String
        var syllable: String
        var digit: Int
        /// Separators before it.
        var gap: Int
        var range: Range<Int>

        var isLatinOrDigit: Bool { ("a"..."z").contains(canonical) || isArabic }
        var isArabic: Bool { ("0"..."9").contains(canonical) }
    }

    /// The characters that a text of pieces holds.
    static func characters(_ pieces: [Int]) -> [Character] {
        var result: [Character] = []
        var gap = 0
        var wasSpace = false
        var offset = 0
        for number in pieces {
            let (piece, meaning) = palette[number]
            let range = offset..<offset + piece.utf8.count
            offset = range.upperBound
            switch meaning {
            case .nothing: continue
            case .space: gap += wasSpace ? 0 : 1
            case .separator(let count): gap += count
            case .lineEnd, .character:
                var character = Character(canonical: "\n", syllable: "", digit: -1, gap: gap, range: range)
                if case .character(let canonical, let syllable, let digit) = meaning {
                    (character.canonical, character.syllable, character.digit) = (canonical, syllable, digit)
                }
                result.append(character)
                gap = 0
            }
            if case .space = meaning { wasSpace = true } else { wasSpace = false }
        }
        return result
    }

    let keyword: [Character]
    let homophones: Bool
    let wholeRuns: Bool

    /// A way to go on: so many of the keyword's characters taken, half of one, so many equal, and
    /// what the last one taken was taken for.
    private struct Way: Hashable {
        var taken: Int
        var half: Int
        var equal: Int
        var repeats: Bool
    }

    func occurrences(in text: [Character]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for start in text.indices where text[start].range.lowerBound >= result.last?.upperBound ?? 0 {
            if let end = ends(from: start, in: text).max() {
                result.append(text[start].range.lowerBound..<text[end].range.upperBound)
            }
        }
        return Array(result.prefix(64))
    }

    /// The last characters of all matches that begin at `start`.
    private func ends(from start: Int, in text: [Character]) -> [Int] {
        var ends: [Int] = []
        var ways: Set<Way> = [Way(taken: 0, half: 0, equal: 0, repeats: false)]
        for i in start..<text.count {
            if i > start, text[i].gap > 2 { break }
            var next: Set<Way> = []
            for way in ways {
                next.formUnion(steps(way, text[i]))
                if i > start, way.repeats, text[i].gap == 0, text[i].canonical == text[i - 1].canonical,
                    !text[i].isArabic
                {
                    next.insert(way)
                }
            }
            ways = next
            let isWhole = ways.contains { $0.taken == keyword.count && $0.half == 0 && $0.equal * 2 >= keyword.count }
            if isWhole, isBounded(start, i, in: text) { ends.append(i) }
        }
        return ends
    }

    private func steps(_ way: Way, _ character: Character) -> [Way] {
        guard way.taken < keyword.count else { return [] }
        let wanted = keyword[way.taken]
        if way.half == 1 {
            guard Self.halves[wanted.canonical]?.last == character.canonical else { return [] }
            return [Way(taken: way.taken + 1, half: 0, equal: way.equal + 1, repeats: true)]
        }
        var result: [Way] = []
        if keyword.count > 1, Self.halves[wanted.canonical]?.first == character.canonical {
            result.append(Way(taken: way.taken, half: 1, equal: way.equal, repeats: true))
        }
        let isEqual =
            wanted.canonical == character.canonical || wanted.isArabic && wanted.digit == character.digit
        let isAlike =
            homophones && !wanted.isArabic
            && (!wanted.syllable.isEmpty && wanted.syllable == character.syllable
                || wanted.digit >= 0 && character.isArabic && wanted.digit == character.digit)
        if isEqual || isAlike {
            result.append(
                Way(taken: way.taken + 1, half: 0, equal: way.equal + (isEqual ? 1 : 0), repeats: !wanted.isArabic))
        }
        return result
    }

    private func isBounded(_ start: Int, _ end: Int, in text: [Character]) -> Bool {
        guard wholeRuns, let first = keyword.first, let last = keyword.last else { return true }
        let isSpelt = (start..<end).contains { text[$0].digit >= 0 && text[$0 + 1].digit >= 0 && text[$0 + 1].gap > 0 }
        func isHanDigit(_ character: Character) -> Bool { character.digit >= 0 && !character.isArabic }
        func goesOn(_ edge: Character, _ other: Character, gap: Int) -> Bool {
            if gap == 0 { return other.isLatinOrDigit || isHanDigit(edge) && isHanDigit(other) }
            guard gap <= 2, isSpelt, edge.digit >= 0 else { return false }
            return other.isArabic || isHanDigit(edge) && isHanDigit(other)
        }
        if first.isLatinOrDigit, start > 0, goesOn(text[start], text[start - 1], gap: text[start].gap) { return false }
        if last.isLatinOrDigit, end + 1 < text.count, goesOn(text[end], text[end + 1], gap: text[end + 1].gap) {
            return false
        }
        return true
    }
}
