import ConversationModel

/// The end of the log that grows: one at a time, on one queue.
final class LogWriter: @unchecked Sendable {
    private let files: any FileLayer
    private let options: EventLog.Options
    private(set) var seen: SeenEvents
    private var segment: any LogFile
    private var segmentBytes: Int
    private var next: LogPosition
    private var buffer: [UInt8] = []
    /// Of the shops seen lately, since a digest for each record would cost as much as all the rest.
    private var partitions: [ShopKey: ShopPartition] = [:]
    /// The segment that the last `commit` began, if it began one.
    private(set) var newSegment: Segment?

    init(
        files: any FileLayer, options: EventLog.Options, seen: SeenEvents, segment: any LogFile, end: DurableEnd
    ) {
        self.files = files
        self.options = options
        self.seen = seen
        self.segment = segment
        segmentBytes = end.bytes
        next = end.position
    }

    /// What is synced after the last `commit`.
    var end: DurableEnd { DurableEnd(position: next, bytes: segmentBytes) }

    var statistics: SeenStatistics {
        SeenStatistics(
            count: seen.count, bytes: seen.bytes, horizon: Instant(milliseconds: seen.horizon),
            isShortened: seen.forgottenBefore != .min)
    }

    /// Writes what may come in as one group and syncs it; the outcomes hold when this returns.
    ///
    /// After an error the writer may not be used again.
    func commit(_ appends: [(records: [LogRecord], now: Instant)]) throws(FileError) -> [[AppendOutcome]] {
        newSegment = nil
        let clock = seen.clock
        let start = next
        buffer.removeAll(keepingCapacity: true)
        SegmentFormat.appendMark(start, to: &buffer)
        let outcomes = appends.map { append in append.records.map { take($0, now: append.now) } }
        // A duplicate is acknowledged without a sync: its first is in an earlier group, or in this one.
        guard next != start else { return outcomes }
        if segmentBytes + buffer.count > options.segmentBytes, segmentBytes > SegmentFormat.headerSize {
            try begin(SegmentFormat.Header(first: start, clock: clock, lost: 0))
        }
        try write()
        return outcomes
    }

    /// Proves that all before was synced: a group without records.
    func seal() throws(FileError) {
        buffer.removeAll(keepingCapacity: true)
        SegmentFormat.appendMark(next, to: &buffer)
        try write()
    }

    private func take(_ record: LogRecord, now: Instant) -> AppendOutcome {
        var shop = record.shop
        let isSized =
            shop.utf8.count <= LogRecord.shopLimitBytes && (1...LogRecord.idLimitBytes).contains(record.id.count)
            && record.payload.count <= LogRecord.payloadLimitBytes
        guard isSized else { return .refused(.size) }
        let fingerprint = shop.withUTF8 { shop in
            record.id.withUnsafeBytes { seen.fingerprint(shop: UnsafeRawBufferPointer(shop), id: $0) }
        }
        let admission = seen.admit(
            fingerprint, time: record.time.milliseconds, received: record.received.milliseconds,
            now: now.milliseconds)
        switch admission {
        case .refused(let refusal): return .refused(refusal)
        case .duplicate: return .duplicate
        case .new:
            SegmentFormat.append(record, partition: partition(of: record.shop), to: &buffer)
            defer { next = next.advanced(by: 1) }
            return .appended(next)
        }
    }

    private func partition(of shop: String) -> ShopPartition {
        let key = ShopKey(shop: shop)
        if let known = partitions[key] { return known }
        if partitions.count >= 1 << 14 { partitions.removeAll(keepingCapacity: true) }
        let partition = ShopPartition(shop: shop)
        partitions[key] = partition
        return partition
    }

    private func begin(_ header: SegmentFormat.Header) throws(FileError) {
        segment = try Self.create(header, files)
        segmentBytes = SegmentFormat.headerSize
        newSegment = Segment(header)
    }

    /// Makes a segment. Its header is durable before the first group is written: so a file that is longer
    /// than a header and has none was damaged, and one that is not was being made when the power went.
    static func create(_ header: SegmentFormat.Header, _ files: any FileLayer) throws(FileError) -> any LogFile {
        let file = try files.create(SegmentFormat.segmentName(header.first))
        try file.write(SegmentFormat.bytes(of: header), at: 0)
        try file.sync()
        try files.syncDirectory()
        return file
    }

    private func write() throws(FileError) {
        try segment.write(buffer, at: segmentBytes)
        try segment.sync()
        segmentBytes += buffer.count
        // One large group should not hold its room for ever.
        if buffer.capacity > 4 * options.groupBytes { buffer = [] }
    }
}

/// A shop by the bytes of its key: to `String`, é in one scalar and in two are the same.
private struct ShopKey: Hashable {
    var shop: String

    static func == (a: ShopKey, b: ShopKey) -> Bool {
        a.shop.utf8.elementsEqual(b.shop.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var shop = shop
        shop.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
