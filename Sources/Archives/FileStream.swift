#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of a file, pipe or standard input.
///
/// Plain reads, no mapping: a file that is cut while it is read ends early instead of killing the
/// process.
public final class FileStream: ByteStream {
    /// What the stream is called in errors; printable.
    public let name: String
    /// Bytes read so far.
    public private(set) var bytesRead = 0
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private var isAtEnd = false

    /// Opens the file at `path` for reading; a directory is an error here.
    public init(path: ArchivePath) throws(ArchiveError) {
        name = path.description
        var code: Int32 = 0
        var opened: Int32 = -1
        repeat {
            opened = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
            code = errno
        } while opened < 0 && code == EINTR
        // A zero byte would silently name another file.
        if path.bytes.contains(0) {
            if opened >= 0 { close(opened) }
            throw .cannotOpen(path: name, errno: EINVAL)
        }
        guard opened >= 0 else { throw .cannotOpen(path: name, errno: code) }
        descriptor = opened
        closesDescriptor = true
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw .cannotOpen(path: name, errno: EISDIR)
        }
        #if canImport(Glibc)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        #endif
    }

    /// Reads from a descriptor that somebody else opened and closes.
    public init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        closesDescriptor = false
    }

    /// Standard input, under the name `<stdin>`.
    public static func standardInput() -> FileStream {
        FileStream(descriptor: 0, name: "<stdin>")
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard !isAtEnd, let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
        while true {
            #if canImport(Glibc)
            let count = Glibc.read(descriptor, start, buffer.count)
            #elseif canImport(Musl)
            let count = Musl.read(descriptor, start, buffer.count)
            #else
            let count = Darwin.read(descriptor, start, buffer.count)
            #endif
            if count > 0 {
                bytesRead += count
                return count
            }
            if count == 0 {
                isAtEnd = true
                return 0
            }
            let code = errno
            switch code {
            case EINTR: continue
            case EAGAIN:
                // Standard input may have been left non-blocking by whoever shares it.
                var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&poller, 1, -1)
            default: throw .cannotRead(path: name, offset: bytesRead, errno: code)
            }
        }
    }
}
