import ConversationModel
import EventLog
import Synchronization

/// Events on their way from the log to the fold: decoded when they came in, handed on when they are synced, in the
/// order of the log, so that nobody reads and parses them again.
///
/// They are nothing but a part of the log that is at hand: what is not here is read from it.
final class SyncedEvents: Sendable {
    private struct Run {
        var first: LogPosition
        var events: ArraySlice<Event>

        var end: LogPosition { first.advanced(by: events.count) }
    }

    private struct State {
        /// Ascending, none within another; those from `head` on are not taken yet.
        var runs: [Run] = []
        var head = 0
        var count = 0
        var isBeingFolded = false
    }

    private let state = Mutex(State())

    /// How many events wait.
    var count: Int { state.withLock { $0.count } }

    /// The position of the first event that waits.
    var first: LogPosition? {
        state.withLock { $0.head < $0.runs.count ? $0.runs[$0.head].first : nil }
    }

    /// Adds those of an append that the log took. Called in the order of positions.
    func add(_ events: [Event], _ outcomes: [AppendOutcome]) {
        var first: LogPosition?
        var taken: [Int] = []
        taken.reserveCapacity(events.count)
        for (index, outcome) in outcomes.enumerated() {
            guard case .appended(let position) = outcome else { continue }
            if first == nil { first = position }
            taken.append(index)
        }
        guard let first else { return }
        let run = taken.count == events.count ? events[...] : ArraySlice(taken.map { events[$0] })
        state.withLock { state in
            state.runs.append(Run(first: first, events: run))
            state.count += run.count
        }
    }

    /// Takes the events from `position` on, at most `limit`; none where the next that waits lies further on.
    func take(at position: LogPosition, upTo limit: Int) -> ArraySlice<Event> {
        state.withLock { state in
            while state.head < state.runs.count, state.runs[state.head].first <= position {
                // Somebody may have read from the log what also waited here.
                let passed = min(
                    Int(position.index - state.runs[state.head].first.index), state.runs[state.head].events.count)
                let part = state.runs[state.head].events.dropFirst(passed).prefix(limit)
                state.count -= passed + part.count
                state.runs[state.head].first = state.runs[state.head].first.advanced(by: passed + part.count)
                state.runs[state.head].events.removeFirst(passed + part.count)
                if state.runs[state.head].events.isEmpty {
                    state.head += 1
                    if state.head == state.runs.count || state.head >= 1024 {
                        state.runs.removeFirst(state.head)
                        state.head = 0
                    }
                }
                if !part.isEmpty { return part }
            }
            return []
        }
    }

    /// Whether there is something to fold and nobody at it: then the caller is, until `isDone` says so.
    func begins() -> Bool {
        state.withLock { state in
            if state.isBeingFolded || state.count == 0 { return false }
            state.isBeingFolded = true
            return true
        }
    }

    /// Ends the folding where nothing waits; with `isForced` in any case.
    func isDone(isForced: Bool = false) -> Bool {
        state.withLock { state in
            guard isForced || state.count == 0 else { return false }
            state.isBeingFolded = false
            return true
        }
    }
}
