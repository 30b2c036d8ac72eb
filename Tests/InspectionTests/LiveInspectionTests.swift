import ConversationModel
import Evaluation
import Foundation
import Inspection
import OracleSupport
import RuleLanguage
import TestSupport
import Testing

/// Live equals batch, over events.
struct LiveInspectionTests {
    /// Seeds of a property: `PROPERTY_SEEDS` where that many are asked for.
    private static func seeds(_ usual: UInt64) -> ClosedRange<UInt64> {
        let asked = ProcessInfo.processInfo.environment["PROPERTY_SEEDS"].flatMap { UInt64($0) }
        return 1...max(1, asked ?? usual)
    }

    private func difference(
        _ scenario: LiveScenario, _ rules: CompiledRules, rebuildLimit: Int = 2_000_000
    ) throws -> String? {
        var options = LiveInspection.Options()
        options.rebuildLimit = rebuildLimit
        let live = try LiveInspection(rules, options: options)
        var listener = LiveListener()
        for (position, event) in scenario.events.enumerated() {
            live.apply(event, position: UInt64(position)) { listener.take($0) }
        }
        live.finish { listener.take($0) }
        var lines = listener.oddities
        if live.liveConversations > 0 { lines.append("\(live.liveConversations) are still open") }
        let counts = live.counts
        if counts.overLimit > 0 { lines.append("\(counts)") }
        if let difference = try listener.difference(from: scenario.events, rules) { lines.append(difference) }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    @Test(
        "the net of shuffled, doubled events of several conversations is what a batch run finds",
        arguments: [
            RandomCase.Features(rawValue: 0), .parts, [.parts, .hours, .regex], [.parts, .scopes], [.parts, .gaps],
            [.parts, .promises, .likeness], [.parts, .sequences], [.parts, .wholes],
        ])
    func liveEqualsBatch(features: RandomCase.Features) throws {
        for seed in Self.seeds(60) {
            for isShuffled in [false, true] {
                let scenario = LiveScenario(seed: seed, features: features, isShuffled: isShuffled)
                let rules = try #require(scenario.compiled())
                guard let difference = try difference(scenario, rules) else { continue }
                Issue.record("seed \(seed), features \(features.rawValue), shuffled \(isShuffled):\n\(difference)")
                return
            }
        }
    }

    @Test("the same where late events are too many to judge at once", arguments: [0, 10, 40])
    func rebuildLimit(limit: Int) throws {
        for seed in Self.seeds(40) {
            let scenario = LiveScenario(seed: seed, features: [.parts, .scopes, .gaps])
            let rules = try #require(scenario.compiled())
            guard let difference = try difference(scenario, rules, rebuildLimit: limit) else { continue }
            Issue.record("seed \(seed), limit \(limit):\n\(difference)")
            return
        }
    }

    @Test("late events do take findings back, and change others")
    func lateEventsTakeBack() throws {
        var kinds: [LiveChange.Kind: Int] = [:]
        var replaced = 0
        for seed in Self.seeds(60) {
            let scenario = LiveScenario(seed: seed, features: [.parts, .gaps])
            let live = try LiveInspection(try #require(scenario.compiled()))
            var asserted: Set<String> = []
            func take(_ change: LiveChange) {
                kinds[change.kind, default: 0] += 1
                if change.kind == .assert, !asserted.insert(change.finding.finding.id).inserted { replaced += 1 }
            }
            for (position, event) in scenario.events.enumerated() {
                live.apply(event, position: UInt64(position)) { take($0) }
            }
            live.finish { take($0) }
        }
        #expect(
            kinds[.assert, default: 0] > 100 && kinds[.retract, default: 0] > 5 && replaced > 10,
            "\(kinds) \(replaced)")
    }

    @Test("the same for the rules that ship")
    func shippedRules() throws {
        let rules = try #require(LiveScenario.shipped)
        var findings = 0
        for seed in Self.seeds(80) {
            let scenario = LiveScenario(seed: seed, features: [.parts, .regex])
            if let difference = try difference(scenario, rules) {
                Issue.record("seed \(seed):\n\(difference)")
                return
            }
            let evaluator = try Evaluator(rules)
            for conversation in EventMapping.conversations(from: scenario.events) {
                findings += evaluator.judge(conversation).count
            }
        }
        #expect(findings > 100)
    }

    @Test("in order nothing is ever taken back")
    func inOrderNothingIsTakenBack() throws {
        for seed in Self.seeds(40) {
            let scenario = LiveScenario(seed: seed, features: [.parts, .scopes, .gaps], isShuffled: false)
            let live = try LiveInspection(try #require(scenario.compiled()))
            var listener = LiveListener()
            // What happens in one millisecond has an order of its own, in which the second may be late: none does here.
            for (place, var event) in scenario.events.sorted(by: { ($0.time, $0.id) < ($1.time, $1.id) }).enumerated() {
                event.time = event.time.advanced(by: Int64(place))
                event.received = event.time
                live.apply(event, position: UInt64(place)) { listener.take($0) }
            }
            live.finish { listener.take($0) }
            #expect(listener.oddities.isEmpty && !listener.changes.isEmpty || listener.standing.isEmpty, "seed \(seed)")
            #expect(!listener.changes.contains { $0.kind == .retract }, "seed \(seed)")
        }
    }

    @Test("after a restart in the middle the net is the same, by the same ids")
    func restartInTheMiddle() throws {
        for seed in Self.seeds(80) {
            let scenario = LiveScenario(seed: seed, features: [.parts, .scopes, .gaps, .sequences])
            let rules = try #require(scenario.compiled())
            var generator = SeededGenerator(seed: seed)
            let saved = Int.random(in: 0...scenario.events.count, using: &generator)
            let stopped = Int.random(in: saved...scenario.events.count, using: &generator)
            var listener = LiveListener()
            let first = try LiveInspection(rules)
            var memory: LiveMemory?
            for (position, event) in scenario.events[..<stopped].enumerated() {
                if position == saved { memory = first.memory(next: UInt64(position)) }
                first.apply(event, position: UInt64(position)) { listener.take($0) }
            }
            let kept = try JSONDecoder().decode(
                LiveMemory.self, from: JSONEncoder().encode(memory ?? first.memory(next: UInt64(stopped))))
            let second = try LiveInspection(rules, memory: kept)
            var again = LiveListener()
            for (position, event) in scenario.events.enumerated().dropFirst(Int(kept.position)) {
                second.apply(event, position: UInt64(position)) {
                    listener.take($0)
                    again.take($0)
                }
            }
            second.finish {
                listener.take($0)
                again.take($0)
            }
            #expect(again.oddities.isEmpty, "seed \(seed)")
            if let difference = try listener.difference(from: scenario.events, rules) {
                Issue.record("seed \(seed), saved at \(saved), stopped at \(stopped):\n\(difference)")
                return
            }
        }
    }

    // MARK: One conversation

    private static let start: Int64 = 1_772_413_200_000

    private func event(_ seconds: Int64, _ speaker: Speaker, _ text: String, name: String = "c1") -> Event {
        let time = Instant(milliseconds: Self.start + seconds * 1_000)
        return Event(
            id: "\(name) \(seconds) \(speaker.name)", shop: "s", time: time, received: time,
            content: .message(
                EventMessage(
                    conversation: name, buyer: "b", speaker: speaker, agent: speaker == .agent ? "豆豆" : nil,
                    text: text)))
    }

    private func close(_ seconds: Int64) -> Event {
        let time = Instant(milliseconds: Self.start + seconds * 1_000)
        return Event(
            id: "close \(seconds)", shop: "s", time: time, received: time,
            content: .conversation(ConversationChange(conversation: "c1", buyer: "b", kind: .closed)))
    }

    private func listen(_ body: (LiveInspection, inout LiveListener) throws -> Void) throws -> LiveListener {
        let live = try LiveInspection(try #require(SomeRules.compiled))
        var listener = LiveListener()
        try body(live, &listener)
        return listener
    }

    @Test("a duty is missed at its deadline, by the time alone, and not at the next message")
    func deadlineFiresByTime() throws {
        let listener = try listen { live, listener in
            live.apply(event(0, .buyer, "在吗"), position: 7) { listener.take($0) }
            #expect(listener.changes.isEmpty)
            let due = try #require(live.nextDeadline)
            // The moment after the limit of 60 s: an answer at it would still meet it.
            #expect(due.milliseconds == Self.start + 60_001)
            live.advance(to: due.advanced(by: -1)) { listener.take($0) }
            #expect(listener.changes.isEmpty)
            live.advance(to: due) { listener.take($0) }
        }
        let change = try #require(listener.changes.first)
        #expect(listener.changes.count == 1 && change.kind == .assert && change.position == 7)
        #expect(change.finding.finding.rule == RuleID("greeting") && change.finding.finding.outcome == .missed)
        #expect(change.at.milliseconds == Self.start + 60_001 && change.finding.finding.gap == 60_000)
    }

    @Test("an answer that comes late takes the miss back, and a hit is said at its message")
    func lateAnswer() throws {
        let listener = try listen { live, listener in
            live.apply(event(0, .buyer, "在吗"), position: 0) { listener.take($0) }
            live.apply(event(90, .agent, "加微信13812345678"), position: 1) { listener.take($0) }
            #expect(listener.standing.count == 2)
            live.apply(event(30, .agent, "您好"), position: 2) { listener.take($0) }
        }
        #expect(listener.changes.map(\.kind) == [.assert, .assert, .retract, .assert, .assert])
        #expect(listener.oddities.isEmpty)
        let hit = try #require(listener.standing.values.first { $0.rule.id == RuleID("contact") })
        // Its message has another place now; it was decided anew, and its number is masked.
        #expect(hit.finding.anchor == 2 && hit.excerpt == "加微信138****5678" && hit.day.description == "2026-03-02")
    }

    @Test("closed conversations are dropped once nothing late can reach them; a return is the next part")
    func closedOnesAreDropped() throws {
        let listener = try listen { live, listener in
            live.apply(event(0, .agent, "加微信"), position: 0) { listener.take($0) }
            live.apply(close(10), position: 1) { listener.take($0) }
            live.advance(to: Instant(milliseconds: Self.start + 310_000)) { listener.take($0) }
            #expect(live.liveConversations == 1)
            live.advance(to: Instant(milliseconds: Self.start + 310_001)) { listener.take($0) }
            #expect(live.liveConversations == 0)
            // Too late now, and said so.
            live.apply(event(5, .agent, "加微信"), position: 2) { listener.take($0) }
            live.apply(event(0, .agent, "加微信"), position: 2) { listener.take($0) }
            #expect(live.counts.tooLate == 2 && live.counts.duplicates == 0)
            live.apply(event(400, .agent, "加微信"), position: 3) { listener.take($0) }
            live.finish { listener.take($0) }
            #expect(live.liveConversations == 0)
            // In the end the name is forgotten, too.
            #expect(live.nextDeadline != nil)
            live.advance(to: Instant(milliseconds: Self.start + 30 * 86_400_000)) { listener.take($0) }
            #expect(live.nextDeadline == nil)
        }
        let hits = listener.standing.values.filter { $0.rule.id == RuleID("contact") }
        #expect(Set(hits.map(\.finding.conversation)) == ["c1", "c1#2"])
        #expect(Set(hits.compactMap(\.finding.anchor)) == [0, 2])
    }

    @Test("beyond the limit of conversations events are refused and counted")
    func conversationLimit() throws {
        var options = LiveInspection.Options()
        options.conversationLimit = 1
        let live = try LiveInspection(try #require(SomeRules.compiled), options: options)
        var listener = LiveListener()
        live.apply(event(0, .agent, "加微信"), position: 0) { listener.take($0) }
        live.apply(event(1, .agent, "加微信", name: "c2"), position: 1) { listener.take($0) }
        #expect(live.counts.overLimit == 1 && live.counts.taken == 1 && listener.changes.count == 1)
    }

    @Test("a change is one line of JSON, or one server-sent event")
    func changesAreWritten() throws {
        let listener = try listen { live, listener in
            live.apply(event(0, .agent, "加微信\n\"13812345678\""), position: 3) { listener.take($0) }
        }
        let change = try #require(listener.changes.first)
        let line = String(decoding: LiveChangeWriter().line(change), as: UTF8.self)
        #expect(line.hasSuffix("}\n") && line.dropLast().allSatisfy { $0 != "\n" })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["change"] as? String == "assert" && object["position"] as? Int == 3)
        #expect(object["id"] as? String == change.finding.finding.id && object["rule"] as? String == "contact")
        #expect(object["excerpt"] as? String == "加微信\n\"138****5678\"")
        let evidence = try #require((object["evidence"] as? [[String: Any]])?.first)
        #expect(evidence["start"] as? Int == 3 && evidence["end"] as? Int == 9)
        #expect(evidence["scalarStart"] as? Int == 1 && evidence["scalarEnd"] as? Int == 3)
    }
}
