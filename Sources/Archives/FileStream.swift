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
    private let interruption: Interruption
    private var isAtEnd = false

    /// Opens the file at `path` for reading; a directory is an error here.
    ///
    /// A pipe without a writer is waited for by the first read, which `interruption` ends.
    public init(path: ArchivePath, interruption: Interruption = .never) throws(ArchiveError) {
        name = path.description
        self.interruption = interruption
        var code: Int32 = 0
        var opened: Int32 = -1
        repeat {
            opened = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
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
    public init(descriptor: Int32, name: String, interruption: Interruption = .never) {
        self.descriptor = descriptor
        self.name = name
        self.interruption = interruption
        closesDescriptor = false
    }

    /// Standard input, under the name `<stdin>`.
    public static func standardInput(interruption: Interruption = .never) -> FileStream {
        FileStream(descriptor: 0, name: "<stdin>", interruption: interruption)
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard !isAtEnd, let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
        while true {
            // Regular files are ready at once; whatever else may keep us waiting for ever.
            try interruption.wait(toRead: descriptor)
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
            // Not ready after all, or somebody who shares the pipe was faster.
            if code == EINTR || code == EAGAIN { continue }
            throw .cannotRead(path: name, offset: bytesRead, errno: code)
        }
    }
}
