import Diagnostics
import RuleLanguage
import Testing

@Suite struct PromiseDecoderTests {
    private func when(_ within: String, more: String = "") -> String {
        #"""
        {"after": {"message": {"from": "agent"}}, "expect": {"message": {"from": "agent"}}, "report": "missed", "within": \#(within)\#(more)}
        """#
    }

    private func expectation(_ within: String) -> RuleLanguage.Expectation? {
        guard case .expectation(let plan)? = decodeWhen(when(within)).kind else { return nil }
        return plan
    }

    private func codes(_ within: String, more: String = "") -> [String] {
        decodeWhen(when(within, more: more)).codes
    }

    @Test func readsPromisesAndCaps() throws {
        let plan = try #require(
            expectation(#"{"time": "promised", "vague": {"马上": "3m", "一会儿": "10m"}, "cap": "1h"}"#))
        #expect(plan.time == nil)
        #expect(
            plan.promise == Promise(words: [Promise.Word("一会儿", limit: 600_000), Promise.Word("马上", limit: 180_000)]))
        #expect(plan.cap == 3_600_000)
        #expect(expectation(#"{"time": "promised"}"#)?.promise == Promise())
        #expect(expectation(#"{"time": "3m"}"#)?.promise == nil)
    }

    @Test func refusesWhatSaysNothingOrCannotBe() {
        #expect(codes(#"{"time": "3m", "vague": {"马上": "3m"}}"#) == ["missing-field"])
        #expect(codes(#"{"time": "promised", "vague": {}}"#) == ["empty-list"])
        #expect(codes(#"{"time": "promised", "vague": ["马上"]}"#) == ["wrong-type"])
        #expect(codes(#"{"time": "promised", "vague": {"马上": "0s"}}"#) == ["out-of-range"])
        #expect(codes(#"{"time": "promised", "vague": {"": "3s"}}"#) == ["out-of-range"])
        #expect(codes(#"{"time": "promised", "vague": {"马上": "三分钟"}}"#) == ["bad-duration"])
        #expect(codes(#"{"time": "promised", "vague": {"马上": "1s", "马上": "2s"}}"#) == ["duplicate-key"])
        #expect(codes(#"{"time": "3m", "cap": "2m"}"#) == ["impossible-window"])
        #expect(codes(#"{"time": "3m", "cap": "3m"}"#) == [])
        #expect(codes(#"{"cap": "3m"}"#) == ["missing-field"])
        #expect(codes(#"{"messages": 2, "cap": "0s"}"#) == ["out-of-range"])
    }

    @Test func aRestartNeedsATime() {
        let restart = #", "onTransfer": "restart""#
        #expect(codes(#"{"messages": 2}"#, more: restart) == ["conflicting-fields"])
        #expect(codes(#"{"time": "2m"}"#, more: restart) == [])
        #expect(codes(#"{"time": "promised"}"#, more: restart) == [])
    }

    @Test func digestsAndDiffsEveryField() {
        let bodies = [
            #"{"time": "3m"}"#, #"{"time": "promised"}"#, #"{"time": "promised", "vague": {"马上": "3m"}}"#,
            #"{"time": "promised", "vague": {"马上": "4m"}}"#, #"{"time": "3m", "cap": "4m"}"#,
        ]
        let rules = bodies.compactMap { decode(ruleText(when: when($0))).rule }
        #expect(rules.count == bodies.count)
        #expect(Set(rules.map { rulesDigest([$0]) }).count == bodies.count)
        for rule in rules.dropFirst() {
            #expect(RuleDiff(from: [rules[0]], to: [rule]).changed.count == 1)
        }
    }
}
