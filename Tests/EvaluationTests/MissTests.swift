import ConversationModel
import Evaluation
import Testing

/// What a positive rule has missed whose `any` exposes one owner more than once.
struct MissTests {
    private static let declines = #"{"message": {"from": "agent", "keywords": ["没有货"]}}"#
    private static let duty = #"""
        {"after": \#(declines), "trigger": "each", "within": {"messages": 2},
         "expect": {"message": {"from": "agent", "keywords": ["推荐"]}}}
        """#
    private static let both = #"{"message": {"from": "agent", "keywords": ["缺货，换一款"]}}"#

    private func misses(_ when: String, _ messages: Message...) throws -> [Int?] {
        let rule = try WrittenRule(when, polarity: "positive")
        let found = try rule.findings(messages, closed: 4000)
        #expect(found.allSatisfy { $0.outcome == .missed })
        let session = try rule.session()
        var live = messages.flatMap { WrittenRule.asserted(session.observe($0)) }
        live += WrittenRule.asserted(session.close(at: WrittenRule.instant(4000), explicitly: true))
        #expect(live.map(\.anchor) == found.map(\.anchor))
        return found.map(\.anchor)
    }

    private func agent(_ text: String, _ seconds: Int64) -> Message { WrittenRule.say(.agent, text, seconds) }

    @Test("a duty that was missed is the only miss of whom a message of the same any exposes as well")
    func dutyBesideMessage() throws {
        let rule = #"{"any": [\#(MissTests.both), \#(MissTests.duty)]}"#
        let asked = WrittenRule.say(.buyer, "有吗", 0)
        #expect(try misses(rule, asked, agent("您好", 5), agent("没有货", 9), agent("嗯", 12), agent("好", 15)) == [2])
        #expect(
            try misses(rule, asked, agent("没有货", 9), agent("嗯", 12), agent("没有货", 40), agent("嗯", 45)) == [1, 3])
        // Without a duty the message is what was missed, once.
        #expect(try misses(rule, asked, agent("您好", 5), agent("有的", 9)) == [1])
    }

    @Test("a figure of the whole unit beside a message is no second miss")
    func measureBesideMessage() throws {
        let rule = #"{"any": [\#(MissTests.both), {"measure": {"of": "rounds", "min": 9}}]}"#
        #expect(try misses(rule, WrittenRule.say(.buyer, "有吗", 0), agent("您好", 5)).count == 1)
    }

    @Test("messages of two kinds are missed once, at the first")
    func twoPopulations() throws {
        let rule = #"{"any": [{"message": {"from": "agent", "kind": "image"}}, \#(MissTests.both)]}"#
        #expect(try misses(rule, agent("您好", 5), agent("嗯", 9)) == [0])
    }
}
