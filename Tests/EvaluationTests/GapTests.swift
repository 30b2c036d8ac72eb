import ConversationModel
import Diagnostics
import Evaluation
import Testing

/// Gaps between messages, case by case.
struct GapTests {
    private func say(_ speaker: Speaker, _ seconds: Int64, by agent: String = "甲") -> Message {
        WrittenRule.say(speaker, "话", seconds, by: agent)
    }

    private func gap(_ more: String) throws -> WrittenRule {
        try WrittenRule(#"{"gap": {"of": "agent", \#(more), "min": "60s"}}"#)
    }

    @Test("previous: a message of the buyer begins the measure anew; first-unanswered: it does not")
    func isMeasuredFromWhereItSays() throws {
        let messages = [say(.buyer, 0), say(.buyer, 40), say(.agent, 80), say(.buyer, 90), say(.agent, 150)]
        #expect(try gap(#""after": "buyer""#).anchors(messages, closed: 200) == [3])
        #expect(try gap(#""after": "buyer", "since": "first-unanswered""#).anchors(messages, closed: 200) == [0, 3])
    }

    @Test("the bounds are inclusive, and with a longest one the side must come back")
    func boundsAreInclusive() throws {
        let rule = try WrittenRule(#"{"gap": {"of": "agent", "after": "buyer", "min": "60s", "max": "90s"}}"#)
        #expect(try rule.anchors([say(.buyer, 0), say(.agent, 60)], closed: 500) == [0])
        #expect(try rule.anchors([say(.buyer, 0), say(.agent, 90)], closed: 500) == [0])
        #expect(try rule.anchors([say(.buyer, 0), say(.agent, 91)], closed: 500) == [])
        #expect(try rule.anchors([say(.buyer, 0), say(.agent, 59)], closed: 500) == [])
        #expect(try rule.anchors([say(.buyer, 0)], closed: 500) == [])
        // The buyer is back, not the agent.
        #expect(try rule.anchors([say(.buyer, 0), say(.buyer, 70), say(.agent, 75)], closed: 500) == [])
    }

    @Test("a side may be measured against itself")
    func sameSpeaker() throws {
        let messages = [say(.buyer, 0), say(.agent, 10), say(.agent, 80), say(.buyer, 81), say(.agent, 200)]
        #expect(try gap(#""after": "agent""#).anchors(messages, closed: 210) == [1])
    }

    @Test("what nobody says is decided when the least length has passed, and charged to the debtor then")
    func isTimely() throws {
        let session = try gap(#""after": "buyer""#).session(groups: ["售后组"])
        _ = session.observe(say(.buyer, 0))
        #expect(session.nextDeadline == WrittenRule.instant(60).advanced(by: 1))
        #expect(WrittenRule.asserted(session.advance(to: WrittenRule.instant(60))).isEmpty)
        let found = WrittenRule.asserted(session.advance(to: WrittenRule.instant(60).advanced(by: 1)))
        #expect(found.map(\.anchor) == [0])
        #expect(found.first?.owner == .unassigned)
        #expect(found.first?.gap == 60_000)
    }

    @Test("in a conversation without times a gap is not evaluated")
    func withoutTimes() throws {
        let messages = [WrittenRule.say(.buyer, "在吗", nil), WrittenRule.say(.agent, "在", nil)]
        #expect(try gap(#""after": "buyer""#).outcomes(messages) == ["notEvaluated"])
    }

    @Test func explainsTheLongestStretch() throws {
        let reason = try gap(#""after": "buyer""#).reason([say(.buyer, 0), say(.agent, 42)], closed: 50)
        #expect(reason.english.contains("the longest silence is 42 s after #0"))
        #expect(reason.chinese.contains("买家每条消息之后，客服 60 s 以上没有说话"))
    }
}
