import ConversationModel
import Diagnostics
import Evaluation
import Inspection
import Patterns
import RuleLanguage
import TestSupport
import Testing

@Suite("scores of stays") struct ScoreTests {
    private static let rules = [
        #"""
        {"id":"rude","name":"辱骂","polarity":"negative","severity":"critical","score":-30,"family":"manners",
         "when":{"message":{"from":"agent","keywords":["滚开"]}}}
        """#,
        #"""
        {"id":"curt","name":"敷衍","polarity":"negative","severity":"major","family":"manners",
         "when":{"message":{"from":"agent","keywords":["哦哦"]}}}
        """#,
        #"""
        {"id":"kind","name":"礼貌","polarity":"positive","severity":"minor","score":4,
         "when":{"message":{"from":"agent","keywords":["您好"]}}}
        """#,
        #"""
        {"id":"threat","name":"威胁","polarity":"negative","severity":"critical",
         "when":{"message":{"from":"agent","keywords":["走着瞧"]}}}
        """#,
    ]

    private func scores(
        _ scoring: String, _ conversations: [String], threads: Int = 1, rules: [String] = Self.rules
    ) throws -> Scores {
        let files = (rules + [#"{"scoring":\#(scoring)}"#]).enumerated().map {
            SourceFile(path: "\($0).json", bytes: Array($1.utf8))
        }
        let book = loadRuleBook(files: files)
        let errors = book.diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        let result = RuleCompiler.compile(
            book.rules, digest: rulesDigest(book.rules), policy: TimePolicy(), table: SomeRules.table,
            cache: DiskCache(directory: nil))
        let set = RuleSet(try #require(result.rules), scoring: book.scoring)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", Array(conversations.joined(separator: "\n").utf8))
        let run = try Run([input], rules: RunRules(set)) {
            $0.threads = threads
            $0.blockSize = 1 << 12
        }
        return try #require(run.result?.scores)
    }

    private func conversation(_ id: Int, _ messages: [(agent: String, text: String)]) -> String {
        let lines = messages.enumerated().map { place, message in
            message.agent.isEmpty
                ? #"{"from":"buyer","time":\#(1_700_000_000_000 + place * 1000),"text":"\#(message.text)"}"#
                : #"{"from":"agent","agent":"\#(message.agent)","time":\#(1_700_000_000_000 + place * 1000),"text":"\#(message.text)"}"#
        }
        return #"{"id":"c\#(id)","buyer":"b\#(id)","group":"甲","messages":[\#(lines.joined(separator: ","))]}"#
    }

    @Test("rules count once a stay, families are capped, bonuses too, and a veto makes 0")
    func formula() throws {
        let scoring = #"{"familyCaps":{"manners":32},"bonusCap":3,"veto":["threat"]}"#
        let scores = try scores(
            scoring,
            [
                // 滚开 twice counts once: 30; with 哦哦 35, capped at 32; 您好 gives 4, capped at 3.
                conversation(1, [("", "在吗"), ("小安", "您好"), ("小安", "滚开"), ("小安", "滚开"), ("小安", "哦哦")]),
                // No greeting: a missed duty of severity minor takes 2.
                conversation(2, [("", "在吗"), ("小安", "在的")]),
                conversation(3, [("", "在吗"), ("小宁", "您好，走着瞧")]),
            ])
        #expect(scores.byAgent["小安"] == sum(stays: 2, points: 71 + 98, vetoed: 0))
        #expect(scores.byAgent["小宁"] == sum(stays: 1, points: 0, vetoed: 1))
        #expect(scores.vetoes.map(\.rule) == ["threat"] && scores.vetoes.map(\.agent) == ["小宁"])
        #expect(scores.total == sum(stays: 3, points: 169, vetoed: 1) && scores.byGroup == ["甲": scores.total])
        #expect(scores.byAgent["小安"]?.meanTenths == 845)
        for (agent, total) in scores.byAgent {
            let rules = (scores.rules[agent] ?? [:]).values.reduce(0) { $0 + $1.points }
            #expect(total.stays * 100 + rules + (scores.adjustments[agent] ?? 0) == total.points, "\(agent)")
        }
    }

    @Test("a duty that was met and missed in one stay counts once for each, and is of one stay")
    func metAndMissed() throws {
        let duty =
            #"{"id":"prompt","name":"及时","polarity":"positive","score":3,"severity":"minor","when":{"after":{"message":{"from":"buyer"}},"expect":{"message":{"from":"agent"}},"within":{"time":"2s"}}}"#
        let messages = [("", "在吗"), ("小安", "您好"), ("", "有货吗"), ("", "在？"), ("", "人呢"), ("小安", "您好")]
        let scores = try scores("{}", [conversation(1, messages)], rules: [duty])
        #expect(scores.rules["小安"]?.values.map(\.stays) == [1] && scores.rules["小安"]?.values.map(\.points) == [1])
        #expect(scores.total == sum(stays: 1, points: 101, vetoed: 0))
    }

    @Test("among many stays of a conversation a finding counts in the one that holds it")
    func manyStays() throws {
        // Each agent has thirty stays, and is rude in every third of them.
        let messages = (0..<60).map { place in
            (agent: place % 2 == 0 ? "小安" : "小宁", text: place / 2 % 3 == 0 ? "您好，滚开" : "您好")
        }
        let scores = try scores(#"{"bonusCap":0}"#, [conversation(1, messages)])
        for agent in ["小安", "小宁"] {
            #expect(scores.byAgent[agent] == sum(stays: 30, points: 20 * 100 + 10 * 70, vetoed: 0))
            #expect(scores.rules[agent]?.values.map(\.stays).max() == 30)
        }
    }

    @Test("sums are the same whatever the threads, and add up for every agent", arguments: [1, 3])
    func threads(_ threads: Int) throws {
        var random = SeededGenerator(seed: 11)
        let words = ["您好", "滚开", "哦哦", "在的", "走着瞧", "稍等"]
        let conversations = (0..<400).map { id in
            conversation(
                id,
                (0..<Int.random(in: 1...8, using: &random)).map { _ in
                    (
                        ["", "小安", "小宁"].randomElement(using: &random) ?? "",
                        words.randomElement(using: &random) ?? ""
                    )
                })
        }
        let scoring = #"{"familyCaps":{"manners":20},"veto":["threat"],"repeats":{"curt":2}}"#
        let scores = try scores(scoring, conversations, threads: threads)
        let single = try self.scores(scoring, conversations)
        #expect(scores == single)
        var total = Scores.Sum()
        for (agent, sum) in scores.byAgent {
            total += sum
            let rules = (scores.rules[agent] ?? [:]).values.reduce(0) { $0 + $1.points }
            #expect(sum.stays * 100 + rules + (scores.adjustments[agent] ?? 0) == sum.points, "\(agent)")
            #expect(scores.byAgentDay[agent]?.values.reduce(0) { $0 + $1.stays } == sum.stays)
        }
        #expect(total == scores.total && scores.vetoes.count >= scores.total.vetoed)
    }

    private func sum(stays: Int, points: Int, vetoed: Int) -> Scores.Sum {
        var sum = Scores.Sum()
        (sum.stays, sum.points, sum.vetoed) = (stays, points, vetoed)
        return sum
    }
}
