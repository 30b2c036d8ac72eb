import Diagnostics

/// A JSON value that knows where it stood.
public struct JSONValue: Sendable, Hashable {
    /// What the value is.
    public indirect enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        /// The number as it was written: nothing is lost to rounding.
        case number(String)
        case string(String)
        case array([JSONValue])
        /// In the order of the file; a key may stand more than once.
        case object([JSONMember])
    }

    public var content: Content
    /// From the first byte to behind the last one, quotes and brackets included.
    public var range: SourceRange

    public init(_ content: Content, range: SourceRange) {
        self.content = content
        self.range = range
    }

    /// What to underline: all of a scalar, but only the opening bracket of a list or an object.
    public var head: SourceRange {
        switch content {
        case .array, .object: SourceRange(range.start, range.start + 1)
        default: range
        }
    }

    /// What the value is called in messages.
    var typeName: Phrase {
        switch content {
        case .null: Phrase("null", "null")
        case .bool: Phrase("a boolean", "布尔值")
        case .number: Phrase("a number", "数字")
        case .string: Phrase("a string", "字符串")
        case .array: Phrase("a list", "列表")
        case .object: Phrase("an object", "对象")
        }
    }
}

/// One `"key": value` of an object.
public struct JSONMember: Sendable, Hashable {
    public var key: String
    /// Quotes included.
    public var keyRange: SourceRange
    public var value: JSONValue

    public init(key: String, keyRange: SourceRange, value: JSONValue) {
        self.key = key
        self.keyRange = keyRange
        self.value = value
    }
}

/// Where a stretch of a decoded string stands in its file, escapes counted as they were written.
///
/// - Parameters:
///   - stretch: UTF-8 offsets in the decoded string; clamped to it.
///   - literal: the place of the string, with or without its quotes.
/// - Returns: the place itself where `source` is not its file. O(length of the literal).
public func place(
    of stretch: Range<Int>, inStringAt literal: Place, source: SourceFile
) -> Place {
    guard var range = literal.range, literal.path == source.path, range.start >= 0,
        range.end <= source.bytes.count, range.start < range.end
    else { return literal }
    if source.bytes[range.start] == UInt8(ascii: "\""), range.end - range.start >= 2 {
        range = SourceRange(range.start + 1, range.end - 1)
    }
    var offset = range.start
    var decoded = 0
    var start = range.end
    var end = range.end
    while offset < range.end {
        if decoded >= stretch.lowerBound { start = min(start, offset) }
        if decoded >= stretch.upperBound {
            end = offset
            break
        }
        let (length, width) = unitLength(at: offset, in: source.bytes, end: range.end)
        offset += length
        decoded += width
    }
    return Place(path: literal.path, range: SourceRange(start, max(start, end)))
}

/// Bytes of one raw byte or escape, and how many UTF-8 bytes it decodes to.
private func unitLength(at offset: Int, in bytes: [UInt8], end: Int) -> (raw: Int, decoded: Int) {
    guard bytes[offset] == UInt8(ascii: "\\"), offset + 1 < end else { return (1, 1) }
    guard bytes[offset + 1] == UInt8(ascii: "u"), offset + 6 <= end else { return (2, 1) }
    let digits = String(decoding: bytes[(offset + 2)..<(offset + 6)], as: UTF8.self)
    switch UInt32(digits, radix: 16) ?? 0 {
    case 0..<0x80: return (6, 1)
    case 0x80..<0x800: return (6, 2)
    case 0xD800..<0xDC00: return (min(12, end - offset), 4)
    default: return (6, 3)
    }
}
