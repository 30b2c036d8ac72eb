import ConversationModel

/// What a made-up shop is like, and what happens to it.
public struct ShopPlan: Sendable {
    /// How an agent works.
    public enum Temper: Sendable, CaseIterable {
        case quick, steady, slow
        /// Answers fast, and then forgets.
        case forgetful
        /// Leaves on time, whatever is open.
        case punctual
    }

    public var shop = "云杉家居旗舰店"
    /// Stands in the ids of events, conversations and orders: logs of one shop that follow each other need different ones.
    public var tag = ""
    /// Midnight of the first day.
    public var start = Instant(milliseconds: 1_772_380_800_000)
    public var days = 2
    public var groups = ["售前一组", "售前二组", "售后组"]
    public var agentsPerGroup = 4
    public var buyersPerDay = 400
    public var hasAssistant = true
    /// Everybody comes at midnight of the last day.
    public var hasSale = false
    /// Stretches in which the source is cut off: what happened in them is received after their ends.
    public var outages: [Outage] = []
    /// Events in a thousand that are sent twice, and that are received minutes late.
    public var doubledPerMille = 5
    public var latePerMille = 5

    /// A stretch in milliseconds from the start.
    public struct Outage: Sendable {
        public var from: Int64
        public var to: Int64

        public init(from: Int64, to: Int64) {
            self.from = from
            self.to = to
        }
    }

    public init() {}
}
