import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct RuleExampleTests {
    private func examples(_ lists: String, when: String = #"{"message": {}}"#) -> Examples {
        decode(
            """
            {"id": "r", "name": "测", "polarity": "negative", "when": \(when), "examples": \(lists)}
            """
        ).rule?.examples ?? Examples()
    }

    private let start = Instant(milliseconds: 1_772_416_800_000)

    @Test func readsAConversationWithItsTimes() throws {
        let lists = """
            {"hit": [[{"buyer": "在吗"}, {"agent": "⟦您好⟧，亲⟦在⟧", "after": "12s"},
             {"bot": "稍等", "auto": true}, {"agent": "好", "by": "客服B", "after": "1m"}, {"close": "5m"}]]}
            """
        let example = try #require(examples(lists).hit.first)
        let conversation = example.conversation
        #expect(conversation.id == "example")
        #expect(conversation.shop == "shop" && conversation.buyer == "buyer")
        #expect(conversation.messages.map(\.speaker) == [.buyer, .agent, .assistant, .agent])
        #expect(conversation.messages.map(\.agent) == [nil, "客服A", nil, "客服B"])
        #expect(conversation.messages[1].text == "您好，亲在")
        #expect(conversation.messages[2].isAutomatic)
        let times = conversation.messages.map {
            $0.time.map { $0.milliseconds - start.milliseconds }
        }
        #expect(times == [0, 12_000, 13_000, 73_000])
        #expect(conversation.closedAt == start.advanced(by: 373_000))
        #expect(example.marks == [1: [Span(0, 6), Span(12, 15)]])
    }

    @Test func readsTransfersAndEvents() throws {
        let lists = """
            {"clean": [[{"kind": "transfer", "to": "客服B"}, {"event": {"type": "assigned", "value": "客服B"}},
             {"system": "转接中", "agent": "客服A", "kind": "transfer", "to": "售后"}]]}
            """
        let messages = try #require(examples(lists).clean.first).conversation.messages
        #expect(messages.map(\.kind) == [.transfer, .event, .transfer])
        #expect(messages.map(\.speaker) == [.system, .system, .system])
        #expect(messages[0].transferTarget == "客服B")
        #expect(messages[1].eventType == "assigned" && messages[1].eventValue == "客服B")
        #expect(messages[2].agent == "客服A")
    }

    @Test("a message of two speakers is an error, and not one that names an agent")
    func twoSpeakers() {
        for message in [#"{"buyer": "x", "agent": "滚蛋"}"#, #"{"assistant": "x", "agent": "客服A"}"#] {
            let text =
                #"{"id": "r", "name": "测", "polarity": "negative", "when": {"message": {}}, "#
                + #""examples": {"hit": [[\#(message)]]}}"#
            #expect(decode(text).diagnostics.contains { $0.code == "bad-example" }, "\(message)")
        }
    }

    @Test(arguments: [
        (#"{"message": {}}"#, Speaker.agent, false),
        (#"{"message": {"from": "buyer"}}"#, .buyer, false),
        (#"{"message": {"from": ["assistant", "buyer"]}}"#, .assistant, false),
        (#"{"message": {"from": "agent", "auto": "only"}}"#, .agent, true),
        (#"{"not": {"message": {"from": "system"}}}"#, .system, false),
        (
            #"{"all": [{"not": {"message": {"from": "agent"}}}, {"message": {"from": "buyer"}}]}"#,
            .buyer, false
        ),
        (
            #"{"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}}}"#,
            .agent, false
        ),
    ])
    func givesABareStringToTheSubject(_ when: String, _ speaker: Speaker, _ isAutomatic: Bool)
        throws
    {
        let example = try #require(examples(#"{"hit": ["⟦甲⟧乙"]}"#, when: when).hit.first)
        let message = try #require(example.conversation.messages.first)
        #expect(message.speaker == speaker)
        #expect(message.isAutomatic == isAutomatic)
        #expect(message.agent == (speaker == .agent ? "客服A" : nil))
        #expect(message.text == "甲乙" && message.time == start)
        #expect(example.marks == [0: [Span(0, 3)]])
    }

    @Test func keepsNoMarksWhereNoneIsMade() throws {
        let lists = #"{"hit": ["一"], "clean": ["二"], "notApplicable": [[{"buyer": "三"}]]}"#
        let read = examples(lists)
        #expect(read.hit.first?.marks == nil)
        #expect(read.clean.count == 1 && read.notApplicable.count == 1)
    }
}
