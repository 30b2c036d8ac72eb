import Dispatch

/// Rules in which nothing is wrong, read without what stands before them.
///
/// How much may be said and put in is counted from the first rule to the last. Where nothing is wrong, and all of it
/// together is not too much, the order does not matter, and rules are read side by side.
struct SoundReading {
    var rules: [Rule]
    /// What they name, and what was named before.
    var used: NameUses
    /// Bytes put in for names.
    var splicedBytes: Int
}

/// Calls `read` for each number below `count`, on all cores; nil where one of them finds something wrong, or where there
/// is too little to do.
func readSideBySide(_ count: Int, _ read: @escaping (Int) -> SoundReading?) -> [SoundReading]? {
    guard count > 1 else { return nil }
    let readings = [SoundReading?](unsafeUninitializedCapacity: count) { room, initialized in
        room.initialize(repeating: nil)
        // Each iteration writes a place of its own; what is read is not changed meanwhile.
        nonisolated(unsafe) let places = room
        nonisolated(unsafe) let read = read
        DispatchQueue.concurrentPerform(iterations: count) { places[$0] = read($0) }
        initialized = count
    }
    let sound = readings.compactMap { $0 }
    return sound.count == count ? sound : nil
}

extension SharedNames {
    /// Counts what was put in and named; false, and nothing is counted, where it is more than a run may put in.
    mutating func take(_ readings: [SoundReading]) -> Bool {
        let bytes = readings.reduce(splicedBytes) { $0 + $1.splicedBytes }
        guard bytes <= RuleLimits.splicedBytes else { return false }
        splicedBytes = bytes
        for reading in readings { used.formUnion(reading.used) }
        return true
    }
}

extension [UInt8] {
    /// Ranges of whole lines that make up all of it, of about as many bytes each.
    func piecesOfLines(ofBytes size: Int) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        while start < count {
            var end = Swift.min(start + size, count)
            while end < count, self[end - 1] != 0x0A { end += 1 }
            pieces.append(start..<end)
            start = end
        }
        return pieces
    }
}
