import ConversationModel

/// Reads every byte of a log that nobody has open, and changes nothing.
public struct LogCheck {
    /// How many problems are named.
    public static let problemLimit = 100

    public private(set) var segments = 0
    public private(set) var records = 0
    public private(set) var bytes = 0
    /// The first and the next position.
    public private(set) var positions: Range<UInt64> = 0..<0
    /// Bytes at the end that opening will cut off: an unfinished write, never acknowledged.
    public private(set) var unfinishedBytes = 0
    /// Positions that a repair gave up earlier.
    public private(set) var lostRecords: UInt64 = 0
    /// What opening or reading would stop at, in order, at most `problemLimit`.
    public private(set) var problems: [EventLogError] = []

    /// Checks the log in a directory.
    public init(_ files: any FileLayer) throws(EventLogError) {
        let names = try files.segmentNames()
        // A log that does not exist shall not begin to by being checked.
        guard !names.isEmpty else { throw .noLog(directory: files.directory) }
        let lock = try files.attempt { files throws(FileError) in try files.lock("lock") }
        guard lock != nil else { throw .locked(directory: files.directory) }
        var end: LogPosition?
        for (place, name) in names.enumerated() {
            let before = place > 0 ? names[place - 1] : ""
            try check(name, isLast: name == names.last, after: &end, of: before, files)
        }
        let first = SegmentFormat.position(in: names[0], suffix: ".segment") ?? .start
        positions = first.index..<max(first.index, end?.index ?? first.index)
        // What was cut off at the end of a log, or a last segment that is gone, is known to nobody else.
        if let snapshot = try SnapshotStore(files).newest().snapshot?.position, snapshot.index > positions.upperBound {
            let path = files.path(SegmentFormat.padded(snapshot.index) + ".snapshot")
            note(.snapshotAhead(path: path, position: snapshot, end: LogPosition(positions.upperBound)))
        }
        withExtendedLifetime(lock) {}
    }

    private mutating func check(
        _ name: String, isLast: Bool, after end: inout LogPosition?, of before: String,
        _ files: any FileLayer
    ) throws(EventLogError) {
        let path = files.path(name)
        let first = SegmentFormat.position(in: name, suffix: ".segment") ?? .start
        let (size, header, runs) = try files.attempt { files throws(FileError) in
            let file = try files.open(name, forWriting: false)
            return (
                try file.size(), try SegmentRun.header(of: file),
                try SegmentRun.all(in: file, from: first, isLast: isLast)
            )
        }
        segments += 1
        bytes += size
        if let header, header.first == first {
            lostRecords = lostRecords.addingReportingOverflow(header.lost).partialValue
            if let end {
                do throws(EventLogError) { try Segment(header).check(follows: end, of: before, in: files) } catch {
                    note(error)
                }
            }
        } else if isLast, size <= SegmentFormat.headerSize {
            unfinishedBytes = size
            return
        } else {
            note(.notASegment(path: path))
        }
        var (offset, due) = (SegmentFormat.headerSize, first)
        var problem: FrameProblem = .checksum
        for run in runs {
            if run.bytes.lowerBound > offset || run.first > due {
                note(.damaged(path: path, offset: offset, position: due, problem))
            }
            records += Int(run.end.index - run.first.index)
            (offset, due, problem) = (run.bytes.upperBound, run.end, run.problem ?? .cutShort)
        }
        if offset < size {
            if isLast, !problem.isNeverUnfinished {
                unfinishedBytes = size - offset
            } else {
                note(.damaged(path: path, offset: offset, position: due, problem))
            }
        }
        end = due
    }

    private mutating func note(_ problem: EventLogError) {
        if problems.count < Self.problemLimit { problems.append(problem) }
    }
}
