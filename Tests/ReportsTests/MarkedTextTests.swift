import ConversationModel
import TestSupport
import Testing

@testable import Reports

@Suite struct MarkedTextTests {
    @Test func marksAlternateWithPlainText() {
        let text = MarkedText("您加我微信吧", marks: [Span(3, 15)], limit: 100, lead: 10)
        #expect(text.pieces == ["您", "加我微信", "吧"])
    }

    @Test func aSpanInsideACharacterWidensToIt() {
        #expect(
            MarkedText("加微信", marks: [Span(4, 5)], limit: 100, lead: 0).pieces == ["加", "微", "信"])
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func anySpansGiveBackTheWholeText(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("加微a1😀é\u{301}，\n家")
        for _ in 0..<500 {
            let text = String(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    letters[Int.random(in: 0..<letters.count, using: &random)]
                })
            let marks = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Span(
                    Int.random(in: -9...70, using: &random), Int.random(in: -9...70, using: &random)
                )
            }
            let marked = MarkedText(text, marks: marks, limit: 1_000, lead: 5)
            #expect(marked.pieces.joined() == text, "seed \(seed)")
            #expect(marked.pieces.count % 2 == 1, "seed \(seed)")
        }
    }

    @Test func longTextsKeepTheMarkAndCountTheRest() {
        let text =
            String(repeating: "前", count: 5_000) + "微信" + String(repeating: "后", count: 5_000)
        let marked = MarkedText(text, marks: [Span(15_000, 15_006)], limit: 3_000, lead: 300)
        #expect(marked.pieces.count == 3)
        #expect(marked.pieces[1] == "微信")
        let kept = marked.pieces.joined()
        #expect(kept.utf8.count <= 3_000)
        #expect(marked.leftOutBefore + kept.unicodeScalars.count + marked.leftOutAfter == 10_002)
        #expect(marked.leftOutBefore == 4_900)
    }

    @Test func spansAtTheEdgesOfTheNumbersAreHarmless() {
        let marked = MarkedText(
            "abc", marks: [Span(.min, .max), Span(.max, .max)], limit: 2, lead: .max / 2)
        #expect(marked.pieces.joined() == "ab")
    }
}
