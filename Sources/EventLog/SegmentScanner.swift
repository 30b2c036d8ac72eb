import ConversationModel

/// Walks the frames of a segment, front to back, in a buffer that is used again.
///
/// Every frame is checked before it is given. Not for several threads at a time.
final class SegmentScanner {
    enum Frame: Hashable {
        /// A group of records begins, the first of which has this position.
        case mark(LogPosition)
        /// A whole record: `entry(at:)` or `withBody` gives it until the next call of `next`.
        case record
        /// Nothing more below `limit`.
        case end
        /// What stands at `frameOffset` is no frame.
        case broken(FrameProblem)
    }

    /// Where reading ends, in bytes; may be moved on.
    var limit: Int
    /// Where the frame given last begins.
    private(set) var frameOffset: Int
    /// Where the next frame begins.
    private(set) var offset: Int

    private static let pieceSize = 256 << 10
    private let file: any LogFile
    private var buffer: [UInt8] = []
    /// The offset of the first byte in the buffer.
    private var bufferOffset: Int
    private var body = 0..<0

    init(_ file: any LogFile, from offset: Int = SegmentFormat.headerSize, limit: Int) {
        self.file = file
        self.limit = limit
        self.offset = offset
        frameOffset = offset
        bufferOffset = offset
    }

    func next() throws(FileError) -> Frame {
        frameOffset = offset
        if offset >= limit { return .end }
        guard try load(SegmentFormat.recordHeadSize) else { return .broken(.cutShort) }
        let (length, checksum) = number(at: 0, and: 4)
        if length == SegmentFormat.markMagic {
            guard try load(SegmentFormat.markSize) else { return .broken(.cutShort) }
            let position = buffer.withUnsafeBytes { raw in
                SegmentFormat.number(raw, offset - bufferOffset + 8, UInt64.self)
            }
            guard SegmentFormat.markChecksum(position) == checksum else { return .broken(.checksum) }
            offset += SegmentFormat.markSize
            return .mark(LogPosition(position))
        }
        guard length >= SegmentFormat.bodyHeadSize, length <= SegmentFormat.bodyLimit else { return .broken(.length) }
        let size = SegmentFormat.recordHeadSize + Int(length)
        guard try load(size) else { return .broken(.cutShort) }
        let start = offset - bufferOffset
        let computed = buffer.withUnsafeBytes { raw in
            SegmentFormat.recordChecksum(UnsafeRawBufferPointer(rebasing: raw[start..<start + size]))
        }
        guard computed == checksum else { return .broken(.checksum) }
        body = start + SegmentFormat.recordHeadSize..<start + size
        offset += size
        return .record
    }

    /// The record given last, or nil where its checksum is right and its contents make no sense.
    func entry(at position: LogPosition) -> LogEntry? {
        withBody { SegmentFormat.entry(body: $0, at: position) }
    }

    /// The body of the record given last.
    func withBody<Result>(_ use: (UnsafeRawBufferPointer) -> Result) -> Result {
        buffer.withUnsafeBytes { use(UnsafeRawBufferPointer(rebasing: $0[body])) }
    }

    /// The offset and position of the first whole mark from `start` on whose position is `least` or later.
    ///
    /// A group is written only when the one before it is synced. So a mark behind a broken frame proves that the
    /// frame was synced once, and is not what a crash left of an unfinished write.
    func mark(from start: Int, atLeast least: LogPosition) throws(FileError) -> (offset: Int, position: LogPosition)? {
        var place = start
        // Each position takes a record's room: a position farther off is chance.
        let farthest = LogPosition(least.index &+ UInt64(max(0, limit - start)))
        while place + SegmentFormat.markSize <= limit {
            let piece = try file.bytes(at: place, count: min(Self.pieceSize, limit - place))
            guard piece.count >= SegmentFormat.markSize else { return nil }
            let found: (Int, LogPosition)? = piece.withUnsafeBytes { raw in
                for index in 0...(raw.count - SegmentFormat.markSize)
                where raw[index] == 0xFF && SegmentFormat.number(raw, index, UInt32.self) == SegmentFormat.markMagic {
                    let position = SegmentFormat.number(raw, index + 8, UInt64.self)
                    guard SegmentFormat.number(raw, index + 4, UInt32.self) == SegmentFormat.markChecksum(position),
                        LogPosition(position) >= least, LogPosition(position) <= farthest
                    else { continue }
                    return (place + index, LogPosition(position))
                }
                return nil
            }
            if let found { return found }
            place += piece.count - SegmentFormat.markSize + 1
        }
        return nil
    }

    /// Has `count` bytes from `offset` on in the buffer, or says that there are not as many.
    private func load(_ count: Int) throws(FileError) -> Bool {
        if offset + count > limit { return false }
        if offset - bufferOffset + count <= buffer.count { return true }
        bufferOffset = offset
        buffer = try file.bytes(at: offset, count: min(max(count, Self.pieceSize), limit - offset))
        return buffer.count >= count
    }

    private func number(at first: Int, and second: Int) -> (UInt32, UInt32) {
        buffer.withUnsafeBytes { raw in
            let start = offset - bufferOffset
            return (
                SegmentFormat.number(raw, start + first, UInt32.self),
                SegmentFormat.number(raw, start + second, UInt32.self)
            )
        }
    }
}

/// Why bytes in a segment are no frame.
public enum FrameProblem: String, Hashable, Sendable {
    /// The file ends inside it.
    case cutShort = "cut-short"
    case checksum
    /// A length that no record has.
    case length
    /// A group that begins at another position than the one due.
    case position
    /// The checksum is right, and the record makes no sense: a defect of the writer.
    case contents

    /// Whether it cannot be what a crash left of an unfinished write, wherever it stands.
    var isNeverUnfinished: Bool { self == .position || self == .contents }
}
