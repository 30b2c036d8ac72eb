import ArgumentParser
import ConversationModel
import Diagnostics
import EventLog
import Foundation

extension LogCommand {
    struct Refused: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "refused",
            abstract: "Prints the events that were refused, to be mended and fed again. 列出被拒绝的事件",
            discussion: """
                A line for each, as it came in, oldest first; where an event says no
                "received", with the time at which it was refused. Standard error counts them
                by reason. The log may be in use.

                Examples:
                  mingjian log refused live/log > again.ndjson
                  mingjian live replay again.ndjson --log live/log
                  mingjian log refused live/log --reason unknown-type | head

                Exit codes: 0 printed; 65 some were kept in part only, or cannot be read; 74
                no log.
                """)

        @Argument(help: "The directory of the log.")
        var directory: String

        @Option(help: ArgumentHelp("Only those refused for this reason.", valueName: "code"))
        var reason: String?

        func run() throws {
            try mingjian.run { try refused() }
        }

        private func refused() throws -> Int32 {
            let files = SystemFiles(directory: directory)
            let names = (try? files.names()) ?? []
            let isLog = names.contains { $0.hasSuffix(".segment") || $0 == "refused.ndjson" }
            try LogCommand.attempt { () throws(EventLogError) in
                if !isLog { throw .noLog(directory: directory) }
            }
            let output = Output()
            var counts: [String: Int] = [:]
            var broken = 0
            var failure: (any Error)?
            let unreadable = try LogCommand.attempt { () throws(EventLogError) in
                try Quarantine.read(files) { entry in
                    guard failure == nil, reason == nil || entry.reason == reason else { return }
                    if entry.isCut {
                        broken += 1
                        return
                    }
                    counts[entry.reason, default: 0] += 1
                    do { try output.write(Refused.line(entry)) } catch { failure = error }
                }
            }
            if let failure { throw failure }
            for (reason, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                say(Phrase("\(count) × \(visible(reason))", "\(visible(reason))：\(count) 条"), severity: "note")
            }
            broken += unreadable
            guard broken > 0 else { return 0 }
            say(
                Phrase(
                    "left out: \(broken), of which only a part was kept or nothing can be read",
                    "略去 \(broken) 条：只留有开头，或无法读取"),
                severity: "warning")
            return CommandFailure.badData
        }

        /// An event on one line, with when it came in.
        private static func line(_ entry: Quarantine.Entry) -> [UInt8] {
            // A line end is white space between members, and stands in no string.
            var bytes = entry.bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
            let members = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            if let members, members["received"] == nil, let brace = bytes.firstIndex(of: UInt8(ascii: "{")) {
                let comma = members.isEmpty ? "" : ","
                bytes.insert(
                    contentsOf: Array("\"received\":\(entry.received.milliseconds)\(comma)".utf8), at: brace + 1)
            }
            return bytes + [0x0A]
        }
    }
}
