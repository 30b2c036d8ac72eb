import Synchronization

/// Where events come from: records that stand in order within each partition and can be read again from any position, as a
/// log has them and a consumer of a broker gives them.
///
/// - Within a partition records come by ascending positions. Partitions may come in any order, and mixed.
/// - At least once: after a failure a partition may begin again at any position that was committed, or later. Who reads passes over
///   what he has had, by its position.
/// - Nothing is passed over: a source that cannot give what comes next any more throws.
/// - It gives the partitions that it was assigned, and begins where its reader says, or before.
///
/// One call a batch, for one task at a time:
///
///     while try fold.advance(from: source) > 0 {}
///     try save(fold.snapshot)
///     try source.commit(fold.positions)
public protocol EventSource<Failure>: AnyObject {
    /// What may be wrong with it.
    associatedtype Failure: Error

    /// Of each partition the position that is read next: everything before it was given out.
    var positions: PartitionPositions { get }

    /// The next records that are there, at most `limit`; none where none is there by now. Waits for nobody.
    func poll(upTo limit: Int) throws(Failure) -> [LogEntry]

    /// Says that what lies before these positions is kept elsewhere, durably, and need never be given again.
    ///
    /// A source may let go of it, and begin there when nobody tells it where to. Positions that lie before those of an
    /// earlier commit change nothing.
    func commit(_ positions: PartitionPositions) throws(Failure)
}

/// Of each of the 1,024 partitions a position: that of its next record.
///
/// A log has one order of positions for all partitions, so that they stand at the same one; a broker counts in each partition apart.
public struct PartitionPositions: Hashable, Sendable {
    private var next: [LogPosition]

    /// All partitions at one position.
    public init(_ position: LogPosition = .start) {
        next = [LogPosition](repeating: position, count: ShopPartition.count)
    }

    /// The position of a partition.
    public subscript(partition: ShopPartition) -> LogPosition {
        get { next[Int(partition.index)] }
        set { next[Int(partition.index)] = newValue }
    }

    /// The lowest of all: that of a log, where all are the same.
    public var lowest: LogPosition { next.min() ?? .start }

    /// Whether all partitions are at the same position.
    public var areEqual: Bool { next.allSatisfy { $0 == next[0] } }

    /// Moves each partition on to where it is in `other`; none goes back.
    public mutating func advance(to other: PartitionPositions) {
        for index in next.indices { next[index] = max(next[index], other.next[index]) }
    }

    /// Moves all partitions on to one position; none goes back.
    public mutating func advance(to position: LogPosition) {
        for index in next.indices { next[index] = max(next[index], position) }
    }
}

extension LogReader: EventSource {
    /// All partitions of a log stand at `position`.
    public var positions: PartitionPositions { PartitionPositions(position) }

    /// The next entries that are synced, as `read` gives them.
    public func poll(upTo limit: Int) throws(EventLogError) -> [LogEntry] { try read(upTo: limit) }

    /// Lets retention have what lies before (`EventLog.removeSegments(receivedBefore:)`).
    public func commit(_ positions: PartitionPositions) throws(EventLogError) { log.commit(positions.lowest) }
}

extension EventLog {
    /// Notes that records before a position are kept elsewhere; until the log is closed.
    func commit(_ position: LogPosition) { state.withLock { $0.committed = max($0.committed, position) } }

    /// Where `commit` of a reader has come to; `.start` where nothing was committed since the log was opened.
    public var committed: LogPosition { state.withLock { $0.committed } }
}
