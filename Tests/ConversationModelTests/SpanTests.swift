import ConversationModel
import TestSupport
import Testing

struct SpanTests {
    @Test("a union is sorted, joins what touches, and keeps gaps")
    func unionsJoinWhatTouches() {
        #expect(Span.union([]) == [])
        #expect(Span.union([Span(5, 7), Span(0, 3), Span(3, 5)]) == [Span(0, 7)])
        #expect(Span.union([Span(4, 6), Span(0, 3)]) == [Span(0, 3), Span(4, 6)])
        #expect(Span.union([Span(0, 10), Span(2, 3), Span(0, 10)]) == [Span(0, 10)])
    }

    @Test("a union covers the bytes that its spans cover, and no others", arguments: 0..<50 as Range<UInt64>)
    func unionsCoverTheSameBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let spans = (0..<Int.random(in: 0...20, using: &random)).map { _ in
            let start = Int.random(in: 0..<60, using: &random)
            return Span(start, start + Int.random(in: 1...9, using: &random))
        }
        let union = Span.union(spans)
        let covered = Set(spans.flatMap { Array($0.start..<$0.end) })
        #expect(union.flatMap { Array($0.start..<$0.end) } == covered.sorted(), "seed \(seed)")
        #expect(zip(union, union.dropFirst()).allSatisfy { $0.end < $1.start }, "seed \(seed)")
    }
}
