import ConversationModel
import Dispatch
import Synchronization

/// The durable, append-only log of events under live monitoring.
///
/// - An event is acknowledged when it is synced, and its segment's name too: it survives a loss of power.
/// - Records have one order, that of `append`; within it each shop keeps its own.
/// - An event comes in once within 48 hours of event time, over restarts too; older ones are refused.
/// - After a failed write or sync nothing is acknowledged any more.
///
/// One process writes a log at a time. Blocking work is done on a queue of its own, never on the pool of tasks.
///
///     let log = try EventLog.open(SystemFiles(directory: "live/log"))
///     let outcomes = try await log.append(records, now: now)
///     // [.appended(0), .duplicate, .refused(.tooOld)]
public final class EventLog: Sendable {
    /// Sizes and limits; the defaults are what docs/event-log.md describes.
    public struct Options: Hashable, Sendable {
        /// A segment is closed before it would grow beyond this.
        public var segmentBytes = 64 << 20
        /// About as much is written and synced at a time; one `append` is never divided.
        public var groupBytes = 4 << 20
        /// What may wait to be written, in bytes of records. Beyond it `append` throws `overloaded`.
        public var queuedBytes = 64 << 20
        /// For how long before the newest receipt ids are remembered, in milliseconds of event time.
        public var horizonMilliseconds: Int64 = 48 * 3_600_000
        /// How far a receipt may be ahead of the present, and an event ahead of its receipt, in milliseconds.
        public var skewMilliseconds: Int64 = 5 * 60_000
        /// How many ids are remembered; beyond it the horizon comes nearer. 32 to 64 bytes each.
        public var rememberedEvents = 6_000_000

        public init() {}
    }

    /// What was found when the log was opened.
    public let opening: OpeningReport
    let files: any FileLayer
    let options: Options
    let state: Mutex<State>
    let queue = DispatchQueue(label: "mingjian.event-log", qos: .userInitiated)
    /// Used on `queue` only.
    let writer: LogWriter

    init(_ recovered: LogRecovery, files: any FileLayer, options: Options) {
        self.files = files
        self.options = options
        opening = recovered.report
        writer = recovered.writer
        state = Mutex(
            State(
                segments: recovered.segments, durable: recovered.writer.end, seen: recovered.writer.statistics,
                lock: recovered.lock))
    }

    struct State: Sendable {
        struct Pending: Sendable {
            var records: [LogRecord]
            var bytes: Int
            var now: Instant
            var whenSynced: (@Sendable ([AppendOutcome]) -> Void)?
            var continuation: CheckedContinuation<Result<[AppendOutcome], EventLogError>, Never>
        }

        struct Waiter: Sendable {
            var position: LogPosition
            var continuation: CheckedContinuation<Void, Never>
        }

        /// Ascending; never empty.
        var segments: [Segment]
        var durable: DurableEnd
        /// What lies before is kept elsewhere, in a snapshot.
        var committed = LogPosition.start
        var seen: SeenStatistics
        var lock: (any Sendable)?
        var pending: [Pending] = []
        var pendingBytes = 0
        var isWriting = false
        var isClosing = false
        /// Why nothing is written any more.
        var failure: EventLogError?
        /// Readers at the end, by a number of their own.
        var waiters: [UInt64: Waiter] = [:]
        var waitersSoFar: UInt64 = 0
    }

    /// The position behind the last record that is synced.
    public var end: LogPosition { state.withLock { $0.durable.position } }

    /// The position of the first record that retention has left.
    public var first: LogPosition { state.withLock { $0.segments[0].first } }

    /// What the log remembers of event ids.
    public var seen: SeenStatistics { state.withLock { $0.seen } }

    /// Why the log has stopped, or nil while it works.
    public var failure: EventLogError? { state.withLock { $0.failure } }

    // MARK: Appending

    /// Appends records in their order and returns when they are durable: an outcome for each.
    ///
    /// Many callers share one sync. `now` is the present, against which receipts are checked. Cancelling the task
    /// does not take the records back.
    ///
    /// `whenSynced` gets the outcomes once the records are durable, before anybody sees them in the log, and append by
    /// append in the order of positions: what it hands on stands in the order of the log, without a gap. It is called
    /// on the log's queue, where the next sync waits for it; where nothing is acknowledged, never.
    public func append(
        _ records: [LogRecord], now: Instant, whenSynced: (@Sendable ([AppendOutcome]) -> Void)? = nil
    ) async throws(EventLogError) -> [AppendOutcome] {
        guard !records.isEmpty else { return [] }
        let bytes = records.reduce(0) { $0 + $1.sizeInMemory }
        let result = await withCheckedContinuation { continuation in
            let refusal: EventLogError? = state.withLock { state in
                if let failure = state.failure { return failure }
                if state.isClosing { return .closed }
                // An empty queue takes whatever comes, or a large append could never come in.
                if !state.pending.isEmpty, state.pendingBytes + bytes > options.queuedBytes { return .overloaded }
                state.pending.append(
                    State.Pending(
                        records: records, bytes: bytes, now: now, whenSynced: whenSynced, continuation: continuation))
                state.pendingBytes += bytes
                if !state.isWriting {
                    state.isWriting = true
                    queue.async { self.writePending() }
                }
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Writes groups until nothing waits. On `queue`.
    private func writePending() {
        while true {
            let group = state.withLock { $0.takeGroup(upTo: options.groupBytes) }
            guard !group.isEmpty else { return }
            do throws(FileError) {
                let outcomes = try writer.commit(group.map { ($0.records, $0.now) })
                for (pending, outcomes) in zip(group, outcomes) { pending.whenSynced?(outcomes) }
                let waiters = state.withLock { state in
                    state.seen = writer.statistics
                    if let segment = writer.newSegment { state.segments.append(segment) }
                    return state.advance(to: writer.end)
                }
                for waiter in waiters { waiter.resume() }
                for (pending, outcomes) in zip(group, outcomes) {
                    pending.continuation.resume(returning: .success(outcomes))
                }
            } catch {
                stop(.stopped(error), group)
            }
        }
    }

    /// Nobody is acknowledged from here on, `group` neither.
    private func stop(_ failure: EventLogError, _ group: [State.Pending]) {
        let (pending, waiters) = state.withLock { state in
            state.failure = failure
            defer {
                state.pending = []
                state.pendingBytes = 0
                state.waiters = [:]
            }
            return (state.pending, state.waiters.values.map(\.continuation))
        }
        for waiting in group + pending { waiting.continuation.resume(returning: .failure(failure)) }
        for waiter in waiters { waiter.resume() }
    }

    /// Writes what waits, seals the log and lets it go; readers end after the last record.
    ///
    /// A log that was not closed loses nothing by that. Twice is once.
    public func close() async throws(EventLogError) {
        state.withLock { $0.isClosing = true }
        let result = await withCheckedContinuation { continuation in
            // The queue is serial: what was accepted before is written before.
            queue.async {
                self.writePending()
                continuation.resume(returning: self.seal())
            }
        }
        try result.get()
    }

    private func seal() -> Result<Void, EventLogError> {
        let failure = state.withLock { $0.failure }
        if failure == .closed { return .success(()) }
        var result: Result<Void, EventLogError> = failure.map { .failure($0) } ?? .success(())
        if failure == nil {
            do throws(FileError) {
                try writer.seal()
                state.withLock { _ = $0.advance(to: writer.end) }
            } catch { result = .failure(.stopped(error)) }
        }
        stop(failure ?? .closed, [])
        state.withLock { $0.lock = nil }
        return result
    }
}

extension EventLog.State {
    /// Takes appends from the front, at least one; nobody is writing any more when there is none.
    fileprivate mutating func takeGroup(upTo bytes: Int) -> [Pending] {
        var (count, sum) = (0, 0)
        while count < pending.count, count == 0 || sum + pending[count].bytes <= bytes {
            sum += pending[count].bytes
            count += 1
        }
        let group = Array(pending[..<count])
        pending.removeFirst(count)
        pendingBytes -= sum
        isWriting = !group.isEmpty
        return group
    }

    /// Moves the durable end on and returns who waited for it.
    fileprivate mutating func advance(to end: DurableEnd) -> [CheckedContinuation<Void, Never>] {
        durable = end
        let awake = waiters.filter { $0.value.position < end.position }
        for key in awake.keys { waiters[key] = nil }
        return awake.values.map(\.continuation)
    }
}

/// A segment of an open log: what its header says.
struct Segment: Hashable, Sendable {
    var first: LogPosition
    /// The newest receipt of all records before it.
    var clock: Int64
    /// How many positions right before `first` a repair gave up.
    var lost: UInt64

    init(_ header: SegmentFormat.Header) {
        first = header.first
        clock = header.clock
        lost = header.lost
    }

    var name: String { SegmentFormat.segmentName(first) }
}

/// How far the log is synced.
struct DurableEnd: Hashable, Sendable {
    var position: LogPosition
    /// Bytes of the last segment.
    var bytes: Int
}

/// What the log remembers of event ids.
public struct SeenStatistics: Hashable, Sendable {
    /// How many ids are remembered.
    public var count: Int
    /// The memory for them in bytes.
    public var bytes: Int
    /// Events before this are refused as too old.
    public var horizon: Instant
    /// Whether the horizon is nearer than it should be, because too many events came in.
    public var isShortened: Bool
}

/// What was found when a log was opened.
public struct OpeningReport: Hashable, Sendable {
    /// Bytes cut off the end: records that were being written when the power went, and were never acknowledged.
    public var cutBytes = 0
    /// The segment they were cut off.
    public var cutPath: String?
    /// Records that were read to remember their ids.
    public var recordsRead = 0
    /// Segments that were read for it.
    public var segmentsRead = 0
    /// Whether the log had been closed in order.
    public var wasClosed = false
    /// Positions that a repair gave up.
    public var lostRecords: UInt64 = 0
}

extension LogRecord {
    /// About what the record takes while it waits, in bytes.
    var sizeInMemory: Int { shop.utf8.count + id.count + payload.count + 96 }
}
