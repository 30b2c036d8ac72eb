import RuleLanguage
import Testing

@Suite struct EntityDecoderTests {
    private func entity(_ json: String) -> EntityCondition? {
        guard case .message(let message)? = decodeWhen(#"{"message": {"from": "agent", "entity": \#(json)}}"#).kind,
            case .entity(let entity)? = message.text?.kind
        else { return nil }
        return entity
    }

    private func codes(_ json: String) -> [String] {
        decodeWhen(#"{"message": {"from": "agent", "entity": \#(json)}}"#).codes
    }

    @Test("one kind, several, and the long form")
    func forms() {
        #expect(entity(#""phone""#) == EntityCondition(kinds: [.phone]))
        #expect(entity(#"["url", "email", "url"]"#) == EntityCondition(kinds: [.email, .url]))
        #expect(
            entity(#"{"kinds": "url", "allowedDomains": ["Tmall.com"], "probable": true}"#)
                == EntityCondition(kinds: [.url], allowedDomains: ["tmall.com"], includesProbable: true))
    }

    @Test("wrong words, types and companions are named")
    func faults() {
        #expect(codes(#""fone""#) == ["bad-value"])
        #expect(codes("7") == ["wrong-type"])
        #expect(codes(#"{"allowedDomains": ["a.cn"]}"#) == ["missing-field"])
        #expect(codes(#"{"kinds": "phone", "allowedDomains": ["a.cn"]}"#) == ["conflicting-fields"])
        #expect(codes("[]") == ["empty-list"])
    }
}
