import ConversationModel
import Diagnostics
import Evaluation
import Patterns
import RuleLanguage
import Testing

/// `fold` "evasion" in rules: what is seen through, what is not, and that a session sees the same.
struct EvasionTests {
    private func compiled(_ keywords: Keywords) throws -> CompiledRules {
        let when = Condition(
            .message(
                MessageCondition(
                    population: Population(speakers: [.agent]), text: TextCondition(.keywords(keywords)))))
        let rule = Rule(id: RuleID("evasion"), name: "变体", polarity: .negative, when: when)
        return try #require(
            RuleCompiler.compile(
                [rule], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
            ).rules)
    }

    private func marked(_ keywords: Keywords, in texts: [String]) throws -> [String] {
        let messages = texts.map { Message(speaker: .agent, agent: "甲", text: $0) }
        let findings = try Evaluator(compiled(keywords)).judge(Conversation(id: "c", messages: messages))
        return findings.flatMap { finding in
            finding.evidence.flatMap { evidence in
                evidence.spans.map { span in
                    String(decoding: Array(texts[evidence.message].utf8)[span.start..<span.end], as: UTF8.self)
                }
            }
        }
    }

    private let contact = Keywords(
        phrases: ["加微信", "微信号"], fold: .evasion, allow: ["微信公众号", "增加微信"])

    @Test("disguises are seen through, and the evidence is what was written")
    func seesThrough() throws {
        let texts = [
            "加微信", "加❤微❤信", "加 微*信", "加薇信", "加加微信", "加微\u{200B}信", "加·微·信吧", "微信號",
        ]
        #expect(
            try marked(contact, in: texts) == [
                "加微信", "加❤微❤信", "加 微*信", "加薇信", "加加微信", "加微\u{200B}信", "加·微·信", "微信號",
            ])
    }

    @Test("signs, pictures, components and letters are seen through, a plus that adds up is not")
    func seesThroughSpellings() throws {
        let texts = [
            "咨询➕薇❤信", "可以＋微信", "加wei信", "加微❤️，便宜", "カロ微亻讠", "加🐧12345678", "支付宝+微信都行", "HUAWEI信号不好", "加微波炉❤",
        ]
        let keywords = Keywords(phrases: ["加微信", "微信号", "加qq"], fold: .evasion)
        #expect(try marked(keywords, in: texts) == ["➕薇❤信", "＋微信", "加wei信", "加微❤️", "カロ微亻讠", "加🐧"])
    }

    @Test("what is innocent stays innocent")
    func leavesInnocentText() throws {
        let texts = ["关注微信公众号", "树立威信", "增加，微信支付", "价位信息", "加……微信", "加\n微信", "增加微信号"]
        #expect(try marked(contact, in: Array(texts.dropLast())).isEmpty)
        // The allow-phrase covers 加微信, not the account that is named beside it.
        #expect(try marked(contact, in: ["增加微信号"]) == ["微信号"])
        let number = Keywords(phrases: ["69"], fold: .evasion)
        #expect(try marked(number, in: ["695", "169", "6 9 5"]).isEmpty)
        // Prices go on behind their point, and words behind an apostrophe.
        #expect(try marked(number, in: ["69.5元", "13.69元", "￥0.69", "69,500", "1,069"]).isEmpty)
        #expect(try marked(number, in: ["69.", "加69,谢谢", "6.9"]) == ["69", "69", "6.9"])
        #expect(try marked(Keywords(phrases: ["sb"], fold: .evasion), in: ["sb's", "it's sb"]) == ["sb"])
        #expect(try marked(number, in: ["６⑨", "六九"]) == ["６⑨", "六九"])
    }

    @Test("a keyword of which nothing is left is refused")
    func refusesWhatVanishes() throws {
        let text =
            #"{"id": "r", "name": "规则", "polarity": "negative", "when": {"message": {"keywords": ["---", "❤️", "加微信"], "fold": "evasion"}}}"#
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(text.utf8)))
        let result = RuleCompiler.compile(
            file.rules, digest: "", table: Comparison.table, cache: DiskCache(directory: nil))
        #expect(result.rules == nil)
        #expect(result.diagnostics.map(\.code) == ["bad-value", "bad-value"])
    }

    @Test("homophones can be switched off")
    func withoutHomophones() throws {
        var keywords = contact
        keywords.homophones = false
        #expect(try marked(keywords, in: ["加薇信", "加 微 信"]) == ["加 微 信"])
    }

    @Test("at least, all and none count different keywords")
    func quantities() throws {
        var keywords = Keywords(phrases: ["加微信", "转账"], quantity: .all, fold: .evasion)
        #expect(try marked(keywords, in: ["加薇信", "加薇信，转 账"]) == ["加薇信", "转 账"])
        keywords.quantity = .none
        let texts = ["加薇信", "您好"].map { Message(speaker: .agent, agent: "甲", text: $0) }
        let findings = try Evaluator(compiled(keywords)).judge(Conversation(id: "c", messages: texts))
        #expect(findings.map(\.anchor) == [1])
    }
}
