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

/// Counts under exemptions, compared with a fold over what the oracle decided.
@Suite struct ExemptionPropertyTests {
    private static let features: RandomCase.Features = [
        .missingTimes, .truncation, .regex, .parts, .scopes, .gaps, .promises, .sequences,
    ]

    private struct Place: Hashable {
        var owner: String
        var rule: String
    }

    @Test("counts are those of what is not exempt, for agents and for the whole")
    func countsAreThoseOfTheRest() throws {
        var covered = 0
        for seed in 1...150 as ClosedRange<UInt64> where try compare(seed) > 0 { covered += 1 }
        #expect(covered > 30)
    }

    /// Compares the case of a seed; returns its exempt findings.
    private func compare(_ seed: UInt64) throws -> Int {
        let random = RandomCase(seed: seed, features: Self.features)
        let acknowledgements = Acknowledgements(table: SomeRules.table)
        let oracle = Oracle(rules: random.rules, policy: random.policy, groups: random.groups) {
            acknowledgements.needsAnswer($0)
        }
        guard
            let compiled = RuleCompiler.compile(
                random.rules, digest: "", policy: random.policy, table: SomeRules.table,
                cache: DiskCache(directory: nil)
            ).rules
        else { return 0 }
        var generator = SeededGenerator(seed: seed)
        let exemptions = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            exemption(random, &generator)
        }
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", try archiveLine(random.conversation))
        let roster = try Roster.parse(Array("account,group\n某人,售后组\n".utf8), path: "r").roster
        let run = try Run([input], rules: compiled) {
            $0.roster = roster
            $0.exemptions = Exemptions(exemptions: exemptions)
        }
        let tally = try #require(run.result?.tally)
        let outcomes = oracle.outcomes(of: random.conversation)
        let expected = fold(outcomes, random, exemptions)
        let note = "\(random.transcript)\n\(exemptions)\n\(describe(outcomes, spans: false))"
        for (number, rule) in tally.rules.enumerated() {
            for (key, name) in tally.byAgent.keys.enumerated() {
                var counts = tally.byAgent[key, number]
                counts.notEvaluated = 0
                #expect(
                    counts == expected.owners[Place(owner: name, rule: rule.id.value)] ?? TallyCounts(),
                    "\(name) \(rule.id)\n\(note)")
            }
            let whole = tally.total.keys.isEmpty ? TallyCounts() : tally.total[0, number]
            #expect(whole == expected.whole[rule.id.value] ?? TallyCounts(), "\(rule.id)\n\(note)")
        }
        for (place, counts) in expected.owners where counts != TallyCounts() {
            #expect(tally.byAgent.keys.contains(place.owner), "\(place)\n\(note)")
        }
        let marked = run.lines.split(separator: 0x0A).count {
            String(decoding: $0, as: UTF8.self).contains("\"exempt\":")
        }
        #expect(marked == expected.exemptFindings, "\(note)")
        #expect(run.result?.coverage.exemptions.reduce(0) { $0 + $1.findings } == marked, "\(note)")
        return marked
    }

    private func exemption(_ random: RandomCase, _ generator: inout SeededGenerator) -> Exemption {
        var one = Exemption(reason: "因", author: "甲", recorded: CalendarDay(year: 2026, month: 3, day: 1))
        func pick<T>(of choices: [T]) -> T? { choices.randomElement(using: &generator) }
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: one.agents = [pick(of: ["甲", "乙", "丙"]) ?? ""]
            case 1: one.rules = [pick(of: random.rules.map(\.id)) ?? RuleID("r0")]
            case 2: one.buyers = [pick(of: ["b", "b", "x"]) ?? ""]
            case 3: one.conversations = [pick(of: ["c", "c#2", "z"]) ?? ""]
            case 4:
                let day = CalendarDay(year: 2026, month: 3, day: Int.random(in: 1...4, using: &generator))
                one.window = .days(day, Bool.random(using: &generator) ? nil : day)
            default:
                let times = random.conversation.messages.compactMap { $0.time?.milliseconds }
                let start = (times.randomElement(using: &generator) ?? 0) + Int64.random(in: -1...1, using: &generator)
                one.window = .instants(
                    Instant(milliseconds: start),
                    Instant(milliseconds: start + Int64.random(in: 1...600_000, using: &generator)))
            }
        }
        return one
    }

    // MARK: The naive fold

    private func fold(
        _ outcomes: [OracleOutcome], _ random: RandomCase, _ exemptions: [Exemption]
    ) -> (owners: [Place: TallyCounts], whole: [String: TallyCounts], exemptFindings: Int) {
        var owners: [Place: TallyCounts] = [:]
        var whole: [String: TallyCounts] = [:]
        var exemptFindings = 0
        let messages = random.conversation.messages
        let hasTimes = messages.allSatisfy { $0.time != nil }
        let starts = Set(outcomes.map(\.firstMessage)).sorted()
        for outcome in outcomes {
            let last = (starts.first { $0 > outcome.firstMessage } ?? messages.count) - 1
            func covers(_ one: Exemption, _ owner: Owner?) -> Bool {
                if !one.agents.isEmpty {
                    guard case .agent(let name)? = owner, one.agents.contains(name) else { return false }
                }
                if !one.rules.isEmpty, !one.rules.contains(outcome.rule) { return false }
                if !one.buyers.isEmpty, !one.buyers.contains("b") { return false }
                if !one.conversations.isEmpty, !one.conversations.contains("c"),
                    !one.conversations.contains(outcome.conversation)
                {
                    return false
                }
                guard let window = one.window else { return true }
                guard hasTimes, let first = messages[outcome.firstMessage].time, let end = messages[last].time else {
                    return false
                }
                switch window {
                case .days(let from, let to):
                    let day = random.policy.zone.day(of: first)
                    return day >= (from ?? day) && day <= (to ?? day)
                case .instants(let from, let to):
                    return end >= (from ?? end) && first < (to ?? Instant(milliseconds: .max))
                }
            }
            func isExempt(_ owner: Owner) -> Bool { exemptions.contains { covers($0, owner) } }
            exemptFindings += outcome.findings.count { isExempt($0.owner) }
            let rule = outcome.rule.value
            if case .notEvaluated = outcome.verdict {
                let stay = outcome.stay?.owner
                if !exemptions.contains(where: { covers($0, stay) }) {
                    whole[rule, default: TallyCounts()].notEvaluated += 1
                }
                // Nobody is counted; what was found all the same is.
                continue
            }
            if outcome.verdict == .notApplicable { continue }
            let findings = outcome.findings.filter { !isExempt($0.owner) }
            let exposed = Set(outcome.exposures.map(\.owner).filter { !isExempt($0) })
            for owner in exposed {
                owners[Place(owner: owner.label, rule: rule), default: TallyCounts()].unitsApplicable += 1
            }
            for finding in findings {
                let place = Place(owner: finding.owner.label, rule: rule)
                if finding.outcome == .hit {
                    owners[place, default: TallyCounts()].hits += 1
                    whole[rule, default: TallyCounts()].hits += 1
                } else {
                    owners[place, default: TallyCounts()].missed += 1
                    whole[rule, default: TallyCounts()].missed += 1
                }
            }
            for owner in Set(findings.filter { $0.outcome == .hit }.map(\.owner)) {
                owners[Place(owner: owner.label, rule: rule), default: TallyCounts()].unitsHit += 1
            }
            if !exposed.isEmpty { whole[rule, default: TallyCounts()].unitsApplicable += 1 }
            if findings.contains(where: { $0.outcome == .hit }) { whole[rule, default: TallyCounts()].unitsHit += 1 }
        }
        return (owners, whole, exemptFindings)
    }
}
