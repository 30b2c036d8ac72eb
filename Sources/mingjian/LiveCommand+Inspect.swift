import ArgumentParser
import ConversationModel
import Diagnostics
import Events
import Foundation
import Inspection
import Synchronization

extension LiveCommand {
    /// `mingjian live inspect`: the rules on events, as they come.
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Inspects conversations while they go on, from files of events. 实时质检",
            discussion: """
                Prints a line for each finding that begins to hold (assert) or holds no more
                (retract). The time is that of the events; the end of the files closes what is
                open, as silence does.

                Examples:
                  mingjian live inspect events.ndjson --rules Rules
                  mingjian live inspect monday.ndjson tuesday.ndjson --rules Rules --net
                  mingjian live inspect events.ndjson --rules Rules --speed 60

                Exit codes: 0 done; 64 usage; 65 too many bad lines; 66 rules missing or
                invalid; 74 input or output.
                """)

        @Argument(help: "Files of events, an event a line, or - for standard input.")
        var files: [String]

        @OptionGroup var choice: RulesArguments

        @OptionGroup var time: PolicyArguments

        @Option(help: "Roster (CSV): accounts to groups, dated; schemes choose by it.")
        var roster: String?

        @Option(help: "How fast the time of the events passes: max (default), or so many times as fast as it did.")
        var speed = "max"

        @Flag(help: "Print only the findings that stand in the end.")
        var net = false

        @Option(help: "Minutes by which an event may come later than others: 0 to 1440 (default: 5).")
        var lateness = 5

        @Option(help: "Exit with 65 if more than this share of lines is bad, in percent.")
        var maxBad = 0.1

        @Flag(name: .shortAndLong, help: "Nothing on standard error about bad lines and late events.")
        var quiet = false

        func run() throws {
            try mingjian.run { try inspect() }
        }

        private func inspect() throws -> Int32 {
            let pace = try factor()
            guard (0...1440).contains(lateness) else {
                throw CommandFailure.misuse("--lateness takes 0 to 1440 minutes", "--lateness 取 0 到 1440 分钟")
            }
            try checkBadRecordLimit(maxBad)
            // From here on a signal ends the command in good order.
            _ = Surroundings.interruption
            let rules = try choice.loaded(policy: try time.timePolicy()).rules
            var input = EventFiles(isQuiet: quiet)
            for file in files { try input.read(file) }
            var options = LiveInspection.Options()
            options.lateness = Int64(lateness) * 60_000
            options.roster = try roster.map { try SelectionArguments.readRoster($0, isQuiet: quiet) }
            try LiveRulesArguments.check(rules, options)
            let live = try LiveInspection(rules, options: options)
            let sink = LiveSink(isNet: net)
            try play(input.inOrder(), live, sink, pace: pace)
            if let failure = live.failure { throw failure }
            try sink.finish()
            tell(of: live.counts)
            return input.hasTooManyBadLines(limit: maxBad) ? CommandFailure.badData : 0
        }

        /// Nil: as fast as it goes.
        private func factor() throws -> Double? {
            if speed == "max" { return nil }
            guard let factor = Double(speed), factor > 0, factor <= 1_000_000 else {
                throw CommandFailure.misuse(
                    "--speed takes max, or a number above 0 up to 1000000", "--speed 取 max，或大于 0、不超过 1000000 的数")
            }
            return factor
        }

        private func play(_ events: [Event], _ live: LiveInspection, _ sink: LiveSink, pace: Double?) throws {
            var clock = pace.map { PlayClock(factor: $0) }
            for (position, event) in events.enumerated() {
                if clock != nil {
                    while let due = live.nextDeadline, due < event.received, let now = live.now {
                        try clock?.wait(until: max(due, now))
                        try live.advance(to: due) { try sink.take($0) }
                    }
                    try clock?.wait(until: event.received)
                }
                try checkInterruption()
                try live.apply(event, position: UInt64(position)) { try sink.take($0) }
            }
            // The files are whole: what is open closes as silence closes it, without waiting for it.
            try live.finish { try sink.take($0) }
        }

        private func tell(of counts: LiveInspection.Counts) {
            guard !quiet else { return }
            if counts.tooLate > 0 {
                say(
                    Phrase(
                        "\(counts.tooLate) events came too late to count (--lateness)",
                        "\(counts.tooLate) 个事件来得太晚，未计入（--lateness）"), severity: "warning")
            }
            if counts.overLimit > 0 {
                say(
                    Phrase(
                        "\(counts.overLimit) events beyond the limits were not looked at",
                        "\(counts.overLimit) 个事件超出上限，未检查"), severity: "warning")
            }
        }
    }
}

private func checkInterruption() throws {
    guard Surroundings.isInterrupted.load(ordering: .relaxed) else { return }
    throw CommandFailure(code: CommandFailure.interrupted, phrase: Phrase("interrupted", "已中断"))
}

/// Events of files, held in memory until all are read.
private struct EventFiles {
    private static let shownLines = 10

    let isQuiet: Bool
    private var events: [Event] = []
    private var bad = 0
    private var badByReason: [String: Int] = [:]

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    mutating func read(_ path: String) throws {
        // They are sorted by receipt, so they are held; a log is read as it comes.
        let bytes = try InputFiles.read(path == "-" ? "/dev/stdin" : path, Phrase("events", "事件"), limit: 1 << 30)
        for record in EventReader().read(Array(bytes.dropFirst(EventReader.byteOrderMark(in: bytes)))) {
            switch record {
            case .event(let event): events.append(event)
            case .refused(let refusal):
                bad += 1
                badByReason[refusal.code.rawValue, default: 0] += 1
                guard !isQuiet, bad <= EventFiles.shownLines else { continue }
                let reason = refusal.phrase
                say(
                    Phrase(
                        "\(path):\(refusal.line): \(reason.english) [\(refusal.code.rawValue)]",
                        "\(path):\(refusal.line): \(reason.chinese) [\(refusal.code.rawValue)]"))
            }
        }
    }

    /// In the order of receipt; those of one instant in that of the files.
    func inOrder() -> [Event] {
        events.enumerated().sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }
            .map(\.element)
    }

    /// Whether more than `limit` percent of the lines are no events; says so.
    func hasTooManyBadLines(limit: Double) -> Bool {
        let all = events.count + bad
        guard Double(bad) * 100 > limit * Double(all) else { return false }
        let reasons = badByReason.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let (english, chinese) = (reasons.joined(separator: ", "), reasons.joined(separator: "，"))
        say(
            Phrase(
                "\(bad) of \(all) lines are bad (\(english)), more than \(limit) % (--max-bad)",
                "\(all) 行中有 \(bad) 行是坏的（\(chinese)），超过 \(limit) %（--max-bad）"))
        return true
    }
}

/// Lets the time of events pass by the clock on the wall.
private struct PlayClock {
    let factor: Double
    private let clock = ContinuousClock()
    private var origin: (real: ContinuousClock.Instant, played: Instant)?

    init(factor: Double) {
        self.factor = factor
    }

    mutating func wait(until instant: Instant) throws {
        let origin = self.origin ?? (real: clock.now, played: instant)
        self.origin = origin
        let played = Double(instant.milliseconds) - Double(origin.played.milliseconds)
        let due = origin.real.advanced(by: .milliseconds(played / factor))
        Surroundings.pause(until: due)
        try checkInterruption()
    }
}

/// Where changes go: a line each, or only what stands in the end.
private final class LiveSink {
    private let isNet: Bool
    private let output = Output()
    private let writer = LiveChangeWriter()
    private var standing: [String: LiveFinding] = [:]

    init(isNet: Bool) {
        self.isNet = isNet
    }

    func take(_ change: LiveChange) throws {
        guard isNet else { return try output.write(writer.line(change)) }
        standing[change.finding.finding.id] = change.kind == .assert ? change.finding : nil
    }

    func finish() throws {
        let ordered = standing.values.sorted { a, b in
            func key(_ live: LiveFinding) -> (String, String, Int, String, String) {
                let finding = live.finding
                return (live.shop, finding.conversation, finding.anchor ?? -1, finding.rule.value, finding.id)
            }
            return key(a) < key(b)
        }
        var bytes: [UInt8] = []
        for live in ordered { bytes += writer.line(live) }
        if !bytes.isEmpty { try output.write(bytes) }
    }
}
