import CRE2
import Diagnostics

/// Where a pattern matches in one text: leftmost-longest, not overlapping, linear time (RE2).
///
/// Safe to use from many threads at once.
public final class SpanMatcher: Sendable {
    /// At most so many spans a message are reported.
    public static let spanLimit = 64

    private nonisolated(unsafe) let compiled: OpaquePointer

    /// Compiles the pattern; nil where RE2 refuses what the front end let through.
    public init?(_ pattern: Pattern) {
        let source = Array(pattern.spanSource.utf8)
        guard let compiled = mj_re2_compile(source, source.count, nil, 0) else { return nil }
        self.compiled = compiled
    }

    deinit {
        mj_re2_free(compiled)
    }

    /// The spans in a text folded at the pattern's level.
    public func spans(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var from = 0
        var start = 0
        var end = 0
        while result.count < SpanMatcher.spanLimit, from <= text.count,
            mj_re2_find(compiled, text.baseAddress, text.count, from, &start, &end) != 0, end > start
        {
            result.append(start..<end)
            from = end
        }
        return result
    }

    /// The same for an array.
    public func spans(in text: [UInt8]) -> [Range<Int>] {
        text.withUnsafeBufferPointer { spans(in: $0) }
    }

    /// Whether the text matches anywhere; looks no further than the earliest match.
    public func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        mj_re2_matches(compiled, text.baseAddress, text.count) != 0
    }

    /// The same for an array.
    public func matches(_ text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { matches($0) }
    }
}
