import ConversationModel
import EventLog
import Events
import Monitoring
import TestSupport
import Testing

@testable import Server

/// A source as unkind as a consumer of a broker may be: partitions in any order, begun again at what was committed, cut off.
final class BrokerSource: EventSource {
    struct Failure: Error, Hashable {
        var position: LogPosition
    }

    /// What a broker keeps, whoever reads: records by partition, counted from anywhere, and what was committed.
    final class Broker {
        var records: [ShopPartition: [LogRecord]] = [:]
        var committed = PartitionPositions()
        private var first: [ShopPartition: UInt64] = [:]

        func append(_ record: LogRecord, using random: inout SeededGenerator) {
            let partition = ShopPartition(shop: record.shop)
            if first[partition] == nil {
                first[partition] = UInt64.random(in: 0..<1_000_000, using: &random)
                committed[partition] = start(partition)
            }
            records[partition, default: []].append(record)
        }

        func start(_ partition: ShopPartition) -> LogPosition { LogPosition(first[partition] ?? 0) }
    }

    private let broker: Broker
    private var random: SeededGenerator
    private(set) var positions: PartitionPositions
    /// Records that it gives before it is cut off.
    private var left: Int
    private(set) var again = 0

    init(_ broker: Broker, from positions: PartitionPositions, seed: UInt64, records left: Int = .max) {
        (self.broker, self.positions, self.left) = (broker, positions, left)
        random = SeededGenerator(seed: seed)
        for partition in broker.records.keys {
            self.positions[partition] = max(positions[partition], broker.start(partition))
        }
    }

    func poll(upTo limit: Int) throws(Failure) -> [LogEntry] {
        if left <= 0 { throw Failure(position: positions.lowest) }
        let waiting = broker.records.keys.sorted().filter { partition in
            Int(positions[partition].index - broker.start(partition).index) < broker.records[partition]?.count ?? 0
        }
        // Now and then somebody else had the partitions for a while: they begin again.
        if Int.random(in: 0..<3, using: &random) == 0, let partition = waiting.randomElement(using: &random),
            broker.committed[partition] < positions[partition]
        {
            again += Int(positions[partition].index - broker.committed[partition].index)
            positions[partition] = broker.committed[partition]
        }
        var entries: [LogEntry] = []
        for partition in waiting.shuffled(using: &random) {
            let start = Int(positions[partition].index - broker.start(partition).index)
            let room = min(limit, left, 60) - entries.count
            guard room > 0 else { break }
            let part = (broker.records[partition] ?? []).dropFirst(start).prefix(
                Int.random(in: 1...room, using: &random))
            for record in part {
                entries.append(LogEntry(position: positions[partition], partition: partition, record: record))
                positions[partition] = positions[partition].advanced(by: 1)
            }
        }
        left -= entries.count
        return entries
    }

    func commit(_ positions: PartitionPositions) { broker.committed.advance(to: positions) }
}

struct EventSourceTests {
    private let policy: @Sendable (String) -> MonitorPolicy = { _ in MonitorPolicy() }

    /// The figures of every shop at the end of every slot, as one digest a shop.
    private func figures(_ monitor: Monitor, until now: Instant) throws -> [String: String] {
        try Dictionary(
            uniqueKeysWithValues: monitor.names.map { name in
                let state = try #require(monitor.shop(name))
                var digest = FiguresDigest(zone: .chinaStandard)
                for instant in try #require(state.instants(ofDayUntil: now)) {
                    digest.add(state.figures(at: instant), of: name)
                }
                return (name, digest.text)
            })
    }

    @Test(
        "a source that gives records again, partitions in any order, and is cut off gives the figures of the log",
        arguments: 0..<12 as Range<UInt64>)
    func brokerEqualsLog(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let lines = shopLines(900, seed: seed, shops: 5)
        let now = lines[899].received
        let broker = BrokerSource.Broker()
        let pipeline = try LivePipeline(MemoryFiles(), policy: policy)
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: now)
        EventReaders().read(bytes(lines), received: nil) { read in
            guard case .event(var event) = read else { return }
            if case .message(var message) = event.content, message.speaker == .buyer {
                message.needsAnswer = true
                event.content = .message(message)
            }
            broker.append(LivePipeline.record(event), using: &random)
        }

        var (snapshot, again) = (LiveFold(policy: policy).snapshot, 0)
        for part in [300, 250, Int.max] {
            // Nothing but the snapshot is left of what was before; the source begins there, or where was committed.
            var fold = try LiveFold(snapshot: snapshot, policy: policy)
            let start = Bool.random(using: &random) ? fold.positions : broker.committed
            let source = BrokerSource(broker, from: start, seed: seed &+ UInt64(again), records: part)
            do {
                while try fold.advance(from: source, upTo: Int.random(in: 1...100, using: &random)) > 0 {
                    guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                    snapshot = fold.snapshot
                    source.commit(fold.positions)
                }
                #expect(part == .max)
                snapshot = fold.snapshot
            } catch { #expect(part < .max) }
            again += source.again
        }
        #expect(again > 0, "seed \(seed): nothing came twice")
        let fold = try LiveFold(snapshot: snapshot, policy: policy)
        #expect(fold.monitor.names.count == 5)
        // Asking for it makes it count what waits.
        #expect(await pipeline.position == pipeline.log.end)
        #expect(try await figures(fold.monitor, until: now) == figures(pipeline.monitor, until: now), "seed \(seed)")
        for partition in broker.records.keys {
            let count = broker.records[partition]?.count ?? 0
            #expect(fold.positions[partition] == broker.start(partition).advanced(by: count))
        }
    }

    @Test("the log is a source: folded through the protocol it gives the state of the pipeline, digest for digest")
    func logIsSource() async throws {
        let pipeline = try LivePipeline(MemoryFiles(), policy: policy)
        let lines = shopLines(500, seed: 3)
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: lines[499].received)
        let source = try pipeline.log.reader(from: .start)
        var fold = LiveFold(policy: policy)
        while try fold.advance(from: source, upTo: 70) > 0 {}
        let digests = Dictionary(
            uniqueKeysWithValues: fold.monitor.names.compactMap { name in
                fold.monitor.shop(name).map { (name, $0.digest) }
            })
        #expect(await digests == pipeline.digests)
        #expect(await fold.positions == PartitionPositions(pipeline.position))
        // A reader that begins at the start again gives nothing new.
        let again = try pipeline.log.reader(from: .start)
        let before = fold.snapshot
        while try fold.advance(from: again) > 0 {}
        #expect(fold.snapshot == before)
    }

    @Test("positions go into the snapshot and come back; what is cut off, or says too much, is none")
    func snapshots() throws {
        var positions = PartitionPositions(LogPosition(7))
        let fold = LiveFold(Monitor(policy: policy), at: positions)
        #expect(try LiveFold(snapshot: fold.snapshot, policy: policy).positions == positions)
        positions[ShopPartition(shop: "店0")] = LogPosition(1 << 50)
        let apart = LiveFold(Monitor(policy: policy), at: positions).snapshot
        #expect(try LiveFold(snapshot: apart, policy: policy).positions == positions)
        for length in 0..<apart.count {
            #expect(throws: SnapshotError.self) { try LiveFold(snapshot: Array(apart[..<length]), policy: policy) }
        }
        #expect(throws: SnapshotError.damaged) { try LiveFold(snapshot: apart + [0], policy: policy) }
        // The format before: no positions, no shops.
        let old = Array("MJLIVE1\n".utf8) + [UInt8](repeating: 0, count: 8)
        #expect(
            try LiveFold(snapshot: old, at: LogPosition(9), policy: policy).positions
                == PartitionPositions(LogPosition(9)))
    }

    @Test("positions move on partition by partition, and never back")
    func positions() {
        let (one, two) = (ShopPartition(shop: "shop-1"), ShopPartition(shop: "shop-2"))
        var positions = PartitionPositions(LogPosition(5))
        positions[one] = LogPosition(9)
        #expect(!positions.areEqual && positions.lowest == LogPosition(5))
        var other = PartitionPositions(LogPosition(3))
        other[two] = LogPosition(8)
        positions.advance(to: other)
        #expect(
            positions[one] == LogPosition(9) && positions[two] == LogPosition(8) && positions.lowest == LogPosition(5))
        positions.advance(to: LogPosition(20))
        #expect(positions == PartitionPositions(LogPosition(20)))
    }
}
