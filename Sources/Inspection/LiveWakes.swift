/// When each conversation has to be looked at next: a binary heap with one entry a conversation.
///
/// Conversations are numbers of a caller's table. Ties go by number, so that the order never rests on a hash.
struct LiveWakes {
    private var heap: [(at: Int64, number: Int)] = []
    /// Where each number stands in the heap; -1: nowhere.
    private var places: [Int] = []

    /// The earliest entry.
    var first: (at: Int64, number: Int)? { heap.first }

    /// Sets when a conversation is due; nil: not at all. O(log n).
    mutating func set(_ number: Int, at instant: Int64?) {
        while places.count <= number { places.append(-1) }
        let place = places[number]
        guard let instant else {
            if place >= 0 { remove(at: place) }
            return
        }
        if place < 0 {
            places[number] = heap.count
            heap.append((instant, number))
            rise(heap.count - 1)
        } else if heap[place].at != instant {
            heap[place].at = instant
            rise(place)
            sink(places[number])
        }
    }

    private mutating func remove(at place: Int) {
        let last = heap.count - 1
        places[heap[place].number] = -1
        if place != last {
            heap[place] = heap[last]
            places[heap[place].number] = place
        }
        heap.removeLast()
        guard place < heap.count else { return }
        let moved = heap[place].number
        rise(place)
        sink(places[moved])
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].at, heap[a].number) < (heap[b].at, heap[b].number)
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        places[heap[a].number] = a
        places[heap[b].number] = b
    }

    private mutating func rise(_ place: Int) {
        var child = place
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { return }
            swap(child, parent)
            child = parent
        }
    }

    private mutating func sink(_ place: Int) {
        var parent = place
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
            guard isBefore(child, parent) else { return }
            swap(child, parent)
            parent = child
        }
    }
}
