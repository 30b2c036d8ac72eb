import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct FactDecoderTests {
    private func fact(_ body: String) -> FactCondition? {
        guard case .unit(.fact(let fact))? = decodeWhen(#"{"fact": \#(body)}"#).kind else { return nil }
        return fact
    }

    private func codes(_ body: String) -> [String] { decodeWhen(#"{"fact": \#(body)}"#).codes }

    @Test func readsEveryTest() {
        #expect(
            fact(#"{"name": "order.state", "in": ["paid", "待发货"]}"#)
                == FactCondition(.orderState, .oneOf([.text("paid"), .text("待发货")])))
        #expect(fact(#"{"name": "tag", "is": "vip"}"#) == FactCondition(.tag, .oneOf([.text("vip")])))
        #expect(
            fact(#"{"name": "order.amount", "min": 100, "max": 200}"#)
                == FactCondition(.orderAmount, .range(minimum: 100, maximum: 200)))
        #expect(
            fact(#"{"name": "previous.gap", "max": "2h"}"#)
                == FactCondition(.previousGap, .range(minimum: nil, maximum: 7_200_000)))
        #expect(
            fact(#"{"name": "attributes.level", "in": [3, true, "三"]}"#)
                == FactCondition(.attribute("level"), .oneOf([.number(3), .flag(true), .text("三")])))
        #expect(fact(#"{"name": "order.phone", "present": true}"#) == FactCondition(.orderPhone, .present))
        // Ids are texts, however an export writes them.
        #expect(fact(#"{"name": "order.id", "is": 7}"#) == FactCondition(.orderID, .oneOf([.text("7")])))
    }

    @Test(arguments: [
        (#"{"name": "order.status", "is": "paid"}"#, ["bad-value"]), (#"{"name": "tag"}"#, ["missing-field"]),
        (#"{"is": "vip"}"#, ["missing-field"]), (#"{"name": "tag", "min": 1}"#, ["conflicting-fields"]),
        (#"{"name": "tag", "is": "a", "in": ["b"]}"#, ["conflicting-fields"]),
        (#"{"name": "order.phone", "is": "138"}"#, ["conflicting-fields"]),
        (#"{"name": "previous.gap", "min": "2h", "max": "1h"}"#, ["impossible-window"]),
        (#"{"name": "order.amount", "is": "many"}"#, ["wrong-type"]),
        (#"{"name": "order.amount", "min": 1.5}"#, ["wrong-type"]),
        (#"{"name": "tag", "present": false}"#, ["bad-value"]), (#"{"name": "tag", "in": []}"#, ["empty-list"]),
    ])
    func saysWhatIsWrong(body: String, codes: [String]) {
        #expect(self.codes(body) == codes)
    }

    @Test("what cannot be asked of a fact is said once, and never answered with its opposite")
    func oneErrorForOneMistake() {
        #expect(codes(#"{"name": "order.createdAt", "min": "2h"}"#) == ["conflicting-fields"])
        let help = decode(ruleText(when: #"{"fact": {"name": "tag", "present": false}}"#)).diagnostics.first?.help
        #expect(help?.english.hasPrefix("remove the condition") == true)
    }

    @Test func examplesStateFactsFirst() throws {
        let text = ruleText(
            when: #"{"fact": {"name": "order.state", "is": "paid"}}"#,
            examples:
                #"{"hit": [[{"facts": {"orders": [{"state": "paid", "paidAt": "1h"}], "tags": [], "previous": {"gap": "3h", "agent": "客服B"}, "attributes": {"级": 2}}}, {"buyer": "在"}]], "clean": []}"#
        )
        let facts = try #require(decode(text).rule?.examples.hit.first?.conversation.facts)
        let start = Instant(milliseconds: 1_772_416_800_000)
        #expect(facts.orders == [Facts.Order(state: "paid", paidAt: start.advanced(by: -3_600_000))])
        #expect(facts.tags == [])
        #expect(facts.previous == .ended(start.advanced(by: -3 * 3_600_000), agent: "客服B"))
        #expect(facts.attributes == ["级": .number(2)])
    }

    @Test func factsThatStandElsewhereAreNoExample() {
        let text = ruleText(
            when: #"{"message": {}}"#,
            examples: #"{"hit": [[{"buyer": "在"}, {"facts": {"tags": []}}]], "clean": []}"#)
        #expect(decode(text).codes.contains("bad-example"))
    }
}
