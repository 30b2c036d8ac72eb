import Diagnostics

/// Why a text is not JSON: one reason, at one place.
public struct JSONFault: Error, Sendable {
    public var code: DiagnosticCode
    public var message: Phrase
    public var help: Phrase?
    public var range: SourceRange

    /// The fault as a diagnostic of the file at `path`.
    public func diagnostic(path: String) -> Diagnostic {
        Diagnostic(code, message, help: help, at: Place(path: path, range: range))
    }
}

/// Reads JSON (RFC 8259) and remembers where everything stood.
///
/// Strict: no comments, no trailing commas, no lone surrogates. Keys that repeat are kept for
/// whoever knows what the object means. O(bytes).
public struct JSONReader {
    /// Objects and lists may be nested this deep.
    public static let maximumDepth = 64

    let bytes: [UInt8]
    let end: Int
    var position: Int

    /// A reader of `range` of `bytes` (default: all); places are counted from the start of `bytes`.
    ///
    /// The bytes must be valid UTF-8: see `firstFault(inUTF8:)`.
    public init(_ bytes: [UInt8], range: Range<Int>? = nil) {
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        if position == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]), end >= 3 { position = 3 }
    }

    /// Reads a whole file: its encoding is checked, and nothing may follow the value.
    public static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        if let fault = firstFault(inUTF8: bytes) { throw fault }
        var reader = JSONReader(bytes)
        return try reader.document()
    }

    /// The only value of the range, with white space around it.
    public mutating func document() throws(JSONFault) -> JSONValue {
        skipSpace()
        if position == end {
            throw fault(
                Phrase("nothing here; expected a JSON value", "内容为空，需要一个 JSON 值"),
                SourceRange(position, position))
        }
        let result = try value(depth: 0)
        skipSpace()
        if position < end {
            throw unexpected(
                Phrase("the end of the file", "文件结束"),
                help: Phrase(
                    "put several rules into a list [ … ], or one a line into a file named .ndjson",
                    "多条规则请写成列表 [ … ]，或每行一条存为 .ndjson 文件"))
        }
        return result
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        let start = position
        guard position < end else { throw unexpected(Phrase("a value", "一个值")) }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            let members = try object(depth: depth + 1)
            return JSONValue(.object(members), range: SourceRange(start, position))
        case UInt8(ascii: "["):
            let elements = try array(depth: depth + 1)
            return JSONValue(.array(elements), range: SourceRange(start, position))
        case UInt8(ascii: "\""):
            let text = try string()
            return JSONValue(.string(text), range: SourceRange(start, position))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let text = try number()
            return JSONValue(.number(text), range: SourceRange(start, position))
        default:
            for (word, content) in Self.words where take(word) {
                return JSONValue(content, range: SourceRange(start, position))
            }
            throw unexpected(Phrase("a value", "一个值"))
        }
    }

    private static let words: [([UInt8], JSONValue.Content)] = [
        (Array("true".utf8), .bool(true)), (Array("false".utf8), .bool(false)),
        (Array("null".utf8), .null),
    ]

    private mutating func take(_ word: [UInt8]) -> Bool {
        let after = position + word.count
        guard after <= end, bytes[position..<after].elementsEqual(word) else { return false }
        if after < end, isWordByte(bytes[after]) { return false }
        position = after
        return true
    }

    private mutating func object(depth: Int) throws(JSONFault) -> [JSONMember] {
        try open(depth: depth)
        var members: [JSONMember] = []
        if closes(UInt8(ascii: "}")) { return members }
        while true {
            guard position < end, bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected(Phrase("a key in double quotes", "双引号括起的键"))
            }
            let keyStart = position
            let key = try string()
            let keyRange = SourceRange(keyStart, position)
            skipSpace()
            guard position < end, bytes[position] == UInt8(ascii: ":") else {
                throw unexpected(Phrase("':' after the key", "键后面的 “:”"))
            }
            position += 1
            skipSpace()
            let value = try value(depth: depth)
            members.append(JSONMember(key: key, keyRange: keyRange, value: value))
            let isLast = try separates(
                UInt8(ascii: "}"), Phrase("',' or '}'", "“,” 或 “}”"))
            if isLast { return members }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if closes(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            let isLast = try separates(
                UInt8(ascii: "]"), Phrase("',' or ']'", "“,” 或 “]”"))
            if isLast { return elements }
        }
    }

    private mutating func open(depth: Int) throws(JSONFault) {
        if depth > Self.maximumDepth {
            throw JSONFault(
                code: .limit,
                message: Phrase(
                    "nested deeper than \(Self.maximumDepth) levels",
                    "嵌套超过 \(Self.maximumDepth) 层"),
                range: SourceRange(position, position + 1))
        }
        position += 1
        skipSpace()
    }

    private mutating func closes(_ bracket: UInt8) -> Bool {
        guard position < end, bytes[position] == bracket else { return false }
        position += 1
        return true
    }

    /// Takes what follows an element; true at the closing bracket.
    private mutating func separates(
        _ bracket: UInt8, _ expected: Phrase
    ) throws(JSONFault) -> Bool {
        skipSpace()
        if closes(bracket) { return true }
        guard position < end, bytes[position] == UInt8(ascii: ",") else {
            throw unexpected(expected)
        }
        let comma = position
        position += 1
        skipSpace()
        if position < end, bytes[position] == bracket {
            throw fault(
                Phrase(
                    "trailing ',' before '\(Character(Unicode.Scalar(bracket)))'",
                    "“\(Character(Unicode.Scalar(bracket)))” 前多了一个 “,”"),
                help: Phrase("remove the comma", "删掉这个逗号"), SourceRange(comma, comma + 1))
        }
        return false
    }

    mutating func skipSpace() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func number() throws(JSONFault) -> String {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < end, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits(from: start)
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits(from: start)
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end,
                bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
            {
                position += 1
            }
            try digits(from: start)
        }
        if position < end, isWordByte(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
            throw badNumber(from: start)
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits(from start: Int) throws(JSONFault) {
        let first = position
        while position < end, (0x30...0x39).contains(bytes[position]) { position += 1 }
        if position == first { throw badNumber(from: start) }
    }
}
