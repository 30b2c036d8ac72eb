import ConversationModel
import EventLog
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
