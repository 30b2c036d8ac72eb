import ConversationModel

/// Goes on with a damaged log without the records that cannot be read.
///
/// Everything that can be read stays, at its position. A damaged file is kept under the name `….damaged`, and what is
/// whole in it becomes segments of their own, which say how many positions before them are lost. It may be
/// interrupted anywhere and done again.
public struct LogRepair {
    /// Files that were set aside, by path; empty where nothing was damaged.
    public private(set) var setAside: [String] = []
    /// Records that were read and stay.
    public private(set) var kept = 0
    /// Positions given up, ascending; those that were given up earlier too.
    public private(set) var lost: [Range<UInt64>] = []

    private static let working = ".repairing"
    private static let unfinished = "segment.new"
    private let files: any FileLayer

    /// Repairs the log in a directory, which nobody may have open.
    public init(_ files: any FileLayer) throws(EventLogError) {
        self.files = files
        // Nothing is made where there is no log.
        let segments = try files.segmentNames()
        let names = try files.attempt { files throws(FileError) in try files.names() }
        let isLog = !segments.isEmpty || names.contains { $0.hasSuffix(Self.working) }
        guard isLog else { throw .noLog(directory: files.directory) }
        let lock = try files.attempt { files throws(FileError) in try files.lock("lock") }
        guard lock != nil else { throw .locked(directory: files.directory) }
        do throws(FileError) {
            var end = LogPosition.start
            for name in try segmentNames() {
                let file = try files.open(name, forWriting: false)
                // A copy under another name, or of another backup: positions that are there already.
                let header = try SegmentRun.header(of: file)
                let isOverlapping = header.map { $0.first < end } ?? false
                let isBroken = isOverlapping ? true : try isDamaged(name)
                if isBroken {
                    try files.rename(name, to: name + Self.working)
                } else {
                    end = try positions(of: name).map { LogPosition($0.upperBound) } ?? end
                }
            }
            try files.syncDirectory()
            for name in try files.names().sorted() where name.hasSuffix(Self.working) {
                let original = String(name.dropLast(Self.working.utf8.count))
                try salvage(name, original)
                try files.rename(name, to: original + ".damaged")
                try files.syncDirectory()
                setAside.append(files.path(original + ".damaged"))
            }
            try join()
        } catch { throw .file(error) }
        withExtendedLifetime(lock) {}
    }

    private func segmentNames() throws(FileError) -> [String] {
        try SegmentRun.segmentNames(files)
    }

    /// Whether a segment holds anything but whole frames in order, a loss of power at the end of the last excepted.
    private func isDamaged(_ name: String) throws(FileError) -> Bool {
        let file = try files.open(name, forWriting: false)
        let size = try file.size()
        let isLast = try segmentNames().last == name
        guard let header = try SegmentRun.header(of: file), SegmentFormat.segmentName(header.first) == name else {
            // What was being made when the power went is removed when the log is opened.
            return !(isLast && size <= SegmentFormat.headerSize)
        }
        let runs = try SegmentRun.all(in: file, from: header.first, isLast: isLast)
        guard runs.count <= 1, (runs.first?.first ?? header.first) == header.first,
            runs.first?.problem?.isNeverUnfinished != true
        else { return true }
        return !isLast && (runs.first?.bytes.upperBound ?? SegmentFormat.headerSize) < size
    }

    /// The positions of the records of a whole segment.
    private func positions(of name: String) throws(FileError) -> Range<UInt64>? {
        let file = try files.open(name, forWriting: false)
        guard let header = try SegmentRun.header(of: file) else { return nil }
        let run = try SegmentRun.all(in: file, from: header.first, isLast: true).first
        return header.first.index..<max(header.first.index, run?.end.index ?? 0)
    }

    /// Makes segments of what is whole in a damaged one and stands nowhere else.
    private func salvage(_ name: String, _ original: String) throws(FileError) {
        let file = try files.open(name, forWriting: false)
        // Names are given by whoever copies; what stands in the file was written with it.
        let header = try SegmentRun.header(of: file)
        let first = header?.first ?? SegmentFormat.position(in: original, suffix: ".segment") ?? .start
        var others: [Range<UInt64>] = []
        for other in try segmentNames() { if let range = try positions(of: other) { others.append(range) } }
        // It is damaged, so that nothing in it is an unfinished write.
        var runs = try SegmentRun.all(in: file, from: first, isLast: false)
        // A copy of what is there needs no place of its own.
        let isNeeded = !others.contains { $0.contains(first.index) }
        if runs.isEmpty, isNeeded {
            // Nobody knows how many there were. Positions are never used twice, so those that fit are given up.
            let beyond = first.advanced(by: try file.size())
            runs.append(SegmentRun(first: beyond, end: beyond, bytes: 0..<0))
        }
        // The log still begins where it began, whatever is lost.
        if let begin = runs.first, begin.first != first, isNeeded {
            runs.insert(SegmentRun(first: first, end: first, bytes: 0..<0), at: 0)
        }
        var due = first.index - (header?.lost ?? 0)
        for whole in runs {
            for run in try parts(of: whole, outside: others, in: file) {
                try write(run, lost: run.first.index > due ? run.first.index - due : 0, from: file)
                due = run.end.index
            }
        }
    }

    /// The run without what has positions of others; one without records is a place, and stays where it is free.
    private func parts(
        of run: SegmentRun, outside others: [Range<UInt64>], in file: any LogFile
    ) throws(FileError) -> [SegmentRun] {
        guard run.first < run.end else {
            return others.contains { $0.contains(run.first.index) || $0.lowerBound == run.first.index } ? [] : [run]
        }
        var free = [run.first.index..<run.end.index]
        for other in others {
            free = free.flatMap { range in
                guard range.overlaps(other) else { return [range] }
                let before = range.lowerBound..<max(range.lowerBound, other.lowerBound)
                let behind = min(range.upperBound, other.upperBound)..<range.upperBound
                return [before, behind].filter { !$0.isEmpty }
            }
        }
        var result: [SegmentRun] = []
        for range in free { if let part = try run.part(range, in: file) { result.append(part) } }
        return result
    }

    private func write(_ run: SegmentRun, lost: UInt64, from file: any LogFile) throws(FileError) {
        if try files.names().contains(Self.unfinished) { try files.remove(Self.unfinished) }
        let new = try files.create(Self.unfinished)
        let header = SegmentFormat.Header(first: run.first, clock: .min, lost: lost)
        var start = SegmentFormat.bytes(of: header)
        if !run.beginsWithMark { SegmentFormat.appendMark(run.first, to: &start) }
        try new.write(start, at: 0)
        var written = 0
        while written < run.bytes.count {
            let piece = try file.bytes(
                at: run.bytes.lowerBound + written, count: min(1 << 20, run.bytes.count - written))
            guard !piece.isEmpty else { break }
            try new.write(piece, at: start.count + written)
            written += piece.count
        }
        try new.sync()
        try files.rename(Self.unfinished, to: SegmentFormat.segmentName(run.first))
        try files.syncDirectory()
    }

    /// Has each header say what was lost before it, and the newest receipt.
    private mutating func join() throws(FileError) {
        var end: LogPosition?
        var clock = Int64.min
        for name in try segmentNames() {
            let file = try files.open(name, forWriting: true)
            guard var header = try SegmentRun.header(of: file) else { continue }
            let before = header
            if let end, end <= header.first { header.lost = header.first.index - end.index }
            clock = max(clock, header.clock)
            header.clock = clock
            if header != before {
                // Torn by a loss of power, it is a damaged header, and another repair reads the marks behind it.
                try file.write(SegmentFormat.bytes(of: header), at: 0)
                try file.sync()
            }
            if header.lost > 0 { lost.append(header.first.index - header.lost..<header.first.index) }
            let run = try SegmentRun.all(in: file, from: header.first, isLast: true).first
            kept += run.map { Int($0.end.index - $0.first.index) } ?? 0
            clock = max(clock, run?.newest ?? .min)
            end = run?.end ?? header.first
        }
    }
}
