import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Inspection
import Patterns
import RuleLanguage
import Synthesis
import TestSupport
import Testing

/// An account that changed hands counts, day by day, for whoever had it: as if each conversation named that person.
@Suite("accounts that changed hands are told apart by the day") struct AccountHolderTests {
    private static let first = CalendarDay(year: 2026, month: 3, day: 2)
    private static let roster = """
        account,person,group,from,to
        某店:小禾,张三,甲组,,2026-03-04
        某店:小禾,李四,乙组,2026-03-05,2026-03-08
        小安,王五,甲组,,
        某店:小安二,王五,甲组,,
        某店:小宁,赵六,乙组,2026-03-03,2026-03-06
        小宁,钱七,甲组,2026-03-07,
        某店:小满,孙八,乙组,2026-03-04,2026-03-08

        """

    /// Who has the account on the day, said plainly.
    private static func person(_ account: String, _ day: CalendarDay) -> String {
        let number = day.daysSince1970 - first.daysSince1970 + 2
        switch account {
        case "小禾": return number <= 4 ? "张三" : number <= 8 ? "李四" : "小禾"
        case "小安": return "王五"
        case "小宁": return number < 3 ? "小宁" : number <= 6 ? "赵六" : "钱七"
        case "小满": return (4...8).contains(number) ? "孙八" : "小满"
        case "小安二": return "王五"
        default: return account
        }
    }

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func rules() throws -> RuleSet {
        let texts = [
            keywordRule("rude", ["滚开"]), keywordRule("curt", ["哦哦"]), #"{"scoring":{"base":100,"veto":["rude"]}}"#,
        ]
        let book = loadRuleBook(
            files: texts.enumerated().map { SourceFile(path: "\($0).json", bytes: Array($1.utf8)) })
        let result = RuleCompiler.compile(
            book.rules, digest: rulesDigest(book.rules), policy: TimePolicy(), table: SomeRules.table,
            cache: DiskCache(directory: nil))
        return RuleSet(try #require(result.rules), scoring: book.scoring)
    }

    /// Conversations in which one to three accounts answer, each on a day of its own, groups as the roster says.
    private func conversations(
        _ generator: inout SeededGenerator, name: (String, CalendarDay) -> String
    ) -> [Conversation] {
        (0..<60).map { number in
            let day = CalendarDay(daysSince1970: Self.first.daysSince1970 + Int32.random(in: 0..<9, using: &generator))
            let start = Zone.chinaStandard.start(of: day).milliseconds + 36_000_000
            var messages = [Message(time: Instant(milliseconds: start), speaker: .buyer, text: "在吗")]
            for second in 1...Int.random(in: 1...4, using: &generator) {
                let secondAccount = number % 3 == 0 ? "小安二" : "小安"
                let account = ["小禾", secondAccount, "小宁", "小满", "路人"].randomElement(using: &generator) ?? ""
                let text = ["滚开", "哦哦", "您好", "在的"].randomElement(using: &generator) ?? ""
                messages.append(
                    Message(
                        time: Instant(milliseconds: start + Int64(second) * 1000), speaker: .agent,
                        agent: name(account, day), text: text))
            }
            return Conversation(
                id: "c\(number)", buyer: "b\(number % 7)", group: number % 2 == 0 ? "甲组" : "乙组", messages: messages)
        }
    }

    private func run(_ conversations: [Conversation], _ roster: String?, exempt: Bool, period: Bool) throws -> Run {
        let input = try directory.write("a.ndjson", try conversations.flatMap { try archiveLine($0) })
        let people = try roster.map { try Roster.parse(Array($0.utf8), path: "r").roster }
        var exemption = Exemption(reason: "新人", author: "阿宁", recorded: Self.first)
        exemption.agents = ["李四"]
        return try Run([input], rules: RunRules(try rules())) {
            $0.roster = people
            $0.threads = 2
            $0.blockSize = 900
            $0.exemptions = Exemptions(exemptions: exempt ? [exemption] : [])
            $0.period = period ? Period(.weekly, holding: Self.first) : nil
        }
    }

    @Test("tallies, scores, procedures, exemptions and periods are those of an archive that names the people")
    func equalsAnArchiveOfPeople() throws {
        for seed in 1...24 as ClosedRange<UInt64> {
            let (exempt, period) = (seed % 3 == 0, seed % 2 == 0)
            var generator = SeededGenerator(seed: seed)
            let accounts = conversations(&generator) { account, _ in account }
            generator = SeededGenerator(seed: seed)
            let people = conversations(&generator) { Self.person($0, $1) }
            let one = try #require(try run(accounts, Self.roster, exempt: exempt, period: period).result)
            let other = try #require(try run(people, nil, exempt: exempt, period: period).result)
            #expect(one.tally.byAgent.keys == other.tally.byAgent.keys, "seed \(seed)")
            #expect(content(one.tally.byAgent) == content(other.tally.byAgent), "seed \(seed)")
            #expect(one.tally.groupOfAgent == other.tally.groupOfAgent, "seed \(seed)")
            #expect(one.scores == other.scores, "seed \(seed)")
            #expect(one.coverage.exemptions == other.coverage.exemptions, "seed \(seed)")
            #expect(one.period?.agents == other.period?.agents, "seed \(seed)")
            #expect(one.cases.map(\.finding.owner) == other.cases.map(\.finding.owner), "seed \(seed)")
            let nobodys = Set(people.flatMap(\.messages).compactMap(\.agent)).intersection(["小宁", "小满", "小禾", "路人"])
            #expect(one.coverage.unmappedAccounts == nobodys.sorted(), "seed \(seed)")
        }
    }

    @Test("a conversation in which a person had two accounts is one of his")
    func severalAccounts() throws {
        let text = """
            {"id":"a","messages":[{"time":"2026-03-03T10:00:00+08:00","from":"agent","agent":"小安","text":"滚开"},\
            {"time":"2026-03-03T10:00:09+08:00","from":"agent","agent":"小安二","text":"滚开"}]}
            """
        let input = try directory.write("two.ndjson", Array(text.utf8))
        let people = try Roster.parse(Array(Self.roster.utf8), path: "r").roster
        let result = try #require(try Run([input], rules: RunRules(try rules())) { $0.roster = people }.result)
        let tally = result.tally
        let person = try #require(tally.byAgent.keys.firstIndex(of: "王五"))
        let rule = try #require(tally.rules.firstIndex { $0.id == RuleID("rude") })
        let counts = tally.byAgent[person, rule]
        #expect(counts.hits == 2 && counts.unitsHit == 1 && counts.unitsApplicable == 1)
    }

    @Test("--agent takes an account, its normal form, the sub-account and the person who has it on the day")
    func filter() throws {
        var generator = SeededGenerator(seed: 5)
        let all = conversations(&generator) { account, _ in "cntaobao某店:\(account)" }
        func inspected(_ agent: String) throws -> Set<String> {
            let input = try directory.write("f.ndjson", try all.flatMap { try archiveLine($0) })
            let people = try Roster.parse(Array(Self.roster.utf8), path: "r").roster
            let result = try Run([input], rules: RunRules(try rules())) {
                $0.roster = people
                $0.agents = [agent]
            }
            #expect(result.result?.namesSeen.agents.contains(agent) == true)
            return Set(try result.findings().map(\.conversation))
        }
        func expected(_ isTaken: (String, CalendarDay) -> Bool) -> Set<String> {
            Set(
                all.filter { conversation in
                    let day = Zone.chinaStandard.day(of: conversation.messages[0].time ?? Instant(milliseconds: 0))
                    let offends = conversation.messages.contains { ["滚开", "哦哦"].contains($0.text) }
                    return offends
                        && conversation.messages.contains { message in
                            message.agent.map { isTaken(String($0.split(separator: ":")[1]), day) } ?? false
                        }
                }.map(\.id))
        }
        #expect(try inspected("李四") == expected { Self.person($0, $1) == "李四" })
        #expect(try inspected("某店:小禾") == expected { account, _ in account == "小禾" })
        #expect(try inspected("小禾") == expected { account, _ in account == "小禾" })
        #expect(try inspected("cntaobao某店:小安") == expected { account, _ in account == "小安" })
    }
}
