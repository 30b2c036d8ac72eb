import ConversationModel
import TestSupport
import Testing

struct MessageTableTests {
    static var nothing: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }

    static func table(times: [Int64]) -> MessageTable {
        let table = MessageTable()
        table.reserve(times.count)
        for (i, time) in times.enumerated() {
            table.append(
                time: time, speaker: UInt8(i % 4), kind: UInt8(i % 11), isAutomatic: i % 3 == 0, agent: Int32(i),
                assignment: Int32(-i), position: Int32(i), text: nothing, id: nothing)
        }
        return table
    }

    @Test("messages come in order of time, then of position, all columns together", arguments: 0..<40 as Range<UInt64>)
    func messagesAreSorted(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let times = (0..<Int.random(in: 0...300, using: &random)).map { _ in Int64.random(in: -20...20, using: &random)
        }
        let table = Self.table(times: times)
        let range = times.count / 4..<times.count - times.count / 4
        #expect(table.sortByTime(range))
        let expected =
            Array(0..<range.lowerBound)
            + range.sorted { (times[$0], $0) < (times[$1], $1) } + Array(range.upperBound..<times.count)
        for (i, old) in expected.enumerated() {
            #expect(
                table.times[i] == times[old] && table.positions[i] == Int32(old) && table.speakers[i] == UInt8(old % 4)
                    && table.kinds[i] == UInt8(old % 11) && table.automatic[i] == (old % 3 == 0)
                    && table.agents[i] == Int32(old) && table.assignments[i] == Int32(-old), "seed \(seed)")
        }
    }

    @Test("where one time is missing nothing moves")
    func aMissingTimeKeepsTheOrder() {
        let table = Self.table(times: [9, 3, MessageTable.noTime, 1])
        #expect(!table.sortByTime(0..<4))
        #expect((0..<4).map { table.positions[$0] } == [0, 1, 2, 3])
        #expect(table.sortByTime(0..<2))
        #expect((0..<4).map { table.positions[$0] } == [1, 0, 2, 3])
    }

    @Test("a table that is emptied and grown keeps what it is given")
    func aTableGrows() {
        let table = Self.table(times: Array(0..<1000))
        table.removeAll()
        #expect(table.count == 0)
        for round in 0..<5_000 {
            table.reserve(1)
            table.append(
                time: Int64(round), speaker: 0, kind: 0, isAutomatic: false, agent: Int32(round), assignment: 0,
                position: 0, text: Self.nothing, id: Self.nothing)
        }
        #expect(table.count == 5_000)
        #expect((0..<5_000).allSatisfy { table.times[$0] == Int64($0) && table.agents[$0] == Int32($0) })
    }
}
