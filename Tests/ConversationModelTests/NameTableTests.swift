import ConversationModel
import TestSupport
import Testing

struct NameTableTests {
    @Test("10,000 names get their numbers in the order of first use and keep them")
    func manyNamesKeepTheirNumbers() {
        var table = NameTable()
        let names = (0..<10_000).map { "客服\($0 % 97)-\($0)" }
        for (i, name) in names.enumerated() { #expect(table.number(of: name) == Int32(i)) }
        var random = SeededGenerator(seed: 7)
        for i in names.indices.shuffled(using: &random) {
            #expect(table.number(of: names[i]) == Int32(i))
            #expect(table.name(Int32(i)) == names[i])
        }
        #expect(table.count == 10_000)
    }

    @Test("names that share a slot, a beginning or nothing at all stay apart")
    func similarNamesStayApart() {
        var table = NameTable()
        // 64 slots at first: of 500 hashes many share their low bits.
        let names = [""] + (1...500).map { String(repeating: "a", count: $0) } + ["a\u{0}", "\u{0}a", "\u{0}"]
        let numbers = names.map { table.number(of: $0) }
        #expect(Set(numbers).count == names.count)
        #expect(numbers.map { table.name($0) } == names)
        let slots = Set(
            names.map { name in
                Array(name.utf8).withUnsafeBufferPointer { NameTable.hash($0) } & 63
            })
        #expect(slots.count <= 64 && slots.count < names.count)
    }

    @Test("a copy numbers on its own")
    func copiesAreIndependent() {
        var one = NameTable()
        _ = one.number(of: "甲")
        var two = one
        #expect(one.number(of: "乙") == 1)
        #expect(two.number(of: "丙") == 1)
        #expect(one.name(1) == "乙")
        #expect(two.name(1) == "丙")
    }

    @Test("numbers below zero are owners without a name")
    func ownersWithoutAName() {
        var table = NameTable()
        let number = table.number(of: "a-1")
        #expect(OwnerNumber.owner(number, names: table) == .agent("a-1"))
        #expect(OwnerNumber.owner(OwnerNumber.assistant, names: table) == .assistant)
        #expect(OwnerNumber.owner(OwnerNumber.shop, names: table) == .shop)
        #expect(OwnerNumber.owner(OwnerNumber.none, names: table) == .unassigned)
        #expect(
            [Owner.unassigned, .shop, .assistant, .agent("b"), .agent("a")].sorted() == [
                .agent("a"), .agent("b"), .assistant, .shop, .unassigned,
            ])
    }
}

struct NameTableForgettingTests {
    @Test(
        "what is kept is numbered anew in its order, what is forgotten is new again", arguments: 0..<40 as Range<UInt64>
    )
    func forgetting(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = NameTable()
        var names: [String] = []
        for _ in 0..<6 {
            for _ in 0..<Int.random(in: 0...300, using: &random) {
                let name =
                    String(repeating: "x", count: Int.random(in: 0...20, using: &random))
                    + String(Int.random(in: 0..<500, using: &random))
                let isNew = !names.contains(name)
                #expect(Int(table.number(of: name)) == (names.firstIndex(of: name) ?? names.count), "seed \(seed)")
                if isNew { names.append(name) }
            }
            let kept = names.map { _ in Bool.random(using: &random) }
            let map = table.forget(except: kept)
            let left = zip(names, kept).filter(\.1).map(\.0)
            for (old, name) in names.enumerated() {
                #expect(Int(map[old]) == (kept[old] ? left.firstIndex(of: name) : nil) ?? -1, "seed \(seed)")
            }
            names = left
            #expect(table.count == names.count, "seed \(seed)")
            for (number, name) in names.enumerated() { #expect(table.name(Int32(number)) == name, "seed \(seed)") }
        }
    }
}
