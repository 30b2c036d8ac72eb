import ConversationModel

extension Explanation {
    /// The same with the events that `other`, of the same figure at the same instant, names of terms that lack some here and are the
    /// same otherwise. What the figure is stays as it is here.
    public func completed(by other: Explanation) -> Explanation {
        var result = self
        let listed = Dictionary((events + other.events).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        result.terms = Explanation.completed(terms, by: other.terms, listed)
        result.others = Explanation.completed(others, by: other.others, listed)
        let named = Set((result.terms + result.others).flatMap(\.events) + leftOut.flatMap(\.events))
        result.events = named.compactMap { listed[$0] }.sorted(by: ListedEvent.isBefore)
        return result
    }

    private static func completed(_ terms: [Term], by others: [Term], _ listed: [String: ListedEvent]) -> [Term] {
        // Each term of the other stands for one of these.
        let complete = Set(terms.filter(\.isComplete))
        var known = Dictionary(grouping: others.filter { $0.isComplete && !complete.contains($0) }, by: \.withoutEvents)
        let filled = terms.map { term in
            term.isComplete ? term : known[term.withoutEvents]?.popLast() ?? term
        }
        // By the time of their last event, as they were.
        let last = filled.map { $0.events.compactMap { listed[$0]?.time }.max() ?? Instant(milliseconds: .min) }
        return zip(last, filled).sorted { a, b in
            if a.0 != b.0 { return a.0 < b.0 }
            return ([a.1.subject] + a.1.events).lexicographicallyPrecedes([b.1.subject] + b.1.events)
        }.map(\.1)
    }
}

extension Explanation.Term {
    fileprivate var withoutEvents: Explanation.Term {
        var term = self
        (term.events, term.isComplete) = ([], true)
        return term
    }
}

extension Explanation.ListedEvent {
    /// By time, then by what counts first in the same millisecond, then by id.
    static func isBefore(_ a: Explanation.ListedEvent, _ b: Explanation.ListedEvent) -> Bool {
        if a.time != b.time { return a.time < b.time }
        return a.rank != b.rank ? a.rank < b.rank : a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
    }
}
