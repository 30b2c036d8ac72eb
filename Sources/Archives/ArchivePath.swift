import Diagnostics

/// The path of a file as the system knows it: bytes, not text.
///
/// A name may hold newlines, escape sequences or bytes that are not UTF-8; `description` is what may
/// be printed.
public struct ArchivePath: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// A path from its bytes, without the terminating zero.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A path from text, as a command line gives it.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The path with controls, invisible direction marks and invalid bytes as `\n`, `\u{202E}`, `\xFF`.
    public var description: String { printable(bytes) }

    /// Order of the bytes.
    public static func < (a: ArchivePath, b: ArchivePath) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes)
    }

    /// The path of the entry `name` of this directory.
    package func appending(_ name: [UInt8]) -> ArchivePath {
        ArchivePath(bytes: bytes.last == 0x2F ? bytes + name : bytes + [0x2F] + name)
    }

    /// The part after the last slash.
    package var name: [UInt8] {
        guard let slash = bytes.lastIndex(of: 0x2F) else { return bytes }
        return Array(bytes[(slash + 1)...])
    }

    /// The lower-case ending of the name after `.gz` and `.zst` are taken off: `csv` of `A.CSV.gz`.
    package var formatExtension: String {
        var parts = String(decoding: name, as: UTF8.self).lowercased()
            .split(separator: ".", omittingEmptySubsequences: false).dropFirst()
        if let last = parts.last, last == "gz" || last == "zst" { parts = parts.dropLast() }
        return parts.last.map(String.init) ?? ""
    }

    /// Calls `body` with the path as a C string; a path with a zero inside is cut there.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return "".withCString(body) }
            return body(start)
        }
    }
}

/// `bytes` as one line of text that a terminal cannot be tricked with.
package func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    var parser = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    while true {
        switch parser.parseScalar(from: &iterator) {
        case .emptyInput: return text
        case .error(let length):
            for byte in bytes[offset..<min(bytes.count, offset + length)] {
                text += "\\x" + hex(UInt32(byte), width: 2)
            }
            offset += length
        case .valid(let encoded):
            offset += encoded.count
            let scalar = UTF8.decode(encoded)
            switch scalar.value {
            case 0x0A: text += "\\n"
            case 0x0D: text += "\\r"
            case 0x09: text += "\\t"
            case 0x5C: text += "\\\\"
            case 0..<0x20, 0x7F...0x9F: text += "\\x" + hex(scalar.value, width: 2)
            case 0x200D: text += "\\u{200D}"
            case _ where isHidden(scalar): text += "\\u{" + hex(scalar.value, width: 4) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
