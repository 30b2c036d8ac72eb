/// Leaves by the character that a text must begin with for them to hold.
final class LeafHeads: Sendable {
    private static let pageBits: UInt32 = 8
    /// Per page of 256 scalars, where its entries begin in `lists`; 0: none of them begins anything.
    private let pages: FixedTable<Int32>
    /// Numbers of lists in `leaves`; the first page and list 0 are empty.
    private let lists: FixedTable<Int32>
    private let leaves: FlatLists<Int32>

    /// Nil where no leaf asks for a first character.
    init?(_ heads: [(leaf: Int32, scalars: [ClosedRange<UInt32>])]) {
        guard !heads.isEmpty else { return nil }
        var leavesOf: [UInt32: [Int32]] = [:]
        for (leaf, scalars) in heads {
            for scalar in scalars.joined() { leavesOf[scalar, default: []].append(leaf) }
        }
        let pageSize = 1 << Int(LeafHeads.pageBits)
        var pages = [Int32](repeating: 0, count: 0x110000 >> Int(LeafHeads.pageBits))
        var lists = [Int32](repeating: 0, count: pageSize)
        var leaves: [[Int32]] = [[]]
        var numbers: [[Int32]: Int32] = [:]
        for (scalar, found) in leavesOf.sorted(by: { $0.key < $1.key }) {
            let page = Int(scalar >> LeafHeads.pageBits)
            if pages[page] == 0 {
                pages[page] = Int32(lists.count)
                lists += [Int32](repeating: 0, count: pageSize)
            }
            let number = numbers[found] ?? Int32(leaves.count)
            if numbers[found] == nil {
                numbers[found] = number
                leaves.append(found)
            }
            lists[Int(pages[page]) + Int(scalar) & (pageSize - 1)] = number
        }
        self.pages = FixedTable(pages)
        self.lists = FixedTable(lists)
        self.leaves = FlatLists(leaves)
    }

    /// The leaves that may hold in a text, well-formed UTF-8, as its first character goes. O(1).
    @inline(__always)
    func leaves(for text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<Int32> {
        guard let first = text.first else { return leaves[0] }
        var scalar = UInt32(first)
        if first >= 0x80 {
            let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            guard text.count >= length else { return leaves[0] }
            scalar &= 0x7F >> UInt32(length)
            for i in 1..<length { scalar = scalar << 6 | UInt32(text[i]) & 0x3F }
        }
        let page = pages[Int(scalar >> LeafHeads.pageBits)]
        return leaves[Int(lists[Int(page) + Int(scalar & (1 << LeafHeads.pageBits - 1))])]
    }
}
