import ConversationModel
import EventLog
import Synchronization

/// The present of a server that is told the time: that of the newest receipt, so that a day that is over can be lived through again at
/// any speed. Until something has come, and as its upper limit, the real one.
public final class ToldClock: Sendable {
    /// The clock of the machine.
    let real: @Sendable () -> Instant
    private let told: Mutex<Instant?>

    /// Told by what the log has already; `real` is the clock of the machine.
    public init(_ log: LivePipeline, real: @escaping @Sendable () -> Instant) {
        self.real = real
        told = Mutex(log.newestReceipt)
    }

    /// The present: it never goes back.
    public var now: Instant { told.withLock { $0 } ?? real() }

    /// Takes a receipt, of whatever was posted; one of the future is none.
    func tell(_ receipt: Instant) {
        guard receipt <= real() else { return }
        told.withLock { $0 = max($0 ?? receipt, receipt) }
    }
}

extension LivePipeline {
    /// The newest receipt in the log; nil where there is none.
    nonisolated var newestReceipt: Instant? {
        let seen = log.seen
        guard seen.count > 0, !seen.isShortened else { return nil }
        return seen.horizon.advanced(by: options.log.horizonMilliseconds)
    }
}
