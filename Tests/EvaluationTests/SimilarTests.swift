import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Messages that are alike to example sentences.
struct SimilarTests {
    private func rule(_ similar: String) throws -> Rule {
        let text = #"{"id": "r", "name": "规则", "polarity": "negative", "when": {"message": {"similar": \#(similar)}}}"#
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(text.utf8)))
        #expect(!file.diagnostics.contains { $0.severity == .error }, "\(file.diagnostics.map(\.code))")
        return try #require(file.rules.first)
    }

    private func compiled(_ similar: String) throws -> CompiledRules {
        let rules = RuleCompiler.compile(
            [try rule(similar)], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        return try #require(rules)
    }

    private func message(_ text: String) -> Message {
        Message(time: Instant(milliseconds: 1_772_416_800_000), speaker: .agent, agent: "甲", text: text)
    }

    private func spans(_ similar: String, _ text: String) throws -> [Span]? {
        let evaluator = try Evaluator(compiled(similar))
        let found = evaluator.judge(Conversation(id: "c", messages: [message(text)]))
        return found.first?.evidence.first?.spans
    }

    private func holds(_ similar: String, _ text: String) throws -> Bool { try spans(similar, text) != nil }

    @Test func comparesNeighbouringCharacters() throws {
        // 您好|好在|在吗 and 您好|好在|在不: 2 · 2 of 6.
        #expect(try holds(#"{"to": "您好在吗", "floor": 66}"#, "您好在不"))
        #expect(try !holds(#"{"to": "您好在吗", "floor": 67}"#, "您好在不"))
        #expect(try holds(#"{"to": "您好在吗", "floor": 100}"#, "您好在吗"))
    }

    @Test func countsEachPairAsOftenAsBothHaveIt() throws {
        // 哈哈 three times against five: 2 · 3 of 8.
        #expect(try holds(#"{"to": "哈哈哈哈", "floor": 75}"#, "哈哈哈哈哈哈"))
        #expect(try !holds(#"{"to": "哈哈哈哈", "floor": 76}"#, "哈哈哈哈哈哈"))
    }

    @Test func foldsBothSides() throws {
        #expect(try holds(#"{"to": "發貨了 ABC", "floor": 100}"#, "发货了　ａｂｃ"))
    }

    @Test func takesAnyOfTheSentences() throws {
        let similar = #"{"to": ["请问还有什么可以帮您", "祝您生活愉快"], "floor": 70}"#
        #expect(try holds(similar, "祝您生活愉快哦"))
        #expect(try holds(similar, "还有什么可以帮您"))
        #expect(try !holds(similar, "祝您愉快地请问"))
    }

    @Test func theWholeMessageIsTheSpan() throws {
        #expect(try spans(#"{"to": "您好在吗"}"#, "您好在吗？") == [Span(0, 15)])
    }

    @Test func whatHasNoPairIsAlikeToNothing() throws {
        #expect(try !holds(#"{"to": "好好", "floor": 1}"#, "好"))
        #expect(try !holds(#"{"to": "好好", "floor": 1}"#, ""))
        #expect(try holds(#"{"to": "好好", "floor": 1}"#, "好好学习"))
    }

    @Test func sixtyPercentIsTheStandardFloor() throws {
        let (short, long) = (try rule(#"{"to": "您好在吗"}"#), try rule(#"{"to": ["您好在吗"], "floor": 60}"#))
        #expect(rulesDigest([short]) == rulesDigest([long]))
    }

    @Test func aSessionReadsTheSame() throws {
        let session = Session(
            SessionOrigin(id: "c", shop: "s", buyer: "b"),
            reader: try SessionReader(compiled(#"{"to": "祝您生活愉快"}"#)))
        let events = session.observe(message("祝您生活愉快～"))
        #expect(events.contains { if case .assert = $0 { true } else { false } })
    }

    @Test func explainsWhichMessageWasNearest() throws {
        let evaluator = try Evaluator(compiled(#"{"to": ["祝您生活愉快", "您好在吗"], "floor": 90}"#))
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(
            Conversation(id: "c", messages: [message("在吗"), message("您好在不")]), bytes: bytes)
        evaluator.scan()
        let rule = try rule(#"{"to": ["祝您生活愉快", "您好在吗"], "floor": 90}"#)
        let reason = try withExtendedLifetime(bytes) { try #require(evaluator.explain(rule, of: row).first).reason }
        #expect(reason.english.contains("#1 is nearest: 66 % alike to '您好在吗'"))
    }
}
