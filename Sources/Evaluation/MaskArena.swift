/// Room for the bit sets of one unit: one bit a message, given out in order and taken back at once.
struct MaskArena {
    private var chunks: [UnsafeMutableBufferPointer<UInt64>] = []
    private var current: UnsafeMutablePointer<UInt64>
    private var capacity: Int
    private var chunk = 0
    private var used = 0
    /// 64-bit words of each mask.
    private(set) var words = 1

    init() {
        let first = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 1024)
        chunks = [first]
        capacity = first.count
        current = first.baseAddress ?? .allocate(capacity: capacity)
    }

    func deallocate() {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Takes all masks back and sets the size of the next ones for `count` messages.
    mutating func reset(count: Int) {
        words = max(1, (count + 63) >> 6)
        enter(chunk: 0, used: 0)
    }

    /// Where the next mask will be: marks ascend. `release(to:)` takes back all masks since.
    @inline(__always)
    var mark: Int { chunk << 40 | used }

    mutating func release(to mark: Int) {
        enter(chunk: mark >> 40, used: mark & (1 << 40 - 1))
    }

    private mutating func enter(chunk number: Int, used: Int) {
        if chunk != number {
            chunk = number
            capacity = chunks[number].count
            current = chunks[number].baseAddress ?? current
        }
        self.used = used
    }

    /// A mask whose words are not set yet.
    @inline(__always)
    mutating func make() -> Mask {
        if used + words > capacity { nextChunk() }
        let mask = Mask(base: current + used, words: words)
        used += words
        return mask
    }

    private mutating func nextChunk() {
        // A later chunk may be too small for this part's masks.
        while chunk + 1 < chunks.count, chunks[chunk + 1].count < words {
            chunks.remove(at: chunk + 1).deallocate()
        }
        if chunk + 1 == chunks.count {
            chunks.append(.allocate(capacity: max(capacity * 2, words * 16)))
        }
        enter(chunk: chunk + 1, used: 0)
    }

    /// A mask without members.
    @inline(__always)
    mutating func empty() -> Mask {
        let mask = make()
        for w in 0..<words { mask.base[w] = 0 }
        return mask
    }

    /// A mask with the members of another.
    @inline(__always)
    mutating func copy(_ other: Mask) -> Mask {
        let mask = make()
        mask.copy(other)
        return mask
    }

    /// A mask with the first `count` messages.
    mutating func full(_ count: Int) -> Mask {
        let mask = make()
        for w in 0..<words {
            let left = count - w << 6
            mask.base[w] = left >= 64 ? ~0 : left <= 0 ? 0 : (1 << UInt64(left)) - 1
        }
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

    @inline(__always)
    func intersects(_ other: Mask) -> Bool {
        for w in 0..<words where base[w] & other.base[w] != 0 { return true }
        return false
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
