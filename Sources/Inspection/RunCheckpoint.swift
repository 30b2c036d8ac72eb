import ConversationModel
import Foundation

/// Keeps a run's totals on disk, so that the same command goes on where it was stopped.
///
/// A checkpoint holds what was merged, the length of the findings file at that moment and the
/// digests of conversations seen. It is written to a new file and renamed, so that a kill at any
/// moment leaves the old or the new one. `key` names the run (inputs, rules, options): a checkpoint
/// of another run is no checkpoint.
public struct RunCheckpoint: Sendable {
    /// Blocks between checkpoints, at least.
    private static let interval = 16
    /// Checkpoints grow with the findings that are kept: between two, so many times as long as the last one took must
    /// pass, so that they cost a tenth of a run at most.
    private static let patience = 10

    private let path: String
    private let key: String
    /// Makes what was handed to the sink durable, before it is counted as written.
    private let flush: @Sendable () throws -> Void
    /// A clock that never goes back.
    private let uptime: @Sendable () -> Duration
    private let savedCases = SavedCases()

    /// What the files beside the checkpoint hold: the kept findings stand in one of two, in turn, so that
    /// the one that the checkpoint names is never touched.
    private final class SavedCases: @unchecked Sendable {
        // Touched by the run's merging thread only.
        var file = 1
        /// Findings taken when the file was written; -1: it was not.
        var taken = -1
        /// No checkpoint is due before, by `uptime`.
        var next = Duration.zero
    }

    private func casePath(_ file: Int) -> String { "\(path).cases\(file)" }

    /// A checkpoint at `path` for the run that `key` names; `flush` makes finding lines durable.
    ///
    /// - Parameter uptime: a clock that never goes back; without one, each checkpoint that may be is taken.
    public init(
        path: String, key: String, uptime: @escaping @Sendable () -> Duration = { .zero },
        flush: @escaping @Sendable () throws -> Void
    ) {
        self.uptime = uptime
        self.path = path
        self.key = key
        self.flush = flush
    }

    struct Restored {
        var totals: RunTotals
        var digests: [UInt64]
    }

    /// Bytes of finding lines that belong to the checkpoint, nil where there is none.
    public func restoredLineBytes() -> Int? {
        stored()?.data.lineBytes
    }

    /// Removes the checkpoint: the run is complete.
    public func remove() {
        for file in [path, casePath(0), casePath(1)] {
            unlink(file)
            unlink(file + ".new")
        }
    }

    /// Saves if it is time to.
    func saveIfDue(_ totals: RunTotals, digests: [UInt64]) throws {
        guard totals.blocks % Self.interval == 0 else { return }
        let start = uptime()
        guard start >= savedCases.next else { return }
        try save(totals, digests: digests)
        let end = uptime()
        savedCases.next = end + (end - start) * Self.patience
    }

    func save(_ totals: RunTotals, digests: [UInt64]) throws {
        try flush()
        // Cases come first: a checkpoint never names cases that are not there.
        if totals.cases.taken != savedCases.taken {
            let file = 1 - savedCases.file
            try replace(casePath(file), with: JSONEncoder().encode(totals.cases))
            savedCases.file = file
            savedCases.taken = totals.cases.taken
        }
        let data = CheckpointData(totals, key: key, digests: digests, caseFile: savedCases.file)
        try replace(path, with: JSONEncoder().encode(data))
    }

    private func replace(_ path: String, with data: Data) throws {
        let temporary = path + ".new"
        guard FileManager.default.createFile(atPath: temporary, contents: data) else {
            throw CheckpointError.cannotWrite(path: path, errno: errno)
        }
        let descriptor = open(temporary, O_RDONLY)
        defer { if descriptor >= 0 { close(descriptor) } }
        // On disk before it takes the name, or a power cut could leave an empty checkpoint.
        guard descriptor >= 0, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw CheckpointError.cannotWrite(path: path, errno: errno)
        }
    }

    func restore(rules: RunRules) throws -> Restored? {
        guard let (data, cases) = stored() else { return nil }
        var totals = try data.totals(rules: rules)
        totals.cases = cases
        savedCases.file = data.caseFile
        savedCases.taken = cases.taken
        return Restored(totals: totals, digests: data.digests)
    }

    /// The checkpoint with its cases, or nil where either is missing or torn: then the run starts over.
    private func stored() -> (data: CheckpointData, cases: KeptCases)? {
        guard let data = read() else { return nil }
        guard let bytes = FileManager.default.contents(atPath: casePath(data.caseFile)),
            let cases = try? JSONDecoder().decode(KeptCases.self, from: bytes), cases.taken == data.casesTaken
        else { return nil }
        return (data, cases)
    }

    private func read() -> CheckpointData? {
        guard let bytes = FileManager.default.contents(atPath: path),
            let data = try? JSONDecoder().decode(CheckpointData.self, from: bytes), data.key == key,
            data.format == CheckpointData.currentFormat
        else { return nil }
        return data
    }
}

/// What can go wrong with a checkpoint.
public enum CheckpointError: Error, Sendable {
    case cannotWrite(path: String, errno: Int32)
}
