/// A JSON value of a small file that a person wrote, such as a mapping.
package indirect enum JSONTree: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    /// The value that `bytes` hold, or nil and where they stop making sense.
    package static func parse(_ bytes: [UInt8]) -> Result<JSONTree, JSONTreeError> {
        var parser = Parser(bytes: bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return .failure(JSONTreeError(line: 1))
        }
        parser.skipSpace()
        guard let value = parser.value(depth: 0) else { return .failure(parser.error) }
        parser.skipSpace()
        return parser.position == bytes.count ? .success(value) : .failure(parser.error)
    }
}

/// The 1-based line at which a small JSON file is no JSON.
package struct JSONTreeError: Error, Hashable, Sendable {
    package let line: Int
}

private struct Parser {
    let bytes: [UInt8]
    var position = 0

    var error: JSONTreeError {
        JSONTreeError(line: 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A })
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func value(depth: Int) -> JSONTree? {
        guard depth < 32 else { return nil }
        switch next {
        case 0x7B: return object(depth: depth)
        case 0x5B: return array(depth: depth)
        case 0x22: return string().map { .string($0) }
        default:
            let start = position
            while let byte = next, byte > 0x20, !",]}:\"".utf8.contains(byte) { position += 1 }
            let token = String(decoding: bytes[start..<position], as: UTF8.self)
            switch token {
            case "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            default:
                let isPlain = token.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
                if isPlain, Double(token) != nil { return .number(token) }
                position = start
                return nil
            }
        }
    }

    private mutating func object(depth: Int) -> JSONTree? {
        position += 1
        var fields: [(key: String, value: JSONTree)] = []
        skipSpace()
        if take(0x7D) { return .object([]) }
        while true {
            skipSpace()
            guard next == 0x22, let key = string() else { return nil }
            skipSpace()
            guard take(0x3A) else { return nil }
            skipSpace()
            guard let value = value(depth: depth + 1) else { return nil }
            fields.append((key, value))
            skipSpace()
            if take(0x7D) { return .object(fields) }
            guard take(0x2C) else { return nil }
        }
    }

    private mutating func array(depth: Int) -> JSONTree? {
        position += 1
        var values: [JSONTree] = []
        skipSpace()
        if take(0x5D) { return .array([]) }
        while true {
            skipSpace()
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
            skipSpace()
            if take(0x5D) { return .array(values) }
            guard take(0x2C) else { return nil }
        }
    }

    private mutating func string() -> String? {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case 0x22: return String(decoding: text, as: UTF8.self)
            case 0..<0x20: return nil
            case 0x5C:
                guard let escape = next else { return nil }
                position += 1
                switch escape {
                case 0x22, 0x5C, 0x2F: text.append(escape)
                case 0x62: text.append(0x08)
                case 0x66: text.append(0x0C)
                case 0x6E: text.append(0x0A)
                case 0x72: text.append(0x0D)
                case 0x74: text.append(0x09)
                case 0x75:
                    guard let scalar = escapedScalar() else { return nil }
                    text.append(contentsOf: String(Character(scalar)).utf8)
                default: return nil
                }
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let first = unit() else { return nil }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard take(0x5C), take(0x75), let second = unit() else { return nil }
        let pair: [UInt16] = [UInt16(first), UInt16(second)]
        let text = String(decoding: pair, as: UTF16.self).unicodeScalars
        return text.count == 1 ? text.first : nil
    }

    private mutating func unit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        position += 4
        return UInt32(digits, radix: 16)
    }
}
