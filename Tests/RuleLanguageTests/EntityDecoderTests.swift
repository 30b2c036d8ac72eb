import Diagnostics
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

    @Test(
        "an allowed domain is the bare name, and the help says which",
        arguments: [
            ("https://item.taobao.com/a?b=1", "write 'item.taobao.com': it covers everything below it"),
            ("*.taobao.com", "write 'taobao.com': it covers everything below it"),
            ("taobao.com/shop", "write 'taobao.com': it covers everything below it"),
            ("taobao.com:8080", "write 'taobao.com': it covers everything below it"),
            ("*", "every link would be allowed: leave 'url' out of the kinds instead"),
            ("淘 宝", "write it like taobao.com"),
        ])
    func allowedDomains(domain: String, help: String) {
        let when = #"{"message": {"from": "agent", "entity": {"kinds": "url", "allowedDomains": ["\#(domain)"]}}}"#
        let found = decode(ruleText(when: when)).diagnostics
        #expect(found.map(\.code) == ["bad-value"])
        #expect(found.first?.help?.english == help)
    }

    @Test("names of domains in other scripts are domains", arguments: ["例子.中国", "a-b.co.uk", "localhost", "10.0.0.1"])
    func otherDomains(domain: String) {
        #expect(codes(#"{"kinds": "url", "allowedDomains": ["\#(domain)"]}"#) == [])
    }
}
