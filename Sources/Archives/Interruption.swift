#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Says from outside that reading is to stop: a descriptor that becomes readable, and stays so.
///
/// A signal handler writes into a pipe. Nothing less reaches every read: a signal arrives in one thread
/// while another one waits, or just before a read begins.
public struct Interruption: Sendable {
    /// Below 0: never.
    private let descriptor: Int32

    /// What never comes.
    public static let never = Interruption(descriptor: -1)

    /// Comes when `descriptor` becomes readable; somebody else opens and closes it.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Throws `interrupted` where reading is to stop.
    package func check() throws(ArchiveError) {
        guard descriptor >= 0 else { return }
        var own = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&own, 1, 0) > 0 { throw .interrupted }
    }

    /// Returns when a read of `other` would not wait, or has something to say; throws `interrupted`.
    package func wait(toRead other: Int32) throws(ArchiveError) {
        // An entry with a descriptor below 0 is passed over.
        var both = (
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let ready = withUnsafeMutablePointer(to: &both) { pair in
                pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, -1) }
            }
            if ready < 0, errno == EINTR || errno == EAGAIN { continue }
            if both.1.revents != 0 { throw .interrupted }
            return
        }
    }
}
