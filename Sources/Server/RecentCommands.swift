import ConversationModel
import EventLog
import Events
import Synchronization

/// The last commands of the log, for those who carry them out and ask again and again what is new.
///
/// As `SyncedEvents` a part of the log that is at hand, and nothing more.
final class RecentCommands: Sendable {
    private struct State {
        /// Ascending.
        var lines: [(position: LogPosition, line: [UInt8])] = []
        /// From here on no command is missing.
        var floor: LogPosition
    }

    private static let kept = 1_000
    private let state: Mutex<State>

    /// None is known from before `position`.
    init(from position: LogPosition) { state = Mutex(State(floor: position)) }

    /// Adds those of an append that the log took. Called in the order of positions.
    func add(_ events: [Event], _ outcomes: [AppendOutcome]) {
        for index in events.indices where events[index].isCommand {
            guard case .appended(let position) = outcomes[index] else { continue }
            var line: [UInt8] = []
            EventWriter.append(events[index], to: &line)
            line.removeLast()
            let taken = line
            state.withLock { state in
                state.lines.append((position, taken))
                guard state.lines.count > Self.kept else { return }
                state.floor = state.lines.removeFirst().position.advanced(by: 1)
            }
        }
    }

    /// The first commands from a position on; nil where some from there may be missing.
    func first(_ limit: Int, from position: LogPosition) -> [(position: LogPosition, line: [UInt8])]? {
        state.withLock { state in
            guard position >= state.floor else { return nil }
            let start = state.lines.firstIndex { $0.position >= position } ?? state.lines.endIndex
            return Array(state.lines[start...].prefix(limit))
        }
    }
}

extension Event {
    /// Whether somebody tells the shop to do something: a dispatch, or a change of settings.
    var isCommand: Bool {
        switch content {
        case .settings: true
        case .dispatch(let step): if case .commanded = step.kind { true } else { false }
        default: false
        }
    }
}

extension LivePipeline {
    /// Some commands of the log, in its order.
    public struct CommandPage: Hashable, Sendable {
        /// Events as JSON.
        public var lines: [[UInt8]]
        /// Where to go on: no command before it was passed over.
        public var next: LogPosition
    }

    /// Records that are looked at for one page.
    private static let commandRecords = 20_000

    /// The commands (`dispatch-commanded`, `settings-changed`) from a position on, at most `limit`; with none, none, and where the log
    /// ends.
    ///
    /// Throws `LiveQueryError.beforeRetention` where the log does not reach back to it, `.beyondEnd` where it is not there yet.
    public nonisolated func commands(from position: LogPosition?, limit: Int) throws -> CommandPage {
        // What is synced by now was handed on before.
        let end = log.end
        guard let position else { return CommandPage(lines: [], next: end) }
        guard position <= end else { throw EventLogError.beyondEnd(position, end: end) }
        if let recent = recentCommands.first(limit, from: position) {
            let isAll = recent.count < limit
            let last = recent.last.map { $0.position.advanced(by: 1) }
            return CommandPage(lines: recent.map(\.line), next: isAll ? max(end, last ?? end) : last ?? end)
        }
        guard position >= log.first else { throw LiveQueryError.beforeRetention }
        let source: any EventSource<EventLogError> = try log.reader(from: position)
        var page = CommandPage(lines: [], next: position)
        var looked = 0
        while looked < Self.commandRecords, case let entries = try source.poll(upTo: 1_000), !entries.isEmpty {
            for entry in entries {
                readers.readEvents(entry.record.payload) { event in
                    if event.isCommand { page.lines.append(entry.record.payload) }
                }
                looked += 1
                page.next = entry.position.advanced(by: 1)
                if page.lines.count >= limit { return page }
            }
        }
        return page
    }
}
