import TestSupport

/// The level `evasion` over a small palette, written out by hand and matched by trying everything:
/// what `EvasionMatcher` must equal. Shares nothing with the sources.
struct NaiveEvasion {
    enum Meaning {
        /// Canonical form, syllable (empty: none), digit (-1: none).
        case character(String, String, Int)
        case space
        case separator(Int)
        case heart
        case lineEnd
        case nothing
    }

    /// What people type, piece by piece, and what it is.
    static let palette: [(piece: String, meaning: Meaning)] = [
        ("加", .character("加", "jia", -1)), ("家", .character("家", "jia", -1)), ("價", .character("价", "jia", -1)),
        ("微", .character("微", "wei", -1)), ("薇", .character("薇", "wei", -1)), ("為", .character("为", "wei", -1)),
        ("信", .character("信", "xin", -1)), ("心", .character("心", "xin", -1)), ("力", .character("力", "li", -1)),
        ("口", .character("口", "kou", -1)), ("扣", .character("扣", "kou", -1)), ("亻", .character("亻", "ren", -1)),
        ("言", .character("言", "yan", -1)), ("訁", .character("讠", "yan", -1)), ("イ", .character("亻", "ren", -1)),
        ("+", .character("+", "", -1)), ("➕", .character("➕", "", -1)), ("十", .character("十", "shi", -1)),
        ("宝", .character("宝", "bao", -1)), ("您", .character("您", "nin", -1)), ("咖", .character("咖", "jia", -1)),
        ("w", .character("w", "", -1)), ("Ｅ", .character("e", "", -1)), ("ⓘ", .character("i", "", -1)),
        ("x", .character("x", "", -1)), ("n", .character("n", "", -1)), ("j", .character("j", "", -1)),
        ("a", .character("a", "", -1)), ("的", .character("的", "de", -1)), ("六", .character("六", "liu", 6)),
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
        ("❤️", .heart), ("💗", .heart), ("✨", .separator(1)), ("👍🏻", .separator(1)), ("👨‍👩‍👧", .separator(1)),
        ("🇨🇳", .separator(1)), ("…", .separator(3)),
        ("\n", .lineEnd), ("\u{2029}", .lineEnd), ("\u{200B}", .nothing), ("\u{336}", .nothing), ("\u{FEFF}", .nothing),
    ]

    static let halves: [String: [Set<String>]] = [
        "加": [["力"], ["口"]], "信": [["亻"], ["言", "讠"]], "扣": [["扌"], ["口"]],
    ]

    struct Character {
        var canonical: String
        var syllable: String
        var digit: Int
        /// Separators before it.
        var gap: Int
        var range: Range<Int>
        /// Where a heart behind it ends.
        var heart: Int?

        var isLatinOrDigit: Bool { ("a"..."z").contains(canonical) || isArabic }
        var isArabic: Bool { ("0"..."9").contains(canonical) }
        var isLetter: Bool { ("a"..."z").contains(canonical) }
        var isPlus: Bool { canonical == "+" || canonical == "➕" }
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
            case .nothing:
                // It belongs to the heart that it stands right behind.
                if let last = result.last, last.heart == range.lowerBound {
                    result[result.count - 1].heart = range.upperBound
                }
                continue
            case .heart:
                gap += 1
                if let last = result.last, last.heart == nil, gap <= 2 {
                    result[result.count - 1].heart = range.upperBound
                }
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
    private let spellings: [[Step]]

    init(keyword: [Character], homophones: Bool, wholeRuns: Bool) {
        self.keyword = keyword
        self.homophones = homophones
        self.wholeRuns = wholeRuns
        spellings = Self.spellings(of: keyword, homophones: homophones)
    }

    /// What one character of the text may be taken for.
    private enum Step: Hashable {
        case whole(Int)
        /// A part of a character, with what it counts.
        case part(Set<String>, Int, isTen: Bool, isLetter: Bool)
        /// No character of its own: a heart behind the one before.
        case heart
    }

    /// All ways to write the keyword, one step a character that is written.
    private static func spellings(of keyword: [Character], homophones: Bool) -> [[Step]] {
        var all: [(steps: [Step], weight: Int)] = [([], 0)]
        for (i, character) in keyword.enumerated() {
            var choices: [(steps: [Step], weight: Int)] = [([.whole(i)], 1)]
            if keyword.count > 1 {
                if let halves = Self.halves[character.canonical] {
                    choices.append((halves.enumerated().map { part($1, $0) }, 1))
                }
                if i == 0, character.canonical == "加" { choices.append(([part(["十"], 1, isTen: true)], 1)) }
                if homophones, character.syllable.count > 1, character.digit < 0 {
                    choices.append((character.syllable.map { part([String($0)], 0, isLetter: true) }, 0))
                }
                if homophones, i > 0, keyword.count > 2, character.canonical == "信" { choices.append(([.heart], 0)) }
            }
            all = all.flatMap { begun in choices.map { (begun.steps + $0.steps, begun.weight + $0.weight) } }
        }
        return all.filter { spelling in
            let isDoubled = zip(spelling.steps, spelling.steps.dropFirst()).contains { $0 == .heart && $1 == .heart }
            return spelling.weight * 2 >= keyword.count && !isDoubled
        }.map(\.steps)
    }

    private static func part(_ canonical: Set<String>, _ weight: Int, isTen: Bool = false, isLetter: Bool = false)
        -> Step
    {
        .part(canonical, weight, isTen: isTen, isLetter: isLetter)
    }

    /// Whether there are more ways than are tried.
    var isLimited: Bool { spellings.count > 32 }

    /// A way to go on: so many steps taken, so many equal.
    private struct Way: Hashable {
        var taken: Int
        var equal: Int
    }

    func occurrences(in text: [Character]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for start in text.indices where text[start].range.lowerBound >= result.last?.upperBound ?? 0 {
            if let end = spellings.flatMap({ ends(of: $0, from: start, in: text) }).max() {
                result.append(text[start].range.lowerBound..<end)
            }
        }
        return Array(result.prefix(64))
    }

    /// Where all matches of a spelling end that begin at `start`.
    private func ends(of spelling: [Step], from start: Int, in text: [Character]) -> [Int] {
        guard let first = value(spelling[0], text[start]), readsAsAdd(spelling[0], start, in: text) else { return [] }
        func isLetter(_ step: Step?) -> Bool {
            if case .part(_, _, _, isLetter: true)? = step { true } else { false }
        }
        if isLetter(spelling.first), start > 0, text[start].gap == 0, text[start - 1].isLetter { return [] }
        var ends: [Int] = []
        var ways: Set<Way> = [Way(taken: 1, equal: first)]
        for i in start..<text.count {
            if i > start {
                if text[i].gap > 2 { break }
                ways = Set(ways.flatMap { next($0, spelling, i, in: text) })
            }
            for way in ways where way.equal * 2 >= keyword.count {
                let rest = spelling[way.taken...]
                let goesOn = i + 1 < text.count && text[i + 1].gap == 0 && text[i + 1].isLetter
                if rest.first == .heart, rest.count == 1, let end = text[i].heart, isBounded(start, nil, i, in: text) {
                    ends.append(end)
                }
                if rest.isEmpty, isBounded(start, i, i, in: text), !(isLetter(spelling.last) && goesOn) {
                    ends.append(text[i].range.upperBound)
                }
            }
        }
        return ends
    }

    private func next(_ way: Way, _ spelling: [Step], _ i: Int, in text: [Character]) -> [Way] {
        var result: [Way] = []
        let isDirect = text[i].gap == 0
        if isDirect, text[i].canonical == text[i - 1].canonical, !text[i].isArabic,
            !takesDigit(spelling[way.taken - 1])
        {
            result.append(way)
        }
        if isDirect, text[i].isPlus, text[i - 1].isPlus || text[i - 1].canonical == "加", keyword.count > 1,
            case .whole(let k) = spelling[way.taken - 1], keyword[k].canonical == "加"
        {
            result.append(way)
        }
        var taken = way.taken
        if taken < spelling.count, spelling[taken] == .heart {
            guard text[i - 1].heart != nil else { return result }
            taken += 1
        }
        if taken < spelling.count, let more = value(spelling[taken], text[i]) {
            result.append(Way(taken: taken + 1, equal: way.equal + more))
        }
        return result
    }

    private func takesDigit(_ step: Step) -> Bool {
        if case .whole(let k) = step { keyword[k].isArabic } else { false }
    }

    /// What taking a character for a step counts; nil where it cannot be.
    private func value(_ step: Step, _ character: Character) -> Int? {
        switch step {
        case .heart: return nil
        case .part(let canonical, let weight, _, _): return canonical.contains(character.canonical) ? weight : nil
        case .whole(let k):
            let wanted = keyword[k]
            if wanted.canonical == character.canonical { return 1 }
            if wanted.isArabic { return wanted.digit == character.digit ? 1 : nil }
            if character.isPlus, wanted.isPlus || wanted.canonical == "加" && keyword.count > 1 { return 1 }
            guard homophones else { return nil }
            let isAlike =
                !wanted.syllable.isEmpty && wanted.syllable == character.syllable
                || wanted.digit >= 0 && character.isArabic && wanted.digit == character.digit
            return isAlike ? 0 : nil
        }
    }

    private func readsAsAdd(_ step: Step, _ start: Int, in text: [Character]) -> Bool {
        let sign = text[start]
        switch step {
        case .part(_, _, isTen: true, _): break
        case .whole(let k) where keyword[k].canonical == "加" && sign.isPlus: break
        default: return true
        }
        guard start > 0, sign.gap <= 2 else { return true }
        let before = text[start - 1]
        if before.isPlus { return false }
        if !before.isLatinOrDigit, before.syllable.isEmpty, before.digit < 0 { return true }
        if before.canonical == "您" { return true }
        if before.digit >= 0 || before.canonical == "宝" { return false }
        if sign.canonical == "➕" { return true }
        return sign.isPlus && sign.gap > 0 && start + 1 < text.count && text[start + 1].gap == 0
    }

    /// Whether neither a word nor a number goes on; `end` is nil where a heart stands behind `last`.
    private func isBounded(_ start: Int, _ end: Int?, _ lastTaken: Int, in text: [Character]) -> Bool {
        guard wholeRuns, let first = keyword.first, let last = keyword.last else { return true }
        let isSpelt = (start..<lastTaken).contains {
            text[$0].digit >= 0 && text[$0 + 1].digit >= 0 && text[$0 + 1].gap > 0
        }
        func isHanDigit(_ character: Character) -> Bool { character.digit >= 0 && !character.isArabic }
        func goesOn(_ edge: Character, _ other: Character, gap: Int) -> Bool {
            if gap == 0 { return other.isLatinOrDigit || isHanDigit(edge) && isHanDigit(other) }
            guard gap <= 2, isSpelt, edge.digit >= 0 else { return false }
            return other.isArabic || isHanDigit(edge) && isHanDigit(other)
        }
        if first.isLatinOrDigit, start > 0, goesOn(text[start], text[start - 1], gap: text[start].gap) { return false }
        guard let end else { return true }
        if last.isLatinOrDigit, end + 1 < text.count, goesOn(text[end], text[end + 1], gap: text[end + 1].gap) {
            return false
        }
        return true
    }
}
