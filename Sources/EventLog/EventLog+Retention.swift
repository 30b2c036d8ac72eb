import ConversationModel
import Dispatch
import Synchronization

extension EventLog {
    /// Removes the oldest segments that nobody needs, of what readers have committed; returns how many.
    public func removeSegments(receivedBefore received: Instant) async throws(EventLogError) -> Int {
        try await removeSegments(before: committed, receivedBefore: received)
    }

    /// Removes the oldest segments that nobody needs and returns how many.
    ///
    /// A segment goes when all its records lie before `position` (that of the oldest snapshot kept) and were received
    /// before `received`. What is needed to tell duplicates stays in any case. The segment that is written stays, too.
    public func removeSegments(
        before position: LogPosition, receivedBefore received: Instant
    ) async throws(EventLogError) -> Int {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.remove(before: position, receivedBefore: received)) }
        }
        return try result.get()
    }

    private func remove(before position: LogPosition, receivedBefore received: Instant) -> Result<Int, EventLogError> {
        let clock = writer.seen.clock
        guard clock != .min else { return .success(0) }
        let needed = Instant(milliseconds: clock).advanced(by: -options.horizonMilliseconds)
            .advanced(by: -options.skewMilliseconds)
        let oldest = min(received, needed)
        // Taken out of the list first: no reader shall begin in a file that goes.
        let gone = state.withLock { state in
            let following = state.segments.dropFirst()
            let count = following.prefix { $0.first <= position && $0.clock < oldest.milliseconds }.count
            defer { state.segments.removeFirst(count) }
            return state.segments.prefix(count)
        }
        do throws(FileError) {
            for segment in gone {
                try files.remove(segment.name)
                // Each before the next: a loss of power between two must not leave a hole.
                try files.syncDirectory()
            }
            return .success(gone.count)
        } catch {
            return .failure(.file(error))
        }
    }
}
