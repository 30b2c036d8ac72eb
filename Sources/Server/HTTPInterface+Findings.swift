import ConversationModel
import EventLog
import HTTPTypes
import Hummingbird
import Inspection
import NIOCore
import ServiceLifecycle
import Synchronization

extension HTTPInterface {
    /// About as many bytes of findings are read, and sent, at a time.
    private static let pieceBytes = 256 << 10
    /// Milliseconds after which a stream that has nothing to say says so.
    private static let heartbeat: Int64 = 10_000

    /// The rules, where there are any and they run.
    private func runningRules() throws(HTTPProblem) -> LiveRules {
        guard let rules else {
            throw HTTPProblem("no-rules", .notFound, "the server was started without rules")
        }
        let (failure, isRunning) = rules.board.state.withLock { ($0.failure, $0.file != nil) }
        guard failure == nil, isRunning else {
            throw HTTPProblem(
                "rules-stopped", .serviceUnavailable, failure ?? "the rules are being loaded",
                field: HTTPField(name: .retryAfter, value: "10"))
        }
        return rules
    }

    /// What stands of a shop, the latest first, a page at a time.
    func findings(_ shop: String, _ query: Query) async throws -> Response {
        let rules = try runningRules()
        guard let limit = Int(query["limit"] ?? "100"), (1...1000).contains(limit) else {
            throw HTTPProblem.badParameter("limit", "1 to 1000")
        }
        guard let before = Int(query["before"] ?? String(Int.max)), before >= 0 else {
            throw HTTPProblem.badParameter("before", "a number that was `next`")
        }
        guard await pipeline.shop(shop) != nil else { throw HTTPProblem.noShop }
        let (open, place) = rules.board.open(of: shop)
        let page = open.reversed().lazy.filter { $0.order < before }.prefix(limit + 1)
        let shown = page.prefix(limit)
        let applied = rules.board.state.withLock { $0.figures.applied }
        let head = ResponseJSON.members([
            "asOf": json.time(now()), "sequence": .integer(Int64(clamping: applied)), "place": .text(place.text),
            "open": .integer(Int64(open.count)),
            "next": .integer(page.count > limit ? shown.last.map { Int64($0.order) } : nil),
        ]).bytes
        var bytes = Array(head.dropLast()) + Array(",\"findings\":[".utf8)
        var isFirst = true
        for finding in shown {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes += finding.line
        }
        bytes += Array("]}".utf8)
        return .bytes(bytes, "application/json")
    }

    /// Server-sent events: `assert` and `retract` as they are synced, from behind `Last-Event-ID` on.
    ///
    /// Who brings no id, or one that is too old or unknown, gets `reset`, what stands, and `ready`.
    /// `connection` as of `stream`.
    func findingsStream(
        _ shop: String, _ request: Request, on connection: StreamConnection? = nil
    ) async throws -> Response {
        let rules = try runningRules()
        guard await pipeline.shop(shop) != nil else { throw HTTPProblem.noShop }
        if request.method == .head { return .bytes([], "text/event-stream") }
        let lease = try streamLease()
        let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        let feed = FindingFeed(rules, shop: shop, pieceBytes: Self.pieceBytes)
        let (now, look) = (now, rules.options.streamLook)
        return .stream(lease, on: connection) { writer, reader in
            var feed = feed
            for piece in try feed.begin(after: last) { try await writer.write(ByteBuffer(bytes: piece)) }
            var quiet: Int64 = 0
            while !Task.isCancelled, !Task.isShuttingDownGracefully, !reader.isGone, feed.isInTime {
                if reader.needsProbe() { try await writer.write(ByteBuffer(string: ":\n\n")) }
                let piece = try feed.next()
                if let piece, !piece.isEmpty {
                    try await writer.write(ByteBuffer(bytes: piece))
                    quiet = 0
                } else if piece == nil {
                    if quiet >= Self.heartbeat {
                        // The place alone is no event, but is where one goes on.
                        let text = ": \(now().milliseconds)\nid: \(feed.place.text)\n\n"
                        try await writer.write(ByteBuffer(string: text))
                        quiet = 0
                    }
                    try await Task.sleep(for: .milliseconds(look))
                    quiet += look
                }
            }
        }
    }
}

/// What one reader of a stream has still to be told, read from the file of findings.
struct FindingFeed: Sendable {
    private let rules: LiveRules
    private let member: [UInt8]
    private let shop: String
    private let pieceBytes: Int
    private(set) var place: FindingBoard.Place

    init(_ rules: LiveRules, shop: String, pieceBytes: Int) {
        (self.rules, self.shop, self.pieceBytes) = (rules, shop, pieceBytes)
        member = LiveChangeWriter.shopMember(shop)
        place = rules.board.place
    }

    /// Whether the reader keeps up: the same file, and no more behind than is allowed. Counts it where not.
    var isInTime: Bool {
        rules.board.state.withLock { state in
            let isInTime =
                state.generation == place.generation && state.end - place.offset <= rules.options.streamLag
            if !isInTime { state.figures.cutStreams += 1 }
            return isInTime
        }
    }

    /// What the reader gets first; nothing, where it goes on behind the place that it names.
    mutating func begin(after text: String?) throws(FileError) -> [[UInt8]] {
        let reason: String
        let (file, end) = rules.board.state.withLock { ($0.file, $0.end) }
        if let text {
            if let asked = FindingBoard.Place(text), asked.generation == place.generation, asked.offset <= end,
                let file, try FindingFile.endsLine(at: asked.offset, in: file)
            {
                if end - asked.offset <= rules.options.streamLag {
                    place = asked
                    return []
                }
                reason = "too-old"
            } else {
                reason = "unknown-id"
            }
        } else {
            reason = "start"
        }
        let (open, at) = rules.board.open(of: shop)
        place = at
        // No ids before the end: who loses the connection in between begins anew.
        let head = ResponseJSON.members(["reason": .text(reason), "open": .integer(Int64(open.count))]).bytes
        var pieces: [[UInt8]] = []
        var piece = Array("event: reset\ndata: ".utf8) + head + Array("\n\n".utf8)
        for finding in open {
            piece += Array("event: assert\ndata: ".utf8)
            piece += finding.line
            piece += Array("\n\n".utf8)
            if piece.count >= pieceBytes {
                pieces.append(piece)
                piece = []
            }
        }
        piece += Array("event: ready\nid: \(at.text)\ndata: {}\n\n".utf8)
        return pieces + [piece]
    }

    /// The next that is synced, as server-sent events: empty where none of it is of the shop, nil where there is none.
    mutating func next() throws(FileError) -> [UInt8]? {
        let (file, end) = rules.board.state.withLock { ($0.file, $0.end) }
        guard let file, end > place.offset else { return nil }
        var bytes: [UInt8] = []
        let lines = try FindingFile.lines(from: place.offset, to: end, limit: pieceBytes, in: file)
        guard let last = lines.last else { return nil }
        for (line, end) in lines where FindingLine.place(of: member, in: line) != nil {
            let isAssertion = line.starts(with: "{\"change\":\"assert\"".utf8)
            let id = FindingBoard.Place(generation: place.generation, offset: end)
            bytes += Array("id: \(id.text)\nevent: \(isAssertion ? "assert" : "retract")\ndata: ".utf8)
            bytes += line
            bytes += Array("\n\n".utf8)
        }
        place.offset = last.end
        return bytes
    }
}
