/// Lists by number, flat in memory: no array in between is retained when one is walked.
final class FlatLists<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let starts: UnsafeMutablePointer<Int32>
    private let items: UnsafeMutablePointer<Element>

    /// Immutable from here on, hence safe to share.
    init(_ lists: [[Element]]) {
        starts = .allocate(capacity: lists.count + 1)
        items = .allocate(capacity: max(1, lists.reduce(0) { $0 + $1.count }))
        var next = 0
        for (i, list) in lists.enumerated() {
            starts[i] = Int32(next)
            for item in list {
                (items + next).initialize(to: item)
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
    subscript(list: Int) -> UnsafeBufferPointer<Element> {
        let start = Int(starts[list])
        return UnsafeBufferPointer(start: items + start, count: Int(starts[list + 1]) - start)
    }
}

/// Values by number, fixed in memory: read without retaining an array.
final class FixedTable<Element> {
    private let items: UnsafeMutablePointer<Element>
    let count: Int

    init(_ values: [Element]) {
        count = values.count
        items = .allocate(capacity: max(1, count))
        items.initialize(from: values, count: count)
    }

    deinit {
        items.deinitialize(count: count)
        items.deallocate()
    }

    @inline(__always)
    subscript(number: Int) -> Element { items[number] }

    var indices: Range<Int> { 0..<count }
}

/// Immutable once it is made, hence as safe to share as what it holds.
extension FixedTable: @unchecked Sendable where Element: Sendable {}
