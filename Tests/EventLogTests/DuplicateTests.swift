import ConversationModel
import TestSupport
import Testing

@testable import EventLog

/// Promise 3: an event id comes in at most once within 48 hours of event time.
struct DuplicateTests {
    @Test("a feed sent twice, out of order and over restarts comes in once", arguments: 0..<40)
    func feedTwice(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 2000
        var log = try EventLog.open(files, options: options)
        // A naive copy of the rule: when each event happened that came in.
        var times: [String: Int64] = [:]
        var clock = Int64.min
        var now = morning
        var sent: [LogRecord] = []
        for step in 0..<300 {
            now = now.advanced(by: Int64.random(in: 0...2 * hour, using: &generator))
            var event = record(
                "\(Int.random(in: 0..<250, using: &generator))", shop: "shop-\(generator.next() % 2)",
                at: now.advanced(by: -Int64.random(in: 0...60 * hour, using: &generator)), received: now)
            if generator.next() % 2 == 0, let old = sent.randomElement(using: &generator) {
                event = old
                // Over HTTP it gets a new receipt, from a file it keeps its own.
                if generator.next() % 2 == 0 { event.received = now }
            } else {
                sent.append(event)
            }
            let outcome = try await log.append([event], now: now)[0]
            let key = "\(event.shop)/\(String(decoding: event.id, as: UTF8.self))"
            let time = event.time.milliseconds
            let oldest = max(clock == .min ? .min : clock - 48 * hour, event.received.milliseconds - 48 * hour)
            if time < oldest {
                #expect(outcome == .refused(.tooOld), "seed \(seed), step \(step)")
            } else if let known = times[key], known >= oldest {
                #expect(outcome == .duplicate, "seed \(seed), step \(step)")
            } else {
                // New, or its id is used again after its time, by another event.
                guard case .appended = outcome else {
                    Issue.record("seed \(seed), step \(step): \(outcome)")
                    continue
                }
                times[key] = time
            }
            if case .appended = outcome { clock = max(clock, event.received.milliseconds) }
            if generator.next() % 20 == 0 {
                files = files.afterKill()
                log = try EventLog.open(files, options: options)
            }
        }
        let ids = try everything(in: log).map { "\($0.record.shop)/\($0.id)/\($0.record.time.milliseconds)" }
        #expect(Set(ids).count == ids.count, "seed \(seed): an event is in twice")
    }

    @Test("the horizon is 48 hours to the millisecond, from the newest receipt in the log")
    func horizonIsExact() async throws {
        let log = try EventLog.open(MemoryFiles())
        let old = morning.advanced(by: -48 * hour)
        #expect(try await log.append([record("a", at: old, received: morning)]) == [.appended(.start)])
        #expect(try await log.append([record("a", at: old, received: morning)]) == [.duplicate])
        #expect(
            try await log.append([record("b", at: old.advanced(by: -1), received: morning)]) == [.refused(.tooOld)])
        // From a file, with its own old receipt: too old all the same, or a repetition would not be recognised.
        #expect(try await log.append([record("b", at: old.advanced(by: -1))]) == [.refused(.tooOld)])
        #expect(try await log.append([record("c", at: old)]) == [.appended(LogPosition(1))])
        #expect(log.seen.horizon == old)
    }

    @Test("ids are told apart by shop")
    func idsBelongToShops() async throws {
        let log = try EventLog.open(MemoryFiles())
        let outcomes = try await log.append([record("a", shop: "x"), record("a", shop: "y"), record("a", shop: "x")])
        #expect(outcomes == [.appended(.start), .appended(LogPosition(1)), .duplicate])
    }

    @Test("shops are told apart by bytes, not by how they look")
    func shopsAreBytes() async throws {
        let log = try EventLog.open(MemoryFiles())
        let records = [record("a", shop: "caf\u{E9}"), record("a", shop: "cafe\u{301}")]
        #expect(records[0].shop == records[1].shop)
        #expect(try await log.append(records) == [.appended(.start), .appended(LogPosition(1))])
        let entries = try everything(in: log)
        #expect(entries.map(\.partition.index) == [532, 519])
        #expect(entries.map(\.record.shop.utf8.count) == [5, 6])
    }

    @Test("an event dated 2099 is known for 48 hours from its receipt, and moves no horizon")
    func wildClock() async throws {
        let log = try EventLog.open(MemoryFiles())
        var wild = record("wild", at: Instant(milliseconds: 4_070_908_800_000), received: morning)
        #expect(try await log.append([wild]) == [.appended(.start)])
        #expect(log.seen.horizon == morning.advanced(by: -48 * hour))
        wild.received = morning.advanced(by: 47 * hour)
        #expect(try await log.append([wild]) == [.duplicate])
        #expect(
            try await log.append([record("now", at: morning, received: wild.received)]) == [.appended(LogPosition(1))])
        // With a receipt of long ago it counts as being that old: remembered by nobody, so not taken in.
        let other = record("other", at: wild.time, received: morning.advanced(by: -2 * hour))
        #expect(try await log.append([other], now: wild.received) == [.refused(.tooOld)])
    }

    @Test("memory has a bound: beyond it the horizon comes nearer, and nothing comes in twice")
    func memoryIsBounded() async throws {
        var options = EventLog.Options()
        options.rememberedEvents = 3000
        let files = MemoryFiles()
        var log = try EventLog.open(files, options: options)
        var admitted = Set<String>()
        for batch in 0..<100 {
            let records = (0..<100).map { number in
                record("\(batch)-\(number)", at: morning.advanced(by: Int64(batch * 100 + number)))
            }
            for (record, outcome) in zip(records, try await log.append(records)) {
                if case .appended = outcome { admitted.insert(String(decoding: record.id, as: UTF8.self)) }
            }
            #expect(log.seen.count <= 3000 && log.seen.bytes <= 4096 * 24)
        }
        #expect(admitted.count == 10_000 && log.seen.isShortened)
        // Everything again, before and after a restart: known, or too old.
        for _ in 0..<2 {
            for batch in 0..<100 {
                let records = (0..<100).map { number in
                    record("\(batch)-\(number)", at: morning.advanced(by: Int64(batch * 100 + number)))
                }
                for outcome in try await log.append(records) {
                    #expect(outcome == .duplicate || outcome == .refused(.tooOld))
                }
            }
            try await log.close()
            log = try EventLog.open(files, options: options)
        }
    }
}
