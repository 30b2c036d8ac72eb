import CICU

/// ICU's word boundaries of one text at a time, dictionaries for Chinese included.
///
/// Slow (12–26 MB/s): for candidate matches only. Not safe to share between threads.
public final class WordBreaker {
    private let breaker: OpaquePointer?
    private var text: [UInt8] = []

    public init() {
        breaker = mj_word_breaker_open()
    }

    deinit {
        mj_word_breaker_close(breaker)
    }

    /// Sets the text that `isBoundary` speaks of; valid UTF-8.
    public func set(_ bytes: [UInt8]) {
        guard bytes != text, let breaker else { return }
        text = bytes
        text.withUnsafeBufferPointer {
            _ = mj_word_breaker_set_text(breaker, $0.baseAddress, Int64($0.count))
        }
    }

    /// Whether a word begins or ends at a byte offset of the text.
    public func isBoundary(_ offset: Int) -> Bool {
        guard let breaker, offset > 0, offset < text.count else { return true }
        // ICU keeps a pointer to the text: hold it in place while it is asked.
        return text.withUnsafeBufferPointer {
            _ = mj_word_breaker_set_text(breaker, $0.baseAddress, Int64($0.count))
            return mj_word_breaker_is_boundary(breaker, Int32(offset)) != 0
        }
    }
}
