import Synchronization

/// A directory in memory that knows what a power cut would leave of it.
///
/// For tests of whatever stands on the log. What was written since the last sync may be lost at a power
/// cut in whole or in pieces, in any order; so may names since the last sync of the directory.
package final class MemoryFiles: FileLayer {
    package let directory: String
    /// Outlives the process; its lock guards the contents of files, too.
    private let disk: Disk
    private let isAlive = Atomic(true)

    /// An empty directory.
    package convenience init(directory: String = "memory") {
        self.init(directory: directory, disk: Disk(names: [:]))
    }

    private init(directory: String, disk: Disk) {
        self.directory = directory
        self.disk = disk
    }

    // MARK: Faults

    /// From now on `count` more operations that change something are done; those after it find the power cut.
    package func cutPower(after count: Int) {
        disk.state.withLock { $0.remaining = count }
    }

    /// How many operations have changed something.
    package var changes: Int {
        disk.state.withLock { $0.changes }
    }

    /// From now on `count` more syncs succeed; the next one fails and drops what it was to make durable.
    package func failSync(after count: Int) {
        disk.state.withLock { $0.syncsBeforeFailure = count }
    }

    /// From now on `count` more syncs of files are fast; the next one lasts until `wait` returns, on the caller's thread.
    package func slowSync(after count: Int, _ wait: @escaping @Sendable () -> Void = {}) {
        disk.state.withLock { $0.slowSync = count < .max ? (count, wait) : nil }
    }

    /// From now on `count` more bytes can be written; then the disk is full.
    package func fillDisk(after count: Int) {
        disk.state.withLock { $0.room = count }
    }

    /// Changes bytes that are stored, as a failing disk does: in the place at once and for ever.
    package func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
        disk.state.withLock { state in
            guard let contents = state.names[name] else { return }
            change(&contents.bytes)
            contents.durable = contents.bytes
            contents.pending = []
        }
    }

    /// The bytes of a file as a reader sees them.
    package func contents(_ name: String) -> [UInt8]? {
        disk.state.withLock { $0.names[name]?.bytes }
    }

    /// Cuts the power now: what the disk holds afterwards, which `generator` decides where it is open.
    ///
    /// Every operation here fails from now on.
    package func afterPowerCut(using generator: inout some RandomNumberGenerator) -> MemoryFiles {
        isAlive.store(false, ordering: .sequentiallyConsistent)
        return disk.state.withLock { state in
            var names = state.durableNames
            for change in state.pendingNames where generator.next() & 1 == 0 {
                for (name, contents) in change { names[name] = contents }
            }
            var after: [String: Contents] = [:]
            for (name, contents) in names.sorted(by: { $0.key < $1.key }) {
                after[name] = Contents(contents.survivors(using: &generator))
            }
            return MemoryFiles(directory: directory, disk: Disk(names: after))
        }
    }

    /// Kills the process, not the machine: all that was written is there for the next one, synced or not.
    ///
    /// Every operation here fails from now on.
    package func afterKill() -> MemoryFiles {
        isAlive.store(false, ordering: .sequentiallyConsistent)
        disk.state.withLock { state in
            state.locks = []
            state.remaining = .max
        }
        return MemoryFiles(directory: directory, disk: disk)
    }

    // MARK: FileLayer

    /// Makes the directory where there is none.
    package func prepare() throws(FileError) {}

    /// The names of all files, in no order.
    package func names() throws(FileError) -> [String] {
        disk.state.withLock { Array($0.names.keys) }
    }

    /// Opens a file that exists.
    package func open(_ name: String, forWriting: Bool) throws(FileError) -> any LogFile {
        guard let contents = disk.state.withLock({ $0.names[name] }) else { throw error(.open, name, Self.noSuchFile) }
        return MemoryFile(files: self, name: name, contents: contents)
    }

    /// Makes a file, which may not exist.
    package func create(_ name: String) throws(FileError) -> any LogFile {
        let contents = Contents([])
        try change(.create, name) { state in
            guard state.names[name] == nil else { return Self.exists }
            state.names[name] = contents
            state.pendingNames.append([name: contents])
            return nil
        }
        return MemoryFile(files: self, name: name, contents: contents)
    }

    /// Gives a file another name.
    package func rename(_ name: String, to other: String) throws(FileError) {
        try change(.rename, name) { state in
            guard let contents = state.names.removeValue(forKey: name) else { return Self.noSuchFile }
            state.names[other] = contents
            state.pendingNames.append([name: nil, other: contents])
            return nil
        }
    }

    /// Removes a name.
    package func remove(_ name: String) throws(FileError) {
        try change(.remove, name) { state in
            guard state.names.removeValue(forKey: name) != nil else { return Self.noSuchFile }
            state.pendingNames.append([name: nil])
            return nil
        }
    }

    /// Makes all names durable.
    package func syncDirectory() throws(FileError) {
        try change(.sync, "") { state in
            if state.failsThisSync() { return Self.inputOutput }
            state.durableNames = state.names
            state.pendingNames = []
            return nil
        }
    }

    /// A lock that goes with its last reference, or nil where another has it.
    package func lock(_ name: String) throws(FileError) -> (any Sendable)? {
        let isFree = disk.state.withLock { $0.locks.insert(name).inserted }
        return isFree ? MemoryLock(files: self, name: name) : nil
    }

    fileprivate func unlock(_ name: String) {
        // A lock of a process that was killed went with it; the name may be another's by now.
        guard isAlive.load(ordering: .sequentiallyConsistent) else { return }
        disk.state.withLock { _ = $0.locks.remove(name) }
    }

    // MARK: Changes

    private static let noSuchFile: Int32 = 2
    private static let inputOutput: Int32 = 5
    private static let exists: Int32 = 17
    private static let noSpace: Int32 = 28

    private func error(_ operation: FileError.Operation, _ name: String, _ code: Int32) -> FileError {
        FileError(operation, path: name.isEmpty ? directory : "\(directory)/\(name)", code: code)
    }

    private func change(
        _ operation: FileError.Operation, _ name: String, _ body: (inout Disk.State) -> Int32?
    ) throws(FileError) {
        let code: Int32? = disk.state.withLock { state in
            guard state.remaining > 0, isAlive.load(ordering: .sequentiallyConsistent) else { return Self.inputOutput }
            state.remaining -= 1
            state.changes += 1
            return body(&state)
        }
        if let code { throw error(operation, name, code) }
    }

    fileprivate func read<Result>(_ body: () -> Result) -> Result {
        disk.state.withLock { _ in body() }
    }

    fileprivate func write(_ bytes: [UInt8], at offset: Int, to contents: Contents, _ name: String) throws(FileError) {
        try change(.write, name) { state in
            // A full disk takes what fits, as the system does.
            let fitting = min(bytes.count, state.room)
            state.room -= fitting
            contents.apply(.write(offset: offset, bytes: Array(bytes.prefix(fitting))))
            return fitting == bytes.count ? nil : Self.noSpace
        }
    }

    fileprivate func truncate(to size: Int, _ contents: Contents, _ name: String) throws(FileError) {
        try change(.truncate, name) { _ in
            contents.apply(.truncate(size))
            return nil
        }
    }

    fileprivate func sync(_ contents: Contents, _ name: String) throws(FileError) {
        // Outside the lock: others write and read meanwhile.
        disk.state.withLock { $0.takeSlowSync() }?()
        try change(.sync, name) { state in
            let fails = state.failsThisSync()
            if !fails { contents.makeDurable() }
            // After a failure the bytes count as clean, so that no later sync writes them: Linux does this.
            contents.pending = []
            return fails ? Self.inputOutput : nil
        }
    }
}

private final class Disk: Sendable {
    struct State {
        var names: [String: Contents]
        var durableNames: [String: Contents]
        /// Changes of names since the last sync of the directory; each happens whole or not at all.
        var pendingNames: [[String: Contents?]] = []
        var locks: Set<String> = []
        var remaining = Int.max
        var changes = 0
        var syncsBeforeFailure = Int.max
        var room = Int.max
        var slowSync: (before: Int, wait: @Sendable () -> Void)?

        mutating func takeSlowSync() -> (@Sendable () -> Void)? {
            guard let slow = slowSync else { return nil }
            slowSync = slow.before > 0 ? (slow.before - 1, slow.wait) : nil
            return slow.before > 0 ? nil : slow.wait
        }

        mutating func failsThisSync() -> Bool {
            defer { if syncsBeforeFailure < .max { syncsBeforeFailure -= 1 } }
            return syncsBeforeFailure == 0
        }
    }

    let state: Mutex<State>

    init(names: [String: Contents]) {
        state = Mutex(State(names: names, durableNames: names))
    }
}

/// The bytes of a file: now, as the disk surely has them, and what happened between.
///
/// Guarded by the lock of the directory.
private final class Contents: @unchecked Sendable {
    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    var bytes: [UInt8]
    var durable: [UInt8]
    var pending: [Change] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        durable = bytes
    }

    init(copying other: Contents) {
        bytes = other.bytes
        durable = other.durable
        pending = other.pending
    }

    func apply(_ change: Change) {
        Self.apply(change, to: &bytes)
        pending.append(change)
    }

    func makeDurable() {
        for change in pending { Self.apply(change, to: &durable) }
    }

    /// What may be left after a power cut: of each change nothing, all, or any of its sectors; a sector may tear.
    func survivors(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        var result = durable
        for change in pending {
            switch (change, generator.next() % 4) {
            case (_, 0): continue
            case (_, 1), (.truncate, _): Self.apply(change, to: &result)
            case (.write(let offset, let bytes), _):
                var start = 0
                while start < bytes.count {
                    let sectorEnd = min(bytes.count, ((offset + start) / 512 + 1) * 512 - offset)
                    let sector = start..<sectorEnd
                    let tear = Int.random(in: sector, using: &generator)
                    let kept =
                        switch generator.next() % 4 {
                        case 0: sector
                        case 1: start..<tear
                        case 2: tear..<sectorEnd
                        default: start..<start
                        }
                    Self.apply(.write(offset: offset + kept.lowerBound, bytes: Array(bytes[kept])), to: &result)
                    start = sectorEnd
                }
                // The length may be on disk before the bytes are.
                let grows = offset + bytes.count - result.count
                if grows > 0, generator.next() & 1 == 0 {
                    result += [UInt8](repeating: 0, count: grows)
                }
            }
        }
        return result
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let size):
            if size < bytes.count {
                bytes.removeSubrange(size...)
            } else {
                bytes += [UInt8](repeating: 0, count: size - bytes.count)
            }
        case .write(let offset, let new):
            guard !new.isEmpty else { return }
            if bytes.count < offset { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
            let overlap = min(bytes.count - offset, new.count)
            bytes.replaceSubrange(offset..<offset + overlap, with: new)
        }
    }
}

private final class MemoryFile: LogFile {
    private let files: MemoryFiles
    private let name: String
    private let contents: Contents

    init(files: MemoryFiles, name: String, contents: Contents) {
        self.files = files
        self.name = name
        self.contents = contents
    }

    func size() throws(FileError) -> Int {
        files.read { contents.bytes.count }
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        files.read {
            let count = max(0, min(buffer.count, contents.bytes.count - offset))
            guard count > 0 else { return 0 }
            buffer.copyBytes(from: contents.bytes[offset..<offset + count])
            return count
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        try files.write(Array(bytes), at: offset, to: contents, name)
    }

    func truncate(to size: Int) throws(FileError) {
        try files.truncate(to: size, contents, name)
    }

    func sync() throws(FileError) {
        try files.sync(contents, name)
    }
}

private final class MemoryLock: Sendable {
    private let files: MemoryFiles
    private let name: String

    init(files: MemoryFiles, name: String) {
        self.files = files
        self.name = name
    }

    deinit {
        files.unlock(name)
    }
}
