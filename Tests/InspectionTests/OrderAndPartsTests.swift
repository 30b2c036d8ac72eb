import ConversationModel
import Foundation
import Inspection
import Testing

struct OrderAndPartsTests {
    @Test("messages out of order are judged in order of time and reported by their position")
    func messagesAreJudgedInOrder() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let text = """
            {"id":"a","messages":[{"time":"2026-03-01T10:00:30+08:00","from":"agent","agent":"小美","text":"您好"},\
            {"time":"2026-03-01T10:02:00+08:00","from":"agent","agent":"小美","text":"5元"},\
            {"time":"2026-03-01T10:00:00+08:00","from":"buyer","text":"在吗"}]}
            """
        let run = try Run([try directory.write("a.ndjson", Array(text.utf8))], rules: rules)
        let lines = try run.lines.split(separator: 0x0A).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
        #expect(lines.map { $0["rule"] as? String } == ["greeting", "price"])
        #expect(lines.map { $0["outcome"] as? String } == ["hit", "hit"])
        #expect(lines.last?["message"] as? Int == 1)
        let labels = (lines.first?["evidence"] as? [[String: Any]])?.map {
            "\($0["label"] ?? "") \($0["message"] ?? "")"
        }
        #expect(labels?.contains("trigger 2") == true && labels?.contains("answer 0") == true, "\(labels ?? [])")
    }

    @Test("without times rules of time are not evaluated, and the others run")
    func withoutTimesRulesOfTimeAreNotEvaluated() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let text = """
            {"id":"a","messages":[{"from":"buyer","text":"在吗"},{"from":"agent","agent":"小美","text":"5元"}]}
            """
        let run = try Run([try directory.write("a.ndjson", Array(text.utf8))], rules: rules)
        let coverage = try #require(run.result?.coverage)
        #expect(coverage.conversationsWithoutTimes == 1)
        #expect(coverage.notEvaluatedByReason == ["no-times": 1])
        #expect(coverage.firstInstant == nil && coverage.lastInstant == nil)
        #expect(try run.findings().map(\.rule) == ["price"])
        #expect(run.result?.tally.byDay.keys == ["日期未知"])
    }

    @Test("a conversation that fell silent goes on as a part of its own")
    func silenceBeginsAPart() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let text = """
            {"id":"a","messages":[{"time":"2026-03-01T10:00:00+08:00","from":"agent","agent":"小美","text":"5元"},\
            {"time":"2026-03-03T10:00:00+08:00","from":"agent","agent":"小美","text":"6元"}]}
            """
        let input = try directory.write("a.ndjson", Array(text.utf8))
        let run = try Run([input], rules: rules)
        #expect(try run.findings().map(\.conversation) == ["a", "a#2"])
        let coverage = try #require(run.result?.coverage)
        #expect(coverage.recordsInspected == 1 && coverage.conversations == 2 && coverage.messages == 2)
        #expect(run.result?.tally.byDay.keys == ["2026-03-01", "2026-03-03"])
    }

    @Test("of a record that is cut at its end nothing is known later, however far the archive reaches")
    func truncatedBeforeTheArchiveEnds() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        func line(_ truncated: String) -> String {
            """
            {"id":"a",\(truncated)"messages":[{"time":"2026-03-01T10:00:00+08:00","from":"buyer","text":"在吗"},\
            {"time":"2026-03-01T10:00:01+08:00","from":"agent","agent":"小美","text":"5元"},\
            {"time":"2026-03-01T10:00:02+08:00","from":"buyer","text":"在吗"}]}
            """
        }
        func found(_ truncated: String, minutes: Int64?) throws -> [String] {
            let input = try directory.write("a.ndjson", Array(line(truncated).utf8))
            let asOf = minutes.map { Instant(milliseconds: 1_772_330_400_000 + $0 * 60_000) }
            return try Run([input], rules: rules) { $0.asOf = asOf }.findings().map { "\($0.rule) \($0.outcome)" }
        }
        let cut = try found(#""truncated":"end","#, minutes: nil)
        for minutes in [1, 5, 20, 60, 3000] as [Int64] {
            #expect(try found(#""truncated":"end","#, minutes: minutes) == cut, "\(minutes)")
        }
        #expect(try found("", minutes: 20) != cut)
    }
}
