/// A JSON array of events as lines, one element a line.
enum EventBatch {
    /// The elements of the array that `bytes` are, each in its line; nil where they are no array.
    ///
    /// Only the array is taken apart: whether an element is an event, or JSON at all, is for the reader of lines. One pass, no
    /// recursion, however deep it is nested.
    static func lines(ofArray bytes: [UInt8]) -> [UInt8]? {
        var position = 0
        func skipSpace() {
            while position < bytes.count, isSpace(bytes[position]) { position += 1 }
        }
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "[") else { return nil }
        position += 1
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count)
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            skipSpace()
            return position == bytes.count ? lines : nil
        }
        var (depth, isInText, isEscaped, isEmpty) = (0, false, false, true)
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if isInText {
                // A line feed within a text is no JSON: it stays none, in one line.
                lines.append(byte == 0x0A ? 0x01 : byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","), UInt8(ascii: "]"):
                if depth == 0 {
                    guard !isEmpty else { return nil }
                    lines.append(0x0A)
                    if byte == UInt8(ascii: "]") {
                        skipSpace()
                        return position == bytes.count ? lines : nil
                    }
                    isEmpty = true
                    continue
                }
                if byte == UInt8(ascii: "]") { depth -= 1 }
            case UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
            if isSpace(byte) {
                lines.append(0x20)
            } else {
                isEmpty = false
                lines.append(byte)
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
