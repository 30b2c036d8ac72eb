#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A directory of the file system.
public struct SystemFiles: FileLayer {
    public let directory: String

    /// The directory need not exist yet.
    public init(directory: String) {
        self.directory = directory.isEmpty ? "." : directory
    }

    /// Makes the directory where there is none, and those above it.
    public func prepare() throws(FileError) {
        guard !directory.utf8.contains(0) else { throw FileError(.create, path: directory, code: EINVAL) }
        var end = directory.startIndex
        while end < directory.endIndex {
            end = directory[end...].dropFirst().firstIndex(of: "/") ?? directory.endIndex
            let part = String(directory[..<end])
            if mkdir(part, end == directory.endIndex ? 0o700 : 0o755) == 0 {
                try Self.syncDirectory(at: part + "/..")
                continue
            }
            let code = errno
            var status = stat()
            guard stat(part, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(.create, path: directory, code: code == EEXIST ? ENOTDIR : code)
            }
        }
    }

    /// The names of all files, in no order.
    public func names() throws(FileError) -> [String] {
        guard let stream = opendir(directory) else { throw FileError(.list, path: directory, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileError(.list, path: directory, code: errno) }
        return names
    }

    /// Opens a file that exists.
    public func open(_ name: String, forWriting: Bool) throws(FileError) -> any LogFile {
        try SystemFile(path(name), flags: forWriting ? O_RDWR : O_RDONLY, operation: .open)
    }

    /// Makes a file, which may not exist.
    public func create(_ name: String) throws(FileError) -> any LogFile {
        try SystemFile(path(name), flags: O_RDWR | O_CREAT | O_EXCL, operation: .create)
    }

    /// Gives a file another name.
    public func rename(_ name: String, to other: String) throws(FileError) {
        #if canImport(Darwin)
        let code = Darwin.rename(path(name), path(other))
        #elseif canImport(Musl)
        let code = Musl.rename(path(name), path(other))
        #else
        let code = Glibc.rename(path(name), path(other))
        #endif
        guard code == 0 else { throw FileError(.rename, path: path(name), code: errno) }
    }

    /// Removes a name.
    public func remove(_ name: String) throws(FileError) {
        guard unlink(path(name)) == 0 else { throw FileError(.remove, path: path(name), code: errno) }
    }

    /// Makes all names durable.
    public func syncDirectory() throws(FileError) {
        try Self.syncDirectory(at: directory)
    }

    /// A lock that goes with its last reference, or nil where another has it.
    public func lock(_ name: String) throws(FileError) -> (any Sendable)? {
        // The file stays when the lock goes, so that nobody can lock a file that has lost its name.
        let file = try SystemFile(path(name), flags: O_RDWR | O_CREAT, operation: .lock)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw FileError(.lock, path: path(name), code: errno) }
            return nil
        }
        return file
    }

    private func path(_ name: String) -> String {
        directory + "/" + name
    }

    private static func syncDirectory(at path: String) throws(FileError) {
        let descriptor = Self.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.sync, path: path, code: errno) }
        defer { close(descriptor) }
        // Some file systems know no sync of directories, and say so by this number.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.sync, path: path, code: errno) }
    }

    fileprivate static func open(_ path: String, _ flags: Int32) -> Int32 {
        while true {
            #if canImport(Darwin)
            let descriptor = Darwin.open(path, flags, 0o600)
            #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags, 0o600)
            #else
            let descriptor = Glibc.open(path, flags, 0o600)
            #endif
            if descriptor >= 0 || errno != EINTR { return descriptor }
        }
    }
}

/// A file of the file system.
private final class SystemFile: LogFile {
    let descriptor: Int32
    private let path: String

    init(_ path: String, flags: Int32, operation: FileError.Operation) throws(FileError) {
        self.path = path
        descriptor = SystemFiles.open(path, flags | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileError(operation, path: path, code: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func size() throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.read, path: path, code: errno) }
        return Int(status.st_size)
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            let count = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(.read, path: path, code: errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(.write, path: path, code: count < 0 ? errno : ENOSPC) }
            done += count
        }
    }

    func truncate(to size: Int) throws(FileError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            guard errno == EINTR else { throw FileError(.truncate, path: path, code: errno) }
        }
    }

    func sync() throws(FileError) {
        #if canImport(Darwin)
        // `fsync` leaves the bytes in the drive's own memory there.
        let code = fcntl(descriptor, F_FULLFSYNC)
        #else
        // The length is part of what `fdatasync` makes durable.
        let code = fdatasync(descriptor)
        #endif
        // Never again after a failure: the system may have dropped the bytes and call the second try a success.
        guard code == 0 else { throw FileError(.sync, path: path, code: errno) }
    }
}
