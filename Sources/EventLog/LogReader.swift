import ConversationModel
import Synchronization

/// Reads the log in order from a position on, while it is written too. For one task at a time.
///
///     let reader = try log.reader(from: snapshot.position)
///     while case let entries = try await reader.next(upTo: 500), !entries.isEmpty { state.fold(entries) }
public final class LogReader {
    /// The position that is read next.
    public private(set) var position: LogPosition
    /// Entries of one read are at most about this large together.
    private static let batchBytes = 4 << 20
    let log: EventLog
    private var segment: Segment?
    private var file: (any LogFile)?
    private var scanner: SegmentScanner?
    /// Whether the scanner's limit is the end of the segment for good.
    private var isComplete = false
    /// The position of the next frame: behind `position` where the segment is entered in its midst.
    private var cursor = LogPosition.start

    init(_ log: EventLog, from position: LogPosition) {
        self.log = log
        self.position = position
    }

    /// The next entries, at most `limit`; waits while there is none. None once the log is closed or the task
    /// is cancelled.
    public func next(upTo limit: Int) async throws(EventLogError) -> [LogEntry] {
        while true {
            let entries = try read(upTo: limit)
            if !entries.isEmpty || limit <= 0 { return entries }
            guard await log.waits(beyond: position) else {
                // Something may have come in before the end.
                return try read(upTo: limit)
            }
        }
    }

    /// The next entries that are synced, at most `limit`; none at the end. Reads files on the calling thread.
    public func read(upTo limit: Int) throws(EventLogError) -> [LogEntry] {
        let (segments, durable) = log.state.withLock { ($0.segments, $0.durable) }
        var entries: [LogEntry] = []
        var bytes = 0
        while entries.count < limit, bytes < Self.batchBytes, position < durable.position {
            let scanner = try current(segments, durable)
            let frame = try log.files.attempt { _ throws(FileError) in try scanner.next() }
            switch frame {
            case .mark(let mark):
                guard mark == cursor else { throw damaged(.position) }
            case .record:
                if cursor >= position {
                    guard let entry = scanner.entry(at: cursor) else { throw damaged(.contents) }
                    entries.append(entry)
                    bytes += entry.record.sizeInMemory
                    position = cursor.advanced(by: 1)
                }
                cursor = cursor.advanced(by: 1)
            case .end:
                guard let next = segments.first(where: { $0.first > (segment?.first ?? .start) }) else {
                    throw damaged(.cutShort)
                }
                // Retention may have taken what comes next while this segment was still open.
                if next == segments[0], next.first > cursor { throw .removed(cursor, first: next.first) }
                try next.check(follows: cursor, of: segment?.name ?? "", in: log.files)
                position = max(position, next.first)
                try open(next, among: segments)
            case .broken(let problem): throw damaged(problem)
            }
        }
        return entries
    }

    /// The scanner of the segment that holds `position`, told how far it may read.
    private func current(_ segments: [Segment], _ durable: DurableEnd) throws(EventLogError) -> SegmentScanner {
        if scanner == nil {
            guard let holding = segments.last(where: { $0.first <= position }) else {
                throw .removed(position, first: segments[0].first)
            }
            try open(holding, among: segments)
        }
        guard let scanner, let file, let segment else { throw .closed }
        if segments.last == segment {
            scanner.limit = durable.bytes
        } else if !isComplete {
            // Once another has been begun, it does not grow any more.
            scanner.limit = try log.files.attempt { _ throws(FileError) in try file.size() }
            isComplete = true
        }
        return scanner
    }

    private func open(_ segment: Segment, among segments: [Segment]) throws(EventLogError) {
        let next = segments.first { $0.first > segment.first }
        let file = try log.files.openSegment(segment.first, before: next?.first, forWriting: false)
        self.segment = segment
        self.file = file
        isComplete = false
        scanner = SegmentScanner(file, limit: SegmentFormat.headerSize)
        cursor = segment.first
    }

    private func damaged(_ problem: FrameProblem) -> EventLogError {
        .damaged(
            path: log.files.path(segment?.name ?? ""), offset: scanner?.frameOffset ?? 0, position: cursor, problem)
    }
}

extension EventLog {
    /// A reader from a position on, which must lie between `first` and `end`.
    public func reader(from position: LogPosition) throws(EventLogError) -> LogReader {
        let (first, end) = state.withLock { ($0.segments[0].first, $0.durable.position) }
        guard position >= first else { throw .removed(position, first: first) }
        guard position <= end else { throw .beyondEnd(position, end: end) }
        return LogReader(self, from: position)
    }

    /// Waits until a record at `position` is synced; false where none will be, or the task is cancelled.
    package func waits(beyond position: LogPosition) async -> Bool {
        let number = state.withLock { state in
            state.waitersSoFar += 1
            return state.waitersSoFar
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // The handler may have run already; it takes the same lock.
                    if Task.isCancelled || state.failure != nil || position < state.durable.position { return true }
                    state.waiters[number] = State.Waiter(position: position, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
        return state.withLock { position < $0.durable.position }
    }
}
