import ChineseText
import Dispatch

/// Many regexes, read and compiled for the span matcher on all processors at once.
///
/// They are most of the work of making rules executable, and each stands for itself.
public struct PreparedRegexes {
    /// A regex as it is written, and the level of the text it is matched against.
    public struct Source: Hashable, Sendable {
        public let pattern: String
        public let level: TextLevel

        public init(_ pattern: String, level: TextLevel) {
            self.pattern = pattern
            self.level = level
        }
    }

    /// A pattern with its matcher (nil: it takes too much memory), or why it is refused.
    public typealias Outcome = Result<(pattern: Pattern, matcher: SpanMatcher?), PatternProblem>

    private var outcomes: [Source: Outcome] = [:]
    private let table: FoldTable

    /// Prepares `sources`, of which some may be equal; what is in `cache` is taken from there.
    ///
    /// - Parameter other: called once, beside the work of preparing, on any thread.
    public init(
        _ sources: some Sequence<Source>, table: FoldTable, cache: DiskCache,
        beside other: @escaping @Sendable () -> Void = {}
    ) {
        self.table = table
        var seen: Set<Source> = []
        let different = sources.filter { seen.insert($0).inserted }
        guard !different.isEmpty else {
            other()
            return
        }
        let key = PatternStore.key(different)
        if let stored = cache.value(for: key), let patterns = PatternStore.patterns(stored, of: different) {
            for (source, pattern) in zip(different, patterns) {
                outcomes[source] = .success((pattern, SpanMatcher(accepted: pattern)))
            }
            other()
            return
        }
        let found = [Outcome?](unsafeUninitializedCapacity: different.count) { room, count in
            room.initialize(repeating: nil)
            // Each iteration writes a place of its own.
            nonisolated(unsafe) let places = room
            DispatchQueue.concurrentPerform(iterations: different.count + 1) { turn in
                if turn == 0 { return other() }
                places[turn - 1] = PreparedRegexes.outcome(of: different[turn - 1], table)
            }
            count = different.count
        }
        for (source, outcome) in zip(different, found) { outcomes[source] = outcome }
        let accepted = found.compactMap { outcome in
            if case .success((let pattern, .some)) = outcome { pattern } else { nil }
        }
        if accepted.count == different.count { cache.store(PatternStore.bytes(accepted), for: key) }
    }

    /// What came of a regex; one that was not prepared is read now.
    public mutating func outcome(of source: Source) -> Outcome {
        if let known = outcomes[source] { return known }
        let outcome = PreparedRegexes.outcome(of: source, table)
        outcomes[source] = outcome
        return outcome
    }

    private static func outcome(of source: Source, _ table: FoldTable) -> Outcome {
        do throws(PatternProblem) {
            let pattern = try Pattern(source.pattern, level: source.level, table: table)
            return .success((pattern, SpanMatcher(pattern)))
        } catch {
            return .failure(error)
        }
    }
}
