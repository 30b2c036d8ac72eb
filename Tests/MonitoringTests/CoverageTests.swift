import ConversationModel
import TestSupport
import Testing

@testable import Monitoring

/// That the random logs hold something: a property over nothing proves nothing.
@Suite struct CoverageTests {
    @Test("random logs reach every figure, every mark and the forgetting")
    func everyFigureIsReached() {
        var seen: [String: Int] = [:]
        for seed in 0..<150 as Range<UInt64> {
            var draw = RandomLog(seed: seed)
            let log = draw.log(100)
            var monitor = ShopMonitor(policy: draw.settings.policy)
            for event in log { monitor.apply(event) }
            for question in draw.questions(log, 20) {
                for (name, value) in monitor.figures(at: Instant(milliseconds: question)).told where value != 0 {
                    let parts = name.split(separator: ".")
                    let isNamed = ["agent", "group", "clicks"].contains(String(parts[0]))
                    seen[isNamed ? "\(parts[0]).\(parts.dropFirst(2).joined(separator: "."))" : name, default: 0] += 1
                }
            }
            let counters = monitor.counters
            for (name, value) in [
                ("late", counters.late), ("duplicate", counters.duplicate), ("tooOld", counters.tooOld),
                ("fromTheFuture", counters.fromTheFuture),
            ] where value > 0 { seen["counters." + name, default: 0] += 1 }
            if let oldest = monitor.oldestAnswer, let first = log.map(\.time).min(), oldest > first {
                seen["forgot", default: 0] += 1
            }
        }
        for name in [
            "today.served", "today.sales", "today.salesByPeople", "today.payers", "today.payersByPeople",
            "today.inquiring", "today.inquiringPayers", "today.late", "today.amended", "today.known",
            "today.conversion", "yesterday.served",
            "yesterday.sales", "yesterdayUntil.served", "yesterdayUntil.sales", "slot.amended", "respondingAgents",
            "meanResponse", "buyerWaits", "openBuyerWaits", "queued", "pooled", "unassigned", "pending",
            "readUnanswered", "online", "suspended", "group.pending", "group.online", "agent.answers",
            "agent.uncounted", "agent.afterHours", "agent.transferred", "agent.transferred.time",
            "agent.closedUnanswered", "agent.served", "agent.readUnanswered", "assistant.on", "assistant.served",
            "assistant.consulted", "assistant.handed", "assistant.humanFirst", "entries", "alarms.on",
            "alarms.thresholds", "alarms.receivers", "alarms.by", "group.alarms.on", "group.alarms.changed",
            "agent.dispatch", "agent.dispatch.acknowledged", "agent.dispatch.failed", "clicks.", "counters.late",
            "counters.duplicate",
            "counters.tooOld", "counters.fromTheFuture", "forgot",
        ] { #expect(seen[name, default: 0] >= 5, "\(name): \(seen[name, default: 0])") }
    }

    @Test("slots and half hours of days of 23, 24 and 25 hours, and slot lengths")
    func calendar() {
        for minutes in 0...40 {
            #expect(
                (MonitorPolicy(slotMinutes: minutes) != nil)
                    == ((1...30).contains(minutes) && 1440 % max(1, minutes) == 0))
        }
        for seed in 0..<40 as Range<UInt64> {
            var draw = RandomLog(seed: seed)
            let oracle = LiveOracle(draw.settings)
            let monitor = ShopMonitor(policy: draw.settings.policy)
            for question in draw.questions(draw.log(30, arrivals: false), 30) {
                let figures = monitor.figures(at: Instant(milliseconds: question))
                let (start, end) = oracle.lastWhole(draw.settings.slot, question)
                #expect(
                    figures.slot.start.milliseconds == start && figures.slot.end.milliseconds == end, "seed \(seed)")
                let (halfStart, halfEnd) = oracle.lastWhole(1_800_000, question)
                #expect(figures.assistant.halfHour.start.milliseconds == halfStart, "seed \(seed)")
                #expect(figures.assistant.halfHour.end.milliseconds == halfEnd, "seed \(seed)")
            }
        }
    }

    @Test("a silent shop is told the time ever more seldom, and in the end no more")
    func ticksEnd() {
        let start = Instant(milliseconds: 1_772_416_800_000)
        var monitor = ShopMonitor(policy: MonitorPolicy())
        #expect(!monitor.needsTick(at: start))
        let paid = { (id: String, time: Instant) in
            Event(
                id: id, shop: "s", time: time, received: time,
                content: .order(OrderChange(order: "o", buyer: "甲", kind: .placed)))
        }
        monitor.apply(paid("1", start))
        // Of an order of which nothing but its payment was imported, too, nothing stays.
        monitor.apply(
            Event(
                id: "i", shop: "s", time: start, received: start,
                content: .order(OrderChange(order: "x", buyer: "乙", kind: .paid(amount: 1), isImported: true))))
        var ticks: [Int64] = []
        for minute in 1...60 * 24 * 60 as ClosedRange<Int64> {
            let now = start.advanced(by: minute * 60_000)
            guard monitor.needsTick(at: now) else { continue }
            ticks.append(minute)
            monitor.apply(Event(id: "t\(minute)", shop: "s", time: now, received: now, content: .tick))
        }
        #expect(ticks.first == 5 && ticks.dropFirst().first == 10)
        let horizon: Int64 = 48 * 60
        #expect(ticks.count { $0 < horizon } == 575 && ticks.count { $0 >= horizon } <= 28)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 <= 24 * 60 } && ticks.last ?? 0 < 30 * 24 * 60)
        // All that was kept is forgotten by then.
        #expect(monitor.buyers.isEmpty && monitor.names.orders.count == 0 && monitor.ledger.days.isEmpty)
        // Who comes back is heard.
        let later = start.advanced(by: 60 * 86_400_000)
        #expect(monitor.apply(paid("2", later)) == .applied)
        #expect(!monitor.needsTick(at: later) && monitor.needsTick(at: later.advanced(by: 300_000)))
    }

    @Test("too many changes of settings, or steps of commands, are refused and counted")
    func settingsLimits() {
        let start: Int64 = 1_772_416_800_000
        var monitor = ShopMonitor(policy: MonitorPolicy())
        for index in 0...MonitorLimits.settingsChanges {
            let time = Instant(milliseconds: start + Int64(index))
            let isTaken = index < MonitorLimits.settingsChanges
            let set = Event(
                id: "s\(index)", shop: "s", time: time, received: time,
                content: .settings(SettingsChange(areAlarmsOn: index % 2 == 0, receivers: ["a\(index)"])))
            #expect(monitor.apply(set) == (isTaken ? .applied : .overLimit))
            let step = Event(
                id: "d\(index)", shop: "s", time: time, received: time,
                content: .dispatch(
                    DispatchStep(command: "c\(index)", agent: "豆豆", kind: .commanded(.suspend, by: "店长"))))
            #expect(monitor.apply(step) == (isTaken ? .applied : .overLimit))
        }
        let figures = monitor.figures(at: Instant(milliseconds: start + 100_000))
        #expect(figures.alarms?.receivers == ["a999"])
        // A command makes no agent.
        #expect(figures.agents.isEmpty && figures.unknownAgents.map(\.dispatch.command) == ["c999"])
        #expect(!monitor.knows(agent: "豆豆"))
    }

    @Test(
        "after the last event counts are of what has come, means and rates of nothing are undefined, and both are said to be stale"
    )
    func afterTheLastEvent() {
        let start = Instant(milliseconds: 1_772_416_800_000)  // 2026-03-02 10:00
        var monitor = ShopMonitor(policy: MonitorPolicy())
        monitor.apply(
            Event(
                id: "o", shop: "s", time: start, received: start,
                content: .ordersImported(since: start.advanced(by: -40 * 86_400_000))))
        monitor.apply(said("1", 0, "甲"))
        monitor.apply(said("2", 10, "甲", by: "豆豆"))
        for hours in [1, 14, 24, 48, 2_000] as [Int64] {
            let now = start.advanced(by: hours * 3_600_000)
            let figures = monitor.figures(at: now)
            #expect(figures.isSilent && !figures.today.isSettled && figures.watermark == start.advanced(by: -290_000))
            #expect(figures.meanResponse == nil && figures.respondingAgents == 0 && figures.buyerWaits.mean == nil)
            #expect(figures.pendingPerAgent.perMille == nil && figures.assistant.handOverRate.perMille == nil)
            #expect(figures.today.served == (hours == 1 ? 1 : 0) && figures.today.isKnown)
            #expect(figures.today.conversion == (hours == 1 ? Ratio(0, 1) : nil))
            #expect(figures.yesterday.served == (hours == 14 || hours == 24 ? 1 : 0))
            for figure in ExplainedFigures.ofTheShop where figure.isOfDay {
                let isUndefined = hours > 1 && (figure == .conversion || figure == .strictConversion)
                let explanation = monitor.explain(figure, at: now)
                #expect(explanation.undefined == (isUndefined ? .nobodyInquiring : nil), "\(figure) after \(hours) h")
                #expect(explanation.value.map { $0 >= 0 } ?? isUndefined)
            }
        }
    }

    @Test("a silent source moves on by ticks, and is told to be silent")
    func silence() {
        let start = Instant(milliseconds: 1_772_416_800_000)
        var monitor = ShopMonitor(policy: MonitorPolicy())
        func tick(_ seconds: Int64) {
            let time = start.advanced(by: seconds * 1000)
            monitor.apply(Event(id: "t\(seconds)", shop: "s", time: time, received: time, content: .tick))
        }
        #expect(monitor.watermark == nil && monitor.isSilent(at: start))
        tick(-10)
        #expect(monitor.watermark == nil)
        monitor.apply(Event(id: "1", shop: "s", time: start, received: start, content: .entryClicked(entry: "x")))
        #expect(monitor.watermark == start.advanced(by: -300_000) && !monitor.isSilent(at: start.advanced(by: 299_999)))
        tick(299)
        #expect(monitor.watermark == start.advanced(by: -300_000))
        #expect(monitor.isSilent(at: start.advanced(by: 300_000)))
        tick(300)
        #expect(monitor.watermark == start)
        var told = monitor
        told.advance(to: start.advanced(by: 400_000))
        tick(400)
        #expect(told.watermark == monitor.watermark && monitor.watermark == start.advanced(by: 100_000))
    }

    private func said(
        _ id: String, _ seconds: Int64, _ buyer: String, by agent: String? = nil, received: Int64? = nil
    ) -> Event {
        let start = Instant(milliseconds: 1_772_416_800_000)
        return Event(
            id: id, shop: "s", time: start.advanced(by: seconds * 1000),
            received: start.advanced(by: (received ?? seconds) * 1000),
            content: .message(
                EventMessage(
                    conversation: buyer, buyer: buyer, speaker: agent == nil ? .buyer : .agent, agent: agent)))
    }

    @Test("buyers who are left out count nowhere, and another list is another policy")
    func leftOut() throws {
        let policy = MonitorPolicy(time: TimePolicy(buyersLeftOut: ["测试号"]))
        var monitor = ShopMonitor(policy: policy)
        #expect(monitor.apply(said("1", 0, "测试号")) == .leftOut)
        #expect(monitor.apply(said("2", 1, "测试号", by: "豆豆")) == .leftOut)
        #expect(monitor.apply(said("3", 2, "买家")) == .applied)
        #expect(monitor.apply(said("4", 3, "买家", by: "豆豆")) == .applied)
        let figures = monitor.figures(at: Instant(milliseconds: 1_772_416_980_000))
        #expect(figures.today.served == 1 && figures.counters.leftOut == 2 && !figures.today.isSettled)
        #expect(figures.firstDayWithConversion == nil)
        let snapshot = monitor.snapshot
        #expect(try ShopMonitor(snapshot: snapshot, policy: policy).figures(at: figures.asOf) == figures)
        #expect(throws: SnapshotError.otherPolicy) { try ShopMonitor(snapshot: snapshot, policy: MonitorPolicy()) }
    }

    @Test("a buyer with too many events is refused more, others are not; the worst order takes no hours")
    func limits() {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        let count = MonitorLimits.buyerEvents
        // The last come backwards: each is put before all that came since.
        for index in 0..<count - 50 { monitor.apply(said("a\(index)", Int64(index), "买家")) }
        for index in 0..<50 {
            monitor.apply(said("b\(index)", Int64(count - index), "买家", by: "豆豆", received: Int64(count)))
        }
        #expect(monitor.counters.applied == Int64(count) && monitor.counters.overLimit == 0)
        #expect(monitor.apply(said("more", Int64(count), "买家")) == .overLimit)
        #expect(monitor.apply(said("other", Int64(count), "另一位")) == .applied)
        #expect(
            monitor.figures(at: Instant(milliseconds: 1_772_416_800_000 + Int64(count + 1) * 1000)).today.served == 1)
    }

    @Test("absurd amounts give an absurd sum, not a crash")
    func absurdAmounts() {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        monitor.apply(said("1", 0, "买家"))
        monitor.apply(said("2", 1, "买家", by: "豆豆"))
        for index in 0..<3 {
            var event = said("p\(index)", 2, "买家")
            event.content = .order(OrderChange(order: "o", buyer: "买家", kind: .paid(amount: .max / 2)))
            #expect(monitor.apply(event) == .applied)
        }
        let now = Instant(milliseconds: 1_772_416_980_000)
        #expect(monitor.figures(at: now).today.guidedSales == .max)
        #expect(monitor.explain(.guidedSales, at: now).value == .max)
    }

    @Test("the instant at which a day ends is of that day, where all of its slots are asked for")
    func instantsOfADay() throws {
        let midnight: Int64 = 1_772_380_800_000
        var monitor = ShopMonitor(policy: MonitorPolicy())
        let start = Instant(milliseconds: midnight - 86_400_000)
        monitor.apply(Event(id: "1", shop: "s", time: start, received: start, content: .tick))
        let instants = try #require(monitor.instants(ofDayUntil: Instant(milliseconds: midnight)))
        #expect(instants.count == 480 && instants.last?.milliseconds == midnight)
        #expect(instants.first?.milliseconds == midnight - 86_400_000 + 180_000)
        let next = try #require(monitor.instants(ofDayUntil: Instant(milliseconds: midnight + 1)))
        #expect(next.map(\.milliseconds) == [midnight + 1])
    }

    @Test("the first day with a conversion is named")
    func firstDay() {
        let midnight: Int64 = 1_772_380_800_000
        for (since, day) in [(midnight, "2026-03-23"), (midnight + 1, "2026-03-24"), (midnight - 1, "2026-03-23")] {
            var monitor = ShopMonitor(policy: MonitorPolicy())
            let now = Instant(milliseconds: midnight + 3_600_000)
            monitor.apply(
                Event(
                    id: "1", shop: "s", time: now, received: now,
                    content: .ordersImported(since: Instant(milliseconds: since))))
            #expect(monitor.figures(at: now).firstDayWithConversion?.description == day)
        }
    }

    @Test("shops do not mix, and each gets its policy")
    func manyShops() {
        var monitor = Monitor { shop in MonitorPolicy(slotMinutes: shop == "a" ? 5 : 3) ?? MonitorPolicy() }
        var alone: [String: ShopMonitor] = [:]
        for seed in 0..<6 as Range<UInt64> {
            var draw = RandomLog(seed: seed)
            for event in draw.log(40) {
                var event = event
                event.shop = ["a", "b"][Int(seed % 2)]
                monitor.apply(event)
                var shop =
                    alone[event.shop]
                    ?? ShopMonitor(policy: MonitorPolicy(slotMinutes: event.shop == "a" ? 5 : 3) ?? MonitorPolicy())
                shop.apply(event)
                alone[event.shop] = shop
            }
        }
        #expect(monitor.names == ["a", "b"])
        for name in monitor.names { #expect(monitor.shop(name)?.digest == alone[name]?.digest) }
        #expect(monitor.shop("c")?.digest == nil)
    }
}
