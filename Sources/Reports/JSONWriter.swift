/// Appends compact JSON to a buffer; keys keep the order in which they are given.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Escapes `<`, `>`, `&`, U+2028 and U+2029 too, so that the text may stand inside a script element.
    let isForMarkup: Bool
    private var needsComma = false

    init(isForMarkup: Bool = false) {
        self.isForMarkup = isForMarkup
    }

    /// Hands over what was written so far and goes on with an empty buffer.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Ends a line between two documents.
    mutating func newline() {
        bytes.append(0x0A)
        needsComma = false
    }

    mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(0x7B)
        body(&self)
        close(0x7D)
    }

    mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(0x5B)
        body(&self)
        close(0x5D)
    }

    mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(0x3A)
        needsComma = false
    }

    mutating func value(_ text: String) {
        separate()
        quote(text)
    }

    mutating func value(_ text: String?) {
        if let text { value(text) } else { null() }
    }

    mutating func value(_ number: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func value(_ number: Int64?) {
        if let number { value(number) } else { null() }
    }

    mutating func value(_ number: Int?) {
        if let number { value(number) } else { null() }
    }

    mutating func value(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    mutating func counts(_ entries: [String: Int]) {
        object { writer in
            for (name, count) in entries.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                writer.value(count)
            }
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        bytes.append(0x22)
        var text = text
        text.withUTF8 { source in
            for (index, byte) in source.enumerated() {
                switch byte {
                case 0x22, 0x5C: bytes += [0x5C, byte]
                case 0x00...0x1F, 0x7F: escape(UInt16(byte))
                case 0x26 where isForMarkup, 0x3C where isForMarkup, 0x3E where isForMarkup:
                    escape(UInt16(byte))
                case 0xA8, 0xA9:
                    // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
                    if isForMarkup, index >= 2, source[index - 1] == 0x80, source[index - 2] == 0xE2 {
                        bytes.removeLast(2)
                        escape(byte == 0xA8 ? 0x2028 : 0x2029)
                    } else {
                        bytes.append(byte)
                    }
                default: bytes.append(byte)
                }
            }
        }
        bytes.append(0x22)
    }

    private mutating func escape(_ unit: UInt16) {
        bytes += [0x5C, 0x75]
        for shift in stride(from: 12, through: 0, by: -4) {
            bytes.append(JSONWriter.digits[Int(unit >> UInt16(shift)) & 15])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
