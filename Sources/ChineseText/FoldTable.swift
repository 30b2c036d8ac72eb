import CICU

/// What folding does to each code point below U+30000, generated from ICU.
///
/// Folding is T2S(NFKC_Casefold(x)) with white space turned to U+0020 (`semantics.md` section 5).
/// The table holds the result for code points that fold by themselves; those that may join with
/// what precedes them are marked, and texts that contain one go through ICU segment by segment.
public final class FoldTable: Sendable {
    /// One code point's folding: the kind in the top byte, its payload below.
    enum Kind: UInt8 {
        /// Kept as it is; the whole entry is zero.
        case identity = 0
        /// Replaced by 1–3 UTF-8 bytes, no more than it had; the kind is how many.
        case one = 1
        case two = 2
        case three = 3
        case dropped = 4
        case space = 5
        /// Bytes in the pool at the offset; the first one is their count.
        case expansion = 6
        /// May join with what precedes it: ask ICU.
        case joining = 7
    }

    static let limit: UInt32 = 0x30000
    static let blockShift: UInt32 = 7
    static let formatVersion: UInt8 = 4

    /// Bytes of the table for a cache; `init(serialized:)` reads them.
    public let serialized: [UInt8]
    nonisolated(unsafe) let index: UnsafePointer<UInt16>
    nonisolated(unsafe) let entries: UnsafePointer<UInt32>
    nonisolated(unsafe) let pool: UnsafePointer<UInt8>
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

    /// What a cache must compare before it hands out a stored table.
    public static var cacheKey: String {
        "fold-\(formatVersion)-icu-\(String(cString: mj_icu_version()))"
    }

    /// Generates the table from ICU: some 50 ms, so it is worth a cache.
    public convenience init() {
        self.init(trusted: FoldTableBuilder().build())
    }

    /// Reads a serialized table, or returns nil where its shape is not that of one.
    public convenience init?(serialized: [UInt8]) {
        guard FoldTable.isWellFormed(serialized) else { return nil }
        self.init(trusted: serialized)
    }

    private init(trusted bytes: [UInt8]) {
        serialized = bytes
        let storage = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
        self.storage = storage
        bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(start: storage, count: bytes.count).copyMemory(from: $0)
        }
        let header = storage.assumingMemoryBound(to: UInt32.self)
        let indexCount = Int(header[1])
        let entryCount = Int(header[2])
        index = UnsafePointer((storage + 16).assumingMemoryBound(to: UInt16.self))
        entries = UnsafePointer((storage + 16 + indexCount * 2).assumingMemoryBound(to: UInt32.self))
        pool = UnsafePointer(
            (storage + 16 + indexCount * 2 + entryCount * 4).assumingMemoryBound(to: UInt8.self))
    }

    deinit {
        storage.deallocate()
    }

    private static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 16 else { return false }
        func word(_ at: Int) -> Int {
            Int(bytes[at]) | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2]) << 16 | Int(bytes[at + 3]) << 24
        }
        let indexCount = word(4)
        let entryCount = word(8)
        let poolCount = word(12)
        let blockSize = 1 << Int(blockShift)
        guard word(0) == Int(formatVersion), indexCount == Int(limit) / blockSize,
            entryCount % blockSize == 0, entryCount > 0,
            bytes.count == 16 + indexCount * 2 + entryCount * 4 + poolCount
        else { return false }
        for i in 0..<indexCount {
            let block = Int(bytes[16 + i * 2]) | Int(bytes[17 + i * 2]) << 8
            if (block + 1) * blockSize > entryCount { return false }
        }
        let first = 16 + indexCount * 2
        for i in 0..<entryCount {
            let entry = word(first + i * 4)
            guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: entry >> 24)) else { return false }
            if kind == .expansion {
                let offset = entry & 0xFF_FFFF
                guard offset < poolCount else { return false }
                let count = Int(bytes[first + entryCount * 4 + offset])
                if offset + 1 + count > poolCount { return false }
            }
        }
        return true
    }

    /// The entry of a code point.
    @inline(__always)
    func entry(_ codePoint: UInt32) -> UInt32 {
        if codePoint < FoldTable.limit {
            let block = UInt32(index[Int(codePoint >> FoldTable.blockShift)])
            return entries[Int((block << FoldTable.blockShift) | (codePoint & 0x7F))]
        }
        // Plane 14 holds tags and variation selectors, which are ignorable; nothing above folds.
        return (0xE0000..<0xE1000).contains(codePoint) ? UInt32(Kind.dropped.rawValue) << 24 : 0
    }
}
