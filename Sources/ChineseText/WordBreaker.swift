import CICU

/// ICU's word boundaries of one text at a time, dictionaries for Chinese included.
///
/// Slow beside all else here: for candidate matches only. Not safe to share between threads.
public final class WordBreaker {
    private let breaker: OpaquePointer?
    /// A copy of the text, in place for as long as ICU has it.
    private var text = UnsafeMutablePointer<UInt8>.allocate(capacity: 1024)
    private var capacity = 1024
    private var count = 0
    private var isSet = false

    public init() {
        breaker = mj_word_breaker_open()
    }

    deinit {
        mj_word_breaker_close(breaker)
        text.deallocate()
    }

    /// Sets the text that `isBoundary` speaks of; valid UTF-8.
    public func set(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { set($0) }
    }

    /// Forgets the text: the next one that is asked about may be another.
    @inline(__always)
    public func begin() { isSet = false }

    /// Whether a word begins or ends at a byte offset of the text.
    public func isBoundary(_ offset: Int) -> Bool {
        guard let breaker, offset > 0, offset < count else { return true }
        return mj_word_breaker_is_boundary(breaker, Int32(offset)) != 0
    }

    /// The same of a text that is the same since `begin`, which is read at the first question: all questions about a text are
    /// linear in it together.
    public func isBoundary(_ offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if !isSet { set(bytes) }
        return isBoundary(offset)
    }

    private func set(_ bytes: UnsafeBufferPointer<UInt8>) {
        if capacity < bytes.count {
            text.deallocate()
            capacity = bytes.count * 2
            text = .allocate(capacity: capacity)
        }
        if let base = bytes.baseAddress { text.update(from: base, count: bytes.count) }
        count = bytes.count
        isSet = true
        if let breaker { _ = mj_word_breaker_set_text(breaker, text, Int64(count)) }
    }
}
