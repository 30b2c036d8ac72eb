import ConversationModel

/// Why bytes are no snapshot of a shop's state.
public enum SnapshotError: Error, Hashable, Sendable {
    /// Not a snapshot, or one of another version.
    case unknownFormat
    /// Taken under another policy: the log must be replayed.
    case otherPolicy
    /// Cut off, or not what was written.
    case damaged
}

/// Writes whole numbers in as few bytes as they need, and names.
struct SnapshotWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func integer(_ value: some FixedWidthInteger & SignedInteger) {
        let value = Int64(value)
        unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func raw(_ value: some Collection<UInt8>) {
        unsigned(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func names(_ table: NameTable) {
        unsigned(UInt64(table.count))
        for number in 0..<table.count { raw(table.nameBytes(Int32(number))) }
    }

    mutating func list<Element>(_ elements: [Element], _ write: (inout SnapshotWriter, Element) -> Void) {
        unsigned(UInt64(elements.count))
        for element in elements { write(&self, element) }
    }
}

/// Reads what `SnapshotWriter` wrote; anything else throws, and nothing is trusted.
struct SnapshotReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func unsigned() throws(SnapshotError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.endIndex, shift < 64 else { throw .damaged }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    mutating func integer() throws(SnapshotError) -> Int64 {
        let raw = try unsigned()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    mutating func small() throws(SnapshotError) -> Int32 {
        guard let value = Int32(exactly: try integer()) else { throw .damaged }
        return value
    }

    /// A number of a table with `count` names, or the absent one.
    mutating func number(below count: Int) throws(SnapshotError) -> Int32 {
        let value = try small()
        guard value >= EventRow.none, Int(value) < count else { throw .damaged }
        return value
    }

    /// The same where none may be absent.
    mutating func index(below count: Int) throws(SnapshotError) -> Int32 {
        let value = try number(below: count)
        guard value >= 0 else { throw .damaged }
        return value
    }

    mutating func flag() throws(SnapshotError) -> Bool { try byte(below: 2) == 1 }

    mutating func byte(below limit: UInt8 = .max) throws(SnapshotError) -> UInt8 {
        guard position < bytes.endIndex, bytes[position] < limit else { throw .damaged }
        position += 1
        return bytes[position - 1]
    }

    mutating func raw() throws(SnapshotError) -> ArraySlice<UInt8> {
        let count = try self.count()
        position += count
        return bytes[position - count..<position]
    }

    /// How many things follow: never more than there are bytes.
    mutating func count() throws(SnapshotError) -> Int {
        let count = try unsigned()
        guard count <= UInt64(bytes.endIndex - position) else { throw .damaged }
        return Int(count)
    }

    mutating func names() throws(SnapshotError) -> NameTable {
        var table = NameTable()
        let count = try self.count()
        for number in 0..<count {
            let given = try raw().withUnsafeBufferPointer { table.number(of: $0) }
            guard Int(given) == number else { throw .damaged }
        }
        return table
    }

    mutating func list<Element>(
        _ read: (inout SnapshotReader) throws(SnapshotError) -> Element
    ) throws(SnapshotError) -> [Element] {
        let count = try self.count()
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }
}
