import ConversationModel
import EventLog
import Events
import Monitoring

extension LivePipeline {
    /// How a shop's source is doing.
    public struct SourceHealth: Hashable, Sendable {
        public var shop: String
        public var counters: ShopMonitor.Counters
        public var watermark: Instant?
        /// Nothing has come for so long that figures are stale.
        public var isSilent: Bool
    }

    /// Names of the shops, ascending.
    public var shops: [String] {
        try? catchUp()
        return monitor.names
    }

    /// The figures of a shop at an instant, by what happened before; nil where nothing of it has come.
    ///
    /// Within the horizon (48 hours before the watermark) the state answers. What lies further back is folded from the log
    /// once more, up to a day after the instant: `LiveQueryError.beforeRetention` where its beginning was removed.
    public func figures(of shop: String, at instant: Instant) async throws -> ShopFigures? {
        try await state(of: shop, at: instant)?.figures(at: instant)
    }

    /// Where a figure comes from, of `day` where it is counted for days; nil where nothing of the shop has come.
    ///
    /// Of a group, an agent or an entry that the shop does not have: `LiveQueryError.noSuchName`. Where the state has let go of events
    /// that should be named, what there is of the log is folded once more, which takes as long as it is. Not on the actor, where events
    /// would wait for it.
    public nonisolated func explain(
        _ figure: Explanation.Figure, of shop: String, on day: Explanation.Day = .today, at instant: Instant
    ) async throws -> Explanation? {
        guard let state = try await state(of: shop, at: instant) else { return nil }
        switch figure.scope {
        case .agent(let name) where !state.knows(agent: name): throw LiveQueryError.noSuchName(name)
        case .group(let name?) where !state.knows(group: name): throw LiveQueryError.noSuchName(name)
        default: break
        }
        if case .clicks(let entry?) = figure, !state.knows(entry: entry) { throw LiveQueryError.noSuchName(entry) }
        let explanation = state.explain(figure, of: day, at: instant)
        if state.isComplete(explanation) { return explanation }
        let keeping = ShopMonitor(policy: policy(shop), keeping: state.buyers(behind: explanation))
        guard log.first == .start else {
            // What is left of the log does not give the figure, but the events of whatever began in it.
            let rest = try? await LivePipeline.past(keeping, of: shop, in: log) { _, _ in false }
            try Task.checkCancellation()
            return rest.map { explanation.completed(by: $0.explain(figure, of: day, at: instant)) } ?? explanation
        }
        // As far as the other has come: the same figures.
        let past = try await LivePipeline.past(keeping, of: shop, in: log) { past, _ in past.sequence >= state.sequence
        }
        return past.explain(figure, of: day, at: instant)
    }

    /// The state of a shop as of the end of the log.
    public func shop(_ name: String) -> ShopMonitor? {
        try? catchUp()
        return monitor.shop(name)
    }

    /// How all sources are doing, shops ascending.
    public func sources(now: Instant) -> [SourceHealth] {
        try? catchUp()
        return monitor.names.compactMap { name in
            monitor.shop(name).map {
                SourceHealth(
                    shop: name, counters: $0.counters, watermark: $0.watermark, isSilent: $0.isSilent(at: now))
            }
        }
    }

    /// A state that can answer for the instant.
    private func state(of shop: String, at instant: Instant) async throws -> ShopMonitor? {
        try catchUp()
        guard let state = monitor.shop(shop) else { return nil }
        guard let oldest = state.oldestAnswer, instant < oldest else { return state }
        guard log.first == .start else { throw LiveQueryError.beforeRetention }
        let enough = instant.advanced(by: Event.horizon / 2)
        // Before the event that would move the watermark so far: after a silence it would let go of the instant itself.
        return try await LivePipeline.past(ShopMonitor(policy: policy(shop)), of: shop, in: log) { past, event in
            past.watermark(after: event).map { $0 >= enough } ?? false
        }
    }

    /// The state of a shop before the first event with which it would have come far enough: folded from where the log
    /// begins, which takes as long as the log is; not on the actor, where events would wait for it.
    private nonisolated static func past(
        _ start: ShopMonitor, of shop: String, in log: EventLog, until isEnough: @Sendable (ShopMonitor, Event) -> Bool
    ) async throws -> ShopMonitor {
        var past = start
        let source: any EventSource<EventLogError> = try log.reader(from: log.first)
        let parser = EventReader()
        while case let entries = try source.poll(upTo: 1000), !entries.isEmpty {
            // Who asked may have gone away.
            try Task.checkCancellation()
            for entry in entries where entry.record.shop == shop {
                for case .event(let event) in parser.read(entry.record.payload) {
                    if isEnough(past, event) { return past }
                    past.apply(event)
                }
            }
        }
        return past
    }
}

/// Why a question about a shop has no answer.
public enum LiveQueryError: Error, Hashable, Sendable {
    /// The instant lies further back than the log reaches.
    case beforeRetention
    /// The shop has no agent, no group, no entry of this name.
    case noSuchName(String)
}

extension LivePipeline {
    /// Instants that may be asked for: 1970 to 2200. Beyond, arithmetic of days has no meaning.
    public static let instants = Instant(milliseconds: 0)...Instant(milliseconds: 7_258_118_400_000)
}
