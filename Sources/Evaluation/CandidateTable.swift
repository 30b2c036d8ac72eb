/// The rows of a part in which something of a leaf was found, for each leaf.
struct CandidateTable {
    /// In parts of up to 64 messages, which most are: per leaf a bit for each row.
    private let rows: UnsafeMutablePointer<UInt64>
    /// The rows among them that were looked at closely.
    private let checked: UnsafeMutablePointer<UInt64>
    /// In longer parts: per leaf the place of its masks; -1 without candidates.
    private let slots: UnsafeMutablePointer<Int32>
    private var masks: [(rows: Mask, checked: Mask)] = []
    private var isShort = true
    /// The leaves that have candidates.
    private let touched: UnsafeMutablePointer<Int32>
    private var touchedCount = 0

    init(leaves count: Int) {
        rows = .allocate(capacity: count + 1)
        rows.initialize(repeating: 0, count: count + 1)
        checked = .allocate(capacity: count + 1)
        checked.initialize(repeating: 0, count: count + 1)
        slots = .allocate(capacity: count + 1)
        slots.initialize(repeating: -1, count: count + 1)
        touched = .allocate(capacity: count + 1)
    }

    func deallocate() {
        rows.deallocate()
        checked.deallocate()
        slots.deallocate()
        touched.deallocate()
    }

    /// The leaves that have candidates, in the order in which the first of each was found.
    var leaves: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: touched, count: touchedCount) }

    /// Forgets the part before; masks of the next one have so many words.
    mutating func begin(words: Int) {
        for leaf in leaves {
            rows[Int(leaf)] = 0
            checked[Int(leaf)] = 0
            slots[Int(leaf)] = -1
        }
        touchedCount = 0
        masks.removeAll(keepingCapacity: true)
        isShort = words == 1
    }

    @inline(__always)
    mutating func insert(_ row: Int, of leaf: Int32, _ arena: inout MaskArena) {
        guard isShort else { return insertIntoMask(row, of: leaf, &arena) }
        let known = rows[Int(leaf)]
        // Written always and counted the first time: whether it is the first is a guess that the processor would often lose.
        touched[touchedCount] = leaf
        touchedCount &+= known == 0 ? 1 : 0
        rows[Int(leaf)] = known | 1 &<< UInt64(row)
    }

    @inline(never)
    private mutating func insertIntoMask(_ row: Int, of leaf: Int32, _ arena: inout MaskArena) {
        if slots[Int(leaf)] < 0 {
            slots[Int(leaf)] = Int32(masks.count)
            masks.append((arena.empty(), arena.empty()))
            touched[touchedCount] = leaf
            touchedCount += 1
        }
        masks[Int(slots[Int(leaf)])].rows.insert(row)
    }

    /// Says of a candidate that a closer look would find nothing against it.
    @inline(__always)
    func confirm(_ row: Int, of leaf: Int32) {
        if isShort {
            checked[Int(leaf)] |= 1 &<< UInt64(row)
        } else {
            masks[Int(slots[Int(leaf)])].checked.insert(row)
        }
    }

    /// The candidates of a leaf, and those among them that were looked at closely; nil where there are none.
    @inline(__always)
    func masks(of leaf: Int) -> (rows: Mask, checked: Mask)? {
        if isShort {
            return rows[leaf] == 0 ? nil : (Mask(base: rows + leaf, words: 1), Mask(base: checked + leaf, words: 1))
        }
        return slots[leaf] < 0 ? nil : masks[Int(slots[leaf])]
    }
}
