import ConversationModel
import EventLog
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import ServiceLifecycle
import Synchronization

extension HTTPInterface {
    /// Server-sent events: `snapshot` at once, `changes` at each refresh at which something has changed, a comment at
    /// the others. Ids are positions of the log; who comes back with one gets a new snapshot.
    ///
    /// `connection` is where the request came from; nil: nobody is looked at.
    func stream(_ shop: String, on connection: StreamConnection? = nil) async throws -> Response {
        guard await pipeline.shop(shop) != nil else { throw HTTPProblem.noShop }
        let (pipeline, json, now, options) = (pipeline, json, now, options)
        let lease = try streamLease()
        return .stream(lease, on: connection) { writer, reader in
            var last: (figures: ShopFigures, value: JSONValue)?
            var pause = 0
            while !Task.isCancelled, !Task.isShuttingDownGracefully, !reader.isGone {
                if pause == 0 {
                    pause = options.refreshSeconds * 4
                    let sequence = await pipeline.position.index
                    let figures = try await pipeline.figures(of: shop, at: now())
                    guard let figures else { break }
                    // The instant alone is no change.
                    var same = figures
                    if let before = last?.figures {
                        same.asOf = before.asOf
                        same.today.until = before.today.until
                        same.yesterdayUntilThisTime.until = before.yesterdayUntilThisTime.until
                    }
                    var text = Array(": \(now().milliseconds)\n\n".utf8)
                    if same != last?.figures {
                        let value = json.value(figures, shop: shop, sequence: sequence)
                        let changes = last.flatMap { value.changes(since: $0.value) }
                        text = Array("event: \(changes == nil ? "snapshot" : "changes")\nid: \(sequence)\ndata: ".utf8)
                        text += (changes ?? value).bytes
                        text += Array("\n\n".utf8)
                        last = (figures, value)
                    }
                    try await writer.write(ByteBuffer(bytes: text))
                }
                if reader.needsProbe() { try await writer.write(ByteBuffer(string: ":\n\n")) }
                pause -= 1
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// A place among the streams, where there is one.
    func streamLease() throws(HTTPProblem) -> StreamLease {
        let isFree = state.counts.withLock { counts in
            guard counts.streams < options.streams else { return false }
            counts.streams += 1
            return true
        }
        if isFree { return StreamLease(state) }
        throw HTTPProblem(
            "too-many-streams", .serviceUnavailable, "\(options.streams) streams are open",
            field: HTTPField(name: .retryAfter, value: "30"))
    }

    /// Points of a day, each beside the one of the day before; those before the horizon are null.
    func series(_ shop: String, _ query: Query) async throws -> Response {
        let name = try figureName(query)
        let now = now()
        var day = zone.day(of: now)
        if let text = query["day"] {
            guard let named = CalendarDay(text) else { throw HTTPProblem.badParameter("day", "YYYY-MM-DD") }
            day = named
        }
        let sequence = await pipeline.position.index
        guard let monitor = await pipeline.shop(shop) else { throw HTTPProblem.noShop }
        guard let every = query["every"].map({ Int64($0) }) ?? monitor.policy.slotLength / 60_000,
            (1...1440).contains(every)
        else {
            throw HTTPProblem.badParameter("every", "1 to 1440 minutes")
        }
        // A day on which clocks are changed has 23 or 25 hours.
        let start = zone.start(of: day)
        let end = zone.start(of: CalendarDay(daysSince1970: day.daysSince1970 + 1))
        let minutes = (end.milliseconds - start.milliseconds) / 60_000
        // Many figures of one state, which is a value: computed here, nobody waits for it.
        func point(_ instant: Instant) -> JSONValue {
            guard instant <= now, instant >= monitor.oldestAnswer ?? instant else { return .null }
            return .integer(name.value(in: monitor.figures(at: instant)))
        }
        var stops = Array(stride(from: every, through: minutes, by: Int64.Stride(every)))
        // The last stretch may be shorter.
        if stops.last != minutes { stops.append(minutes) }
        let points = stops.map { minute in
            let instant = start.advanced(by: minute * 60_000)
            // At 24:00 the next day has begun, and all that is counted for days with it.
            let asked = instant < end ? instant : end.advanced(by: -1)
            return JSONValue.members([
                "at": json.time(instant), "value": point(asked),
                "yesterday": point(monitor.sameTimeYesterday(asked)),
            ])
        }
        return .bytes(
            JSONValue.members([
                "shop": .text(shop), "figure": .text(name.rawValue), "day": .text(day.description),
                "asOf": json.time(now), "watermark": json.time(monitor.watermark),
                "sequence": .integer(Int64(clamping: sequence)), "points": .list(points),
            ]).bytes, "application/json")
    }

    /// Prometheus' text format, 0.0.4.
    func metrics() async -> String {
        let sources = await pipeline.sources(now: now())
        let position = await pipeline.position.index
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: String)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            lines += values.map { "\(name)\($0.labels) \($0.value)" }
        }
        state.counts.withLock { counts in
            add(
                "mingjian_events_total", "counter", "Events that came in by HTTP.",
                [("taken", counts.taken), ("duplicate", counts.duplicate), ("refused", counts.refused)].map {
                    ("{outcome=\"\($0.0)\"}", String($0.1))
                })
            add(
                "mingjian_http_responses_total", "counter", "Responses by status.",
                counts.statuses.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", String($0.value)) })
            add("mingjian_streams", "gauge", "Streams that are open.", [("", String(counts.streams))])
        }
        add("mingjian_log_records", "gauge", "The position behind the last record folded.", [("", String(position))])
        add("mingjian_shops", "gauge", "Shops that are known.", [("", String(sources.count))])
        add(
            "mingjian_shops_silent", "gauge", "Shops from which nothing comes.",
            [("", String(sources.count(where: \.isSilent)))])
        add(
            "mingjian_events_late_total", "counter", "Events that came later than the lateness allows.",
            [("", String(sources.reduce(0) { $0 + $1.counters.late }))])
        add(
            "mingjian_events_over_limit_total", "counter",
            "Events beyond what one buyer may have in memory: in the log, and in no figure.",
            [("", String(sources.reduce(0) { $0 + $1.counters.overLimit }))])
        add(
            "mingjian_log_up", "gauge", "Whether the log takes events.", [("", pipeline.failure == nil ? "1" : "0")])
        if let rules { lines += rules.board.metrics(end: pipeline.log.end.index) }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A place among the streams, given back once.
final class StreamLease: Sendable {
    private let state: ServerState
    private let isOver = Mutex(false)

    init(_ state: ServerState) { self.state = state }

    func end() {
        let wasOver = isOver.withLock { isOver in
            defer { isOver = true }
            return isOver
        }
        if !wasOver { state.counts.withLock { $0.streams -= 1 } }
    }

    deinit { end() }
}

/// What a server does beside answering: ticks of silent shops, snapshots, retention.
public struct LiveUpkeep: Service {
    private let pipeline: LivePipeline
    private let now: @Sendable () -> Instant

    /// For a pipeline that nobody else keeps up; `now` is the clock.
    public init(_ pipeline: LivePipeline, now: @escaping @Sendable () -> Instant) {
        self.pipeline = pipeline
        self.now = now
    }

    /// Runs until the server stops, or the log does.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while pipeline.failure == nil {
                try await Task.sleep(for: .seconds(30))
                _ = try await pipeline.tick(now: now())
                try await pipeline.maintain(now: now())
            }
        }
        // A log that has stopped is told by /readyz; a server that ends would take the figures with it.
        try? await gracefulShutdown()
    }
}
