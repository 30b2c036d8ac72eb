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
