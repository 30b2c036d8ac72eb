/// A text as the level `evasion` sees it: its characters, each with the way back to the original.
///
/// Worth keeping where several keywords are looked for in one message.
public struct EvasionText: Sendable {
    /// One character that is seen, a line end, or a gap too wide to be seen through.
    struct Character: Sendable {
        /// Folded, digits of other scripts as 0–9, look-alikes as a–z; 1 and 2 for line end and gap.
        let canonical: UInt32
        /// The number of the Mandarin syllable, 0 where there is none.
        let syllable: UInt16
        /// 0–9 for an ASCII digit and a Han numeral; else 255.
        let digit: UInt8
        /// Whether one or two separators stand before it.
        let isApart: Bool
        /// The original code point it comes from, in bytes.
        let start: UInt32
        let end: UInt32
        /// Where a heart ends that stands behind it, with at most one separator between; 0 without one.
        var heartEnd: UInt32 = 0

        /// A letter a–z or a digit 0–9.
        var isLatinOrDigit: Bool { canonical &- 0x61 < 26 || isArabicDigit }
        var isArabicDigit: Bool { canonical &- 0x30 < 10 }
        var isDigit: Bool { digit < 10 }
        var isHanDigit: Bool { isDigit && !isArabicDigit }
        var isPlus: Bool { SkeletonCodes.isPlus(canonical) }
    }

    let characters: [Character]

    /// Reads valid UTF-8. Linear; allocates.
    public init(_ original: UnsafeBufferPointer<UInt8>, table: SkeletonTable) {
        var reader = EvasionReader(table: table)
        reader.characters.reserveCapacity(original.count / 2)
        var i = 0
        while i < original.count {
            let (codePoint, length) = EvasionText.decode(original, at: i)
            reader.start = UInt32(truncatingIfNeeded: i)
            reader.end = UInt32(truncatingIfNeeded: i + length)
            reader.read(table.entry(codePoint), at: codePoint)
            i += length
        }
        characters = reader.characters
    }

    /// The same for a `String`.
    public init(_ text: String, table: SkeletonTable) {
        var text = text
        self = text.withUTF8 { EvasionText($0, table: table) }
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> (UInt32, Int) {
        let lead = UInt32(bytes[i])
        func tail(_ k: Int) -> UInt32 { UInt32(bytes[i + k] & 0x3F) }
        if lead < 0x80 { return (lead, 1) }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | tail(1), 2) }
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3) }
        return ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
    }
}

/// Turns entries of a skeleton table into characters.
private struct EvasionReader {
    let table: SkeletonTable
    var characters: [EvasionText.Character] = []
    var start: UInt32 = 0
    var end: UInt32 = 0
    private var gap = SeparatorGap()

    init(table: SkeletonTable) {
        self.table = table
    }

    mutating func read(_ entry: UInt32, at codePoint: UInt32) {
        guard let kind = SkeletonTable.Kind(rawValue: entry >> 24) else { return }
        switch kind {
        case .own: append(codePoint)
        case .scalar: append(entry & 0xFF_FFFF)
        case .lineEnd: append(SkeletonTable.lineEnd)
        case .sequence:
            let offset = Int(entry & 0xFF_FFFF)
            for part in table.pool[(offset + 1)...].prefix(Int(table.pool[offset])) { read(part, at: codePoint) }
        case .gone:
            // The selector that makes ❤ an emoji belongs to it.
            if let last = characters.last, last.heartEnd == start, start > 0 {
                characters[characters.count - 1].heartEnd = end
            }
        case .heart:
            gap.see(kind)
            if let last = characters.last, last.heartEnd == 0, gap.count <= SkeletonTable.widestGap {
                characters[characters.count - 1].heartEnd = end
            }
        case .joiner, .space, .separator, .emoji, .modifier, .regional: gap.see(kind)
        }
    }

    private mutating func append(_ canonical: UInt32) {
        // Separators before the first character are no gap.
        let isWide = gap.count > SkeletonTable.widestGap && !characters.isEmpty
        if isWide { append(SkeletonTable.wideGap, isApart: false) }
        append(canonical, isApart: gap.count > 0 && !isWide)
        gap = SeparatorGap()
    }

    private mutating func append(_ canonical: UInt32, isApart: Bool) {
        let syllable = table.number(canonical)
        characters.append(
            EvasionText.Character(
                canonical: canonical, syllable: syllable, digit: table.digit(canonical, syllable: syllable),
                isApart: isApart, start: start, end: end))
    }
}
