import CICU

/// Mandarin readings of Han characters without tone, from ICU's transliterator Han-Latin.
///
/// They are read from the transliterator's rules, where a rule names all characters of one reading:
/// asking it about each character goes through hundreds of rules every time, and takes four times
/// as long as opening it. A test asks about each.
struct MandarinReadings {
    /// The range that readings are kept for: Han of the BMP and 〇.
    static let range: Range<UInt32> = 0x3000..<0xA000

    /// The syllables in order, `ü` as `v`; the first one is empty and stands for no reading.
    let syllables: [String]
    /// A number into `syllables` for each code point of `range`.
    let numbers: [UInt16]

    init() {
        var readings: [UInt32: String] = [:]
        for rule in MandarinReadings.rules() {
            guard let (source, target) = MandarinReadings.parts(of: rule) else { continue }
            let syllable = MandarinReadings.toneless(target)
            guard !syllable.isEmpty else { continue }
            // As in ICU, the first rule that fits is the one.
            for codePoint in source where Self.range.contains(codePoint) && readings[codePoint] == nil {
                readings[codePoint] = syllable
            }
        }
        for (codePoint, digit) in LookAlikes.hanDigits {
            readings[codePoint] = LookAlikes.digitSyllables[Int(digit)]
        }
        for (scalar, syllable) in LookAlikes.readings { readings[scalar.value] = syllable }
        let syllables = [""] + Set(readings.values).sorted()
        let numberOf = Dictionary(uniqueKeysWithValues: zip(syllables, UInt16(0)...))
        var numbers = [UInt16](repeating: 0, count: Self.range.count)
        for (codePoint, syllable) in readings {
            numbers[Int(codePoint - Self.range.lowerBound)] = numberOf[syllable] ?? 0
        }
        self.syllables = syllables
        self.numbers = numbers
    }

    /// The lines of ICU's rules, without their semicolons.
    private static func rules() -> [Substring] {
        guard let transliterator = mj_han_latin_open() else { return [] }
        defer { mj_transliterator_close(transliterator) }
        let needed = mj_transliterator_rules(transliterator, nil, 0)
        guard needed > 0 else { return [] }
        var text = [UInt16](repeating: 0, count: Int(needed) + 1)
        guard mj_transliterator_rules(transliterator, &text, Int32(text.count)) == needed else { return [] }
        return String(decoding: text[..<Int(needed)], as: UTF16.self).split { $0 == ";" || $0 == "\n" }
    }

    /// The characters that a rule reads alone, and what it makes of them; nil for rules of several
    /// characters or with a context, which say nothing about a character alone.
    private static func parts(of rule: Substring) -> (source: [UInt32], target: Substring)? {
        guard let arrow = rule.firstIndex(of: ">"), !rule.contains("{"), !rule.contains("}") else { return nil }
        let source = rule[..<arrow].filter { $0 != " " }
        let target = rule[rule.index(after: arrow)...]
        if source.unicodeScalars.count == 1 { return (source.unicodeScalars.map(\.value), target) }
        guard source.first == "[" else { return nil }
        let pattern = Array(source.utf16)
        var members = [UInt32](repeating: 0, count: 2_000)
        let count = mj_set_members(pattern, Int32(pattern.count), &members, Int32(members.count))
        return count > 0 ? (Array(members.prefix(Int(count))), target) : nil
    }

    /// The letters of a syllable: tone marks dropped, ü as v.
    private static func toneless(_ target: Substring) -> String {
        let source = Array(target.utf16)
        var units = [UInt16](repeating: 0, count: source.count * 4)
        let length = mj_nfd(source, Int32(source.count), &units, Int32(units.count))
        guard length > 0, length <= units.count else { return "" }
        var letters: [UInt8] = []
        for unit in units[..<Int(length)] {
            if unit == 0x308, letters.last == UInt8(ascii: "u") {
                letters[letters.count - 1] = UInt8(ascii: "v")
            } else if unit &- 0x61 < 26 {
                letters.append(UInt8(truncatingIfNeeded: unit))
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
