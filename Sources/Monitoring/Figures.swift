import ConversationModel

/// Two whole numbers and their ratio.
public struct Ratio: Hashable, Sendable {
    public var numerator: Int64
    public var denominator: Int64

    public init(_ numerator: Int64, _ denominator: Int64) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// In thousandths, rounded down; nil where nothing is divided by.
    public var perMille: Int64? { denominator == 0 ? nil : numerator * 1000 / denominator }
}

/// A sum of durations and how many there are.
public struct MeanDuration: Hashable, Sendable {
    /// In milliseconds.
    public var sum: Int64
    public var count: Int64

    public init(sum: Int64 = 0, count: Int64 = 0) {
        self.sum = sum
        self.count = count
    }

    /// In milliseconds, rounded down; nil where there are none.
    public var mean: Int64? { count == 0 ? nil : sum / count }

    /// In whole microseconds, rounded down; nil where there are none.
    var microseconds: Int64? { count == 0 ? nil : sum / count * 1000 + sum % count * 1000 / count }
}

extension Int64 {
    /// The sum, or the largest number where it would be larger: whoever sends absurd amounts gets an absurd sum.
    func addingUpTo(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

/// Waits that have not ended: what a mean over answers does not see.
public struct OpenWaits: Hashable, Sendable {
    public var count: Int64 = 0
    /// When the oldest began, or begins if that is out of hours; nil where there are none.
    public var oldest: Instant?

    public init(count: Int64 = 0, oldest: Instant? = nil) {
        self.count = count
        self.oldest = oldest
    }

    mutating func add(since start: Int64) {
        count += 1
        oldest = min(oldest ?? Instant(milliseconds: .max), Instant(milliseconds: start))
    }
}

/// A stretch of time, `[start, end)`.
public struct Stretch: Hashable, Sendable {
    public var start: Instant
    public var end: Instant

    public init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }
}

/// The figures of a day up to an instant (M1–M5).
public struct DayFigures: Hashable, Sendable {
    public var day: CalendarDay
    /// What happened before this instant counts.
    public var until: Instant
    /// M1: buyers who spoke and were answered.
    public var served: Int64 = 0
    /// M2: what they paid after that, in the smallest unit; of it what was led by people, and by the
    /// assistant alone.
    public var guidedSales: Int64 = 0
    public var guidedSalesByPeople: Int64 = 0
    public var guidedSalesByAssistant: Int64 { guidedSales - guidedSalesByPeople }
    /// M3: the buyers of M2; those of whom people led some payment, and the others.
    public var guidedPayers: Int64 = 0
    public var guidedPayersByPeople: Int64 = 0
    public var guidedPayersByAssistant: Int64 { guidedPayers - guidedPayersByPeople }
    /// M4: buyers who spoke and had placed no order in the 21 days before, and those of them who are in M3.
    public var inquiring: Int64 = 0
    public var inquiringPayers: Int64 = 0
    /// Whether all orders of the 21 days before the day are known; M4 is undefined else.
    public var areOrdersKnown = false
    /// Whether anything had happened in the shop before `until`; else nothing is known of the day, and its figures are undefined.
    public var isKnown = false
    /// Events of the day before `until` that came too late to leave no trace.
    public var lateEvents: Int64 = 0
    /// A late event changed figures of the day, one before `until` or in a slot that begins before it.
    public var isAmended = false
    /// Whether all of the day has arrived but what is late; until then its figures are tentative.
    public var isSettled = false

    /// M4: may be over 1; nil where it is undefined.
    public var conversion: Ratio? { areOrdersKnown && inquiring > 0 ? Ratio(guidedPayers, inquiring) : nil }
    /// M4 among the inquiring only; nil where it is undefined.
    public var strictConversion: Ratio? {
        areOrdersKnown && inquiring > 0 ? Ratio(inquiringPayers, inquiring) : nil
    }
}

/// The figures of a slot of one agent, of a group or of all agents.
public struct ResponseFigures: Hashable, Sendable {
    /// M15: answers, and how long the buyers had waited for them since the clock of the answerer began.
    public var answers = MeanDuration()
    /// Answers that count in no mean.
    public var uncounted: Int64 = 0
    /// 留言回复: answers to waits that began out of hours.
    public var afterHours: Int64 = 0
    /// 转出未回: waits that left an agent unanswered, with their lengths so far.
    public var transferredUnanswered = MeanDuration()
    /// Waits that ended because the conversation was closed.
    public var closedUnanswered: Int64 = 0

    public init() {}
}

/// Pending conversations (待回复) of an agent, a group or the shop.
public struct PendingFigures: Hashable, Sendable {
    /// M14: their waits.
    public var open = OpenWaits()
    /// 已读未回: read, and not answered; of those above where pending lasts until the answer.
    public var readUnanswered: Int64 = 0

    public init() {}
}

/// An agent at an instant.
public struct AgentFigures: Hashable, Sendable {
    public var agent: String
    public var group: String?
    public var isOnline = false
    public var isSuspended = false
    /// M13.
    public var servedToday: Int64 = 0
    public var pending = PendingFigures()
    /// M15, of the last whole slot.
    public var response = ResponseFigures()
    /// M17: the last command of today for the agent.
    public var dispatch: DispatchState?
    /// 下班未清: offline, and something is pending.
    public var leftPending: Bool { !isOnline && pending.open.count > 0 }
}

/// Somebody for whom there was a command today, and whom no event but commands had named by then: no agent of the shop.
public struct UnknownAgent: Hashable, Sendable {
    /// As the command names him.
    public var agent: String
    public var dispatch: DispatchState
}

/// A group of human agents at an instant, by who is in it then (M12).
public struct GroupFigures: Hashable, Sendable {
    /// Nil: those who are in no group.
    public var group: String?
    public var online: Int64 = 0
    public var suspended: Int64 = 0
    public var pending = PendingFigures()
    public var response = ResponseFigures()
    /// M20; nil: nobody has set them.
    public var alarms: AlarmSettings?
    public var pendingPerAgent: Ratio { Ratio(pending.open.count, online) }
}

/// The assistant at an instant (M9–M11).
public struct AssistantFigures: Hashable, Sendable {
    /// Nil: nobody has said.
    public var isOn: Bool?
    public var isHumanFirst: Bool?
    public var servedToday: Int64 = 0
    /// M9, of the last whole slot.
    public var consulted: Int64 = 0
    /// M10, of the last whole slot.
    public var handed: Int64 = 0
    public var handOverRate: Ratio { Ratio(handed, consulted) }
    /// M11: the last whole half hour, and the clicks on each entry that has one, most first.
    public var halfHour: Stretch
    public var clicks: [EntryClicks] = []
    /// M19: the entries that are set, in their order, clicked or not.
    public var entries: [SettingsChange.Entry] = []
    /// M16: whether its block is shown.
    public var isShown: Bool { isOn == true && servedToday > 0 }

    /// Clicks on an entry.
    public struct EntryClicks: Hashable, Sendable {
        public var entry: String
        public var clicks: Int64
    }
}

/// All figures of a shop at an instant.
public struct ShopFigures: Hashable, Sendable {
    /// What happened before this instant counts.
    public var asOf: Instant
    /// When the first event of the shop happened; nil before there is one. What figures say of the time before it is undefined.
    public var since: Instant?
    public var watermark: Instant?
    public var sequence: Int64
    public var counters: ShopMonitor.Counters
    /// Nothing has come from the source for `idleAfter`: the figures are stale.
    public var isSilent: Bool
    /// M4 is defined from this day on; nil where no order was ever seen.
    public var firstDayWithConversion: CalendarDay?
    public var today: DayFigures
    /// M5.
    public var yesterday: DayFigures
    public var yesterdayUntilThisTime: DayFigures
    /// The last whole slot, and whether a late event changed it.
    public var slot: Stretch
    public var isSlotAmended = false
    /// M6: the mean of the means of the agents who have one, in milliseconds, rounded down.
    public var meanResponse: Int64?
    /// How many agents that is.
    public var respondingAgents: Int64 = 0
    public var response = ResponseFigures()
    /// Waits of buyers that ended in the slot, whoever answered and however often they were handed over.
    public var buyerWaits = MeanDuration()
    /// The same of those that have not ended, whoever owns the conversation.
    public var openBuyerWaits = OpenWaits()
    public var pending = PendingFigures()
    /// M8.
    public var online: Int64 = 0
    public var suspended: Int64 = 0
    /// 排队: conversations in the queue.
    public var queued: Int64 = 0
    /// Conversations in the pool.
    public var pooled: Int64 = 0
    /// 未分配: conversations with an open wait that nobody owns, and that are neither queued nor pooled.
    public var unassigned: Int64 = 0
    public var assistant: AssistantFigures
    /// M20, the shop's own; nil: nobody has set them.
    public var alarms: AlarmSettings?
    /// Ascending by name, with those that have nothing but alarm settings; those without a group last.
    public var groups: [GroupFigures] = []
    /// Ascending by name: all who are online, or have something to show, a command of today among it.
    public var agents: [AgentFigures] = []
    /// Commands of today for nobody whom the shop has; ascending by name. They stand in no other figure.
    public var unknownAgents: [UnknownAgent] = []

    /// M7.
    public var pendingPerAgent: Ratio { Ratio(pending.open.count, online) }

    /// Whether anything had happened before `end`: figures of what ended then are defined.
    public func isKnown(before end: Instant) -> Bool { since.map { $0 < end } ?? false }
}
