import ArgumentParser
import Diagnostics
import EventLog

/// `mingjian log`: what an operator does with an event log that is damaged.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Checks and repairs event logs, and gives back what they refused. 事件日志检查与修复",
        subcommands: [Check.self, Repair.self, Refused.self])

    /// Does something with a log, whose errors become the command's.
    static func attempt<Result>(_ body: () throws(EventLogError) -> Result) throws -> Result {
        do throws(EventLogError) { return try body() } catch {
            throw CommandFailure(code: CommandFailure.inputOutput, phrase: error.phrase, slug: error.code)
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Reads every byte of an event log and changes nothing. 检查事件日志",
            discussion: """
                Examples:
                  mingjian log check live/log

                Exit codes: 0 whole; 65 damaged; 74 no log, or somebody has it open.
                """)

        @Argument(help: "The directory of the log.")
        var directory: String

        func run() throws {
            try mingjian.run { try check() }
        }

        private func check() throws -> Int32 {
            let check = try LogCommand.attempt { () throws(EventLogError) in
                try LogCheck(SystemFiles(directory: directory))
            }
            let (positions, isChinese) = (check.positions, Surroundings.language == .chinese)
            let next = positions.upperBound
            var lines = [
                isChinese
                    ? "分段 \(check.segments)，记录 \(check.records)，字节 \(check.bytes)；"
                        + "位置 \(positions.lowerBound) 至 \(next)（不含）"
                    : "\(check.segments) segments, \(check.records) records, \(check.bytes) bytes; "
                        + "positions \(positions.lowerBound) to \(next), without the latter"
            ]
            if check.lostRecords > 0 {
                lines.append(
                    isChinese
                        ? "以往修复时放弃的记录：\(check.lostRecords)"
                        : "records that an earlier repair gave up: \(check.lostRecords)")
            }
            if check.unfinishedBytes > 0 {
                lines.append(
                    isChinese
                        ? "末尾未写完、从未确认的字节：\(check.unfinishedBytes)（打开时截去）"
                        : "bytes of an unfinished write at the end, never acknowledged: \(check.unfinishedBytes) "
                            + "(cut off on opening)")
            }
            try Output().write(lines.joined(separator: "\n") + "\n")
            for problem in check.problems { say(problem.phrase, slug: problem.code) }
            return check.problems.isEmpty ? 0 : CommandFailure.badData
        }
    }

    struct Repair: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair",
            abstract: "Sets the damaged parts of an event log aside and keeps the rest. 修复事件日志",
            discussion: """
                Copy the directory first. Damaged files stay under the name ….damaged;
                positions that cannot be read are given up and never used again.

                Examples:
                  mingjian log repair live/log

                Exit codes: 0 whole again; 65 something is left that no repair mends; 74 as of
                check.
                """)

        @Argument(help: "The directory of the log.")
        var directory: String

        func run() throws {
            try mingjian.run { try repair() }
        }

        private func repair() throws -> Int32 {
            let repair = try LogCommand.attempt { () throws(EventLogError) in
                try LogRepair(SystemFiles(directory: directory))
            }
            let isChinese = Surroundings.language == .chinese
            var lines = repair.setAside.map { isChinese ? "已隔离：\(visible($0))" : "set aside: \(visible($0))" }
            for range in repair.lost {
                lines.append(
                    isChinese
                        ? "已放弃的记录：\(range.lowerBound) 至 \(range.upperBound)（不含）"
                        : "records given up: \(range.lowerBound) to \(range.upperBound), without the latter")
            }
            lines.append(isChinese ? "保留的记录：\(repair.kept)" : "records kept: \(repair.kept)")
            try Output().write(lines.joined(separator: "\n") + "\n")
            // What no repair mends, as a snapshot that is ahead of the log, is said once more.
            let check = try LogCommand.attempt { () throws(EventLogError) in
                try LogCheck(SystemFiles(directory: directory))
            }
            for problem in check.problems { say(problem.phrase, slug: problem.code) }
            return check.problems.isEmpty ? 0 : CommandFailure.badData
        }
    }
}

extension EventLogError {
    fileprivate var phrase: Phrase { Phrase(english, chinese) }
}
