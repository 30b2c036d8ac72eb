import CZlib
import CZstd

/// How the bytes of an archive are compressed, by their first bytes and not by a name.
public enum Compression: String, Sendable, Hashable {
    case none, gzip, zstd

    /// What `head`, the first bytes of a file, says; four bytes are enough.
    package init(head: some Collection<UInt8>) {
        let bytes = Array(head.prefix(4))
        if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes == [0x28, 0xB5, 0x2F, 0xFD] {
            self = .zstd
        } else if bytes.count == 4, bytes[0] & 0xF0 == 0x50, bytes[1...] == [0x2A, 0x4D, 0x18] {
            // A skippable frame in front, as parallel compressors write it.
            self = .zstd
        } else {
            self = .none
        }
    }

    /// `stream` without its compression.
    package func unpacked(_ stream: any ByteStream, name: String) throws(ArchiveError)
        -> any ByteStream
    {
        switch self {
        case .none: stream
        case .gzip: try GzipStream(stream, name: name)
        case .zstd: try ZstdStream(stream, name: name)
        }
    }
}

private let inputSize = 256 << 10

/// The content of gzip data of one or more members.
///
/// What could be unpacked before damage is given first, then the error is thrown. Memory does not
/// depend on how much the data unpacks to.
public final class GzipStream: ByteStream {
    private let source: any ByteStream
    private let name: String
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: inputSize, alignment: 16)
    // zlib keeps the address of its state and refuses to work when it moved.
    private let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isInsideMember = false
    private var isAtEnd = false
    private var members = 0
    private var compressed = 0
    private var decompressed = 0
    private var failure: ArchiveError?

    /// Unpacks `source`, which is called `name` in errors.
    public init(_ source: any ByteStream, name: String) throws(ArchiveError) {
        self.source = source
        self.name = name
        state.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(state, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
            failure = .outOfMemory(path: name)
            throw .outOfMemory(path: name)
        }
    }

    deinit {
        inflateEnd(state)
        state.deallocate()
        input.deallocate()
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        if let failure { throw failure }
        guard buffer.count > 0, let start = buffer.baseAddress else { return 0 }
        let room = min(buffer.count, Int(UInt32.max))
        state.pointee.next_out = start.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(room)
        do {
            while Int(state.pointee.avail_out) == room, !isAtEnd { try step() }
        } catch {
            failure = error
            let produced = room - Int(state.pointee.avail_out)
            decompressed += produced
            if produced > 0 { return produced }
            throw error
        }
        let produced = room - Int(state.pointee.avail_out)
        decompressed += produced
        return produced
    }

    private func step() throws(ArchiveError) {
        if state.pointee.avail_in == 0 {
            let count = try source.read(into: input)
            compressed += count
            state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_in = UInt32(count)
            if count == 0 {
                // Every stream that is opened as gzip has at least one member.
                guard !isInsideMember, members > 0 else { throw damage(.truncated) }
                isAtEnd = true
                return
            }
        }
        if !isInsideMember {
            // Blocks of tapes and some writers pad with zeros behind the last member.
            while members > 0, state.pointee.avail_in > 0, state.pointee.next_in.pointee == 0 {
                state.pointee.next_in += 1
                state.pointee.avail_in -= 1
            }
            guard state.pointee.avail_in > 0 else { return }
            if members > 0 { inflateReset(state) }
            isInsideMember = true
        }
        switch inflate(state, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: return
        case Z_STREAM_END:
            isInsideMember = false
            members += 1
        case Z_MEM_ERROR: throw .outOfMemory(path: name)
        default:
            let reason = state.pointee.msg.map { String(cString: $0) } ?? "no gzip data"
            throw damage(.corrupt(members > 0 ? "after member \(members): \(reason)" : reason))
        }
    }

    private func damage(_ damage: ArchiveError.Damage) -> ArchiveError {
        .damaged(
            path: name, format: "gzip", compressed: compressed - Int(state.pointee.avail_in),
            decompressed: decompressed, damage: damage)
    }
}

/// The content of zstd data of one or more frames.
///
/// As `GzipStream`: what could be unpacked comes before the error. A window beyond 128 MiB is
/// refused, so that memory stays bounded.
public final class ZstdStream: ByteStream {
    private let source: any ByteStream
    private let name: String
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: inputSize, alignment: 16)
    private let state: OpaquePointer
    private var available = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    private var isInsideFrame = false
    private var isAtEnd = false
    private var compressed = 0
    private var decompressed = 0
    private var failure: ArchiveError?
    /// What the decoder wants next, by its own word: the rest of a block and the head of the one behind it.
    private var wanted = ZstdStream.frameHead
    /// It may hold more than there was room for.
    private var holdsMore = false
    /// Bytes of the least head of a frame, and of the head of a block.
    private static let frameHead = 5
    private static let blockHead = 3

    /// Unpacks `source`, which is called `name` in errors.
    public init(_ source: any ByteStream, name: String) throws(ArchiveError) {
        self.source = source
        self.name = name
        guard let state = ZSTD_createDStream() else { throw .outOfMemory(path: name) }
        self.state = state
    }

    deinit {
        ZSTD_freeDStream(state)
        input.deallocate()
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        if let failure { throw failure }
        guard buffer.count > 0 else { return 0 }
        var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        do {
            while output.pos == 0, !isAtEnd { try step(&output) }
        } catch {
            failure = error
            if output.pos == 0 { throw error }
        }
        decompressed += output.pos
        return output.pos
    }

    private func step(_ output: inout ZSTD_outBuffer) throws(ArchiveError) {
        if available.pos == available.size {
            let count = try source.read(into: input)
            compressed += count
            available = ZSTD_inBuffer(src: input.baseAddress, size: count, pos: 0)
            if count == 0 {
                // The decoder may still hold output that had no room before.
                let result = isInsideFrame ? ZSTD_decompressStream(state, &output, &available) : 0
                if ZSTD_isError(result) == 0, output.pos > 0 { return }
                guard !isInsideFrame else { throw damage(.truncated) }
                isAtEnd = true
                return
            }
        }
        // A block at a time, and nothing of the next while there is something to give: of a call that fails nothing is
        // given, not even what stood before the damage.
        let most = holdsMore ? 0 : wanted > Self.blockHead ? wanted - Self.blockHead : max(1, wanted)
        var part = ZSTD_inBuffer(
            src: available.src, size: min(available.size, available.pos + most), pos: available.pos)
        let result = ZSTD_decompressStream(state, &output, &part)
        available.pos = part.pos
        guard ZSTD_isError(result) == 0 else {
            if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge { throw damage(.windowTooLarge) }
            throw damage(.corrupt(String(cString: ZSTD_getErrorName(result))))
        }
        isInsideFrame = result != 0
        wanted = isInsideFrame ? result : Self.frameHead
        holdsMore = isInsideFrame && output.pos == output.size
    }

    private func damage(_ damage: ArchiveError.Damage) -> ArchiveError {
        .damaged(
            path: name, format: "zstd", compressed: compressed - (available.size - available.pos),
            decompressed: decompressed, damage: damage)
    }
}
