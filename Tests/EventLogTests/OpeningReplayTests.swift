import ConversationModel
import TestSupport
import Testing

@testable import EventLog

struct OpeningReplayTests {
    @Test("opening gives the payloads that a reader gives, from any position, over segments, once each")
    func equalsReader() async throws {
        let files = MemoryFiles()
        var options = EventLog.Options()
        options.segmentBytes = 600
        var log = try EventLog.open(files, options: options)
        for number in 0..<60 {
            let record = LogRecord(
                shop: "店\(number % 3)", id: Array("\(number)".utf8),
                time: Instant(milliseconds: Int64(number) * 7_200_000),
                received: Instant(milliseconds: Int64(number) * 7_200_000), payload: Array("payload \(number)".utf8))
            _ = try await log.append([record], now: record.received)
        }
        try await log.close()
        // Beyond the horizon ids are not read; who wants records from there is given them all the same.
        let opened = try EventLog.open(files, options: options)
        let segments = try files.names().count { $0.hasSuffix(".segment") }
        #expect(opened.opening.segmentsRead < segments)
        try await opened.close()
        for start in stride(from: 0, through: 65, by: 5) {
            var given: [String] = []
            log = try EventLog.open(files, options: options, from: LogPosition(UInt64(start))) {
                given.append(String(decoding: $0, as: UTF8.self))
            }
            #expect(given == (min(start, 60)..<60).map { "payload \($0)" }, "from \(start)")
            // What is remembered does not depend on who reads.
            #expect(log.seen.count == opened.seen.count)
            try await log.close()
        }
    }

    @Test("nothing that is cut off is given")
    func cutIsNotGiven() async throws {
        let files = MemoryFiles()
        let log = try EventLog.open(files)
        try await log.append([record("a"), record("b")])
        try await log.append([record("c")])
        let name = files.lastSegment
        let whole = try #require(files.contents(name))
        for length in SegmentFormat.headerSize...whole.count {
            let image = MemoryFiles()
            try image.create(name).write(Array(whole[..<length]), at: 0)
            var given = 0
            let log = try EventLog.open(image, from: .start) { _ in given += 1 }
            #expect(UInt64(given) == log.end.index, "cut to \(length) bytes")
        }
    }
}
