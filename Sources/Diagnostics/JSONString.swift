/// Texts as JSON strings, quotes included.
public enum JSONString {
    /// `text` as a JSON string; what a terminal would obey or hide is escaped, and what ends a line anywhere.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if isHidden(scalar) {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// Appends UTF-8 to `out` as a JSON string with what JSON demands escaped and nothing more.
    ///
    /// Bytes that are not UTF-8 stay as they are. Inlined, since it stands in the way of every cell of a
    /// table.
    @inlinable
    public static func append(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        for byte in bytes {
            switch byte {
            case 0x22, 0x5C:
                out.append(0x5C)
                out.append(byte)
            case 0x0A:
                out.append(0x5C)
                out.append(0x6E)
            case 0x0D:
                out.append(0x5C)
                out.append(0x72)
            case 0x09:
                out.append(0x5C)
                out.append(0x74)
            case 0..<0x20:
                let low = byte & 15
                out.append(contentsOf: [0x5C, 0x75, 0x30, 0x30, 0x30 | byte >> 4, low < 10 ? 0x30 + low : 0x57 + low])
            default: out.append(byte)
            }
        }
        out.append(0x22)
    }
}
