import TestSupport
import Testing

@testable import Inspection

struct PairTableTests {
    @Test("a table that is cleared and filled again says what a dictionary says", arguments: 0..<20 as Range<UInt64>)
    func equalsADictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = PairTable<Int32>(capacity: 1 << Int.random(in: 0...6, using: &random))
        for round in 0..<8 {
            var expected: [UInt64: Int32] = [:]
            var order: [UInt64] = []
            let keys = Int32.random(in: 1...400, using: &random)
            for _ in 0..<Int.random(in: 0...2_000, using: &random) {
                // Numbers below zero are days before 1970 and owners without a name.
                let key = PairKey.make(
                    Int32.random(in: -3...keys, using: &random), Int32.random(in: -keys...keys, using: &random))
                let n = Int32.random(in: -5...5, using: &random)
                let (position, isNew) = table.insert(key, n)
                #expect(isNew == (expected[key] == nil), "seed \(seed), round \(round)")
                if isNew { order.append(key) } else { table[position] += n }
                expected[key, default: 0] += n
                #expect(table[position] == expected[key], "seed \(seed), round \(round)")
            }
            #expect(table.count == expected.count, "seed \(seed), round \(round)")
            let entries = (0..<table.count).map { table.entry($0) }
            #expect(entries.map(\.key) == order, "seed \(seed), round \(round): the order is that of first use")
            for entry in entries { #expect(entry.value == expected[entry.key], "seed \(seed), round \(round)") }
            for _ in 0..<200 {
                let key = PairKey.make(
                    Int32.random(in: -3...keys * 2, using: &random), Int32.random(in: -keys...keys, using: &random))
                let position = table.position(of: key)
                #expect((position >= 0 ? table[position] : nil) == expected[key], "seed \(seed), round \(round)")
            }
            table.removeAll()
            #expect(table.count == 0)
        }
    }

    @Test("both numbers of a key come back")
    func keysKeepTheirNumbers() {
        for first in [Int32.min, -1, 0, 1, .max] {
            for second in [Int32.min, -1, 0, 1, .max] {
                let key = PairKey.make(first, second)
                #expect(PairKey.first(key) == first && PairKey.second(key) == second)
            }
        }
    }
}
