/// Numbers names (agents, groups) densely in the order of their first use. One per thread.
public struct NameTable: Sendable {
    private var slots: [Int32]
    private var hashes: [UInt64] = []
    private var offsets: [Int] = [0]
    private var bytes: [UInt8] = []
    private var lastNumber: Int32 = -1

    public init() {
        slots = [Int32](repeating: -1, count: 64)
    }

    public var count: Int { hashes.count }

    /// The number of `name`, given now if it is new. O(length) expected.
    public mutating func number(of name: UnsafeBufferPointer<UInt8>) -> Int32 {
        // Neighbouring messages mostly have the same sender.
        if lastNumber >= 0, equals(lastNumber, name) { return lastNumber }
        let hash = NameTable.hash(name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = slots[slot]
            if hashes[Int(number)] == hash, equals(number, name) {
                lastNumber = number
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = Int32(hashes.count)
        slots[slot] = number
        hashes.append(hash)
        bytes.append(contentsOf: name)
        offsets.append(bytes.count)
        lastNumber = number
        if hashes.count * 2 > slots.count { rehash() }
        return number
    }

    /// The number of `name`, or nil where it was given none. O(length) expected.
    public func known(_ name: UnsafeBufferPointer<UInt8>) -> Int32? {
        let hash = NameTable.hash(name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            if hashes[Int(slots[slot])] == hash, equals(slots[slot], name) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The same for a `String`.
    public mutating func number(of name: String) -> Int32 {
        var name = name
        return name.withUTF8 { number(of: $0) }
    }

    /// The name with a number that was given out.
    public func name(_ number: Int32) -> String {
        String(decoding: nameBytes(number), as: UTF8.self)
    }

    /// The UTF-8 of the name with a number that was given out.
    public func nameBytes(_ number: Int32) -> ArraySlice<UInt8> {
        bytes[offsets[Int(number)]..<offsets[Int(number) + 1]]
    }

    private func equals(_ number: Int32, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = offsets[Int(number)]
        guard offsets[Int(number) + 1] - start == name.count else { return false }
        return bytes.withUnsafeBufferPointer { all in
            for i in 0..<name.count where all[start + i] != name[i] { return false }
            return true
        }
    }

    private mutating func rehash() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    /// A 64-bit mix of the bytes: FNV-1a over words, finished as SplitMix64. Not for hostile keys
    /// where collisions would cost more than time.
    public static func hash(_ name: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        var hash = seed
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= hash >> 30
        hash = hash &* 0xBF58_476D_1CE4_E5B9
        return hash ^ (hash >> 27)
    }
}
