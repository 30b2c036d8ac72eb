import ConversationModel
import Foundation
import Synchronization

/// What was refused, with the reason beside the bytes: one JSON object a line, for people and for another try.
///
///     {"bytes":"{\"id\":…}","reason":"too-old","received":1700000000000}
///
/// Two files, the newer of which becomes the older when it is half as large as is allowed; the oldest lines go then.
/// Lines are not synced: who was refused was told so.
public final class Quarantine: Sendable {
    /// The most bytes kept of one refused event; a longer one is kept in part, and cannot be tried again.
    public static let entryLimitBytes = LogRecord.payloadLimitBytes
    private static let newer = "refused.ndjson"
    private static let older = "refused.old.ndjson"

    private struct State {
        var file: any LogFile
        var size: Int
    }

    private let files: any FileLayer
    private let limit: Int
    private let state: Mutex<State>

    /// A refused event.
    public struct Entry: Hashable, Sendable {
        /// When it came in.
        public var received: Instant
        /// A stable word, `Refusal.rawValue` or one of the caller's.
        public var reason: String
        /// As they came in, whatever they are.
        public var bytes: [UInt8]
        /// Whether only the beginning was kept.
        public var isCut: Bool

        public init(received: Instant, reason: String, bytes: [UInt8], isCut: Bool = false) {
            self.received = received
            self.reason = reason
            self.bytes = bytes
            self.isCut = isCut
        }
    }

    /// The refused events in a directory, which together take at most about `limitBytes`.
    ///
    /// One at a time for a directory: the lock of the log there keeps others out.
    public init(_ files: any FileLayer, limitBytes: Int = 64 << 20) throws(EventLogError) {
        self.files = files
        limit = max(2, limitBytes)
        let file = try files.attempt { files throws(FileError) in
            try files.prepare()
            let isThere = try files.names().contains(Self.newer)
            return isThere ? try files.open(Self.newer, forWriting: true) : try files.create(Self.newer)
        }
        let size = try files.attempt { _ throws(FileError) in
            let size = try file.size()
            // A line that a crash left unfinished must not swallow the next.
            if size > 0, try file.bytes(at: size - 1, count: 1) != [0x0A] {
                try file.write([0x0A], at: size)
                return size + 1
            }
            return size
        }
        state = Mutex(State(file: file, size: size))
    }

    /// Keeps refused events, in their order.
    public func put(_ entries: [Entry]) throws(EventLogError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text: [UInt8] = []
        for entry in entries {
            guard let line = try? encoder.encode(Line(entry)) else { continue }
            text += line
            text.append(0x0A)
        }
        let lines = text
        let result: Result<Void, EventLogError> = state.withLock { state in
            do throws(EventLogError) {
                try files.attempt { files throws(FileError) in
                    if state.size > 0, state.size + lines.count > limit / 2 {
                        try files.rename(Self.newer, to: Self.older)
                        state.file = try files.create(Self.newer)
                        state.size = 0
                    }
                    try state.file.write(lines, at: state.size)
                    state.size += lines.count
                }
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Gives what was kept, oldest first, and returns how many lines could not be read.
    public static func read(
        _ files: any FileLayer, each body: (Entry) -> Void
    ) throws(EventLogError) -> Int {
        let present = try files.attempt { files throws(FileError) in try files.names() }
        let decoder = JSONDecoder()
        var unreadable = 0
        for name in [older, newer] where present.contains(name) {
            let file = try files.attempt { files throws(FileError) in try files.open(name, forWriting: false) }
            var rest: [UInt8] = []
            var offset = 0
            while true {
                let piece = try files.attempt { _ throws(FileError) in try file.bytes(at: offset, count: 1 << 20) }
                offset += piece.count
                rest += piece
                var lines = rest.split(separator: 0x0A, omittingEmptySubsequences: false)
                rest = Array(lines.removeLast())
                for line in lines where !line.isEmpty {
                    if let entry = (try? decoder.decode(Line.self, from: Data(line)))?.entry {
                        body(entry)
                    } else {
                        unreadable += 1
                    }
                }
                // A line that never ends is none of ours.
                if piece.isEmpty || rest.count > 8 * entryLimitBytes {
                    if !rest.isEmpty { unreadable += 1 }
                    break
                }
            }
        }
        return unreadable
    }

    /// An entry as a line has it.
    private struct Line: Codable {
        var received: Int64
        var reason: String
        /// The bytes where they are UTF-8.
        var bytes: String?
        /// The bytes where they are not.
        var base64: Data?
        var isCut: Bool?

        init(_ entry: Entry) {
            received = entry.received.milliseconds
            reason = entry.reason
            let kept = entry.bytes.prefix(Quarantine.entryLimitBytes)
            bytes = String(validating: kept, as: UTF8.self)
            base64 = bytes == nil ? Data(kept) : nil
            isCut = entry.isCut || kept.count < entry.bytes.count ? true : nil
        }

        var entry: Entry? {
            guard let bytes = bytes.map({ Array($0.utf8) }) ?? base64.map({ Array($0) }) else { return nil }
            return Entry(
                received: Instant(milliseconds: received), reason: reason, bytes: bytes, isCut: isCut ?? false)
        }
    }
}
