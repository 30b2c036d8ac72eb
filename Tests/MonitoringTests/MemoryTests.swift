import ConversationModel
import Testing

@testable import Monitoring

/// What docs/live.md says of memory.
struct MemoryTests {
    private static let start: Int64 = 1_772_413_200_000

    /// `buyers` buyers with a conversation of `events` messages each, by turns his and an agent's.
    private func state(buyers: Int, events: Int) -> ShopMonitor {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        var number = 0
        for turn in 0..<events {
            for buyer in 0..<buyers {
                number += 1
                let time = Instant(milliseconds: MemoryTests.start + Int64(number))
                var message = EventMessage(
                    conversation: "c\(buyer)", buyer: "b\(buyer)", speaker: turn.isMultiple(of: 2) ? .buyer : .agent)
                if message.speaker == .agent { message.agent = "a\(buyer % 50)" }
                monitor.apply(
                    Event(id: "event-\(number)", shop: "s", time: time, received: time, content: .message(message)))
            }
        }
        return monitor
    }

    /// Bytes that each buyer adds; both sizes are powers of two, so that the room of tables is used alike.
    private func bytesPerBuyer(events: Int) -> Int {
        (state(buyers: 8192, events: events).memory - state(buyers: 2048, events: events).memory) / 6144
    }

    @Test("a buyer with a conversation takes at most 800 bytes, and each of his events at most 176")
    func buyersAndEvents() {
        let one = bytesPerBuyer(events: 1)
        let many = bytesPerBuyer(events: 17)
        // An array takes the room that the allocator had: between other tests a few bytes more than alone.
        #expect((200...800).contains(one), "\(one) bytes a buyer with one event")
        let event = (many - one) / 16
        #expect((60...176).contains(event), "\(event) bytes an event")
    }

    @Test("an empty shop takes next to nothing, and one with a day's slots less than 200 KB")
    func shops() {
        let empty = ShopMonitor(policy: MonitorPolicy()).memory
        #expect(empty < 16_000, "\(empty) bytes")
        let small = state(buyers: 1, events: 2).memory
        #expect(small < 200_000, "\(small) bytes")
    }

    @Test("what lies behind the horizon is let go")
    func horizon() {
        var monitor = state(buyers: 2048, events: 10)
        let full = monitor.memory
        for day in 1...6 as ClosedRange<Int64> {
            monitor.advance(to: Instant(milliseconds: MemoryTests.start + day * 86_400_000))
        }
        #expect(monitor.buyers.isEmpty)
        #expect(monitor.memory < full / 2, "\(monitor.memory) of \(full) bytes")
    }
}
