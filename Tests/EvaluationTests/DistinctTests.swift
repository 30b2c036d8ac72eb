import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Counts of matches that say something new.
struct DistinctTests {
    private func rule(_ count: String) throws -> Rule {
        let text = #"{"id": "r", "name": "规则", "polarity": "negative", "when": {"count": \#(count)}}"#
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(text.utf8)))
        #expect(!file.diagnostics.contains { $0.severity == .error }, "\(file.diagnostics.map(\.code))")
        return try #require(file.rules.first)
    }

    private func compiled(_ count: String) throws -> CompiledRules {
        let rules = RuleCompiler.compile(
            [try rule(count)], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        return try #require(rules)
    }

    private func talk(_ lines: [String]) -> [Message] {
        lines.enumerated().map { place, line in
            Message(
                time: Instant(milliseconds: 1_772_416_800_000 + Int64(place) * 1000), speaker: .agent, agent: "甲",
                text: line)
        }
    }

    private func findings(_ count: String, _ lines: String...) throws -> [Finding] {
        try Evaluator(compiled(count)).judge(Conversation(id: "c", messages: talk(lines)))
    }

    private static let words = #"{"message": {"from": "agent", "keywords": ["微信", "QQ", "电话"]}}"#
    private static let two = #"{"of": \#(words), "distinct": true, "atLeast": 2}"#

    @Test func countsWhatIsSaidAndNotHowOften() throws {
        #expect(try findings(DistinctTests.two, "加微信", "微信聊", "微信，微信").isEmpty)
        let found = try findings(DistinctTests.two, "加微信", "微信聊", "qq也行", "打电话")
        #expect(found.map(\.anchor) == [2])
        #expect(found.first?.evidence.map(\.message) == [0, 2])
    }

    @Test func foldsWhatIsSaid() throws {
        #expect(try findings(DistinctTests.two, "加qq", "加ＱＱ", "加Q\u{200B}Q").isEmpty)
    }

    @Test func severalSpansAreOneSaying() throws {
        #expect(try findings(DistinctTests.two, "微信或QQ", "QQ或微信").isEmpty)
        #expect(try findings(DistinctTests.two, "微信或QQ", "微信").map(\.anchor) == [1])
    }

    @Test func withoutSpansTheWholeMessageCounts() throws {
        let any = #"{"of": {"message": {"from": "agent"}}, "distinct": true, "atLeast": 2}"#
        #expect(try findings(any, "好的", "好的").isEmpty)
        #expect(try findings(any, "好的", "好的", "好").map(\.anchor) == [2])
    }

    @Test func atMostCountsDifferentOnesToo() throws {
        let one = #"{"of": \#(DistinctTests.words), "distinct": true, "atMost": 1}"#
        #expect(try findings(one, "微信", "微信").map(\.anchor) == [nil])
        #expect(try findings(one, "微信", "QQ").isEmpty)
    }

    @Test func aSessionReportsItOnArrival() throws {
        let session = Session(
            SessionOrigin(id: "c", shop: "s", buyer: "b"), reader: try SessionReader(compiled(DistinctTests.two)))
        let anchors = talk(["微信", "微信", "电话", "QQ"]).flatMap { message in
            session.observe(message).compactMap { event -> Int? in
                if case .assert(let finding) = event { finding.anchor } else { nil }
            }
        }
        #expect(anchors == [2])
    }

    @Test func explainsHowManyWereDifferent() throws {
        let evaluator = try Evaluator(compiled(DistinctTests.two))
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(
            Conversation(id: "c", messages: talk(["微信", "微信", "微信"])), bytes: bytes)
        evaluator.scan()
        let rule = try rule(DistinctTests.two)
        let reason = try withExtendedLifetime(bytes) { try #require(evaluator.explain(rule, of: row).first).reason }
        #expect(reason.english.contains("3 found, 1 of them different"))
    }
}
