#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One thing to read: a file or standard input.
public struct ArchiveInput: Hashable, Sendable {
    /// Nil is standard input.
    public let path: ArchivePath?

    /// What reports and diagnostics call it: the printable path, or `<stdin>`.
    public var name: String { path?.description ?? "<stdin>" }

    /// It was not named but found in a directory that was: if it is no archive, that is no error.
    public let isFromDirectory: Bool

    public static let standardInput = ArchiveInput(path: nil)

    /// The input for one argument that is known to be a file; `resolve` is for what a user typed.
    public init(path: ArchivePath?, isFromDirectory: Bool = false) {
        self.path = path
        self.isFromDirectory = isFromDirectory
    }

    /// The inputs that the arguments of a command name, in their order.
    ///
    /// `-` is standard input. A directory stands for the archives in it and below, in the order of
    /// their paths' bytes; hidden entries, files of other endings and a `roster.csv` right in it are
    /// left out. A file that is named itself is taken whatever it is called.
    public static func resolve(_ arguments: [ArchivePath]) throws(ArchiveError) -> [ArchiveInput] {
        var inputs: [ArchiveInput] = []
        for argument in arguments {
            if argument.bytes == [0x2D] {
                inputs.append(.standardInput)
                continue
            }
            var status = stat()
            guard argument.withCString({ stat($0, &status) }) == 0 else {
                throw .cannotOpen(path: argument.description, errno: errno)
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                inputs.append(ArchiveInput(path: argument))
                continue
            }
            var found: [ArchivePath] = []
            var visited: Set<FileIdentity> = [FileIdentity(status)]
            try collect(argument, into: &found, visited: &visited)
            found.removeAll { $0 == argument.appending(rosterName) }
            guard !found.isEmpty else { throw .noArchives(path: argument.description) }
            inputs += found.sorted().map { ArchiveInput(path: $0, isFromDirectory: true) }
        }
        return inputs
    }

    /// Opens the bytes as they are stored, compressed or not.
    public func open(interruption: Interruption = .never) throws(ArchiveError) -> FileStream {
        guard let path else { return .standardInput(interruption: interruption) }
        return try FileStream(path: path, interruption: interruption)
    }

    /// A table of people beside the archives.
    private static let rosterName = Array("roster.csv".utf8)
    private static let extensions: Set<String> = ["ndjson", "jsonl", "json", "csv", "tsv", "txt"]

    // An explicit stack of directories: a hostile tree may be deeper than ours.
    private static func collect(
        _ directory: ArchivePath, into found: inout [ArchivePath],
        visited: inout Set<FileIdentity>
    ) throws(ArchiveError) {
        var pending = [directory]
        while let directory = pending.popLast() {
            for name in try entries(of: directory) where name.first != 0x2E {
                let path = directory.appending(name)
                var status = stat()
                // A dangling link under an archive's name is said, not skipped.
                guard path.withCString({ stat($0, &status) }) == 0 else {
                    if extensions.contains(path.formatExtension) {
                        throw errno == ENOENT || errno == ELOOP
                            ? .leadsNowhere(path: path.description)
                            : .cannotOpen(path: path.description, errno: errno)
                    }
                    continue
                }
                if status.st_mode & S_IFMT == S_IFDIR {
                    if visited.insert(FileIdentity(status)).inserted { pending.append(path) }
                } else if extensions.contains(path.formatExtension) {
                    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path.description) }
                    found.append(path)
                }
            }
        }
    }

    private static func entries(of directory: ArchivePath) throws(ArchiveError) -> [[UInt8]] {
        guard let handle = directory.withCString({ opendir($0) }) else {
            throw .cannotOpen(path: directory.description, errno: errno)
        }
        defer { closedir(handle) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            names.append(name)
            errno = 0
        }
        let code = errno
        guard code == 0 else { throw .cannotOpen(path: directory.description, errno: code) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// What tells one directory from another, whatever links lead to it.
private struct FileIdentity: Hashable {
    let device: UInt64
    let node: UInt64

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        node = UInt64(truncatingIfNeeded: status.st_ino)
    }
}
