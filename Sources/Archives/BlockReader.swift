import CSimdJSON
import ConversationModel

/// A stretch of whole lines of one source, in a buffer that is used again.
///
/// The buffer has room behind the lines for what the parser unescapes.
public final class ArchiveBlock {
    /// 0-based position among the blocks of the run.
    public internal(set) var sequence = 0
    /// Index of the source in `ConversationLines.sources`.
    public internal(set) var source = 0
    public internal(set) var shape = ArchiveShape.conversations
    /// Bytes of lines.
    public internal(set) var length = 0
    /// A record longer than the limit stood behind these lines and was passed over.
    public internal(set) var endsWithTooLarge = false
    /// The last line has no end, because the input breaks off there.
    public internal(set) var isBrokenOff = false
    /// Bytes that a record may have.
    var largestRecord = Int.max
    /// Bytes read from storage when this block was cut: for progress.
    public internal(set) var bytesReadSoFar = 0

    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int

    public init() {
        capacity = 1 << 16
        bytes = .allocate(capacity: capacity)
    }

    deinit {
        bytes.deallocate()
    }

    /// The lines; valid until the block is filled again.
    public var lines: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: length) }

    /// Room for `size` bytes of lines and as many unescaped; keeps what is there.
    func reserve(_ size: Int) {
        let wanted = size * 2 + 4 * Int(MJ_PADDING)
        guard wanted > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: bytes, count: min(capacity, max(length, filled)))
        bytes.deallocate()
        bytes = larger
        capacity = wanted
    }

    var filled = 0

    /// Holds this one line, and nothing else, from now on.
    func hold(_ line: UnsafeBufferPointer<UInt8>) {
        (length, filled) = (0, 0)
        reserve(line.count)
        for (i, byte) in line.enumerated() { bytes[i] = byte }
        (length, filled) = (line.count, line.count)
        (endsWithTooLarge, isBrokenOff) = (false, false)
    }
}

/// Cuts a stream of conversation lines into blocks, the same ones whatever the reads give.
///
/// Not safe to share: callers take turns.
public final class BlockReader {
    private let lines: ConversationLines
    private let target: Int
    private let largestRecord: Int
    private let isLive: Bool
    /// What was read beyond the last block, by source: at most two pieces.
    private var pending: [Pending] = []
    private var sequence = 0
    private var isAtEnd = false
    /// Why there is no more: thrown when what was read before has been given out.
    private var failure: ArchiveError?
    private var isSkipping = false

    private struct Pending {
        var bytes: [UInt8]
        var source: Int
        var shape: ArchiveShape
    }

    /// Blocks of about `target` bytes; longer where one record is, up to `largestRecord`.
    ///
    /// With `isLive` a block is what has arrived, as soon as it holds a whole line: then blocks
    /// depend on what the reads give.
    public init(
        _ lines: ConversationLines, target: Int = 1 << 20, largestRecord: Int = 16 << 20, isLive: Bool = false
    ) {
        self.isLive = isLive
        self.lines = lines
        self.target = target
        self.largestRecord = largestRecord
    }

    /// Fills `block` with the next lines; false at the end.
    ///
    /// Where the input breaks off, everything before that place comes first, the torn line too, then the
    /// error. An interruption is thrown at once.
    public func next(_ block: ArchiveBlock) throws(ArchiveError) -> Bool {
        block.endsWithTooLarge = false
        block.isBrokenOff = false
        block.largestRecord = largestRecord
        block.length = 0
        block.filled = 0
        if let first = pending.first {
            pending.removeFirst()
            block.reserve(max(target, first.bytes.count))
            for (i, byte) in first.bytes.enumerated() { block.bytes[i] = byte }
            block.filled = first.bytes.count
            block.source = first.source
            block.shape = first.shape
        } else {
            block.reserve(target)
        }
        var size = target
        while true {
            fill(block, size: size)
            if failure == .interrupted { throw .interrupted }
            if block.filled == 0, isAtEnd, !isSkipping {
                if let failure { throw failure }
                return false
            }
            if let end = lastLineEnd(block) {
                return cut(block, at: end)
            }
            if isAtEnd || !pending.isEmpty {
                // The last line of a source may lack its line end.
                if isSkipping { return finishSkipping(block) }
                block.isBrokenOff = failure != nil && pending.isEmpty
                return cut(block, at: block.filled)
            }
            if block.filled >= largestRecord || isSkipping {
                isSkipping = true
                block.filled = 0
                continue
            }
            size = min(size * 2, largestRecord + 1)
            block.reserve(size)
        }
    }

    private func finishSkipping(_ block: ArchiveBlock) -> Bool {
        isSkipping = false
        block.endsWithTooLarge = true
        block.length = 0
        block.sequence = sequence
        block.bytesReadSoFar = lines.bytesRead
        sequence += 1
        return true
    }

    private func cut(_ block: ArchiveBlock, at end: Int) -> Bool {
        if isSkipping {
            // The first line end closes the record that is too long.
            var first = 0
            while first < end, block.bytes[first] != 0x0A { first += 1 }
            let rest = min(first + 1, block.filled)
            keep(block, from: rest)
            return finishSkipping(block)
        }
        if end < block.filled {
            keep(block, from: end)
        }
        block.length = end
        block.sequence = sequence
        block.bytesReadSoFar = lines.bytesRead
        sequence += 1
        return true
    }

    private func keep(_ block: ArchiveBlock, from start: Int) {
        guard start < block.filled else { return }
        let tail = UnsafeBufferPointer(start: block.bytes + start, count: block.filled - start)
        pending.insert(Pending(bytes: Array(tail), source: block.source, shape: block.shape), at: 0)
    }

    /// Reads until `size` bytes are there, the source changes, or the input ends.
    private func fill(_ block: ArchiveBlock, size: Int) {
        while block.filled < size, !isAtEnd, pending.isEmpty {
            let room = UnsafeMutableRawBufferPointer(
                start: block.bytes + block.filled, count: size - block.filled)
            let count: Int
            do throws(ArchiveError) {
                count = try lines.read(into: room)
            } catch {
                failure = error
                count = 0
            }
            if count == 0 {
                isAtEnd = true
                return
            }
            if block.filled == 0 {
                block.source = lines.source
                block.shape = lines.shape
            } else if lines.source != block.source {
                let bytes = UnsafeBufferPointer(start: block.bytes + block.filled, count: count)
                pending.append(Pending(bytes: Array(bytes), source: lines.source, shape: lines.shape))
                return
            }
            block.filled += count
            if isLive, lastLineEnd(block) != nil { return }
        }
    }

    private func lastLineEnd(_ block: ArchiveBlock) -> Int? {
        var i = block.filled
        while i > 0 {
            if block.bytes[i - 1] == 0x0A { return i }
            i -= 1
        }
        return nil
    }
}
