#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Room on disk for what does not fit in memory: one file of equal extents.
///
/// The file has no name from its first moment on, so that it is gone whatever ends the process.
package final class SpillFile {
    package static let extentSize = 64 << 10

    private let directory: ArchivePath
    private var descriptor: Int32 = -1
    private var extents: UInt32 = 0
    private var free: [UInt32] = []

    /// A file in `directory`, made when it is first needed.
    package init(directory: ArchivePath) {
        self.directory = directory
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Stores up to `extentSize` bytes and returns where.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) -> UInt32 {
        if descriptor < 0 { try make() }
        let extent = free.popLast() ?? extents
        if extent == extents { extents += 1 }
        var written = 0
        while written < bytes.count, let start = bytes.baseAddress {
            let offset = off_t(extent) * off_t(SpillFile.extentSize) + off_t(written)
            let count = pwrite(descriptor, start + written, bytes.count - written, offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotSpill(path: directory.description, errno: count < 0 ? errno : ENOSPC)
            }
            written += count
        }
        return extent
    }

    /// Reads back the first `buffer.count` bytes of `extent` and gives its room free.
    package func take(
        _ extent: UInt32, into buffer: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            let offset = off_t(extent) * off_t(SpillFile.extentSize) + off_t(done)
            let count = pread(descriptor, start + done, buffer.count - done, offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotSpill(path: directory.description, errno: count < 0 ? errno : EIO)
            }
            done += count
        }
        free.append(extent)
    }

    private func make() throws(ArchiveError) {
        var template =
            directory.appending(Array("mingjian-XXXXXX".utf8)).bytes
            .map { CChar(bitPattern: $0) } + [0]
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .cannotSpill(path: directory.description, errno: errno)
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

/// Bytes in a spill file, written once and then read once, front to back.
package final class SpillRun {
    package private(set) var count = 0
    private let file: SpillFile
    private var extents: [UInt32] = []
    private var tail: [UInt8] = []
    private var nextExtent = 0
    private var remaining = 0
    private var position = 0

    package init(_ file: SpillFile) {
        self.file = file
    }

    /// Appends bytes at the end of the file.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        count += bytes.count
        var rest = bytes[...]
        while !rest.isEmpty {
            if tail.isEmpty { tail.reserveCapacity(SpillFile.extentSize) }
            let room = min(rest.count, SpillFile.extentSize - tail.count)
            tail.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            if tail.count == SpillFile.extentSize { try flush() }
        }
    }

    /// Appends bytes at the end of the file.
    package func append(_ bytes: [UInt8]) throws(ArchiveError) {
        // `withUnsafeBytes` does not carry typed throws through its closure.
        var failure: ArchiveError?
        bytes.withUnsafeBytes { pointer in
            do throws(ArchiveError) { try append(pointer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Ends writing and gives the buffer back; reading may begin.
    package func finish() throws(ArchiveError) {
        if !tail.isEmpty { try flush() }
        tail = []
        remaining = count
    }

    /// Reads up to `buffer.count` bytes; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        var done = 0
        while done < buffer.count {
            if position == tail.count {
                guard remaining > 0 else { break }
                let size = min(remaining, SpillFile.extentSize)
                if tail.count != size { tail = [UInt8](repeating: 0, count: size) }
                var failure: ArchiveError?
                tail.withUnsafeMutableBytes { bytes in
                    do throws(ArchiveError) {
                        try file.take(extents[nextExtent], into: bytes)
                    } catch { failure = error }
                }
                if let failure { throw failure }
                nextExtent += 1
                remaining -= size
                position = 0
            }
            let piece = min(buffer.count - done, tail.count - position)
            tail.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + piece]))
            }
            position += piece
            done += piece
        }
        if remaining == 0, position == tail.count {
            tail = []
            position = 0
        }
        return done
    }

    private func flush() throws(ArchiveError) {
        var failure: ArchiveError?
        tail.withUnsafeBytes { bytes in
            do throws(ArchiveError) {
                extents.append(try file.write(bytes))
            } catch { failure = error }
        }
        if let failure { throw failure }
        tail.removeAll(keepingCapacity: true)
    }
}
