/// The segments of a directory by their headers, oldest first.
struct SegmentList {
    private(set) var segments: [Segment] = []
    /// Whether the newest file was no more than begun when the power went. It is gone now; those before it
    /// were synced to their ends.
    private(set) var hadUnfinished = false

    init(_ files: any FileLayer) throws(EventLogError) {
        let names = try files.attempt { files throws(FileError) in try files.names() }
        let firsts = names.compactMap { SegmentFormat.position(in: $0, suffix: ".segment") }.sorted()
        for first in firsts {
            let name = SegmentFormat.segmentName(first)
            let (bytes, size) = try files.attempt { files throws(FileError) in
                let file = try files.open(name, forWriting: false)
                return (try file.bytes(at: 0, count: SegmentFormat.headerSize), try file.size())
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
    /// Throws unless the records before this segment end where they should.
    func check(follows position: LogPosition, in files: any FileLayer) throws(EventLogError) {
        let due = LogPosition(first.index &- lost)
        if position < due { throw .missing(directory: files.directory, from: position, to: due) }
        if position > due { throw .damaged(path: files.path(name), offset: 0, position: position, .position) }
    }
}

extension FileLayer {
    /// The path of a file, for errors.
    func path(_ name: String) -> String {
        directory + "/" + name
    }

    /// Does something with files, whose errors become the log's.
    func attempt<Result>(
        _ body: (any FileLayer) throws(FileError) -> Result
    ) throws(EventLogError) -> Result {
        do throws(FileError) { return try body(self) } catch { throw .file(error) }
    }
}
