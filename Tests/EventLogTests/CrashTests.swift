import ConversationModel
import TestSupport
import Testing

@testable import EventLog

/// Promise 1: an acknowledged event survives.
struct CrashTests {
    @Test("a log cut at any byte gives every whole record, and goes on")
    func cutAtEveryByte() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        var ends: [Int] = []
        var frameEnds = [SegmentFormat.headerSize]
        for group in 0..<4 {
            // Groups of one to four records; the last group is the one that a crash may tear.
            try await log.append((0...group).map { record("\(group)-\($0)", shop: "店\($0)") })
        }
        let whole = try #require(files.contents(files.lastSegment))
        let scanner = SegmentScanner(try files.open(files.lastSegment, forWriting: false), limit: whole.count)
        while case let frame = try scanner.next(), frame != .end {
            if frame == .record { ends.append(scanner.offset) }
            frameEnds.append(scanner.offset)
        }
        #expect(ends.count == 10)
        let name = files.lastSegment
        for length in SegmentFormat.headerSize...whole.count {
            let image = MemoryFiles()
            let file = try image.create(name)
            try file.write(Array(whole[..<length]), at: 0)
            let log = try EventLog.open(image)
            let kept = ends.count { $0 <= length }
            #expect(try everything(in: log).count == kept, "cut to \(length) bytes")
            #expect(log.opening.recordsRead == kept)
            #expect(log.opening.cutBytes == length - (frameEnds.last { $0 <= length } ?? 0))
            #expect(try await log.append([record("next")]) == [.appended(LogPosition(UInt64(kept)))])
            try await log.close()
            #expect(try everything(in: EventLog.open(image)).last?.id == "next")
        }
    }

    /// A few runs of one log with a crash after each, on a disk that keeps what it likes of what was not synced.
    ///
    /// Each run sends again what was sent before, as sources do after a crash.
    @Test("acknowledged events survive power cuts, kills and failed syncs, once each", arguments: 0..<crashRuns)
    func survivesCrashes(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = Int.random(in: 200...3000, using: &generator)
        var acknowledged: [UInt64: String] = [:]
        var sent: [LogRecord] = []
        var number = 0
        for run in 0..<6 {
            if run < 5 { files.cutPower(after: Int.random(in: 0..<40, using: &generator)) }
            if run < 5, generator.next() % 4 == 0 { files.failSync(after: Int.random(in: 0..<12, using: &generator)) }
            do {
                let log = try EventLog.open(files, options: options)
                let entries = try everything(in: log)
                #expect(entries.map(\.position.index) == Array(0..<UInt64(entries.count)), "seed \(seed), run \(run)")
                #expect(Set(entries.map(\.id)).count == entries.count, "seed \(seed), run \(run): twice")
                for (position, id) in acknowledged {
                    let found = position < UInt64(entries.count) ? entries[Int(position)].id : nil
                    #expect(found == id, "seed \(seed), run \(run): lost \(id) at \(position)")
                }
                for entry in entries {
                    #expect(sent.contains(entry.record), "seed \(seed), run \(run): never sent")
                    // Whoever was given a record builds on it.
                    acknowledged[entry.position.index] = entry.id
                }
                let known = Set(entries.map(\.id))
                for _ in 0..<12 {
                    var batch: [LogRecord] = []
                    for _ in 0..<Int.random(in: 1...5, using: &generator) {
                        if !sent.isEmpty, generator.next() % 3 == 0, let old = sent.randomElement(using: &generator) {
                            batch.append(old)
                        } else {
                            number += 1
                            batch.append(record("\(number)", shop: "shop-\(number % 3)"))
                        }
                    }
                    sent += batch
                    let outcomes = try await log.append(batch)
                    for (record, outcome) in zip(batch, outcomes) {
                        let id = String(decoding: record.id, as: UTF8.self)
                        if case .appended(let position) = outcome {
                            #expect(!known.contains(id), "seed \(seed), run \(run): \(id) twice")
                            acknowledged[position.index] = id
                        } else {
                            #expect(outcome == .duplicate, "seed \(seed), run \(run)")
                        }
                    }
                }
                if generator.next() % 3 == 0 { try await log.close() }
            } catch let error as EventLogError {
                // The cut makes itself felt as an error of the file layer, never as damage.
                switch error {
                case .stopped, .file: break
                default: Issue.record("seed \(seed), run \(run): \(error.english)")
                }
            }
            files = generator.next() % 3 == 0 ? files.afterKill() : files.afterPowerCut(using: &generator)
            files.failSync(after: .max)
        }
    }

    @Test("what a killed process had written and not synced is synced before it is given to anybody")
    func unsyncedIsSyncedOnOpening() async throws {
        for seed in 0..<50 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let first = MemoryFiles()
            let log = try EventLog.open(first)
            try await log.append([record("a")])
            // The write succeeds and the sync does not, after which the system takes the bytes for written.
            first.failSync(after: 0)
            await #expect(throws: EventLogError.self) { try await log.append([record("b"), record("c")]) }
            let second = first.afterKill()
            second.failSync(after: .max)
            let given = try everything(in: EventLog.open(second)).map(\.id)
            #expect(given == ["a", "b", "c"])
            let third = second.afterPowerCut(using: &generator)
            #expect(try everything(in: EventLog.open(third)).map(\.id) == given, "seed \(seed)")
        }
    }
}
