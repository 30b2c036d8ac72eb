import ConversationModel
import Foundation
import Synchronization

/// Keeps a run's totals on disk, so that the same command goes on where it was stopped.
///
/// A checkpoint holds what was merged, the length of the findings file at that moment, and how much of two files beside
/// it belongs to it, to which is only appended: kept findings, and digests of conversations seen. It is written to a new
/// file and renamed, last of all, so that a kill at any moment leaves the old or the new one. `key` names the run (inputs,
/// rules, options): a checkpoint of another run is no checkpoint.
///
/// With a clock the disk is waited for beside the run: what the run itself gives for a checkpoint is the time to encode
/// what is new, and that is a twentieth of its time at most.
public struct RunCheckpoint: Sendable {
    /// Blocks between checkpoints without a clock.
    private static let interval = 16
    /// Between two checkpoints, at least.
    private static let pause = Duration.seconds(1)
    /// And so many times as long as encoding the last one took.
    private static let patience = 20

    private let path: String
    private let key: String
    /// Makes what was handed to the sink durable, before it is counted as written.
    private let flush: @Sendable () throws -> Void
    /// A clock that never goes back; nil: a checkpoint every 16 blocks, which the run waits for.
    private let uptime: (@Sendable () -> Duration)?
    private let state: State

    /// What is known of the files, touched by the run's merging thread only; the files by whoever writes.
    private final class State: @unchecked Sendable {
        let cases: AppendedFile
        let digests: AppendedFile
        /// Kept findings handed to their file, by grade.
        var written = [Int](repeating: 0, count: KeptCases.grades)
        /// Lengths of the two files with all that was handed to them.
        var (caseBytes, digestBytes) = (0, 0)
        /// No checkpoint is due before, by the clock.
        var next = Duration.zero
        /// What is on disk, where that was looked at and not used yet.
        var stored: Stored?
        /// Writes one checkpoint after another.
        let queue = DispatchQueue(label: "checkpoint")
        let outcome = Mutex<(isWriting: Bool, failure: (any Error)?)>((false, nil))

        /// Nothing is on disk.
        func forget() {
            written = [Int](repeating: 0, count: KeptCases.grades)
            (caseBytes, digestBytes, stored) = (0, 0, nil)
        }

        init(path: String) {
            cases = AppendedFile(path: path + ".cases")
            digests = AppendedFile(path: path + ".digests")
        }
    }

    private struct Stored {
        var data: CheckpointData
        var cases: KeptCases
        var digests: [UInt64]
    }

    struct Restored {
        var totals: RunTotals
        var digests: [UInt64]
    }

    /// What a checkpoint adds to the files.
    private struct Piece: Sendable {
        var cases: [UInt8]
        var digests: [UInt8]
        var data: Data
    }

    /// A checkpoint at `path` for the run that `key` names; `flush` makes finding lines durable, on any thread.
    ///
    /// - Parameter uptime: a clock that never goes back; without one, there is a checkpoint every 16 blocks.
    public init(
        path: String, key: String, uptime: (@Sendable () -> Duration)? = nil,
        flush: @escaping @Sendable () throws -> Void
    ) {
        self.uptime = uptime
        self.path = path
        self.key = key
        self.flush = flush
        state = State(path: path)
    }

    /// Bytes of finding lines that belong to the checkpoint, nil where there is none.
    public func restoredLineBytes() -> Int? {
        state.stored = stored()
        return state.stored?.data.lineBytes
    }

    /// Removes the checkpoint: the run is complete, or begins afresh.
    public func remove() {
        state.queue.sync {}
        // First the one that names the others.
        for file in [path, path + ".new"] { unlink(file) }
        state.cases.remove()
        state.digests.remove()
        state.forget()
    }

    // MARK: Saving

    /// Saves if it is time to; `digests` are those of blocks merged since they were last taken from there.
    func saveIfDue(_ totals: RunTotals, digests: inout [UInt64]) throws {
        guard let uptime else {
            if totals.blocks % Self.interval == 0 { try save(totals, digests: &digests) }
            return
        }
        let start = uptime()
        guard start >= state.next else { return }
        let (isWriting, failure) = state.outcome.withLock { $0 }
        if let failure { throw failure }
        // The disk is slow: what it did not take yet is not made more.
        if isWriting { return }
        let piece = try take(totals, &digests)
        state.outcome.withLock { $0.isWriting = true }
        state.queue.async {
            do {
                try write(piece)
                state.outcome.withLock { $0.isWriting = false }
            } catch {
                state.outcome.withLock { $0 = (false, error) }
            }
        }
        state.next = start + max(Self.pause, (uptime() - start) * Self.patience)
    }

    /// Saves, and waits until it is done.
    func save(_ totals: RunTotals, digests: inout [UInt64]) throws {
        let piece = try take(totals, &digests)
        try state.queue.sync {
            if let failure = state.outcome.withLock({ $0.failure }) { throw failure }
            try write(piece)
        }
    }

    /// What is new since the last checkpoint.
    private func take(_ totals: RunTotals, _ digests: inout [UInt64]) throws -> Piece {
        var writer = CaseWriter()
        for (grade, entry) in totals.cases.entries(beyond: state.written) { writer.append(entry, grade: grade) }
        let outline = totals.cases.outline
        for grade in outline.kept.indices { state.written[grade] = max(state.written[grade], outline.kept[grade]) }
        let digestBytes = digests.withUnsafeBytes { Array($0) }
        digests.removeAll(keepingCapacity: true)
        state.caseBytes += writer.bytes.count
        state.digestBytes += digestBytes.count
        let data = CheckpointData(
            totals, key: key, cases: outline, caseBytes: state.caseBytes, digestBytes: state.digestBytes)
        return Piece(cases: writer.bytes, digests: digestBytes, data: try JSONEncoder().encode(data))
    }

    /// Lines, findings and digests first: a checkpoint never names what is not there.
    private func write(_ piece: Piece) throws {
        try flush()
        try state.cases.append(piece.cases)
        try state.digests.append(piece.digests)
        try replace(with: piece.data)
    }

    private func replace(with data: Data) throws {
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

    // MARK: Restoring

    func restore(rules: RunRules) throws -> Restored? {
        defer { state.stored = nil }
        guard let stored = state.stored ?? stored() else { return nil }
        var totals = try stored.data.totals(rules: rules)
        totals.cases = stored.cases
        return Restored(totals: totals, digests: stored.digests)
    }

    /// The checkpoint with what belongs to it, or nil where something is missing or torn: then the run starts over.
    private func stored() -> Stored? {
        guard let data = read(), let caseBytes = state.cases.reopen(length: data.caseBytes),
            let digestBytes = state.digests.reopen(length: data.digestBytes),
            let (cases, written) = KeptCases.read(caseBytes, data.cases)
        else {
            _ = (state.cases.reopen(length: 0), state.digests.reopen(length: 0))
            return nil
        }
        state.written = written
        (state.caseBytes, state.digestBytes) = (data.caseBytes, data.digestBytes)
        return Stored(data: data, cases: cases, digests: CheckpointData.array(Data(digestBytes)))
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
