import CRE2
import Synchronization

/// Where a pattern matches in one text: leftmost-longest, not overlapping, linear time (RE2).
///
/// Safe to use from many threads at once.
public final class SpanMatcher: Sendable {
    /// At most so many spans a message are reported.
    public static let spanLimit = 64

    /// Where RE2's form is; 0 until somebody asks.
    private let kept: Atomic<UInt>
    private let source: String
    /// What `automaton` is made of, once somebody asked; nil inside where it cannot be.
    private let program = Mutex<PatternProgram??>(nil)
    private let scanSource: String

    /// Compiles the pattern; nil where RE2 refuses what the front end let through.
    public init?(_ pattern: Pattern) {
        guard let compiled = SpanMatcher.compile(pattern.spanSource) else { return nil }
        kept = Atomic(UInt(bitPattern: compiled))
        source = pattern.spanSource
        scanSource = pattern.scanSource
    }

    /// Of a pattern that RE2 is known to take: it is compiled when it is first asked.
    init(accepted pattern: Pattern) {
        kept = Atomic(0)
        source = pattern.spanSource
        scanSource = pattern.scanSource
    }

    deinit {
        if let compiled = OpaquePointer(bitPattern: kept.load(ordering: .relaxed)) { mj_re2_free(compiled) }
    }

    private static func compile(_ source: String) -> OpaquePointer? {
        let bytes = Array(source.utf8)
        return mj_re2_compile(bytes, bytes.count, nil, 0)
    }

    @inline(__always)
    private var compiled: OpaquePointer {
        if let known = OpaquePointer(bitPattern: kept.load(ordering: .acquiring)) { return known }
        return compiledNow()
    }

    /// Two threads may both compile it; one of the two is kept.
    @inline(never)
    private func compiledNow() -> OpaquePointer {
        guard let new = SpanMatcher.compile(source) else {
            preconditionFailure("RE2 refuses a pattern that it took before: \(source)")
        }
        let (isKept, known) = kept.compareExchange(
            expected: 0, desired: UInt(bitPattern: new), ordering: .acquiringAndReleasing)
        guard !isKept, let known = OpaquePointer(bitPattern: known) else { return new }
        mj_re2_free(new)
        return known
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

    /// What answers `matches` faster for one thread; nil where nothing does.
    public func automaton(in space: AutomatonSpace) -> TextAutomaton? {
        let program = program.withLock { program in
            if let known = program { return known }
            let made = PatternProgram(scanSource)
            program = .some(made)
            return made
        }
        return program.flatMap { TextAutomaton($0, in: space) }
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
