import ConversationModel
import EventLog
import Events
import Foundation
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import Synchronization
import Testing

@testable import Server

/// A reader of a stream who goes away after some parts.
private struct Listener: ResponseBodyWriter {
    final class Heard: Sendable {
        let parts = Mutex<[String]>([])
    }

    struct Gone: Error {}

    let heard: Heard
    let limit: Int

    mutating func write(_ buffer: ByteBuffer) async throws {
        let count = heard.parts.withLock { parts in
            parts.append(String(buffer: buffer))
            return parts.count
        }
        if count >= limit { throw Gone() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

struct StreamTests {
    private func interface(_ options: HTTPInterface.Options) async throws -> HTTPInterface {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        let lines = shopLines(40, seed: 6, shops: 1)
        let now = lines[39].received
        _ = try await pipeline.ingest(bytes(lines), receipt: .kept, now: now)
        return HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: AccessTokens(), options: options, now: { now.advanced(by: 1) })
    }

    @Test("a stream begins with a snapshot, is silent while nothing changes, and gives its place back")
    func stream() async throws {
        var options = HTTPInterface.Options()
        options.refreshSeconds = 1
        options.streams = 1
        let interface = try await interface(options)
        let response = try await interface.stream("店0")
        #expect(response.headers[.contentType] == "text/event-stream")
        await #expect(throws: HTTPProblem.self) { _ = try await interface.stream("店0") }
        let heard = Listener.Heard()
        await #expect(throws: Listener.Gone.self) {
            try await response.body.write(Listener(heard: heard, limit: 2))
        }
        let parts = heard.parts.withLock { $0 }
        let sequence = await interface.pipeline.position.index
        #expect(parts[0].hasPrefix("event: snapshot\nid: \(sequence)\ndata: {\"shop\":\"店0\""))
        #expect(parts[0].hasSuffix("}\n\n"))
        #expect(parts[1].hasPrefix(": "))
        #expect(interface.state.counts.withLock { $0.streams } == 0)
        _ = try await interface.stream("店0")
        #expect(interface.state.counts.withLock { $0.streams } == 0)
    }

    @Test("changes put over a snapshot give the next figures, and a group that is gone asks for a new snapshot")
    func changes() throws {
        let json = FiguresJSON(zone: .chinaStandard)
        var monitor = ShopMonitor(policy: MonitorPolicy())
        let lines = shopLines(400, seed: 9, shops: 1)
        var before: ResponseJSON?
        for (number, line) in lines.enumerated() {
            for case .event(let event) in EventReader().read(bytes([line])) { monitor.apply(event) }
            guard number % 20 == 0 else { continue }
            let figures = monitor.figures(at: line.received)
            let now = json.value(figures, shop: "店0", sequence: UInt64(number))
            if let before, let changes = now.changes(since: before) {
                let put = try Self.form(try Self.put(changes, over: before))
                #expect(put == (try Self.form(try Self.object(now))), "line \(number)")
                #expect(changes.bytes.count < now.bytes.count)
            }
            before = now
        }
        let one = ResponseJSON.members([
            "groups": .list([.members(["group": .text("甲")]), .members(["group": .text("乙")])])
        ])
        let two = ResponseJSON.members(["groups": .list([.members(["group": .text("乙")])])])
        #expect(two.changes(since: one) == nil)
        #expect(one.changes(since: two)?.bytes == Array(#"{"groups":[{"group":"甲"}]}"#.utf8))
        #expect(ResponseJSON.null.changes(since: one) == nil)
    }

    /// JSON in one form: members and named entries sorted.
    private static func form(_ object: [String: Any]) throws -> String {
        var object = object
        for (name, key) in lists {
            let entries = object[name] as? [[String: Any]] ?? []
            object[name] = entries.sorted { ($0[key] as? String ?? "") < ($1[key] as? String ?? "") }
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }

    private static let lists = ["groups": "group", "agents": "agent"]

    private static func object(_ value: ResponseJSON) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(value.bytes)) as? [String: Any])
    }

    /// What a reader of the stream does, written without the server's types.
    private static func put(_ changes: ResponseJSON, over snapshot: ResponseJSON) throws -> [String: Any] {
        var result = try object(snapshot)
        for (name, value) in try object(changes) {
            guard let key = lists[name], let entries = value as? [[String: Any]],
                let old = result[name] as? [[String: Any]]
            else {
                result[name] = value
                continue
            }
            let named = Set(entries.map { $0[key] as? String })
            result[name] = old.filter { !named.contains($0[key] as? String) } + entries
        }
        return result
    }

    @Test("a body that does not end is not waited for")
    func slowBody() async throws {
        var options = HTTPInterface.Options()
        options.bodySeconds = 1
        let interface = try await interface(options)
        let (body, source) = RequestBody.makeStream()
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: nil, authority: "localhost", path: "/api/v1/events",
                headerFields: [.contentType: "application/x-ndjson"]), body: body)
        await source.yield(ByteBuffer(string: "{\"id\":"))
        await #expect(throws: HTTPProblem("too-slow", .requestTimeout, "the body did not come within 1 s")) {
            _ = try await interface.post(request)
        }
        source.finish()
    }
}
