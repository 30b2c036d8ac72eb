/// When a wait starts, when a conversation closes, when the shop is open.
///
/// One definition for the evaluation of rules, the cutting of logs and live monitoring.
public struct TimePolicy: Sendable, Hashable {
    /// Open hours of one weekday as local milliseconds of the day, ascending and disjoint.
    public struct OpenHours: Sendable, Hashable {
        public var start: Int64
        public var end: Int64

        public init(start: Int64, end: Int64) {
            self.start = start
            self.end = end
        }
    }

    public var zone: Zone
    /// A silent conversation closes this long after its last message.
    public var closeAfter: Int64
    /// The same while a buyer's wait is open.
    public var closeAfterOpenWait: Int64
    /// Open hours by weekday, Monday first; empty means always open.
    public var openHours: [[OpenHours]]
    /// What starts and ends a wait, and how it is measured.
    public var waits: WaitPolicy
    /// Conversations of these buyers are left out: staff, adverts, tests.
    public var buyersLeftOut: Set<String>

    public init(
        zone: Zone = .chinaStandard, closeAfter: Int64 = 30 * 60_000,
        closeAfterOpenWait: Int64 = 24 * 3_600_000, openHours: [[OpenHours]] = [],
        waits: WaitPolicy = WaitPolicy(), buyersLeftOut: Set<String> = []
    ) {
        self.zone = zone
        self.closeAfter = closeAfter
        self.closeAfterOpenWait = closeAfterOpenWait
        self.openHours = openHours
        self.waits = waits
        self.buyersLeftOut = buyersLeftOut
    }
}
