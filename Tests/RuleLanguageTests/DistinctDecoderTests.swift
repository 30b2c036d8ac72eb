import RuleLanguage
import Testing

@Suite struct DistinctDecoderTests {
    private let agent = #"{"message": {"from": "agent"}}"#

    @Test func readsDistinct() {
        let text = #"{"count": {"of": \#(agent), "distinct": true, "atLeast": 2}}"#
        guard case .count(let count)? = decodeWhen(text).kind else {
            Issue.record("no count")
            return
        }
        #expect(count.isDistinct)
        #expect(count.bound == .atLeast(2))
    }

    @Test func refusesWhatHasNoWords() {
        func codes(_ count: String) -> [String] { decodeWhen(#"{"count": \#(count)}"#).codes }
        #expect(codes(#"{"of": \#(agent), "distinct": true, "every": true}"#) == ["conflicting-fields"])
        #expect(codes(#"{"of": \#(agent), "distinct": true, "share": {"atLeast": 5}}"#) == ["conflicting-fields"])
        let silence = #"{"silence": {"of": "agent", "min": "1m"}}"#
        #expect(codes(#"{"of": \#(silence), "distinct": true, "atLeast": 2}"#) == ["conflicting-fields"])
        #expect(codes(#"{"of": \#(silence), "distinct": false, "atLeast": 2}"#) == [])
        #expect(codes(#"{"of": \#(agent), "distinct": 1, "atLeast": 2}"#) == ["wrong-type"])
    }

    @Test func changesTheDigest() {
        let bodies = ["true", "false"].compactMap {
            decode(ruleText(when: #"{"count": {"of": \#(agent), "distinct": \#($0), "atLeast": 2}}"#)).rule
        }
        #expect(Set(bodies.map { rulesDigest([$0]) }).count == 2)
    }
}
