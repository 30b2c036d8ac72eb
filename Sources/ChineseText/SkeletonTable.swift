import CICU

/// What each code point is to the text level `evasion`: a character, a separator, or nothing.
///
/// A character is first brought to its *canonical* scalar: folded (`FoldTable`), digits of any style
/// as 0–9, Latin look-alikes as a–z, marks over letters dropped. Han characters keep themselves there
/// and have a *reading* beside: the Mandarin syllable without tone. From both comes the *skeleton*,
/// which only filters; `EvasionMatcher` decides (`semantics.md` section 5).
public final class SkeletonTable: Sendable {
    /// What a code point, or a part of what it stands for, is. 1–4 in the table of codes are literal
    /// bytes; here 1 is a canonical scalar in the lower bits.
    enum Kind: UInt32 {
        /// Its own canonical scalar.
        case own = 0
        case scalar = 1
        /// Invisible, or a mark on a character: as if it were not there.
        case gone = 5
        /// Joins two emoji into one; otherwise gone.
        case joiner = 6
        /// White space; a run of it is one separator.
        case space = 7
        /// A line end: nothing is seen through it.
        case lineEnd = 8
        case separator = 9
        case emoji = 10
        /// A skin tone, part of the emoji before it.
        case modifier = 11
        /// Half of a flag.
        case regional = 12
        /// Several of the above: the offset of their number in the pool.
        case sequence = 13
        /// An emoji that may stand for 信 (`EvasionMatcher`).
        case heart = 14
    }

    static let limit: UInt32 = 0x30000
    static let blockShift: UInt32 = 7
    static let formatVersion: UInt32 = 3

    /// What skeletons and texts hold where more separators stand than are seen through.
    static let wideGap: UInt32 = 2
    /// What they hold for a line end.
    static let lineEnd: UInt32 = 1
    /// Separators that are seen through in one gap.
    static let widestGap = 2

    /// Bytes of the table for a cache; `init(serialized:)` reads them.
    public let serialized: [UInt8]
    let index: [UInt16]
    let entries: [UInt32]
    let pool: [UInt32]
    let numbers: [UInt16]
    let syllables: [String]
    /// For each syllable whether a digit is read so, as all Han numerals are.
    let isDigitSyllable: [Bool]
    let codes: SkeletonCodes
    /// The syllable that plus signs have in a skeleton.
    let plusSyllable: UInt16
    /// A bit for each code point below U+10000: it may be more than itself where numbers are written so as not to be found
    /// (`WrittenNumbers`). Written once, before anybody has the table.
    nonisolated(unsafe) private(set) var numeral: [UInt64] = []

    /// What a cache must compare before it hands out a stored table.
    public static var cacheKey: String {
        "skeleton-\(formatVersion)-\(FoldTable.cacheKey)"
    }

    /// Generates the table from a fold table and ICU's readings: some 200 ms, so it is worth a cache.
    public convenience init(folding: FoldTable) {
        self.init(SkeletonTableBuilder(folding: folding).build())
    }

    /// Reads a serialized table, or returns nil where its shape is not that of one.
    public convenience init?(serialized: [UInt8]) {
        guard let parts = SkeletonParts(serialized: serialized) else { return nil }
        self.init(parts)
    }

    private init(_ parts: SkeletonParts) {
        serialized = parts.serialized
        index = parts.index
        entries = parts.entries
        pool = parts.pool
        numbers = parts.numbers
        syllables = parts.syllables
        isDigitSyllable = parts.syllables.map { LookAlikes.digitSyllables.contains($0) }
        codes = SkeletonCodes(parts)
        plusSyllable = UInt16(parts.syllables.firstIndex(of: SkeletonCodes.plusSyllable) ?? 0)
        var numeral = [UInt64](repeating: 0, count: 0x1_0000 / 64)
        for codePoint in UInt32(0)..<0x1_0000 where WrittenNumbers.mayMean(codePoint, self) {
            numeral[Int(codePoint >> 6)] |= 1 << UInt64(codePoint & 63)
        }
        self.numeral = numeral
    }

    /// 0–9 for an ASCII digit and a Han numeral; 255 for other canonical scalars.
    func digit(_ canonical: UInt32, syllable: UInt16) -> UInt8 {
        if canonical &- 0x30 < 10 { return UInt8(canonical - 0x30) }
        return isDigitSyllable[Int(syllable)] ? LookAlikes.hanDigits[canonical] ?? 255 : 255
    }

    /// The Mandarin syllable, without tone and with v for ü, that a character is read as; nil where
    /// ICU knows none. Traditional characters are read as the simplified ones they fold to.
    public func reading(of scalar: Unicode.Scalar) -> String? {
        let entry = entry(scalar.value)
        let canonical = entry >> 24 == Kind.scalar.rawValue ? entry & 0xFF_FFFF : scalar.value
        let number = number(canonical)
        return number == 0 ? nil : syllables[Int(number)]
    }

    /// The kind of a code point and its payload.
    @inline(__always)
    func entry(_ codePoint: UInt32) -> UInt32 {
        if codePoint < SkeletonTable.limit {
            let block = UInt32(index[Int(codePoint >> SkeletonTable.blockShift)])
            return entries[Int((block << SkeletonTable.blockShift) | (codePoint & 0x7F))]
        }
        return SkeletonTable.entryAboveLimit(codePoint)
    }

    /// Plane 14 holds tags and variation selectors, which are invisible; the rest is itself.
    static func entryAboveLimit(_ codePoint: UInt32) -> UInt32 {
        (0xE0000..<0xE1000).contains(codePoint) ? Kind.gone.rawValue << 24 : 0
    }

    /// The number of a canonical scalar's syllable; 0 where it has none.
    @inline(__always)
    func number(_ canonical: UInt32) -> UInt16 {
        let offset = canonical &- MandarinReadings.range.lowerBound
        return offset < UInt32(numbers.count) ? numbers[Int(offset)] : 0
    }
}
