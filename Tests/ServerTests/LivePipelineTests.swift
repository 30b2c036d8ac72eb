import ConversationModel
import EventLog
import Foundation
import Monitoring
import TestSupport
import Testing

@testable import Server

/// 2026-03-02 09:00 in Shanghai.
let morning = Instant(milliseconds: 1_772_413_200_000)

/// Seeded lines of a working shop: buyers ask, agents answer, now and then late or twice.
func shopLines(_ count: Int, seed: UInt64, shops: Int = 2) -> [(line: String, received: Instant)] {
    var random = SeededGenerator(seed: seed)
    var lines: [(line: String, received: Instant)] = []
    for number in 0..<count {
        let received = morning.advanced(by: Int64(number) * 4_000)
        let lag =
            Int.random(in: 0..<20, using: &random) == 0 ? Int64(600_000) : Int64.random(in: 0..<3_000, using: &random)
        let buyer = Int.random(in: 0..<12, using: &random)
        let agent = "a\(buyer % 3)"
        let content =
            switch Int.random(in: 0..<10, using: &random) {
            case 0: #""type":"agent-online","agent":"\#(agent)""#
            case 1...5:
                #""type":"message","conversation":"c\#(buyer)","buyer":"b\#(buyer)","from":"buyer","to":{"agent":"\#(agent)"},"text":"请问几点发货""#
            default:
                #""type":"message","conversation":"c\#(buyer)","buyer":"b\#(buyer)","from":"agent","agent":"\#(agent)""#
            }
        let id = Int.random(in: 0..<15, using: &random) == 0 && number > 0 ? number - 1 : number
        let line =
            #"{"id":"e\#(id)","shop":"店\#(buyer % shops)","time":"\#(received.advanced(by: -lag).utcText)","received":"\#(received.utcText)",\#(content)}"#
        lines.append((line, received))
    }
    return lines
}

func bytes(_ lines: some Sequence<(line: String, received: Instant)>) -> [UInt8] {
    Array(lines.map(\.line).joined(separator: "\n").utf8)
}

extension LivePipeline {
    /// Every shop with the digest of its state.
    var digests: [String: String] {
        Dictionary(uniqueKeysWithValues: shops.compactMap { name in shop(name).map { (name, $0.digest) } })
    }
}

struct LivePipelineTests {
    private func open(_ files: MemoryFiles, _ options: LivePipeline.Options = LivePipeline.Options()) throws
        -> LivePipeline
    {
        try LivePipeline(files, options: options) { _ in MonitorPolicy() }
    }

    @Test(
        "a snapshot and the tail give what the whole log gives, digest for digest",
        arguments: 1...8 as ClosedRange<UInt64>)
    func snapshotAndTail(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &* 77)
        let files = MemoryFiles()
        let lines = shopLines(400, seed: seed)
        var options = LivePipeline.Options()
        options.snapshotRecords = UInt64.random(in: 20...200, using: &random)
        var pipeline = try open(files, options)
        var start = 0
        while start < lines.count {
            let end = min(lines.count, start + Int.random(in: 1...60, using: &random))
            let present = lines[end - 1].received
            _ = try await pipeline.ingest(bytes(lines[start..<end]), receipt: .kept, now: present)
            try await pipeline.maintain(now: present)
            if Int.random(in: 0..<5, using: &random) == 0 {
                let before = await pipeline.digests
                try await pipeline.close(now: present)
                pipeline = try open(files, options)
                #expect(await pipeline.digests == before, "seed \(seed)")
            }
            start = end
        }
        let digests = await pipeline.digests
        #expect(digests.count == 2)
        try await pipeline.close(now: lines[lines.count - 1].received)
        for name in try files.names() where name.hasSuffix(".snapshot") { try files.remove(name) }
        let replay = try open(files)
        #expect(replay.replayed > 300)
        #expect(await replay.digests == digests, "seed \(seed)")
        #expect(await replay.position.index == replay.replayed)
    }

    @Test("what is sent again after a restart is duplicate, and changes nothing")
    func duplicates() async throws {
        let files = MemoryFiles()
        let lines = shopLines(60, seed: 9)
        let now = lines[59].received
        let first = try open(files)
        let taken = try await first.ingest(bytes(lines), receipt: .kept, now: now)
        #expect(taken.read == 60)
        #expect(taken.taken + taken.duplicate == 60)
        #expect(taken.sequence == UInt64(taken.taken))
        let digests = await first.digests
        try await first.close(now: now)
        let second = try open(files)
        let again = try await second.ingest(bytes(lines), receipt: .kept, now: now)
        #expect(again.taken == 0)
        #expect(again.duplicate == 60)
        #expect(await second.digests == digests)
    }

    @Test("bad events are refused alone, with line and reason, counted and kept")
    func refused() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        let good = shopLines(2, seed: 3)
        let old = #"{"id":"old","shop":"店","time":"2026-02-20T09:00:00Z","type":"entry-clicked","entry":"e"}"#
        let text = [good[0].line, "", #"{"id":"#, #"{"id":"x","shop":"店","time":1772413200000,"type":"mesage"}"#, old]
        let result = try await pipeline.ingest(
            Array((text + [good[1].line]).joined(separator: "\n").utf8), receipt: .stamped,
            now: morning.advanced(by: 10_000))
        #expect(result.read == 5)
        #expect(result.taken + result.duplicate + result.refused == result.read)
        #expect(result.refused == 3)
        #expect(result.refusals.map(\.line) == [3, 4, 5])
        #expect(result.refusals.map(\.reason) == ["invalid-json", "unknown-value", "too-old"])
        var kept: [Quarantine.Entry] = []
        #expect(try Quarantine.read(files) { kept.append($0) } == 0)
        #expect(kept.map(\.bytes) == [2, 3, 4].map { Array(text[$0].utf8) })
    }

    @Test("a receipt that is stamped stands in the log, and acknowledgements need no answer")
    func stampedAndDecided() async throws {
        let files = MemoryFiles()
        let pipeline = try LivePipeline(files, needsAnswer: { $0.text != "好的" }) { _ in MonitorPolicy() }
        func line(_ id: String, _ text: String) -> String {
            #"{"id":"\#(id)","shop":"店","time":"\#(morning.utcText)","received":"2020-01-01T00:00:00Z","type":"message","conversation":"\#(id)","buyer":"\#(id)","from":"buyer","to":{"agent":"a"},"text":"\#(text)"}"#
        }
        let now = morning.advanced(by: 1_000)
        let result = try await pipeline.ingest(
            Array([line("1", "好的"), line("2", "在吗")].joined(separator: "\n").utf8), receipt: .stamped, now: now)
        #expect(result.taken == 2)
        #expect(result.newestReceipt == now)
        let figures = try #require(try await pipeline.figures(of: "店", at: morning.advanced(by: 60_000)))
        #expect(figures.pending.open.count == 1)
        #expect(try await pipeline.figures(of: "别的店", at: now) == nil)
    }

    @Test("figures of three days ago are those that were given then, and the log is asked for them")
    func timeTravel() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        let lines = shopLines(200, seed: 21, shops: 1)
        let then = lines[150].received
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[199].received)
        let told = try #require(try await pipeline.figures(of: "店0", at: then))
        #expect(told.today.served > 0)
        for day in 1...4 as ClosedRange<Int64> {
            let later = morning.advanced(by: day * 86_400_000)
            let line =
                #"{"id":"d\#(day)","shop":"店0","time":"\#(later.utcText)","received":"\#(later.utcText)","type":"agent-online","agent":"a0"}"#
            _ = try await pipeline.ingest(Array(line.utf8), receipt: .kept, now: later)
        }
        let state = try #require(await pipeline.shop("店0"))
        #expect(try #require(state.oldestAnswer) > then)
        let again = try #require(try await pipeline.figures(of: "店0", at: then))
        // Asked days later, the day is settled.
        var settled = told.today
        settled.isSettled = true
        #expect(again.today == settled)
        #expect(again.agents == told.agents)
        #expect(again.pending == told.pending)
        #expect(
            try await pipeline.explain(.served(.shop), of: "店0", at: then)?.value == told.today.served)
    }

    @Test("ticks move the watermark of a silent shop, and stand in the log")
    func ticks() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        let lines = shopLines(30, seed: 2, shops: 1)
        let last = lines[29].received
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: last)
        #expect(try await pipeline.tick(now: last.advanced(by: 60_000)) == 0)
        let before = try #require(await pipeline.shop("店0")?.watermark)
        let later = last.advanced(by: 3_600_000)
        #expect(try await pipeline.tick(now: later) == 1)
        #expect(try await pipeline.tick(now: later.advanced(by: 299_999)) == 0)
        #expect(await pipeline.shop("店0")?.watermark == later.advanced(by: -300_000))
        #expect(before < later.advanced(by: -300_000))
        #expect(await pipeline.sources(now: later).map(\.isSilent) == [true])
        let digests = await pipeline.digests
        #expect(await (try open(files.afterKill())).digests == digests)
    }

    @Test("an observer reads a log that another one writes, and changes nothing")
    func observer() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        let lines = shopLines(50, seed: 5)
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[49].received)
        let changes = files.changes
        let observer = try LivePipeline(files, isObserver: true) { _ in MonitorPolicy() }
        #expect(await observer.digests == pipeline.digests)
        #expect(files.changes == changes)
    }

    @Test("there is no room for more shops than are allowed")
    func shopLimit() async throws {
        var options = LivePipeline.Options()
        options.shops = 2
        let pipeline = try open(MemoryFiles(), options)
        let lines = shopLines(60, seed: 4, shops: 4)
        let result = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[59].received)
        #expect(await pipeline.shops.count == 2)
        #expect(result.refused > 0)
        #expect(Set(result.refusals.map(\.reason)) == ["too-many-shops"])
        #expect(result.taken + result.duplicate + result.refused == result.read)
    }

    @Test("a log whose disk fails acknowledges nothing more, and says why")
    func failingDisk() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        files.failSync(after: 0)
        let lines = shopLines(5, seed: 1)
        await #expect(throws: EventLogError.self) {
            _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[4].received)
        }
        #expect(pipeline.failure != nil)
        #expect(await pipeline.shops.isEmpty)
    }

    @Test("a file that says receipts of the future cannot move the clock of the log")
    func futureReceipt() async throws {
        let pipeline = try open(MemoryFiles())
        let line =
            #"{"id":"1","shop":"店","time":"2099-01-01T00:00:00Z","received":"2099-01-01T00:00:00Z","type":"agent-online","agent":"a"}"#
        let future = try await pipeline.ingest(Array(line.utf8), receipt: .kept, now: morning)
        #expect(future.refusals.map(\.reason) == ["received-in-future"])
        let lines = shopLines(3, seed: 1)
        let result = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[2].received)
        #expect(result.refused == 0)
    }
}
