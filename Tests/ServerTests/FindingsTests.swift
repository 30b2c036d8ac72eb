import ConversationModel
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Monitoring
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import Server

/// Findings as the API gives them.
struct FindingsTests {
    private static func json(_ response: PlainResponse) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
        return try #require(object as? [String: Any])
    }

    private static let path = "/api/v1/shops/%E5%BA%97/findings"

    private func interface(_ shop: RuledShop) -> HTTPInterface {
        HTTPInterface(
            shop.pipeline, zone: .chinaStandard, tokens: AccessTokens(), rules: shop.rules,
            now: { [clock = shop.clock] in clock.now.withLock { $0 } })
    }

    private func hits(_ count: Int, first: Int = 0, shop: String = "店") -> [String] {
        (first..<first + count).map {
            RuledShop.line("\($0)", morning.advanced(by: Int64($0)), "agent", "加微信", name: "c\($0)", shop: shop)
        }
    }

    @Test("what stands is given page by page, the latest first, of one shop alone")
    func pages() async throws {
        let shop = try RuledShop()
        let now = morning.advanced(by: 1_000)
        try await shop.take(hits(25) + [RuledShop.line("x", morning, "agent", "加微信", name: "x", shop: "店2")], at: now)
        try shop.judge(at: now)
        let pipeline = shop.pipeline
        try await PlainClient.serving(interface(shop)) { client in
            var (uri, seen, pages) = (Self.path + "?limit=10", [String](), 0)
            while true {
                let page = try Self.json(try await client.execute(uri: uri, method: .get))
                let findings = try #require(page["findings"] as? [[String: Any]])
                seen += findings.compactMap { $0["conversation"] as? String }
                pages += 1
                #expect(page["open"] as? Int == 25)
                #expect(page["sequence"] as? UInt64 == pipeline.log.end.index)
                #expect(findings.allSatisfy { $0["shop"] as? String == "店" && $0["rule"] as? String == "contact" })
                guard let next = page["next"] as? Int else { break }
                uri = Self.path + "?limit=10&before=\(next)"
            }
            #expect(pages == 3 && seen == (0..<25).reversed().map { "c\($0)" })
            for query in ["limit=0", "limit=1001", "limit=x", "before=-1", "before=x", "page=2"] {
                let response = try await client.execute(uri: Self.path + "?" + query, method: .get)
                #expect(response.status == .badRequest, "\(query)")
            }
            #expect(try await client.execute(uri: "/api/v1/shops/x/findings", method: .get).status == .notFound)
            let metrics = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
            for line in [
                "mingjian_rules_up 1", "mingjian_rules_lag_events 0", "mingjian_rules_open_findings 26",
                "mingjian_rules_changes_total{change=\"assert\"} 26",
                "mingjian_rules_events_total{outcome=\"taken\"} 26",
                "mingjian_rules_delay_milliseconds_count 26",
            ] {
                #expect(metrics.contains(line + "\n"), "\(line)")
            }
        }
    }

    @Test("without rules, and while they do not run, findings are no empty list")
    func withoutRules() async throws {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        let bare = HTTPInterface(pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { morning })
        try await PlainClient.serving(bare) { client in
            for path in [Self.path, Self.path + "/stream"] {
                let response = try await client.execute(uri: path, method: .get)
                #expect(response.status == .notFound)
                #expect(try Self.json(response)["type"] as? String == "urn:mingjian:problem:no-rules")
            }
        }
        let shop = try RuledShop()
        shop.rules.board.state.withLock { $0.failure = "the disk is full" }
        try await PlainClient.serving(interface(shop)) { client in
            let response = try await client.execute(uri: Self.path, method: .get)
            #expect(response.status == .serviceUnavailable && response.headers[.retryAfter] == "10")
            #expect(try Self.json(response)["detail"] as? String == "the disk is full")
        }
    }

    /// The events of pieces of a stream: name, id, data.
    private func events(_ pieces: [[UInt8]]) -> [(name: String, id: String?, data: String)] {
        pieces.map { String(decoding: $0, as: UTF8.self) }.joined().components(separatedBy: "\n\n").dropLast().map {
            var (name, id, data) = ("", String?.none, "")
            for line in $0.components(separatedBy: "\n") {
                let parts = line.components(separatedBy: ": ")
                let value = parts.dropFirst().joined(separator: ": ")
                switch parts[0] {
                case "event": name = value
                case "id": id = value
                default: data = value
                }
            }
            return (name, id, data)
        }
    }

    private func feed(_ shop: RuledShop, bytes: Int = 1 << 18) -> FindingFeed {
        FindingFeed(shop.rules, shop: "店", pieceBytes: bytes)
    }

    private func all(_ feed: inout FindingFeed) throws -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        while let piece = try feed.next() { pieces.append(piece) }
        return pieces
    }

    @Test("a stream begins with what stands, then says what changes; who comes back goes on where he was")
    func resume() async throws {
        let shop = try RuledShop()
        try await shop.take(hits(3) + hits(2, first: 50, shop: "店2"), at: morning.advanced(by: 100))
        try shop.judge(at: morning.advanced(by: 100))
        var first = feed(shop)
        let begin = events(try first.begin(after: nil))
        #expect(begin.map(\.name) == ["reset", "assert", "assert", "assert", "ready"])
        #expect(begin[0].data == #"{"reason":"start","open":3}"#)
        #expect(begin.dropLast().allSatisfy { $0.id == nil })
        #expect(try all(&first).isEmpty)
        // Pieces that are shorter than a line are no obstacle.
        var other = feed(shop, bytes: 64)
        _ = try other.begin(after: begin.last?.id)
        try await shop.take(hits(4, first: 10) + hits(1, first: 60, shop: "店2"), at: morning.advanced(by: 200))
        try shop.judge(at: morning.advanced(by: 200))
        let next = events(try all(&first))
        #expect(next.map(\.name) == ["assert", "assert", "assert", "assert"])
        #expect(events(try all(&other)).map(\.id) == next.map(\.id))
        // After a restart, too.
        try shop.reopen(shop.files.afterKill())
        var later = feed(shop)
        #expect(try later.begin(after: next[1].id).isEmpty)
        #expect(events(try all(&later)).map(\.data) == next.dropFirst(2).map(\.data))
    }

    @Test("an id that is unknown or too old begins anew, and says why")
    func reset() async throws {
        var options = LiveRules.Options()
        options.streamLag = 3_000
        let shop = try RuledShop(options: options)
        try await shop.take(hits(2), at: morning.advanced(by: 100))
        try shop.judge(at: morning.advanced(by: 100))
        let place = shop.rules.board.place
        var behind = feed(shop)
        for text in ["", "x", "1-2-3", "-1", "\(place.generation)-\(place.offset + 1)", "1-0", "\(place.generation)-7"]
        {
            var feed = feed(shop)
            let begin = events(try feed.begin(after: text))
            #expect(begin[0].name == "reset" && begin[0].data.contains("unknown-id"), "\(text)")
            #expect(begin.count == 4)
        }
        #expect(behind.isInTime)
        try await shop.take(hits(20, first: 10), at: morning.advanced(by: 200))
        try shop.judge(at: morning.advanced(by: 200))
        // Who was too slow is ended, and begins anew.
        #expect(!behind.isInTime)
        #expect(shop.rules.board.state.withLock { $0.figures.cutStreams } == 1)
        let begin = events(try behind.begin(after: place.text))
        #expect(begin[0].name == "reset" && begin[0].data.contains("too-old"))
        #expect(begin.count == 24 && behind.isInTime)
    }

    @Test("the stream of the API gives its place back when its reader goes, and when he is too slow")
    func stream() async throws {
        var options = LiveRules.Options()
        options.streamLag = 1_000
        let shop = try RuledShop(options: options)
        try await shop.take(hits(1), at: morning.advanced(by: 100))
        try shop.judge(at: morning.advanced(by: 100))
        let interface = interface(shop)
        let request = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: "localhost", path: Self.path + "/stream"),
            body: RequestBody(buffer: ByteBuffer()))
        let response = try await interface.findingsStream("店", request)
        #expect(response.headers[.contentType] == "text/event-stream")
        #expect(interface.state.counts.withLock { $0.streams } == 1)
        let heard = Heard()
        try await shop.take(hits(20, first: 10), at: morning.advanced(by: 200))
        let run = shop.run
        // Between the first piece and the second far more is said than a reader may be behind.
        try await response.body.write(
            Writer(heard: heard) {
                while (try? run.step()) == true {}
            })
        let text = heard.text.withLock { $0 }
        #expect(text.hasPrefix("event: reset\n") && text.hasSuffix("event: ready\nid: \(firstID(text))\ndata: {}\n\n"))
        #expect(heard.isFinished.withLock { $0 })
        #expect(interface.state.counts.withLock { $0.streams } == 0)
    }

    private func firstID(_ text: String) -> String {
        text.components(separatedBy: "id: ").last?.components(separatedBy: "\n").first ?? ""
    }

    @Test("who does not read is cut off", .timeLimit(.minutes(5)))
    func stalledReader() async throws {
        let ended = Mutex(false)
        let responder = CallbackResponder { (_: Request, _: BasicRequestContext) in
            var response = Response.bytes([], "text/event-stream")
            response.body = ResponseBody { writer in
                defer { ended.withLock { $0 = true } }
                while !Task.isCancelled { try await writer.write(ByteBuffer(repeating: 0x3A, count: 1 << 16)) }
            }
            return response
        }
        let (ports, opened) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [StalledWrites(limit: .milliseconds(300))])),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in opened.yield(channel.localAddress?.port ?? 0) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [application], logger: Logger(label: "test")))
        async let running: Void = group.run()
        for await port in ports {
            let descriptor = try PlainClient(port: port).open()
            defer { close(descriptor) }
            let request = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            #expect(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
            for _ in 0..<6_000 where !ended.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
            #expect(ended.withLock { $0 })
            await group.triggerGracefulShutdown()
            try await running
            return
        }
    }

    /// What a reader was told.
    private final class Heard: Sendable {
        let text = Mutex("")
        let isFinished = Mutex(false)
    }

    private struct Writer: ResponseBodyWriter {
        let heard: Heard
        let afterFirst: () -> Void

        init(heard: Heard, afterFirst: @escaping () -> Void) {
            (self.heard, self.afterFirst) = (heard, afterFirst)
        }

        mutating func write(_ buffer: ByteBuffer) async throws {
            let isFirst = heard.text.withLock { text in
                defer { text += String(buffer: buffer) }
                return text.isEmpty
            }
            if isFirst { afterFirst() }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws { heard.isFinished.withLock { $0 = true } }
    }
}
