import ConversationModel
import EventLog
import Events
import Foundation
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import Synchronization
import Synthesis
import Testing

@testable import Server

/// The client of the API: days that are fed over HTTP, what is tried again, and commands.
struct LiveClientTests {
    private static let policy: @Sendable (String) -> MonitorPolicy = { _ in MonitorPolicy() }
    /// The end of the simulated day and a moment more, in which the last events are received.
    private static let end = ShopPlan().start.advanced(by: 86_400_000 + 3_600_000)
    private static let shop = ShopPlan().shop

    /// A day of a shop, a line an event.
    private static func day(seed: UInt64) -> [[UInt8]] {
        var plan = ShopPlan()
        (plan.days, plan.buyersPerDay) = (1, 120)
        var generator = EventGenerator(seed: seed, plan: plan)
        return generator.events().map { event in
            var line: [UInt8] = []
            EventWriter.append(event, to: &line)
            return line
        }
    }

    private static func client(
        _ url: String, token: String? = nil, patience: Duration = .seconds(600),
        isStopped: @escaping @Sendable () -> Bool = { false }, tell: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> LiveClient {
        let began = ContinuousClock.now
        return try LiveClient(
            url: url, token: token, patience: patience, time: { began.duration(to: .now) }, isStopped: isStopped,
            tell: tell)
    }

    private static func digest(_ pipeline: LivePipeline) async throws -> String {
        let state = try #require(await pipeline.shop(shop))
        var digest = FiguresDigest(zone: .chinaStandard)
        for instant in try #require(state.instants(ofDayUntil: ShopPlan().start.advanced(by: 86_400_000))) {
            digest.add(state.figures(at: instant), of: shop)
        }
        return digest.text
    }

    private static func batches(_ lines: [[UInt8]]) -> [[UInt8]] {
        stride(from: 0, to: lines.count, by: 200).map { Array(lines[$0..<min(lines.count, $0 + 200)].joined()) }
    }

    @Test(
        "a day fed over HTTP gives the figures of the day fed by a log: receipts stamped or told",
        arguments: [false, true])
    func dayOverHTTP(isTold: Bool) async throws {
        let lines = Self.day(seed: 5)
        let calm = try LivePipeline(MemoryFiles(), policy: Self.policy)
        for batch in Self.batches(lines) { _ = try await calm.ingest(batch, receipt: .kept, now: Self.end) }
        let pipeline = try LivePipeline(MemoryFiles(), policy: Self.policy)
        let clock = isTold ? ToldClock(pipeline, real: { Self.end }) : nil
        let interface = HTTPInterface(
            pipeline, zone: .chinaStandard, tokens: AccessTokens(), clock: clock, now: { clock?.now ?? Self.end })
        try await PlainClient.serving(interface) { server in
            let client = try Self.client("http://127.0.0.1:\(server.port)/")
            var total = IngestResult()
            for (number, batch) in Self.batches(lines).enumerated() {
                // Sent twice, with one key: the same answer.
                let answer = try await client.post(batch, key: "batch-\(number)")
                #expect(try await client.post(batch, key: "batch-\(number)") == answer)
                total.read += answer.result.read
                total.taken += answer.result.taken
                #expect(answer.result.refused == 0 && answer.refusal == nil)
            }
            #expect(total.read == lines.count && total.taken == Int(pipeline.log.end.index))
        }
        #expect(try await Self.digest(pipeline) == Self.digest(calm))
        // Told the time, the state is that of the log in every bit.
        if isTold { #expect(await pipeline.digests == calm.digests) }
    }

    /// Answers some requests otherwise before it answers as it should.
    private final class Flaky: HTTPResponder, Sendable {
        typealias Context = HTTPInterface.Context

        private let interface: HTTPInterface
        private let left: Mutex<[HTTPResponse.Status]>

        init(_ interface: HTTPInterface, _ statuses: [HTTPResponse.Status]) {
            self.interface = interface
            left = Mutex(statuses)
        }

        func respond(to request: Request, context: Context) async throws -> Response {
            let status: HTTPResponse.Status? = left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let status else { return try await interface.respond(to: request, context: context) }
            return HTTPProblem("busy", status, "later", field: HTTPField(name: .retryAfter, value: "0")).response
        }
    }

    @Test("what may pass is tried again, the rest is an error at once, and nothing waits longer than patience")
    func retries() async throws {
        let pipeline = try LivePipeline(MemoryFiles(), policy: Self.policy)
        var tokens = AccessTokens()
        tokens.add(token: "a token of some length")
        let interface = HTTPInterface(pipeline, zone: .chinaStandard, tokens: tokens, now: { morning })
        let told = Mutex<[String]>([])
        try await PlainClient.serving(
            Flaky(interface, [.serviceUnavailable, .tooManyRequests, .badGateway])
        ) { server in
            let url = "http://127.0.0.1:\(server.port)"
            let client = try Self.client(
                url, token: "a token of some length", tell: { reason in told.withLock { $0.append(reason) } })
            let answer = try await client.post(bytes(shopLines(20, seed: 1, shops: 1)), key: "1")
            #expect(answer.result.read == 20 && answer.result.taken > 0)
            // Said once a request, not at each attempt.
            #expect(told.withLock { $0 } == ["503 busy"])
            let stranger = try Self.client(url)
            await #expect(
                throws: LiveClient.Failure.refused(
                    status: 401, code: "unauthorized", detail: "a bearer token is needed")
            ) { try await stranger.commands(from: nil) }
            await #expect(throws: LiveClient.Failure.refused(status: 404, code: "not-found", detail: "no such path")) {
                try await Self.client(url + "/elsewhere").post([], key: "1")
            }
        }
        // Nobody listens there any more.
        let closed = try await freePort()
        let client = try Self.client("http://127.0.0.1:\(closed)", patience: .milliseconds(400))
        let began = ContinuousClock.now
        await #expect(throws: LiveClient.Failure.unreachable("Connection refused")) {
            try await client.post([], key: "1")
        }
        #expect(began.duration(to: .now) < .seconds(300))
        let stopped = try Self.client("http://127.0.0.1:\(closed)", isStopped: { true })
        await #expect(throws: LiveClient.Failure.stopped) { try await stopped.post([], key: "1") }
    }

    /// A port at which somebody has just listened.
    private func freePort() async throws -> Int {
        let pipeline = try LivePipeline(MemoryFiles(), policy: Self.policy)
        let interface = HTTPInterface(pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { morning })
        let port = Mutex(0)
        try await PlainClient.serving(interface) { server in port.withLock { $0 = server.port } }
        return port.withLock { $0 }
    }

    @Test("addresses that are none are named before anything is sent")
    func addresses() {
        for url in [
            "", "127.0.0.1:80", "https://localhost", "ftp://localhost", "http://", "http://a/?x=1", "http://a/#b",
            "http://u:p@a/", "http://a:70000", "http://a b",
        ] {
            #expect(throws: LiveClient.Failure.badURL, "\(url)") { try Self.client(url) }
        }
        #expect(throws: LiveClient.Failure.badURL) { try Self.client("http://a", token: "two\nlines") }
        #expect(throws: Never.self) { try Self.client("http://[::1]:8080/mingjian/", token: "x") }
    }

    private static func command(_ number: Int, shop: String = "店0") -> [UInt8] {
        Array(
            #"{"id":"c\#(number)","shop":"\#(shop)","time":"\#(morning.utcText)","type":"dispatch-commanded","command":"c\#(number)","agent":"a0","action":"suspend","by":"店长"}"#
                .utf8) + [0x0A]
    }

    @Test("commands are given in the order of the log, from a position on, from memory and from the log alike")
    func commands() async throws {
        let files = MemoryFiles()
        func serve(_ body: @escaping @Sendable (LiveClient, PlainClient) async throws -> Void) async throws {
            let pipeline = try LivePipeline(files, policy: Self.policy)
            let interface = HTTPInterface(pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { morning })
            try await PlainClient.serving(interface) { server in
                try await body(try Self.client("http://127.0.0.1:\(server.port)"), server)
            }
            try await pipeline.close(now: morning)
        }
        @Sendable func ids(_ page: LiveClient.Commands) -> [String] {
            page.lines.flatMap { EventReader().read($0) }.compactMap {
                if case .event(let event) = $0 { event.id } else { nil }
            }
        }
        try await serve { client, server in
            #expect(try await client.commands(from: nil) == LiveClient.Commands(lines: [], next: 0))
            for number in 0..<5 {
                let other = bytes(shopLines(3, seed: UInt64(number), shops: 1)) + [0x0A]
                _ = try await client.post(
                    other + Self.command(number) + Self.command(number, shop: "店1"), key: "\(number)")
            }
            let all = try await client.commands(from: 0)
            #expect(ids(all) == (0..<5).flatMap { ["c\($0)", "c\($0)"] })
            #expect(try await client.commands(from: all.next) == LiveClient.Commands(lines: [], next: all.next))
            #expect(try await client.commands(from: nil).next == all.next)
        }
        try await serve { client, server in
            let all = try await client.commands(from: 0)
            #expect(ids(all).count == 10)
            _ = try await client.post(Self.command(9), key: "9")
            #expect(ids(try await client.commands(from: all.next)) == ["c9"])
            #expect(ids(try await client.commands(from: 0)).count == 11)
            // Page by page the same.
            var (position, found) = (0, [String]())
            while true {
                let answer = try await server.execute(uri: "/api/v1/commands?from=\(position)&limit=3", method: .get)
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(answer.body.readableBytesView)) as? [String: Any])
                let commands = try #require(object["commands"] as? [[String: Any]])
                found += commands.compactMap { $0["id"] as? String }
                position = try #require(object["next"] as? Int)
                guard commands.count == 3 else { break }
            }
            #expect(found == ids(all) + ["c9"])
            for query in ["from=-1", "from=x", "limit=0", "limit=1001", "from=1&from=2", "shop=x"] {
                let answer = try await server.execute(uri: "/api/v1/commands?\(query)", method: .get)
                #expect(answer.status == .badRequest, "\(query)")
            }
            let beyond = try await server.execute(uri: "/api/v1/commands?from=99999", method: .get)
            #expect(beyond.status == .notFound)
        }
    }

    @Test("ticks are taken from nobody who has not the time to tell; told, the newest receipt is the present")
    func ticks() async throws {
        @Sendable func tick(_ seconds: Int64) -> [UInt8] {
            let time = morning.advanced(by: seconds * 1_000).utcText
            return Array(
                #"{"id":"t\#(seconds)","shop":"店","time":"\#(time)","received":"\#(time)","type":"tick"}"#.utf8)
        }
        let online = Array(
            #"{"id":"1","shop":"店","time":"\#(morning.utcText)","type":"agent-online","agent":"a"}"#.utf8)
        let pipeline = try LivePipeline(MemoryFiles(), policy: Self.policy)
        let stamped = HTTPInterface(pipeline, zone: .chinaStandard, tokens: AccessTokens(), now: { morning })
        try await PlainClient.serving(stamped) { server in
            let client = try Self.client("http://127.0.0.1:\(server.port)")
            let answer = try await client.post(tick(0) + [0x0A] + online, key: "1")
            #expect(answer.result.refusedByReason == ["no-tick": 1] && answer.result.taken == 1)
            #expect(answer.refusal?.hasPrefix("no-tick: ") == true)
        }
        let other = try LivePipeline(MemoryFiles(), policy: Self.policy)
        let clock = ToldClock(other, real: { morning.advanced(by: 3_600_000) })
        #expect(clock.now == morning.advanced(by: 3_600_000))
        let told = HTTPInterface(
            other, zone: .chinaStandard, tokens: AccessTokens(), clock: clock, now: { clock.now })
        try await PlainClient.serving(told) { server in
            let client = try Self.client("http://127.0.0.1:\(server.port)")
            #expect(try await client.post(tick(0), key: "1").result.taken == 1)
            #expect(clock.now == morning)
            #expect(try await client.post(tick(600), key: "2").result.taken == 1)
            #expect(clock.now == morning.advanced(by: 600_000))
            // An older one does not turn it back; what says no receipt is received now; the future is no present.
            #expect(try await client.post(tick(60), key: "3").result.taken == 1)
            #expect(try await client.post(online, key: "4").result.taken == 1)
            #expect(try await client.post(tick(7_200), key: "5").result.refusedByReason == ["received-in-future": 1])
            #expect(clock.now == morning.advanced(by: 600_000))
        }
        #expect(other.newestReceipt == clock.now)
        #expect(ToldClock(other, real: { Self.end }).now == clock.now)
    }
}
