import Dispatch

/// Lets a value go on another thread, so that this one need not wait: where thousands of rules hang on it, that takes
/// as long as some of the work.
///
/// Whoever calls must not keep what others change.
package func letGoMeanwhile<Value>(_ value: Value) {
    nonisolated(unsafe) let value = value
    DispatchQueue.global().async { withExtendedLifetime(value) {} }
}
