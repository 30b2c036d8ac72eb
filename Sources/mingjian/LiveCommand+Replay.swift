import Archives
import ArgumentParser
import ConversationModel
import Diagnostics
import Events
import Foundation
import Server
import Synchronization

extension LiveCommand {
    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Feeds files of events into a log. 回放事件文件",
            discussion: """
                FILEs are NDJSON of docs/live.md, '-' is standard input. Events keep the
                receipt that they say; merge files by receipt before you feed them. Refused
                lines are printed (the first 20), counted, and kept in refused.ndjson.

                What is in the log already is duplicate and changes nothing: an id of a shop
                counts once within 48 hours of event time. What happened more than 48 hours
                before the newest receipt in the log is refused (too-old), whether it is there
                already or not, so that nothing counts twice: an old file that is fed again
                ends with 65, and the figures are as they were. An id that is used again more
                than 48 hours later is another event.

                Examples:
                  mingjian live replay Corpora/live/assistant-rates/events.ndjson --log live/log
                  mingjian live replay day.ndjson --log live/log --speed 60

                Exit codes: 0 done; 65 something was refused; 66 policy; 74 input or the log;
                130 interrupted.
                """)

        @Argument(help: "Files of events; '-' is standard input.")
        var files: [String]
        @OptionGroup var arguments: LiveArguments
        @Option(help: "How many times as fast as the receipts say, or max.")
        var speed = "max"
        @Flag(help: "Mask phone, identity card and bank card numbers in texts before they are kept.")
        var mask = false

        /// Bytes of a batch, and of a line: no event is longer.
        private static let batchBytes = 1 << 18
        private static let batchLines = 500

        func run() throws {
            try mingjian.run { try replay() }
        }

        private func replay() throws -> Int32 {
            let factor = try paceFactor(speed)
            let policy = try arguments.policy()
            var total = IngestResult()
            var listed = 0
            var first: Instant?
            let began = ContinuousClock.now
            let isTerminal = Surroundings.isTerminal(STDERR_FILENO)
            _ = Surroundings.interruption
            let inputs = try files.map { try LineInput(path: $0) }
            let pipeline = try arguments.open(policy: policy, isObserver: false, isMasking: mask)
            for input in inputs where !Surroundings.isInterrupted.load(ordering: .relaxed) {
                var before = 0
                while let batch = try input.next(
                    lines: factor == nil ? Self.batchLines : 20, bytes: Self.batchBytes)
                {
                    let now = try Surroundings.now()
                    let result = try waiting {
                        let result = try await pipeline.ingest(batch.bytes, receipt: .kept, now: now)
                        try await pipeline.maintain(now: now)
                        return result
                    }
                    total.add(result)
                    for refusal in result.refusals where listed < 20 {
                        listed += 1
                        let line = "\(input.path):\(before + refusal.line): "
                        say(
                            Phrase(
                                line + refusal.phrase.english + " (\(refusal.reason))",
                                line + refusal.phrase.chinese + "（\(refusal.reason)）"))
                    }
                    before += batch.lines
                    if isTerminal { note("\r\u{1B}[K\(total.counts)") }
                    if let factor, let newest = result.newestReceipt {
                        let start = first ?? newest
                        first = start
                        let due = min(1e12, (Double(newest.milliseconds) - Double(start.milliseconds)) / factor)
                        Surroundings.pause(until: began.advanced(by: .milliseconds(Int64(due))))
                    }
                    if Surroundings.isInterrupted.load(ordering: .relaxed) { break }
                }
            }
            if isTerminal { note("\r\u{1B}[K") }
            let now = try Surroundings.now()
            try waiting { try await pipeline.close(now: now) }
            try Output().write(total.counts + "\n")
            if Surroundings.isInterrupted.load(ordering: .relaxed) { return CommandFailure.interrupted }
            return total.refused > 0 ? CommandFailure.badData : 0
        }
    }
}

extension IngestResult {
    /// Adds what became of another batch; its refusals are not kept.
    mutating func add(_ other: IngestResult) {
        read += other.read
        taken += other.taken
        duplicate += other.duplicate
        refused += other.refused
        refusedByReason.merge(other.refusedByReason, uniquingKeysWith: +)
        sequence = other.sequence
    }

    /// The counts as one line, the refused by reason.
    var counts: String {
        let isChinese = Surroundings.language == .chinese
        var reasons = refusedByReason.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: isChinese ? "，" : ", ")
        if !reasons.isEmpty { reasons = isChinese ? "（\(reasons)）" : " (\(reasons))" }
        return isChinese
            ? "读取 \(read)，写入 \(taken)，重复 \(duplicate)，拒绝 \(refused)\(reasons)；日志位置 \(sequence)"
            : "read \(read), taken \(taken), duplicate \(duplicate), refused \(refused)\(reasons); "
                + "log position \(sequence)"
    }
}

/// Lines of a file or of standard input, some at a time.
private final class LineInput {
    let path: String
    private let descriptor: Int32
    private var rest: [UInt8] = []
    private var isAtEnd = false
    /// Whether a byte order mark would be passed over: nothing was given out yet.
    private var isAtStart = true
    /// The line at hand was given out as too long: what is left of it is passed over.
    private var isSkipping = false

    init(path: String) throws {
        self.path = path == "-" ? "<stdin>" : path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw LineInput.failure(path) }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// At most `lines` whole lines of about `bytes` together; of a longer line its beginning, too long for an event, as a
    /// line.
    func next(lines: Int, bytes limit: Int) throws -> (bytes: [UInt8], lines: Int)? {
        // Whole lines are not kept waiting for more: somebody may be writing them as they happen.
        while !isAtEnd, isSkipping || rest.count <= limit, !rest.contains(0x0A) {
            if isSkipping { rest.removeAll(keepingCapacity: true) }
            guard (try? Surroundings.interruption.wait(toRead: descriptor)) != nil else { return nil }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw LineInput.failure(path)
            }
            if count == 0 {
                isAtEnd = true
            } else {
                rest += buffer[..<count]
            }
        }
        if isAtStart {
            isAtStart = false
            rest.removeFirst(EventReader.byteOrderMark(in: rest))
        }
        if isSkipping {
            isSkipping = false
            rest.removeSubrange(..<(rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex))
            return try next(lines: lines, bytes: limit)
        }
        guard !rest.isEmpty else { return nil }
        if !rest.contains(0x0A), rest.count > limit {
            let part = Array(rest[...limit])
            rest.removeAll(keepingCapacity: true)
            isSkipping = !isAtEnd
            return (part, 1)
        }
        var (end, taken, scanned) = (0, 0, 0)
        while taken < lines, scanned < rest.count {
            if rest[scanned] == 0x0A {
                taken += 1
                end = scanned + 1
            }
            scanned += 1
        }
        if end == 0 || (isAtEnd && taken < lines) {
            if end < rest.count { taken += 1 }
            end = rest.count
        }
        let part = Array(rest[..<end])
        rest.removeFirst(end)
        return (part, taken)
    }

    private static func failure(_ path: String) -> CommandFailure {
        let reason = Phrase(system: errno)
        return CommandFailure(
            code: CommandFailure.inputOutput,
            phrase: Phrase("cannot read '\(path)': \(reason.english)", "无法读取 “\(path)”：\(reason.chinese)"))
    }
}
