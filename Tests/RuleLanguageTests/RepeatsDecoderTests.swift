import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct RepeatsDecoderTests {
    private func decoded(_ repeats: String) -> (plan: Repeats?, codes: [String]) {
        let result = decodeWhen(#"{"message": {"from": "agent", "repeats": \#(repeats)}}"#)
        guard case .message(let message)? = result.kind else { return (nil, result.codes) }
        return (message.repeats, result.codes)
    }

    @Test func readsEveryField() {
        let text = #"""
            {"of": "side", "similarity": 80, "lookBack": 10, "times": 3, "minLength": 5, "minGap": "3s", "allow": ["好的"]}
            """#
        let plan = Repeats(
            of: .side, similarity: 80, lookBack: 10, times: 3, minimumLength: 5, minimumGap: 3_000, allow: ["好的"])
        #expect(decoded(text).plan == plan)
        #expect(decoded("{}").plan == Repeats())
        #expect(decoded(#"{"of": "bot"}"#).plan?.of == .speaker(.assistant))
    }

    @Test func refusesWhatIsOutOfRange() {
        #expect(decoded(#"{"similarity": 101}"#).codes == ["out-of-range"])
        #expect(decoded(#"{"lookBack": 201}"#).codes == ["out-of-range"])
        #expect(decoded(#"{"times": 1}"#).codes == ["out-of-range"])
        #expect(decoded(#"{"times": 4, "lookBack": 2}"#).codes == ["impossible-window"])
        #expect(decoded(#"{"minGap": "3"}"#).codes == ["bad-duration"])
        #expect(decoded(#"{"of": "slef"}"#).codes == ["bad-value"])
        #expect(decoded(#"{"simmilarity": 80}"#).codes == ["unknown-field"])
        #expect(decoded(#""self""#).codes == ["wrong-type"])
        let nested = #"{"message": {"any": [{"repeats": {}}]}}"#
        #expect(decodeWhen(nested).codes == ["unknown-field"])
        let exception = #"{"message": {"from": "agent", "keywords": ["傻瓜"], "unless": {"repeats": {"of": "buyer"}}}}"#
        let help = decode(ruleText(when: exception)).diagnostics.compactMap(\.help)
        #expect(help.contains { $0.english.contains("whole message") && $0.chinese.contains("豁免整个会话") }, "\(help)")
    }

    @Test func digestsEveryField() {
        let bodies = [
            "{}", #"{"of": "side"}"#, #"{"of": "agent"}"#, #"{"similarity": 61}"#, #"{"lookBack": 21}"#,
            #"{"times": 3}"#, #"{"minLength": 1}"#, #"{"minGap": "1s"}"#, #"{"allow": ["好的"]}"#,
        ]
        let digests = bodies.compactMap {
            decode(ruleText(when: #"{"message": {"repeats": \#($0)}}"#)).rule
        }.map { rulesDigest([$0]) }
        #expect(Set(digests).count == bodies.count)
    }
}
