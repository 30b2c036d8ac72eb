import ConversationModel
import Dispatch
import Events
import Monitoring
import Synchronization

/// Folds the records of a log that is being opened: parsed in pieces by several threads, folded in their order by one at a
/// time, while the next ones are read. A log gives the same state however many threads there are.
final class ReplayFold: Sendable {
    private struct State {
        /// Parsed pieces by their number.
        var parsed: [Int: [Event]] = [:]
        /// The piece that is folded next.
        var next = 0
        var isFolding = false

        /// The piece that is due, if it is there and nobody is folding.
        mutating func takeNext() -> [Event]? {
            guard !isFolding, let events = parsed.removeValue(forKey: next) else { return nil }
            isFolding = true
            return events
        }
    }

    /// Used by whoever has set `isFolding`, and at the end.
    private final class Folded: @unchecked Sendable {
        /// Taken out while it changes: two references would make a copy of it all.
        var monitor: Monitor?

        init(_ monitor: Monitor) { self.monitor = monitor }

        func apply(_ events: [Event]) {
            guard var taken = monitor.take() else { return }
            for index in events.indices { taken.apply(events[index]) }
            monitor = consume taken
        }
    }

    /// Used by the thread that reads the log.
    private final class Piece: @unchecked Sendable {
        var bytes: [UInt8] = []
        var number = 0
    }

    private static let pieceBytes = 1 << 20
    private let state = Mutex(State())
    private let folded: Folded
    private let piece = Piece()
    private let readers = EventReaders()
    private let queue = DispatchQueue(label: "mingjian.replay", qos: .userInitiated, attributes: .concurrent)
    private let group = DispatchGroup()
    /// Pieces that are under way are bounded: reading is faster than what follows.
    private let room = DispatchSemaphore(value: 8)

    /// Goes on from a state.
    init(_ monitor: consuming Monitor) { folded = Folded(monitor) }

    /// Takes the payload of the next record. On one thread.
    func take(_ payload: UnsafeRawBufferPointer) {
        if piece.bytes.isEmpty { piece.bytes.reserveCapacity(Self.pieceBytes + payload.count + 1) }
        piece.bytes.append(contentsOf: payload)
        piece.bytes.append(0x0A)
        if piece.bytes.count >= Self.pieceBytes { parse() }
    }

    /// The state after all that was taken. Once, on the same thread.
    func finish() -> Monitor? {
        parse()
        group.wait()
        return folded.monitor.take()
    }

    private func parse() {
        guard !piece.bytes.isEmpty else { return }
        let (bytes, number) = (piece.bytes, piece.number)
        piece.bytes = []
        piece.number += 1
        room.wait()
        queue.async(group: group) { [self] in
            var events: [Event] = []
            events.reserveCapacity(bytes.count / 128)
            // One that is no event any more (of another program) changes nothing. No figure asks for a text.
            readers.readEvents(bytes) { events.append($0) }
            fold(events, number)
        }
    }

    /// Folds the piece, and those after it that are there, unless somebody is at it: he will.
    private func fold(_ events: [Event], _ number: Int) {
        var next: [Event]? = state.withLock { state in
            state.parsed[number] = events
            return state.takeNext()
        }
        while let events = next {
            folded.apply(events)
            room.signal()
            next = state.withLock { state in
                state.isFolding = false
                state.next += 1
                return state.takeNext()
            }
        }
    }
}
