import ConversationModel

/// How a shop is monitored: fixed for as long as its state lives.
public struct MonitorPolicy: Sendable, Hashable {
    /// Until when a conversation with an open wait is pending.
    public enum PendingUntil: String, Sendable, Hashable, CaseIterable {
        case answered
        /// A conversation whose messages were read is not pending either.
        case read
    }

    /// Zone, opening hours, when silence closes, what a wait is.
    public var time: TimePolicy
    /// Length of a slot in milliseconds.
    public private(set) var slotLength: Int64
    /// An event may come this many milliseconds after younger ones and leave no trace.
    public var lateness: Int64
    /// How far a source's clock may be ahead of ours, in milliseconds.
    public var skew: Int64
    /// A source is silent when nothing came from it for this many milliseconds.
    public var idleAfter: Int64
    public var pendingUntil: PendingUntil

    /// `slotMinutes` is a divisor of a day from 1 to 30; nil where it is not.
    public init?(
        time: TimePolicy = TimePolicy(), slotMinutes: Int, lateness: Int64 = 5 * 60_000, skew: Int64 = 60_000,
        idleAfter: Int64 = 5 * 60_000, pendingUntil: PendingUntil = .answered
    ) {
        guard (1...30).contains(slotMinutes), 1440 % slotMinutes == 0 else { return nil }
        self.init(time: time)
        slotLength = Int64(slotMinutes) * 60_000
        self.lateness = max(0, lateness)
        self.skew = max(0, skew)
        self.idleAfter = max(0, idleAfter)
        self.pendingUntil = pendingUntil
    }

    /// Slots of 3 minutes, and the standard settings.
    public init(time: TimePolicy = TimePolicy()) {
        self.time = time
        slotLength = 3 * 60_000
        lateness = 5 * 60_000
        skew = 60_000
        idleAfter = 5 * 60_000
        pendingUntil = .answered
    }
}

/// What the state of a shop may hold; what is beyond is refused and counted.
public enum MonitorLimits {
    /// Agents and groups, and entries of first questions.
    public static let names = 10_000
    public static let buyers = 2_000_000
    /// Events within the horizon and up to a day before it.
    public static let events = 50_000_000
    /// Events of one buyer within the horizon.
    public static let buyerEvents = 10_000
    /// Events of one agent within the horizon.
    public static let agentEvents = 10_000
    /// Steps of commands for one agent within the horizon.
    public static let agentCommands = 1_000
    /// Changes of settings within the horizon.
    public static let settingsChanges = 1_000
    /// Orders and payments of one buyer that are remembered.
    public static let buyerOrders = 1_000
    /// How far back an order makes its buyer one who has bought: 21 times 24 hours.
    public static let orderMemory: Int64 = 21 * 86_400_000
}
