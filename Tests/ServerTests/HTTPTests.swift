import ConversationModel
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import Testing

@testable import Server

struct HTTPTests {
    static let now = morning.advanced(by: 3_600_000)
    static let ndjson: HTTPFields = [.contentType: "application/x-ndjson"]

    /// A server on a fresh log in memory, at one instant for ever.
    private func withServer(
        tokens: AccessTokens = AccessTokens(), options: HTTPInterface.Options = HTTPInterface.Options(),
        files: MemoryFiles = MemoryFiles(),
        _ body: @escaping @Sendable (PlainClient, LivePipeline) async throws -> Void
    ) async throws {
        let pipeline = try LivePipeline(files) { _ in MonitorPolicy() }
        let interface = HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: tokens, options: options, now: { HTTPTests.now })
        try await PlainClient.serving(interface) { client in try await body(client, pipeline) }
    }

    private static func json(_ response: PlainResponse) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
        return try #require(object as? [String: Any])
    }

    /// That the response is a problem with this word, which tells its status.
    private static func expectProblem(
        _ response: PlainResponse, _ code: String, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(response.status.code == status, sourceLocation: sourceLocation)
        #expect(response.headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        let problem = try json(response)
        #expect(problem["type"] as? String == "urn:mingjian:problem:\(code)", sourceLocation: sourceLocation)
        #expect(problem["status"] as? Int == status, sourceLocation: sourceLocation)
    }

    private static let batch = ByteBuffer(bytes: bytes(shopLines(200, seed: 8, shops: 1)))
    private static let shop = "/api/v1/shops/%E5%BA%970"

    @Test("events that are sent are counted, and sent again they are duplicates")
    func eventsAndFigures() async throws {
        try await withServer { client, pipeline in
            let first = try Self.json(
                try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: Self.batch))
            let (taken, duplicate) = (try #require(first["taken"] as? Int), try #require(first["duplicate"] as? Int))
            #expect(taken > 150)
            #expect(taken + duplicate == 200)
            #expect(first["refused"] as? Int == 0)
            #expect(first["sequence"] as? Int == taken)
            let again = try Self.json(
                try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: Self.batch))
            #expect(again["taken"] as? Int == 0)
            #expect(again["duplicate"] as? Int == 200)

            let shops = try Self.json(try await client.execute(uri: "/api/v1/shops", method: .get))
            #expect(shops["shops"] as? [String] == ["店0"])
            let at = morning.advanced(by: 600_000)
            let figures = try Self.json(
                try await client.execute(uri: "\(Self.shop)/figures?at=\(at.milliseconds)", method: .get))
            let told = try #require(try await pipeline.figures(of: "店0", at: at))
            #expect((figures["today"] as? [String: Any])?["served"] as? Int == Int(told.today.served))
            #expect(told.today.served > 0)
            #expect(figures["asOf"] as? String == "2026-03-02T09:10:00.000+08:00")
            #expect(figures["sequence"] as? Int == taken)
            #expect(figures["watermark"] is String)
            let explained = try Self.json(
                try await client.execute(
                    uri: "\(Self.shop)/explain?figure=served&at=2026-03-02T09:10:00%2B08:00", method: .get))
            #expect(explained["value"] as? Int == Int(told.today.served))
            #expect((explained["terms"] as? [Any])?.count == Int(told.today.served))
            let series = try Self.json(
                try await client.execute(uri: "\(Self.shop)/series?figure=served&every=5", method: .get))
            let points = try #require(series["points"] as? [[String: Any]])
            #expect(points.count == 288)
            let point = points.first { $0["at"] as? String == "2026-03-02T09:10:00.000+08:00" }
            #expect(point?["value"] as? Int == Int(told.today.served))
            #expect(points.last?["value"] is NSNull)
            let source = try Self.json(try await client.execute(uri: "\(Self.shop)/sources", method: .get))
            #expect((source["source"] as? [String: Any])?["isSilent"] as? Bool == false)
        }
    }

    @Test("a JSON array is a batch as well, and bad elements are refused alone")
    func array() async throws {
        try await withServer { client, _ in
            let good = shopLines(2, seed: 1).map(\.line)
            let body = "[\n\(good[0]) ,{\"id\":\"a\nb\"},\n 17,\(good[1])]"
            let response = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: [.contentType: "application/json; charset=utf-8"],
                body: ByteBuffer(string: body))
            let answer = try Self.json(response)
            #expect(answer["read"] as? Int == 4)
            #expect(answer["taken"] as? Int == 2)
            let refusals = try #require(answer["refusals"] as? [[String: Any]])
            #expect(refusals.map { $0["line"] as? Int } == [2, 3])
            #expect(refusals.map { $0["reason"] as? String } == ["invalid-json", "not-an-object"])
            for bad in ["", "{}", "[", "[1", "[1,]", "[,1]", "[1] 2", "[\"", "null"] {
                let response = try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: bad))
                try Self.expectProblem(response, "not-an-array", 400)
            }
        }
    }

    @Test("an idempotency key gives the same answer again, and is of one body only")
    func idempotency() async throws {
        try await withServer { client, _ in
            var headers = Self.ndjson
            headers[try #require(HTTPField.Name("Idempotency-Key"))] = "batch-1"
            let first = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: headers, body: Self.batch)
            let again = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: headers, body: Self.batch)
            #expect(first.status == .ok)
            #expect(first.body == again.body)
            let other = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: headers, body: ByteBuffer(string: "{}"))
            try Self.expectProblem(other, "key-used", 422)
        }
    }

    @Test("every error is a problem: path, method, type, size, parameters, shop")
    func problems() async throws {
        var options = HTTPInterface.Options()
        options.bodyBytes = 1_000_000
        try await withServer(options: options) { client, _ in
            try Self.expectProblem(try await client.execute(uri: "/api/v1/nothing", method: .get), "not-found", 404)
            try Self.expectProblem(try await client.execute(uri: "/%00%ff", method: .get), "not-found", 404)
            let wrong = try await client.execute(uri: "/api/v1/events", method: .get)
            try Self.expectProblem(wrong, "method-not-allowed", 405)
            #expect(wrong.headers[.allow] == "POST")
            for method in [HTTPRequest.Method.post, .put, .delete, .patch] {
                try Self.expectProblem(
                    try await client.execute(uri: "/livez", method: method), "method-not-allowed", 405)
            }
            try Self.expectProblem(
                try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: [.contentType: "text/plain"], body: Self.batch),
                "unsupported-media-type", 415)
            try Self.expectProblem(
                try await client.execute(uri: "/api/v1/events", method: .post, body: Self.batch),
                "unsupported-media-type", 415)
            let large = ByteBuffer(repeating: 0x20, count: 1_000_001)
            try Self.expectProblem(
                try await client.execute(uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: large),
                "too-large", 413)
            for at in ["tomorrow", "-1", "2026-03-02T10:00:00", "2026-02-30T10:00:00Z"] {
                try Self.expectProblem(
                    try await client.execute(uri: "\(Self.shop)/figures?at=\(at)", method: .get), "bad-parameter", 400)
            }
            for at in ["99999999999999", "0709-09-29T08:06:00Z", "6078-01-01T00:00:00Z"] {
                try Self.expectProblem(
                    try await client.execute(uri: "\(Self.shop)/figures?at=\(at)", method: .get), "out-of-range", 404)
            }
            try Self.expectProblem(
                try await client.execute(uri: "\(Self.shop)/figures?when=1", method: .get), "bad-parameter", 400)
            let twice = try await client.execute(uri: "\(Self.shop)/figures?at=1&at=2", method: .get)
            try Self.expectProblem(twice, "bad-parameter", 400)
            #expect(try Self.json(twice)["detail"] as? String == "at: stands twice")
            for place in ["figures", "stream", "sources", "series?figure=served", "explain?figure=served"] {
                try Self.expectProblem(
                    try await client.execute(uri: "\(Self.shop)/\(place)", method: .get), "no-such-shop", 404)
            }
            try Self.expectProblem(
                try await client.execute(uri: "\(Self.shop)/explain?figure=handed&agent=a", method: .get),
                "no-such-figure", 404)
            for (query, problem, status) in [
                ("figure=handed&day=yesterday", "no-such-figure", 404),
                ("figure=served&day=2026-03-02", "bad-parameter", 400),
                ("figure=served&entry=x", "no-such-figure", 404), ("figure=queued&group=x", "no-such-figure", 404),
                ("figure=nothing", "bad-parameter", 400),
            ] {
                try Self.expectProblem(
                    try await client.execute(uri: "\(Self.shop)/explain?\(query)", method: .get), problem, status)
            }
        }
    }

    @Test("figures name the first day with a conversion, and an explanation of it says why it has no value")
    func undefinedConversion() async throws {
        try await withServer { client, _ in
            let lines =
                #"{"id":"1","type":"order-placed","order":"o","buyer":"甲"}"# + "\n"
                + #"{"id":"2","type":"message","conversation":"c","buyer":"乙","from":"buyer"}"# + "\n"
            let body = lines.replacing("{", with: #"{"shop":"店0","time":"2026-03-02T09:00:00+08:00","#)
            _ = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: ByteBuffer(string: body))
            let figures = try Self.json(try await client.execute(uri: "\(Self.shop)/figures", method: .get))
            #expect(figures["firstDayWithConversion"] as? String == "2026-03-24")
            let explained = try Self.json(
                try await client.execute(uri: "\(Self.shop)/explain?figure=conversion", method: .get))
            #expect(explained["undefined"] as? String == "orders-unknown" && explained["value"] is NSNull)
            #expect(explained["definedFrom"] as? String == "2026-03-24")
            let events = try #require(explained["events"] as? [[String: Any]])
            #expect(events.map { $0["id"] as? String } == ["2"] && events.map { $0["from"] as? String } == ["buyer"])
            let yesterday = try Self.json(
                try await client.execute(
                    uri: "\(Self.shop)/explain?figure=served&day=yesterday", method: .get))
            #expect((yesterday["span"] as? [String: Any])?["end"] as? String == "2026-03-02T00:00:00.000+08:00")
            let series = try Self.json(
                try await client.execute(uri: "\(Self.shop)/series?figure=unassigned&every=60", method: .get))
            #expect((series["points"] as? [[String: Any]])?[9]["value"] as? Int == 1)
        }
    }

    @Test("bodies for which there is no memory are put off, and those that end give it back")
    func heldBodies() async throws {
        var options = HTTPInterface.Options()
        options.heldBytes = Self.batch.readableBytes
        try await withServer(options: options) { client, _ in
            var larger = Self.batch
            larger.writeString("\n")
            try Self.expectProblem(
                try await client.execute(uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: larger),
                "overloaded", 503)
            for _ in 0..<2 {
                let taken = try await client.execute(
                    uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: Self.batch)
                #expect(taken.status == .ok)
            }
        }
    }

    @Test("hostile bodies are refused line by line, and the server answers on")
    func hostileBodies() async throws {
        try await withServer { client, _ in
            var deep = [UInt8](repeating: UInt8(ascii: "["), count: 200_000)
            deep += [UInt8](repeating: UInt8(ascii: "]"), count: 200_000)
            let bodies: [[UInt8]] = [
                deep, [0xFF, 0xFE, 0x0A, 0xC3, 0x28], [UInt8](repeating: 0, count: 100_000),
                Array("{\"id\":\"\u{202E}\"}\n\u{1B}[2J".utf8), Array(String(repeating: "{\n", count: 50_000).utf8),
            ]
            for body in bodies {
                for type in ["application/x-ndjson", "application/json"] {
                    let response = try await client.execute(
                        uri: "/api/v1/events", method: .post, headers: [.contentType: type],
                        body: ByteBuffer(bytes: body))
                    #expect(response.status == .ok || response.status == .badRequest)
                    guard response.status == .ok else { continue }
                    let answer = try Self.json(response)
                    #expect(answer["taken"] as? Int == 0)
                    #expect(answer["read"] as? Int == answer["refused"] as? Int)
                    #expect((answer["refusals"] as? [Any])?.count ?? 101 <= 100)
                }
            }
            #expect(try await client.execute(uri: "/livez", method: .get).status == .ok)
        }
    }

    @Test("with tokens the API answers to those who have one, and to no other")
    func tokens() async throws {
        let token = "a-token-of-some-length"
        var known = AccessTokens()
        known.add(token: token)
        try await withServer(tokens: known) { client, _ in
            for header in [
                nil, "Bearer", "Bearer ", "Bearer wrong-token-of-length", "Basic \(token)", "Bearer \(token) ",
            ] {
                var headers = HTTPFields()
                headers[.authorization] = header
                let response = try await client.execute(uri: "/api/v1/shops", method: .get, headers: headers)
                // A parser of headers takes spaces off the end.
                if header?.hasSuffix("length ") == true { continue }
                try Self.expectProblem(response, "unauthorized", 401)
                #expect(response.headers[.wwwAuthenticate] == "Bearer")
            }
            let allowed = try await client.execute(
                uri: "/api/v1/shops", method: .get, headers: [.authorization: "Bearer \(token)"])
            #expect(allowed.status == .ok)
            for path in ["/livez", "/readyz", "/openapi.json"] {
                #expect(try await client.execute(uri: path, method: .get).status == .ok)
            }
            let document = try Self.json(try await client.execute(uri: "/openapi.json", method: .get))
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            #expect(paths["/api/v1/events"]?["post"]?["security"] != nil)
            #expect(paths["/livez"]?["get"]?["security"] == nil)
            try Self.expectProblem(try await client.execute(uri: "/metrics", method: .get), "unauthorized", 401)
        }
    }

    @Test("a file of hashes is read whole or not at all")
    func tokenFile() {
        // SHA-256 of "abc", FIPS 180-2.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(AccessTokens(file: "# desk\n\(hash) desk\n")?.allow("Bearer abc") == true)
        #expect(AccessTokens(file: hash.uppercased())?.allow("bearer abc") == true)
        #expect(AccessTokens(file: hash)?.allow("Bearer abd") == false)
        for text in ["", "# none", "abc", hash.dropLast() + "g", "\(hash)\nabc"] {
            #expect(AccessTokens(file: String(text)) == nil)
        }
    }

    @Test("every route is in the document and answers, and the document has no other")
    func openAPI() async throws {
        try await withServer { client, _ in
            let document = try Self.json(try await client.execute(uri: "/openapi.json", method: .get))
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            var described: Set<String> = []
            for (path, methods) in paths { for method in methods.keys { described.insert("\(method) \(path)") } }
            #expect(described == Set(HTTPRoute.all.map { "\($0.method.lowercased()) \($0.path)" }))
            #expect(Set(HTTPRoute.all.map(\.operation)) == Set(HTTPRoute.Operation.allCases))
            _ = try await client.execute(uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: Self.batch)
            // Without rules there are no findings: `FindingsTests`.
            let others: [HTTPRoute.Operation] = [.shopStream, .shopFindings, .shopFindingsStream]
            for route in HTTPRoute.all where route.method == "GET" && !others.contains(route.operation) {
                let query = route.parameters.contains { $0.name == "figure" } ? "?figure=pending" : ""
                let uri = route.path.replacing("{shop}", with: "%E5%BA%970") + query
                let response = try await client.execute(uri: uri, method: .get)
                #expect(response.status == .ok, "\(uri)")
                #expect(response.headers[.contentType]?.hasPrefix(route.mediaType) == true)
                #expect(try await client.execute(uri: uri, method: .head).status == .ok)
            }
        }
    }

    @Test("a log that has stopped is told by readyz, by ingest and by the metrics")
    func stoppedLog() async throws {
        let files = MemoryFiles()
        try await withServer(files: files) { client, _ in
            files.failSync(after: 0)
            let response = try await client.execute(
                uri: "/api/v1/events", method: .post, headers: Self.ndjson, body: Self.batch)
            try Self.expectProblem(response, "log-stopped", 503)
            try Self.expectProblem(try await client.execute(uri: "/readyz", method: .get), "log-stopped", 503)
            #expect(try await client.execute(uri: "/livez", method: .get).status == .ok)
            let metrics = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
            #expect(metrics.contains("mingjian_log_up 0\n"))
            #expect(metrics.contains("mingjian_http_responses_total{status=\"503\"} 2\n"))
        }
    }

    @Test("times are read with their offsets and written with the zone's")
    func times() throws {
        let instant = try #require(Instant(rfc3339: "2026-03-02T01:04:12.5Z"))
        #expect(Zone.chinaStandard.text(of: instant) == "2026-03-02T09:04:12.500+08:00")
        for text in ["2026-03-02T09:04:12.500+08:00", "2026-03-01T19:34:12.5-05:30", "\(instant.milliseconds)"] {
            #expect(Instant(rfc3339: text) == instant)
        }
        for text in [
            "", "x", "2026-03-02", "2026-03-02T01:04:12", "2026-03-02T25:04:12Z", "2026-03-02T01:04:12+8", "+1",
        ] {
            #expect(Instant(rfc3339: text) == nil)
        }
    }
}
