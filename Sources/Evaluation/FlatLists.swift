/// Lists of numbers by number, flat in memory: no array in between is retained when one is walked.
final class FlatLists: @unchecked Sendable {
    private let starts: UnsafeMutablePointer<Int32>
    private let items: UnsafeMutablePointer<Int32>

    /// Immutable from here on, hence safe to share.
    init(_ lists: [[Int32]]) {
        starts = .allocate(capacity: lists.count + 1)
        items = .allocate(capacity: max(1, lists.reduce(0) { $0 + $1.count }))
        var next = 0
        for (i, list) in lists.enumerated() {
            starts[i] = Int32(next)
            for item in list {
                items[next] = item
                next += 1
            }
        }
        starts[lists.count] = Int32(next)
    }

    deinit {
        starts.deallocate()
        items.deallocate()
    }

    @inline(__always)
    subscript(list: Int) -> UnsafeBufferPointer<Int32> {
        let start = Int(starts[list])
        return UnsafeBufferPointer(start: items + start, count: Int(starts[list + 1]) - start)
    }
}
