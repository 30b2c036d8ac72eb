import ArgumentParser
import ConversationModel
import Diagnostics
import Events
import Foundation
import Monitoring
import Server
import Synchronization

extension LiveCommand {
    /// `mingjian live simulate`: a day of made-up shops, as events.
    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "simulate",
            abstract: "Makes a day of events of seeded shops. 模拟店铺的一天",
            discussion: """
                Agents with shifts and tempers, an assistant, buyers who ask, wait, order and
                pay; a few events are late or sent twice, as in a real source. The same seed
                and options give the same bytes. Events go to standard output, to --out, into
                the log of --log, or to the server of --to, where what was there already is
                duplicate. A server stamps receipts: it takes a day of the last 48 hours, or
                any, told the time (mingjian serve --clock events). MINGJIAN_TOKEN, or the
                file of --token, is the bearer token. The shops obey --commands: lines of
                dispatch-commanded (suspend, resume, move) and of settings-changed (assistant
                on or off, who comes first), by the times at which they are received. With
                --speed and '-' lines are obeyed as they come; with --to also the commands
                that anybody posts to the server. A line that is no command is said, with its
                number; the others are obeyed, and the command ends with 65.

                Examples:
                  mingjian live simulate --seed 1 --out day.ndjson
                  mingjian live simulate --seed 1 --shops 5 --log live/log
                  mingjian live simulate --seed 7 --day 2026-03-08 --speed 60 --log live/log
                  mingjian live simulate --seed 1 --commands commands.ndjson --out day.ndjson
                  mingjian live simulate --seed 1 --speed 60 --to http://127.0.0.1:8080
                  mingjian live simulate --seed 1 | mingjian live inspect - --rules Rules

                Exit codes: 0 done; 64 usage; 65 the log or the server refused something, or a
                line of --commands is none; 66 policy; 74 input, output, the log or the
                server; 130 interrupted.
                """)

        /// What fits in memory: each shop's day is made at once.
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
        @Option(name: .customLong("to"), help: "The URL of a server to feed instead: http://HOST:PORT.")
        var server: String?
        @Option(name: .customLong("token"), help: "A file with the server's bearer token (default: MINGJIAN_TOKEN).")
        var tokenFile: String?
        @Option(help: "How many times as fast as the receipts say, or max.")
        var speed = "max"
        @Option(name: .customLong("commands"), help: "A file of commands for the shops; '-' is standard input.")
        var commandFile: String?
        @OptionGroup var monitorArguments: MonitorArguments

        func run() throws {
            try mingjian.run { try simulate() }
        }

        private func simulate() throws -> Int32 {
            let factor = try paceFactor(speed)
            guard (1...Self.mostShops).contains(shops) else {
                throw CommandFailure.misuse("--shops takes 1 to \(Self.mostShops)", "--shops 取 1 到 \(Self.mostShops)")
            }
            guard [out, directory, server].count(where: { $0 != nil }) <= 1 else {
                throw CommandFailure.misuse("give one of --out, --log and --to", "--out、--log 与 --to 只能给一个")
            }
            let policy = try monitorArguments.policy()
            let time = policy.time
            guard let calendarDay = CalendarDay(day), case let start = time.zone.start(of: calendarDay),
                LivePipeline.instants.contains(start)
            else {
                throw CommandFailure.misuse(
                    "--day takes a day like 2026-03-02, from 1970 to 2199", "--day 的写法如 2026-03-02，1970 到 2199 年")
            }
            _ = Surroundings.interruption
            let end = time.zone.start(of: CalendarDay(daysSince1970: calendarDay.daysSince1970 + 1))
            let names = SimulatedDay.shopNames(shops)
            var input = commandFile.map { SimulatedCommands(path: $0, shops: names, day: start..<end) }
            var posted = SimulatedCommands(path: server ?? "", shops: names, day: start..<end)
            let isListening = commandFile == "-" && factor != nil
            let commands = isListening ? [] : try input?.all() ?? []
            var simulation = SimulatedDay(seed: seed, shops: shops, day: day, start: start, commands: commands)
            if Surroundings.isInterrupted.load(ordering: .relaxed) { return CommandFailure.interrupted }
            let sink = try sink(policy)
            // A progress line would stand among the events.
            let isShown =
                Surroundings.isTerminal(STDERR_FILENO)
                && (directory != nil || server != nil || out ?? "-" != "-" || !Surroundings.isTerminal(STDOUT_FILENO))
            var done = 0
            let clock = factor.map { SimulatedClock(factor: $0, first: simulation.nextReceipt ?? start) }
            while let next = simulation.nextReceipt, !Surroundings.isInterrupted.load(ordering: .relaxed) {
                let now = clock?.now ?? next
                if isListening, let arrived = try input?.arrived(now: now), !arrived.isEmpty {
                    simulation.obey(arrived)
                }
                if let lines = try sink.commands(), !lines.isEmpty {
                    let tag = SimulatedDay.tag(seed: seed, day: day)
                    simulation.obey(posted.commands(among: lines, except: tag, now: now), areKnown: true)
                }
                let part = simulation.take(
                    until: factor == nil ? LivePipeline.instants.upperBound : now, limit: Self.batchEvents)
                if part.count == 0 {
                    Surroundings.pause(until: .now.advanced(by: .milliseconds(20)))
                    continue
                }
                try sink.write(part.bytes)
                done += part.count
                if isShown { note("\r\u{1B}[K\(done) / \(simulation.count)") }
            }
            if isShown { note("\r\u{1B}[K") }
            let wasRefused = try sink.end()
            if simulation.nextReceipt != nil { return CommandFailure.interrupted }
            return wasRefused || input?.hasBadLines ?? false ? CommandFailure.badData : 0
        }

        private func sink(_ policy: MonitorPolicy) throws -> any EventSink {
            if let server { return try ServerSink(url: server, tokenFile: tokenFile) }
            guard let directory else { return OutputSink(output: try outputFile()) }
            return LogSink(pipeline: try openLog(directory, policy: policy, isObserver: false))
        }

        private func outputFile() throws -> Output {
            guard let out, out != "-" else { return Output() }
            return try Output(path: out)
        }
    }
}

/// Where simulated events go.
protocol EventSink: AnyObject {
    func write(_ lines: [UInt8]) throws
    /// Commands that came to where they go, as events, since the last call; nil where none can come.
    func commands() throws -> [[UInt8]]?
    /// Whether something was refused.
    func end() throws -> Bool
}

extension EventSink {
    func commands() throws -> [[UInt8]]? { nil }
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
        throw CommandFailure.misuse("--speed takes 0.001 to 1000000, or max", "--speed 取 0.001 到 1000000，或 max")
    }
    return factor
}

/// A clock that goes as many times as fast as a factor says, from an instant on.
private struct SimulatedClock {
    let factor: Double
    let first: Instant
    private let began = ContinuousClock.now

    init(factor: Double, first: Instant) {
        self.factor = factor
        self.first = first
    }

    var now: Instant {
        let passed = began.duration(to: .now) / .milliseconds(1) * factor
        return min(LivePipeline.instants.upperBound, first.advanced(by: Int64(min(passed, 1e15))))
    }
}
