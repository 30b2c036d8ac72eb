import CICU

/// Works out what each code point below U+30000 is to the text level `evasion`.
///
/// Each on its own: what folding joins with its neighbours is not joined here. Marks of Latin, Greek
/// and Cyrillic letters are dropped, composed or not; letters of Hangul and kana marks stay apart.
struct SkeletonTableBuilder {
    /// The separators of `semantics.md` section 5, folded, and characters that look the same.
    static let separators: Set<UInt32> = [
        0x2A, 0x2E, 0x2D, 0x5F, 0xB7, 0x7E, 0x5E, 0x7C, 0x2F, 0x40, 0x23,  // * . - _ · ~ ^ | / @ #
        0x2022, 0x2027, 0x2219, 0x22C5, 0x30FB,  // • ‧ ∙ ⋅ ・ as ·
        0x2010, 0x2212,  // ‐ − as -
        0x223C, 0x301C,  // ∼ 〜 as ~
        0x2217, 0x2215, 0x2223, 0x2502,  // ∗ ∕ ∣ │
    ]

    static let lineEnds: Set<UInt32> = [0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029]

    /// Marks drawn on the character before them, in any script; enclosing keycaps among them.
    static let marks: [Range<UInt32>] = [
        0x300..<0x370, 0x483..<0x48A, 0x1AB0..<0x1B00, 0x1DC0..<0x1E00, 0x20D0..<0x2100, 0xFE20..<0xFE30,
    ]

    private let folding: FoldTable
    private let lookAlikes: [UInt32: UInt32]

    init(folding: FoldTable) {
        self.folding = folding
        var lookAlikes: [UInt32: UInt32] = [:]
        for (letter, alikes) in LookAlikes.letters {
            for codePoint in alikes { lookAlikes[codePoint] = letter.value }
        }
        for start in LookAlikes.filledAlphabets {
            for offset in UInt32(0)..<26 { lookAlikes[start + offset] = 0x61 + offset }
        }
        for circle in LookAlikes.zeroes { lookAlikes[circle] = 0x30 }
        for plus in LookAlikes.heavyPluses { lookAlikes[plus] = LookAlikes.heavyPlus }
        lookAlikes.merge(LookAlikes.components) { $1 }
        self.lookAlikes = lookAlikes
    }

    func build() -> SkeletonParts {
        let readings = MandarinReadings()
        var parts = SkeletonParts()
        parts.numbers = readings.numbers
        parts.syllables = readings.syllables
        var blocks: [[UInt32]: UInt16] = [:]
        var sequences: [[UInt32]: UInt32] = [:]
        let blockSize = UInt32(1) << SkeletonTable.blockShift
        for start in stride(from: 0, to: SkeletonTable.limit, by: Int(blockSize)) {
            let block = (start..<start + blockSize).map { codePoint in
                if isPlain(codePoint) { return UInt32(0) }
                let items = items(of: codePoint)
                // A plus is one more thing in the skeleton, where blocks of entries are shared.
                if items == [SkeletonTable.Kind.scalar.rawValue << 24 | codePoint], !SkeletonCodes.isPlus(codePoint) {
                    return UInt32(0)
                }
                if items.count == 1 { return items[0] }
                if items.isEmpty { return SkeletonTable.Kind.gone.rawValue << 24 }
                let offset = sequences[items] ?? UInt32(parts.pool.count)
                if sequences.updateValue(offset, forKey: items) == nil { parts.pool += [UInt32(items.count)] + items }
                return SkeletonTable.Kind.sequence.rawValue << 24 | offset
            }
            if let known = blocks[block] {
                parts.index.append(known)
            } else {
                let number = UInt16(parts.entries.count / Int(blockSize))
                blocks[block] = number
                parts.index.append(number)
                parts.entries += block
            }
        }
        return parts
    }

    /// Whether a Han character, or what is not assigned beside them, stands for itself: half of all.
    private func isPlain(_ codePoint: UInt32) -> Bool {
        (0x3400..<0xA000).contains(codePoint) || codePoint >= 0x20000
            ? folding.isUnchanged(codePoint) && lookAlikes[codePoint] == nil && mj_digit_value(codePoint) < 0
                && mj_general_category(codePoint) != 15
            : false
    }

    /// What a code point stands for, as entries of the table without sequences.
    private func items(of codePoint: UInt32) -> [UInt32] {
        func single(_ kind: SkeletonTable.Kind) -> [UInt32] { [kind.rawValue << 24] }
        // Surrogates never occur in UTF-8.
        guard let scalar = Unicode.Scalar(codePoint) else {
            return [SkeletonTable.Kind.scalar.rawValue << 24 | codePoint]
        }
        if SkeletonTableBuilder.lineEnds.contains(codePoint) { return single(.lineEnd) }
        // A braille pattern without dots is a space to the eye.
        if mj_is_white_space(codePoint) != 0 || codePoint == 0x2800 { return single(.space) }
        if codePoint == 0x200D { return single(.joiner) }
        if SkeletonTableBuilder.isMark(codePoint) || mj_general_category(codePoint) == 15 { return single(.gone) }
        if (0x1F3FB...0x1F3FF).contains(codePoint) { return single(.modifier) }
        if let letter = lookAlikes[codePoint] { return [SkeletonTable.Kind.scalar.rawValue << 24 | letter] }
        if (0x1F1E6...0x1F1FF).contains(codePoint) { return single(.regional) }
        if LookAlikes.hearts.contains(codePoint) { return single(.heart) }
        if let letters = LookAlikes.pictures[codePoint] {
            let word = letters.unicodeScalars.map { SkeletonTable.Kind.scalar.rawValue << 24 | $0.value }
            return single(.emoji) + word + single(.emoji)
        }
        if let number = LookAlikes.numbers[codePoint] {
            return [number / 10, number % 10].map { SkeletonTable.Kind.scalar.rawValue << 24 | 0x30 + $0 }
        }
        let folded = folding.foldedScalars(of: scalar)
        if folded.isEmpty { return single(.gone) }
        // Emoji that fold to Han or to signs, such as 🈲, ㊙ and ‼; letters in squares are letters.
        let isWritten = folded.contains { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 }
        if folded != [codePoint], !isWritten, mj_is_pictographic(codePoint) != 0 { return single(.emoji) }
        if folded.count == 1 { return refined(folded[0], isFolded: folded[0] != codePoint) }
        if let inner = SkeletonTableBuilder.inner(of: folded) { return refined(inner, isFolded: true) }
        // Ⅲ is a digit here rather than three letters.
        let digit = mj_digit_value(codePoint)
        if digit >= 0 { return [SkeletonTable.Kind.scalar.rawValue << 24 | 0x30 + UInt32(digit)] }
        return folded.flatMap { refined($0, isFolded: true) }
    }

    /// A folded scalar brought to its canonical one, or what else it is.
    private func refined(_ scalar: UInt32, isFolded: Bool) -> [UInt32] {
        func single(_ kind: SkeletonTable.Kind) -> [UInt32] { [kind.rawValue << 24] }
        func literal(_ scalar: UInt32) -> [UInt32] { [SkeletonTable.Kind.scalar.rawValue << 24 | scalar] }
        if scalar == 0x20 { return single(.space) }
        if SkeletonTableBuilder.separators.contains(scalar) { return single(.separator) }
        if SkeletonTableBuilder.isMark(scalar) { return single(.gone) }
        if scalar < 0x80 || LookAlikes.hanDigits[scalar] != nil { return literal(scalar) }
        let base = SkeletonTableBuilder.withoutMarks(scalar)
        if let letter = lookAlikes[base] { return literal(letter) }
        let digit = mj_digit_value(base)
        if digit >= 0 { return literal(0x30 + UInt32(digit)) }
        // ☆ is no emoji in Unicode while ★ is. What folds to letters is written as letters: ™ is tm.
        if !isFolded, mj_is_pictographic(scalar) != 0 || scalar == 0x2606 { return single(.emoji) }
        return literal(base)
    }

    private static func isMark(_ codePoint: UInt32) -> Bool { marks.contains { $0.contains(codePoint) } }

    /// The one letter, digit or Han of (a), (三), 3. and their like.
    private static func inner(of folded: [UInt32]) -> UInt32? {
        func isWord(_ scalar: UInt32) -> Bool {
            scalar &- 0x61 < 26 || scalar &- 0x30 < 10 || scalar >= 0x3400 && scalar < 0xA000
        }
        if folded.count == 3, folded[0] == 0x28, folded[2] == 0x29, isWord(folded[1]) { return folded[1] }
        if folded.count == 2, folded[1] == 0x2E || folded[1] == 0x2C, isWord(folded[0]) { return folded[0] }
        return nil
    }

    /// The letter under the marks of a precomposed one: é as e, й as и.
    private static func withoutMarks(_ scalar: UInt32) -> UInt32 {
        // Above there are no letters of alphabets with such marks.
        guard scalar < 0x2000 || (0xA640..<0xA800).contains(scalar), let character = Unicode.Scalar(scalar) else {
            return scalar
        }
        let source = Array(String(Character(character)).utf16)
        var target = [UInt16](repeating: 0, count: 32)
        let length = mj_nfd(source, Int32(source.count), &target, Int32(target.count))
        guard length > 1, length <= target.count else { return scalar }
        let bases = target[..<Int(length)].map(UInt32.init).filter { !isMark($0) }
        return bases.count == 1 ? bases[0] : scalar
    }
}

extension FoldTable {
    /// What one code point folds to on its own.
    func foldedScalars(of scalar: Unicode.Scalar) -> [UInt32] {
        if isUnchanged(scalar.value) { return [scalar.value] }
        return folded(String(Character(scalar))).unicodeScalars.map(\.value)
    }
}
