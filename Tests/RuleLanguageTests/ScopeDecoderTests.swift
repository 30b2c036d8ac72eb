import Diagnostics
import RuleLanguage
import Testing

@Suite struct ScopeDecoderTests {
    private let buyer = #"{"message": {"from": "buyer"}}"#
    private let agent = #"{"message": {"from": "agent"}}"#

    private func scope(_ condition: String) -> Scope? {
        guard case .scope(let scope)? = decodeWhen(condition).kind else { return nil }
        return scope
    }

    private func codes(_ body: String) -> [String] { decodeWhen(#"{"scope": \#(body)}"#).codes }

    @Test func readsEveryField() throws {
        let found = try #require(
            scope(
                #"{"scope": {"around": \#(buyer), "which": {"nth": 2}, "within": {"messages": 3, "time": "30s"}, "find": \#(agent)}}"#
            ))
        #expect(found.direction == .around)
        #expect(found.which == .nth(2))
        #expect(found.messages == 3)
        #expect(found.time == 30_000)
        #expect(scope(#"{"scope": {"after": \#(buyer), "which": "last", "find": \#(agent)}}"#)?.which == .last)
    }

    @Test func fillsInTheDefaults() throws {
        let found = try #require(scope(#"{"scope": {"before": \#(buyer), "find": \#(agent)}}"#))
        #expect(found.which == .each)
        #expect(found.messages == nil)
        #expect(found.time == nil)
    }

    @Test func takesParameters() {
        let result = decode(
            ruleText(
                when: #"{"scope": {"after": \#(buyer), "within": {"time": "${limit}"}, "find": \#(agent)}}"#,
                more: #""parameters": {"limit": {"type": "duration", "default": "20s"}}, "#))
        #expect(result.codes == [])
    }

    @Test func refusesWhatIsIncompleteOrContradicts() {
        #expect(codes(#"{"find": \#(agent)}"#) == ["missing-field"])
        #expect(codes(#"{"after": \#(buyer)}"#) == ["missing-field"])
        #expect(codes(#"{"after": \#(buyer), "before": \#(buyer), "find": \#(agent)}"#) == ["conflicting-fields"])
        #expect(codes(#"{"after": \#(buyer), "within": {}, "find": \#(agent)}"#) == ["missing-field"])
        #expect(codes(#"{"after": \#(buyer), "within": {"messages": 0}, "find": \#(agent)}"#) == ["out-of-range"])
        #expect(codes(#"{"after": \#(buyer), "which": 2, "find": \#(agent)}"#) == ["wrong-type"])
        #expect(codes(#"{"after": \#(buyer), "which": "frist", "find": \#(agent)}"#) == ["bad-value"])
        #expect(codes(#"{"arround": \#(buyer), "find": \#(agent)}"#) == ["unknown-field"])
        #expect(codes(#"{"after": \#(buyer), "expect": \#(agent)}"#) == ["missing-field", "unknown-field"])
    }

    @Test func refusesAnchorsAndFindingsThatAreNoMessages() {
        #expect(codes(#"{"after": {"not": \#(buyer)}, "find": \#(agent)}"#) == ["conflicting-fields"])
        let count = #"{"count": {"of": \#(buyer), "atMost": 2}}"#
        #expect(codes(#"{"after": \#(count), "find": \#(agent)}"#) == ["conflicting-fields"])
        let silence = #"{"silence": {"of": "agent", "min": "1m"}}"#
        #expect(codes(#"{"after": \#(silence), "find": \#(agent)}"#) == [])
        #expect(codes(#"{"after": \#(buyer), "find": \#(silence)}"#) == ["conflicting-fields"])
        #expect(codes(#"{"after": \#(buyer), "find": {"any": [\#(agent), \#(buyer)]}}"#) == [])
    }

    @Test func saysWhereItsKeysBelong() throws {
        let result = decode(ruleText(when: #"{"before": \#(buyer), "find": \#(agent)}"#))
        #expect(result.codes == ["unknown-field", "unknown-field"])
        #expect(result.diagnostics.first?.help?.english.contains("scope") == true)
    }

    @Test func digestsEveryField() {
        let bodies = [
            #"{"after": \#(buyer), "find": \#(agent)}"#, #"{"before": \#(buyer), "find": \#(agent)}"#,
            #"{"after": \#(agent), "find": \#(agent)}"#, #"{"after": \#(buyer), "find": \#(buyer)}"#,
            #"{"after": \#(buyer), "which": "first", "find": \#(agent)}"#,
            #"{"after": \#(buyer), "which": {"nth": 1}, "find": \#(agent)}"#,
            #"{"after": \#(buyer), "within": {"messages": 1}, "find": \#(agent)}"#,
            #"{"after": \#(buyer), "within": {"time": "1ms"}, "find": \#(agent)}"#,
        ]
        let digests = bodies.compactMap { decode(ruleText(when: #"{"scope": \#($0)}"#)).rule }.map { rulesDigest([$0]) }
        #expect(digests.count == bodies.count)
        #expect(Set(digests).count == bodies.count)
    }
}
