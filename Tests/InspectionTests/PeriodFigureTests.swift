import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Inspection
import Patterns
import RuleLanguage
import Testing

@Suite("figures of a period by person, group and rank") struct PeriodFigureTests {
    private static let day = CalendarDay(year: 2026, month: 3, day: 9)
    private static let morning = Zone.chinaStandard.start(of: day).milliseconds + 10 * 3_600_000

    private func figures(
        _ kind: Period.Kind, _ conversations: [Conversation], roster: String, exemptions: [Exemption] = []
    ) throws -> PeriodFigures {
        let files = [keywordRule("rude", ["滚开"]), #"{"scoring":{"base":100}}"#].enumerated().map {
            SourceFile(path: "\($0).json", bytes: Array($1.utf8))
        }
        let book = loadRuleBook(files: files)
        let compiled = try #require(
            RuleCompiler.compile(
                book.rules, digest: rulesDigest(book.rules), policy: TimePolicy(), table: SomeRules.table,
                cache: DiskCache(directory: nil)
            ).rules)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", try conversations.flatMap { try archiveLine($0) })
        let people = try Roster.parse(Array(roster.utf8), path: "r").roster
        let run = try Run([input], rules: RunRules(RuleSet(compiled, scoring: book.scoring))) {
            $0.roster = people
            $0.threads = 2
            $0.blockSize = 600
            $0.period = Period(kind, holding: Self.day)
            $0.exemptions = Exemptions(exemptions: exemptions)
        }
        return try #require(run.result?.period)
    }

    private func conversation(
        _ id: String, buyer: String?, minute: Int64, _ lines: [(agent: String, text: String)]
    ) -> Conversation {
        var messages = [Message(time: at(minute, 0), speaker: .buyer, text: "在吗")]
        for (place, line) in lines.enumerated() {
            messages.append(
                Message(
                    time: at(minute, Int64(place + 1) * 10), speaker: .agent, agent: line.agent, text: line.text))
        }
        return Conversation(id: id, buyer: buyer, messages: messages)
    }

    private func at(_ minute: Int64, _ second: Int64) -> Instant {
        Instant(milliseconds: Self.morning + minute * 60_000 + second * 1000)
    }

    @Test("accounts of one person are one: a conversation and a buyer count once")
    func persons() throws {
        let figures = try figures(
            .daily,
            [
                // Two stays of one person in one conversation, then the same buyer again.
                conversation("c1", buyer: "b", minute: 0, [("a1", "您好"), ("a2", "您好")]),
                conversation("c2", buyer: "b", minute: 200, [("a2", "您好")]),
                conversation("c3", buyer: nil, minute: 300, [("a1", "您好")]),
            ], roster: "account,person,group\na1,张三,甲组\na2,张三,甲组\n")
        let agent = try #require(figures.agents.first)
        #expect(figures.agents.count == 1 && agent.name == "张三" && agent.group == "甲组")
        #expect(agent.now.work.stays == 4 && agent.now.work.conversations == 3 && agent.now.work.buyers == 2)
        #expect(figures.total.work == agent.now.work)
        #expect(agent.before == PeriodSide())
    }

    @Test("places are by mean score in the group; ties share one, few stays and new staff have none")
    func ranks() throws {
        var conversations: [Conversation] = []
        for (agent, stays, rude) in [
            ("甲", 30, 0), ("乙", 40, 0), ("丙", 30, 3), ("丁", 29, 0), ("新", 30, 0), ("外", 30, 9),
        ] {
            for number in 0..<stays {
                conversations.append(
                    conversation(
                        "\(agent)\(number)", buyer: "b\(number)", minute: Int64(number),
                        [(agent, number < rude ? "滚开" : "您好")]))
            }
        }
        let figures = try figures(
            .monthly, conversations,
            roster: """
                account,group,probation_until
                甲,一组,
                乙,一组,2026-03-30
                丙,一组,
                丁,一组,
                新,一组,2026-03-31
                外,二组,

                """)
        func rank(_ name: String) -> PeriodFigures.Rank? { figures.agents.first { $0.name == name }?.rank }
        let first = PeriodFigures.Rank(place: 1, of: 3)
        #expect(rank("甲") == first && rank("乙") == first && rank("丙") == PeriodFigures.Rank(place: 3, of: 3))
        #expect(rank("丁") == nil && rank("新") == nil)
        #expect(rank("外") == PeriodFigures.Rank(place: 1, of: 1))
        #expect(figures.agents.filter(\.isNew).map(\.name) == ["新"])
        let row = try #require(figures.ruleRows.first)
        #expect(row.now.hits == 12 && row.agents == 2 && row.now.unitsApplicable == 189)
    }

    @Test("who is exempt by name is new staff: his work counts, and nothing of its quality")
    func exemptByName() throws {
        let exemption = Exemption(
            agents: ["乙"], reason: "新人", author: "某", recorded: CalendarDay(year: 2026, month: 3, day: 1))
        let figures = try figures(
            .daily,
            [
                conversation("c1", buyer: "b1", minute: 0, [("甲", "您好")]),
                conversation("c2", buyer: "b2", minute: 0, [("乙", "滚开")]),
            ], roster: "account,group\n甲,一组\n乙,一组\n", exemptions: [exemption])
        let agent = try #require(figures.agents.first { $0.name == "乙" })
        #expect(agent.isNew && agent.group == "一组" && agent.now.work.conversations == 1)
        #expect(agent.now.work.countedStays == 0 && agent.now.work.waits == 0 && agent.now.work.negativeHits == 0)
        #expect(agent.now.score.stays == 0)
        #expect(agent.exempt.negativeHits == 1 && agent.exempt.waits == 1 && agent.exempt.answeredIn30s == 1)
        #expect(figures.total.work.conversations == 2 && figures.total.work.negativeHits == 0)
        #expect(figures.ruleRows.isEmpty && figures.agentRules.isEmpty)
    }

    @Test("one exempt conversation, an outage or days that are over make nobody new staff")
    func exemptForSomething() throws {
        let one = [conversation("c1", buyer: "b1", minute: 0, [("甲", "您好")])]
        func isNew(_ set: (inout Exemption) -> Void) throws -> Bool {
            var exemption = Exemption(
                agents: ["甲"], reason: "申诉", author: "某", recorded: CalendarDay(year: 2026, month: 3, day: 1))
            set(&exemption)
            let figures = try figures(.monthly, one, roster: "account,group\n甲,一组\n", exemptions: [exemption])
            #expect(figures.agents.first?.exempt.stays == 1)
            return figures.agents.first?.isNew == true
        }
        let (first, last) = (CalendarDay(year: 2026, month: 3, day: 1), CalendarDay(year: 2026, month: 3, day: 31))
        #expect(try isNew { _ in })
        #expect(try isNew { $0.window = .days(first, last) })
        #expect(try !isNew { $0.window = .days(first, Self.day) })
        #expect(try !isNew { $0.window = .instants(nil, nil) })
        #expect(try !isNew { $0.conversations = ["c1"] })
        #expect(try !isNew { $0.buyers = ["b1"] })
    }

    @Test("hits are divided by the days on which hits counted, waits by those on which they were known, work by all")
    func daysOfMeans() throws {
        let days = (-7 ... -1).map { Int64($0) * 1440 }
        let lines = days.enumerated().map { conversation("c\($0)", buyer: "b\($0)", minute: $1, [("甲", "滚开")]) }
        let exemption = Exemption(
            agents: ["甲"],
            window: .days(CalendarDay(year: 2026, month: 3, day: 1), CalendarDay(year: 2026, month: 3, day: 6)),
            reason: "故障", author: "某", recorded: CalendarDay(year: 2026, month: 3, day: 1))
        let figures = try figures(.daily, lines, roster: "account,group\n甲,一组\n", exemptions: [exemption])
        let before = try #require(figures.agents.first).before
        #expect(before.days == 7 && before.countedDays == 2 && before.measuredDays == 2)
        #expect(before.work.negativeHits == 2 && before.work.conversations == 7)
        #expect(figures.agentRules.map(\.daysBefore) == [2] && figures.ruleRows.map(\.daysBefore) == [2])
    }
}
