import ConversationModel

/// Writes JSON as bytes, without a value tree.
struct JSONBytes {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func integer(_ value: some BinaryInteger) {
        var value = Int64(value)
        if value < 0 {
            bytes.append(UInt8(ascii: "-"))
            value = -value
        }
        var divisor: Int64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    /// `YYYY-MM-DD`; days before year 0 and after 9999 are written as the nearest within.
    mutating func day(_ day: CalendarDay) {
        let (year, month, date) = min(
            max(day, CalendarDay(year: 0, month: 1, day: 1)), CalendarDay(year: 9999, month: 12, day: 31)
        ).civil
        for (value, width) in [(year, 4), (month, 2), (date, 2)] {
            if width < 4 { bytes.append(UInt8(ascii: "-")) }
            var divisor = width == 4 ? 1000 : 10
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
        }
    }

    /// A string with its quotes.
    mutating func string(_ text: some Collection<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        if text.withContiguousStorageIfAvailable({ buffer in appendEscaped(buffer) }) == nil {
            Array(text).withUnsafeBufferPointer { appendEscaped($0) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ buffer: UnsafeBufferPointer<UInt8>) {
        var first = 0
        for i in 0..<buffer.count {
            let byte = buffer[i]
            if byte >= 0x20, byte != 0x22, byte != 0x5C { continue }
            bytes.append(contentsOf: buffer[first..<i])
            first = i + 1
            bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case 0x22, 0x5C: bytes.append(byte)
            case 0x0A: bytes.append(UInt8(ascii: "n"))
            case 0x0D: bytes.append(UInt8(ascii: "r"))
            case 0x09: bytes.append(UInt8(ascii: "t"))
            default:
                raw("u00")
                for nibble in [byte >> 4, byte & 15] { bytes.append(nibble < 10 ? 48 + nibble : 87 + nibble) }
            }
        }
        bytes.append(contentsOf: buffer[first...])
    }
}
