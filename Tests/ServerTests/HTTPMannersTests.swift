import ConversationModel
import EventLog
import Foundation
import HTTPTypes
import Monitoring
import NIOCore
import Testing

@testable import Server

/// What RFC 9110 and 9112 ask for beside the answer itself.
struct HTTPMannersTests {
    private func withServer(_ body: @escaping @Sendable (PlainClient) async throws -> Void) async throws {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        _ = try await pipeline.ingest(bytes(shopLines(40, seed: 8, shops: 1)), receipt: .stamped, now: HTTPTests.now)
        let interface = HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { HTTPTests.now })
        try await PlainClient.serving(interface, body)
    }

    @Test(
        "HEAD tells the length of what GET answers, and sends none of it",
        arguments: ["/openapi.json", "/livez", "/api/v1/shops", "/api/v1/shops/%E5%BA%970/figures", "/nowhere"])
    func heads(path: String) async throws {
        try await withServer { client in
            let whole = try await client.execute(uri: path, method: .get)
            let head = try await client.execute(uri: path, method: .head)
            #expect(head.status == whole.status && head.body.readableBytes == 0)
            #expect(whole.body.readableBytes > 0)
            #expect(head.headers[.contentLength] == String(whole.body.readableBytes))
            #expect(head.headers[.contentType] == whole.headers[.contentType])
        }
    }

    @Test("a request before HTTP/1.1 is the last of its connection, unless it says otherwise")
    func oldVersions() async throws {
        try await withServer { client in
            // Nothing asks for the end, and what is behind it is not answered.
            let request = "GET /livez HTTP/1.0\r\n"
            let one = String(decoding: try await client.send(Array("\(request)\r\n\(request)\r\n".utf8)), as: UTF8.self)
            #expect(one.ranges(of: "HTTP/1.1 200").count == 1)
            #expect(one.lowercased().contains("connection: close\r\n"))
            let kept = request + "Connection: Keep-Alive\r\n\r\n"
            let two = String(decoding: try await client.send(Array("\(kept)\(request)\r\n".utf8)), as: UTF8.self)
            #expect(two.ranges(of: "HTTP/1.1 200").count == 2)
            #expect(two.lowercased().ranges(of: "connection: keep-alive\r\n").count == 1)
            #expect(two.lowercased().ranges(of: "connection: close\r\n").count == 1)
        }
    }

    @Test(
        "whoever asks for the end of a connection, in whatever letters and beside whatever else, is told of it and gets it"
    )
    func closes() async throws {
        try await withServer { client in
            for field in ["Connection: close", "connection: Close", "Connection: TE, close"] {
                let request = Array("GET /livez HTTP/1.1\r\nHost: localhost\r\n\(field)\r\n\r\n".utf8)
                let answer = String(decoding: try await client.send(request), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 200") && answer.lowercased().contains("connection: close\r\n"))
            }
        }
    }

    @Test("a body in another encoding than UTF-8 is refused by what its type says, before anything of it is taken")
    func charsets() async throws {
        try await withServer { client in
            for (type, status) in [
                ("application/json; charset=gbk", 415), ("application/x-ndjson;charset=GB18030", 415),
                (#"application/json; charset="utf-16""#, 415), ("application/json; charset=utf-8; charset=gbk", 415),
                ("application/json; charset=UTF-8", 200), (#"application/json ; a=b; charset="utf-8""#, 200),
                ("application/json; boundary=x", 200), ("application/json;charset=us-ascii", 200),
            ] {
                let answer = try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: [.contentType: type], body: ByteBuffer(string: "[]"))
                #expect(answer.status.code == status, "\(type)")
                let text = String(decoding: answer.body.readableBytesView, as: UTF8.self)
                #expect(text.contains("unsupported-media-type") == (status == 415), "\(type)")
            }
        }
    }
}
