/// A stream of random numbers that is the same on every machine for the same seed (SplitMix64).
struct SeededStream: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// The stream of the `index`-th item of a seeded series, independent of its neighbours.
    init(seed: UInt64, index: UInt64) {
        var mixer = SeededStream(seed: seed ^ (index &* 0xD134_2543_DE82_EF95))
        state = mixer.next() ^ index
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in 0..<bound; the bias of at most bound / 2^32 does not matter here.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    /// A number in `range`.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True in `perMille` of a thousand cases.
    mutating func chance(_ perMille: Int) -> Bool {
        below(1000) < perMille
    }

    mutating func pick<Element>(_ items: [Element]) -> Element {
        items[below(items.count)]
    }

    /// Fisher and Yates, so that a prefix of the result is a fair sample.
    mutating func shuffled<Element>(_ items: [Element]) -> [Element] {
        var result = items
        guard result.count > 1 else { return result }
        for i in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(i, below(i + 1))
        }
        return result
    }
}
