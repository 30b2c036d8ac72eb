import ConversationModel
import Diagnostics

/// What makes up nearly all bytes of a written event, appended without a `String` or a byte at a time.
extension [UInt8] {
    /// Appends `text` as a JSON string. Whole where nothing in it is to be escaped, which is nearly always.
    mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard !EventWriter.needsEscapes(bytes) else { return JSONString.append(bytes, to: &self) }
            append(0x22)
            append(contentsOf: bytes)
            append(0x22)
        }
    }

    /// Appends what `utcText` is, in quotes.
    mutating func appendQuoted(_ instant: Instant) {
        guard EventWriter.fourDigitYears.contains(instant.milliseconds) else { return appendQuoted(instant.utcText) }
        let inDay = instant.milliseconds % 86_400_000
        let date = CalendarDay(daysSince1970: Int32(truncatingIfNeeded: instant.milliseconds / 86_400_000)).civil
        append(0x22)
        append(Int64(date.year), digits: 4)
        append(UInt8(ascii: "-"))
        append(Int64(date.month), digits: 2)
        append(UInt8(ascii: "-"))
        append(Int64(date.day), digits: 2)
        append(UInt8(ascii: "T"))
        append(inDay / 3_600_000, digits: 2)
        append(UInt8(ascii: ":"))
        append(inDay / 60_000 % 60, digits: 2)
        append(UInt8(ascii: ":"))
        append(inDay / 1000 % 60, digits: 2)
        append(UInt8(ascii: "."))
        append(inDay % 1000, digits: 3)
        append(UInt8(ascii: "Z"))
        append(0x22)
    }

    /// Appends ASCII that needs no escape.
    mutating func append(ascii text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

extension EventWriter {
    /// From 1970 to the end of the year 9999, in milliseconds.
    static let fourDigitYears: Range<Int64> = 0..<253_402_300_800_000

    /// Whether JSON demands that something in the bytes be escaped.
    static func needsEscapes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var index = 0
        while index &+ 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if bytesToEscape(word) != 0 { return true }
            index &+= 8
        }
        while index < raw.count {
            let byte = raw[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return true }
            index &+= 1
        }
        return false
    }

    /// The high bit of each of eight bytes that is a control character, a quote or a backslash. Bytes above such a one may be
    /// marked, too.
    static func bytesToEscape(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        func hasZero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }
        let controls = (word &- ones &* 0x20) & ~word & highs
        return controls | hasZero(word ^ ones &* 0x22) | hasZero(word ^ ones &* 0x5C)
    }
}
