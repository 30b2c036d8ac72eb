/// The arrays of a skeleton table, in memory and as bytes.
struct SkeletonParts {
    /// The block of each 128 code points below the limit.
    var index: [UInt16] = []
    /// `SkeletonTable.Kind` in the top byte, a scalar or an offset into the pool below.
    var entries: [UInt32] = []
    /// The number of parts, then the parts, as entries without sequences.
    var pool: [UInt32] = []
    /// The syllable of each code point of `MandarinReadings.range`.
    var numbers: [UInt16] = []
    var syllables: [String] = []

    /// Little-endian: six words (version, and the five counts in order; of names their bytes), then
    /// the arrays in order, names each with a line feed.
    var serialized: [UInt8] {
        var bytes: [UInt8] = []
        func append<T: FixedWidthInteger & UnsignedInteger>(_ words: [T]) {
            for word in words {
                for shift in stride(from: 0, to: T.bitWidth, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> T(shift)))
                }
            }
        }
        let names = syllables.flatMap { name -> [UInt8] in Array(name.utf8) + [0x0A] }
        append(
            [Int(SkeletonTable.formatVersion), index.count, entries.count, pool.count, numbers.count, names.count]
                .map(UInt32.init))
        append(index)
        append(entries)
        append(pool)
        append(numbers)
        return bytes + names
    }
}

extension SkeletonParts {
    /// Reads what `serialized` wrote; nil where any reference in it leads nowhere.
    init?(serialized bytes: [UInt8]) {
        var at = 0
        func words<T: FixedWidthInteger & UnsignedInteger>(_ count: Int, _ type: T.Type) -> [T]? {
            let size = T.bitWidth / 8
            guard count >= 0, count <= (bytes.count - at) / size else { return nil }
            let result = (0..<count).map { k in
                (0..<size).reduce(T(0)) { $0 | T(bytes[at + k * size + $1]) << T(8 * $1) }
            }
            at += count * size
            return result
        }
        guard let header = words(6, UInt32.self), header[0] == SkeletonTable.formatVersion,
            let index = words(Int(header[1]), UInt16.self), let entries = words(Int(header[2]), UInt32.self),
            let pool = words(Int(header[3]), UInt32.self), let numbers = words(Int(header[4]), UInt16.self),
            bytes.count - at == Int(header[5]), bytes.last == 0x0A
        else { return nil }
        syllables = bytes[at...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        self.index = index
        self.entries = entries
        self.pool = pool
        self.numbers = numbers
        guard isWellFormed else { return nil }
    }

    private var isWellFormed: Bool {
        let blockSize = 1 << Int(SkeletonTable.blockShift)
        // Private-use code points, of which there are 6,400, stand for syllables.
        guard index.count == Int(SkeletonTable.limit) / blockSize, numbers.count == MandarinReadings.range.count,
            entries.count % blockSize == 0, (1...6_400).contains(syllables.count),
            index.allSatisfy({ (Int($0) + 1) * blockSize <= entries.count }),
            numbers.allSatisfy({ Int($0) < syllables.count })
        else { return false }
        return entries.allSatisfy { entry in
            guard entry >> 24 == SkeletonTable.Kind.sequence.rawValue else { return SkeletonParts.isSingle(entry) }
            let offset = Int(entry & 0xFF_FFFF)
            guard offset < pool.count, pool[offset] < 256, offset + Int(pool[offset]) < pool.count else { return false }
            return pool[(offset + 1)...].prefix(Int(pool[offset])).allSatisfy(SkeletonParts.isSingle)
        }
    }

    private static func isSingle(_ entry: UInt32) -> Bool {
        switch SkeletonTable.Kind(rawValue: entry >> 24) {
        case .scalar: Unicode.Scalar(entry & 0xFF_FFFF) != nil
        case .sequence, nil: false
        default: entry & 0xFF_FFFF == 0
        }
    }
}
