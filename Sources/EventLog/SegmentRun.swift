import ConversationModel

/// Frames of a segment in order without a gap: what check and repair find in a file, whatever its state.
struct SegmentRun {
    /// The position of its first record.
    var first: LogPosition
    /// The position behind its last.
    var end: LogPosition
    /// Where it stands in the file.
    var bytes: Range<Int>
    /// The newest receipt in it, `Int64.min` where it has no record.
    var newest = Int64.min
    /// Whether it is part of a segment as it stands: a group begins with a mark.
    var beginsWithMark = false
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

    /// All runs of a file, which ascend in bytes and in positions. Only what is damaged divides them: after what an
    /// unfinished write left at the end of the last segment there is none.
    static func all(
        in file: any LogFile, from first: LogPosition, isLast: Bool
    ) throws(FileError) -> [SegmentRun] {
        let size = try file.size()
        let scanner = SegmentScanner(file, limit: size)
        var runs: [SegmentRun] = []
        var mark = try scanner.mark(from: SegmentFormat.headerSize, atLeast: first)
        while let start = mark {
            var run = try SegmentRun(file, at: start.offset, first: start.position, size: size)
            runs.append(run)
            while run.problem != nil {
                // A mark of another position is where the next run begins; anything else is to be got over.
                let offset = run.bytes.upperBound + (run.problem == .position ? 0 : 1)
                mark = try scanner.mark(from: offset, atLeast: run.end)
                // Of a whole mark with another position nothing has to be guessed: what follows it is its own.
                guard run.problem != .position, mark != nil || !isLast,
                    let next = try run.behindOneFrame(file, size: size)
                else { break }
                runs.append(next)
                run = next
            }
            if run.problem == nil { mark = nil }
        }
        return runs
    }

    /// The run that begins behind the one frame that ended this one, so that not the rest of its group is lost.
    ///
    /// What ended it was a mark, if a whole frame stands where a mark would end, and then nothing is lost; or a record
    /// whose length can be believed, if one stands where that says.
    private func behindOneFrame(_ file: any LogFile, size: Int) throws(FileError) -> SegmentRun? {
        let mark = try SegmentRun(file, at: bytes.upperBound + SegmentFormat.markSize, first: end, size: size)
        if !mark.bytes.isEmpty { return mark }
        let head = try file.bytes(at: bytes.upperBound, count: SegmentFormat.recordHeadSize)
        guard head.count == SegmentFormat.recordHeadSize else { return nil }
        let length = head.withUnsafeBytes { SegmentFormat.number($0, 0, UInt32.self) }
        guard (UInt32(SegmentFormat.bodyHeadSize)...UInt32(SegmentFormat.bodyLimit)).contains(length) else {
            return nil
        }
        let next = bytes.upperBound + SegmentFormat.recordHeadSize + Int(length)
        guard next < size else { return nil }
        let run = try SegmentRun(file, at: next, first: end.advanced(by: 1), size: size)
        return run.bytes.isEmpty ? nil : run
    }

    /// What of the run has one of `positions`, or nil where nothing has: the records of one group are not kept apart.
    func part(_ positions: Range<UInt64>, in file: any LogFile) throws(FileError) -> SegmentRun? {
        if positions.lowerBound <= first.index, end.index <= positions.upperBound { return self }
        let scanner = SegmentScanner(file, from: bytes.lowerBound, limit: bytes.upperBound)
        var position = first
        var start: (offset: Int, position: LogPosition)?
        var stop = bytes.lowerBound
        walk: while position.index < positions.upperBound {
            switch try scanner.next() {
            case .mark: continue
            case .record:
                if start == nil, position.index >= positions.lowerBound { start = (scanner.frameOffset, position) }
                position = position.advanced(by: 1)
                stop = scanner.offset
            case .end, .broken: break walk
            }
        }
        guard let start else { return nil }
        return SegmentRun(first: start.position, end: position, bytes: start.offset..<stop)
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
                if bytes.isEmpty { beginsWithMark = true }
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
