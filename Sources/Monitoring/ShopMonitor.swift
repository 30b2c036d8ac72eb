import ConversationModel

/// The state of one shop: a pure fold over its events, told the time by them.
///
/// Figures at any instant are a function of the events that happened before it, whatever the order in which
/// they came; only the marks of late events depend on that. Equal logs give equal states, digest for digest,
/// with and without snapshots between.
public struct ShopMonitor: Sendable {
    /// What became of an event.
    public enum Outcome: Hashable, Sendable {
        case applied
        /// Counted, but it came later than the lateness allows: the slots that it changed are marked.
        case late
        /// An event with this id was applied within the horizon.
        case duplicate
        /// More than 48 h older than its receipt, or than the watermark.
        case tooOld
        /// A limit of `MonitorLimits` is reached.
        case overLimit
        /// Of a buyer whom the policy leaves out: staff, adverts, tests.
        case leftOut
    }

    /// How many events came to what.
    public struct Counters: Hashable, Sendable {
        public var applied: Int64 = 0
        public var late: Int64 = 0
        public var duplicate: Int64 = 0
        public var tooOld: Int64 = 0
        public var overLimit: Int64 = 0
        public var leftOut: Int64 = 0
        /// Of those applied: dated further ahead than the skew allows, and taken to have happened then.
        public var fromTheFuture: Int64 = 0
    }

    static let never = Int64.min / 4

    public let policy: MonitorPolicy
    /// Events taken so far, whatever became of them.
    public internal(set) var sequence: Int64 = 0
    public internal(set) var counters = Counters()

    var watermarkTime = never
    /// When something was last received.
    var heard = never
    /// When the first of its events happened, imported orders left out; `Int64.max`: nothing has.
    var began = Int64.max
    /// Since when all orders are known; `Int64.max`: no order was ever seen.
    var ordersKnownSince = Int64.max
    var names = Names()
    var ids = EventIDs()
    var buyers: [Buyer] = []
    var agents: [AgentHistory] = []
    /// By the number of the name that was commanded.
    var commands: [DispatchHistory] = []
    var settings = SettingsHistory()
    var ledger: Ledger
    /// For the fold over buyers' events.
    var context: FoldContext
    /// What lies before is in the bases, and in figures of whole days and slots only.
    var floor = never
    /// What is kept of what lies before, for explaining; nil: nothing.
    var kept: KeptRows?
    /// The watermark at which more is taken into the bases.
    var nextCompaction = never

    /// The state before the first event.
    public init(policy: MonitorPolicy) {
        self.policy = policy
        ledger = Ledger(policy)
        context = FoldContext(policy)
    }

    /// Before this instant everything that is not late has arrived; nil before the first event.
    public var watermark: Instant? {
        watermarkTime == ShopMonitor.never ? nil : Instant(milliseconds: watermarkTime)
    }

    /// When clocks of the shop showed yesterday what they show at `instant`, within yesterday.
    public func sameTimeYesterday(_ instant: Instant) -> Instant {
        Instant(milliseconds: context.calendar.sameTimeYesterday(instant.milliseconds))
    }

    /// What the watermark would be if `event` came next, refused or not; nil: there would still be none.
    public func watermark(after event: Event) -> Instant? {
        let time = event.effectiveTime(skew: policy.skew).milliseconds
        let moved: Int64
        switch event.content {
        case .tick:
            guard heard != ShopMonitor.never, time - heard >= policy.idleAfter else { return watermark }
            moved = time - policy.lateness
        case .order(let change) where change.isImported: return watermark
        default: moved = time - policy.lateness
        }
        return Instant(milliseconds: max(watermarkTime, moved))
    }

    /// When the first event of the shop happened that was taken, imported orders left out; nil before there is one. What
    /// happened earlier nobody knows, and figures of then are undefined.
    public var since: Instant? { began == .max ? nil : Instant(milliseconds: began) }

    /// Figures can be asked for at this instant and later; nil: at any.
    public var oldestAnswer: Instant? {
        floor == ShopMonitor.never ? nil : Instant(milliseconds: floor)
    }

    /// Whether nothing has come from the source for so long that figures at `now` are stale.
    public func isSilent(at now: Instant) -> Bool {
        heard == ShopMonitor.never || now.milliseconds - heard >= policy.idleAfter
    }

    /// How long after the last receipt nothing is left to forget, in milliseconds: the memory for orders, the days that
    /// are kept, and some.
    static let forgetting: Int64 = 30 * 86_400_000

    /// Whether the log should be told the time: nothing has been received for `idleAfter`, and the watermark stands.
    ///
    /// It should be once in `idleAfter` (in a slot, where that is longer) for the 48 hours in which events of then may still
    /// come; then once a day, so that what is old is forgotten; after 30 days no more.
    public func needsTick(at now: Instant) -> Bool {
        guard watermarkTime != ShopMonitor.never, isSilent(at: now) else { return false }
        let silence = now.milliseconds - heard
        guard silence < ShopMonitor.forgetting else { return false }
        let gap = silence < Event.horizon ? max(policy.idleAfter, policy.slotLength) : 86_400_000
        return watermarkTime <= now.milliseconds - policy.lateness - gap
    }

    /// Tells the time while the source may be silent: a tick of the log does the same.
    ///
    /// Moves the watermark only where nothing was received for `idleAfter`.
    public mutating func advance(to now: Instant) {
        guard heard != ShopMonitor.never, now.milliseconds - heard >= policy.idleAfter else { return }
        watermarkTime = max(watermarkTime, now.milliseconds - policy.lateness)
        compactIfDue()
    }

    /// Takes the next event of the log.
    @discardableResult
    public mutating func apply(_ event: Event) -> Outcome {
        sequence += 1
        let time = event.effectiveTime(skew: policy.skew).milliseconds
        switch event.content {
        case .tick:
            advance(to: Instant(milliseconds: time))
            return .applied
        case .order(let change) where change.isImported && !isLeftOut(event.content):
            guard let buyer = buyerNumber(change.buyer) else { return refuse() }
            return addOrder(change, to: buyer, time: time, id: EventRow.none) ? .applied : refuse()
        default: break
        }
        if isLeftOut(event.content) {
            counters.leftOut += 1
            return .leftOut
        }
        guard !event.isTooOld, time >= watermarkTime - Event.horizon else {
            counters.tooOld += 1
            return .tooOld
        }
        guard ids.times.count < MonitorLimits.events else { return refuse() }
        guard let id = ids.add(event.id, time: time, floor: watermarkTime - Event.horizon) else {
            counters.duplicate += 1
            return .duplicate
        }
        let isLate = time < watermarkTime
        if isLate { ledger.changes = [:] }
        let isApplied = take(event.content, time: time, id: id)
        if isLate {
            ledger.amend()
            if isApplied { ledger.noteLate(id, at: time, changesDay: ShopMonitor.changesDay(event.content)) }
        }
        heard = max(heard, event.received.milliseconds)
        watermarkTime = max(watermarkTime, time - policy.lateness)
        compactIfDue()
        guard isApplied else { return refuse() }
        began = min(began, time)
        counters.applied += 1
        if event.time.milliseconds > time { counters.fromTheFuture += 1 }
        if isLate { counters.late += 1 }
        return isLate ? .late : .applied
    }

    private func isLeftOut(_ content: Event.Content) -> Bool {
        if policy.time.buyersLeftOut.isEmpty { return false }
        switch content {
        case .message(let message): return policy.time.buyersLeftOut.contains(message.buyer)
        case .conversation(let change): return policy.time.buyersLeftOut.contains(change.buyer)
        case .order(let change): return policy.time.buyersLeftOut.contains(change.buyer)
        default: return false
        }
    }

    private mutating func refuse() -> Outcome {
        counters.overLimit += 1
        return .overLimit
    }

    /// Whether an event of this kind belongs to what is counted for whole days.
    private static func changesDay(_ content: Event.Content) -> Bool {
        switch content {
        case .message, .order: true
        default: false
        }
    }

    /// False where a limit is reached.
    private mutating func take(_ content: Event.Content, time: Int64, id: Int32) -> Bool {
        switch content {
        case .message(let message):
            guard let buyer = buyerNumber(message.buyer), var row = row(message, time: time, id: id) else {
                return false
            }
            row.conversation = names.conversations.number(of: message.conversation, isOftenLast: false)
            return insert(row, buyer)
        case .conversation(let change):
            guard let buyer = buyerNumber(change.buyer), var row = row(change, time: time, id: id) else {
                return false
            }
            row.conversation = names.conversations.number(of: change.conversation, isOftenLast: false)
            return insert(row, buyer)
        case .agent(let change): return insert(change, time: time, id: id)
        case .order(let change):
            guard let buyer = buyerNumber(change.buyer) else { return false }
            return addOrder(change, to: buyer, time: time, id: id)
        case .ordersImported(let since):
            ordersKnownSince = min(ordersKnownSince, since.milliseconds)
            return true
        case .entryClicked(let name):
            guard let entry = names.entries.number(of: name, limit: MonitorLimits.names) else { return false }
            ledger.addClick(ClickRow(time: time, entry: entry, id: id))
            return true
        case .settings(let change): return insert(change, time: time, id: id)
        case .dispatch(let step): return insert(step, time: time, id: id)
        case .tick: return true
        }
    }
}
