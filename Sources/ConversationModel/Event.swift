/// Something that happened in a shop: the only input of live monitoring.
///
/// Events are kept in an append-only log. `received` is stamped by who takes them in; files and replays
/// keep theirs.
public struct Event: Hashable, Sendable {
    /// What happened.
    public enum Content: Hashable, Sendable {
        case message(EventMessage)
        case conversation(ConversationChange)
        case agent(AgentChange)
        case order(OrderChange)
        /// Orders of the past were imported: from `since` on all of them are known.
        case ordersImported(since: Instant)
        /// A buyer clicked an entry of the first questions (首问语).
        case entryClicked(entry: String)
        case settings(SettingsChange)
        case dispatch(DispatchStep)
        /// Nothing happened: the log is told the time while its source is silent.
        case tick
    }

    /// Unique in its shop; the same id again is the same event again.
    public var id: String
    public var shop: String
    /// When it happened, by the source's clock.
    public var time: Instant
    /// When it was taken in, by our clock.
    public var received: Instant
    public var content: Content

    public init(id: String, shop: String, time: Instant, received: Instant, content: Content) {
        self.id = id
        self.shop = shop
        self.time = time
        self.received = received
        self.content = content
    }
}

extension Event {
    /// How far back an event may lie before its receipt, and how long its id is remembered: 48 hours
    /// in milliseconds.
    public static let horizon: Int64 = 48 * 3_600_000

    /// Whether it lies further back than the horizon, so that it must be refused. Imported orders may.
    public var isTooOld: Bool {
        if case .order(let change) = content, change.isImported { return false }
        return time < received.advanced(by: -Event.horizon)
    }

    /// When it counts as having happened: a clock that is ahead of ours by more than `skew`
    /// milliseconds is not believed.
    public func effectiveTime(skew: Int64) -> Instant {
        min(time, received.advanced(by: skew))
    }
}
