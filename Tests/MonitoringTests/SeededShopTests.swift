import ConversationModel
import Events
import Monitoring
import Synthesis
import Testing

/// The seeded shop of Synthesis, monitored.
@Suite struct SeededShopTests {
    private static let minute: Int64 = 60_000

    private static func log(_ seed: UInt64, _ edit: (inout ShopPlan) -> Void = { _ in }) -> [Event] {
        var plan = ShopPlan()
        plan.buyersPerDay = 120
        plan.agentsPerGroup = 2
        edit(&plan)
        var generator = EventGenerator(seed: seed, plan: plan)
        return generator.events()
    }

    private static func figures(_ log: [Event], hours: Int64) -> ShopFigures {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        for event in log { monitor.apply(event) }
        return monitor.figures(at: ShopPlan().start.advanced(by: hours * 60 * minute))
    }

    @Test("a seed gives one log, another seed another, and the log survives being written")
    func seeds() {
        let log = Self.log(1)
        #expect(log == Self.log(1) && log != Self.log(2) && log.count > 2_000)
        #expect(zip(log, log.dropFirst()).allSatisfy { $0.received <= $1.received })
        var bytes: [UInt8] = []
        for event in log { EventWriter.append(event, to: &bytes) }
        #expect(EventReader().read(bytes) == log.map { .event($0) })
    }

    @Test("a shop's day looks like one: served, sales, waits, presence, the assistant")
    func aDay() {
        let figures = Self.figures(Self.log(3), hours: 24 + 21)
        #expect(figures.today.served > 40 && figures.yesterday.served > 60)
        #expect(figures.yesterday.guidedSales > 0 && figures.yesterday.guidedSalesByPeople > 0)
        #expect(figures.online == 3 && figures.assistant.isOn == true && figures.assistant.isShown)
        #expect(figures.groups.map(\.group) == ["售前一组", "售前二组", "售后组"].sorted())
        #expect(figures.agents.contains { $0.servedToday > 0 })
        #expect(figures.counters.duplicate > 0 && figures.counters.late > 0 && figures.counters.tooOld == 0)
        #expect(figures.yesterdayUntilThisTime.served <= figures.yesterday.served)
    }

    @Test("figures of a small shop equal the oracle's", arguments: 0..<3 as Range<UInt64>)
    func equalsTheOracle(seed: UInt64) {
        let log = Self.log(seed) {
            $0.buyersPerDay = 15
            $0.hasSale = seed == 1
            $0.outages = seed == 2 ? [.init(from: 10 * 3_600_000, to: 11 * 3_600_000)] : []
        }
        var monitor = ShopMonitor(policy: MonitorPolicy())
        for event in log { monitor.apply(event) }
        var oracle = LiveOracle(LiveOracle.Settings())
        oracle.take(log)
        for hour in stride(from: Int64(1), to: 50, by: 3) {
            let at = ShopPlan().start.milliseconds + hour * 60 * Self.minute
            var told = monitor.figures(at: Instant(milliseconds: at)).told
            for mark in ["slot", "today", "yesterday", "yesterdayUntil"] { told["\(mark).amended"] = nil }
            let expected = oracle.figures(at: at).filter { !$0.key.hasSuffix(".amended") }
            #expect(told == expected, "seed \(seed), hour \(hour): \(differences(told, expected))")
        }
    }

    @Test("an outage changes no figure of the day in the end, and marks what it amends")
    func outage() {
        let calm = Self.log(5) { $0.latePerMille = 0 }
        let cut = Self.log(5) {
            $0.latePerMille = 0
            $0.outages = [.init(from: 10 * 3_600_000, to: 12 * 3_600_000)]
        }
        let events = { (log: [Event]) in Set(log.map { [$0.id, $0.time.utcText] }) }
        #expect(events(calm) == events(cut))
        let (a, b) = (Self.figures(calm, hours: 24), Self.figures(cut, hours: 24))
        #expect(a.yesterday.served == b.yesterday.served && a.yesterday.guidedSales == b.yesterday.guidedSales)
        #expect(a.counters.late == 0 && b.counters.late > 20)
    }

    @Test("a sale at midnight fills the first half hour")
    func sale() {
        let log = Self.log(7) { $0.hasSale = true }
        let start = ShopPlan().start.advanced(by: 24 * 60 * Self.minute)
        let first = log.filter { event in
            if case .conversation(let change) = event.content, case .opened = change.kind {
                return event.time >= start && event.time < start.advanced(by: 30 * Self.minute)
            }
            return false
        }
        #expect(first.count > 40)
    }
}
