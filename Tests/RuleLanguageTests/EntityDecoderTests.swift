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

    @Test("allowed phrases are written here or are words of a list")
    func allowedPhrases() throws {
        let found = try #require(entity(#"{"kinds": "phone", "allow": ["400-800-1234"]}"#))
        #expect(found.allow == ["400-800-1234"] && found.allowPlaces.count == 1)
        #expect(codes(#"{"kinds": "phone", "allow": []}"#) == ["empty-list"])
        #expect(codes(#"{"kinds": "phone", "allow": [" "]}"#) == ["out-of-range"])
        #expect(codes(#"{"kinds": "phone", "allow": "400-800-1234"}"#) == ["wrong-type"])
        let many = (0...1000).map { "\"\(13_800_000_000 + $0)\"" }.joined(separator: ",")
        #expect(codes(#"{"kinds": "phone", "allow": [\#(many)]}"#) == ["limit"])
        let rule = ruleText(when: #"{"message": {"from": "agent", "entity": {"kinds": "phone", "allow": ["@own"]}}}"#)
        let list = #"{"wordLists": {"own": {"words": ["400-800-1234", "021-62881234"]}}}"#
        let loaded = loadRules(files: [
            SourceFile(path: "a.json", bytes: Array(rule.utf8)), SourceFile(path: "b.json", bytes: Array(list.utf8)),
        ])
        guard case .message(let message)? = loaded.rules.first?.when.kind,
            case .entity(let shared)? = message.text?.kind
        else {
            Issue.record("no entity: \(loaded.diagnostics)")
            return
        }
        #expect(shared.allow == ["400-800-1234", "021-62881234"])
        #expect(shared.allowPlaces.map(\.path) == ["b.json", "b.json"])
    }

    @Test("the level is folded or evasion, of kinds that are found disguised, and the digest tells them apart")
    func levels() {
        #expect(entity(#"{"kinds": "phone", "fold": "evasion"}"#) == EntityCondition(kinds: [.phone], fold: .evasion))
        #expect(entity(#"{"kinds": "phone", "fold": "folded"}"#) == EntityCondition(kinds: [.phone]))
        #expect(codes(#"{"kinds": "phone", "fold": "exact"}"#) == ["bad-value"])
        #expect(codes(#"{"kinds": ["url", "date"], "fold": "evasion"}"#) == ["conflicting-fields"])
        #expect(codes(#"{"kinds": ["url", "bank-card"], "fold": "evasion"}"#) == [])
        func digest(_ json: String) -> String {
            let text = ruleText(when: #"{"message": {"from": "agent", "entity": \#(json)}}"#)
            return rulesDigest(loadRules(files: [SourceFile(path: "a.json", bytes: Array(text.utf8))]).rules)
        }
        let plain = digest(#""phone""#)
        #expect(plain == digest(#"{"kinds": "phone", "fold": "folded"}"#))
        #expect(plain != digest(#"{"kinds": "phone", "fold": "evasion"}"#))
    }

    @Test("a digest tells allowed phrases apart, and is as before without them")
    func digests() throws {
        func digest(_ json: String) -> String {
            let text = ruleText(when: #"{"message": {"from": "agent", "entity": \#(json)}}"#)
            return rulesDigest(loadRules(files: [SourceFile(path: "a.json", bytes: Array(text.utf8))]).rules)
        }
        let plain = digest(#"{"kinds": "phone"}"#)
        let allowing = digest(#"{"kinds": "phone", "allow": ["400-800-1234"]}"#)
        #expect(plain != allowing && allowing != digest(#"{"kinds": "phone", "allow": ["400-800-1235"]}"#))
        #expect(plain == digest(#""phone""#))
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
