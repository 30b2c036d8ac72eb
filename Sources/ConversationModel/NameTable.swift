/// Numbers names (agents, groups) densely in the order of their first use. One per thread.
public struct NameTable: Sendable {
    /// 0 where empty, else a number plus 1 below the upper half of its hash: most names that differ are told
    /// apart without a look at them.
    private var slots: [UInt64]
    private var hashes: [UInt64] = []
    private var offsets: [Int] = [0]
    private var bytes: [UInt8] = []
    private var lastNumber: Int32 = -1

    public init() {
        slots = [UInt64](repeating: 0, count: 64)
    }

    public var count: Int { hashes.count }

    /// The bytes that it has room for, used or not.
    public var memory: Int { (slots.capacity + hashes.capacity + offsets.capacity) * 8 + bytes.capacity + 4 * 32 }

    /// The number of `name`, given now if it is new. O(length) expected.
    ///
    /// Without `isOftenLast` the last one is not looked at first: in a table that is cold by then, a look costs as much as
    /// the search.
    public mutating func number(of name: UnsafeBufferPointer<UInt8>, isOftenLast: Bool = true) -> Int32 {
        // Neighbouring messages mostly have the same sender.
        if isOftenLast, lastNumber >= 0, equals(lastNumber, name) { return lastNumber }
        let hash = NameTable.hash(name)
        let (found, slot) = find(name, hash)
        if found >= 0 {
            lastNumber = found
            return found
        }
        let number = Int32(hashes.count)
        slots[slot] = NameTable.slot(number, hash)
        hashes.append(hash)
        bytes.append(contentsOf: name)
        offsets.append(bytes.count)
        lastNumber = number
        if hashes.count * 2 > slots.count { rehash() }
        return number
    }

    /// The same for a `String`.
    public mutating func number(of name: String, isOftenLast: Bool = true) -> Int32 {
        var name = name
        return name.withUTF8 { number(of: $0, isOftenLast: isOftenLast) }
    }

    /// The number of `name` if it was given one before. O(length) expected.
    public func known(_ name: UnsafeBufferPointer<UInt8>) -> Int32? {
        let (found, _) = find(name, NameTable.hash(name))
        return found >= 0 ? found : nil
    }

    /// The name with a number that was given out.
    public func name(_ number: Int32) -> String {
        String(decoding: nameBytes(number), as: UTF8.self)
    }

    /// The UTF-8 of the name with a number that was given out.
    public func nameBytes(_ number: Int32) -> ArraySlice<UInt8> {
        bytes[offsets[Int(number)]..<offsets[Int(number) + 1]]
    }

    /// Forgets the names whose numbers are not in `isKept`, one flag a number; the others are numbered densely in
    /// their order. Returns the new number of each old one, -1 for those forgotten. O(names).
    public mutating func forget(except isKept: [Bool]) -> [Int32] {
        var map = [Int32](repeating: -1, count: hashes.count)
        var kept: Int32 = 0
        var end = 0
        for number in hashes.indices where number < isKept.count && isKept[number] {
            let (start, stop) = (offsets[number], offsets[number + 1])
            map[number] = kept
            hashes[Int(kept)] = hashes[number]
            // To the left, byte by byte from the start: what is written was read before.
            if end != start { for i in start..<stop { bytes[end + i - start] = bytes[i] } }
            end += stop - start
            kept += 1
            offsets[Int(kept)] = end
        }
        hashes.removeLast(hashes.count - Int(kept))
        offsets.removeLast(offsets.count - Int(kept) - 1)
        bytes.removeLast(bytes.count - end)
        lastNumber = -1
        var size = 64
        while hashes.count * 2 > size { size *= 2 }
        fill(size)
        return map
    }

    /// The number of a name, or -1 and the slot where it belongs.
    private func find(_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> (number: Int32, slot: Int) {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = slots[slot]
            let number = Int32(truncatingIfNeeded: entry) &- 1
            if entry >> 32 == hash >> 32, equals(number, name) { return (number, slot) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (-1, slot)
    }

    @inline(__always)
    private func equals(_ number: Int32, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = offsets[Int(number)]
        guard offsets[Int(number) + 1] - start == name.count else { return false }
        return bytes.withUnsafeBytes { all in
            let mine = UnsafeRawBufferPointer(rebasing: all[start..<start + name.count])
            return NameTable.areEqual(mine, UnsafeRawBufferPointer(name))
        }
    }

    /// Whether two stretches of the same length hold the same bytes.
    @inline(__always)
    private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        var i = 0
        while a.count &- i >= 8 {
            if a.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                != b.loadUnaligned(fromByteOffset: i, as: UInt64.self)
            {
                return false
            }
            i &+= 8
        }
        while i < a.count {
            if a[i] != b[i] { return false }
            i &+= 1
        }
        return true
    }

    private mutating func rehash() { fill(slots.count * 2) }

    private mutating func fill(_ size: Int) {
        slots = [UInt64](repeating: 0, count: size)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = NameTable.slot(Int32(number), hash)
        }
    }

    @inline(__always)
    private static func slot(_ number: Int32, _ hash: UInt64) -> UInt64 {
        hash & 0xFFFF_FFFF_0000_0000 | UInt64(UInt32(bitPattern: number &+ 1))
    }

    /// A 64-bit mix of the bytes, word by word, finished as SplitMix64. Not for hostile keys where
    /// collisions would cost more than time.
    public static func hash(_ name: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        // The length goes in, since the last word may lack bytes.
        var hash = seed ^ UInt64(truncatingIfNeeded: name.count) &* 0x9E37_79B9_7F4A_7C15
        let bytes = UnsafeRawBufferPointer(name)
        var i = 0
        while bytes.count &- i >= 8 {
            hash = mix(hash, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)))
            i &+= 8
        }
        var last: UInt64 = 0
        while i < bytes.count {
            last = last << 8 | UInt64(bytes[i])
            i &+= 1
        }
        hash = mix(hash, last)
        hash ^= hash >> 30
        hash = hash &* 0xBF58_476D_1CE4_E5B9
        return hash ^ (hash >> 27)
    }

    /// One step: every bit of the word and of the hash reaches every bit of the result.
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9FB2_1C65_1E98_DF25)
        return product.high ^ product.low
    }
}
