import ChineseText
import Testing

struct WordBreakerTests {
    /// Whether `word`, where it first stands in `text`, begins and ends at word boundaries.
    private func isWord(_ word: String, in text: String) throws -> Bool {
        let bytes = Array(text.utf8)
        let needle = Array(word.utf8)
        let start = try #require((0...bytes.count - needle.count).first { bytes[$0...].starts(with: needle) })
        let breaker = WordBreaker()
        breaker.set(bytes)
        return breaker.isBoundary(start) && breaker.isBoundary(start + needle.count)
    }

    @Test(
        "a word inside another word is no word",
        arguments: [
            ("滚", "滚筒洗衣机", false), ("滚", "你给我滚", true), ("sb", "sbc蓝牙编码", false), ("sb", "你 sb 吧", true),
            ("69", "编号695号", false), ("69", "一共69元", true), ("ok", "tokyo", false),
        ])
    func wordsInsideWords(word: String, text: String, isWord expected: Bool) throws {
        #expect(try isWord(word, in: text) == expected)
    }

    @Test("the ends of a text are boundaries, offsets beyond it are too")
    func endsAreBoundaries() {
        let breaker = WordBreaker()
        #expect(breaker.isBoundary(0))
        breaker.set(Array("你好".utf8))
        #expect(breaker.isBoundary(0) && breaker.isBoundary(6) && breaker.isBoundary(7) && breaker.isBoundary(-1))
        #expect(!breaker.isBoundary(1) && !breaker.isBoundary(2))
        // Another text takes the place of the first.
        breaker.set(Array("ab".utf8))
        #expect(!breaker.isBoundary(1))
        breaker.set([])
        #expect(breaker.isBoundary(0))
    }

    @Test("questions about one long text are linear in it together", .timeLimit(.minutes(1)))
    func longTexts() {
        // Were the text read anew for each of them, a megabyte would take an hour.
        let breaker = WordBreaker()
        let bytes = Array(String(repeating: "a'vx", count: 250_000).utf8)
        breaker.begin()
        let count = bytes.withUnsafeBufferPointer { text in
            stride(from: 2, to: text.count, by: 4).count { breaker.isBoundary($0, in: text) }
        }
        #expect(count == 0)
        breaker.begin()
        #expect(Array("加 vx".utf8).withUnsafeBufferPointer { breaker.isBoundary(4, in: $0) })
    }
}
