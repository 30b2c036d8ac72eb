extension SkeletonTable {
    /// Writes the skeleton of valid UTF-8 into `target`, which must have room for `source.count` bytes
    /// and more up to `capacity`, and returns the number of bytes written, or nil where `capacity` is
    /// too small.
    ///
    /// The skeleton is UTF-8 without line feeds. Characters that may stand for one another are one
    /// there: Han of one syllable (digits' syllables as 0–9, others as U+E000 and their number),
    /// digits of any style, look-alikes, repeats. Up to two separators between two characters leave
    /// nothing, more of them U+0002, a line end U+0001. Text equal in skeleton need not match: it is
    /// what `EvasionMatcher` looks at closely. Allocates nothing, linear.
    public func write(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Int? {
        guard let from = source.baseAddress else { return 0 }
        let count = source.count
        guard capacity >= count else { return nil }
        // What is left over beyond one byte out for each byte in; sequences draw on it.
        var spare = capacity - count
        var parts = codes.pool
        var partsLeft = 0
        var i = 0
        var o = 0
        // The last character written: its repeats are left out.
        var last: UInt32 = 0
        var gap = SeparatorGap()
        var isInGap = false
        while true {
            var entry: UInt32
            if partsLeft > 0 {
                entry = parts.pointee
                parts += 1
                partsLeft &-= 1
            } else if i < count {
                let start = i
                let codePoint = SkeletonTable.decode(from, &i)
                entry = codes.entry(codePoint)
                if entry >> 24 == 0 {
                    entry = SkeletonCodes.code(ofScalar: codePoint)
                } else if entry >> 24 == Kind.sequence.rawValue {
                    parts = codes.pool + Int(entry & 0xFF_FFFF)
                    let growth = Int(parts[1]) - (i - start)
                    if growth > 0 {
                        if growth > spare { return nil }
                        spare -= growth
                    }
                    partsLeft = Int(parts[0])
                    parts += 2
                    continue
                }
            } else {
                return o
            }
            var length = Int(entry >> 24)
            if length > 4 {
                if length != Int(Kind.lineEnd.rawValue) {
                    if let kind = Kind(rawValue: entry >> 24) { gap.see(kind) }
                    isInGap = true
                    continue
                }
                entry = SkeletonCodes.code(ofScalar: SkeletonTable.lineEnd)
                length = 1
            }
            if isInGap {
                isInGap = false
                // Separators before the first character are no gap.
                if gap.count > SkeletonTable.widestGap, o > 0 {
                    last = SkeletonCodes.code(ofScalar: SkeletonTable.wideGap)
                    target[o] = UInt8(truncatingIfNeeded: SkeletonTable.wideGap)
                    o &+= 1
                }
                gap = SeparatorGap()
            }
            if length < 4, o &+ 4 <= capacity {
                // All in one store; what it writes too much is written over.
                UnsafeMutableRawPointer(target + o).storeBytes(of: entry.littleEndian, as: UInt32.self)
                o &+= entry == last ? 0 : length
                last = entry
            } else if entry != last {
                last = entry
                SkeletonTable.store(entry, at: target + o)
                o &+= length
            }
        }
    }

    /// Writes the bytes of an entry of 1–4 bytes and nothing behind them.
    private static func store(_ entry: UInt32, at target: UnsafeMutablePointer<UInt8>) {
        if entry >> 24 < 4 {
            for k in 0..<Int(entry >> 24) { target[k] = UInt8(truncatingIfNeeded: entry >> UInt32(8 * k)) }
        } else {
            target[0] = UInt8(truncatingIfNeeded: 0xF0 | entry >> 18 & 0x07)
            for k in 1..<4 { target[k] = UInt8(truncatingIfNeeded: 0x80 | entry >> UInt32(18 - 6 * k) & 0x3F) }
        }
    }

    /// The code point at `i`, which moves behind it.
    @inline(__always)
    private static func decode(_ from: UnsafePointer<UInt8>, _ i: inout Int) -> UInt32 {
        let lead = from[i]
        if lead < 0x80 {
            i &+= 1
            return UInt32(lead)
        }
        let second = UInt32(from[i &+ 1] & 0x3F)
        if lead < 0xE0 {
            i &+= 2
            return UInt32(lead & 0x1F) << 6 | second
        }
        let third = UInt32(from[i &+ 2] & 0x3F)
        if lead < 0xF0 {
            i &+= 3
            return UInt32(lead & 0x0F) << 12 | second << 6 | third
        }
        i &+= 4
        return UInt32(lead & 0x07) << 18 | second << 12 | third << 6 | UInt32(from[i &- 1] & 0x3F)
    }

    /// The skeleton of a text. For tests and explanations; allocates.
    public func skeleton(of text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { skeleton(of: $0) }
    }

    /// The same for valid UTF-8.
    public func skeleton(of source: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var capacity = source.count + 64
        while true {
            var isComplete = false
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
                guard let target = buffer.baseAddress,
                    let length = write(source, into: target, capacity: capacity)
                else { return }
                used = length
                isComplete = true
            }
            if isComplete { return bytes }
            capacity *= 4
        }
    }
}
