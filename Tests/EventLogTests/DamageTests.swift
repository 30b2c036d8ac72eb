import ConversationModel
import TestSupport
import Testing

@testable import EventLog

struct DamageTests {
    /// A log of a few segments, closed in order.
    private func closedLog() async throws -> (files: MemoryFiles, ids: [String]) {
        let files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 1500
        let log = try EventLog.open(files, options: options)
        for group in 0..<20 { try await log.append((0..<3).map { record("\(group)-\($0)") }) }
        try await log.close()
        return (files, (0..<60).map { "\($0 / 3)-\($0 % 3)" })
    }

    @Test("a segment that stands under two names, or overlaps another, is set aside, and nothing is lost or said twice")
    func overlappingSegments() async throws {
        let (whole, ids) = try await closedLog()
        let names = try whole.names().filter { $0.hasSuffix(".segment") }.sorted()
        func copy(_ more: [String: [UInt8]]) throws -> MemoryFiles {
            let files = MemoryFiles()
            for name in names { try files.create(name).write(#require(whole.contents(name)), at: 0) }
            for (name, bytes) in more { try files.create(name).write(bytes, at: 0) }
            return files
        }
        let first = try #require(whole.contents(names[0]))
        // Under a name of a position that another one has, under one behind the end, and of a backup that goes less far.
        let second = try #require(SegmentFormat.position(in: names[1], suffix: ".segment"))
        var shifted = SegmentFormat.bytes(of: SegmentFormat.Header(first: second, clock: .min, lost: 0))
        shifted += try #require(whole.contents(names[1])).dropFirst(SegmentFormat.headerSize)
        let cases: [[String: [UInt8]]] = [
            [SegmentFormat.segmentName(LogPosition(1)): first], [SegmentFormat.segmentName(LogPosition(60)): first],
            [SegmentFormat.segmentName(LogPosition(second.index + 1)): shifted],
        ]
        for (number, more) in cases.enumerated() {
            let files = try copy(more)
            #expect(try !LogCheck(files).problems.isEmpty, "case \(number)")
            let repair = try LogRepair(files)
            #expect(repair.setAside.count == 1 && repair.lost.isEmpty && repair.kept == 60, "case \(number)")
            #expect(try LogCheck(files).problems.isEmpty, "case \(number)")
            let log = try EventLog.open(files)
            #expect(try everything(in: log).map(\.id) == ids, "case \(number)")
            try await log.close()
        }
    }

    @Test("positions that no log reaches are damage, not numbers to reckon with")
    func absurdPositions() async throws {
        let (whole, _) = try await closedLog()
        let name = SegmentFormat.segmentName(.start)
        for lost in [UInt64(1), 1 << 63, .max] {
            let files = MemoryFiles()
            var bytes = SegmentFormat.bytes(of: SegmentFormat.Header(first: .start, clock: .min, lost: lost))
            bytes += try #require(whole.contents(name)).dropFirst(SegmentFormat.headerSize)
            try files.create(name).write(bytes, at: 0)
            #expect(try !LogCheck(files).problems.isEmpty, "\(lost)")
            let repair = try LogRepair(files)
            #expect(repair.kept > 0 && repair.lost.isEmpty, "\(lost)")
            #expect(try LogCheck(files).problems.isEmpty, "\(lost)")
        }
        for far in ["18446744073709551615.segment", "09223372036854775807.segment"] {
            #expect(SegmentFormat.position(in: far, suffix: ".segment") == nil)
        }
    }

    @Test("a flipped bit anywhere in a closed log is detected, and a repair keeps all other groups")
    func flippedBitsAreDetected() async throws {
        let (whole, ids) = try await closedLog()
        let names = try whole.names().filter { $0.hasSuffix(".segment") }.sorted()
        #expect(names.count > 3)
        var generator = SeededGenerator(seed: 2)
        var groupsLost = 0
        for round in 0..<400 {
            let files = MemoryFiles()
            for name in names { try files.create(name).write(#require(whole.contents(name)), at: 0) }
            let name = try #require(names.randomElement(using: &generator))
            let place = Int.random(in: 0..<(whole.contents(name)?.count ?? 0), using: &generator)
            files.damage(name) { $0[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
            let comment: Comment = "seed 2, round \(round): \(name) at \(place)"
            do {
                let log = try EventLog.open(files)
                let found = try everything(in: log).map(\.id)
                // Only in the seal can it do no harm: no record is gone.
                #expect(found == ids && log.opening.cutBytes == SegmentFormat.markSize, comment)
                continue
            } catch let error as EventLogError {
                switch error {
                case .damaged(let path, let offset, let position, _):
                    #expect(path == "memory/\(name)" && offset <= place && position.index < 60, comment)
                case .notASegment(let path): #expect(path == "memory/\(name)", comment)
                case .unknownVersion: break
                default: Issue.record("\(error.english)", sourceLocation: #_sourceLocation)
                }
            }
            let check = try LogCheck(files)
            #expect(!check.problems.isEmpty, comment)
            let repair = try LogRepair(files)
            #expect(repair.setAside == ["memory/\(name).damaged"], comment)
            #expect(try LogRepair(files).setAside.isEmpty, comment)
            let log = try EventLog.open(files)
            let entries = try everything(in: log)
            let lost = Set(repair.lost.flatMap { $0 })
            // At most the group that the bit was in; only where it hit a length more than one record.
            #expect((0...3).contains(lost.count) && entries.count == repair.kept, comment)
            if lost.count > 1 { groupsLost += 1 }
            #expect(log.opening.lostRecords == UInt64(lost.count), comment)
            #expect(entries.map(\.position.index) == (0..<60).filter { !lost.contains($0) }, comment)
            #expect(entries.allSatisfy { $0.id == ids[Int($0.position.index)] }, comment)
            #expect(log.end.index == 60, comment)
            #expect(check.records == entries.count, comment)
            try await log.close()
            let after = try LogCheck(files)
            #expect(after.problems.isEmpty && after.lostRecords == UInt64(lost.count), comment)
            #expect(try await EventLog.open(files).append([record("next")]) == [.appended(LogPosition(60))], comment)
        }
        // Lengths are four bytes of nearly a hundred.
        #expect(groupsLost < 40, "\(groupsLost)")
    }

    @Test("an earlier group once more at the end of a log is damage, and a repair takes it away")
    func earlierGroupAtTheEnd() async throws {
        let (files, ids) = try await closedLog()
        let last = try #require(try files.names().filter { $0.hasSuffix(".segment") }.max())
        let whole = try #require(files.contents(last))
        // From the first mark on: marks, records, and the seal.
        for count in [SegmentFormat.markSize, whole.count - SegmentFormat.headerSize] {
            files.damage(last) { $0 = whole + whole[SegmentFormat.headerSize...].prefix(count) }
            #expect(throws: EventLogError.self) { _ = try EventLog.open(files) }
            #expect(try LogCheck(files).problems.count == 1)
            #expect(try LogCheck(files).unfinishedBytes == 0)
            let repair = try LogRepair(files)
            #expect(repair.setAside == ["memory/\(last).damaged"] && repair.lost.isEmpty && repair.kept == 60)
            #expect(try LogCheck(files).problems.isEmpty)
            let log = try EventLog.open(files)
            #expect(try everything(in: log).map(\.id) == ids)
            try await log.close()
        }
    }

    @Test("damage that a later group follows is an error; without one it is cut as a torn write")
    func middleAndTailDiffer() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        try await log.append([record("a")])
        let first = try #require(files.contents(files.lastSegment)?.count)
        try await log.append([record("b"), record("c")])
        let after = files.afterKill()
        after.damage(after.lastSegment) { $0[first - 1] ^= 1 }
        #expect(
            throws: EventLogError.damaged(
                path: "memory/00000000000000000000.segment", offset: 80, position: .start, .checksum)
        ) { try EventLog.open(after) }
        after.damage(after.lastSegment) { $0[first - 1] ^= 1 }
        after.damage(after.lastSegment) { $0[first + 20] ^= 1 }
        let opened = try EventLog.open(after)
        #expect(try everything(in: opened).map(\.id) == ["a"] && opened.opening.cutBytes > 0)
    }

    @Test("a segment that was cut short between two records, or is gone when it is read, is named with what is lost")
    func shortAndGoneSegments() async throws {
        let (files, ids) = try await closedLog()
        let names = try files.names().filter { $0.hasSuffix(".segment") }.sorted()
        let next = try #require(SegmentFormat.position(in: names[1], suffix: ".segment"))
        let whole = try #require(files.contents(names[0]))
        // Without its last group: nothing that is left is damaged.
        let groups = try SegmentRun.all(in: try files.open(names[0], forWriting: false), from: .start, isLast: false)
        #expect(groups.count == 1)
        let mark = LogPosition(next.index - 3)
        let scanner = SegmentScanner(try files.open(names[0], forWriting: false), limit: whole.count)
        var cut = 0
        while case let frame = try scanner.next(), frame != .end {
            if frame == .mark(mark) { cut = scanner.frameOffset }
        }
        #expect(cut > SegmentFormat.headerSize)
        files.damage(names[0]) { $0.removeSubrange(cut...) }
        let short = EventLogError.missing(
            before: "memory/\(names[0])", gone: "memory/\(SegmentFormat.segmentName(mark))", from: mark, to: next)
        #expect(throws: short) { try EventLog.open(files) }
        #expect(
            short.english.contains("lacks 3 records")
                && short.english.contains("'memory/\(names[0])' has been cut short"))
        files.damage(names[0]) { $0 = whole }

        let log = try EventLog.open(files)
        let reader = try log.reader(from: .start)
        #expect(try reader.read(upTo: 1).map(\.id) == [ids[0]])
        try files.remove(names[1])
        let after = try #require(SegmentFormat.position(in: names[2], suffix: ".segment"))
        let gone = EventLogError.gone(path: "memory/\(names[1])", from: next, to: after)
        #expect(throws: gone) { while !(try reader.read(upTo: 7)).isEmpty {} }
        #expect(gone.code == "log-segment-gone" && !gone.english.contains("no such file"))
        #expect(gone.english.contains("records \(next) to \(after)") && gone.chinese.contains(names[1]))
    }

    @Test("a log that ends before a snapshot of it is told of by a check, with what is lost")
    func endGone() async throws {
        let (files, _) = try await closedLog()
        try SnapshotStore(files).save([1], at: LogPosition(60))
        #expect(try LogCheck(files).problems.isEmpty)
        let last = files.lastSegment
        let first = try #require(SegmentFormat.position(in: last, suffix: ".segment"))
        try files.remove(last)
        let path = "memory/00000000000000000060.snapshot"
        let error = EventLogError.snapshotAhead(path: path, position: LogPosition(60), end: first)
        #expect(try LogCheck(files).problems == [error])
        #expect(
            error.code == "snapshot-ahead"
                && error.english.contains("records \(first) to 60 (without the latter) are lost"))
    }

    @Test("a missing segment is named, and a repair goes on without it")
    func missingSegment() async throws {
        let (files, ids) = try await closedLog()
        let names = try files.names().filter { $0.hasSuffix(".segment") }.sorted()
        let from = try #require(SegmentFormat.position(in: names[1], suffix: ".segment"))
        let to = try #require(SegmentFormat.position(in: names[2], suffix: ".segment"))
        try files.remove(names[1])
        let error = EventLogError.missing(before: "memory/\(names[0])", gone: "memory/\(names[1])", from: from, to: to)
        #expect(throws: error) { try EventLog.open(files) }
        #expect(try LogCheck(files).problems == [error])
        #expect(
            error.code == "log-records-missing" && error.english.contains(names[1]) && error.chinese.contains(names[1]))
        let repair = try LogRepair(files)
        #expect(repair.lost == [from.index..<to.index] && repair.setAside.isEmpty)
        let entries = try everything(in: EventLog.open(files))
        #expect(
            entries.map(\.id)
                == ids.enumerated().filter { !(from.index..<to.index).contains(UInt64($0.offset)) }.map(\.element))
    }

    @Test("a segment without anything readable is set aside, and no position is used twice")
    func unreadableLastSegment() async throws {
        let (files, _) = try await closedLog()
        let name = files.lastSegment
        files.damage(name) { $0 = [UInt8](repeating: 0x55, count: $0.count) }
        #expect(throws: EventLogError.notASegment(path: "memory/\(name)")) { try EventLog.open(files) }
        _ = try LogRepair(files)
        let log = try EventLog.open(files)
        guard case .appended(let position) = try await log.append([record("next")])[0] else {
            Issue.record("not appended")
            return
        }
        #expect(position.index >= 60)
        #expect(try everything(in: log).last?.id == "next")
    }

    @Test("a repair that is interrupted anywhere is done again")
    func repairIsInterrupted() async throws {
        for operations in 0..<40 {
            let (files, _) = try await closedLog()
            let name = try #require(try files.names().filter { $0.hasSuffix(".segment") }.sorted().dropFirst().first)
            // The second group of the segment, so that there is something before and behind.
            let size = try #require(files.contents(name)?.count)
            files.damage(name) { $0[size / 2] ^= 1 }
            files.cutPower(after: operations)
            _ = try? LogRepair(files)
            var generator = SeededGenerator(seed: UInt64(operations))
            let after = files.afterPowerCut(using: &generator)
            let repair = try LogRepair(after)
            let entries = try everything(in: EventLog.open(after))
            #expect(entries.count >= 57 && entries.count == repair.kept, "cut after \(operations) operations")
            #expect(entries.last?.id == "19-2")
        }
    }

    @Test("errors say file, offset and way out in both languages")
    func errorsSayTheWayOut() {
        let error = EventLogError.damaged(path: "log/7.segment", offset: 80, position: LogPosition(9), .checksum)
        #expect(
            error.english
                == "the event log is damaged in 'log/7.segment' at byte 80 (checksum), from record 9 on: bring "
                + "the file back from a copy, or let 'mingjian log repair' set the damaged part aside")
        #expect(
            error.chinese
                == "事件日志“log/7.segment”在第 80 字节处损坏（checksum），自第 9 条记录起：请从备份恢复该文件，或用 mingjian log repair 隔离损坏部分")
        let stopped = EventLogError.stopped(FileError(.write, path: "log/7.segment", code: 28))
        #expect(stopped.english.contains("cannot write 'log/7.segment': no space left on device"))
        #expect(stopped.chinese.contains("无法写入“log/7.segment”：磁盘已满"))
    }
}
