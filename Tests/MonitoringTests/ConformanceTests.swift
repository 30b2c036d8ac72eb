import ConversationModel
import Events
import Foundation
import Monitoring
import Testing

/// The public conformance suite of `Corpora/live`: logs of events with the figures that they must give.
@Suite struct ConformanceTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Corpora/live")

    static let cases = [
        "across-midnight", "after-hours", "answer-under-a-second", "assistant-answer-counts",
        "assistant-answer-does-not-count", "assistant-rates", "automatic-greeting", "before-the-first-event",
        "card-starts-a-wait", "carried-past-the-assistant", "conversion",
        "conversion-undefined", "dated-2099", "duplicate", "entry-clicks", "first-answer-ends-it", "given-by-another",
        "guided-sales",
        "hand-over-between-agents", "hand-over-starts-the-human-wait", "late-event", "out-of-order", "presence",
        "read-then-handed-over", "read-unanswered", "read-unanswered-until-read", "reopened-conversation",
        "reply-after-a-close",
        "same-buyer-two-agents",
        "silence-closes", "summer-time-1988", "take-over-after-hand-over",
        "take-over-without-record", "the-assistant-takes-it-next", "too-old",
    ]

    @Test("the suite has these cases")
    func theSuiteHasTheseCases() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
        #expect(folders.filter { !$0.hasSuffix(".md") }.sorted() == Self.cases)
    }

    private static func settings(_ policy: [String: Any]) -> LiveOracle.Settings {
        var settings = LiveOracle.Settings()
        settings.assistantAnswers = policy["assistantAnswers"] as? Bool ?? false
        settings.carries = policy["onTransfer"] as? String == "carry"
        settings.untilRead = policy["pendingUntil"] as? String == "read"
        if policy["zone"] as? String == "Asia/Shanghai-1988" { settings.zone = RandomLog.shanghai }
        if let open = policy["open"] as? [String: String] {
            func clock(_ name: String) -> Int64 {
                let parts = (open[name] ?? "").split(separator: ":").compactMap { Int64($0) }
                return parts.count == 2 ? parts[0] * 3_600_000 + parts[1] * 60_000 : 0
            }
            settings.open = (clock("from"), clock("to"))
        }
        return settings
    }

    /// The events of a case, and how many the reader refused as too old: a monitor would, too.
    private static func events(_ name: String) throws -> (events: [Event], tooOld: Int64) {
        let bytes = try Data(contentsOf: root.appendingPathComponent(name + "/events.ndjson"))
        var events: [Event] = []
        var tooOld: Int64 = 0
        for record in EventReader().read(Array(bytes)) {
            switch record {
            case .event(let event): events.append(event)
            case .refused(let refusal) where refusal.code == .tooOld: tooOld += 1
            case .refused(let refusal): Issue.record("\(name): \(refusal)")
            }
        }
        return (events, tooOld)
    }

    @Test("the figures of the suite", arguments: cases)
    func figures(name: String) throws {
        let data = try Data(contentsOf: Self.root.appendingPathComponent(name + "/expected.json"))
        let suite = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let settings = Self.settings(suite["policy"] as? [String: Any] ?? [:])
        let (events, tooOld) = try Self.events(name)
        var oracle = LiveOracle(settings)
        oracle.take(events, findsAmended: true)
        // As it comes, and with a restart before each event.
        var monitor = ShopMonitor(policy: settings.policy)
        var restarted = ShopMonitor(policy: settings.policy)
        for event in events {
            monitor.apply(event)
            restarted = try ShopMonitor(snapshot: restarted.snapshot, policy: settings.policy)
            restarted.apply(event)
        }
        #expect(monitor.digest == restarted.digest)
        let answers = try #require(suite["answers"] as? [[String: Any]])
        #expect(!answers.isEmpty)
        for answer in answers {
            let text = try #require(answer["at"] as? String)
            let at = try #require(Self.time(text))
            let figures = monitor.figures(at: at)
            let told = figures.told
            #expect(told == oracle.figures(at: at.milliseconds), "\(name), \(text)")
            for (key, expected) in try #require(answer["figures"] as? [String: Any]) {
                let value = key == "counters.tooOld" ? figures.counters.tooOld + tooOld : figures.named(key)
                if let time = expected as? String {
                    #expect(value.map { Instant(milliseconds: $0).utcText } == time, "\(name), \(text): \(key)")
                } else {
                    let number = (expected as? NSNumber)?.int64Value
                    #expect(value == number, "\(name), \(text): \(key)")
                }
            }
        }
    }

    private static func time(_ text: String) -> Instant? {
        let formatter = ISO8601DateFormatter()
        return formatter.date(from: text).map { Instant(milliseconds: Int64($0.timeIntervalSince1970) * 1000) }
    }
}

extension ShopFigures {
    /// A figure by its name in the conformance suite: nil where it is undefined.
    func named(_ name: String) -> Int64? {
        let parts = name.split(separator: ".").map(String.init)
        let agent = agents.first { parts.count > 1 && $0.agent == parts[1] }
        switch name {
        case "meanResponse": return meanResponse
        case "buyerWaits.mean": return buyerWaits.mean
        case "pendingPerAgent": return pendingPerAgent.perMille
        case "assistant.handOverRate": return assistant.handOverRate.perMille
        case "today.conversion": return today.conversion?.perMille
        case "today.strictConversion": return today.strictConversion?.perMille
        case "yesterday.conversion": return yesterday.conversion?.perMille
        case "counters.applied": return counters.applied
        case "counters.late": return counters.late
        case "counters.duplicate": return counters.duplicate
        case "counters.fromTheFuture": return counters.fromTheFuture
        default: break
        }
        for (name, day) in [("today", today), ("yesterday", yesterday), ("yesterdayUntil", yesterdayUntilThisTime)]
        where parts.first == name && !day.isKnown { return nil }
        for (name, day) in [("today", today), ("yesterday", yesterday), ("yesterdayUntil", yesterdayUntilThisTime)]
        where parts == [name, "inquiring"] && !day.areOrdersKnown { return nil }
        if parts.first == "agent", parts.last == "mean" { return agent?.response.answers.mean }
        if parts.last == "oldest" { return told[name] }
        return told[name] ?? 0
    }
}
