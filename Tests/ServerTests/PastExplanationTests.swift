import ConversationModel
import EventLog
import Events
import Foundation
import Monitoring
import TestSupport
import Testing

@testable import Server

/// Explanations of what lies before the horizon, while the log holds it.
struct PastExplanationTests {
    private static let hour: Int64 = 3_600_000
    private static let shop = "店"

    /// Six days of a shop: an agent who came on the first and stays, a buyer who has asked every twelve hours since and was never
    /// answered, and others who are.
    private static var events: [Event] {
        var events: [Event] = []
        func add(_ id: String, _ hours: Int64, _ seconds: Int64, _ content: Event.Content) {
            let time = morning.advanced(by: hours * hour + seconds * 1000)
            events.append(Event(id: id, shop: shop, time: time, received: time, content: content))
        }
        add("came", -1, 0, .agent(AgentChange(agent: "豆豆", kind: .online)))
        add(
            "given", 0, 0,
            .conversation(
                ConversationChange(conversation: "c", buyer: "小王", kind: .assigned(to: .agent("豆豆")))))
        for turn in 0...12 as ClosedRange<Int64> {
            if turn == 5 { add("came-later", 60, 0, .agent(AgentChange(agent: "小禾", kind: .online))) }
            add("asked-\(turn)", turn * 12, 5, .message(EventMessage(conversation: "c", buyer: "小王", speaker: .buyer)))
            let other = "客\(turn)"
            add(
                "other-\(turn)", turn * 12, 6,
                .message(EventMessage(conversation: other, buyer: other, speaker: .buyer)))
            add(
                "greeted-\(turn)", turn * 12, 7,
                .message(
                    EventMessage(
                        conversation: other, buyer: other, speaker: .agent, agent: "豆豆", isAutomatic: true)))
        }
        return events
    }

    private func pipeline(_ options: LivePipeline.Options = LivePipeline.Options()) async throws -> LivePipeline {
        let pipeline = try LivePipeline(MemoryFiles(), options: options) { _ in MonitorPolicy() }
        let now = morning.advanced(by: 145 * Self.hour)
        for event in Self.events {
            var line: [UInt8] = []
            EventWriter.append(event, to: &line)
            let result = try await pipeline.ingest(line, receipt: .kept, now: now)
            #expect(result.taken == 1)
        }
        return pipeline
    }

    @Test("what is open since before the horizon is named from its first event on, now and as of earlier instants")
    func open() async throws {
        let pipeline = try await pipeline()
        for hours in [144, 120, 100, 60] as [Int64] {
            let at = morning.advanced(by: hours * Self.hour + 60_000)
            let pending = try #require(try await pipeline.explain(.pending(.agent("豆豆")), of: Self.shop, at: at))
            let term = try #require(pending.terms.first { $0.subject == "小王" })
            #expect(term.events == ["given", "asked-0"] && term.isComplete, "\(hours)")
            #expect(pending.oldest == morning.advanced(by: 5_000), "\(hours)")
            let events = pending.events.filter { term.events.contains($0.id) }
            #expect(events.map(\.type) == ["conversation-assigned", "message"], "\(hours)")
            let online = try #require(try await pipeline.explain(.online(.shop), of: Self.shop, at: at))
            #expect(online.terms.map(\.events) == [["came"], ["came-later"]], "\(hours)")
            #expect(online.terms.map(\.isComplete) == [true, true], "\(hours)")
            #expect(online.events.map(\.time) == [-1, 60].map { morning.advanced(by: $0 * Self.hour) }, "\(hours)")
        }
        // By itself the state no longer knows it.
        let state = try #require(await pipeline.shop(Self.shop))
        let pending = state.explain(.pending(.agent("豆豆")), at: morning.advanced(by: 144 * Self.hour + 60_000))
        let term = try #require(pending.terms.first { $0.subject == "小王" })
        #expect(!term.isComplete && !state.isComplete(pending))
    }

    @Test("where the beginning of the log was removed, what began in the rest of it is named, and the figures stay")
    func removed() async throws {
        var options = LivePipeline.Options()
        options.log.segmentBytes = 2_000
        options.retention = 96 * Self.hour
        let pipeline = try await pipeline(options)
        let at = morning.advanced(by: 144 * Self.hour + 60_000)
        let before = try #require(try await pipeline.explain(.online(.shop), of: Self.shop, at: at))
        for hours in [145, 146, 147] as [Int64] {
            _ = try await pipeline.maintain(now: morning.advanced(by: hours * Self.hour), isForced: true)
            let tick = Event(
                id: "t\(hours)", shop: Self.shop, time: at, received: morning.advanced(by: hours * Self.hour),
                content: .tick)
            var line: [UInt8] = []
            EventWriter.append(tick, to: &line)
            _ = try await pipeline.ingest(line, receipt: .kept, now: tick.received)
        }
        #expect(pipeline.log.first > .start)
        let online = try #require(try await pipeline.explain(.online(.shop), of: Self.shop, at: at))
        #expect(online.value == before.value && online.terms.map(\.subject) == before.terms.map(\.subject))
        #expect(online.terms.map(\.isComplete) == [false, true] && online.terms.map(\.events) == [[], ["came-later"]])
        #expect(online.events == before.events.filter { $0.id == "came-later" })
        await #expect(throws: LiveQueryError.beforeRetention) {
            try await pipeline.explain(.online(.shop), of: Self.shop, at: morning)
        }
    }

    @Test("figures of an instant before a long silence are those of then, not of what came after")
    func beforeASilence() async throws {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        func add(_ id: String, _ seconds: Int64, _ speaker: Speaker, _ conversation: String = "c") async throws {
            let time = morning.advanced(by: seconds * 1000)
            let message = EventMessage(
                conversation: conversation, buyer: conversation, speaker: speaker, agent: speaker == .agent ? "豆豆" : nil
            )
            var line: [UInt8] = []
            EventWriter.append(
                Event(id: id, shop: Self.shop, time: time, received: time, content: .message(message)), to: &line)
            #expect(try await pipeline.ingest(line, receipt: .kept, now: time).taken == 1)
        }
        try await add("asked", 5, .buyer)
        try await add("answered", 60, .agent)
        try await add("asked-again", 1300, .buyer)
        // The next to come are two and five days later.
        try await add("later", 60 * 3600, .buyer, "d")
        try await add("last", 121 * 3600, .buyer, "e")
        for (seconds, pending) in [(30, 0), (1200, 0), (1300, 0), (1301, 1), (6 * 3600, 1)] as [(Int64, Int64)] {
            let at = morning.advanced(by: seconds * 1000)
            let figures = try #require(try await pipeline.figures(of: Self.shop, at: at))
            #expect(figures.pending.open.count == pending, "\(seconds)")
            let explained = try #require(try await pipeline.explain(.pending(.shop), of: Self.shop, at: at))
            #expect(explained.value == pending, "\(seconds)")
            #expect(figures.today.served == (seconds > 60 ? 1 : 0), "\(seconds)")
        }
    }

    @Test("a day before the horizon is explained as it was: who was left out, and why")
    func days() async throws {
        let pipeline = try await pipeline()
        let state = try #require(await pipeline.shop(Self.shop))
        let oldest = try #require(state.oldestAnswer)
        // Yesterday of the first instant that the state answers for.
        let served = try #require(
            try await pipeline.explain(.served(.shop), of: Self.shop, on: .yesterday, at: oldest.advanced(by: 1)))
        let span = try #require(served.span)
        #expect(span.end < oldest)
        #expect(served.value == 0 && Set(served.leftOut.map(\.reason)) == [.noReply, .onlyAutomatic])
        #expect(served.leftOut.allSatisfy { !$0.events.isEmpty })
        let plain = state.explain(.served(.shop), of: .yesterday, at: oldest.advanced(by: 1))
        #expect(plain.leftOutCount == served.leftOutCount && plain.leftOut != served.leftOut)
    }

    @Test("an entry that nobody has set or clicked is none of the shop's")
    func entries() async throws {
        let pipeline = try await pipeline()
        let now = morning.advanced(by: 145 * Self.hour)
        var lines: [UInt8] = []
        for (id, content) in [
            ("set", Event.Content.settings(SettingsChange(entries: [.init(id: "发票", title: "能开发票吗")]))),
            ("clicked", .entryClicked(entry: "退换货")),
        ] {
            EventWriter.append(Event(id: id, shop: Self.shop, time: now, received: now, content: content), to: &lines)
        }
        #expect(try await pipeline.ingest(lines, receipt: .kept, now: now).taken == 2)
        let at = now.advanced(by: 60_000)
        #expect(try await pipeline.explain(.clicks(entry: "发票"), of: Self.shop, at: at)?.value == 0)
        #expect(try await pipeline.explain(.clicks(entry: "退换货"), of: Self.shop, at: at)?.value == 0)
        await #expect(throws: LiveQueryError.noSuchName("运费")) {
            try await pipeline.explain(.clicks(entry: "运费"), of: Self.shop, at: at)
        }
    }
}
