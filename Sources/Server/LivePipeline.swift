import ConversationModel
import EventLog
import Events
import Monitoring

/// Events in, figures out: what stands between a transport and the fold.
///
/// The state is what the log gives, record by record in its order: an event is appended first, acknowledged when
/// it is synced, and only then applied, in the order of the log. So a restart ends in the same state, digest for digest.
/// Who sends events does not wait for that; who asks for figures does. There is no clock in here; who calls says
/// what time it is.
///
///     let pipeline = try LivePipeline(SystemFiles(directory: "live/log"), policy: { _ in MonitorPolicy() })
///     let result = try await pipeline.ingest(bytes, receipt: .stamped, now: now)
///     let figures = try await pipeline.figures(of: "云杉家居", at: now)
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
        /// Refused events of a batch that are kept in `refused.ndjson`; the rest is counted.
        public var keptRefusals = 10_000
        /// So many synced events may wait to be counted; beyond it a batch waits before it is taken.
        public var waitingEvents = 50_000

        public init() {}
    }

    /// Whose time of receipt counts.
    public enum Receipt: Hashable, Sendable {
        /// The present is stamped on every event, whatever it says.
        case stamped
        /// Every event says it: files and replays.
        case kept
        /// Every event may say it; the instant is stamped on those that do not: a server that is told the time.
        case told(present: Instant)
    }

    nonisolated let log: EventLog
    nonisolated let options: Options
    nonisolated let needsAnswer: @Sendable (EventMessage) -> Bool
    /// Masks texts before they are kept; nil: they are kept as they came.
    nonisolated let mask: (@Sendable (String) -> String)?
    let policy: @Sendable (String) -> MonitorPolicy
    private let snapshots: SnapshotStore
    nonisolated let quarantine: Quarantine?
    /// What was appended and is not folded yet.
    nonisolated let synced = SyncedEvents()
    nonisolated let recentCommands: RecentCommands
    nonisolated let room: ShopRoom
    nonisolated let readers = EventReaders()
    /// Of the log, for what was not handed on.
    private var source: any EventSource<EventLogError>
    private var fold: LiveFold
    private var lastSnapshot: LogPosition
    /// Why a refused event could not be kept, the last time that happened.
    public internal(set) var quarantineFailure: EventLogError?
    /// What was found when the log was opened.
    public nonisolated let opening: OpeningReport
    /// Records that were folded when it was opened, beyond the snapshot's.
    public nonisolated let replayed: UInt64

    /// Opens the log and brings the state to its end: the newest snapshot, and the records behind it.
    ///
    /// `needsAnswer` decides for buyers' messages that do not say it; `mask` gives the texts that are kept in place of those that
    /// came. `policy` is asked once for each shop. Where the
    /// policy is another one than that of the snapshot, the whole log is folded; if its beginning was removed, that is
    /// `SnapshotError.otherPolicy`. With `isObserver` nothing is written, and another process may have the log open.
    public init(
        _ files: any FileLayer, options: Options = Options(), isObserver: Bool = false,
        needsAnswer: @escaping @Sendable (EventMessage) -> Bool = { _ in true },
        mask: (@Sendable (String) -> String)? = nil, policy: @escaping @Sendable (String) -> MonitorPolicy
    ) throws {
        if isObserver { try ObservedFiles.check(files) }
        let files: any FileLayer = isObserver ? ObservedFiles(files) : files
        snapshots = SnapshotStore(files)
        self.options = options
        self.needsAnswer = needsAnswer
        self.mask = mask
        self.policy = policy
        let found = try snapshots.newest()
        var start = LogPosition.start
        var restored: LiveFold?
        var other: SnapshotError?
        if let snapshot = found.snapshot {
            do throws(SnapshotError) {
                restored = try LiveFold(snapshot: snapshot.state, at: snapshot.position, policy: policy)
                start = snapshot.position
            } catch { other = error }
        }
        let replay = ReplayFold(restored.take()?.monitor ?? Monitor(policy: policy))
        log = try EventLog.open(files, options: options.log, from: start) { replay.take($0) }
        try snapshots.check(found, for: log)
        if let other, log.first > .start { throw other }
        quarantine = isObserver ? nil : try Quarantine(files)
        opening = log.opening
        let monitor = replay.finish() ?? Monitor(policy: policy)
        lastSnapshot = start
        replayed = log.end.index - start.index
        source = try log.reader(from: log.end)
        room = ShopRoom(monitor.names, limit: options.shops)
        recentCommands = RecentCommands(from: log.end)
        fold = LiveFold(monitor, at: PartitionPositions(log.end))
    }

    /// The states of the shops, as far as they are folded.
    var monitor: Monitor { fold.monitor }

    /// The position behind the last record that the state has folded.
    private var folded: LogPosition { fold.positions.lowest }

    /// The position behind the last record that is synced and counted.
    public var position: LogPosition {
        try? catchUp()
        return folded
    }

    /// Why nothing more is taken, or nil while all is well.
    public nonisolated var failure: EventLogError? { log.failure }

    // MARK: Folding

    /// Brings the state to the end of what is synced: whoever asks afterwards is told of all that was acknowledged before.
    func catchUp() throws(EventLogError) {
        while try foldSome() {}
    }

    /// Folds the next records, about a thousand; false where there are none.
    private func foldSome() throws(EventLogError) -> Bool {
        // In this order: what lies before the end was handed on before, or never will be.
        let end = log.end
        let folded = folded
        let events = synced.take(at: folded, upTo: 1000)
        if !events.isEmpty {
            fold.apply(events, upTo: folded.advanced(by: events.count))
            return true
        }
        guard folded < end else { return false }
        if source.positions.lowest != folded { source = try log.reader(from: folded) }
        let count = min(end.index, synced.first?.index ?? .max) - folded.index
        return try fold.advance(from: source, upTo: Int(min(count, 1000))) > 0
    }

    /// Folds what waits, with pauses in which others may ask.
    func foldWaiting() async {
        while !synced.isDone() {
            do {
                while try foldSome() { await Task.yield() }
            } catch {
                // Whoever asks next finds the same, and is told.
                _ = synced.isDone(isForced: true)
                return
            }
        }
    }

    /// Folds until half of the room for what waits is free.
    private func makeRoom() async {
        while synced.count > options.waitingEvents / 2, (try? foldSome()) == true { await Task.yield() }
    }

    /// Appends events; those taken are handed on to the fold, which need not read them.
    nonisolated func append(_ events: [Event], as records: [LogRecord], now: Instant) async throws(EventLogError)
        -> [AppendOutcome]
    {
        if synced.count > options.waitingEvents { await makeRoom() }
        let (synced, recentCommands) = (synced, recentCommands)
        let outcomes = try await log.append(records, now: now) { outcomes in
            synced.add(events, outcomes)
            recentCommands.add(events, outcomes)
        }
        if synced.begins() { Task { await self.foldWaiting() } }
        return outcomes
    }

    /// Takes a snapshot if enough has come in since the last one, and lets go of what is older than is kept.
    ///
    /// Returns how many segments went; nil where no snapshot was due.
    @discardableResult
    public func maintain(now: Instant, isForced: Bool = false) async throws(EventLogError) -> Int? {
        try catchUp()
        let position = folded
        guard position > lastSnapshot, isForced || position.index - lastSnapshot.index >= options.snapshotRecords
        else { return nil }
        try snapshots.save(fold.snapshot, at: position)
        lastSnapshot = position
        guard let oldest = try snapshots.oldest() else { return 0 }
        try source.commit(PartitionPositions(oldest))
        return try await log.removeSegments(receivedBefore: now.advanced(by: -options.retention))
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
            Event(id: "tick-\(now.milliseconds)", shop: name, time: now, received: now, content: .tick)
        }
        _ = try await append(ticks, as: ticks.map { LivePipeline.record($0) }, now: now)
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
        line.reserveCapacity(512)
        EventWriter.append(event, to: &line)
        line.removeLast()
        var time = event.time
        // Orders of the past lie outside the horizon of ids; the fold tells them by order and state.
        if case .order(let change) = event.content, change.isImported { time = event.received }
        return LogRecord(
            shop: event.shop, id: Array(event.id.utf8), time: time, received: event.received,
            payload: line)
    }
}
