/// A skeleton table for the hot path: for each code point the bytes it becomes.
///
/// An entry's top byte is 0 for a code point that is copied, 1–3 for that many bytes in the lower
/// bits (the first one lowest), 4 for a scalar of four bytes, else a `SkeletonTable.Kind`.
final class SkeletonCodes: Sendable {
    nonisolated(unsafe) let index: UnsafePointer<UInt16>
    nonisolated(unsafe) let entries: UnsafePointer<UInt32>
    /// For a sequence: the number of its parts, of their bytes, and the parts as entries.
    nonisolated(unsafe) let pool: UnsafePointer<UInt32>

    init(_ parts: SkeletonParts) {
        var builder = SkeletonCodesBuilder(parts: parts)
        builder.build()
        index = SkeletonCodes.copy(builder.index)
        entries = SkeletonCodes.copy(builder.entries)
        pool = SkeletonCodes.copy(builder.pool)
    }

    deinit {
        index.deallocate()
        entries.deallocate()
        pool.deallocate()
    }

    private static func copy<T>(_ array: [T]) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, array.count))
        for (i, element) in array.enumerated() { (memory + i).initialize(to: element) }
        return UnsafePointer(memory)
    }

    @inline(__always)
    func entry(_ codePoint: UInt32) -> UInt32 {
        if codePoint < SkeletonTable.limit {
            let block = UInt32(index[Int(codePoint >> SkeletonTable.blockShift)])
            return entries[Int((block << SkeletonTable.blockShift) | (codePoint & 0x7F))]
        }
        return SkeletonTable.entryAboveLimit(codePoint)
    }

    /// The entry of a canonical scalar that stands for itself.
    static func code(ofScalar scalar: UInt32) -> UInt32 {
        if scalar < 0x80 { return 1 << 24 | scalar }
        if scalar < 0x800 { return 2 << 24 | (0xC0 | scalar >> 6) | (0x80 | scalar & 0x3F) << 8 }
        if scalar < 0x10000 {
            return 3 << 24 | (0xE0 | scalar >> 12) | (0x80 | scalar >> 6 & 0x3F) << 8 | (0x80 | scalar & 0x3F) << 16
        }
        return 4 << 24 | scalar
    }

    /// The entry of a syllable: a digit for the reading of one, else a private-use code point.
    ///
    /// So 六, 留 and 6 have one skeleton, and a keyword finds its digits in any style as well as
    /// its Han numerals by their sound.
    static func code(ofSyllable number: UInt16, in syllables: [String]) -> UInt32 {
        if let digit = LookAlikes.digitSyllables.firstIndex(of: syllables[Int(number)]) {
            return code(ofScalar: 0x30 + UInt32(digit))
        }
        return code(ofScalar: 0xE000 + UInt32(number))
    }

    /// Plus signs are read as 加, so one skeleton finds both.
    static let plusSyllable = "jia"

    @inline(__always)
    static func isPlus(_ canonical: UInt32) -> Bool { canonical == 0x2B || canonical == LookAlikes.heavyPlus }

    /// The UTF-8 bytes of an entry of 1–4 bytes.
    static func bytes(of code: UInt32) -> [UInt8] {
        if code >> 24 == 4 { return Unicode.Scalar(code & 0xFF_FFFF).map { Array(String(Character($0)).utf8) } ?? [] }
        return (0..<code >> 24).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) }
    }
}

/// Works out the bytes of each code point from its canonical form and its reading.
private struct SkeletonCodesBuilder {
    let parts: SkeletonParts
    var index: [UInt16] = []
    var entries: [UInt32] = []
    var pool: [UInt32] = []
    private var sequences: [UInt32: UInt32] = [:]

    init(parts: SkeletonParts) {
        self.parts = parts
    }

    mutating func build() {
        let blockSize = UInt32(1) << SkeletonTable.blockShift
        var known: [UInt32: UInt16] = [:]
        for (number, block) in parts.index.enumerated() {
            let first = UInt32(number) * blockSize
            // Without ASCII and readings a block depends on its entries and the length of its code points.
            let isShared = first != 0 && !MandarinReadings.range.contains(first)
            let key = UInt32(block) << 8 | SkeletonCodes.code(ofScalar: first) >> 24
            if isShared, let again = known[key] {
                index.append(again)
                continue
            }
            let own = UInt16(entries.count / Int(blockSize))
            if isShared { known[key] = own }
            index.append(own)
            for offset in 0..<blockSize {
                entries.append(code(of: parts.entries[Int(UInt32(block) * blockSize + offset)], at: first + offset))
            }
        }
    }

    private mutating func code(of entry: UInt32, at codePoint: UInt32) -> UInt32 {
        switch SkeletonTable.Kind(rawValue: entry >> 24) {
        case .own:
            let code = code(ofCanonical: codePoint)
            // A code point that is copied may stand in a block that others share.
            return codePoint >= 0x80 && code == SkeletonCodes.code(ofScalar: codePoint) ? 0 : code
        case .scalar:
            let code = code(ofCanonical: entry & 0xFF_FFFF)
            // What grows goes to the pool: there the room is checked.
            let isLonger = code >> 24 > SkeletonCodes.code(ofScalar: codePoint) >> 24
            return isLonger ? sequence([code], key: code) : code
        case .sequence:
            let offset = Int(entry & 0xFF_FFFF)
            let members = parts.pool[(offset + 1)...].prefix(Int(parts.pool[offset]))
            let codes = members.map {
                $0 >> 24 == SkeletonTable.Kind.scalar.rawValue ? code(ofCanonical: $0 & 0xFF_FFFF) : $0
            }
            return sequence(codes, key: entry)
        default: return entry
        }
    }

    private mutating func sequence(_ codes: [UInt32], key: UInt32) -> UInt32 {
        if let known = sequences[key] { return known }
        guard pool.count <= 0xFF_FFFF else { return SkeletonTable.Kind.gone.rawValue << 24 }
        let result = SkeletonTable.Kind.sequence.rawValue << 24 | UInt32(pool.count)
        sequences[key] = result
        // A part that is no character may leave one byte, for a gap or a line end.
        pool += [UInt32(codes.count), codes.reduce(0) { $0 + ($1 >> 24 <= 4 ? $1 >> 24 : 1) }] + codes
        return result
    }

    private func code(ofCanonical scalar: UInt32) -> UInt32 {
        if SkeletonCodes.isPlus(scalar), let number = parts.syllables.firstIndex(of: SkeletonCodes.plusSyllable) {
            return SkeletonCodes.code(ofSyllable: UInt16(number), in: parts.syllables)
        }
        let offset = scalar &- MandarinReadings.range.lowerBound
        let number = offset < UInt32(parts.numbers.count) ? parts.numbers[Int(offset)] : 0
        return number == 0
            ? SkeletonCodes.code(ofScalar: scalar) : SkeletonCodes.code(ofSyllable: number, in: parts.syllables)
    }
}
