import ArgumentParser
import ConversationModel
import Diagnostics
import Events
import Foundation
import Monitoring
import Server
import Synchronization
import Synthesis

extension LiveCommand {
    /// `mingjian live simulate`: a day of made-up shops, as events.
    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "simulate",
            abstract: "Makes a day of events of seeded shops. 模拟店铺的一天",
            discussion: """
                Agents with shifts and tempers, an assistant, buyers who ask, wait, order and pay; a few events are late
                or sent twice, as in a real source. The same seed and options give the same bytes. Events go to
                standard output, to --out, or into the log of --log, where what was there already is duplicate.

                Examples:
                  mingjian live simulate --seed 1 --out day.ndjson
                  mingjian live simulate --seed 1 --shops 5 --log live/log
                  mingjian live simulate --seed 7 --day 2026-03-08 --speed 60 --log live/log
                  mingjian live simulate --seed 1 | mingjian live inspect - --rules Rules

                Exit codes: 0 done; 64 usage; 65 the log refused something; 66 policy; 74 output or the log;
                130 interrupted.
                """)

        /// What fits in memory: a day of a shop is made at once.
        private static let mostShops = 100
        private static let batchEvents = 500

        @Option(help: "The seed: 0 to 18446744073709551615.")
        var seed: UInt64
        @Option(help: "How many shops, 1 to 100 (default: 1).")
        var shops = 1
        @Option(help: "The day (default: 2026-03-02), from midnight in the zone of the policy.")
        var day = "2026-03-02"
        @Option(help: "The file to write ('-', the default, is standard output).")
        var out: String?
        @Option(name: .customLong("log"), help: "The directory of an event log to feed instead.")
        var directory: String?
        @Option(help: "How many times as fast as the receipts say, or max.")
        var speed = "max"
        @OptionGroup var policyArguments: PolicyArguments
        @Option(
            name: .customLong("slot"), help: "Length of a slot of the log's figures in minutes, as of live figures.")
        var slotMinutes = 3

        func run() throws {
            try mingjian.run { try simulate() }
        }

        private func simulate() throws -> Int32 {
            let factor = try paceFactor(speed)
            guard (1...Self.mostShops).contains(shops) else {
                throw CommandFailure(
                    code: CommandFailure.usage,
                    phrase: Phrase("--shops takes 1 to \(Self.mostShops)", "--shops 取 1 到 \(Self.mostShops)"))
            }
            guard out == nil || directory == nil else {
                throw CommandFailure(
                    code: CommandFailure.usage,
                    phrase: Phrase("give --out or --log, not both", "--out 与 --log 只能给一个"))
            }
            let time = try policyArguments.timePolicy()
            guard let calendarDay = CalendarDay(day), case let start = time.zone.start(of: calendarDay),
                LivePipeline.instants.contains(start)
            else {
                throw CommandFailure(
                    code: CommandFailure.usage,
                    phrase: Phrase(
                        "--day takes a day like 2026-03-02, from 1970 to 2199", "--day 的写法如 2026-03-02，1970 到 2199 年"))
            }
            _ = Surroundings.interruption
            let events = made(start: start)
            if Surroundings.isInterrupted.load(ordering: .relaxed) { return CommandFailure.interrupted }
            let sink = try sink(time)
            var pace = Pace(factor: factor)
            // A progress line would stand among the events.
            let isShown =
                Surroundings.isTerminal(STDERR_FILENO)
                && (directory != nil || out ?? "-" != "-" || !Surroundings.isTerminal(STDOUT_FILENO))
            var done = 0
            let size = factor == nil ? Self.batchEvents : 20
            while done < events.count, !Surroundings.isInterrupted.load(ordering: .relaxed) {
                let end = min(events.count, done + size)
                pace.wait(until: events[end - 1].received)
                if Surroundings.isInterrupted.load(ordering: .relaxed) { break }
                var bytes: [UInt8] = []
                for event in events[done..<end] { EventWriter.append(event, to: &bytes) }
                try sink.write(bytes)
                done = end
                if isShown { note("\r\u{1B}[K\(done) / \(events.count)") }
            }
            if isShown { note("\r\u{1B}[K") }
            let wasRefused = try sink.end()
            if done < events.count { return CommandFailure.interrupted }
            return wasRefused ? CommandFailure.badData : 0
        }

        /// The events of all shops by receipt.
        private func made(start: Instant) -> [Event] {
            var all: [Event] = []
            for number in 0..<shops where !Surroundings.isInterrupted.load(ordering: .relaxed) {
                var plan = ShopPlan()
                if number > 0 { plan.shop += "\(number + 1)" }
                plan.tag = "\(day)-\(seed)-"
                plan.start = start
                plan.days = 1
                // Shops are the same whatever their number.
                var generator = EventGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15, plan: plan)
                all += generator.events()
            }
            guard shops > 1 else { return all }
            return all.enumerated().sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }
                .map(\.element)
        }

        private func sink(_ time: TimePolicy) throws -> any EventSink {
            guard let directory else { return OutputSink(output: try outputFile()) }
            let policy = try monitorPolicy(time, slotMinutes: slotMinutes)
            return LogSink(pipeline: try openLog(directory, policy: policy, isObserver: false))
        }

        private func outputFile() throws -> Output {
            guard let out, out != "-" else { return Output() }
            return try Output(path: out)
        }
    }
}

/// Where simulated events go.
private protocol EventSink: AnyObject {
    func write(_ lines: [UInt8]) throws
    /// Whether something was refused.
    func end() throws -> Bool
}

private final class OutputSink: EventSink {
    private let output: Output

    init(output: Output) { self.output = output }

    func write(_ lines: [UInt8]) throws { try output.write(lines) }

    func end() throws -> Bool { false }
}

private final class LogSink: EventSink {
    private let pipeline: LivePipeline
    private var total = IngestResult()

    init(pipeline: LivePipeline) { self.pipeline = pipeline }

    func write(_ lines: [UInt8]) throws {
        let pipeline = pipeline
        let now = try Surroundings.now()
        total.add(
            try waiting {
                let result = try await pipeline.ingest(lines, receipt: .kept, now: now)
                try await pipeline.maintain(now: now)
                return result
            })
    }

    func end() throws -> Bool {
        let pipeline = pipeline
        let now = try Surroundings.now()
        try waiting { try await pipeline.close(now: now) }
        try Output().write(total.counts + "\n")
        return total.refused > 0
    }
}

/// How many times as fast as it was time passes; nil: as fast as can be.
func paceFactor(_ speed: String) throws -> Double? {
    if speed == "max" { return nil }
    guard let factor = Double(speed), factor.isFinite, factor >= 0.001, factor <= 1_000_000 else {
        throw CommandFailure(
            code: CommandFailure.usage,
            phrase: Phrase("--speed takes 0.001 to 1000000, or max", "--speed 取 0.001 到 1000000，或 max"))
    }
    return factor
}

/// Lets time pass as fast as a factor says, from the first instant that is waited for.
private struct Pace {
    let factor: Double?
    private let began = ContinuousClock.now
    private var first: Instant?

    init(factor: Double?) { self.factor = factor }

    /// Comes back at the instant, or when the command is interrupted.
    mutating func wait(until instant: Instant) {
        guard let factor else { return }
        let start = first ?? instant
        first = start
        let due = Double(instant.milliseconds - start.milliseconds) / factor
        while began.duration(to: .now) < .milliseconds(Int64(due)),
            !Surroundings.isInterrupted.load(ordering: .relaxed)
        {
            usleep(20_000)
        }
    }
}
