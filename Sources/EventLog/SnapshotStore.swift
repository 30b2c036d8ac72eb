import Crypto

/// States of the fold over the log, each with the position up to which it has folded.
///
///     snapshot = "MJSNAPSH" version:u32 zero:u32 position:u64 length:u64 state sha256[32]
///
/// A snapshot is written beside, synced and renamed: there is always a whole one. For one thread at a time.
public struct SnapshotStore: Sendable {
    private static let magic = Array("MJSNAPSH".utf8)
    private static let version: UInt32 = 1
    private static let suffix = ".snapshot"
    private static let unfinished = "snapshot.new"
    private static let headSize = 32
    private static let digestSize = 32
    private let files: any FileLayer
    private let kept: Int

    /// Snapshots in the directory of the log, or another one; `kept` of them stay, at least one.
    public init(_ files: any FileLayer, kept: Int = 2) {
        self.files = files
        self.kept = max(1, kept)
    }

    /// A state that was found.
    public struct Snapshot: Hashable, Sendable {
        /// The state has folded all records before this.
        public var position: LogPosition
        public var state: [UInt8]
        /// Newer snapshots that are damaged, by path.
        public var damaged: [String]
    }

    /// Keeps a state durably, and removes the oldest beyond those to keep.
    public func save(_ state: [UInt8], at position: LogPosition) throws(EventLogError) {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.headSize + state.count + Self.digestSize)
        SegmentFormat.append(Self.version, to: &bytes)
        SegmentFormat.append(UInt32(0), to: &bytes)
        SegmentFormat.append(position.index, to: &bytes)
        SegmentFormat.append(UInt64(state.count), to: &bytes)
        bytes += state
        bytes += SHA256.hash(data: bytes)
        let content = bytes
        try files.attempt { files throws(FileError) in
            try files.prepare()
            if try files.names().contains(Self.unfinished) { try files.remove(Self.unfinished) }
            let file = try files.create(Self.unfinished)
            try file.write(content, at: 0)
            try file.sync()
            try files.rename(Self.unfinished, to: SegmentFormat.padded(position.index) + Self.suffix)
            try files.syncDirectory()
            for old in try positions(files).dropLast(kept) { try files.remove(Self.name(old)) }
        }
    }

    /// The newest whole snapshot, or nil where the log is to be folded from its start.
    ///
    /// A damaged one is passed over for the one before. `log` is what is to be read from the snapshot on: a
    /// snapshot that knows more than it, or that it does not reach back to, is an error.
    public func newest(for log: EventLog) throws(EventLogError) -> Snapshot? {
        let found = try newest()
        try check(found, for: log)
        return found.snapshot
    }

    /// The newest whole snapshot before the log is opened, beside the paths of newer ones that are damaged; `check` says
    /// afterwards whether it may be used.
    public func newest() throws(EventLogError) -> (snapshot: Snapshot?, damaged: [String]) {
        var damaged: [String] = []
        let found = try files.attempt { files throws(FileError) in
            try files.prepare()
            return try positions(files)
        }
        for position in found.reversed() {
            if let state = try load(position) {
                return (Snapshot(position: position, state: state, damaged: damaged), damaged)
            }
            damaged.append(files.path(Self.name(position)))
        }
        return (nil, damaged)
    }

    /// Throws where the log ends before the snapshot that was found, or does not reach back to it.
    public func check(_ found: (snapshot: Snapshot?, damaged: [String]), for log: EventLog) throws(EventLogError) {
        let (first, end) = (log.first, log.end)
        guard let position = found.snapshot?.position else {
            if first > .start { throw .damagedSnapshots(paths: found.damaged) }
            return
        }
        if position > end { throw .snapshotAhead(path: files.path(Self.name(position)), position: position, end: end) }
        if position < first { throw .removed(position, first: first) }
    }

    /// The position of the oldest snapshot kept, before which the log need not reach; nil where there is none.
    public func oldest() throws(EventLogError) -> LogPosition? {
        try files.attempt { files throws(FileError) in try positions(files) }.first
    }

    private func positions(_ files: any FileLayer) throws(FileError) -> [LogPosition] {
        try files.names().compactMap { SegmentFormat.position(in: $0, suffix: Self.suffix) }.sorted()
    }

    private static func name(_ position: LogPosition) -> String {
        SegmentFormat.padded(position.index) + suffix
    }

    /// The state in a snapshot, or nil where it is damaged.
    private func load(_ position: LogPosition) throws(EventLogError) -> [UInt8]? {
        let name = Self.name(position)
        let bytes = try files.attempt { files throws(FileError) in
            let file = try files.open(name, forWriting: false)
            return try file.bytes(at: 0, count: file.size())
        }
        let content = bytes.count - Self.digestSize
        guard content >= Self.headSize, bytes.starts(with: Self.magic),
            SHA256.hash(data: bytes[..<content]) == bytes[content...]
        else { return nil }
        let (version, stored, length) = bytes.withUnsafeBytes { raw in
            (
                SegmentFormat.number(raw, 8, UInt32.self), SegmentFormat.number(raw, 16, UInt64.self),
                SegmentFormat.number(raw, 24, UInt64.self)
            )
        }
        guard version == Self.version else { throw .unknownVersion(path: files.path(name), version: version) }
        guard stored == position.index, length == UInt64(content - Self.headSize) else { return nil }
        return Array(bytes[Self.headSize..<content])
    }
}
