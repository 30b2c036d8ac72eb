import Archives
import ChineseText
import ConversationModel
import Evaluation
import Inspection
import OracleSupport
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// Figures of a period, compared with a fold over what the oracle says of every conversation.
@Suite struct PeriodPropertyTests {
    private static let features: RandomCase.Features = [
        .missingTimes, .truncation, .parts, .hours, .scopes, .gaps, .promises, .sequences,
    ]
    private static let period = Period(.daily, holding: CalendarDay(year: 2026, month: 3, day: 9))

    private struct Key: Hashable {
        var agent: String
        var day: CalendarDay
        var isExempt = false
    }

    private struct Expected {
        var figures: [Key: WorkFigures] = [:]
        var met: [Key: Int] = [:]
        var applicable: [Key: Int] = [:]

        func side(_ agent: String, _ days: ClosedRange<CalendarDay>) -> PeriodSide {
            var side = PeriodSide()
            for number in days.lowerBound.daysSince1970...days.upperBound.daysSince1970 {
                let key = Key(agent: agent, day: CalendarDay(daysSince1970: number))
                side.add(day: figures[key] ?? WorkFigures())
                side.met += met[key] ?? 0
                side.applicable += applicable[key] ?? 0
            }
            return side
        }
    }

    @Test("figures are the sums of what the oracle says of every stay, whatever the threads")
    func figuresAreSums() throws {
        var stays = 0
        var exempt = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            let (one, apart) = try compare(seed)
            stays += one
            exempt += apart
        }
        #expect(stays > 300 && exempt > 5)
    }

    private func compare(_ seed: UInt64) throws -> (stays: Int, exempt: Int) {
        let first = RandomCase(seed: seed, features: Self.features)
        var policy = first.policy
        if seed % 3 == 0 {
            policy.waits = WaitPolicy(
                assistantAnswers: seed % 2 == 0, countsOpenHours: seed % 4 == 0,
                onTransfer: seed % 5 == 0 ? .carry : .restart, cap: 120_000, unansweredCountsAsCap: seed % 2 == 1)
        }
        guard
            let compiled = RuleCompiler.compile(
                first.rules, digest: "", policy: policy, table: SomeRules.table, cache: DiskCache(directory: nil)
            ).rules
        else { return (0, 0) }
        var random = SeededGenerator(seed: seed)
        let conversations = (0..<14).map { conversation($0, seed, &random) }
        let lines = try conversations.flatMap { try archiveLine($0) }
        let exemption = Exemption(
            agents: ["甲"],
            window: .days(CalendarDay(year: 2026, month: 3, day: 8), CalendarDay(year: 2026, month: 3, day: 9)),
            reason: "新人", author: "某", recorded: CalendarDay(year: 2026, month: 3, day: 1))
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", lines)
        let roster = try Roster.parse(Array("account,group\n某人,售后组\n".utf8), path: "r").roster
        var results: [PeriodFigures] = []
        for threads in [1, 3] {
            let run = try Run([input], rules: RunRules(RuleSet(compiled, scoring: ScoreFormula()))) {
                $0.threads = threads
                $0.blockSize = threads == 1 ? 1 << 20 : 1 << 10
                $0.roster = roster
                $0.period = Self.period
                $0.firstDay = Self.period.all.lowerBound
                $0.lastDay = Self.period.all.upperBound
                $0.exemptions = Exemptions(exemptions: seed % 2 == 0 ? [exemption] : [])
            }
            results.append(try #require(run.result?.period))
        }
        #expect(results[0] == results[1], "seed \(seed)")
        let acknowledgements = Acknowledgements(table: SomeRules.table)
        let oracle = Oracle(rules: first.rules, policy: policy, groups: first.groups) {
            acknowledgements.needsAnswer($0)
        }
        let expected = fold(conversations, oracle, policy, first.rules, isExempting: seed % 2 == 0)
        try check(results[0], expected, "seed \(seed)")
        return (results[0].total.work.stays + results[0].totalBefore.work.stays, results[0].totalExempt.stays)
    }

    private func conversation(_ number: Int, _ seed: UInt64, _ random: inout SeededGenerator) -> Conversation {
        var one = RandomCase(seed: seed &* 1_000 &+ UInt64(number), features: Self.features).conversation
        // They begin on 2026-03-02: from the day before it to two days beyond the period.
        let shift =
            Int64.random(in: -1...9, using: &random) * 86_400_000 + Int64.random(in: 0...14, using: &random) * 3_600_000
        for index in one.messages.indices {
            one.messages[index].time = one.messages[index].time?.advanced(by: shift)
        }
        one.closedAt = one.closedAt?.advanced(by: shift)
        one.id = "c\(number)"
        one.buyer = number % 5 == 4 ? nil : "b\(number % 4)"
        return one
    }

    private func check(_ figures: PeriodFigures, _ expected: Expected, _ note: String) throws {
        let names = Set(expected.figures.keys.map(\.agent)).subtracting(["*"])
        let workers = figures.agents.map(\.name)
        #expect(Set(workers) == names, "\(note)")
        func plain(_ side: PeriodSide) -> PeriodSide {
            var side = side
            side.score = Scores.Sum()
            return side
        }
        for agent in figures.agents {
            #expect(plain(agent.now) == expected.side(agent.name, Self.period.days), "\(agent.name) \(note)")
            #expect(plain(agent.before) == expected.side(agent.name, Self.period.before), "\(agent.name) \(note)")
            let key = Key(agent: agent.name, day: Self.period.days.lowerBound, isExempt: true)
            #expect(agent.exempt == expected.figures[key] ?? WorkFigures(), "\(agent.name) \(note)")
            // Every stay with a known day that is not exempt has a score.
            #expect(agent.now.score.stays == agent.now.work.stays - agent.exempt.stays, "\(note)")
        }
        var whole = expected.side("*", Self.period.days)
        whole.met = figures.agents.reduce(0) { $0 + $1.now.met }
        whole.applicable = figures.agents.reduce(0) { $0 + $1.now.applicable }
        #expect(plain(figures.total) == whole, "\(note)")
        for (rows, days) in [
            (figures.agentRules.map { ($0, $0.now) }, Self.period.days),
            (figures.agentRules.map { ($0, $0.before) }, Self.period.before),
        ] {
            for agent in figures.agents {
                let own = rows.filter { $0.0.agent == agent.name && figures.rules[$0.0.rule].polarity == .negative }
                #expect(
                    own.reduce(0) { $0 + $1.1.hits } == expected.side(agent.name, days).work.negativeHits, "\(note)")
            }
        }
    }

    // MARK: The naive fold

    private func fold(
        _ conversations: [Conversation], _ oracle: Oracle, _ policy: TimePolicy, _ rules: [Rule], isExempting: Bool
    ) -> Expected {
        var expected = Expected()
        var buyers: Set<String> = []
        var parts: Set<String> = []
        for conversation in conversations {
            guard conversation.messages.allSatisfy({ $0.time != nil }) else { continue }
            // A part is read where its first message lies in the days.
            func day(_ message: Int) -> CalendarDay? {
                guard let time = conversation.messages[message].time else { return nil }
                let day = policy.zone.day(of: time)
                return Self.period.all.contains(day) ? day : nil
            }
            func isExempt(_ agent: String, _ day: CalendarDay) -> Bool {
                isExempting && agent == "甲" && [8, 9].contains(day.civil.day)
            }
            for work in oracle.work(of: conversation) {
                guard let day = day(work.firstMessage) else { continue }
                let exempt = isExempt(work.agent, day)
                for owner in [work.agent, "*"] {
                    for apart in exempt ? [false, true] : [false] {
                        let key = Key(agent: owner, day: day, isExempt: apart)
                        var figures = expected.figures[key] ?? WorkFigures()
                        figures.stays += 1
                        figures.agentMessages += work.typed.count
                        figures.buyerMessages += work.asked.count
                        figures.handedOver += work.isHandedOver ? 1 : 0
                        if parts.insert("\(owner) \(apart) \(work.conversation)").inserted {
                            figures.conversations += 1
                        }
                        let buyer = conversation.buyer ?? "?\(conversation.id)"
                        if work.isServed, buyers.insert("\(owner) \(apart) \(day) \(buyer)").inserted {
                            figures.buyers += 1
                        }
                        if apart == exempt { figures.countedStays += 1 }
                        if apart == exempt, let waits = work.waits { add(waits, work.isHandedOver, &figures) }
                        expected.figures[key] = figures
                    }
                }
            }
            for outcome in oracle.outcomes(of: conversation) {
                guard let day = day(outcome.firstMessage), let rule = rules.first(where: { $0.id == outcome.rule })
                else { continue }
                for finding in outcome.findings {
                    guard case .agent(let agent) = finding.owner,
                        finding.outcome == .missed || rule.polarity == .negative
                    else { continue }
                    for owner in [agent, "*"] {
                        let key = Key(agent: owner, day: day, isExempt: isExempt(agent, day))
                        var figures = expected.figures[key] ?? WorkFigures()
                        if finding.outcome == .missed { figures.missed += 1 } else { figures.negativeHits += 1 }
                        if finding.outcome == .hit, rule.severity == .critical { figures.criticalHits += 1 }
                        expected.figures[key] = figures
                    }
                }
                guard rule.polarity == .positive, outcome.verdict == .hit || outcome.verdict == .clean else { continue }
                for owner in Set(outcome.exposures.map(\.owner)) {
                    guard case .agent(let agent) = owner, !isExempt(agent, day) else { continue }
                    let key = Key(agent: agent, day: day)
                    expected.applicable[key, default: 0] += 1
                    if outcome.findings.contains(where: { $0.owner == owner && $0.outcome == .hit }) {
                        expected.met[key, default: 0] += 1
                    }
                }
            }
        }
        return expected
    }

    private func add(_ waits: [OracleWork.Wait], _ isHandedOver: Bool, _ figures: inout WorkFigures) {
        figures.measuredStays += 1
        if let first = waits.first?.length {
            figures.firstResponses += 1
            figures.firstTotal += first
        }
        for wait in waits {
            if let length = wait.length {
                figures.responses += 1
                figures.responseTotal += length
                figures.longest = max(figures.longest, length)
            }
            if let after = wait.answeredAfter {
                figures.waits += 1
                if after <= 30_000 { figures.answeredIn30s += 1 }
                if after <= 180_000 { figures.answeredIn3m += 1 }
            } else if isHandedOver {
                figures.handedOverWaiting += 1
            } else {
                figures.waits += 1
                figures.unanswered += 1
            }
        }
    }
}
