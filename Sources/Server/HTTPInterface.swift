import ConversationModel
import Crypto
import EventLog
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import ServiceLifecycle
import Synchronization

/// The HTTP interface of a live pipeline: what `/openapi.json` describes. Every error is a problem of RFC 9457.
///
///     let app = Application(responder: HTTPInterface(pipeline, zone: zone, tokens: tokens, now: now))
public struct HTTPInterface: HTTPResponder {
    /// Limits; the defaults are what docs/live.md describes.
    public struct Options: Hashable, Sendable {
        /// The largest body in bytes.
        public var bodyBytes = 8 << 20
        /// How long a body may take to come in, in seconds.
        public var bodySeconds = 30
        /// Bytes of all bodies that are held at once.
        public var heldBytes = 256 << 20
        /// Streams at once.
        public var streams = 256
        /// Seconds between refreshes of a stream.
        public var refreshSeconds = 10

        public init() {}
    }

    let pipeline: LivePipeline
    let json: FiguresJSON
    let zone: Zone
    let tokens: AccessTokens
    let options: Options
    let rules: LiveRules?
    /// Nil where the server has a clock of its own.
    let clock: ToldClock?
    let now: @Sendable () -> Instant
    let state = ServerState()

    /// Without tokens only requests to this machine by its own name are answered. `rules` are those behind the pipeline, where
    /// there are any; `now` is the clock. With `clock` events keep their receipts, which tell it the time; `now` is then its.
    public init(
        _ pipeline: LivePipeline, zone: Zone, tokens: AccessTokens, options: Options = Options(),
        rules: LiveRules? = nil, clock: ToldClock? = nil, now: @escaping @Sendable () -> Instant
    ) {
        self.pipeline = pipeline
        self.zone = zone
        json = FiguresJSON(zone: zone)
        self.tokens = tokens
        self.options = options
        self.rules = rules
        self.clock = clock
        self.now = now
    }

    /// A request and the connection that it came on.
    public struct Context: RequestContext {
        /// What the library knows of the request.
        public var coreContext: CoreRequestContextStorage
        let channel: any Channel

        /// Of the request that the server is at.
        public init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    /// Answers a request.
    public func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request, on: context.channel)
        } catch let problem as HTTPProblem {
            response = problem.response
        } catch LiveQueryError.beforeRetention {
            response = HTTPProblem("before-retention", .notFound, "the instant lies further back than the log").response
        } catch LiveQueryError.noSuchName(_) {
            response =
                HTTPProblem("no-such-name", .notFound, "the shop has no agent, no group, no entry of this name")
                .response
        } catch EventLogError.overloaded {
            response =
                HTTPProblem(
                    "overloaded", .serviceUnavailable, "more waits to be written than the log allows: try again",
                    field: HTTPField(name: .retryAfter, value: "1")
                ).response
        } catch let error as EventLogError {
            response = HTTPProblem("log-stopped", .serviceUnavailable, error.english).response
        }
        // RFC 9110, 9.3.2: the fields are those of GET, its length among them.
        if request.method == .head { response = response.createHeadResponse() }
        state.count(status: response.status.code)
        return response
    }

    private func answer(_ request: Request, on channel: any Channel) async throws -> Response {
        guard Self.namesOneHost(request) else {
            throw HTTPProblem("bad-host", .badRequest, "a request has one Host, which is a host's name")
        }
        let path = Substring(request.uri.path)
        let found = HTTPRoute.all.compactMap { route in route.match(path).map { (route: route, shop: $0) } }
        guard !found.isEmpty else { throw HTTPProblem("not-found", .notFound, "no such path") }
        // HEAD is GET without a body.
        let method = request.method == .head ? "GET" : request.method.rawValue
        guard let (route, shop) = found.first(where: { $0.route.method == method }) else {
            let allowed = found.flatMap { $0.route.method == "GET" ? ["GET", "HEAD"] : [$0.route.method] }
            throw HTTPProblem(
                "method-not-allowed", .methodNotAllowed, "allowed: \(allowed.joined(separator: ", "))",
                field: HTTPField(name: .allow, value: allowed.joined(separator: ", ")))
        }
        try authorize(request, route)
        let query = Query(request)
        for name in query.names where !route.parameters.contains(where: { $0.name == name }) {
            throw HTTPProblem.badParameter(String(name.prefix(40)), "no such parameter")
        }
        if let name = query.repeated { throw HTTPProblem.badParameter(name, "stands twice") }
        switch route.operation {
        case .postEvents:
            return try await post(request) {
                channel.triggerUserOutboundEvent(RequestHeads.BodyWanted(), promise: nil)
            }
        case .listCommands: return try await commands(query)
        case .listShops:
            let sources = await pipeline.sources(now: now())
            return try await answer(
                [("shops", .list(sources.map { .text($0.shop) }))],
                // What all shops have reached.
                watermark: .some(sources.compactMap(\.watermark).min()))
        case .shopFigures:
            let sequence = await pipeline.position.index
            guard let figures = try await pipeline.figures(of: shop, at: try instant(query)) else {
                throw HTTPProblem.noShop
            }
            return .bytes(json.value(figures, shop: shop, sequence: sequence).bytes, "application/json")
        case .shopSeries: return try await series(shop, query)
        case .shopExplain: return try await explain(shop, query)
        case .shopSources:
            guard let health = await pipeline.sources(now: now()).first(where: { $0.shop == shop }) else {
                throw HTTPProblem.noShop
            }
            return try await answer([("source", json.value(health))], watermark: .some(health.watermark))
        case .shopStream:
            if request.method == .head { return .bytes([], "text/event-stream") }
            return try await stream(shop, on: StreamConnection(body: request.body, channel: channel))
        case .shopFindings: return try await findings(shop, query)
        case .shopFindingsStream:
            return try await findingsStream(
                shop, request, on: StreamConnection(body: request.body, channel: channel))
        case .livez: return try await answer([("status", .text("ok"))])
        case .readyz:
            if let failure = pipeline.failure { throw failure }
            return try await answer([("status", .text("ok"))])
        case .metrics: return .bytes(Array(await metrics().utf8), "text/plain; version=0.0.4; charset=utf-8")
        case .openapi: return .bytes(OpenAPIDocument.value(isOpen: tokens.isEmpty).bytes, "application/json")
        }
    }

    /// RFC 9112, 3.2: the first `Host` is the authority, any other is left among the fields.
    private static func namesOneHost(_ request: Request) -> Bool {
        guard let authority = request.head.authority, let host = HTTPField.Name("Host") else { return false }
        return !request.headers.contains(host) && authority.utf8.allSatisfy { isOfHost[Int($0)] }
    }

    /// Bytes that a host and its port may have, RFC 3986.
    private static let isOfHost: [Bool] = {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        var result = [Bool](repeating: false, count: 256)
        for byte in (letters + "-._~%!$&'()*+,;=:[]").utf8 { result[Int(byte)] = true }
        return result
    }()

    private func authorize(_ request: Request, _ route: HTTPRoute) throws(HTTPProblem) {
        guard route.isProtected else { return }
        if tokens.isEmpty {
            // A page that some browser here has open must not reach us by a name of its own.
            let authority = request.head.authority ?? ""
            let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
            guard ["localhost", "127.0.0.1", "[::1]"].contains(host) else {
                throw HTTPProblem(
                    "other-host", .misdirectedRequest, "without tokens only requests to localhost are answered")
            }
        } else if !tokens.allow(request.headers[.authorization]) {
            throw HTTPProblem(
                "unauthorized", .unauthorized, "a bearer token is needed",
                field: HTTPField(name: .wwwAuthenticate, value: "Bearer"))
        }
    }

    /// An object with how fresh it is: when it was asked for, up to which time all has come where it is about shops,
    /// and how far the log was folded.
    private func answer(_ members: [(String, ResponseJSON)], watermark: Instant?? = nil) async throws -> Response {
        var all: [ResponseJSON.Member] = [.init(name: "asOf", value: json.time(now()))]
        if let watermark { all.append(.init(name: "watermark", value: json.time(watermark))) }
        all.append(.init(name: "sequence", value: .integer(Int64(clamping: await pipeline.position.index))))
        all += members.map { ResponseJSON.Member(name: $0.0, value: $0.1) }
        return .bytes(ResponseJSON.object(all).bytes, "application/json")
    }

    func instant(_ query: Query) throws(HTTPProblem) -> Instant {
        guard let text = query["at"] else { return now() }
        guard let instant = Instant(rfc3339: text) else {
            throw HTTPProblem.badParameter(
                "at", "RFC 3339 with an offset ('+' written %2B), or milliseconds since 1970")
        }
        guard LivePipeline.instants.contains(instant) else {
            throw HTTPProblem("out-of-range", .notFound, "figures are given for instants from 1970 to 2200")
        }
        return instant
    }
}

/// The parameters of a request.
struct Query {
    private let values: [String: String]
    /// Names as they were written.
    let names: [String]
    /// The first name that stands twice.
    let repeated: String?

    init(_ request: Request) {
        var values: [String: String] = [:]
        var names: [String] = []
        var repeated: String?
        for (name, value) in request.uri.queryParameters {
            let name = String(name)
            names.append(name)
            if values.updateValue(String(value), forKey: name) != nil { repeated = repeated ?? name }
        }
        self.values = values
        self.names = names
        self.repeated = repeated
    }

    subscript(name: String) -> String? { values[name] }
}

/// What the server counts.
final class ServerState: Sendable {
    struct Counts {
        var statuses: [Int: Int] = [:]
        var taken = 0
        var duplicate = 0
        var refused = 0
        var streams = 0
        /// Bytes of bodies that are, or may come to be, in memory.
        var heldBytes = 0
        /// Answers by idempotency key, the newest last.
        var answers: [(key: String, body: [UInt8], answer: [UInt8])] = []
        /// Keys of requests that are being answered.
        var keysUnderWay: Set<String> = []
    }

    let counts = Mutex(Counts())

    func count(status: Int) { counts.withLock { $0.statuses[status, default: 0] += 1 } }
}
