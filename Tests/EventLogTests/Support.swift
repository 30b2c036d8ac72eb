import ConversationModel
import EventLog
import Foundation
import TestSupport

/// `MINGJIAN_CRASH_RUNS` asks for more of them; the seed of a failure is its argument.
let crashRuns = ProcessInfo.processInfo.environment["MINGJIAN_CRASH_RUNS"].flatMap { Int($0) } ?? 300

/// 2026-03-02 09:00 in Shanghai.
let morning = Instant(milliseconds: 1_772_413_200_000)
let hour: Int64 = 3_600_000

/// A record whose payload tells what it is.
func record(_ id: String, shop: String = "shop-1", at time: Instant = morning, received: Instant? = nil) -> LogRecord {
    LogRecord(
        shop: shop, id: Array(id.utf8), time: time, received: received ?? time,
        payload: Array(#"{"id":"\#(id)","shop":"\#(shop)"}"#.utf8))
}

/// Everything that a log gives from a position on.
func everything(in log: EventLog, from position: LogPosition? = nil) throws -> [LogEntry] {
    let reader = try log.reader(from: position ?? log.first)
    var entries: [LogEntry] = []
    while case let more = try reader.read(upTo: 7), !more.isEmpty { entries += more }
    return entries
}

extension LogEntry {
    var id: String { String(decoding: record.id, as: UTF8.self) }
}

extension EventLog {
    /// Appends, with the newest receipt as the present.
    @discardableResult
    func append(_ records: [LogRecord]) async throws -> [AppendOutcome] {
        try await append(records, now: records.map(\.received).max() ?? morning)
    }
}

extension MemoryFiles {
    /// The name of the segment that is written.
    var lastSegment: String { (try? names())?.filter { $0.hasSuffix(".segment") }.max() ?? "" }
}
