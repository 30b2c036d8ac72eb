import Diagnostics

extension JSONReader {
    /// The string that opens at the position; leaves the position behind its closing quote.
    mutating func string() throws(JSONFault) -> String {
        let start = position
        position += 1
        let first = position
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: bytes[first..<(position - 1)], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(start: start, first: first)
            case 0..<0x20: throw control(start: start)
            default: position += 1
            }
        }
        throw unterminated(start: start)
    }

    private mutating func escapedString(start: Int, first: Int) throws(JSONFault) -> String {
        var decoded = Array(bytes[first..<position])
        while position < end {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0..<0x20: throw control(start: start)
            default:
                decoded.append(byte)
                position += 1
            }
        }
        throw unterminated(start: start)
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONFault) {
        let start = position
        guard position + 1 < end else { throw unterminated(start: start) }
        position += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            decoded.append(bytes[start + 1])
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape(start: start)
            decoded.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        default:
            var next = start + 2
            while next < end, bytes[next] & 0xC0 == 0x80 { next += 1 }
            throw fault(
                Phrase("unknown escape in a string", "字符串里有未知的转义"),
                help: Phrase(
                    "a backslash itself is written '\\\\': \"\\\\d\" for the regex \\d",
                    "反斜杠本身要写成 “\\\\”：正则 \\d 写作 \"\\\\d\""),
                SourceRange(start, next))
        }
    }

    private mutating func unicodeEscape(start: Int) throws(JSONFault) -> Unicode.Scalar {
        let unit = try hexadecimal(start: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = try hexadecimal(start: position - 2)
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        throw fault(
            Phrase("half a surrogate pair in a string", "字符串里有不成对的代理项"),
            help: Phrase("write the character itself", "直接写出这个字符"),
            SourceRange(start, position))
    }

    private mutating func hexadecimal(start: Int) throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < end,
                let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue,
                bytes[position] < 0x80
            else {
                throw fault(
                    Phrase("'\\u' needs four hexadecimal digits", "“\\u” 后面要有四位十六进制数字"),
                    SourceRange(start, min(position, end)))
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
