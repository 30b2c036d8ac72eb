import ConversationModel
import Diagnostics
import Evaluation
import Patterns
import RuleLanguage
import Testing

/// `entity` in rules: which kinds hit, what is left out, and where the evidence stands.
struct EntityTests {
    private func findings(_ entity: EntityCondition, in text: String) throws -> [Finding] {
        let when = Condition(
            .message(
                MessageCondition(
                    population: Population(speakers: [.agent]), text: TextCondition(.entity(entity)))))
        let rule = Rule(id: RuleID("entity"), name: "实体", polarity: .negative, when: when)
        let compiled = try #require(
            RuleCompiler.compile(
                [rule], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
            ).rules)
        let message = Message(speaker: .agent, agent: "甲", text: text)
        return try Evaluator(compiled).judge(Conversation(id: "c", messages: [message]))
    }

    private func marked(_ entity: EntityCondition, in text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try findings(entity, in: text).flatMap { $0.evidence.flatMap(\.spans) }.map {
            String(decoding: bytes[$0.start..<$0.end], as: UTF8.self)
        }
    }

    @Test("the evidence is the entity as it was written")
    func evidenceIsTheOriginal() throws {
        #expect(try marked(EntityCondition(kinds: [.phone]), in: "打１３８００１３８０００吧") == ["１３８００１３８０００"])
        #expect(try marked(EntityCondition(kinds: [.wechatID]), in: "加微信：ab_cd1234 哦") == ["ab_cd1234"])
    }

    @Test("a number without its check digit is no card")
    func checkDigitsCount() throws {
        #expect(try findings(EntityCondition(kinds: [.identityCard]), in: "11010519491231002X").count == 1)
        #expect(try findings(EntityCondition(kinds: [.identityCard]), in: "110105194912310021").isEmpty)
        #expect(try findings(EntityCondition(kinds: [.bankCard]), in: "4111111111111111").count == 1)
        #expect(try findings(EntityCondition(kinds: [.bankCard]), in: "4111111111111112").isEmpty)
    }

    @Test("links to allowed domains and below do not count, look-alikes do")
    func allowedDomains() throws {
        let outside = EntityCondition(kinds: [.url], allowedDomains: ["taobao.com"])
        #expect(try findings(outside, in: "看 https://item.taobao.com/x?id=1").isEmpty)
        #expect(try findings(outside, in: "看 https://taobao.com").isEmpty)
        #expect(try findings(outside, in: "看 https://nottaobao.com/x").count == 1)
        #expect(try findings(outside, in: "看 http://taobao.com.evil.cn/").count == 1)
    }

    @Test(
        "at level evasion numbers count in any digits and in pieces, and the evidence is what was written",
        arguments: [
            ("打壹叁捌零零一三⑧〇00吧", ["壹叁捌零零一三⑧〇00"]), ("１３８❤１２３４❤５６７８", ["１３８❤１２３４❤５６７８"]),
            ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", ["1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8"]),
            ("加🐧：❶❷❸❹❺❻ 或 13800138000", ["❶❷❸❹❺❻", "13800138000"]), ("店里热线一三八〇〇一三八〇〇〇", []),
            ("一共一百三十八块，三天内到，一起下单吧", []), ("13.5 18.5 19.9 20", []),
        ] as [(String, [String])])
    func disguisedNumbers(text: String, expected: [String]) throws {
        let allow = ["热线一三八〇〇一三八〇〇〇"]
        let entity = EntityCondition(kinds: [.phone, .qqNumber], allow: allow, fold: .evasion)
        #expect(try marked(entity, in: text).map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(text)")
        let plain = EntityCondition(kinds: [.phone, .qqNumber], allow: allow)
        #expect(try marked(plain, in: text) == expected.filter { $0 == "13800138000" }, "\(text)")
    }

    @Test("masked numbers count only where the rule asks for the probable")
    func probableIsAsked() throws {
        let text = "电话 138****1234"
        #expect(try findings(EntityCondition(kinds: [.phone]), in: text).isEmpty)
        #expect(try findings(EntityCondition(kinds: [.phone], includesProbable: true), in: text).count == 1)
    }

    @Test(
        "what lies inside an allowed phrase does not count, what goes beyond it does",
        arguments: [
            ("请打 400-800-1234 找我们", []), ("请打 4008001234", ["4008001234"]),
            ("请打 400-800-1234 或 13800138000", ["13800138000"]), ("打４００－８００－１２３４吧", []),
            ("加微信 shop_kefu01", []), ("加微信 SHOP_KEFU01", []), ("加微信 shop_kefu012", ["shop_kefu012"]),
            ("加微信 xshop_kefu01", ["xshop_kefu01"]), ("客服热线 021-62881234", []), ("热线 021-62881234", ["021-62881234"]),
        ] as [(String, [String])])
    func allowedPhrases(text: String, expected: [String]) throws {
        let entity = EntityCondition(
            kinds: [.phone, .wechatID], allow: ["400-800-1234", "Shop_kefu01", "客服热线 021-62881234"])
        #expect(try marked(entity, in: text) == expected, "\(text)")
    }

    @Test("the explanation says which phrase shields what")
    func explainsAllowedPhrases() throws {
        let rule = try WrittenRule(
            #"{"message": {"from": "agent", "entity": {"kinds": "phone", "allow": ["热线400-800-1234"]}}}"#)
        let reason = try rule.reason([WrittenRule.say(.agent, "请打热线400-800-1234", 0)])
        #expect(reason.chinese.contains("“400-800-1234” 被放行短语 “热线400-800-1234” 挡住"), "\(reason.chinese)")
        #expect(reason.english.contains("is shielded by the allow-phrase"), "\(reason.english)")
    }
}
