import Dispatch
import EventLog
import Synchronization

/// Writes checkpoints on a thread of its own, one at a time: judging waits for no disk.
final class CheckpointWriter: Sendable {
    private struct State {
        var isBusy = false
        /// What the last one met.
        var failure: FileError?
    }

    private let files: any FileLayer
    private let name: String
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "mingjian.rules.checkpoint", qos: .utility)

    init(_ files: any FileLayer, _ name: String) { (self.files, self.name) = (files, name) }

    /// Whether one is being written.
    var isBusy: Bool { state.withLock { $0.isBusy } }

    /// Begins to write one, which is put together on the other thread, too. Throws what the one before met.
    func begin(_ checkpoint: @escaping @Sendable () -> RulesCheckpoint) throws(FileError) {
        try finish()
        state.withLock { $0.isBusy = true }
        queue.async { [self] in
            var failure: FileError?
            do throws(FileError) { try save(checkpoint()) } catch { failure = error }
            state.withLock { state in
                state.isBusy = false
                state.failure = failure
            }
        }
    }

    /// Writes one where it is called. None may be under way.
    func save(_ checkpoint: RulesCheckpoint) throws(FileError) { try checkpoint.save(files, name) }

    /// Waits until none is under way. Throws what the last one met, once.
    func finish() throws(FileError) {
        queue.sync {}
        let failure = state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
        if let failure { throw failure }
    }
}
