import ChineseText
import Patterns
import Testing

/// The scanner must find the same wherever a text lies in memory: one version of it does not.
struct AlignmentTests {
    @Test("a block gives the same hits at every alignment, those of the span matcher")
    func sameHitsAtEveryAlignment() throws {
        let table = FoldTable()
        let acknowledgement = try Pattern(
            "^(?:好的?|好哒|好滴|谢谢(?:你|您|亲)?|嗯+|哦+|行|可以|收到|知道了|ok|辛苦了|没事了?)[。~!,. ]*$", level: .folded,
            table: table)
        var set = PatternSet()
        let atom = set.regex(acknowledgement)
        set.look(for: atom, in: .customer)
        let scanner = try Scanner(CompiledPatterns(set, cache: DiskCache(directory: nil)))
        let spans = try #require(SpanMatcher(acknowledgement))

        let words = ["好的", "谢谢亲~", "嗯嗯", "在吗", "请问这个有货吗", "好滴。", "我想要红色的,有吗", "ok", "收到", "快递到哪了"]
        let messages = (0..<600).map { words[($0 * 7 + $0 / 10) % words.count] }
        let expected = messages.indices.filter { spans.matches(Array(messages[$0].utf8)) }.map { UInt32($0) }
        var block: [UInt8] = []
        var ends: [UInt32] = []
        for message in messages {
            block += Array(message.utf8)
            ends.append(UInt32(block.count))
            block.append(0x0A)
        }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: block.count + 128, alignment: 64)
        defer { room.deallocate() }
        for offset in 0..<64 {
            let place = UnsafeMutableRawBufferPointer(rebasing: room[offset..<offset + block.count])
            place.copyBytes(from: block)
            scanner.reset()
            ends.withUnsafeBufferPointer { ends in
                scanner.scan(
                    UnsafeBufferPointer(place.bindMemory(to: UInt8.self)), ends: ends,
                    lane: Lane(level: .folded, side: .customer))
            }
            let found = scanner.found.filter { $0.atom == atom }.map(\.message).sorted()
            #expect(found == expected, "at alignment \(offset)")
        }
    }
}
