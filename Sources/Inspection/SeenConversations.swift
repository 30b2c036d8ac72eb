import ConversationModel

/// Remembers (shop, id) of conversations as 64-bit digests, in a bounded table.
///
/// Two different conversations share a digest with probability n²/2⁶⁵: below 10⁻⁵ for the 12 million
/// that fit. Beyond that the table starts afresh and `isForgetful` says so.
struct SeenConversations {
    static let limitBytes = 128 << 20

    private var slots = [UInt64](repeating: 0, count: 1024)
    /// What `insert` looked at ahead: kept, or looking would be left out as useless.
    private var touched: UInt64 = 0
    private(set) var count = 0
    private(set) var isForgetful = false

    static func digest(shop: UnsafeBufferPointer<UInt8>, id: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let seed = shop.baseAddress == nil ? 0x9E37_79B9 : NameTable.hash(shop)
        // Zero marks an empty slot.
        return max(1, NameTable.hash(id, seed: seed ^ 0xA5A5_5A5A))
    }

    /// Notes digests in their order and adds the positions of those that were seen before.
    mutating func insert(_ digests: [UInt64], duplicates: inout [Int]) {
        // The table is larger than the caches: looking at all slots at first lets the memory answer
        // for many at once.
        slots.withUnsafeBufferPointer { slots in
            for digest in digests { touched ^= slots[Int(truncatingIfNeeded: digest) & (slots.count - 1)] }
        }
        for (index, digest) in digests.enumerated() where !insert(digest) { duplicates.append(index) }
    }

    /// Notes a digest; false if it was seen before.
    mutating func insert(_ digest: UInt64) -> Bool {
        var slot = Int(truncatingIfNeeded: digest) & (slots.count - 1)
        while slots[slot] != 0 {
            if slots[slot] == digest { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = digest
        count += 1
        if count * 4 > slots.count * 3 { grow() }
        return true
    }

    /// All digests, in the order of the table.
    var digests: [UInt64] { slots.filter { $0 != 0 } }

    private mutating func grow() {
        guard slots.count * 2 * 8 <= SeenConversations.limitBytes else {
            slots = [UInt64](repeating: 0, count: 1024)
            count = 0
            isForgetful = true
            return
        }
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for digest in old where digest != 0 {
            var slot = Int(truncatingIfNeeded: digest) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = digest
        }
    }
}
