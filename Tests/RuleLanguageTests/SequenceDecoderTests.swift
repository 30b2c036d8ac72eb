import Diagnostics
import RuleLanguage
import Testing

@Suite struct SequenceDecoderTests {
    private func steps(_ steps: String...) -> String {
        #"{"sequence": {"steps": [\#(steps.joined(separator: ", "))]}}"#
    }

    private func step(_ name: String, _ more: String = "") -> String {
        #"{"name": "\#(name)", "message": {"from": "agent", "keywords": ["\#(name)词"]}\#(more)}"#
    }

    private func codes(_ when: String) -> [String] { decodeWhen(when).codes }

    @Test func readsEveryField() throws {
        let when = steps(
            step("甲"), step("乙", #", "within": {"time": "3m", "earliest": "1s", "messages": 4}, "optional": true"#),
            step("丙", #", "sameMessage": true, "unless": {"message": {"keywords": ["不用"]}}"#))
        guard case .sequence(let sequence)? = decodeWhen(when).kind else {
            Issue.record("\(codes(when))")
            return
        }
        #expect(sequence.steps.map(\.name) == ["甲", "乙", "丙"])
        let second = sequence.steps[1]
        #expect(second.time == 180_000)
        #expect(second.earliest == 1_000)
        #expect(second.messages == 4)
        #expect(sequence.steps.map(\.isOptional) == [false, true, false])
        #expect(sequence.steps.map(\.sharesMessage) == [false, false, true])
        guard case .unless = sequence.steps[2].condition.kind else {
            Issue.record("the exception is gone")
            return
        }
    }

    @Test func refusesWhatCannotBe() {
        #expect(codes(#"{"sequence": {}}"#) == ["missing-field"])
        #expect(codes(#"{"sequence": {"steps": []}}"#) == ["empty-list"])
        #expect(codes(#"{"sequence": [\#(step("甲"))]}"#) == ["wrong-type"])
        #expect(codes(steps(step("甲"))) == ["out-of-range"])
        #expect(codes(steps(step("甲"), #""乙""#)) == ["wrong-type"])
        let help = decode(ruleText(when: steps(step("甲"), #""乙""#))).diagnostics.first?.help
        #expect(help?.chinese.contains(#"{"name": "…", "message""#) == true)
        #expect(codes(steps(step("甲"), step("甲"))) == ["conflicting-fields"])
        #expect(codes(steps(step("甲", #", "sameMessage": true"#), step("乙"))) == ["conflicting-fields"])
        #expect(codes(steps(step("甲", #", "within": {"time": "1m"}"#), step("乙"))) == ["conflicting-fields"])
        #expect(codes(steps(step("甲"), step("乙", #", "optional": true"#))) == ["conflicting-fields"])
        #expect(codes(steps(step("甲"), step("乙", #", "within": {}"#))) == ["missing-field"])
        #expect(codes(steps(step("甲"), step("乙", #", "within": {"time": "0s"}"#))) == ["impossible-window"])
        #expect(
            codes(steps(step("甲"), step("乙", #", "within": {"time": "1s", "earliest": "2s"}"#))) == [
                "impossible-window"
            ])
        #expect(codes(steps(step("甲"), #"{"message": {"from": "agent"}}"#)) == ["missing-field"])
        #expect(codes(steps(step("甲"), #"{"name": "乙"}"#)) == ["missing-field"])
        let silence = #"{"name": "乙", "silence": {"of": "agent", "min": "1m"}}"#
        #expect(codes(steps(step("甲"), silence)) == ["conflicting-fields"])
        let many = (0...RuleLimits.steps).map { step("步骤\($0)") }.joined(separator: ", ")
        #expect(codes(#"{"sequence": {"steps": [\#(many)]}}"#) == ["limit"])
    }

    @Test func saysWhereStepsBelong() {
        let result = decode(ruleText(when: steps(step("甲"), step("乙")), more: #""steps": [], "#))
        #expect(result.codes == ["unknown-field"])
        #expect(result.diagnostics.first?.help?.english.contains("sequence") == true)
    }

    @Test func digestsAndComparesEveryField() {
        let bodies = [
            steps(step("甲"), step("乙")), steps(step("乙"), step("甲")), steps(step("甲"), step("丙"), step("乙")),
            steps(step("甲"), step("丁")), steps(step("甲", #", "optional": true"#), step("乙")),
            steps(step("甲"), step("乙", #", "sameMessage": true"#)),
            steps(step("甲"), step("乙", #", "within": {"time": "1m"}"#)),
            steps(step("甲"), step("乙", #", "within": {"earliest": "1m"}"#)),
            steps(step("甲"), step("乙", #", "within": {"messages": 2}"#)),
        ]
        let rules = bodies.compactMap { decode(ruleText(when: $0)).rule }
        #expect(rules.count == bodies.count)
        #expect(Set(rules.map { rulesDigest([$0]) }).count == bodies.count)
        for rule in rules.dropFirst() {
            #expect(RuleDiff(from: [rules[0]], to: [rule]).changed.count == 1)
        }
        let added = RuleDiff(from: [rules[0]], to: [rules[2]]).changed.first?.changes.map(\.path)
        #expect(added == ["when.sequence.steps[2]"])
    }
}
