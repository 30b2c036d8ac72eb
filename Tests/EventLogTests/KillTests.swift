import ConversationModel
import EventLog
import Foundation
import Testing

/// The process to kill.
enum Probe {
    /// Beside the tests, in the same build.
    static let path: String? = {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folders = [folder] + ["debug", "release"].map { root.appendingPathComponent(".build/\($0)") }
        return folders.map { $0.appendingPathComponent("event-log-probe").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
}

/// Kills a process that appends, again and again. It shows that nothing acknowledged is only in the memory of the
/// process; that it is synced, only `CrashTests` show.
@Suite(.enabled(if: Probe.path != nil))
struct KillTests {
    @Test("what was acknowledged before kill -9 is in the log, once each, in the order of its appender")
    func killedAgainAndAgain() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var acknowledged: [UInt64: String] = [:]
        for run in 0..<8 {
            let output = directory + "/acknowledged"
            _ = FileManager.default.createFile(atPath: output, contents: nil)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try #require(Probe.path))
            process.arguments = ["append", directory + "/log", "\(run)"]
            process.standardOutput = FileHandle(forWritingAtPath: output)
            try process.run()
            defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            // Not a round number, and long enough for the first acknowledgement on a slow machine.
            for _ in 0..<500 {
                try await Task.sleep(for: .milliseconds(23 + run * 7))
                if let size = try FileManager.default.attributesOfItem(atPath: output)[.size] as? Int, size > 2000 {
                    break
                }
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
            let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.count > 10, "run \(run)")
            for line in lines {
                let words = line.split(separator: " ")
                acknowledged[try #require(UInt64(words[0]))] = String(words[1])
            }

            let log = try EventLog.open(SystemFiles(directory: directory + "/log"))
            let entries = try everything(in: log)
            #expect(entries.map(\.position.index) == Array(0..<UInt64(entries.count)))
            #expect(Set(entries.map(\.id)).count == entries.count)
            for (position, id) in acknowledged {
                #expect(
                    position < entries.count && entries[Int(position)].id == id, "run \(run): lost \(id) at \(position)"
                )
            }
            for appender in 0..<4 {
                let numbers = entries.map(\.id).filter { $0.hasPrefix("\(run)-\(appender)-") }
                    .compactMap { $0.split(separator: "-").last.flatMap { Int($0) } }
                #expect(numbers == Array(0..<numbers.count), "run \(run): order of appender \(appender)")
            }
            // Without `close`, as the killed one: the lock goes with the process or the last reference.
        }
        #expect(try LogCheck(SystemFiles(directory: directory + "/log")).problems.isEmpty)
    }

    @Test("on the file system a log is kept from others, and goes on; no log is no directory made")
    func systemFiles() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = SystemFiles(directory: directory)
        #expect(throws: EventLogError.noLog(directory: directory)) { try LogCheck(files) }
        var log: EventLog? = try EventLog.open(files)
        try await log?.append([record("a"), record("b")])
        #expect(throws: EventLogError.locked(directory: directory)) { try EventLog.open(files) }
        #expect(throws: EventLogError.locked(directory: directory)) { try LogCheck(files) }
        try SnapshotStore(files).save([1, 2, 3], at: LogPosition(1))
        try await log?.close()
        log = try EventLog.open(files)
        let opened = try #require(log)
        #expect(opened.opening.wasClosed && opened.opening.recordsRead == 2)
        #expect(try SnapshotStore(files).newest(for: opened)?.state == [1, 2, 3])
        #expect(try everything(in: opened).map(\.id) == ["a", "b"])
        #expect(throws: EventLogError.self) { try EventLog.open(SystemFiles(directory: "/proc/nowhere/log")) }
    }
}
