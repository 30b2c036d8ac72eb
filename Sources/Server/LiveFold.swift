import ConversationModel
import EventLog
import Events
import Monitoring

/// The states of all shops, and how far of each partition they have come: events of any source in, figures out.
///
/// The positions are a part of the state and go into its snapshot, so that what a source gives again, after whatever failure, changes
/// nothing: each record counts once.
///
///     var fold = try LiveFold(snapshot: bytes, policy: policy)
///     let source = consumer(from: fold.positions)
///     while try fold.advance(from: source) > 0 {}
///     fold.monitor.shop("云杉家居")?.figures(at: now)
public struct LiveFold {
    /// The states of the shops.
    public private(set) var monitor: Monitor
    /// Of each partition the position that is folded next.
    public private(set) var positions: PartitionPositions
    private let reader = EventReader()

    /// A fold of nothing.
    public init(policy: @escaping @Sendable (String) -> MonitorPolicy) {
        self.init(Monitor(policy: policy), at: PartitionPositions())
    }

    /// States that have come so far.
    init(_ monitor: Monitor, at positions: PartitionPositions) {
        self.monitor = monitor
        self.positions = positions
    }

    /// The fold that `snapshot` gave; throws where it is none, or was taken under another policy.
    ///
    /// Older snapshots do not say where they stand: such a one is of a log, at `position`.
    public init(
        snapshot: [UInt8], at position: LogPosition = .start, policy: @escaping @Sendable (String) -> MonitorPolicy
    ) throws(SnapshotError) {
        let read = try LiveSnapshot.read(snapshot, at: position, policy: policy)
        self.init(read.monitor, at: read.positions)
    }

    /// The states and the positions as bytes.
    public var snapshot: [UInt8] { LiveSnapshot.bytes(of: monitor, at: positions) }

    /// Folds the next records of a source, at most `limit`; returns how many it gave, those among them that were folded before.
    ///
    /// The source must stand at the fold's positions or before them. A record that is no event (of another program) changes nothing.
    @discardableResult
    public mutating func advance<Failure>(
        from source: some EventSource<Failure>, upTo limit: Int = 1000
    ) throws(Failure) -> Int {
        let entries = try source.poll(upTo: limit)
        for entry in entries where entry.position >= positions[entry.partition] {
            positions[entry.partition] = entry.position.advanced(by: 1)
            for case .event(let event) in reader.read(entry.record.payload) { monitor.apply(event) }
        }
        // Partitions of which nothing was there have come on, too.
        positions.advance(to: source.positions)
        return entries.count
    }

    /// Folds events that were read already, the next ones of a log, which end before `end`.
    mutating func apply(_ events: ArraySlice<Event>, upTo end: LogPosition) {
        for event in events { monitor.apply(event) }
        positions.advance(to: end)
    }
}
