import ConversationModel
import Testing

@testable import Evaluation

/// Ids tell findings of one conversation apart, whatever its messages have in common.
struct IdentityTests {
    private func ids(_ messages: [Message]) throws -> [String] {
        try WrittenRule(#"{"message": {"from": "agent", "keywords": ["加微信"]}}"#).findings(messages).map(\.id)
    }

    @Test("equal messages without times stand apart, be others between them or not")
    func withoutTimes() throws {
        let (plain, timed) = (WrittenRule.say(.agent, "加微信", nil), WrittenRule.say(.agent, "好", 5))
        for messages in [
            [plain, timed, plain], [plain, plain, timed, plain],
            [WrittenRule.say(.agent, "加微信", 5), plain, WrittenRule.say(.agent, "加微信", 5)],
            Array(repeating: plain, count: 1_200),
        ] {
            let found = try ids(messages)
            #expect(Set(found).count == found.count && found.count == messages.count { $0.text == "加微信" })
        }
    }

    @Test("a thousand equal messages of one instant stand apart, and the first keep the ids that they have alone")
    func oneInstant() throws {
        let one = WrittenRule.say(.agent, "加微信", 5)
        let many = try ids(Array(repeating: one, count: 1_200) + [WrittenRule.say(.buyer, "在吗", 6)])
        #expect(Set(many).count == 1_200)
        #expect(try ids(Array(repeating: one, count: 150)) == Array(many.prefix(150)))
    }

    @Test("a hundred thousand of them are told apart in time that grows with their number", .timeLimit(.minutes(1)))
    func many() throws {
        let messages = Array(repeating: WrittenRule.say(.agent, "加微信", nil), count: 100_000)
        #expect(Set(try ids(messages)).count == 100_000)
    }
}
