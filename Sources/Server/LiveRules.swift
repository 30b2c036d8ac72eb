import ConversationModel
import Dispatch
import EventLog
import Foundation
import Inspection
import ServiceLifecycle
import Synchronization

/// Rules behind a live pipeline: they judge what is in its log, on a thread of their own, and nothing waits for them.
///
///     let rules = LiveRules(files: SystemFiles(directory: "live"), name: "findings.ndjson", rules: runRules)
///     try await serve(pipeline, rules: rules, …)
public final class LiveRules: Sendable {
    /// How they run; the defaults are what docs/live-inspection.md describes.
    public struct Options: Sendable {
        public var inspection = LiveInspection.Options()
        /// Milliseconds that a deadline waits for what may be under way.
        public var grace: Int64 = 0
        /// Milliseconds from one checkpoint to the next.
        public var checkpointAfter: Int64 = 10_000
        /// Milliseconds after which rules that failed are tried again.
        public var retryAfter: Int64 = 10_000
        /// Milliseconds from one question for newer rules to the next.
        public var reloadAfter: Int64 = 60_000
        /// Bytes that a stream may be behind; beyond, it is ended, and begins anew when it comes back.
        public var streamLag = 8 << 20
        /// Milliseconds between two looks of a stream.
        public var streamLook: Int64 = 20

        public init() {}
    }

    let files: any FileLayer
    let name: String
    let options: Options
    let board = FindingBoard()
    private let rules: Mutex<RunRules>
    private let reload: @Sendable () throws -> RunRules?

    /// Findings leave by the file `name` in the directory of `files`, beside which its checkpoint is kept. `reload` is asked now and
    /// then, on the thread of the rules, and gives other rules where there are any, as when a version was published.
    public init(
        files: any FileLayer, name: String, rules: RunRules, options: Options = Options(),
        reload: @escaping @Sendable () throws -> RunRules? = { nil }
    ) {
        (self.files, self.name, self.options, self.reload) = (files, name, options, reload)
        self.rules = Mutex(rules)
    }

    /// Whether there are other rules by now, which the next `run` takes.
    func hasReloaded() throws -> Bool {
        guard let newer = try reload() else { return false }
        rules.withLock { $0 = newer }
        return true
    }

    /// Opens the file and goes on from its checkpoint; for tests, and for the thread.
    func run(_ log: EventLog, clock: @escaping () -> Instant) throws -> RulesRun {
        let rules = rules.withLock { $0 }
        return try RulesRun(log, rules: rules, files: files, name: name, options: options, board: board, clock: clock)
    }
}

/// The thread of the rules, as a service: from start until the server stops.
public struct LiveRulesService: Service {
    private let rules: LiveRules
    private let log: EventLog
    private let now: @Sendable () -> Instant
    private let tell: @Sendable (String) -> Void

    /// For a pipeline's log; `now` is the clock, `tell` is told why rules stopped.
    public init(
        _ rules: LiveRules, _ pipeline: LivePipeline, now: @escaping @Sendable () -> Instant,
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.rules, self.now, self.tell) = (rules, now, tell)
        log = pipeline.log
    }

    /// Runs until the server stops; then what is in the log is judged, and a checkpoint kept.
    public func run() async throws {
        let bell = Bell()
        let (ended, end) = AsyncStream<Void>.makeStream()
        let thread = Thread { [self] in
            loop(bell)
            end.finish()
        }
        thread.stackSize = 8 << 20
        thread.name = "mingjian.rules"
        thread.start()
        try? await cancelWhenGracefulShutdown {
            var seen = log.end
            while !Task.isCancelled {
                if await log.waits(beyond: seen) {
                    seen = log.end
                    bell.ring()
                } else {
                    // The log has stopped; deadlines still come.
                    try await Task.sleep(for: .seconds(1))
                }
            }
        }
        bell.stop()
        for await _ in ended {}
    }

    private func loop(_ bell: Bell) {
        while !bell.isStopped {
            do { try work(bell) } catch {
                let reason = describe(error)
                rules.board.state.withLock { $0.failure = reason }
                tell(reason)
                bell.pause(milliseconds: rules.options.retryAfter)
            }
        }
    }

    private func work(_ bell: Bell) throws {
        let run = try rules.run(log, clock: now)
        // Before another one begins, none of this one may be under way.
        defer { run.endSaving() }
        var (saved, asked) = (now(), now())
        var pause = rules.options.checkpointAfter
        var isSaving = false
        // A clock that was put back is no reason to wait.
        func isOver(_ milliseconds: Int64, since start: Instant) -> Bool {
            !(0...milliseconds).contains(now().milliseconds - start.milliseconds)
        }
        while !bell.isStopped {
            let isBusy = try run.step()
            if isSaving, !run.isSaving {
                // Of a long state checkpoints are rarer: they take from what judges.
                let took = min(3_600_000, max(0, now().milliseconds - saved.milliseconds))
                pause = max(rules.options.checkpointAfter, took * 100)
                isSaving = false
            }
            if isOver(pause, since: saved), try run.beginSaving() {
                saved = now()
                isSaving = true
            }
            guard !isBusy else { continue }
            if isOver(rules.options.reloadAfter, since: asked) {
                asked = now()
                // The rules that there are stay, where others cannot be had.
                do { if try rules.hasReloaded() { return try run.save() } } catch { tell(describe(error)) }
            }
            let due = run.nextDeadline.map { max(0, $0.milliseconds - now().milliseconds) } ?? 1_000
            bell.wait(milliseconds: min(1_000, due))
        }
        while try run.step() {}
        try run.save()
    }

    private func describe(_ error: any Error) -> String {
        switch error {
        case let error as EventLogError: error.english
        case let error as FileError: EventLogError.file(error).english
        default: "\(error)"
        }
    }
}

/// Wakes the thread of the rules.
private final class Bell: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isOver = Atomic(false)

    var isStopped: Bool { isOver.load(ordering: .sequentiallyConsistent) }

    func ring() { semaphore.signal() }

    func stop() {
        isOver.store(true, ordering: .sequentiallyConsistent)
        ring()
    }

    /// Waits until it rings, at most so long.
    func wait(milliseconds: Int64) { _ = semaphore.wait(timeout: .now() + .milliseconds(Int(milliseconds))) }

    /// Waits so long, rings or not, unless it is all over.
    func pause(milliseconds: Int64) {
        var left = milliseconds
        while left > 0, !isStopped {
            Thread.sleep(forTimeInterval: 0.1)
            left -= 100
        }
    }
}
