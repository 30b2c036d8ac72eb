import ConversationModel
import Evaluation
import Testing

/// Keywords that count wherever they stand, beside others of the same condition that allow-phrases or word ends keep out.
struct CertainKeywordTests {
    private static let keywords = #""keywords": ["退款", "赔", "ok"], "allow": ["不退款", "退款险"], "boundary": "auto""#
    /// Texts with whether the keywords count in them: 赔 is certain, the others are looked at.
    private static let texts: [(text: String, counts: Bool)] = [
        ("给您退款", true), ("不退款", false), ("不退款也赔您", true), ("退款险", false), ("book", false), ("ok的", true),
        ("book，赔", true), ("赔book", true), ("退款险和退款", true), ("好的", false), ("赔不退款", true),
    ]

    /// So many messages, the texts in turn.
    private func talk(_ count: Int) -> [Message] {
        (0..<count).map { WrittenRule.say(.agent, Self.texts[$0 % Self.texts.count].text, Int64($0)) }
    }

    private func expected(_ count: Int, _ counts: Bool = true) -> [Int?] {
        (0..<count).filter { Self.texts[$0 % Self.texts.count].counts == counts }
    }

    @Test("in short conversations and in those of more than 64 messages", arguments: [1, 11, 64, 65, 200])
    func byConversation(count: Int) throws {
        let plain = try WrittenRule(#"{"message": {"from": "agent", \#(Self.keywords)}}"#)
        #expect(try plain.anchors(talk(count), closed: 1000) == expected(count))
        let nested = try WrittenRule(
            #"{"message": {"from": "agent", "any": [{\#(Self.keywords)}, {"keywords": ["没有这样的话"]}]}}"#)
        #expect(try nested.anchors(talk(count), closed: 1000) == expected(count))
        let denied = try WrittenRule(#"{"message": {"from": "agent", "not": {\#(Self.keywords)}}}"#)
        #expect(try denied.anchors(talk(count), closed: 1000) == expected(count, false))
        let none = try WrittenRule(#"{"message": {"from": "agent", \#(Self.keywords), "match": "none"}}"#)
        #expect(try none.anchors(talk(count), closed: 1000) == expected(count, false))
    }

    @Test("where several of them must occur none is certain")
    func severalAreNeeded() throws {
        let both = try WrittenRule(#"{"message": {"from": "agent", \#(Self.keywords), "match": {"atLeast": 2}}}"#)
        let messages = ["赔", "赔退款", "赔不退款", "赔book", "ok赔"].enumerated().map {
            WrittenRule.say(.agent, $1, Int64($0))
        }
        #expect(try both.anchors(messages, closed: 1000) == [1, 4])
    }
}
