import ConversationModel
import EventLog
import Foundation

/// A process that tests kill, and benchmarks time. No part of the product.
///
///     event-log-probe append DIR RUN              appends until it is killed, and prints what was acknowledged
///     event-log-probe measure DIR RECORDS BATCH APPENDERS BYTES
@main
struct EventLogProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "append" where arguments.count == 3:
            try await append(to: SystemFiles(directory: arguments[2]), run: arguments[3])
        case "measure" where arguments.count == 6:
            let numbers = arguments.dropFirst(2).compactMap { Int($0) }
            guard numbers.count == 4, numbers.allSatisfy({ $0 > 0 }) else { exit(64) }
            let measurement = Measurement(
                files: SystemFiles(directory: arguments[2]), records: numbers[0], batch: numbers[1],
                appenders: numbers[2], payload: numbers[3])
            try await measurement.run()
        default: exit(64)
        }
    }

    private static var now: Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Four appenders with batches of one to nine; each acknowledgement is a line `position id`.
    private static func append(to files: SystemFiles, run: String) async throws {
        // Whoever was to kill it may have been killed.
        alarm(60)
        var options = EventLog.Options()
        options.segmentBytes = 64 << 10
        let log = try EventLog.open(files, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for appender in 0..<4 {
                group.addTask {
                    var number = 0
                    while true {
                        let now = now
                        let records = (0...(number % 9)).map { index in
                            let id = "\(run)-\(appender)-\(number + index)"
                            return LogRecord(
                                shop: "shop-\(appender)", id: Array(id.utf8), time: now, received: now,
                                payload: Array("{\"id\":\"\(id)\"}".utf8))
                        }
                        number += records.count
                        var text = ""
                        for (record, outcome) in zip(records, try await log.append(records, now: now)) {
                            guard case .appended(let position) = outcome else { exit(1) }
                            text += "\(position) \(String(decoding: record.id, as: UTF8.self))\n"
                        }
                        // One write, so that a kill leaves whole lines but for the last.
                        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// How fast events are made durable, and how fast a log is opened and read again.
struct Measurement {
    var files: SystemFiles
    var records: Int
    var batch: Int
    var appenders: Int
    /// Bytes of each payload.
    var payload: Int

    /// Prints one JSON object.
    func run() async throws {
        var result: [String: Double] = [
            "records": Double(records), "batch": Double(batch), "appenders": Double(appenders),
            "payloadBytes": Double(payload),
        ]
        let log = try EventLog.open(files)
        let batches = records / batch
        let clock = ContinuousClock()
        var waits: [Double] = []
        let appending = try await clock.measure {
            try await withThrowingTaskGroup(of: [Double].self) { group in
                for appender in 0..<appenders {
                    group.addTask {
                        var waits: [Double] = []
                        for number in stride(from: appender, to: batches, by: appenders) {
                            let records = made(batch: number)
                            let wait = try await clock.measure {
                                _ = try await log.append(records, now: Instant(milliseconds: Int64(number)))
                            }
                            waits.append(seconds(wait))
                        }
                        return waits
                    }
                }
                for try await more in group { waits += more }
            }
        }
        waits.sort()
        result["appendSeconds"] = seconds(appending)
        result["eventsPerSecond"] = Double(batches * batch) / seconds(appending)
        result["waitMedianMilliseconds"] = waits[waits.count / 2] * 1000
        result["wait99Milliseconds"] = waits[waits.count * 99 / 100] * 1000
        result["idBytes"] = Double(log.seen.bytes)
        try await log.close()

        var opened: EventLog?
        let opening = try clock.measure { opened = try EventLog.open(files) }
        guard let opened, opened.opening.recordsRead == batches * batch else { exit(1) }
        result["openSecondsPerMillion"] = seconds(opening) / Double(opened.opening.recordsRead) * 1e6
        var count = 0
        let reading = try clock.measure {
            let reader = try opened.reader(from: .start)
            while case let entries = try reader.read(upTo: 500), !entries.isEmpty { count += entries.count }
        }
        guard count == batches * batch else { exit(1) }
        result["readSecondsPerMillion"] = seconds(reading) / Double(count) * 1e6
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }

    private func made(batch number: Int) -> [LogRecord] {
        (0..<batch).map { index in
            let id = number * batch + index
            return LogRecord(
                shop: "shop-\(id % 500)", id: Array("event-\(id)".utf8), time: Instant(milliseconds: Int64(number)),
                received: Instant(milliseconds: Int64(number)), payload: [UInt8](repeating: 0x61, count: payload))
        }
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
