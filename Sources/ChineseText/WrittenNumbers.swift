/// A folded text with numbers that are written so as not to be found turned into digits: what phone
/// numbers, accounts and cards are looked for in at level `evasion`.
///
/// A run of five digits or more is turned, whatever their style: ASCII, enclosed, Han (一, 壹), spoken
/// (幺 洞 拐 勾 两), and the letter o behind a digit. Up to two separators may stand between two
/// digits, as between characters of a keyword. They go where the run is no longer than a phone number and has
/// two digits that are not ASCII, or is a mobile number in groups of 3-4-4, with spaces 5-6 or 3-2-2-2-2,
/// or digit by digit: prices in a row (13.5 18.5 19.9) are none. Other runs are copied, so 一起 and 三天 stay what they are.
/// Letters in circles and look-alikes become letters; 🐧 and 企鹅 become qq, the cue of a number.
struct WrittenNumbers {
    /// Digits that make a run worth turning.
    static let shortest = 5
    /// Digits across which separators are left out: a mobile number.
    private static let longest = 11
    /// 企, which begins what QQ is called.
    private static let penguin: UInt32 = 0x4F01

    /// The text with digits, UTF-8.
    private(set) var bytes: [UInt8] = []
    /// For each byte the bytes of the folded text that it comes from.
    private var starts: [UInt32] = []
    private var ends: [UInt32] = []
    private let source: UnsafeBufferPointer<UInt8>
    private var run: [Digit] = []

    private struct Digit {
        var value: UInt8
        var start: Int
        var end: Int
        /// Separators stand before it.
        var isApart: Bool
        var isPlain: Bool
    }

    /// Reads a valid folded text; nil where nothing in it is turned. Linear; allocates only where something may be.
    ///
    /// - Parameter looksFirst: leave out most texts by a quick look, which decides nothing; tests read them all.
    init?(_ source: UnsafeBufferPointer<UInt8>, table: SkeletonTable, looksFirst: Bool = true) {
        guard !looksFirst || Self.mayDiffer(source, table) else { return nil }
        self.source = source
        bytes.reserveCapacity(source.count)
        read(table)
        guard !bytes.elementsEqual(source) else { return nil }
    }

    /// What a range of `bytes` comes from, in bytes of the folded text.
    func origin(of range: Range<Int>) -> Range<Int> {
        Int(starts[range.lowerBound])..<Int(ends[range.upperBound - 1])
    }

    /// Whether digits or letters are there that are not plain, or a mobile number may stand in pieces.
    private static func mayDiffer(_ source: UnsafeBufferPointer<UInt8>, _ table: SkeletonTable) -> Bool {
        table.numeral.withUnsafeBufferPointer { mayDiffer(source, table, numeral: $0) }
    }

    /// Whether a code point means something to numbers, or is a penguin.
    static func mayMean(_ codePoint: UInt32, _ table: SkeletonTable) -> Bool {
        switch meaning(of: codePoint, table) {
        case .other, .separator: codePoint == penguin
        case .digit, .digits, .letter, .cue, .gone: true
        }
    }

    private static func mayDiffer(
        _ source: UnsafeBufferPointer<UInt8>, _ table: SkeletonTable, numeral: UnsafeBufferPointer<UInt64>
    ) -> Bool {
        var digits = 0
        var letters = 0
        var disguised = 0
        var isBehindDigit = false
        var row = DigitRow()
        var i = 0
        while i < source.count {
            if source[i] < 0x80 {
                if source[i] &- 0x30 < 10 {
                    digits += 1
                    isBehindDigit = true
                    row.add()
                } else if source[i] == UInt8(ascii: "o"), isBehindDigit {
                    digits += 1
                    disguised += 1
                } else {
                    isBehindDigit = false
                    if source[i] &- 0x61 < 26 { row.end() } else { row.part() }
                }
                i += 1
                continue
            }
            // The common ideographs part no digits, unless they are some.
            if source[i] &- 0xE4 < 6 { row.end() } else { row.part() }
            let (codePoint, length) = EvasionText.decode(source, at: i)
            i += length
            isBehindDigit = false
            if codePoint < 0x1_0000, numeral[Int(codePoint >> 6)] >> UInt64(codePoint & 63) & 1 == 0 { continue }
            switch meaning(of: codePoint, table) {
            case .digit:
                digits += 1
                disguised += 1
                isBehindDigit = true
            case .digits:
                digits += 2
                disguised += 2
                isBehindDigit = true
            case .letter: letters += 1
            case .cue, .gone: disguised += 1
            case .other: if codePoint == penguin { disguised += 1 }
            case .separator: break
            }
        }
        return letters > 0 || disguised > 0 && digits >= shortest || row.isLong
    }

    /// Plain digits in pieces, with what may stand between them: order numbers, which are in one piece, are none.
    private struct DigitRow {
        private var digits = 0
        private var isApart = false
        private var isParted = false
        /// A row in pieces had as many digits as a mobile number.
        private(set) var isLong = false

        mutating func add() {
            if isApart, digits > 0 { isParted = true }
            isApart = false
            digits += 1
            if isParted, digits >= WrittenNumbers.longest { isLong = true }
        }

        mutating func part() { isApart = true }

        mutating func end() { self = DigitRow(isLong: isLong) }

        init(isLong: Bool = false) { self.isLong = isLong }
    }

    private enum Meaning {
        case digit(UInt8)
        /// Two digits in one.
        case digits(UInt32)
        case letter(UInt8)
        case cue
        case separator(SkeletonTable.Kind)
        case gone
        case other
    }

    private static func meaning(of codePoint: UInt32, _ table: SkeletonTable) -> Meaning {
        let entry = table.entry(codePoint)
        switch SkeletonTable.Kind(rawValue: entry >> 24) {
        case .own: return meaning(ofCanonical: codePoint, at: codePoint, table)
        case .scalar: return meaning(ofCanonical: entry & 0xFF_FFFF, at: codePoint, table)
        case .sequence:
            if LookAlikes.pictures[codePoint] != nil { return .cue }
            return LookAlikes.numbers[codePoint].map { .digits($0) } ?? .other
        case .gone: return .gone
        case .lineEnd, nil: return .other
        case .joiner?, .space?, .separator?, .emoji?, .modifier?, .regional?, .heart?:
            return SkeletonTable.Kind(rawValue: entry >> 24).map { .separator($0) } ?? .other
        }
    }

    private static func meaning(
        ofCanonical canonical: UInt32, at codePoint: UInt32, _ table: SkeletonTable
    ) -> Meaning {
        let digit = table.digit(canonical, syllable: table.number(canonical))
        if digit < 10 { return .digit(digit) }
        // Of Han most are nothing here.
        if canonical > 0x2FFF { return LookAlikes.spokenDigit(canonical).map { .digit($0) } ?? .other }
        return canonical &- 0x61 < 26 && codePoint >= 0x80 ? .letter(UInt8(canonical)) : .other
    }

    private mutating func read(_ table: SkeletonTable) {
        var i = 0
        var gap = SeparatorGap()
        while i < source.count {
            let (codePoint, length) = EvasionText.decode(source, at: i)
            let end = i + length
            switch WrittenNumbers.meaning(of: codePoint, table) {
            case .digit(let value): take(value, i..<end, &gap, isPlain: codePoint < 0x80)
            case .digits(let number):
                take(UInt8(number / 10), i..<end, &gap, isPlain: false)
                take(UInt8(number % 10), i..<end, &gap, isPlain: false)
            case .separator(let kind) where !run.isEmpty:
                gap.see(kind)
                if gap.count > SkeletonTable.widestGap { leave(before: end, &gap) }
            // A key around a digit.
            case .gone where !run.isEmpty: run[run.count - 1].isPlain = false
            case .separator, .gone: copy(i..<end)
            case .other where codePoint == 0x6F && run.last?.end == i && isNoLetter(end, table):
                take(0, i..<end, &gap, isPlain: false)
            case .other:
                leave(before: i, &gap)
                if codePoint == WrittenNumbers.penguin, EntityText(source).has("鹅", at: end) {
                    write("qq", from: i..<end + 3)
                    i = end + 3
                    continue
                }
                copy(i..<end)
            case .letter(let letter):
                leave(before: i, &gap)
                append(letter, from: i..<end)
            case .cue:
                leave(before: i, &gap)
                write("qq", from: i..<end)
            }
            i = end
        }
        leave(before: source.count, &gap)
    }

    /// Whether no letter but o stands at `i`: what an o between digits must have behind it.
    private func isNoLetter(_ i: Int, _ table: SkeletonTable) -> Bool {
        guard i < source.count, source[i] != UInt8(ascii: "o") else { return true }
        if source[i] < 0x80 { return source[i] &- 0x61 >= 26 }
        if case .letter = WrittenNumbers.meaning(of: EvasionText.decode(source, at: i).0, table) { return false }
        return true
    }

    private mutating func take(_ value: UInt8, _ range: Range<Int>, _ gap: inout SeparatorGap, isPlain: Bool) {
        run.append(
            Digit(
                value: value, start: range.lowerBound, end: range.upperBound,
                isApart: !run.isEmpty && gap.count > 0, isPlain: isPlain))
        gap = SeparatorGap()
    }

    /// Ends the run of digits, and writes what stands from its first digit to `end`.
    private mutating func leave(before end: Int, _ gap: inout SeparatorGap) {
        gap = SeparatorGap()
        guard let first = run.first, let last = run.last else { return }
        defer { run.removeAll(keepingCapacity: true) }
        let written = run.count { !$0.isPlain }
        let isGrouped = isMobileInGroups
        guard run.count >= WrittenNumbers.shortest, written > 0 || isGrouped else { return copy(first.start..<end) }
        let hasCountryCode = run.count == WrittenNumbers.longest + 2 && first.value == 8 && run[1].value == 6
        let isClosed = isGrouped || written > 1 && (run.count <= WrittenNumbers.longest || hasCountryCode)
        for k in run.indices {
            if k > 0, run[k].isApart, !isClosed { copy(run[k - 1].end..<run[k].start) }
            append(0x30 + run[k].value, from: run[k].start..<run[k].end)
        }
        copy(last.end..<end)
    }

    /// Whether the run is a mobile number in groups of 3, 4 and 4 digits, in others with spaces, or with
    /// something before each digit.
    private var isMobileInGroups: Bool {
        guard run.count == WrittenNumbers.longest, run[0].value == 1, run[1].value > 2 else { return false }
        let apart = run.indices.filter { run[$0].isApart }
        if apart == [3, 7] || apart.count == run.count - 1 { return true }
        return (apart == [5] || apart == [3, 5, 7, 9])
            && apart.allSatisfy { run[$0].start - run[$0 - 1].end == 1 && source[run[$0 - 1].end] == 0x20 }
    }

    private mutating func copy(_ range: Range<Int>) {
        for i in range {
            bytes.append(source[i])
            starts.append(UInt32(i))
            ends.append(UInt32(i + 1))
        }
    }

    private mutating func write(_ word: String, from range: Range<Int>) {
        for byte in word.utf8 { append(byte, from: range) }
    }

    private mutating func append(_ byte: UInt8, from range: Range<Int>) {
        bytes.append(byte)
        starts.append(UInt32(range.lowerBound))
        ends.append(UInt32(range.upperBound))
    }
}

extension EntityFinder {
    /// Kinds whose numbers and names are also found disguised.
    public static let disguisedKinds: Set<EntityKind> = [.phone, .wechatID, .qqNumber, .bankCard]

    /// The entities of these kinds that are only found with disguises seen through: numbers in Han or
    /// enclosed digits and in pieces, names in look-alike letters. Ranges are of the folded text.
    ///
    /// Sorted within each kind, at most `limit` of each; none that overlaps one which `entities` tells. Kinds
    /// but `disguisedKinds` are passed over.
    /// - Complexity: O(*n*) for *n* bytes. Allocates nothing where no digit or letter is disguised and no eleven digits stand
    ///   in pieces.
    public func disguised(
        _ kinds: [EntityKind], in text: UnsafeBufferPointer<UInt8>, table: SkeletonTable
    ) -> [Entity] {
        guard let numbers = WrittenNumbers(text, table: table) else { return [] }
        return numbers.bytes.withUnsafeBufferPointer { bytes in
            kinds.filter { Self.disguisedKinds.contains($0) }.flatMap { kind in
                let plain = entities(of: kind, in: text)
                return entities(of: kind, in: bytes).compactMap { entity -> Entity? in
                    let range = numbers.origin(of: entity.range)
                    guard !plain.contains(where: { $0.range.overlaps(range) }) else { return nil }
                    return Entity(kind: kind, range: range, value: entity.value, isProbable: entity.isProbable)
                }
            }
        }
    }
}
