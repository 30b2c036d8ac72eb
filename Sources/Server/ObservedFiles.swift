import EventLog

/// Files of a log that somebody else may be writing: read as they are, never changed.
///
/// What opening a log would cut off or write again stays as it is; what is read may not be synced yet.
struct ObservedFiles: FileLayer {
    private let files: any FileLayer

    init(_ files: any FileLayer) { self.files = files }

    /// Throws where there is no log to observe.
    static func check(_ files: any FileLayer) throws(EventLogError) {
        // Where nothing can be listed there is no directory, or opening it says why not.
        let names = (try? files.names()) ?? []
        guard names.contains(where: { $0.hasSuffix(".segment") }) else { throw .noLog(directory: files.directory) }
    }

    var directory: String { files.directory }
    func prepare() throws(FileError) {}
    func names() throws(FileError) -> [String] { try files.names() }
    func open(_ name: String, forWriting: Bool) throws(FileError) -> any LogFile {
        ObservedFile(try files.open(name, forWriting: false))
    }
    /// Where there is no log there is nothing to observe.
    func create(_ name: String) throws(FileError) -> any LogFile {
        throw FileError(.open, path: directory + "/" + name, code: 2)
    }
    func rename(_ name: String, to other: String) throws(FileError) {}
    func remove(_ name: String) throws(FileError) {}
    func syncDirectory() throws(FileError) {}
    func lock(_ name: String) throws(FileError) -> (any Sendable)? { true }
}

private final class ObservedFile: LogFile {
    private let file: any LogFile
    init(_ file: any LogFile) { self.file = file }

    func size() throws(FileError) -> Int { try file.size() }
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try file.read(at: offset, into: buffer)
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {}
    func truncate(to size: Int) throws(FileError) {}
    func sync() throws(FileError) {}
}
