import ConversationModel

extension EventLog {
    /// Opens a log, or begins one where there is none.
    ///
    /// What a loss of power left at the end is cut off and reported. Damage before that is an error, never a
    /// silent loss. The segments of the last 48 hours are read and checked; older ones when they are read.
    public static func open(_ files: any FileLayer, options: Options = Options()) throws(EventLogError) -> EventLog {
        EventLog(try LogRecovery(files, options: options, replay: nil), files: files, options: options)
    }

    /// The same, and gives `each` the payloads of all records from `start` on, in their order, while they are read anyway:
    /// nothing is read twice.
    ///
    /// They are on disk for sure only when this has returned; what was made of them is to be dropped if it throws. Where
    /// the log begins behind `start`, the first record there is comes first.
    public static func open(
        _ files: any FileLayer, options: Options = Options(), from start: LogPosition,
        each: @escaping (UnsafeRawBufferPointer) -> Void
    ) throws(EventLogError) -> EventLog {
        let replay = LogReplay(start: start, each: each)
        return EventLog(try LogRecovery(files, options: options, replay: replay), files: files, options: options)
    }
}

/// Who is given the records that opening reads.
struct LogReplay {
    var start: LogPosition
    var each: (UnsafeRawBufferPointer) -> Void
}

/// Brings a log from what is on disk to where it can grow.
struct LogRecovery {
    private(set) var report = OpeningReport()
    private(set) var segments: [Segment]
    let writer: LogWriter
    let lock: any Sendable

    init(_ files: any FileLayer, options: EventLog.Options, replay: LogReplay?) throws(EventLogError) {
        lock = try Self.lock(files)
        var seen = SeenEvents(
            SeenEvents.Limits(
                horizon: options.horizonMilliseconds, skew: options.skewMilliseconds, count: options.rememberedEvents))
        let found = try SegmentList(files)
        segments = found.segments
        report.lostRecords = segments.reduce(0) { $0 + $1.lost }

        guard let last = segments.last else {
            let header = SegmentFormat.Header(first: .start, clock: .min, lost: 0)
            let file: any LogFile
            do throws(FileError) { file = try LogWriter.create(header, files) } catch {
                guard error.isNotThere else { throw .file(error) }
                // Whoever only looks makes none.
                let name = SegmentFormat.segmentName(.start)
                throw found.hadUnfinished ? .notASegment(path: files.path(name)) : .noLog(directory: files.directory)
            }
            segments = [Segment(header)]
            report.wasClosed = true
            writer = LogWriter(
                files: files, options: options, seen: seen, segment: file,
                end: DurableEnd(position: .start, bytes: SegmentFormat.headerSize))
            return
        }

        // Receipts need not ascend: the newest may be in a segment that is not read.
        seen.advance(toReceipt: last.clock)
        var begin = Self.firstToRead(segments, options)
        // Ids of older ones are not remembered, whoever reads them.
        if let replay { begin = min(begin, segments.lastIndex { $0.first <= replay.start } ?? 0) }
        for (segment, next) in zip(segments[begin...], segments[begin...].dropFirst()) {
            let walk = try Self.walk(segment, before: next.first, files, isOpenEnded: false, &seen, replay)
            report.count(walk)
            try next.check(follows: walk.position, of: segment.name, in: files)
        }
        let walk = try Self.walk(last, before: nil, files, isOpenEnded: !found.hadUnfinished, &seen, replay)
        report.count(walk)
        report.wasClosed = walk.isSealed && walk.brokenBytes == 0
        report.cutBytes = walk.brokenBytes
        if walk.brokenBytes > 0 { report.cutPath = files.path(last.name) }
        try files.attempt { files throws(FileError) in try Self.makeDurable(walk, files) }
        writer = LogWriter(
            files: files, options: options, seen: seen, segment: walk.file,
            end: DurableEnd(position: walk.position, bytes: walk.end))
        if !walk.isSealed {
            let writer = writer
            try files.attempt { _ throws(FileError) in try writer.seal() }
        }
    }

    private static func lock(_ files: any FileLayer) throws(EventLogError) -> any Sendable {
        let lock = try files.attempt { files throws(FileError) in
            try files.prepare()
            return try files.lock("lock")
        }
        guard let lock else { throw .locked(directory: files.directory) }
        return lock
    }

    /// The first segment with a record whose id may still matter.
    ///
    /// A remembered event happened at most `skew` after its receipt, and no receipt of earlier segments is newer
    /// than the clock of the header.
    private static func firstToRead(_ segments: [Segment], _ options: EventLog.Options) -> Int {
        guard let newest = segments.last?.clock, newest != .min else { return 0 }
        let oldest = Instant(milliseconds: newest).advanced(by: -options.horizonMilliseconds)
            .advanced(by: -options.skewMilliseconds)
        return segments.lastIndex { $0.clock < oldest.milliseconds } ?? 0
    }

    /// A segment after it was read.
    struct Walk {
        var file: any LogFile
        /// Behind the last whole record.
        var position: LogPosition
        /// The byte behind the last whole frame.
        var end: Int
        /// Where the last group begins, or nil where there is none.
        var groupOffset: Int?
        /// Whether the last group is one without records: all before it was synced.
        var isSealed = false
        /// What follows `end` and is no record.
        var brokenBytes = 0
        var records = 0
    }

    private static func walk(
        _ segment: Segment, before next: LogPosition?, _ files: any FileLayer, isOpenEnded: Bool,
        _ seen: inout SeenEvents, _ replay: LogReplay?
    ) throws(EventLogError) -> Walk {
        let path = files.path(segment.name)
        let file = try files.openSegment(segment.first, before: next, forWriting: true)
        let size = try files.attempt { _ throws(FileError) in try file.size() }
        let scanner = SegmentScanner(file, limit: size)
        var coming = ComingIDs()
        defer { coming.finish(&seen) }
        var walk = Walk(file: file, position: segment.first, end: scanner.offset)
        while true {
            var frame = try files.attempt { _ throws(FileError) in try scanner.next() }
            if frame == .record {
                let isSound = walk.groupOffset != nil && scanner.withBody { coming.take($0, &seen) }
                if !isSound { frame = .broken(.contents) }
                if isSound, let replay, walk.position >= replay.start {
                    scanner.withBody { replay.each(SegmentFormat.payload(body: $0)) }
                }
            }
            switch frame {
            case .end: return walk
            case .mark(let position):
                guard position == walk.position else {
                    throw .damaged(path: path, offset: scanner.frameOffset, position: walk.position, .position)
                }
                walk.groupOffset = scanner.frameOffset
                walk.isSealed = true
            case .record:
                walk.position = walk.position.advanced(by: 1)
                walk.records += 1
                walk.isSealed = false
            case .broken(let problem):
                let broken = scanner.frameOffset
                let later = try files.attempt { _ throws(FileError) in
                    try scanner.mark(from: broken, atLeast: walk.position)
                }
                guard isOpenEnded, problem != .contents, later == nil else {
                    throw .damaged(path: path, offset: broken, position: walk.position, problem)
                }
                walk.brokenBytes = size - broken
                return walk
            }
            walk.end = scanner.offset
        }
    }

    /// Cuts what is broken, and has the last group on disk for sure.
    ///
    /// The process that wrote it may have been killed before its sync; or its sync failed, and the system took the
    /// bytes for written. So they are written once more before anybody is given them.
    private static func makeDurable(_ walk: Walk, _ files: any FileLayer) throws(FileError) {
        // Even if nothing is broken: an earlier opening may have cut the file, and failed to sync that.
        try walk.file.truncate(to: walk.end)
        try walk.file.sync()
        try walk.file.write(walk.file.bytes(at: 0, count: SegmentFormat.headerSize), at: 0)
        var offset = walk.groupOffset ?? walk.end
        while offset < walk.end {
            let piece = try walk.file.bytes(at: offset, count: min(1 << 20, walk.end - offset))
            guard !piece.isEmpty else { break }
            try walk.file.write(piece, at: offset)
            offset += piece.count
        }
        try walk.file.sync()
        try files.syncDirectory()
    }
}

extension OpeningReport {
    fileprivate mutating func count(_ walk: LogRecovery.Walk) {
        recordsRead += walk.records
        segmentsRead += 1
    }
}

/// Ids of records on their way into the table: the memory of each is fetched while those before it are remembered.
private struct ComingIDs {
    private static let ahead = 16
    private var waiting: [(fingerprint: SeenEvents.Fingerprint, time: Int64, received: Int64)] = []
    /// The oldest of those that wait, once there are so many.
    private var oldest = 0

    /// Takes a record that is in the log, or says that it makes no sense.
    mutating func take(_ body: UnsafeRawBufferPointer, _ seen: inout SeenEvents) -> Bool {
        guard let (shop, id, time, received) = SegmentFormat.identity(body: body) else { return false }
        let fingerprint = seen.fingerprint(shop: shop, id: id)
        seen.fetch(fingerprint)
        guard waiting.count == Self.ahead else {
            waiting.append((fingerprint, time, received))
            return true
        }
        let next = waiting[oldest]
        waiting[oldest] = (fingerprint, time, received)
        oldest = (oldest + 1) % Self.ahead
        seen.remember(next.fingerprint, time: next.time, received: next.received)
        return true
    }

    /// Remembers those that wait still, in their order.
    mutating func finish(_ seen: inout SeenEvents) {
        for next in waiting[oldest...] + waiting[..<oldest] {
            seen.remember(next.fingerprint, time: next.time, received: next.received)
        }
        waiting = []
        oldest = 0
    }
}
