/// Finds one keyword in texts that were written so as not to be found (`semantics.md` section 5).
///
/// A text matches where its characters are, one for one, those of the keyword, with at most two
/// separators between any two. A character of the text is *equal* to one of the keyword if their
/// canonical scalars are (folded, look-alikes, digit styles) or if it is a Han numeral and the keyword
/// has that digit; it is *alike* if both are Han of one syllable, or if it is the digit of the keyword's
/// Han numeral (第1 for 第一). At least half of the keyword's characters, rounded up, must be equal.
/// Right after itself a character may be repeated any number of times, unless it is a digit; 谢谢 is
/// two characters, which one 谢 is not. A character may stand as its two halves (讠青), both equal.
///
/// Line ends and punctuation other than separators are characters, so nothing is seen through them.
/// The keyword's own separators do not count, whatever they are; a gap that is too wide to be seen
/// through matches another such gap. Invisible characters and marks are nothing, in any number.
public struct EvasionMatcher: Sendable {
    /// A character of the keyword, or half of one.
    struct Element: Sendable, Equatable {
        let canonical: UInt32
        let syllable: UInt16
        let digit: UInt8
        /// Halves are never alike.
        let mustBeEqual: Bool
        /// What it counts if it is equal: the first half nothing.
        let weight: Int

        var isArabicDigit: Bool { canonical &- 0x30 < 10 }
    }

    /// Ways of writing characters in halves that are tried together.
    static let variantLimit = 16
    /// Occurrences in one text.
    static let occurrenceLimit = 64

    /// The keyword's skeleton, then those with characters in halves: a text that holds none of them
    /// holds no occurrence. At most 16, without repetitions.
    public let skeletons: [[UInt8]]
    /// The keyword and how else it may be written.
    let variants: [[Element]]
    /// How many characters must be equal.
    let needed: Int
    /// Whether what stands beside the keyword's first and last character matters: it is Latin or a digit.
    let isWordAtStart: Bool
    let isWordAtEnd: Bool
    let homophones: Bool
    private let table: SkeletonTable

    /// The keyword's own skeleton.
    public var skeleton: [UInt8] { skeletons[0] }

    /// Prepares a keyword, or returns nil where nothing of it is left but separators.
    ///
    /// With `wholeRuns`, an end that is a Latin letter or a digit must have neither beside it, so that
    /// 69 is not found in 695; where digits were written apart (6 9 5), not even apart.
    public init?(_ keyword: String, homophones: Bool, table: SkeletonTable, wholeRuns: Bool = true) {
        var characters = EvasionText(keyword, table: table).characters[...]
        while characters.last?.canonical == SkeletonTable.lineEnd { characters.removeLast() }
        while characters.first?.canonical == SkeletonTable.lineEnd { characters.removeFirst() }
        guard let first = characters.first, let last = characters.last else { return nil }
        let variants = EvasionMatcher.variants(of: Array(characters), table: table)
        self.variants = variants
        var seen: Set<[UInt8]> = []
        skeletons = variants.map { EvasionMatcher.skeleton(of: $0, table: table) }.filter { seen.insert($0).inserted }
        needed = (variants[0].reduce(0) { $0 + $1.weight } + 1) / 2
        isWordAtStart = wholeRuns && first.isLatinOrDigit
        isWordAtEnd = wholeRuns && last.isLatinOrDigit
        self.homophones = homophones
        self.table = table
    }

    /// The keyword's characters, and those with some in halves, the unchanged first.
    private static func variants(of characters: [EvasionText.Character], table: SkeletonTable) -> [[Element]] {
        var variants: [[Element]] = [[]]
        for character in characters {
            // A line end or a wide gap is no character, and equal to its like only.
            let weight = character.canonical > SkeletonTable.wideGap ? 1 : 0
            let whole = Element(
                canonical: character.canonical, syllable: character.syllable, digit: character.digit,
                mustBeEqual: false, weight: weight)
            let halves = halves(of: character, table: table)
            // One character alone is too little: 月半 stands in 本月半价.
            if halves.isEmpty || characters.count == 1 || variants.count * 2 > variantLimit {
                for i in variants.indices { variants[i].append(whole) }
            } else {
                variants = variants.map { $0 + [whole] } + variants.map { $0 + halves }
            }
        }
        return variants
    }

    private static func halves(of character: EvasionText.Character, table: SkeletonTable) -> [Element] {
        guard let scalar = Unicode.Scalar(character.canonical), let halves = LookAlikes.halves[scalar] else {
            return []
        }
        return halves.unicodeScalars.enumerated().map { position, half in
            let syllable = table.number(half.value)
            return Element(
                canonical: half.value, syllable: syllable, digit: table.digit(half.value, syllable: syllable),
                mustBeEqual: true, weight: position)
        }
    }

    private static func skeleton(of elements: [Element], table: SkeletonTable) -> [UInt8] {
        var last: UInt32 = 0
        var bytes: [UInt8] = []
        for element in elements {
            let code =
                element.syllable == 0
                ? SkeletonCodes.code(ofScalar: element.canonical)
                : SkeletonCodes.code(ofSyllable: element.syllable, in: table.syllables)
            if code != last { bytes += SkeletonCodes.bytes(of: code) }
            last = code
        }
        return bytes
    }

    /// Where the keyword occurs in a text, as bytes of the original: from its first to its last
    /// character, whole code points, leftmost-longest, disjoint and in order, at most 64.
    ///
    /// Valid UTF-8; O(text × keyword²) at worst, linear in what is usual.
    public func occurrences(in original: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        occurrences(in: EvasionText(original, table: table))
    }

    /// The same in a text that was read before.
    public func occurrences(in text: EvasionText) -> [Range<Int>] {
        occurrences(in: text, atMost: EvasionMatcher.occurrenceLimit)
    }

    /// Whether the keyword occurs in a text.
    public func occurs(in original: UnsafeBufferPointer<UInt8>) -> Bool {
        occurs(in: EvasionText(original, table: table))
    }

    /// The same in a text that was read before.
    public func occurs(in text: EvasionText) -> Bool {
        !occurrences(in: text, atMost: 1).isEmpty
    }

    private func occurrences(in text: EvasionText, atMost limit: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        text.characters.withUnsafeBufferPointer { characters in
            var run = EvasionRun(matcher: self, characters: characters)
            var start = 0
            while start < characters.count, found.count < limit {
                guard let last = run.longest(from: start) else {
                    start = run.nextStart(after: start)
                    continue
                }
                let end = characters[last].end
                found.append(Int(characters[start].start)..<Int(end))
                start = last + 1
                // A code point that folds to several characters belongs to one occurrence.
                while start < characters.count, characters[start].start < end { start += 1 }
            }
        }
        return found
    }
}
