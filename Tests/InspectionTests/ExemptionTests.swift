import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Inspection
import Patterns
import RuleLanguage
import Testing

@Suite("what is exempt is judged and shown, not scored") struct ExemptionTests {
    private static let start: Int64 = 1_772_416_800_000  // 2026-03-02 10:00 in Shanghai

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func rules() throws -> RuleSet {
        let texts = [keywordRule("rude", ["滚开"]), keywordRule("curt", ["哦哦"]), #"{"scoring":{"base":100}}"#]
        let files = texts.enumerated().map { SourceFile(path: "\($0).json", bytes: Array($1.utf8)) }
        let book = loadRuleBook(files: files)
        let result = RuleCompiler.compile(
            book.rules, digest: rulesDigest(book.rules), policy: TimePolicy(buyersLeftOut: ["策略"]),
            table: SomeRules.table, cache: DiskCache(directory: nil))
        return RuleSet(try #require(result.rules), scoring: book.scoring)
    }

    /// Conversations of `(buyer, agent, text)`, an hour apart.
    private func archive(_ rows: [(buyer: String, agent: String, text: String)]) throws -> [UInt8] {
        try rows.enumerated().flatMap { number, row in
            func at(_ seconds: Int64) -> Instant {
                Instant(milliseconds: Self.start + Int64(number) * 3_600_000 + seconds * 1000)
            }
            return try archiveLine(
                Conversation(
                    id: "c\(number)", buyer: row.buyer, group: "甲组",
                    messages: [
                        Message(time: at(0), speaker: .buyer, text: "在吗"),
                        Message(time: at(20), speaker: .agent, agent: row.agent, text: row.text),
                    ]))
        }
    }

    private func run(
        _ exemptions: Exemptions, threads: Int = 1, roster: Roster? = nil, checkpoint: RunCheckpoint? = nil,
        stopAfter: Int? = nil
    ) throws -> Run {
        let input = try directory.write(
            "a.ndjson",
            try archive([
                ("b0", "小安", "滚开"), ("b1", "小安", "哦哦"), ("b2", "小宁", "滚开"), ("员工", "小宁", "滚开"), ("策略", "小宁", "滚开"),
                ("b5", "小宁", "您好"),
            ]))
        return try Run([input], rules: RunRules(try rules()), checkpoint: checkpoint, stopAfter: stopAfter) {
            $0.threads = threads
            $0.blockSize = 200
            $0.exemptions = exemptions
            $0.roster = roster
        }
    }

    private func exemption(_ set: (inout Exemption) -> Void) -> Exemption {
        var one = Exemption(reason: "新人", author: "阿宁", recorded: CalendarDay(year: 2026, month: 3, day: 1))
        set(&one)
        return one
    }

    private func count(_ run: Run, _ rule: String) throws -> TallyCounts {
        let tally = try #require(run.result?.tally)
        let number = try #require(tally.rules.firstIndex { $0.id.value == rule })
        return tally.total[0, number]
    }

    @Test("an exempt agent has no score and no counts; his findings are kept, marked, and do not fail the run")
    func agents() throws {
        for name in ["小安", "安然"] {
            let roster = try Roster.parse(Array("account,person\n小安,安然\n".utf8), path: "r").roster
            let run = try run(Exemptions(exemptions: [exemption { $0.agents = [name] }]), roster: roster)
            let result = try #require(run.result)
            #expect(result.scores?.byAgent.keys.sorted() == ["小宁"])
            #expect(try count(run, "rude").hits == 2 && count(run, "rude").unitsApplicable == 3)
            #expect(
                try count(run, "curt")
                    == {
                        var none = TallyCounts(); none.unitsApplicable = 3; return none
                    }())
            #expect(result.findings == 4 && result.negativeHitsBySeverity.reduce(0, +) == 2)
            #expect(result.cases.count == 4 && result.cases.filter { $0.exemption == "新人" }.count == 2)
            var note = Coverage.ExemptionNote(reason: "新人", author: "阿宁", owner: "安然")
            (note.stays, note.findings, note.negativeHits) = (2, 2, 2)
            #expect(result.coverage.exemptions == [note])
            expectAddsUp(result.coverage)
        }
    }

    @Test("an exempt rule takes its findings out and leaves the stay its score")
    func rulesOnly() throws {
        let run = try run(Exemptions(exemptions: [exemption { $0.rules = [RuleID("rude")] }]))
        #expect(try count(run, "rude") == TallyCounts())
        #expect(run.result?.scores?.total.stays == 5)
        #expect(run.result?.scores?.total.points == 5 * 100 - 2)
    }

    @Test("an exemption makes no rule applicable where nobody could have been charged")
    func nobodyExposed() throws {
        func at(_ seconds: Int64) -> Instant { Instant(milliseconds: Self.start + seconds * 1000) }
        // The second conversation is only handed to 小宁, who says nothing.
        let lines = try [
            Conversation(
                id: "c0", buyer: "b0", messages: [Message(time: at(0), speaker: .agent, agent: "小安", text: "滚开")]),
            Conversation(
                id: "c1", buyer: "b1", agent: "小宁", messages: [Message(time: at(9), speaker: .buyer, text: "在吗")]),
        ].flatMap { try archiveLine($0) }
        // Or by an event.
        let assigned = """
            {"id":"c1","buyer":"b1","messages":[{"time":\(Self.start),"from":"system","kind":"event",\
            "event":{"type":"assigned","value":"小宁"}},{"time":\(Self.start + 9000),"from":"buyer","text":"在吗"}]}
            """
        let exemption = exemption { ($0.agents, $0.rules) = (["小宁"], [RuleID("rude")]) }
        for (name, bytes) in [
            ("two.ndjson", lines),
            (
                "event.ndjson",
                try archiveLine(
                    Conversation(
                        id: "c0", buyer: "b0",
                        messages: [Message(time: at(0), speaker: .agent, agent: "小安", text: "滚开")]))
                    + Array(assigned.utf8)
            ),
        ] {
            let input = try directory.write(name, bytes)
            let run = try Run([input], rules: RunRules(try rules())) {
                $0.exemptions = Exemptions(exemptions: [exemption])
            }
            let counts = try count(run, "rude")
            #expect(counts.unitsApplicable == 1 && counts.unitsHit == 1, "\(name)")
        }
    }

    @Test("a time holds for what happened in it, days for conversations that began on them")
    func windows() throws {
        // c1 goes from 11:00:00 to 11:00:20.
        let eleven = Self.start + 3_600_000
        func exempt(_ from: Int64, _ to: Int64) throws -> [String] {
            let window = Exemption.Window.instants(
                Instant(milliseconds: eleven + from), Instant(milliseconds: eleven + to))
            return try run(Exemptions(exemptions: [exemption { $0.window = window }])).result?.cases
                .filter { $0.exemption != nil }.map(\.finding.conversation) ?? []
        }
        #expect(try exempt(20_000, 30_000) == ["c1"])
        #expect(try exempt(20_001, 30_000) == [])
        #expect(try exempt(-10_000, 0) == [])
        #expect(try exempt(-10_000, 1) == ["c1"])
        let day = CalendarDay(year: 2026, month: 3, day: 2)
        let before = try run(
            Exemptions(exemptions: [
                exemption { $0.window = .days(nil, CalendarDay(daysSince1970: day.daysSince1970 - 1)) }
            ]))
        #expect(before.result?.coverage.exemptions == [])
        let on = try run(Exemptions(exemptions: [exemption { $0.window = .days(day, day) }]))
        #expect(on.result?.scores?.total == Scores.Sum() && on.result?.coverage.exemptByReason.stays == ["新人": 5])
    }

    @Test("excluded buyers are filtered with their reason, and records still add up")
    func excludedBuyers() throws {
        let day = CalendarDay(year: 2026, month: 3, day: 1)
        let excluded = ExcludedBuyers(buyers: ["员工"], reason: "内部员工", author: "阿宁", recorded: day)
        let run = try run(Exemptions(excludedBuyers: [excluded]))
        let coverage = try #require(run.result?.coverage)
        #expect(coverage.filteredByReason == ["内部员工": 1, "buyer-left-out": 1])
        #expect(coverage.recordsRead == 6 && coverage.recordsFiltered == 2 && coverage.recordsInspected == 4)
        expectAddsUp(coverage)
        // Outside its days a buyer is one like others.
        let later = ExcludedBuyers(
            buyers: ["员工"], window: .days(CalendarDay(year: 2026, month: 3, day: 3), nil), reason: "测试", author: "阿宁",
            recorded: day)
        #expect(try self.run(Exemptions(excludedBuyers: [later])).result?.coverage.recordsFiltered == 1)
    }

    @Test("threads and stops change nothing, and the first exemption names the reason")
    func deterministic() throws {
        var second = exemption { $0.conversations = ["c0"] }
        second.reason = "断网"
        let exemptions = Exemptions(exemptions: [exemption { $0.agents = ["小安"] }, second])
        let expected = try run(exemptions)
        #expect(expected.result?.coverage.exemptByReason.stays == ["新人": 2])
        for threads in [2, 4] {
            let run = try run(exemptions, threads: threads)
            #expect(run.lines == expected.lines)
            expectSame(run.result, expected.result, "\(threads)")
            #expect(run.result?.scores == expected.result?.scores)
        }
        let checkpoint = RunCheckpoint(path: directory.path + "/c", key: "k", flush: {})
        let stopped = try run(exemptions, checkpoint: checkpoint, stopAfter: 3)
        #expect(stopped.result == nil)
        let rest = try run(exemptions, checkpoint: checkpoint)
        #expect(stopped.lines + rest.lines == expected.lines)
        expectSame(rest.result, expected.result, "resumed")
    }

    @Test("what was recorded later is not known to an earlier day")
    func recordedLater() {
        let late = exemption {
            $0.agents = ["小安"]
            $0.recorded = CalendarDay(year: 2026, month: 4, day: 2)
        }
        let all = Exemptions(exemptions: [exemption { $0.buyers = ["b0"] }, late])
        #expect(all.recorded(by: CalendarDay(year: 2026, month: 4, day: 1)).exemptions.count == 1)
        #expect(all.recorded(by: CalendarDay(year: 2026, month: 4, day: 2)) == all)
    }
}
