/// Two 32-bit numbers as one key.
enum PairKey {
    @inline(__always)
    static func make(_ first: Int32, _ second: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    }

    @inline(__always)
    static func first(_ key: UInt64) -> Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32)) }

    @inline(__always)
    static func second(_ key: UInt64) -> Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: key)) }
}

/// Plain values by pairs of 32-bit numbers: a hash table that is cleared and filled over and over.
///
/// Entries stand in the order of their first use, so whoever walks them gets the same order on every
/// machine. Clearing costs the same however much was counted, and frees nothing. Keys are numbers
/// that this program gave out: a fixed mix is enough for them. Not safe to share between threads.
struct PairTable<Value: BitwiseCopyable>: ~Copyable {
    struct Entry: BitwiseCopyable {
        var key: UInt64
        var value: Value
    }

    private(set) var count = 0
    private var capacity: Int
    private var entries: UnsafeMutablePointer<Entry>
    /// `round << 32 | position`; slots of earlier rounds are empty. Twice as many as entries.
    private var slots: UnsafeMutablePointer<UInt64>
    /// Bits that a slot's index does not use.
    private var shift: UInt64
    private var round: UInt64 = 1

    /// Room for `capacity` entries, a power of two; more are taken as they come.
    init(capacity: Int = 16) {
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        slots = .allocate(capacity: capacity * 2)
        slots.initialize(repeating: 0, count: capacity * 2)
        shift = UInt64(64 - (capacity * 2).trailingZeroBitCount)
    }

    deinit {
        entries.deallocate()
        slots.deallocate()
    }

    /// The entry at a position below `count`, in the order of first use.
    @inline(__always)
    func entry(_ position: Int) -> Entry { entries[position] }

    /// The value at a position that `position(of:)` or `insert(_:_:)` gave.
    @inline(__always)
    subscript(position: Int) -> Value {
        get { entries[position].value }
        nonmutating set { entries[position].value = newValue }
    }

    /// Where the key stands, -1 where it does not. O(1) expected.
    @inline(__always)
    func position(of key: UInt64) -> Int {
        var slot = home(of: key)
        while slots[slot] >> 32 == round {
            let position = Int(UInt32(truncatingIfNeeded: slots[slot]))
            if entries[position].key == key { return position }
            slot = (slot &+ 1) & (capacity &* 2 &- 1)
        }
        return -1
    }

    /// Where the key stands, put there now with `value` if it is new. O(1) expected.
    @inline(__always)
    mutating func insert(_ key: UInt64, _ value: Value) -> (position: Int, isNew: Bool) {
        var slot = home(of: key)
        while slots[slot] >> 32 == round {
            let position = Int(UInt32(truncatingIfNeeded: slots[slot]))
            if entries[position].key == key { return (position, false) }
            slot = (slot &+ 1) & (capacity &* 2 &- 1)
        }
        if count == capacity { return (append(key, value), true) }
        slots[slot] = round << 32 | UInt64(count)
        (entries + count).initialize(to: Entry(key: key, value: value))
        count &+= 1
        return (count &- 1, true)
    }

    /// Looks at where the key may stand, so that a later `insert` finds it in the cache. What it returns
    /// must be kept somewhere, or looking would be left out as useless.
    @inline(__always)
    func lookAhead(_ key: UInt64) -> UInt64 {
        let slot = slots[home(of: key)]
        return slot >> 32 == round ? entries[Int(UInt32(truncatingIfNeeded: slot))].key : slot
    }

    /// Forgets all entries, keeping the room.
    mutating func removeAll() {
        count = 0
        round &+= 1
        if round > UInt64(UInt32.max) {
            round = 1
            slots.update(repeating: 0, count: capacity * 2)
        }
    }

    @inline(__always)
    private func home(of key: UInt64) -> Int {
        // Fibonacci hashing: the upper bits of the product depend on all of the key's.
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    /// Adds a key that is not there after making room.
    @inline(never)
    private mutating func append(_ key: UInt64, _ value: Value) -> Int {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        larger.update(from: entries, count: count)
        entries.deallocate()
        entries = larger
        (entries + count).initialize(to: Entry(key: key, value: value))
        count += 1
        slots.deallocate()
        capacity *= 2
        shift -= 1
        slots = .allocate(capacity: capacity * 2)
        slots.initialize(repeating: 0, count: capacity * 2)
        for position in 0..<count {
            var slot = home(of: entries[position].key)
            while slots[slot] != 0 { slot = (slot + 1) & (capacity * 2 - 1) }
            slots[slot] = round << 32 | UInt64(position)
        }
        return count - 1
    }
}
