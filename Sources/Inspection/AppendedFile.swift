import Foundation

/// A file beside a checkpoint to which bytes are only ever appended: what an older checkpoint names stays as it is.
///
/// Used by one thread at a time.
final class AppendedFile: @unchecked Sendable {
    private let path: String
    private var descriptor: Int32 = -1
    /// Bytes of it that belong to the run.
    private(set) var length = 0

    init(path: String) { self.path = path }

    deinit { close() }

    /// The first `length` bytes, which are gone on with; nil where there are not so many.
    func reopen(length: Int) -> [UInt8]? {
        guard length >= 0, let data = FileManager.default.contents(atPath: path), data.count >= length else {
            return nil
        }
        self.length = length
        return Array(data.prefix(length))
    }

    /// Appends, and has it on the disk.
    func append(_ bytes: [UInt8]) throws {
        try openIfNeeded()
        guard !bytes.isEmpty else { return }
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let n = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(length + done))
                if n < 0, errno == EINTR { continue }
                guard n > 0 else { throw CheckpointError.cannotWrite(path: path, errno: errno) }
                done += n
            }
        }
        guard fsync(descriptor) == 0 else { throw CheckpointError.cannotWrite(path: path, errno: errno) }
        length += bytes.count
    }

    func remove() {
        close()
        length = 0
        unlink(path)
    }

    /// Made where it is not there, and without what was written after the checkpoint.
    private func openIfNeeded() throws {
        guard descriptor < 0 else { return }
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, ftruncate(descriptor, off_t(length)) == 0 else {
            throw CheckpointError.cannotWrite(path: path, errno: errno)
        }
    }

    private func close() {
        if descriptor >= 0 { Foundation.close(descriptor) }
        descriptor = -1
    }
}
