import ConversationModel
import TestSupport
import Testing

@testable import EventLog

struct SnapshotTests {
    @Test("the newest whole snapshot counts, and a damaged one gives way to the one before")
    func newestWholeSnapshot() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        let snapshots = SnapshotStore(files)
        #expect(try snapshots.newest(for: log) == nil)
        try await log.append((0..<9).map { record("\($0)") })
        for position in [2, 5, 8] { try snapshots.save([UInt8(position)], at: LogPosition(UInt64(position))) }
        // Two stay.
        #expect(try snapshots.oldest() == LogPosition(5))
        #expect(try snapshots.newest(for: log)?.state == [8])
        let name = "00000000000000000008.snapshot"
        let size = try #require(files.contents(name)?.count)
        for place in 0..<size {
            files.damage(name) { $0[place] ^= 0x10 }
            let found = try #require(try snapshots.newest(for: log))
            #expect(found == .init(position: LogPosition(5), state: [5], damaged: ["memory/\(name)"]), "byte \(place)")
            files.damage(name) { $0[place] ^= 0x10 }
        }
        for length in 0..<size {
            let whole = try #require(files.contents(name))
            files.damage(name) { $0 = Array(whole[..<length]) }
            #expect(try snapshots.newest(for: log)?.position == LogPosition(5), "\(length) bytes")
            files.damage(name) { $0 = whole }
        }
    }

    @Test("a snapshot that knows more than the log is an error")
    func snapshotAhead() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        let snapshots = SnapshotStore(files)
        try snapshots.save([1], at: LogPosition(3))
        #expect(
            throws: EventLogError.snapshotAhead(
                path: "memory/00000000000000000003.snapshot", position: LogPosition(3), end: .start)
        ) { try snapshots.newest(for: log) }
    }

    /// A fold that depends on every record and its order.
    private func fold(_ state: UInt64, _ entries: [LogEntry]) -> UInt64 {
        entries.reduce(state) { state, entry in
            entry.record.payload.reduce(state &* 31 &+ entry.position.index) { $0 &* 1_099_511_628_211 ^ UInt64($1) }
        }
    }

    @Test(
        "snapshot and tail equal the full replay, at crashes and with old segments gone", arguments: 0..<crashRuns / 3)
    func snapshotAndTail(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 500
        options.horizonMilliseconds = 2 * hour
        options.skewMilliseconds = 0
        // What the log has held, for the full replay.
        var all: [LogEntry] = []
        var number = 0
        var removed = LogPosition.start
        for run in 0..<5 {
            if run < 4 { files.cutPower(after: Int.random(in: 5..<120, using: &generator)) }
            do {
                let log = try EventLog.open(files, options: options)
                let snapshots = SnapshotStore(files)
                let snapshot = try snapshots.newest(for: log)
                #expect(snapshot?.damaged.isEmpty ?? true, "seed \(seed), run \(run)")
                var state = snapshot.map { bytes in bytes.state.reduce(0) { $0 << 8 | UInt64($1) } } ?? 0
                let reader = try log.reader(from: snapshot?.position ?? .start)
                for _ in 0..<40 {
                    let entries = try reader.read(upTo: .max)
                    all.removeAll { $0.position >= (entries.first?.position ?? log.end) }
                    all += entries
                    state = fold(state, entries)
                    #expect(state == fold(0, all), "seed \(seed), run \(run), at \(reader.position)")
                    #expect(all.map(\.position.index) == Array(0..<UInt64(all.count)), "seed \(seed), run \(run)")
                    let time = morning.advanced(by: Int64(number) * hour / 4)
                    if generator.next() % 3 == 0 {
                        try snapshots.save(
                            (0..<8).map { UInt8(truncatingIfNeeded: state >> (56 - 8 * $0)) }, at: reader.position)
                        let oldest = try snapshots.oldest() ?? .start
                        _ = try await log.removeSegments(before: oldest, receivedBefore: time)
                    }
                    let batch = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                        number += 1
                        return record("\(number)", at: time)
                    }
                    try await log.append(batch)
                }
                removed = max(removed, log.first)
            } catch let error as EventLogError {
                switch error {
                case .stopped, .file: break
                default: Issue.record("seed \(seed), run \(run): \(error.english)")
                }
            }
            files = files.afterPowerCut(using: &generator)
        }
        #expect(removed > .start, "seed \(seed): nothing was ever removed")
    }

    @Test("what a reader commits may go, and nothing before anybody has; a commit never goes back")
    func committed() async throws {
        var options = EventLog.Options()
        options.segmentBytes = 300
        let log = try EventLog.open(MemoryFiles(), options: options)
        for day in 0..<10 {
            try await log.append([record("\(day)", at: morning.advanced(by: Int64(day) * 24 * hour))])
        }
        let last = morning.advanced(by: 9 * 24 * hour)
        let reader = try log.reader(from: .start)
        while case let entries = try reader.poll(upTo: 3), !entries.isEmpty {}
        #expect(reader.positions == PartitionPositions(log.end))
        #expect(try await log.removeSegments(receivedBefore: last) == 0)
        try reader.commit(PartitionPositions(LogPosition(4)))
        try reader.commit(PartitionPositions(LogPosition(1)))
        #expect(log.committed == LogPosition(4))
        #expect(try await log.removeSegments(receivedBefore: last) > 0)
        #expect(log.first > .start && log.first <= LogPosition(4))
    }

    @Test("segments go when a snapshot covers them, they are old, and their ids do not matter any more")
    func retention() async throws {
        let files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 300
        let log = try EventLog.open(files, options: options)
        for day in 0..<10 {
            for number in 0..<6 {
                let time = morning.advanced(by: Int64(day) * 24 * hour)
                try await log.append([record("\(day)-\(number)", at: time)])
            }
        }
        let reader = try log.reader(from: .start)
        #expect(try reader.read(upTo: 1).count == 1)
        let last = morning.advanced(by: 9 * 24 * hour)
        // Not before the snapshot says so, and not the last 48 hours whatever it says.
        #expect(try await log.removeSegments(before: .start, receivedBefore: last) == 0)
        #expect(try await log.removeSegments(before: log.end, receivedBefore: morning) == 0)
        #expect(try await log.removeSegments(before: log.end, receivedBefore: last) > 0)
        let left = try everything(in: log)
        #expect(left.suffix(18).map(\.id) == (42..<60).map { "\($0 / 6)-\($0 % 6)" })
        #expect(left.dropLast(18).allSatisfy { $0.id.hasPrefix("6-") })
        #expect(throws: EventLogError.removed(LogPosition(1), first: log.first)) {
            try log.reader(from: LogPosition(1))
        }
        // Who was reading in a segment that is gone reads it to its end, and is told then.
        #expect(throws: EventLogError.self) {
            while try !reader.read(upTo: 100).isEmpty {}
        }
        try await log.close()
        let again = try EventLog.open(files, options: options)
        #expect(try everything(in: again) == left)
        #expect(again.opening.segmentsRead < 40)
        for entry in left where entry.record.time >= again.seen.horizon {
            #expect(try await again.append([entry.record], now: last) == [.duplicate])
        }
    }
}
