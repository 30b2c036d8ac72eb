import ConversationModel

/// What an agent did in one slot, in whole numbers.
struct AgentSlot: Equatable, Sendable {
    var agent: Int32
    /// Answers that have a length, and their lengths in milliseconds.
    var answers: Int32 = 0
    var answerTime: Int64 = 0
    /// Answers that count in no mean: outside the assessed hours, or without a clock.
    var uncounted: Int32 = 0
    /// Answers to waits that began out of hours (留言回复), in the mean or not.
    var afterHours: Int32 = 0
    /// 转出未回
    var transferred: Int32 = 0
    var transferredTime: Int64 = 0
    var closedUnanswered: Int32 = 0

    var isEmpty: Bool {
        answers == 0 && answerTime == 0 && uncounted == 0 && afterHours == 0 && transferred == 0
            && transferredTime == 0 && closedUnanswered == 0
    }

    mutating func add(_ other: AgentSlot) {
        answers += other.answers
        answerTime += other.answerTime
        uncounted += other.uncounted
        afterHours += other.afterHours
        transferred += other.transferred
        transferredTime += other.transferredTime
        closedUnanswered += other.closedUnanswered
    }
}

/// The sums of one slot.
struct SlotSums: Equatable, Sendable {
    /// Ascending by agent; those with nothing are left out.
    var agents: [AgentSlot] = []
    /// Waits of buyers, whoever answered.
    var buyerWaits: Int32 = 0
    var buyerWaitTime: Int64 = 0
    /// Buyers who spoke to the assistant, and who were handed over by it.
    var consulted: Int32 = 0
    var handed: Int32 = 0
    /// A late event changed it.
    var isAmended = false

    var isEmpty: Bool {
        agents.isEmpty && buyerWaits == 0 && buyerWaitTime == 0 && consulted == 0 && handed == 0
    }

    mutating func add(_ change: AgentSlot) {
        let index = agents.firstIndex { $0.agent >= change.agent } ?? agents.count
        if index < agents.count, agents[index].agent == change.agent {
            agents[index].add(change)
            if agents[index].isEmpty { agents.remove(at: index) }
        } else {
            agents.insert(change, at: index)
        }
    }

    mutating func add(_ other: SlotSums) {
        for agent in other.agents { add(agent) }
        buyerWaits += other.buyerWaits
        buyerWaitTime += other.buyerWaitTime
        consulted += other.consulted
        handed += other.handed
    }
}

/// A click on an entry.
struct ClickRow: Equatable, Sendable {
    var time: Int64
    var entry: Int32
    var id: Int32
}

/// A late event.
struct LateRow: Equatable, Sendable {
    var time: Int64
    /// Absent where it is forgotten.
    var id: Int32
    /// Whether it belongs to what is counted for whole days.
    var changesDay: Bool
}

/// The sums of one day.
struct DayLedger: Equatable, Sendable {
    var day: ShopCalendar.Day
    fileprivate(set) var slots: [SlotSums]
    /// By half hour.
    var clicks: [[ClickRow]]
    /// Buyers who may have spoken on this day, in the order of their first event.
    var buyers: [Int32] = []
    /// Events that came later than the lateness allows, as they came.
    var late: [LateRow] = []
    /// Whether late events changed the sums of a slot: on most days they did not, and no slot need be looked at.
    private(set) var hasAmendedSlots = false

    init(_ day: ShopCalendar.Day, slotLength: Int64) {
        self.day = day
        func count(_ length: Int64) -> Int { max(1, Int((day.span.end - day.span.start + length - 1) / length)) }
        slots = [SlotSums](repeating: SlotSums(), count: count(slotLength))
        clicks = [[ClickRow]](repeating: [], count: count(ShopCalendar.halfHour))
    }

    /// Marks a slot whose sums late events changed.
    mutating func amend(_ slot: Int) {
        slots[slot].isAmended = true
        hasAmendedSlots = true
    }

    /// Takes the slots of a snapshot.
    mutating func setSlots(_ slots: [SlotSums]) {
        self.slots = slots
        hasAmendedSlots = slots.contains(where: \.isAmended)
    }

    /// Whether late events before `until`, or in a slot that begins before it, changed something of the day.
    func isAmended(before until: Int64, slotLength: Int64) -> Bool {
        if late.contains(where: { $0.changesDay && $0.time < until }) { return true }
        guard hasAmendedSlots, until > day.span.start else { return false }
        let count = min(slots.count, Int((until - day.span.start + slotLength - 1) / slotLength))
        return slots[..<count].contains(where: \.isAmended)
    }
}

/// The sums of the days that can still change, and of those before that are still shown.
struct Ledger: Equatable, Sendable {
    /// Ascending.
    private(set) var days: [DayLedger] = []
    private(set) var context: FoldContext
    /// Whether what follows is added or taken back.
    var isTakingBack = false
    /// Sums that late events change, by the start of their slot; nil while nobody asks.
    var changes: [Int64: SlotSums]?
    private var last = 0

    init(_ policy: MonitorPolicy) {
        context = FoldContext(policy)
    }

    static func == (a: Ledger, b: Ledger) -> Bool { a.days == b.days }

    init(_ policy: MonitorPolicy, days: [DayLedger]) {
        self.init(policy)
        self.days = days
    }

    func day(_ number: Int32) -> DayLedger? { days.first { $0.day.number == number } }

    /// The sums of the slot that starts at `start`; nil where no day holds it.
    func slot(at start: Int64) -> SlotSums? {
        guard let day = days.first(where: { $0.day.span.contains(start) }) else { return nil }
        return day.slots[Int((start - day.day.span.start) / context.calendar.slotLength)]
    }

    /// Index of the day that holds `time`, which is begun where it is new.
    mutating func dayIndex(at time: Int64) -> Int {
        if last < days.count, days[last].day.span.contains(time) { return last }
        if let index = days.firstIndex(where: { $0.day.span.contains(time) }) {
            last = index
            return index
        }
        let index = days.firstIndex { $0.day.span.start > time } ?? days.count
        let day = context.calendar.day(at: time)
        days.insert(DayLedger(day, slotLength: context.calendar.slotLength), at: index)
        last = index
        return index
    }

    mutating func addBuyer(_ buyer: Int32, dayIndex: Int) { days[dayIndex].buyers.append(buyer) }

    mutating func addClick(_ click: ClickRow) {
        let day = dayIndex(at: click.time)
        let half = Int((click.time - days[day].day.span.start) / ShopCalendar.halfHour)
        days[day].clicks[half].append(click)
    }

    mutating func noteLate(_ id: Int32, at time: Int64, changesDay: Bool) {
        let day = dayIndex(at: time)
        days[day].late.append(LateRow(time: time, id: id, changesDay: changesDay))
    }

    /// Marks the slots whose sums the changes moved, and their days.
    mutating func amend() {
        for (start, sums) in changes ?? [:] where !sums.isEmpty {
            let day = dayIndex(at: start)
            let slot = Int((start - days[day].day.span.start) / context.calendar.slotLength)
            days[day].amend(slot)
        }
        changes = nil
    }

    /// Forgets the days before `oldest`, and renumbers the buyers and ids of the others.
    mutating func compact(oldest: Int64, _ map: Renumbering) {
        days.removeAll { $0.day.span.end <= oldest }
        last = 0
        for index in days.indices {
            days[index].buyers = days[index].buyers.map { map.buyers[Int($0)] }.filter { $0 != EventRow.none }
            for late in days[index].late.indices { days[index].late[late].id = map.id(days[index].late[late].id) }
            for half in days[index].clicks.indices {
                for click in days[index].clicks[half].indices {
                    days[index].clicks[half][click].id = map.id(days[index].clicks[half][click].id)
                }
            }
        }
    }

    // MARK: Sums

    private mutating func change(at time: Int64, _ apply: (inout SlotSums, Int32) -> Void) {
        let day = dayIndex(at: time)
        let start = days[day].day.span.start
        let slot = Int((time - start) / context.calendar.slotLength)
        let sign: Int32 = isTakingBack ? -1 : 1
        apply(&days[day].slots[slot], sign)
        let key = start + Int64(slot) * context.calendar.slotLength
        if changes != nil {
            var added = SlotSums()
            apply(&added, sign)
            changes?[key, default: SlotSums()].add(added)
        }
    }

    private mutating func change(_ agent: Int32, at time: Int64, _ fill: (inout AgentSlot, Int32) -> Void) {
        change(at: time) { sums, sign in
            var added = AgentSlot(agent: agent)
            fill(&added, sign)
            sums.add(added)
        }
    }
}

extension Ledger: FactSink {
    mutating func answer(_ agent: Int32, from: Int64, row: EventRow) {
        let measured = context.policy.measured(from: from, to: row.time)
        change(agent, at: row.time) { slot, sign in
            if let length = measured.length {
                slot.answers = sign
                slot.answerTime = Int64(sign) * length
            } else {
                slot.uncounted = sign
            }
            if measured.isAfterHours { slot.afterHours = sign }
        }
    }

    mutating func answerWithoutClock(_ agent: Int32, row: EventRow) {
        change(agent, at: row.time) { $0.uncounted = $1 }
    }

    mutating func transferredUnanswered(_ agent: Int32, from: Int64, row: EventRow) {
        let length = context.policy.measured(from: from, to: row.time).length
        change(agent, at: row.time) { slot, sign in
            slot.transferred = sign
            slot.transferredTime = Int64(sign) * (length ?? 0)
        }
    }

    mutating func closedUnanswered(_ agent: Int32, from: Int64, row: EventRow) {
        change(agent, at: row.time) { $0.closedUnanswered = $1 }
    }

    mutating func buyerWait(from: Int64, row: EventRow) {
        guard let length = context.policy.measured(from: from, to: row.time).length else { return }
        change(at: row.time) { sums, sign in
            sums.buyerWaits += sign
            sums.buyerWaitTime += Int64(sign) * length
        }
    }

    mutating func consulted(row: EventRow) { change(at: row.time) { $0.consulted += $1 } }
    mutating func handed(row: EventRow) { change(at: row.time) { $0.handed += $1 } }
}

/// How long a wait was for live figures.
struct MeasuredWait: Equatable {
    /// Nil: it counts in no mean.
    var length: Int64?
    /// It began out of hours.
    var isAfterHours = false
}

extension TimePolicy {
    /// A wait that began out of hours begins at the opening; what is answered before has no length.
    func measured(from start: Int64, to end: Int64) -> MeasuredWait {
        if openHours.isEmpty, waits.assessment == nil, !waits.countsOpenHours {
            return MeasuredWait(length: min(end - start, waits.cap ?? .max))
        }
        let (raw, answer) = (Instant(milliseconds: start), Instant(milliseconds: end))
        let begin = opening(from: raw)
        let isAfterHours = begin > raw
        guard waitCounts(from: raw, to: answer), begin <= answer else {
            return MeasuredWait(length: nil, isAfterHours: isAfterHours)
        }
        return MeasuredWait(length: waitLength(from: begin, to: answer), isAfterHours: isAfterHours)
    }
}
