import ConversationModel
import EventLog
import Events
import Monitoring
import TestSupport
import Testing

@testable import Server

/// What is folded is exactly what is in the log, whoever appended it, in whatever order it came in.
struct FoldEqualsLogTests {
    private func open(_ files: MemoryFiles, waiting: Int = 50_000) throws -> LivePipeline {
        var options = LivePipeline.Options()
        options.waitingEvents = waiting
        options.log.segmentBytes = 20_000
        return try LivePipeline(files, options: options) { _ in MonitorPolicy() }
    }

    @Test(
        "the running state is that of the log opened again, after failed syncs, duplicates and crashes of many senders",
        arguments: 0..<24 as Range<UInt64>)
    func equalsReplay(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let lines = shopLines(600, seed: seed, shops: 3)
        var files = MemoryFiles()
        var acknowledged = 0
        for run in 0..<3 {
            let pipeline = try open(files, waiting: run == 0 ? 0 : Int.random(in: 1...200, using: &random))
            #expect(await pipeline.position.index >= UInt64(acknowledged), "seed \(seed): acknowledged and lost")
            if run < 2, Bool.random(using: &random) { files.failSync(after: Int.random(in: 0..<30, using: &random)) }
            // Batches overlap, so that many of them hold what another one has brought.
            let batches = (0..<30).map { _ in
                let start = Int.random(in: 0..<lines.count - 40, using: &random)
                return Array(lines[start..<start + Int.random(in: 1...40, using: &random)])
            }
            let now = lines[lines.count - 1].received
            let taken = await withTaskGroup(of: Int.self) { group in
                for batch in batches {
                    group.addTask {
                        let result = try? await pipeline.ingest(bytes(batch), receipt: .kept, now: now)
                        // Somebody looks in between.
                        if batch.count % 7 == 0 { _ = try? await pipeline.figures(of: "店0", at: now) }
                        return result?.taken ?? 0
                    }
                }
                return await group.reduce(0, +)
            }
            acknowledged += taken
            let digests = await pipeline.digests
            let position = await pipeline.position
            #expect(position.index >= UInt64(acknowledged))
            // The sync that fails may be the last one.
            if pipeline.failure == nil, Bool.random(using: &random) { try? await pipeline.close(now: now) }
            files = files.afterKill()
            files.failSync(after: .max)
            for name in try files.names() where name.hasSuffix(".snapshot") { try files.remove(name) }
            let replay = try open(files)
            // After a failed sync the log may hold more than was ever acknowledged or counted.
            if pipeline.failure == nil || pipeline.failure == .closed {
                #expect(await replay.position == position, "seed \(seed), run \(run)")
                #expect(await replay.digests == digests, "seed \(seed), run \(run)")
            } else {
                #expect(await replay.position >= position, "seed \(seed), run \(run)")
                #expect(try await folded(files.afterKill(), upTo: position) == digests, "seed \(seed), run \(run)")
            }
            files = files.afterKill()
        }
    }

    /// The digests of the first records of a log, read and parsed one by one.
    private func folded(_ files: MemoryFiles, upTo end: LogPosition) async throws -> [String: String] {
        let log = try EventLog.open(files)
        let reader = try log.reader(from: .start)
        var monitor = Monitor { _ in MonitorPolicy() }
        let parser = EventReaders()
        while case let entries = try reader.read(upTo: 10), !entries.isEmpty {
            for entry in entries where entry.position < end {
                parser.read(entry.record.payload, received: nil) {
                    if case .event(let event) = $0 { monitor.apply(event) }
                }
            }
        }
        return Dictionary(
            uniqueKeysWithValues: monitor.names.compactMap { name in monitor.shop(name).map { (name, $0.digest) } })
    }

    @Test("what somebody else appends to the log is read from it, at its place")
    func othersAppend() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        let lines = shopLines(300, seed: 4)
        let now = lines[299].received
        var other: [LogRecord] = []
        EventReaders().read(bytes(lines[100..<200]), received: nil) {
            if case .event(let event) = $0 { other.append(LivePipeline.record(event)) }
        }
        _ = try await pipeline.ingest(bytes(lines[..<100]), receipt: .kept, now: now)
        _ = try await pipeline.log.append(Array(other[..<50]), now: now)
        _ = try await pipeline.ingest(bytes(lines[200..<250]), receipt: .kept, now: now)
        _ = try await pipeline.log.append(Array(other[50...]), now: now)
        _ = try await pipeline.ingest(bytes(lines[250...]), receipt: .kept, now: now)
        let digests = await pipeline.digests
        let position = await pipeline.position
        let replay = try open(files.afterKill())
        #expect(await replay.position == position)
        #expect(await replay.digests == digests)
    }

    @Test("an event that would be too long in the log to be read again is refused, not taken and forgotten")
    func tooLongInTheLog() async throws {
        let files = MemoryFiles()
        let pipeline = try open(files)
        // Backspaces are two bytes on the wire and six in the log.
        let text = String(repeating: #"\b"#, count: 65_000)
        let line =
            #"{"id":"1","shop":"店","time":"\#(morning.utcText)","type":"message","conversation":"c","buyer":"b","from":"buyer","text":"\#(text)"}"#
        let result = try await pipeline.ingest(Array(line.utf8), receipt: .stamped, now: morning)
        #expect(result.taken == 0)
        #expect(result.refusals.map(\.reason) == ["too-large"])
        #expect(await pipeline.position == .start)
    }

    @Test("a place for a shop that nothing was taken of is free again")
    func shopRoomIsGivenBack() async throws {
        var options = LivePipeline.Options()
        options.shops = 1
        let pipeline = try LivePipeline(MemoryFiles(), options: options) { _ in MonitorPolicy() }
        func line(_ shop: String, _ time: Instant) -> [UInt8] {
            Array(
                #"{"id":"\#(shop)","shop":"\#(shop)","time":"\#(time.utcText)","received":"\#(time.utcText)","type":"agent-online","agent":"a"}"#
                    .utf8)
        }
        // Received in the future: the log refuses it.
        let refused = try await pipeline.ingest(
            line("甲", morning.advanced(by: 86_400_000)), receipt: .kept, now: morning)
        #expect(refused.refusals.map(\.reason) == ["received-in-future"])
        #expect(try await pipeline.ingest(line("乙", morning), receipt: .kept, now: morning).taken == 1)
        let full = try await pipeline.ingest(line("丙", morning), receipt: .kept, now: morning)
        #expect(full.refusals.map(\.reason) == ["too-many-shops"])
        #expect(await pipeline.shops == ["乙"])
    }
}
