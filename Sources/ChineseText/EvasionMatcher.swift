/// Finds one keyword in texts that were written so as not to be found (`semantics.md` section 5).
///
/// A text matches where its characters are, one for one, those of the keyword, with at most two
/// separators between any two. A character of the text is *equal* to one of the keyword if their
/// canonical scalars are (folded, look-alikes, digit styles) or if it is a Han numeral and the keyword
/// has that digit; it is *alike* if both are Han of one syllable, or if it is the digit of the keyword's
/// Han numeral (第1 for 第一). At least half of the keyword's characters, rounded up, must be equal.
/// Right after itself a character may be repeated any number of times, unless it is a digit; 谢谢 is
/// two characters, which one 谢 is not. A character may be spelled otherwise (`EvasionSpelling`): as its
/// two halves (讠青) and 加 as a plus, all of it equal; as its syllable in letters and 信 as a heart, which
/// is alike.
///
/// Line ends and punctuation other than separators are characters, so nothing is seen through them.
/// The keyword's own separators do not count, whatever they are; a gap that is too wide to be seen
/// through matches another such gap. Invisible characters and marks are nothing, in any number.
public struct EvasionMatcher: Sendable {
    /// Occurrences in one text.
    static let occurrenceLimit = 64

    /// The keyword's skeleton, then those of its other spellings: a text that holds none of them holds
    /// no occurrence. At most `EvasionSpelling.limit`, without repetitions.
    public let skeletons: [[UInt8]]
    /// The keyword and how else it may be written.
    let spellings: [EvasionSpelling]
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
        let speller = EvasionSpeller(characters: Array(characters), homophones: homophones, table: table)
        needed = speller.needed
        spellings = speller.spellings
        var seen: Set<[UInt8]> = []
        skeletons = spellings.map { EvasionMatcher.skeleton(of: $0.elements, table: table) }
            .filter { seen.insert($0).inserted }
        isWordAtStart = wholeRuns && first.isLatinOrDigit
        isWordAtEnd = wholeRuns && last.isLatinOrDigit
        self.homophones = homophones
        self.table = table
    }

    private static func skeleton(of elements: [EvasionSpelling.Element], table: SkeletonTable) -> [UInt8] {
        var last: UInt32 = 0
        var bytes: [UInt8] = []
        for element in elements {
            let syllable = SkeletonCodes.isPlus(element.canonical) ? table.plusSyllable : element.syllable
            let code =
                syllable == 0
                ? SkeletonCodes.code(ofScalar: element.canonical)
                : SkeletonCodes.code(ofSyllable: syllable, in: table.syllables)
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
                guard let (last, end) = run.longest(from: start) else {
                    start = run.nextStart(after: start)
                    continue
                }
                found.append(Int(characters[start].start)..<Int(end))
                start = last + 1
                // A code point that folds to several characters belongs to one occurrence.
                while start < characters.count, characters[start].start < end { start += 1 }
            }
        }
        return found
    }
}
