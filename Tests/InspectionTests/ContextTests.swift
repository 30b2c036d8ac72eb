import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import Testing

/// What a reviewer is shown beside a finding.
struct ContextTests {
    private static let rules: CompiledRules? = {
        let texts = [
            #"""
            {"id":"polite","name":"敬语","polarity":"positive","severity":"info",
             "when":{"message":{"from":"agent","keywords":["请您"]}}}
            """#,
            #"""
            {"id":"comfort","name":"安抚","polarity":"positive","severity":"minor",
             "when":{"after":{"message":{"from":"buyer","keywords":["坏了"]}},
               "expect":{"message":{"from":"agent","keywords":["抱歉"]}},"within":{"time":"5m"}}}
            """#,
            #"""
            {"id":"contact","name":"引流","polarity":"negative","severity":"critical",
             "when":{"message":{"from":"agent","keywords":["微信"]}}}
            """#,
        ]
        let loaded = loadRules(
            files: texts.enumerated().map { SourceFile(path: "rule\($0).json", bytes: Array($1.utf8)) })
        return RuleCompiler.compile(
            loaded.rules, digest: rulesDigest(loaded.rules), table: SomeRules.table, cache: DiskCache(directory: nil)
        ).rules
    }()

    /// The positions shown for the finding of `rule`, in a conversation of a message every 30 seconds.
    private func shown(_ rule: String, of texts: [String]) throws -> [Int] {
        let rules = try #require(Self.rules)
        let messages = texts.enumerated().map { i, text in
            let seconds = i * 30
            let time = String(
                format: "2026-03-01T%02d:%02d:%02d+08:00", 10 + seconds / 3600, seconds / 60 % 60, seconds % 60)
            return #"{"time":"\#(time)","from":"\#(i % 2 == 0 ? "buyer" : "agent")","agent":"小美","text":"\#(text)"}"#
        }
        let line = #"{"id":"a","messages":[\#(messages.joined(separator: ","))]}"#
        let directory = try TemporaryDirectory()
        let run = try Run([try directory.write("a.ndjson", Array(line.utf8))], rules: rules)
        let entry = try #require(run.result?.cases.first { $0.finding.rule.value == rule })
        return entry.context.map(\.index)
    }

    @Test("a duty that rests on no message is shown with the whole conversation")
    func wholeConversation() throws {
        #expect(try shown("polite", of: Array(repeating: "好", count: 20)) == Array(0..<20))
    }

    @Test("a long stretch is shown with its beginning and its end")
    func longStretch() throws {
        let shown = try shown("polite", of: Array(repeating: "好", count: 100))
        #expect(shown == Array(0..<40) + Array(80..<100))
    }

    @Test("what was not answered in time is shown from the trigger to the end of the time")
    func untilTheTimeIsOver() throws {
        var texts = Array(repeating: "好", count: 40)
        texts[8] = "坏了"
        // Five minutes are ten messages.
        #expect(try shown("comfort", of: texts) == Array(5...18))
    }

    @Test("what is there is shown with its neighbours")
    func neighbours() throws {
        var texts = Array(repeating: "好", count: 40)
        texts[21] = "加微信"
        #expect(try shown("contact", of: texts) == Array(18...23))
    }
}
