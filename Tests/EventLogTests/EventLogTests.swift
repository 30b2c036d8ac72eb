import ConversationModel
import Testing

@testable import EventLog

struct EventLogTests {
    @Test("what is appended is read in order, with positions, partitions and every byte")
    func appendedIsRead() async throws {
        let log = try EventLog.open(MemoryFiles())
        let records = [
            record("a"), record("b", shop: "旗舰店", at: morning.advanced(by: -5), received: morning),
            LogRecord(
                shop: "", id: [0, 0xFF], time: morning, received: morning, payload: [0xFF, 0x4D, 0x4A, 0xFE, 0]),
        ]
        let outcomes = try await log.append(records)
        #expect(outcomes == (0..<3).map { .appended(LogPosition($0)) })
        let entries = try everything(in: log)
        #expect(entries.map(\.record) == records)
        #expect(entries.map(\.position.index) == [0, 1, 2])
        #expect(entries.map(\.partition) == records.map { ShopPartition(shop: $0.shop) })
        #expect(log.end == LogPosition(3))
    }

    @Test("a log goes on where it was, over many segments")
    func goesOnOverSegments() async throws {
        let files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 400
        for run in 0..<5 {
            let log = try EventLog.open(files, options: options)
            #expect(log.opening.wasClosed && log.opening.cutBytes == 0)
            #expect(log.end.index == UInt64(run * 20))
            for number in 0..<20 { try await log.append([record("\(run)-\(number)")]) }
            try await log.close()
        }
        let log = try EventLog.open(files, options: options)
        #expect(try everything(in: log).map(\.id) == (0..<100).map { "\($0 / 20)-\($0 % 20)" })
        #expect(try files.names().filter { $0.hasSuffix(".segment") }.count > 20)
        #expect(try everything(in: log, from: LogPosition(57)).map(\.position.index) == Array(57..<100))
    }

    @Test("many appenders share syncs, and each record is in once, in its appender's order")
    func appendersShareSyncs() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        let before = files.changes
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shop in 0..<40 {
                group.addTask {
                    for number in 0..<25 {
                        let outcome = try await log.append([record("\(number)", shop: "shop-\(shop)")])
                        guard case .appended = outcome[0] else { throw Refused() }
                    }
                }
            }
            try await group.waitForAll()
        }
        let entries = try everything(in: log)
        #expect(entries.count == 1000)
        for shop in 0..<40 {
            #expect(entries.filter { $0.record.shop == "shop-\(shop)" }.map(\.id) == (0..<25).map(String.init))
        }
        // A group is one write and one sync.
        #expect(files.changes - before < 2 * 1000)
    }

    @Test("a failed sync ends all acknowledging, and syncing again is not tried")
    func failedSyncStops() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        try await log.append([record("a")])
        files.failSync(after: 0)
        await #expect(throws: EventLogError.self) { try await log.append([record("b")]) }
        let changes = files.changes
        await #expect(throws: EventLogError.self) { try await log.append([record("c")]) }
        #expect(files.changes == changes)
        guard case .stopped(let error) = try #require(log.failure) else {
            Issue.record("\(String(describing: log.failure))")
            return
        }
        #expect(error.operation == .sync && error.path == "memory/00000000000000000000.segment")
        // What was synced is still read.
        #expect(try everything(in: log).map(\.id) == ["a"])
        await #expect(throws: EventLogError.self) { try await log.close() }
    }

    @Test("a full disk ends the log; with room again it goes on after what was acknowledged")
    func fullDiskStops() async throws {
        let files = MemoryFiles()
        var log = try EventLog.open(files)
        try await log.append([record("a")])
        files.fillDisk(after: 30)
        await #expect(throws: EventLogError.self) { try await log.append([record("b")]) }
        files.fillDisk(after: .max)
        let after = files.afterKill()
        log = try EventLog.open(after)
        #expect(log.opening.cutBytes == 14 && log.opening.cutPath == "memory/00000000000000000000.segment")
        #expect(try await log.append([record("b")]) == [.appended(LogPosition(1))])
        #expect(try everything(in: log).map(\.id) == ["a", "b"])
    }

    @Test("more than may wait is refused, and what waits is written")
    func overloadIsRefused() async throws {
        var options = EventLog.Options()
        options.queuedBytes = 2000
        options.groupBytes = 1
        let log = try EventLog.open(MemoryFiles(), options: options)
        // One larger than the queue comes in when nothing waits.
        let large = LogRecord(
            shop: "s", id: [1], time: morning, received: morning, payload: [UInt8](repeating: 65, count: 5000))
        #expect(try await log.append([large]) == [.appended(.start)])
        let outcomes = await withTaskGroup(of: Result<[AppendOutcome], EventLogError>.self) { group in
            for number in 0..<500 {
                group.addTask {
                    do throws(EventLogError) {
                        return .success(try await log.append([record("\(number)")], now: morning))
                    } catch { return .failure(error) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var written = 0
        for outcome in outcomes {
            switch outcome {
            case .success: written += 1
            case .failure(let error): #expect(error == .overloaded)
            }
        }
        #expect(try everything(in: log).count == written + 1)
    }

    @Test("what has no place in the log is refused, each for its reason")
    func misfitsAreRefused() async throws {
        let log = try EventLog.open(MemoryFiles())
        let long = String(repeating: "店", count: 86)
        let misfits = [
            record(""), record("a", shop: long), record(String(repeating: "i", count: 129)),
            LogRecord(
                shop: "s", id: [1], time: morning, received: morning,
                payload: [UInt8](repeating: 65, count: LogRecord.payloadLimitBytes + 1)),
            record("b", at: morning.advanced(by: -48 * hour - 1), received: morning),
            record("c", received: morning.advanced(by: 5 * 60_000 + 1)),
        ]
        let outcomes = try await log.append(misfits, now: morning)
        #expect(outcomes == [Refusal.size, .size, .size, .size, .tooOld, .receivedInFuture].map { .refused($0) })
        #expect(try everything(in: log).isEmpty)
    }

    @Test("a second opener is kept out while the first has the log")
    func lockKeepsOut() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        #expect(throws: EventLogError.locked(directory: "memory")) { try EventLog.open(files) }
        #expect(throws: EventLogError.locked(directory: "memory")) { try LogRepair(files) }
        try await log.close()
        try await log.close()
        await #expect(throws: EventLogError.closed) { try await log.append([record("a")]) }
        _ = try EventLog.open(files)
    }

    @Test("a reader follows the log while it is written, to its end")
    func readerFollows() async throws {
        var options = EventLog.Options()
        options.segmentBytes = 1000
        let log = try EventLog.open(MemoryFiles(), options: options)
        async let seen: [String] = {
            let reader = try log.reader(from: .start)
            var seen: [String] = []
            while case let entries = try await reader.next(upTo: 3), !entries.isEmpty { seen += entries.map(\.id) }
            return seen
        }()
        for number in 0..<200 { try await log.append([record("\(number)")]) }
        try await log.close()
        #expect(try await seen == (0..<200).map(String.init))
    }

    @Test("a reader that waits ends when its task is cancelled")
    func readerIsCancelled() async throws {
        let log = try EventLog.open(MemoryFiles())
        let waiting = Task { try await log.reader(from: .start).next(upTo: 1) }
        waiting.cancel()
        #expect(try await waiting.value.isEmpty)
        #expect(throws: EventLogError.beyondEnd(LogPosition(1), end: .start)) { try log.reader(from: LogPosition(1)) }
    }

    private struct Refused: Error {}
}
