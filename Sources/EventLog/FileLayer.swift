/// One directory of files, as the log uses it: the file system, or one that crashes on purpose.
///
/// Nothing is durable before `sync` of the file, and no name before `syncDirectory`.
public protocol FileLayer: Sendable {
    /// The directory, for errors.
    var directory: String { get }

    /// Makes the directory where there is none, durably.
    func prepare() throws(FileError)
    /// The names of all files, in no order.
    func names() throws(FileError) -> [String]
    /// Opens a file that exists.
    func open(_ name: String, forWriting: Bool) throws(FileError) -> any LogFile
    /// Makes a file, which may not exist, for reading and writing.
    func create(_ name: String) throws(FileError) -> any LogFile
    /// Gives a file another name, in place of the file that had it.
    func rename(_ name: String, to other: String) throws(FileError)
    /// Removes a file's name; who has it open still reads it.
    func remove(_ name: String) throws(FileError)
    /// Makes all names durable.
    func syncDirectory() throws(FileError)
    /// Keeps others out until the lock is let go, or nil where somebody else is in.
    func lock(_ name: String) throws(FileError) -> (any Sendable)?
}

/// An open file; it closes when the last reference goes.
public protocol LogFile: AnyObject, Sendable {
    /// The length in bytes.
    func size() throws(FileError) -> Int
    /// Reads up to `buffer.count` bytes from `offset` on and returns how many: fewer only at the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    /// Writes all bytes at `offset`, beyond the end too.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError)
    /// Cuts the file.
    func truncate(to size: Int) throws(FileError)
    /// Makes contents and length durable. After an error nothing is known of what was written since the last sync.
    func sync() throws(FileError)
}

/// What the system refused to do.
public struct FileError: Error, Hashable, Sendable {
    /// What was to be done.
    public enum Operation: String, Hashable, Sendable {
        case open, create, list, read, write, truncate, sync, rename, remove, lock
    }

    public var operation: Operation
    public var path: String
    /// The system's number, `errno`.
    public var code: Int32

    public init(_ operation: Operation, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }
}

extension LogFile {
    /// Reads up to `count` bytes from `offset` on.
    package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        // `withUnsafeMutableBytes` does not carry typed throws through its closure.
        let result = buffer.withUnsafeMutableBytes { bytes -> Result<Int, FileError> in
            do throws(FileError) { return .success(try read(at: offset, into: bytes)) } catch { return .failure(error) }
        }
        buffer.removeSubrange(try result.get()...)
        return buffer
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, FileError> in
            do throws(FileError) { return .success(try write(bytes, at: offset)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
