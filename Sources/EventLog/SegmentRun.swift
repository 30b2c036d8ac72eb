import ConversationModel

/// Frames of a segment in order without a gap, from a mark on: what check and repair find in a file, whatever its state.
struct SegmentRun {
    /// The position of its first record.
    var first: LogPosition
    /// The position behind its last.
    var end: LogPosition
    /// Where it stands in the file.
    var bytes: Range<Int>
    /// The newest receipt in it, `Int64.min` where it has no record.
    var newest = Int64.min
    /// What ended it, or nil at the end of the file.
    var problem: FrameProblem?

    static func segmentNames(_ files: any FileLayer) throws(FileError) -> [String] {
        try files.names().filter { SegmentFormat.position(in: $0, suffix: ".segment") != nil }.sorted()
    }

    /// What a file says of itself, or nil where that is damaged.
    static func header(of file: any LogFile) throws(FileError) -> SegmentFormat.Header? {
        let bytes = try file.bytes(at: 0, count: SegmentFormat.headerSize)
        return try? SegmentFormat.header(from: bytes)
    }

    /// All runs of a file, which ascend in bytes and in positions.
    static func all(in file: any LogFile, from first: LogPosition) throws(FileError) -> [SegmentRun] {
        let size = try file.size()
        var runs: [SegmentRun] = []
        var cursor = first
        var offset = SegmentFormat.headerSize
        while offset < size, let start = try SegmentScanner(file, limit: size).mark(from: offset, atLeast: cursor) {
            let run = try SegmentRun(file, at: start.offset, first: start.position, size: size)
            runs.append(run)
            cursor = run.end
            // Past the first byte of what broke the run, or its own mark would be found for ever.
            offset = run.bytes.upperBound + 1
        }
        return runs
    }

    private init(_ file: any LogFile, at offset: Int, first: LogPosition, size: Int) throws(FileError) {
        self.init(first: first, end: first, bytes: offset..<offset)
        let scanner = SegmentScanner(file, from: offset, limit: size)
        while true {
            switch try scanner.next() {
            case .mark(let position):
                guard position == end else {
                    problem = .position
                    return
                }
            case .record:
                guard let entry = scanner.entry(at: end) else {
                    problem = .contents
                    return
                }
                end = end.advanced(by: 1)
                newest = max(newest, entry.record.received.milliseconds)
            case .end: return
            case .broken(let problem):
                self.problem = problem
                return
            }
            bytes = offset..<scanner.offset
        }
    }

    init(first: LogPosition, end: LogPosition, bytes: Range<Int>) {
        self.first = first
        self.end = end
        self.bytes = bytes
    }
}
