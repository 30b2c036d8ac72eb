import ConversationModel
import TestSupport

/// Draws the log of a small shop: a few buyers, agents and an assistant over two or three days, with events
/// late, doubled, from the future, and much at the same millisecond.
struct RandomLog {
    var random: SeededGenerator
    let settings: LiveOracle.Settings
    private var time: Int64
    private var count = 0
    private static let agents = ["豆豆", "小禾", "阿杰"]
    private static let groups = ["售前", "售后"]

    static let shanghai = zone("Asia/Shanghai", 8, [("1988-04-16T18:00", 9), ("1988-09-10T17:00", 8)])
    static let saoPaulo = zone("America/Sao_Paulo", -3, [("2018-11-04T03:00", -2), ("2019-02-17T02:00", -3)])
    static let kathmandu = Zone.fixed(name: "Asia/Kathmandu", offset: 345 * 60_000)

    static func instant(_ text: String) -> Int64 {
        (Instant(utcText: text + ":00.000Z") ?? Instant(milliseconds: 0)).milliseconds
    }

    private static func zone(_ name: String, _ offset: Int64, _ changes: [(String, Int64)]) -> Zone {
        Zone(
            name: name,
            transitions: [Zone.Transition(start: Instant(milliseconds: .min), offset: offset * 3_600_000)]
                + changes.map {
                    Zone.Transition(start: Instant(milliseconds: instant($0.0)), offset: $0.1 * 3_600_000)
                })
    }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var settings = LiveOracle.Settings()
        // Zone, and an evening before something happens to its days.
        let places: [(Zone, String)] = [
            (.chinaStandard, "2026-03-02T12:00"), (RandomLog.shanghai, "1988-04-15T20:00"),
            (RandomLog.shanghai, "1988-09-09T20:00"), (RandomLog.saoPaulo, "2018-11-03T20:00"),
            (RandomLog.saoPaulo, "2019-02-15T20:00"), (RandomLog.kathmandu, "2026-03-02T12:00"),
        ]
        let place = places.randomElement(using: &random) ?? places[0]
        settings.zone = place.0
        time = RandomLog.instant(place.1)
        settings.slot = [1, 3, 3, 3, 16, 30].randomElement(using: &random).map { Int64($0) * 60_000 } ?? 180_000
        settings.untilRead = Int.random(in: 0..<4, using: &random) == 0
        settings.assistantAnswers = Bool.random(using: &random)
        settings.carries = Int.random(in: 0..<4, using: &random) == 0
        if Int.random(in: 0..<4, using: &random) == 0 { settings.cap = 600_000 }
        // Only where no clock changes: the oracle's opening hours are plain.
        let isPlain = settings.zone.transitions.count == 1
        if isPlain, Int.random(in: 0..<3, using: &random) == 0 { settings.open = (9 * 3_600_000, 22 * 3_600_000) }
        self.settings = settings
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    private mutating func pick<T>(_ things: [T]) -> T { things[Int.random(in: 0..<things.count, using: &random)] }

    /// The events, each with its receipt, in the order of the log.
    mutating func log(_ size: Int, arrivals: Bool = true) -> [Event] {
        var events: [Event] = []
        if chance(50) {
            events.append(event(.ordersImported(since: Instant(milliseconds: time - 30 * 86_400_000))))
        }
        for _ in 0..<3 where chance(60) { events.append(event(importedOrder())) }
        while events.count < size {
            time += gap()
            events.append(event(content()))
        }
        guard arrivals else { return events }
        var log = events.map { late($0) }
        log = log.enumerated().sorted {
            $0.element.received != $1.element.received
                ? $0.element.received < $1.element.received : $0.offset < $1.offset
        }.map(\.element)
        for _ in 0..<size / 10 {
            let index = Int.random(in: 0..<log.count, using: &random)
            log.insert(log[index], at: Int.random(in: index...log.count, using: &random))
        }
        return log
    }

    private mutating func gap() -> Int64 {
        let hour = LiveOracle.hour
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: return 0
        case 25..<50: return Int64.random(in: 1...30_000, using: &random)
        case 50..<80: return pick([60_000, 180_000, 179_999, 240_000, 600_000])
        case 80..<93: return pick([hour / 2, hour / 2 + 1, 45 * 60_000, hour])
        case 93..<99: return pick([2 * hour, 5 * hour, 7 * hour])
        default: return pick([12 * hour, 25 * hour])
        }
    }

    /// When the event is received: soon, late, much too late, or before it claims to happen.
    private mutating func late(_ event: Event) -> Event {
        var event = event
        let time = event.time.milliseconds
        let hour = LiveOracle.hour
        let delay: Int64
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<80: delay = Int64.random(in: 0...2_000, using: &random)
        case 80..<90: delay = Int64.random(in: 2_000...400_000, using: &random)
        case 90..<96: delay = Int64.random(in: 300_000...3 * hour, using: &random)
        case 96..<98: delay = Int64.random(in: 20 * hour...50 * hour, using: &random)
        default: delay = -pick([1_000, 59_999, 60_001, 3 * hour])
        }
        event.received = Instant(milliseconds: time + delay)
        return event
    }

    private mutating func event(_ content: Event.Content) -> Event {
        count += 1
        // Ids whose order is not that of the events.
        let id = "e\(Int.random(in: 0..<1000, using: &random))-\(count)"
        return Event(
            id: id, shop: "店", time: Instant(milliseconds: time), received: Instant(milliseconds: time),
            content: content)
    }

    private mutating func buyer() -> (buyer: String, conversation: String) {
        let buyer = pick(["买家1", "买家2", "买家3"])
        return (buyer, buyer + pick(["a", "a", "b"]))
    }

    private mutating func party() -> Party {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: .agent(pick(RandomLog.agents))
        case 6..<8: .assistant
        default: .group(pick(RandomLog.groups))
        }
    }

    private mutating func importedOrder() -> Event.Content {
        let kinds: [OrderChange.Kind] = [.placed, .placed, .paid(amount: 5), .closed(wasPaid: false)]
        return .order(
            OrderChange(
                order: pick(["o1", "o2", "past"]), buyer: buyer().buyer, kind: pick(kinds), isImported: true))
    }

    private mutating func content() -> Event.Content {
        let (buyer, conversation) = self.buyer()
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<28:
            return .message(
                EventMessage(
                    conversation: conversation, buyer: buyer, speaker: .buyer,
                    addressee: chance(15) ? party() : nil, kind: chance(5) ? .recall : .text,
                    needsAnswer: chance(5) ? nil : chance(80)))
        case 28..<50:
            return .message(
                EventMessage(
                    conversation: conversation, buyer: buyer, speaker: .agent, agent: pick(RandomLog.agents),
                    kind: chance(4) ? .event : .text, isAutomatic: chance(15)))
        case 50..<56:
            return .message(
                EventMessage(
                    conversation: conversation, buyer: buyer, speaker: .assistant, isAutomatic: chance(25)))
        case 56..<57: return .message(EventMessage(conversation: conversation, buyer: buyer, speaker: .system))
        case 57..<73:
            let kinds: [ConversationChange.Kind] = [
                .opened(to: chance(50) ? party() : nil), .assigned(to: party()), .assigned(to: party()),
                .handedOver(from: chance(40) ? party() : nil, to: party()), .handedOver(from: nil, to: party()),
                .queued, .pooled, .read(by: chance(50) ? pick(RandomLog.agents) : nil), .read(by: nil), .closed,
            ]
            return .conversation(
                ConversationChange(conversation: conversation, buyer: buyer, kind: pick(kinds)))
        case 73..<81:
            let kinds: [AgentChange.Kind] = [
                .online, .online, .suspended, .resumed, .offline, .groupChanged(to: pick(RandomLog.groups)),
            ]
            return .agent(AgentChange(agent: pick(RandomLog.agents), kind: pick(kinds)))
        case 81..<89:
            if chance(10) { return importedOrder() }
            let kinds: [OrderChange.Kind] = [
                .placed, .paid(amount: Int64.random(in: 1...9_999, using: &random)), .paid(amount: 100),
                .closed(wasPaid: chance(50)),
            ]
            return .order(OrderChange(order: pick(["o1", "o2", "o3"]), buyer: buyer, kind: pick(kinds)))
        case 89..<92: return .entryClicked(entry: pick(["退换货", "发票"]))
        case 92..<95: return .settings(settingsChange())
        case 95..<99: return .dispatch(dispatchStep())
        default: return .tick
        }
    }

    private mutating func settingsChange() -> SettingsChange {
        var change = SettingsChange()
        if chance(50) { change.isAssistantOn = chance(50) }
        if chance(30) { change.assistantMode = pick(SettingsChange.AssistantMode.allCases) }
        if chance(30) { change.entries = chance(20) ? [] : [.init(id: pick(["退换货", "发票"]), title: "\(count)")] }
        if chance(50) { change.group = pick(RandomLog.groups) }
        if chance(40) { change.areAlarmsOn = chance(50) }
        if chance(40) {
            let item = pick(SettingsChange.ThresholdItem.allCases)
            change.thresholds = [
                .init(item: item, value: chance(80) ? Int64(count) : nil, leastCount: chance(50) ? 5 : nil)
            ]
        }
        if chance(40) { change.receivers = chance(20) ? [] : ["主管\(count % 3)", "店长"] }
        if chance(60) { change.author = "店长\(count % 2)" }
        return change
    }

    private mutating func dispatchStep() -> DispatchStep {
        let kinds: [DispatchStep.Kind] = [
            .commanded(.suspend, by: "店长"), .commanded(.resume, by: "主管"),
            .commanded(.move(toGroup: pick(RandomLog.groups)), by: "店长"), .acknowledged, .acknowledged,
            .failed(reason: "不在线\(count % 2)"),
        ]
        return DispatchStep(
            command: pick(["c1", "c1", "c2"]), agent: pick(RandomLog.agents + ["没有的人"]), kind: pick(kinds))
    }

    /// Instants to ask at: ends of slots around events, midnights, and anything between.
    mutating func questions(_ events: [Event], _ count: Int) -> [Int64] {
        (0..<count).map { _ in
            let time = pick(events).time.milliseconds
            let start = LiveOracle(settings).slotStart(time)
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1: return start + settings.slot
            case 2: return start + 2 * settings.slot
            case 3:
                return LiveOracle(settings).midnight(
                    LiveOracle(settings).day(time) + Int32.random(in: 0...1, using: &random))
            case 4: return time
            // Long after the last event, whose day may be over.
            case 5: return (events.map(\.time.milliseconds).max() ?? time) + pick([5, 30, 55, 200]) * LiveOracle.hour
            default: return time + Int64.random(in: 0...7_200_000, using: &random)
            }
        }
    }
}
