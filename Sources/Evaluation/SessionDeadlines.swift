/// An instant at which something may become final.
struct SessionDeadline: Comparable {
    /// Milliseconds.
    let at: Int64
    let rule: Int
    let anchor: Int
    /// Parts those that are equal otherwise.
    var serial = 0
    let run: SessionRun
    /// Number of the track in its run.
    let track: Int

    /// It was not overtaken by an answer, an excuse or the unit's end.
    var isPending: Bool { !run.isClosed && run.tracks[track].awaits(anchor, at: at) }

    static func == (a: SessionDeadline, b: SessionDeadline) -> Bool {
        (a.at, a.rule, a.anchor, a.serial) == (b.at, b.rule, b.anchor, b.serial)
    }

    static func < (a: SessionDeadline, b: SessionDeadline) -> Bool {
        (a.at, a.rule, a.anchor, a.serial) < (b.at, b.rule, b.anchor, b.serial)
    }
}

/// Deadlines in the order in which they fire: a binary heap.
struct SessionDeadlines {
    private var heap: [SessionDeadline] = []
    private var serial = 0

    /// The next that is still pending. Amortised O(log n): those overtaken are dropped on the way.
    mutating func first() -> SessionDeadline? {
        while let first = heap.first {
            if first.isPending { return first }
            removeFirst()
        }
        return nil
    }

    /// Takes the next pending one out if it lies before `instant`, or at it where `inclusive`.
    mutating func next(before instant: Int64, inclusive: Bool = false) -> SessionDeadline? {
        guard let first = first(), first.at < instant || inclusive && first.at == instant else { return nil }
        removeFirst()
        return first
    }

    mutating func insert(_ deadline: SessionDeadline) {
        var deadline = deadline
        serial += 1
        deadline.serial = serial
        heap.append(deadline)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent] <= heap[child] { break }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    /// Takes over all of another queue.
    mutating func insert(_ others: SessionDeadlines) {
        for deadline in others.heap.sorted() where deadline.isPending { insert(deadline) }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            if heap[parent] <= heap[child] { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
