import ConversationModel

/// The figures of live monitoring by the plainest means: all events that count, sorted, looked at from the
/// start for each question. Shares no code with Monitoring.
struct LiveOracle {
    struct Settings {
        var zone = Zone.chinaStandard
        var slot: Int64 = 180_000
        var lateness: Int64 = 300_000
        var skew: Int64 = 60_000
        var idleAfter: Int64 = 300_000
        var untilRead = false
        var assistantAnswers = false
        var carries = false
        var cap: Int64?
        var closeAfter: Int64 = 1_800_000
        var closeAfterOpenWait: Int64 = 86_400_000
        /// Local hours of every day in which the shop is open; nil: always.
        var open: (from: Int64, to: Int64)?
    }

    static let hour: Int64 = 3_600_000

    let settings: Settings
    /// Events that count, in their order.
    var events: [(time: Int64, event: Event)] = []
    /// All order events of an import.
    var imported: [Event] = []
    var counters: [String: Int] = [:]
    var watermark: Int64?
    /// Starts of slots that late events changed, and the late events.
    var amendedSlots: Set<Int64> = []
    var late: [(time: Int64, event: Event)] = []
    private var heard: Int64?

    init(_ settings: Settings) { self.settings = settings }

    /// Takes the log, event by event.
    mutating func take(_ log: [Event], findsAmended: Bool = false) {
        for event in log { take(event, findsAmended) }
    }

    private mutating func take(_ event: Event, _ findsAmended: Bool) {
        let time = min(event.time.milliseconds, event.received.milliseconds + settings.skew)
        if case .tick = event.content {
            if let heard, time - heard >= settings.idleAfter {
                watermark = max(watermark ?? .min, time - settings.lateness)
            }
            return
        }
        if case .order(let change) = event.content, change.isImported {
            imported.append(event)
            return
        }
        let tooOld =
            event.time.milliseconds < event.received.milliseconds - 48 * LiveOracle.hour
            || watermark.map { time < $0 - 48 * LiveOracle.hour } ?? false
        if tooOld {
            counters["tooOld", default: 0] += 1
            return
        }
        let known = events.contains { old in
            old.event.id == event.id && (watermark.map { old.time >= $0 - 48 * LiveOracle.hour } ?? true)
        }
        if known {
            counters["duplicate", default: 0] += 1
            return
        }
        let isLate = watermark.map { time < $0 } ?? false
        let before = isLate && findsAmended ? facts(before: .max) : []
        counters["applied", default: 0] += 1
        if event.time.milliseconds > time { counters["future", default: 0] += 1 }
        let place = events.firstIndex { LiveOracle.isBefore((time, event), $0) } ?? events.count
        events.insert((time, event), at: place)
        if isLate {
            counters["late", default: 0] += 1
            late.append((time, event))
            if findsAmended { markAmended(before, facts(before: .max)) }
        }
        heard = max(heard ?? .min, event.received.milliseconds)
        watermark = max(watermark ?? .min, time - settings.lateness)
    }

    private mutating func markAmended(_ before: [Fact], _ after: [Fact]) {
        let slots = Set((before + after).map { slotStart($0.time) })
        for slot in slots {
            let old = sums(before.filter { slotStart($0.time) == slot })
            if old != sums(after.filter { slotStart($0.time) == slot }) { amendedSlots.insert(slot) }
        }
    }

    /// A slot's sums as text, by who and what.
    private func sums(_ facts: [Fact]) -> [String: [Int64]] {
        var result: [String: [Int64]] = [:]
        for fact in facts {
            let key = "\(fact.what) \(fact.who)"
            let old = result[key] ?? [0, 0]
            result[key] = [old[0] + 1, old[1] + fact.length]
        }
        return result
    }

    // MARK: Order

    static func rank(_ event: Event) -> Int {
        switch event.content {
        case .conversation(let change):
            switch change.kind {
            case .opened: 0
            case .assigned: 1
            case .handedOver: 2
            case .queued: 3
            case .pooled: 4
            case .read: 9
            case .closed: 10
            }
        case .message(let message):
            switch message.speaker {
            case .buyer: 5
            case .assistant: 6
            case .agent: 7
            case .system: 8
            }
        case .agent(let change):
            switch change.kind {
            case .online: 0
            case .resumed: 1
            case .suspended: 2
            case .groupChanged: 3
            case .offline: 4
            }
        case .dispatch(let step):
            if case .commanded = step.kind { 20 } else { 21 }
        default: 20
        }
    }

    private static func isBefore(_ a: (time: Int64, event: Event), _ b: (time: Int64, event: Event)) -> Bool {
        if a.time != b.time { return a.time < b.time }
        if rank(a.event) != rank(b.event) { return rank(a.event) < rank(b.event) }
        return Array(a.event.id.utf8).lexicographicallyPrecedes(Array(b.event.id.utf8))
    }

    // MARK: Calendar

    func midnight(_ day: Int32) -> Int64 { settings.zone.start(of: CalendarDay(daysSince1970: day)).milliseconds }

    func day(_ time: Int64) -> Int32 { settings.zone.day(of: Instant(milliseconds: time)).daysSince1970 }

    func slotStart(_ time: Int64) -> Int64 {
        var start = midnight(day(time))
        while start + settings.slot <= time { start += settings.slot }
        return start
    }

    /// The last stretch of `length` that has ended: by stepping from the midnight before.
    func lastWhole(_ length: Int64, _ time: Int64) -> (Int64, Int64) {
        var start = midnight(day(time) - 1)
        var last = (start, start)
        while true {
            let next = min(start + length, midnight(day(start) + 1))
            if next > time { return last }
            last = (start, next)
            start = next
        }
    }

    /// When a wait that began at `time` begins to count.
    func opening(_ time: Int64) -> Int64 {
        guard let open = settings.open else { return time }
        let offset = settings.zone.offset(at: Instant(milliseconds: time))
        let local = time + offset
        let clock = (local % 86_400_000 + 86_400_000) % 86_400_000
        if clock < open.from { return time - clock + open.from }
        if clock >= open.to { return time - clock + 86_400_000 + open.from }
        return time
    }
}
