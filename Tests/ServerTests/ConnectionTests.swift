import ConversationModel
import Dispatch
import EventLog
import Foundation
import HTTPTypes
import Monitoring
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Server

/// What is sent on a connection, byte by byte, and when.
struct ConnectionTests {
    private static let batch = bytes(shopLines(40, seed: 8, shops: 1))

    private func withServer(
        tokens: AccessTokens = AccessTokens(), options: HTTPInterface.Options = HTTPInterface.Options(),
        _ body: @escaping @Sendable (PlainClient, HTTPInterface) async throws -> Void
    ) async throws {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        let interface = HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: tokens, options: options, now: { HTTPTests.now })
        try await PlainClient.serving(interface) { client in try await body(client, interface) }
    }

    private static func status(_ answer: [UInt8]) -> String {
        String(decoding: answer.prefix { $0 != 0x0D }, as: UTF8.self)
    }

    @Test(
        "a request without Host, with two or with one that is none is 400",
        arguments: [
            ("GET /livez HTTP/1.1\r\n", 400), ("GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
            ("GET /livez HTTP/1.1\r\nHost: localhost\r\nhost: example.com\r\n", 400),
            ("GET /livez HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
            ("GET /livez HTTP/1.1\r\nHost: local host\r\n", 400),
            ("GET /livez HTTP/1.1\r\nHost: a,localhost/\r\n", 400),
            ("GET /livez HTTP/1.1\r\nHost: a@localhost\r\n", 400),
            ("GET /livez HTTP/1.1\r\nHost: localhost:80\r\n", 200), ("GET /livez HTTP/1.1\r\nHost: [::1]:80\r\n", 200),
            ("GET /livez HTTP/1.1\r\nHost:\r\n", 200), ("GET /livez HTTP/1.0\r\n", 200),
        ])
    func hosts(head: String, status: Int) async throws {
        try await withServer { client, _ in
            let answer = try await client.send(Array((head + "Connection: close\r\n\r\n").utf8))
            #expect(Self.status(answer).hasPrefix("HTTP/1.1 \(status) "), "\(Self.status(answer))")
            #expect(
                String(decoding: answer, as: UTF8.self).contains("urn:mingjian:problem:bad-host") == (status == 400))
        }
    }

    @Test("what was asked before and behind a request without Host is answered in its turn")
    func hostsInOrder() async throws {
        try await withServer { client, _ in
            let first = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let heads =
                first + "GET /livez HTTP/1.1\r\n\r\n"
                + first.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
            let answer = String(decoding: try await client.send(Array(heads.utf8)), as: UTF8.self)
            let statuses = answer.ranges(of: "HTTP/1.1 ").map { String(answer[$0.upperBound...].prefix(3)) }
            #expect(statuses == ["200", "400", "200"])
        }
    }

    private static func head(_ fields: String, length: Int? = nil, version: String = "1.1") -> [UInt8] {
        Array(
            ("POST /api/v1/events HTTP/\(version)\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/x-ndjson\r\nContent-Length: \(length ?? batch.count)\r\n\(fields)\r\n")
                .utf8)
    }

    @Test("who waits for a word before he sends his body gets it, and then his answer")
    func continues() async throws {
        try await withServer { client, _ in
            let (first, rest) = try await client.talk { connection in
                try connection.send(Self.head("Expect: 100-continue\r\n"))
                let first = try connection.receive(until: "\r\n\r\n")
                try connection.send(Self.batch)
                return (first, try connection.receiveAll())
            }
            #expect(first == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            #expect(Self.status(rest) == "HTTP/1.1 200 OK")
            #expect(String(decoding: rest, as: UTF8.self).contains("\"refused\":0"))
        }
    }

    @Test("whose body is not wanted is told so at once, and who cannot be told to go on is not")
    func continuesOnlyWhereWanted() async throws {
        var tokens = AccessTokens()
        tokens.add(token: "a-token-of-some-length")
        try await withServer(tokens: tokens) { client, _ in
            let expect = "Expect: 100-continue\r\n"
            let bearer = "Authorization: Bearer a-token-of-some-length\r\n"
            for (head, status) in [
                (Self.head(expect), "HTTP/1.1 401 Unauthorized"),
                (Self.head(expect + bearer, length: 1 << 30), "HTTP/1.1 413 Payload Too Large"),
                (Self.head(expect + bearer + "Content-Encoding: gzip\r\n"), "HTTP/1.1 415 Unsupported Media Type"),
            ] {
                let first = try await client.talk { connection in
                    try connection.send(head)
                    return try connection.receive(until: "\r\n\r\n")
                }
                #expect(Self.status(first) == status)
            }
            let answer = try await client.send(Self.head(expect + bearer, version: "1.0") + Self.batch)
            #expect(Self.status(answer) == "HTTP/1.1 200 OK")
        }
    }

    @Test("a stream that its reader closes gives its place back at once")
    func closedStream() async throws {
        var options = HTTPInterface.Options()
        options.streams = 1
        // Nothing is written that could find out.
        options.refreshSeconds = 3600
        try await withServer(options: options) { client, interface in
            _ = try await client.send(Self.head("") + Self.batch)
            for _ in 0..<3 {
                let opened = try await client.talk { connection in
                    try connection.send(
                        Array("GET /api/v1/shops/%E5%BA%970/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                    return try connection.receive(until: "event: snapshot")
                }
                #expect(Self.status(opened) == "HTTP/1.1 200 OK")
                #expect(try await Self.isFree(interface))
            }
        }
    }

    @Test("who closes only his side of a stream is told what comes, until he has gone")
    func halfClosedStream() async throws {
        var options = HTTPInterface.Options()
        options.refreshSeconds = 1
        try await withServer(options: options) { client, interface in
            _ = try await client.send(Self.head("") + Self.batch)
            let heard = try await client.talk { connection in
                try connection.send(
                    Array("GET /api/v1/shops/%E5%BA%970/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                // Before anything was answered.
                #expect(shutdown(connection.descriptor, Int32(SHUT_WR)) == 0)
                var heard = try connection.receive(until: "event: snapshot")
                let other = PlainConnection(descriptor: try client.open())
                defer { close(other.descriptor) }
                let online =
                    #"{"id":"new","shop":"店0","time":"\#(HTTPTests.now.utcText)","type":"agent-online","agent":"新"}"#
                try other.send(
                    Array(
                        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nContent-Length: \(online.utf8.count)\r\n\r\n\(online)"
                            .utf8))
                _ = try other.receiveAll()
                heard += try connection.receive(until: "event: changes")
                return heard
            }
            #expect(String(decoding: heard, as: UTF8.self).hasSuffix("event: changes"))
            #expect(try await Self.isFree(interface))
        }
    }

    /// Whether every stream's place is given back before two minutes are over: a machine that is busy with other tests takes seconds,
    /// where a place that is only found out by what is written takes `refreshSeconds`.
    private static func isFree(_ interface: HTTPInterface) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(120)
        while interface.state.counts.withLock({ $0.streams }) > 0 {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    @Test(
        "what is no HTTP is answered 400, and its connection is closed soon, whoever holds it",
        arguments: ["garbage\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}", "GET / HTTP/9.9\r\n\r\n", "SSH-2.0-x\r\n"])
    func garbage(text: String) async throws {
        let pipeline = try LivePipeline(MemoryFiles()) { _ in MonitorPolicy() }
        let interface = HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { HTTPTests.now })
        try await PlainClient.serving(interface, isBounded: true) { client in
            let (answer, seconds) = try await client.talk { connection in
                try connection.send(Array(text.utf8))
                let answer = try connection.receiveAll()
                // Its side stays open: what is sent goes somewhere until the server has closed the other one, too.
                let began = ContinuousClock.now
                while began.duration(to: .now) < .seconds(60) {
                    var byte: UInt8 = 0
                    guard Foundation.send(connection.descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
                    usleep(20_000)
                }
                return (answer, began.duration(to: .now))
            }
            #expect(Self.status(answer) == "HTTP/1.1 400 Bad Request")
            // A second, and what a busy machine needs.
            #expect(seconds < .seconds(20))
        }
    }

    @Test("a byte order mark before a body is passed over")
    func byteOrderMark() async throws {
        try await withServer { client, _ in
            let lines = Self.batch.split(separator: 0x0A)
            let array = Array("[".utf8) + lines.joined(separator: Array(",".utf8)) + Array("]".utf8)
            for (type, body) in [("application/x-ndjson", Self.batch), ("application/json", array)] {
                let response = try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: [.contentType: type],
                    body: .init(bytes: [0xEF, 0xBB, 0xBF] + body))
                let text = String(buffer: response.body)
                #expect(
                    response.status == .ok && text.contains("\"read\":40") && text.contains("\"refused\":0"), "\(text)")
            }
            // Anywhere else it is what it was: no JSON.
            let second = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: HTTPTests.ndjson,
                body: .init(bytes: lines[0] + [0x0A, 0xEF, 0xBB, 0xBF] + lines[1]))
            #expect(String(buffer: second.body).contains("\"refused\":1"))
        }
    }

    @Test("the answer counts the refused by reason, all of them")
    func reasons() async throws {
        try await withServer { client, _ in
            var body: [UInt8] = []
            for _ in 0..<150 { body += Array("nonsense\n".utf8) }
            body += Array("{}\n".utf8)
            let response = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: HTTPTests.ndjson, body: .init(bytes: body))
            let text = String(buffer: response.body)
            #expect(text.contains(#""refused":151,"refusedBy":{"missing-field":1,"not-an-object":150}"#), "\(text)")
        }
    }

    @Test("a batch of nothing but bad lines is counted whole, and kept in part")
    func manyBadLines() async throws {
        let files = MemoryFiles()
        let pipeline = try LivePipeline(files) { _ in MonitorPolicy() }
        let (before, good) = ([UInt8]("\n \n".utf8), Self.batch)
        let body =
            before + good + Array("\n1\n1\n".utf8)
            + Array(String(repeating: "1\n\n", count: 30_000).utf8)
        let result = try await pipeline.ingest(body, receipt: .stamped, now: HTTPTests.now)
        #expect(result.read == 30_042 && result.refused == 30_002 && result.taken + result.duplicate == 40)
        #expect(result.refusedByReason == ["not-an-object": 30_002])
        #expect(result.refusals.map(\.line) == [43, 44] + (0..<98).map { 45 + 2 * $0 })
        let kept = files.contents("refused.ndjson")?.count { $0 == 0x0A }
        #expect(kept == 10_000)
    }

    @Test(
        "lines with text are found by their numbers, whatever blank ones are between",
        arguments: 0..<20 as Range<UInt64>)
    func textLines(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = ["", " ", "\t\r", "x", "{}", " y \r"]
        let lines = (0..<Int.random(in: 0...30, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let texts = lines.enumerated().filter { !$0.element.allSatisfy { " \t\r".contains($0) } }
        let wanted = texts.indices.filter { _ in Bool.random(using: &random) } + [1_000]
        let places = TextLines.places(of: wanted, in: bytes)
        #expect(places.map(\.number) == wanted.dropLast().map { texts[$0].offset + 1 }, "seed \(seed)")
        #expect(
            places.map { String(decoding: bytes[$0.bytes], as: UTF8.self) }
                == wanted.dropLast().map { texts[$0].element })
    }

    @Test("a key under way is 409, the same bytes of another type are another body, and transfer codings are 501")
    func keysAndCodings() async throws {
        try await withServer { client, interface in
            let key: HTTPFields = [.contentType: "application/json", HTTPField.Name("Idempotency-Key")!: "k"]
            func post(_ headers: HTTPFields) async throws -> PlainResponse {
                try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: headers, body: .init(string: "[]"))
            }
            interface.state.counts.withLock { _ = $0.keysUnderWay.insert("k") }
            let early = try await post(key)
            #expect(early.status == .conflict && String(buffer: early.body).contains("key-under-way"))
            interface.state.counts.withLock { _ = $0.keysUnderWay.remove("k") }
            let first = try await post(key)
            #expect(first.status == .ok && interface.state.counts.withLock { $0.keysUnderWay.isEmpty })
            #expect(try await post(key).body == first.body)
            var other = key
            other[.contentType] = "application/x-ndjson"
            #expect(try await post(other).status == .unprocessableContent)
            let head =
                "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
            let coded = try await client.send(Array(head.utf8))
            #expect(Self.status(coded) == "HTTP/1.1 501 Not Implemented")
        }
    }
}
