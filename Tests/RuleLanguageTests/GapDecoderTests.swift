import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct GapDecoderTests {
    private func gap(_ body: String) -> Gap? {
        guard case .gap(let gap)? = decodeWhen(#"{"gap": \#(body)}"#).kind else { return nil }
        return gap
    }

    private func codes(_ body: String) -> [String] { decodeWhen(#"{"gap": \#(body)}"#).codes }

    @Test func readsEveryField() {
        let body = #"{"of": "agent", "after": ["buyer", "bot"], "since": "first-unanswered", "min": "3m", "max": "1h"}"#
        #expect(
            gap(body)
                == Gap(
                    of: .agent, after: [.buyer, .assistant], since: .firstUnanswered, minimum: 180_000,
                    maximum: 3_600_000))
    }

    @Test func isMeasuredFromTheMessageBeforeOfAnybodyElse() throws {
        let found = try #require(gap(#"{"of": "buyer", "min": "1s"}"#))
        #expect(found.after == [.agent, .assistant])
        #expect(found.since == .previous)
        #expect(found.maximum == nil)
    }

    @Test func refusesWhatCannotBe() {
        #expect(codes(#"{"min": "1s"}"#) == ["missing-field"])
        #expect(codes(#"{"of": "agent"}"#) == ["missing-field"])
        #expect(codes(#"{"of": "system", "min": "1s"}"#) == ["bad-value"])
        #expect(codes(#"{"of": "agent", "after": [], "min": "1s"}"#) == ["empty-list"])
        #expect(codes(#"{"of": "agent", "min": "0s"}"#) == ["out-of-range"])
        #expect(codes(#"{"of": "agent", "min": "2s", "max": "1s"}"#) == ["impossible-window"])
        #expect(codes(#"{"of": "agent", "after": "agent", "min": "2s"}"#) == [])
        #expect(
            codes(#"{"of": "agent", "after": "agent", "since": "first-unanswered", "min": "2s"}"#)
                == ["conflicting-fields"])
    }

    @Test func digestsAndDiffsEveryField() {
        let bodies = [
            #"{"of": "agent", "min": "1s"}"#, #"{"of": "buyer", "min": "1s"}"#,
            #"{"of": "agent", "after": "buyer", "min": "1s"}"#,
            #"{"of": "agent", "since": "first-unanswered", "min": "1s"}"#, #"{"of": "agent", "min": "2s"}"#,
            #"{"of": "agent", "min": "1s", "max": "2s"}"#,
        ]
        let rules = bodies.compactMap { decode(ruleText(when: #"{"gap": \#($0)}"#)).rule }
        #expect(rules.count == bodies.count)
        #expect(Set(rules.map { rulesDigest([$0]) }).count == bodies.count)
        for rule in rules.dropFirst() {
            #expect(RuleDiff(from: [rules[0]], to: [rule]).changed.count == 1)
        }
    }
}
