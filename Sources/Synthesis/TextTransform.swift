/// Rewrites of bytes that are already escaped for JSON.
enum TextTransform {
    /// `text` as the inside of a JSON string.
    static func escaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\\"): result += [byte, byte]
            case UInt8(ascii: "\n"): result += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: result.append(byte)
            }
        }
        return result
    }

    /// Turns the ASCII letters and digits from `start` on into full-width ones.
    ///
    /// Escapes stay as they are; `scratch` is emptied and used.
    static func widen(_ buffer: inout [UInt8], from start: Int, scratch: inout [UInt8]) {
        scratch.removeAll(keepingCapacity: true)
        var i = start
        while i < buffer.count {
            let byte = buffer[i]
            if byte == UInt8(ascii: "\\"), i + 1 < buffer.count {
                scratch.append(byte)
                scratch.append(buffer[i + 1])
                i += 2
                continue
            }
            i += 1
            guard isAlphanumeric(byte) else {
                scratch.append(byte)
                continue
            }
            // U+FF01…U+FF5E are ASCII 0x21…0x7E plus 0xFEE0.
            append(scalar: UInt32(byte) + 0xFEE0, to: &scratch)
        }
        buffer.removeSubrange(start...)
        buffer.append(contentsOf: scratch)
    }

    /// Writes everything beyond ASCII from `start` on as `\uXXXX`, in surrogate pairs above U+FFFF.
    static func escapeBeyondASCII(
        _ buffer: inout [UInt8], from start: Int, scratch: inout [UInt8]
    ) {
        scratch.removeAll(keepingCapacity: true)
        var i = start
        while i < buffer.count {
            let byte = UInt32(buffer[i])
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            guard length > 1, i + length <= buffer.count else {
                scratch.append(buffer[i])
                i += 1
                continue
            }
            var scalar = length == 2 ? byte & 0x1F : length == 3 ? byte & 0x0F : byte & 0x07
            for offset in 1..<length { scalar = scalar << 6 | UInt32(buffer[i + offset] & 0x3F) }
            i += length
            if scalar > 0xFFFF {
                appendUnit(0xD800 + (scalar - 0x10000) >> 10, to: &scratch)
                appendUnit(0xDC00 + (scalar - 0x10000) & 0x3FF, to: &scratch)
            } else {
                appendUnit(scalar, to: &scratch)
            }
        }
        buffer.removeSubrange(start...)
        buffer.append(contentsOf: scratch)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func append(scalar: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | (scalar >> 6) & 0x3F))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    }

    private static func appendUnit(_ unit: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xF)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
