import ConversationModel
import TestSupport
import Testing

struct WaitTrackerTests {
    private func tracker(_ events: [(Speaker, Bool, MessageKind, Bool, Int64)]) -> WaitTracker {
        var tracker = WaitTracker()
        for (speaker, isAutomatic, kind, needsAnswer, time) in events {
            tracker.observe(
                speaker: speaker, isAutomatic: isAutomatic, kind: kind, needsAnswer: needsAnswer,
                at: Instant(milliseconds: time))
        }
        return tracker
    }

    @Test("a wait begins at the first unanswered question and only a human agent ends it")
    func waitsBeginAndEnd() {
        let asked = [(Speaker.buyer, false, MessageKind.text, true, Int64(1)), (.buyer, false, .text, true, 2)]
        #expect(tracker([]).openSince == nil)
        #expect(tracker([(.buyer, false, .text, false, 1)]).openSince == nil)
        #expect(tracker(asked).openSince?.milliseconds == 1)
        for (speaker, isAutomatic, kind) in [
            (Speaker.agent, true, MessageKind.text), (.assistant, false, .text), (.system, false, .text),
            (.agent, false, .recall), (.agent, false, .transfer), (.agent, false, .event),
        ] {
            #expect(tracker(asked + [(speaker, isAutomatic, kind, false, 3)]).openSince?.milliseconds == 1)
        }
        for kind in [MessageKind.text, .image, .card, .other] {
            #expect(tracker(asked + [(.agent, false, kind, false, 3)]).openSince == nil)
        }
        #expect(
            tracker(asked + [(.agent, false, .text, false, 3), (.buyer, false, .image, true, 4)])
                .openSince?.milliseconds == 4)
    }

    @Test("silence closes later while a wait is open")
    func silenceClosesLater() {
        let last = Instant(milliseconds: 1_000)
        let policy = TimePolicy(closeAfter: 10, closeAfterOpenWait: 70)
        #expect(tracker([]).closeInstant(after: last, policy: policy).milliseconds == 1_010)
        #expect(
            tracker([(.buyer, false, .text, true, 1)]).closeInstant(after: last, policy: policy).milliseconds == 1_070)
    }

    @Test("looking from the end equals folding from the start", arguments: 0..<200 as Range<UInt64>)
    func lookingFromTheEndEqualsFolding(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let question = Array("在吗".utf8)
        let thanks = Array("谢谢".utf8)
        question.withUnsafeBufferPointer { question in
            thanks.withUnsafeBufferPointer { thanks in
                let table = MessageTable()
                let count = Int.random(in: 0...12, using: &random)
                table.reserve(count)
                for i in 0..<count {
                    table.append(
                        time: Int64(i), speaker: UInt8.random(in: 0..<4, using: &random),
                        kind: UInt8.random(in: 0...10, using: &random), isAutomatic: Bool.random(using: &random),
                        agent: 0, assignment: OwnerNumber.none, position: Int32(i),
                        text: Bool.random(using: &random) ? question : thanks, id: thanks)
                }
                let lower = Int.random(in: 0...count, using: &random)
                let range = lower..<Int.random(in: lower...count, using: &random)
                var folded = WaitTracker()
                for i in range {
                    folded.observe(
                        speaker: Speaker(rawValue: table.speakers[i]) ?? .system, isAutomatic: table.automatic[i],
                        kind: MessageKind(rawValue: table.kinds[i]) ?? .other,
                        needsAnswer: table.texts[i].elementsEqual(question),
                        at: Instant(milliseconds: table.times[i]))
                }
                let isOpen = WaitTracker.isOpen(after: range, of: table) { text, _ in text.elementsEqual(question) }
                #expect(isOpen == (folded.openSince != nil), "seed \(seed)")
            }
        }
    }
}
