import Dispatch

/// A value that another thread works out while this one goes on.
///
/// What `work` reads must not change meanwhile.
final class Meanwhile<Value: Sendable>: @unchecked Sendable {
    private let done = DispatchGroup()
    // Written before `done` is left, read after it was waited for.
    private var result: Value?

    init(_ work: @escaping @Sendable () -> Value) {
        DispatchQueue.global(qos: .userInitiated).async(group: done) { self.result = work() }
    }

    /// The value; waits for it. Can be asked once and again.
    var value: Value {
        done.wait()
        guard let result else { preconditionFailure("the work ended without a value") }
        return result
    }
}

/// Lets a value go on another thread, so that this one need not wait: where thousands of rules hang on it, that takes
/// as long as some of the work.
func letGoMeanwhile(_ value: Any) {
    nonisolated(unsafe) let value = value
    DispatchQueue.global().async { withExtendedLifetime(value) {} }
}
