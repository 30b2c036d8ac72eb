/// Room for the bit sets of one unit: one bit a message, given out in order and taken back at once.
struct MaskArena {
    private var storage: UnsafeMutablePointer<UInt64>
    private var capacity: Int
    private var used = 0
    /// 64-bit words of each mask.
    private(set) var words = 1
    /// Chunks that were outgrown while masks in them were in use; freed at the next reset.
    private var retired: [UnsafeMutablePointer<UInt64>] = []

    init() {
        capacity = 1024
        storage = .allocate(capacity: capacity)
    }

    func deallocate() {
        storage.deallocate()
        for chunk in retired { chunk.deallocate() }
    }

    /// Takes all masks back and sets the size of the next ones for `count` messages.
    mutating func reset(count: Int) {
        for chunk in retired { chunk.deallocate() }
        retired.removeAll(keepingCapacity: true)
        used = 0
        words = max(1, (count + 63) >> 6)
    }

    /// Where the next mask will be; `release(to:)` takes back all masks since.
    var mark: Int { used }

    mutating func release(to mark: Int) {
        used = min(used, mark)
    }

    /// A mask whose words are not set yet.
    mutating func make() -> Mask {
        if used + words > capacity {
            retired.append(storage)
            capacity = max(capacity * 2, words * 16)
            storage = .allocate(capacity: capacity)
            used = 0
        }
        let mask = Mask(base: storage + used, words: words)
        used += words
        return mask
    }

    /// A mask without members.
    mutating func empty() -> Mask {
        let mask = make()
        mask.base.update(repeating: 0, count: words)
        return mask
    }
}

/// A set of messages of one unit, as bits over their positions in the part.
struct Mask {
    let base: UnsafeMutablePointer<UInt64>
    let words: Int

    /// No room at all: stands where a mask is not made yet.
    static var none: Mask { Mask(base: placeholder, words: 0) }
    private nonisolated(unsafe) static let placeholder = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)

    @inline(__always)
    func contains(_ i: Int) -> Bool { base[i >> 6] >> UInt64(i & 63) & 1 != 0 }
    @inline(__always)
    func insert(_ i: Int) { base[i >> 6] |= 1 << UInt64(i & 63) }
    @inline(__always)
    func remove(_ i: Int) { base[i >> 6] &= ~(1 << UInt64(i & 63)) }

    var isEmpty: Bool {
        for w in 0..<words where base[w] != 0 { return false }
        return true
    }

    var count: Int {
        var n = 0
        for w in 0..<words { n += base[w].nonzeroBitCount }
        return n
    }

    func copy(_ other: Mask) { for w in 0..<words { base[w] = other.base[w] } }
    func formUnion(_ other: Mask) { for w in 0..<words { base[w] |= other.base[w] } }
    func formIntersection(_ other: Mask) { for w in 0..<words { base[w] &= other.base[w] } }
    func subtract(_ other: Mask) { for w in 0..<words { base[w] &= ~other.base[w] } }

    /// The first member at or after `i`, or -1.
    @inline(__always)
    func first(from i: Int) -> Int {
        var w = i >> 6
        guard w < words else { return -1 }
        var word = base[w] & (~0 << UInt64(i & 63))
        while word == 0 {
            w += 1
            if w >= words { return -1 }
            word = base[w]
        }
        return w << 6 + word.trailingZeroBitCount
    }

    /// The last member at or before `i`, or -1.
    func last(upTo i: Int) -> Int {
        guard i >= 0 else { return -1 }
        var w = i >> 6
        let shift = UInt64(63 - (i & 63))
        var word = base[w] & (~0 >> shift)
        while word == 0 {
            w -= 1
            if w < 0 { return -1 }
            word = base[w]
        }
        return w << 6 + 63 - word.leadingZeroBitCount
    }
}
