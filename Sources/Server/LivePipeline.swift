import ConversationModel
import EventLog
import Events
import Monitoring

/// Events in, figures out: what stands between a transport and the fold.
///
/// The state is what the log gives, record by record in its order: an event is appended first, acknowledged when
/// it is synced, and only then applied, from the log. So a restart ends in the same state, digest for digest.
/// There is no clock in here; who calls says what time it is.
///
///     let pipeline = try LivePipeline(SystemFiles(directory: "live/log"), policy: { _ in MonitorPolicy() })
///     let result = try await pipeline.ingest(bytes, receipt: .stamped, now: now)
///     let figures = await pipeline.figures(of: "云杉家居", at: now)
public actor LivePipeline {
    /// Limits and intervals; the defaults are what docs/live.md describes.
    public struct Options: Hashable, Sendable {
        public var log = EventLog.Options()
        /// A snapshot is taken after so many records.
        public var snapshotRecords: UInt64 = 500_000
        /// For how long records are kept, in milliseconds since their receipt.
        public var retention: Int64 = 90 * 86_400_000
        /// Shops beyond this are refused.
        public var shops = 10_000
        /// Refused events that a result lists; the rest is counted.
        public var listedRefusals = 100

        public init() {}
    }

    /// Whose time of receipt counts.
    public enum Receipt: Hashable, Sendable {
        /// The present is stamped on every event, whatever it says.
        case stamped
        /// Every event says it: files and replays.
        case kept
    }

    let log: EventLog
    let options: Options
    let needsAnswer: @Sendable (EventMessage) -> Bool
    let policy: @Sendable (String) -> MonitorPolicy
    private let snapshots: SnapshotStore
    let quarantine: Quarantine?
    private let reader: LogReader
    let events = EventReader()
    private let fold = EventReader()
    private(set) var monitor: Monitor
    private var lastSnapshot: LogPosition
    /// Why a refused event could not be kept, the last time that happened.
    public internal(set) var quarantineFailure: EventLogError?
    /// What was found when the log was opened.
    public nonisolated let opening: OpeningReport
    /// Records that were folded when it was opened, beyond the snapshot's.
    public nonisolated let replayed: UInt64

    /// Opens the log and brings the state to its end: the newest snapshot, and the records behind it.
    ///
    /// `needsAnswer` decides for buyers' messages that do not say it. `policy` is asked once for each shop. Where the
    /// policy is another one than that of the snapshot, the whole log is folded; if its beginning was removed, that is
    /// `SnapshotError.otherPolicy`. With `isObserver` nothing is written, and another process may have the log open.
    public init(
        _ files: any FileLayer, options: Options = Options(), isObserver: Bool = false,
        needsAnswer: @escaping @Sendable (EventMessage) -> Bool = { _ in true },
        policy: @escaping @Sendable (String) -> MonitorPolicy
    ) throws {
        let files: any FileLayer = isObserver ? ObservedFiles(files) : files
        log = try EventLog.open(files, options: options.log)
        snapshots = SnapshotStore(files)
        quarantine = isObserver ? nil : try Quarantine(files)
        self.options = options
        self.needsAnswer = needsAnswer
        self.policy = policy
        opening = log.opening
        let found = try snapshots.newest(for: log)
        var monitor = Monitor(policy: policy)
        var start = LogPosition.start
        if let found {
            do throws(SnapshotError) {
                monitor = try LiveSnapshot.monitor(from: found.state, policy: policy)
                start = found.position
            } catch {
                guard log.first == .start else { throw error }
            }
        }
        lastSnapshot = start
        reader = try log.reader(from: start)
        while case let entries = try reader.read(upTo: 1000), !entries.isEmpty {
            for entry in entries { LivePipeline.apply(entry, to: &monitor, fold) }
        }
        self.monitor = monitor
        replayed = reader.position.index - start.index
    }

    /// Applies a record of the log; one that is no event any more (of another program) changes nothing.
    private static func apply(_ entry: LogEntry, to monitor: inout Monitor, _ reader: EventReader) {
        for case .event(let event) in reader.read(entry.record.payload) { monitor.apply(event) }
    }

    /// The position behind the last record that the state has folded.
    public var position: LogPosition { reader.position }

    /// Why nothing more is taken, or nil while all is well.
    public nonisolated var failure: EventLogError? { log.failure }

    /// Brings the state to the end of what is synced.
    func catchUp() throws(EventLogError) {
        while case let entries = try reader.read(upTo: 1000), !entries.isEmpty {
            for entry in entries { LivePipeline.apply(entry, to: &monitor, fold) }
        }
    }

    /// Takes a snapshot if enough has come in since the last one, and lets go of what is older than is kept.
    ///
    /// Returns how many segments went; nil where no snapshot was due.
    @discardableResult
    public func maintain(now: Instant, isForced: Bool = false) async throws(EventLogError) -> Int? {
        try catchUp()
        let position = reader.position
        guard position > lastSnapshot, isForced || position.index - lastSnapshot.index >= options.snapshotRecords
        else { return nil }
        try snapshots.save(LiveSnapshot.bytes(of: monitor), at: position)
        lastSnapshot = position
        guard let oldest = try snapshots.oldest() else { return 0 }
        return try await log.removeSegments(
            before: oldest, receivedBefore: now.advanced(by: -options.retention))
    }

    /// Writes a tick for every shop from which nothing has come for so long that its watermark stands; returns how many.
    ///
    /// However often this is called, a silent shop gets one tick in `idleAfter`, or in a slot where that is longer; after
    /// 48 hours one a day, and after 30 days none.
    @discardableResult
    public func tick(now: Instant) async throws(EventLogError) -> Int {
        try catchUp()
        let silent = monitor.names.filter { monitor.shop($0)?.needsTick(at: now) ?? false }
        let ticks = silent.map { name in
            LivePipeline.record(
                Event(
                    id: "tick-\(now.milliseconds)", shop: name, time: now, received: now, content: .tick))
        }
        _ = try await log.append(ticks, now: now)
        try catchUp()
        return ticks.count
    }

    /// Takes a last snapshot and closes the log.
    public func close(now: Instant) async throws(EventLogError) {
        if log.failure == nil { try await maintain(now: now, isForced: true) }
        try await log.close()
    }

    /// An event as the log keeps it.
    static func record(_ event: Event) -> LogRecord {
        var line: [UInt8] = []
        EventWriter.append(event, to: &line)
        var time = event.time
        // Orders of the past lie outside the horizon of ids; the fold tells them by order and state.
        if case .order(let change) = event.content, change.isImported { time = event.received }
        return LogRecord(
            shop: event.shop, id: Array(event.id.utf8), time: time, received: event.received,
            payload: line.dropLast())
    }
}
