import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A client of the HTTP interface of a server: sends batches of events, one at a time, and asks for commands.
///
/// What may pass (nobody listens, 429, 503, an answer that does not come) is tried again, later and later, for `patience` seconds at
/// most. HTTP/1.1 without TLS, a connection for each request.
///
///     let client = try LiveClient(url: "http://127.0.0.1:8080", token: token, time: time)
///     let answer = try await client.post(lines, key: "run-1")
public struct LiveClient: Sendable {
    /// Why there is no answer.
    public enum Failure: Error, Hashable, Sendable {
        /// Not the address of a server: `http://HOST[:PORT][/PATH]`.
        case badURL
        /// Nobody answered for as long as it was tried; what was wrong the last time.
        case unreachable(String)
        /// The server answered, and says why not: the word of the problem, and its sentence.
        case refused(status: Int, code: String, detail: String)
        /// The answer is none of this interface's.
        case badAnswer
        /// `isStopped` said so.
        case stopped
    }

    /// What became of a batch.
    public struct Answer: Hashable, Sendable {
        public var result = IngestResult()
        /// The first refusal as a sentence; nil where nothing was refused.
        public var refusal: String?
    }

    /// Commands from the log of the server.
    public struct Commands: Hashable, Sendable {
        /// Events as JSON.
        public var lines: [[UInt8]]
        /// Where to go on.
        public var next: UInt64
    }

    private static let answerBytes = 64 << 20

    private let host: String
    private let port: Int
    private let base: String
    private let token: String?
    private let patience: Duration
    private let time: @Sendable () -> Duration
    private let isStopped: @Sendable () -> Bool
    private let tell: @Sendable (String) -> Void

    /// A client of the server at a URL; `token` is sent as bearer token. `tell` is told once for each request that is tried again, and
    /// why; `isStopped` ends the waiting. `time` is a clock that is never set, from whatever beginning.
    public init(
        url: String, token: String? = nil, patience: Duration = .seconds(60), time: @escaping @Sendable () -> Duration,
        isStopped: @escaping @Sendable () -> Bool = { false }, tell: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(Failure) {
        guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "http",
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil,
            (1...65535).contains(parts.port ?? 80),
            token?.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) ?? true
        else { throw .badURL }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? 80
        base = String(parts.percentEncodedPath.reversed().drop { $0 == "/" }.reversed())
        (self.token, self.patience, self.time) = (token, patience, time)
        (self.isStopped, self.tell) = (isStopped, tell)
    }

    /// Sends lines of events; with the same `key` they are taken once, however often they are sent.
    public func post(_ lines: [UInt8], key: String) async throws(Failure) -> Answer {
        let fields = [("Content-Type", "application/x-ndjson"), ("Idempotency-Key", key)]
        let object = try await object(.POST, "/api/v1/events", fields, lines)
        var answer = Answer()
        guard let read = object["read"] as? Int, let taken = object["taken"] as? Int,
            let duplicate = object["duplicate"] as? Int, let refused = object["refused"] as? Int,
            let sequence = object["sequence"] as? Int
        else { throw .badAnswer }
        (answer.result.read, answer.result.taken) = (read, taken)
        (answer.result.duplicate, answer.result.refused) = (duplicate, refused)
        answer.result.refusedByReason = object["refusedBy"] as? [String: Int] ?? [:]
        answer.result.sequence = UInt64(clamping: sequence)
        if let first = (object["refusals"] as? [[String: Any]])?.first {
            answer.refusal = "\(first["reason"] ?? ""): \(first["detail"] ?? "")"
        }
        return answer
    }

    /// The commands in the server's log from a position on, some at a time; without a position none, and where the log ends.
    public func commands(from position: UInt64?) async throws(Failure) -> Commands {
        let object = try await object(.GET, "/api/v1/commands" + (position.map { "?from=\($0)" } ?? ""), [], nil)
        guard let next = object["next"] as? Int, let events = object["commands"] as? [[String: Any]] else {
            throw .badAnswer
        }
        let lines = events.compactMap { try? JSONSerialization.data(withJSONObject: $0) }
        return Commands(lines: lines.map { Array($0) }, next: UInt64(clamping: next))
    }

    // MARK: Requests

    private struct Reply: Sendable {
        var status: Int
        var retryAfter: Int?
        var body: [UInt8]
    }

    /// The object that is answered, after as many attempts as patience allows.
    private func object(
        _ method: HTTPMethod, _ path: String, _ fields: [(String, String)], _ body: [UInt8]?
    ) async throws(Failure) -> [String: Any] {
        let began = time()
        var pause = Duration.milliseconds(100)
        var hasTold = false
        while true {
            var reason: String
            var wait = pause
            do {
                let reply = try await exchange(method, path, fields, body)
                let object = try? JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
                if reply.status == 200 {
                    guard let object else { throw Failure.badAnswer }
                    return object
                }
                let code = (object?["type"] as? String ?? "").replacing("urn:mingjian:problem:", with: "")
                let detail = object?["detail"] as? String ?? ""
                // Whoever sent the same key before may still be waiting for its answer.
                guard [408, 429, 502, 503, 504].contains(reply.status) || code == "key-under-way" else {
                    throw Failure.refused(status: reply.status, code: code, detail: detail)
                }
                reason = "\(reply.status) \(code)"
                if let seconds = reply.retryAfter { wait = max(wait, .seconds(min(30, seconds))) }
            } catch let failure as Failure {
                throw failure
            } catch let error as NIOConnectionError where error.connectionErrors.isEmpty {
                throw .unreachable("\(host): no such host")
            } catch let error as IOError {
                reason = String(cString: strerror(error.errnoCode))
            } catch let error as NIOConnectionError {
                let first = error.connectionErrors.first?.error as? IOError
                reason = first.map { String(cString: strerror($0.errnoCode)) } ?? "no connection"
            } catch { reason = "\(error)" }
            guard time() - began + wait < patience else { throw .unreachable(reason) }
            if !hasTold { tell(reason) }
            hasTold = true
            let end = time() + wait
            while time() < end {
                if isStopped() { throw .stopped }
                try? await Task.sleep(for: .milliseconds(20))
            }
            pause = min(pause * 2, .seconds(5))
        }
    }

    private struct NoAnswer: Error, CustomStringConvertible {
        let description = "the connection was closed before an answer came"
    }

    /// One request on a connection of its own, and its answer.
    private func exchange(
        _ method: HTTPMethod, _ path: String, _ fields: [(String, String)], _ body: [UInt8]?
    ) async throws -> Reply {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(NIOHTTPClientResponseAggregator(maxContentLength: Self.answerBytes))
                    return try NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        // Who takes a connection and never answers is not waited for.
        let channel = connection.channel
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(60)) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: base + path)
        let name = host.contains(":") ? "[\(host)]" : host
        head.headers.add(name: "Host", value: port == 80 ? name : "\(name):\(port)")
        head.headers.add(name: "Connection", value: "close")
        head.headers.add(name: "Accept", value: "application/json")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in fields { head.headers.add(name: name, value: value) }
        if let body { head.headers.add(name: "Content-Length", value: String(body.count)) }
        let request = head
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(.head(request))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            for try await answer in inbound {
                return Reply(
                    status: Int(answer.head.status.code),
                    retryAfter: answer.head.headers.first(name: "Retry-After").flatMap { Int($0) },
                    body: answer.body.map { Array($0.readableBytesView) } ?? [])
            }
            throw NoAnswer()
        }
    }
}
