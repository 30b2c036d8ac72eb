import RuleLanguage
import Testing

@Suite struct SimilarDecoderTests {
    private func decoded(_ similar: String) -> (condition: SimilarCondition?, codes: [String]) {
        let result = decodeWhen(#"{"message": {"from": "agent", "similar": \#(similar)}}"#)
        guard case .message(let message)? = result.kind, case .similar(let similar)? = message.text?.kind else {
            return (nil, result.codes)
        }
        return (similar, result.codes)
    }

    @Test func readsSentencesAndFloor() {
        let both = SimilarCondition(texts: ["您好", "在吗"], floor: 80)
        #expect(decoded(#"{"to": ["您好", "在吗"], "floor": 80}"#).condition == both)
        #expect(decoded(#"{"to": "您好"}"#).condition == SimilarCondition(texts: ["您好"]))
        #expect(decodeWhen(#"{"message": {"any": [{"similar": {"to": "您好"}}, {"equals": "在"}]}}"#).codes == [])
    }

    @Test func refusesWhatCannotBeCompared() {
        #expect(decoded(#"{"floor": 80}"#).codes == ["missing-field"])
        #expect(decoded(#"{"to": []}"#).codes == ["empty-list"])
        #expect(decoded(#"{"to": ["好"]}"#).codes == ["out-of-range"])
        #expect(decoded(#"{"to": "您好", "floor": 0}"#).codes == ["out-of-range"])
        #expect(decoded(#"{"to": "您好", "flor": 50}"#).codes == ["unknown-field"])
        #expect(decoded(#""您好""#).codes == ["wrong-type"])
        let many = Array(repeating: #""您好""#, count: RuleLimits.sentences + 1).joined(separator: ",")
        #expect(decoded(#"{"to": [\#(many)]}"#).codes == ["limit"])
    }

    @Test func digestsSentencesAndFloor() {
        let bodies = [#"{"to": "您好"}"#, #"{"to": "你好"}"#, #"{"to": "您好", "floor": 61}"#, #"{"to": ["您好", "你好"]}"#]
        let digests = bodies.compactMap {
            decode(ruleText(when: #"{"message": {"similar": \#($0)}}"#)).rule
        }.map { rulesDigest([$0]) }
        #expect(Set(digests).count == bodies.count)
    }
}
