import Archives
import ConversationModel
import Evaluation
import Foundation
import Inspection
import OracleSupport
import RuleLanguage
import TestSupport
import Testing

/// Live inspection by schemes and versions: what stands in the end is what a run over archives writes.
struct LiveSchemeTests {
    /// Members by name, each as its JSON.
    private typealias Line = [String: String]

    /// Findings as a run over an archive writes them, by id; several owners may share one.
    private func batch(_ events: [Event], _ rules: RunRules, _ roster: Roster?) throws -> [String: [Line]] {
        let bytes = try EventMapping.conversations(from: events).flatMap { try archiveLine($0) }
        let directory = try TemporaryDirectory()
        let run = try Run([try directory.write("a.ndjson", bytes)], rules: rules) {
            $0.roster = roster
            // Two buyers may have conversations of one name.
            $0.allowsDuplicates = true
        }
        return Dictionary(grouping: try run.lines.split(separator: 0x0A).map { try line($0) }) {
            word("id", of: $0)
        }
    }

    private func line(_ bytes: some Collection<UInt8>) throws -> Line {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        return try object.mapValues {
            String(
                decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed]),
                as: UTF8.self)
        }
    }

    private func word(_ name: String, of line: Line) -> String {
        (line[name] ?? "").replacing("\"", with: "")
    }

    /// What stands after all events, by id, and what was odd.
    private func live(
        _ events: [Event], _ rules: RunRules, _ roster: Roster?, expiring generator: SeededGenerator? = nil
    ) throws -> (standing: [String: Line], oddities: [String]) {
        var options = LiveInspection.Options()
        options.roster = roster
        let live = try LiveInspection(rules, options: options)
        var listener = LiveListener()
        var random = generator ?? SeededGenerator(seed: 0)
        for (position, event) in events.enumerated() {
            live.apply(event, position: UInt64(position)) { listener.take($0) }
            guard generator != nil, Int.random(in: 0..<3, using: &random) == 0 else { continue }
            let ahead = Int64.random(in: 0...3_600_000, using: &random)
            live.expire(to: event.received.advanced(by: ahead)) { listener.take($0) }
        }
        live.finish { listener.take($0) }
        #expect(live.failure == nil)
        return (
            try listener.standing.mapValues { try line(LiveChangeWriter().line($0).dropLast()) }, listener.oddities
        )
    }

    private func difference(_ live: [String: Line], _ batch: [String: [Line]], hasGroups: Bool) -> String? {
        var lines: [String] = []
        for (id, findings) in batch {
            let findings = hasGroups ? findings : findings.map { $0.filter { $0.key != "group" } }
            guard let mine = live[id] else {
                lines.append("not asserted: \(findings)")
                continue
            }
            if !findings.contains(mine) { lines.append("live: \(mine)\nbatch: \(findings)") }
        }
        for (id, line) in live where batch[id] == nil { lines.append("only live: \(line)") }
        return lines.isEmpty ? nil : lines.prefix(4).joined(separator: "\n")
    }

    private static let roster = """
        account,group,from,to
        甲,售前,,
        乙,售后,,2026-03-02
        乙,售前,2026-03-03,
        丙,夜班,,
        """

    private func rules(of scenario: LiveScenario, seed: UInt64) -> RunRules {
        var generator = SeededGenerator(seed: seed &* 17)
        let ids = scenario.rules.map(\.id)
        func some() -> Set<RuleID> { Set(ids.filter { _ in Bool.random(using: &generator) }) }
        let schemes = SchemeTable([
            Scheme(id: "before", name: "售前", groups: ["售前"], selection: .only(some())),
            Scheme(id: "after", name: "售后", groups: ["售后", "服务助手"], selection: .except(some())),
        ])
        return RunRules(schemes: schemes, policy: scenario.policy) { scheme in
            let rules = scenario.rules.filter { scheme.takes($0.id) }
            guard let compiled = LiveScenario.compile(rules, policy: scenario.policy) else {
                throw RunFailure.refused("")
            }
            return RuleSet(compiled)
        }
    }

    @Test(
        "by schemes the net of shuffled, doubled events is what a run over archives writes",
        arguments: 1...40 as ClosedRange<UInt64>)
    func schemes(seed: UInt64) throws {
        let roster = try Roster.parse(Array(Self.roster.utf8), path: "roster.csv").roster
        for features in [RandomCase.Features.parts, [.parts, .gaps, .scopes], [.parts, .wholes]] {
            let scenario = LiveScenario(seed: seed, features: features, isShuffled: seed % 2 == 0)
            let rules = rules(of: scenario, seed: seed)
            let batch = try batch(scenario.events, rules, roster)
            for clock in [nil, SeededGenerator(seed: seed)] {
                let live = try live(scenario.events, rules, roster, expiring: clock)
                let difference = difference(live.standing, batch, hasGroups: true)
                #expect(live.oddities.isEmpty, "seed \(seed)")
                #expect(difference == nil, "seed \(seed), features \(features.rawValue): \(difference ?? "")")
            }
        }
    }

    @Test("the schemes of such tests are not all the same")
    func schemesMatter() throws {
        let roster = try Roster.parse(Array(Self.roster.utf8), path: "roster.csv").roster
        var pairs: Set<String> = []
        for seed in UInt64(1)...20 {
            let scenario = LiveScenario(seed: seed, features: .parts)
            for line in try live(scenario.events, rules(of: scenario, seed: seed), roster).standing.values {
                pairs.insert("\(word("group", of: line)) \(word("scheme", of: line))")
            }
        }
        #expect(pairs.contains { $0.hasPrefix("售前 before") } && pairs.contains { $0.hasPrefix("售后 after") })
        #expect(pairs.contains { $0.hasSuffix(" all-rules") }, "\(pairs)")
    }

    @Test("each part is judged by the version in force at its first message", arguments: 1...20 as ClosedRange<UInt64>)
    func versions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var history = try History()
        // 2026-03-01 12:00 in Shanghai, and two midnights behind it.
        let noon = Instant(milliseconds: 1_772_337_600_000)
        for day in 0..<3 {
            let words = ["微信", "QQ", "好评"].filter { _ in Bool.random(using: &random) }
            let texts = [
                keywordRule("one", words + ["转账"]),
                #"""
                {"id":"answer","name":"答复","polarity":"positive","when":{"after":{"message":{"from":"buyer"}},
                 "expect":{"message":{"from":"agent"}},"within":{"time":"\#(Int.random(in: 10...60, using: &random))s"}}}
                """#,
            ]
            try history.publish(texts, at: noon.advanced(by: Int64(day) * 86_400_000))
        }
        var events: [Event] = []
        for number in 0..<200 {
            let time = noon.advanced(by: Int64.random(in: 0...3 * 86_400_000, using: &random))
            let name = Int.random(in: 0..<6, using: &random)
            let isBuyer = Bool.random(using: &random)
            events.append(
                Event(
                    id: "e\(number)", shop: "s", time: time,
                    received: time.advanced(by: Int64.random(in: 0...300_000, using: &random)),
                    content: .message(
                        EventMessage(
                            conversation: "c\(name)", buyer: "b\(name)", speaker: isBuyer ? .buyer : .agent,
                            agent: isBuyer ? nil : "甲",
                            text: ["微信", "QQ", "好评", "转账", "您好"].randomElement(using: &random)))))
        }
        events.sort { $0.received < $1.received }
        let rules = history.rules(at: noon.advanced(by: 5 * 86_400_000))
        let live = try live(events, rules, nil)
        let difference = difference(live.standing, try batch(events, rules, nil), hasGroups: false)
        #expect(difference == nil, "seed \(seed): \(difference ?? "")")
        #expect(Set(live.standing.values.compactMap { $0["version"] }).count > 1)
    }

    // MARK: When

    private static let start: Int64 = 1_772_413_200_000

    private func event(_ seconds: Int64, _ speaker: Speaker, _ text: String, agent: String = "甲") -> Event {
        let time = Instant(milliseconds: Self.start + seconds * 1_000)
        return Event(
            id: "\(seconds) \(speaker.name)", shop: "s", time: time, received: time,
            content: .message(
                EventMessage(
                    conversation: "c", buyer: "b", speaker: speaker, agent: speaker == .agent ? agent : nil, text: text)
            )
        )
    }

    private func inspection() throws -> LiveInspection {
        let rules = RunRules(schemes: SchemeTable([Scheme(id: "one", name: "一", groups: ["售前"])]), policy: TimePolicy())
        {
            _ in RuleSet(try #require(SomeRules.compiled))
        }
        var options = LiveInspection.Options()
        options.roster = try Roster.parse(Array(Self.roster.utf8), path: "roster.csv").roster
        return try LiveInspection(rules, options: options)
    }

    @Test("with schemes nothing is said before the group is known, then at once all that was decided")
    func heldBack() throws {
        let live = try inspection()
        var listener = LiveListener()
        live.apply(event(0, .buyer, "在吗"), position: 0) { listener.take($0) }
        live.expire(to: Instant(milliseconds: Self.start + 90_000)) { listener.take($0) }
        #expect(listener.changes.isEmpty)
        live.apply(event(100, .agent, "加微信"), position: 1) { listener.take($0) }
        #expect(Set(listener.changes.map(\.finding.rule.id.value)) == ["greeting", "contact"])
        #expect(listener.changes.allSatisfy { $0.finding.group == "售前" && $0.finding.scheme == "one" })
        // Decided when it was due, said when it could be.
        let greeting = try #require(listener.changes.first { $0.finding.rule.id == RuleID("greeting") })
        #expect(greeting.finding.decidedAt.milliseconds == Self.start + 60_001)
        #expect(greeting.at.milliseconds >= Self.start + 90_000)
    }

    @Test("a conversation without agents is judged when it closes, as that of nobody or of the assistant")
    func withoutAgents() throws {
        for (speaker, group) in [(Speaker.system, "未分组"), (.assistant, "服务助手")] {
            let live = try inspection()
            var listener = LiveListener()
            live.apply(event(0, .buyer, "在吗"), position: 0) { listener.take($0) }
            live.apply(event(5, speaker, "请稍候"), position: 1) { listener.take($0) }
            #expect(listener.changes.isEmpty)
            live.finish { listener.take($0) }
            #expect(listener.changes.map(\.finding.group) == [group])
        }
    }

    @Test("a clock fires deadlines and closes, and makes nothing late")
    func clock() throws {
        let live = try LiveInspection(try #require(SomeRules.compiled))
        var listener = LiveListener()
        live.apply(event(0, .buyer, "在吗"), position: 0) { listener.take($0) }
        let due = try #require(live.nextExpiry)
        live.expire(to: due) { listener.take($0) }
        #expect(listener.changes.map(\.kind) == [.assert])
        // Hours later by the clock nothing is done with: no event has told so.
        live.expire(to: Instant(milliseconds: Self.start + 30 * 3_600_000)) { listener.take($0) }
        #expect(live.liveConversations == 1 && live.nextExpiry == nil)
        live.apply(event(30, .agent, "您好"), position: 1) { listener.take($0) }
        #expect(live.counts.tooLate == 0 && listener.oddities.isEmpty)
        // Missed no more, but met.
        #expect(listener.changes.map(\.kind) == [.assert, .retract, .assert])
        #expect(listener.standing.values.map(\.finding.outcome) == [.hit])
    }
}
