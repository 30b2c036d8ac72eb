import ConversationModel
import Monitoring
import Testing

/// How long a reply follows what the buyer said before his conversation was closed.
@Suite struct ReplyMemoryTests {
    private static let start: Int64 = 1_772_416_800_000
    private static let day: Int64 = 86_400_000

    private static func event(_ id: String, _ after: Int64, _ content: Event.Content) -> Event {
        let time = Instant(milliseconds: start + after)
        return Event(id: id, shop: "店", time: time, received: time, content: content)
    }

    private static func message(_ speaker: Speaker, conversation: String = "c1") -> Event.Content {
        .message(
            EventMessage(
                conversation: conversation, buyer: "小王", speaker: speaker, agent: speaker == .agent ? "豆豆" : nil))
    }

    @Test(
        "a reply follows a question over a close for 72 hours, by the monitor, by the recount, and with what is forgotten between",
        arguments: [1 * day, 2 * day, 3 * day, 3 * day + 1])
    func threeDays(gap: Int64) throws {
        var log = [
            Self.event("1", 0, Self.message(.buyer)),
            Self.event("2", 1000, .conversation(ConversationChange(conversation: "c1", buyer: "小王", kind: .closed))),
        ]
        // Others keep the time moving, so that what is old is forgotten.
        for hour in stride(from: Int64(1), to: gap / 3_600_000, by: 1) {
            log.append(Self.event("p\(hour)", hour * 3_600_000, .entryClicked(entry: "发票")))
        }
        log.append(Self.event("3", 1000 + gap, Self.message(.agent)))
        log.append(Self.event("4", 2000 + gap, Self.message(.buyer, conversation: "c2")))
        let policy = LiveOracle.Settings().policy
        var monitor = ShopMonitor(policy: policy)
        for event in log {
            monitor.apply(event)
            if event.id.hasPrefix("p") { monitor = try ShopMonitor(snapshot: monitor.snapshot, policy: policy) }
        }
        var oracle = LiveOracle(LiveOracle.Settings())
        oracle.take(log)
        let at = Self.start + gap + 60_000
        let figures = monitor.figures(at: Instant(milliseconds: at))
        #expect(figures.today.served == (gap <= 3 * Self.day ? 1 : 0))
        #expect(figures.told == oracle.figures(at: at))
    }
}
