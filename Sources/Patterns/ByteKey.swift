/// Bytes as a key: hashed in one go, where an array of bytes is hashed one by one and a string is brought to its
/// normal form first.
public struct ByteKey: Hashable, Sendable {
    public private(set) var bytes: [UInt8]

    /// The key of these bytes; `capacity`: how many there will be.
    public init(_ bytes: [UInt8] = [], capacity: Int = 0) {
        self.bytes = bytes
        self.bytes.reserveCapacity(capacity)
    }

    /// Adds bytes so that no two lists of them come to the same: their count, then themselves.
    public mutating func append(_ part: [UInt8]) {
        append(part.count)
        bytes.append(contentsOf: part)
    }

    /// Adds a text in the same way, as UTF-8.
    public mutating func append(_ text: String) {
        append(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Adds a number.
    public mutating func append(_ number: Int) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Adds the texts and how many they are.
    public mutating func append(_ texts: [String]) {
        append(texts.count)
        for text in texts { append(text) }
    }

    /// All bytes in one piece.
    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
