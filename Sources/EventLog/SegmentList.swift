/// The segments of a directory by their headers, oldest first.
struct SegmentList {
    private(set) var segments: [Segment] = []
    /// Whether the newest file was no more than begun when the power went. It is gone now; those before it
    /// were synced to their ends.
    private(set) var hadUnfinished = false

    init(_ files: any FileLayer) throws(EventLogError) {
        let names = try files.attempt { files throws(FileError) in try files.names() }
        // Listed, and gone when it is opened: somebody took it away in between.
        let firsts = names.compactMap { SegmentFormat.position(in: $0, suffix: ".segment") }.sorted()
        for first in firsts {
            let name = SegmentFormat.segmentName(first)
            let next = firsts.first { $0 > first }
            let file = try files.openSegment(first, before: next, forWriting: false)
            let (bytes, size) = try files.attempt { _ throws(FileError) in
                (try file.bytes(at: 0, count: SegmentFormat.headerSize), try file.size())
            }
            do throws(SegmentFormat.HeaderProblem) {
                let header = try SegmentFormat.header(from: bytes)
                guard header.first == first else { throw .notASegment }
                segments.append(Segment(header))
            } catch {
                switch error {
                case .version(let version): throw .unknownVersion(path: files.path(name), version: version)
                case .notASegment:
                    // Only what follows others, or nothing at all: positions are never used twice.
                    guard first == firsts.last, size <= SegmentFormat.headerSize,
                        first == .start || !segments.isEmpty
                    else { throw .notASegment(path: files.path(name)) }
                    try files.attempt { files throws(FileError) in
                        try files.remove(name)
                        try files.syncDirectory()
                    }
                    hadUnfinished = true
                }
            }
        }
    }
}

extension Segment {
    /// Throws unless the records before this segment, the last of which are in the one named `before`, end where they should.
    func check(
        follows position: LogPosition, of before: String, in files: any FileLayer
    ) throws(EventLogError) {
        let due = LogPosition(first.index &- lost)
        if position < due {
            throw .missing(
                before: files.path(before), gone: files.path(SegmentFormat.segmentName(position)), from: position,
                to: due)
        }
        if position > due { throw .damaged(path: files.path(name), offset: 0, position: position, .position) }
    }
}

extension FileLayer {
    /// The path of a file, for errors.
    func path(_ name: String) -> String {
        directory + "/" + name
    }

    /// Opens the segment that begins at `first`, which the log has; `next` is where the one after it begins, if there is one.
    func openSegment(
        _ first: LogPosition, before next: LogPosition?, forWriting: Bool
    ) throws(EventLogError) -> any LogFile {
        let name = SegmentFormat.segmentName(first)
        do throws(FileError) { return try open(name, forWriting: forWriting) } catch {
            guard error.isNotThere else { throw .file(error) }
            throw .gone(path: path(name), from: first, to: next)
        }
    }

    /// The names of segments, oldest first; an error where there is no directory.
    func segmentNames() throws(EventLogError) -> [String] {
        do throws(FileError) { return try SegmentRun.segmentNames(self) } catch {
            throw error.isNotThere ? .noLog(directory: directory) : .file(error)
        }
    }

    /// Does something with files, whose errors become the log's.
    func attempt<Result>(
        _ body: (any FileLayer) throws(FileError) -> Result
    ) throws(EventLogError) -> Result {
        do throws(FileError) { return try body(self) } catch { throw .file(error) }
    }
}
