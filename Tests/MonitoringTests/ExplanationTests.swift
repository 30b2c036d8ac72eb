import ConversationModel
import Monitoring
import TestSupport
import Testing

@Suite struct ExplanationTests {
    /// What an explanation says must be what the figures say, and the events it lists must give it again.
    @Test("an explained figure is the figure, and its events recompute to it", arguments: 0..<150 as Range<UInt64>)
    func explanationsRecompute(seed: UInt64) {
        var draw = RandomLog(seed: seed &+ 60_000)
        let log = draw.log(Int.random(in: 20...120, using: &draw.random))
        var monitor = ShopMonitor(policy: draw.settings.policy)
        for event in log { monitor.apply(event) }
        let floor = monitor.watermark.map { $0.milliseconds - 40 * LiveOracle.hour } ?? .min
        // The end of the log, and instants before it.
        let end = log.map(\.time.milliseconds).max() ?? 0
        for question in [end + 1] + draw.questions(log, 15) where question > floor {
            let now = Instant(milliseconds: question)
            let figures = monitor.figures(at: now)
            let known = Set(log.map(\.id))
            for (figure, day, value) in ExplainedFigures.all(of: figures) {
                let comment = "seed \(seed), \(figure) of \(day) at \(question)"
                let explanation = monitor.explain(figure, of: day, at: now)
                // Of what ended before the first event nobody knows anything.
                let isKnown = figures.isKnown(before: explanation.span?.end ?? now)
                #expect(explanation.value == (isKnown ? value : nil), "\(comment)")
                #expect((explanation.undefined == nil) == (explanation.value != nil), "\(comment)")
                #expect((explanation.undefined == .beforeFirstEvent) == !isKnown, "\(comment)")
                let listed = (explanation.terms + explanation.others).flatMap(\.events)
                #expect(known.isSuperset(of: listed), "\(comment)")
                // Where nothing is forgotten yet, no event is missing.
                let isWhole = (explanation.terms + explanation.others).allSatisfy(\.isComplete)
                #expect(isWhole || monitor.oldestAnswer != nil, "\(comment)")
                let told = explanation.events.map(\.id)
                #expect(Set(told) == Set(listed + explanation.leftOut.flatMap(\.events)), "\(comment)")
                ExplainedFigures.check(explanation, of: day, log, draw.settings, question, comment)
            }
            let lost = monitor.explain(.transferred(.shop), at: now).sum
            #expect(lost == figures.response.transferredUnanswered.sum, "seed \(seed) at \(question)")
            #expect(monitor.explain(.pending(.shop), at: now).oldest == figures.pending.open.oldest)
            #expect(monitor.explain(.openBuyerWaits, at: now).oldest == figures.openBuyerWaits.oldest)
        }
    }

    @Test("random logs hold terms of every figure, and they are recomputed")
    func everyFigureIsRecomputed() {
        var checked: [String: Int] = [:]
        for seed in 0..<80 as Range<UInt64> {
            var draw = RandomLog(seed: seed &+ 60_000)
            let log = draw.log(100)
            var monitor = ShopMonitor(policy: draw.settings.policy)
            for event in log { monitor.apply(event) }
            let floor = monitor.watermark.map { $0.milliseconds - 40 * LiveOracle.hour } ?? .min
            for event in log {
                let question = LiveOracle(draw.settings).slotStart(event.time.milliseconds) + draw.settings.slot
                guard question > floor else { continue }
                for figure in ExplainedFigures.ofTheShop where checked["\(figure)", default: 0] < 20 {
                    let explanation = monitor.explain(figure, at: Instant(milliseconds: question))
                    checked["\(figure)", default: 0] += ExplainedFigures.check(
                        explanation, of: .today, log, draw.settings, question,
                        "seed \(seed), \(figure) at \(question)")
                }
            }
        }
        for figure in ExplainedFigures.ofTheShop {
            // Few are closed within half an hour of what makes them an agent's.
            let least = figure == .closedUnanswered(.shop) ? 2 : 5
            #expect(checked["\(figure)", default: 0] >= least, "\(figure): \(checked["\(figure)", default: 0])")
        }
    }

    @Test("the order in which events came plays no part in an explanation", arguments: 0..<30 as Range<UInt64>)
    func orderOfArrival(seed: UInt64) {
        var draw = RandomLog(seed: seed &+ 70_000)
        var log = draw.log(100, arrivals: false)
        // Within the horizon, all received at once.
        let first = log.map(\.time.milliseconds).min() ?? 0
        log.removeAll { event in
            if case .order(let change) = event.content, change.isImported { return false }
            return event.time.milliseconds > first + 40 * LiveOracle.hour
        }
        let end = log.map(\.time).max() ?? Instant(milliseconds: 0)
        for index in log.indices { log[index].received = end }
        let monitors = [log, log.reversed(), log.shuffled(using: &draw.random)].map { events in
            var monitor = ShopMonitor(policy: draw.settings.policy)
            for event in events { monitor.apply(event) }
            return monitor
        }
        for question in [end.milliseconds + 1] + draw.questions(log, 5) {
            let now = Instant(milliseconds: question)
            for figure in ExplainedFigures.ofTheShop where figure != .lateEvents {
                let explained = monitors.map { $0.explain(figure, at: now) }
                #expect(explained[0] == explained[1], "seed \(seed), \(figure) at \(question)")
                #expect(explained[0] == explained[2], "seed \(seed), \(figure) at \(question)")
            }
        }
    }

    @Test("what was left out has its reason")
    func reasons() {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        var count = 0
        let start: Int64 = 1_772_416_800_000
        func apply(_ seconds: Int64, _ content: Event.Content) {
            count += 1
            let time = Instant(milliseconds: start + seconds * 1000)
            monitor.apply(Event(id: "e\(count)", shop: "s", time: time, received: time, content: content))
        }
        func say(_ seconds: Int64, _ buyer: String, _ agent: String?, automatic: Bool = false) {
            apply(
                seconds,
                .message(
                    EventMessage(
                        conversation: buyer, buyer: buyer, speaker: agent == nil ? .buyer : .agent, agent: agent,
                        isAutomatic: automatic)))
        }
        say(0, "甲", nil)
        say(1, "甲", "豆豆", automatic: true)
        say(10, "甲", "豆豆")
        say(12, "甲", "豆豆")
        say(20, "乙", nil)
        say(21, "乙", "豆豆", automatic: true)
        say(30, "丙", nil)
        apply(40, .order(OrderChange(order: "o", buyer: "丙", kind: .paid(amount: 1))))
        apply(41, .order(OrderChange(order: "p", buyer: "甲", kind: .paid(amount: 7))))
        let now = Instant(milliseconds: start + 180_000)
        let response = monitor.explain(.response(.agent("豆豆")), at: now)
        #expect(response.value == 10_000 && response.terms.map(\.events) == [["e1", "e3"]])
        #expect(response.leftOut.map(\.reason) == [.automatic, .noOpenWait, .automatic])
        let served = monitor.explain(.served(.shop), at: now)
        #expect(served.terms.map(\.subject) == ["甲"] && served.leftOut.map(\.reason) == [.onlyAutomatic, .noReply])
        let sales = monitor.explain(.guidedSales, at: now)
        #expect(sales.value == 7 && sales.terms.map(\.events) == [["e1", "e3", "e9"]])
        #expect(sales.leftOut.map(\.reason) == [.notServed] && sales.leftOutCount == 1)
    }

    @Test("what left an agent unanswered, or was closed, is listed with its length and its events")
    func lost() {
        var monitor = ShopMonitor(policy: MonitorPolicy())
        let start: Int64 = 1_772_416_800_000
        func apply(_ id: String, _ seconds: Int64, _ content: Event.Content) {
            let time = Instant(milliseconds: start + seconds * 1000)
            monitor.apply(Event(id: id, shop: "s", time: time, received: time, content: content))
        }
        func change(_ buyer: String, _ kind: ConversationChange.Kind) -> Event.Content {
            .conversation(ConversationChange(conversation: buyer, buyer: buyer, kind: kind))
        }
        func ask(_ buyer: String) -> Event.Content {
            .message(EventMessage(conversation: buyer, buyer: buyer, speaker: .buyer))
        }
        apply("a1", 0, change("甲", .assigned(to: .agent("豆豆"))))
        apply("a2", 10, ask("甲"))
        apply("a3", 40, change("甲", .closed))
        apply("b1", 50, change("乙", .assigned(to: .agent("豆豆"))))
        apply("b2", 60, ask("乙"))
        apply("b3", 95, change("乙", .handedOver(from: nil, to: .agent("阿杰"))))
        apply("c1", 100, change("丙", .assigned(to: .agent("豆豆"))))
        apply("c2", 110, change("丙", .handedOver(from: nil, to: .agent("阿杰"))))
        let now = Instant(milliseconds: start + 180_000)
        let closed = monitor.explain(.closedUnanswered(.agent("豆豆")), at: now)
        #expect(closed.value == 1 && closed.terms.map(\.value) == [30_000])
        #expect(closed.terms.map(\.events) == [["a1", "a2", "a3"]] && closed.terms[0].isComplete)
        let transferred = monitor.explain(.transferred(.agent("豆豆")), at: now)
        #expect(transferred.value == 1 && transferred.terms.map(\.value) == [35_000])
        #expect(transferred.terms.map(\.events) == [["b1", "b2", "b3"]])
        #expect(transferred.leftOut.map(\.reason) == [.noOpenWait] && transferred.leftOut.map(\.events) == [["c2"]])
        #expect(monitor.explain(.transferred(.agent("阿杰")), at: now).value == 0)
    }

    /// A shop to which one thing after the other happens; instants in seconds since ten o'clock.
    private struct Scene {
        static let start: Int64 = 1_772_416_800_000
        var monitor = ShopMonitor(policy: MonitorPolicy())
        var count = 0

        mutating func apply(_ seconds: Int64, _ content: Event.Content) {
            count += 1
            let time = Instant(milliseconds: Scene.start + seconds * 1000)
            monitor.apply(Event(id: "e\(count)", shop: "s", time: time, received: time, content: content))
        }

        mutating func say(_ seconds: Int64, _ buyer: String, by agent: String? = nil, assistant: Bool = false) {
            let speaker: Speaker = assistant ? .assistant : agent == nil ? .buyer : .agent
            apply(
                seconds,
                .message(EventMessage(conversation: buyer, buyer: buyer, speaker: speaker, agent: agent)))
        }

        mutating func change(_ seconds: Int64, _ buyer: String, _ kind: ConversationChange.Kind) {
            apply(seconds, .conversation(ConversationChange(conversation: buyer, buyer: buyer, kind: kind)))
        }

        func explain(_ figure: Explanation.Figure, _ seconds: Int64) -> Explanation {
            monitor.explain(figure, at: Instant(milliseconds: Scene.start + seconds * 1000))
        }
    }

    @Test("a rate that is undefined says why, and from which day on it will be defined")
    func undefined() {
        var scene = Scene()
        scene.say(0, "甲")
        scene.say(1, "甲", by: "豆豆")
        for figure in [Explanation.Figure.conversion, .strictConversion, .inquiring] {
            let explanation = scene.explain(figure, 10)
            #expect(explanation.value == nil && explanation.undefined == .ordersUnknown)
            #expect(explanation.definedFrom == nil && explanation.leftOut.map(\.reason) == [.ordersUnknown])
        }
        scene.apply(20, .order(OrderChange(order: "o", buyer: "乙", kind: .placed)))
        // 21 days after the second of March, at ten: the first whole day is the 24th.
        #expect(scene.explain(.conversion, 30).definedFrom?.description == "2026-03-24")
        scene.apply(40, .ordersImported(since: Instant(milliseconds: Scene.start - 40 * 86_400_000)))
        let known = scene.explain(.conversion, 50)
        #expect(known.value == 0 && known.undefined == nil && known.definedFrom == nil)
        scene.apply(-60, .order(OrderChange(order: "p", buyer: "甲", kind: .placed)))
        #expect(scene.explain(.conversion, 60).undefined == .nobodyInquiring)
        #expect(scene.explain(.response(.agent("豆豆")), 60 * 60).undefined == .noAnswer)
        #expect(scene.explain(.pendingPerAgent(.shop), 60).undefined == .nobodyOnline)
        #expect(scene.explain(.handOverRate, 60).undefined == .nobodyConsulted)
        #expect(scene.explain(.buyerWaits, 60 * 60).undefined == .noWaitEnded)
    }

    @Test("who had bought before is left out with the order, and so is a payment that an import tells")
    func orders() throws {
        var scene = Scene()
        let imported = { (order: String, kind: OrderChange.Kind) in
            Event.Content.order(OrderChange(order: order, buyer: "甲", kind: kind, isImported: true))
        }
        scene.apply(-86_400, .ordersImported(since: Instant(milliseconds: Scene.start - 40 * 86_400_000)))
        scene.apply(-86_400, imported("old", .placed))
        scene.apply(-7_200, imported("new", .placed))
        scene.apply(-3_600, imported("new", .paid(amount: 9)))
        scene.say(0, "甲")
        scene.say(1, "甲", by: "豆豆")
        scene.apply(2, .order(OrderChange(order: "o", buyer: "甲", kind: .paid(amount: 7))))
        let inquiring = scene.explain(.inquiring, 10)
        #expect(inquiring.value == 0 && inquiring.leftOut.map(\.reason) == [.hasBought])
        #expect(inquiring.leftOut.map(\.order) == ["new"] && inquiring.leftOut.map(\.events) == [["e5"]])
        #expect(inquiring.leftOut.map(\.orderTime) == [Instant(milliseconds: Scene.start - 7_200_000)])
        let sales = scene.explain(.guidedSales, 10)
        #expect(sales.value == 7 && sales.terms.map(\.events) == [["e5", "e6", "e7"]])
        #expect(sales.leftOut.map(\.reason) == [.imported] && sales.leftOut.map(\.order) == ["new"])
        #expect(sales.leftOut.map(\.orderTime) == [Instant(milliseconds: Scene.start - 3_600_000)])
        // Before it happened it is in neither list, and yesterday it was not.
        #expect(scene.explain(.guidedSales, -3_600).leftOut.isEmpty)
        let yesterday = scene.monitor.explain(.guidedSales, of: .yesterday, at: sales.asOf)
        #expect(yesterday.value == 0 && yesterday.leftOut.isEmpty)
        let copy = try ShopMonitor(snapshot: scene.monitor.snapshot, policy: MonitorPolicy())
        #expect(copy.explain(.guidedSales, at: sales.asOf) == sales)
    }

    @Test("payments that people led, and those that the assistant alone led, are told apart")
    func leads() {
        var scene = Scene()
        scene.say(0, "甲")
        scene.say(1, "甲", assistant: true)
        scene.apply(2, .order(OrderChange(order: "o", buyer: "甲", kind: .paid(amount: 5))))
        scene.say(3, "甲", by: "豆豆")
        scene.apply(4, .order(OrderChange(order: "p", buyer: "甲", kind: .paid(amount: 7))))
        let people = scene.explain(.guidedSalesLed(by: .people), 10)
        #expect(people.value == 7 && people.terms.map(\.events) == [["e1", "e4", "e5"]])
        #expect(people.leftOut.map(\.reason) == [.ledByAssistant])
        let assistant = scene.explain(.guidedSalesLed(by: .assistant), 10)
        #expect(assistant.value == 5 && assistant.terms.map(\.events) == [["e1", "e2", "e3"]])
        #expect(assistant.leftOut.map(\.reason) == [.ledByPeople])
        #expect(scene.explain(.guidedPayersLed(by: .people), 10).value == 1)
        let payers = scene.explain(.guidedPayersLed(by: .assistant), 10)
        #expect(payers.value == 0 && payers.leftOut.map(\.events) == [["e5"]])
    }

    @Test("what is open and no agent's is listed: the queue, the pool, the unassigned, the buyers' waits")
    func open() {
        var scene = Scene()
        scene.change(0, "甲", .queued)
        scene.say(5, "甲")
        scene.change(10, "乙", .pooled)
        scene.say(20, "丙")
        scene.apply(30, .agent(AgentChange(agent: "豆豆", kind: .online)))
        scene.say(40, "丁")
        scene.change(50, "丁", .assigned(to: .agent("豆豆")))
        scene.change(60, "丁", .read(by: nil))
        let queued = scene.explain(.queued, 100)
        #expect(queued.value == 1 && queued.terms.map(\.events) == [["e1", "e2"]])
        #expect(queued.terms.map(\.since) == [Instant(milliseconds: Scene.start)])
        #expect(scene.explain(.pooled, 100).terms.map(\.subject) == ["乙"])
        // Half an hour of silence closes what nobody waits for.
        #expect(scene.explain(.pooled, 3_600).leftOut.map(\.reason) == [.closed])
        #expect(scene.explain(.unassigned, 100).terms.map(\.events) == [["e4"]])
        #expect(scene.explain(.openBuyerWaits, 100).terms.map(\.subject) == ["甲", "丙", "丁"])
        let read = scene.explain(.readUnanswered(.agent("豆豆")), 100)
        #expect(read.value == 1 && read.terms.map(\.events) == [["e6", "e7", "e8"]])
        #expect(scene.explain(.readUnanswered(.shop), 55).leftOut.map(\.reason) == [.unread])
        #expect(scene.explain(.leftPending(.shop), 100).leftOut.map(\.reason) == [.online])
        scene.apply(110, .agent(AgentChange(agent: "豆豆", kind: .offline)))
        let left = scene.explain(.leftPending(.shop), 120)
        #expect(left.terms.map(\.subject) == ["豆豆"] && left.terms.map(\.events) == [["e6", "e7", "e8", "e9"]])
        scene.say(130, "戊")
        scene.change(131, "戊", .assigned(to: .agent("小禾")))
        // Who was never seen online has no event that says so, and none is missing.
        #expect(scene.explain(.leftPending(.shop), 140).terms.map(\.isComplete) == [true, true])
        #expect(left.events.map(\.type).last == "agent-offline" && left.events.map(\.id) == ["e6", "e7", "e8", "e9"])
    }

    @Test("an answer that counts in no mean is listed with the reason, and a buyer's own wait with who ended it")
    func uncounted() {
        var scene = Scene()
        scene.say(0, "甲")
        scene.say(5, "甲", assistant: true)
        scene.say(20, "甲", by: "豆豆")
        let uncounted = scene.explain(.uncounted(.agent("豆豆")), 180)
        #expect(uncounted.value == 1 && uncounted.terms.map(\.reason) == [.noClock])
        #expect(uncounted.terms.map(\.events) == [["e1", "e2", "e3"]])
        let waits = scene.explain(.buyerWaits, 180)
        #expect(waits.value == 20_000 && waits.terms.map(\.agent) == ["豆豆"])
        #expect(waits.terms.map(\.events) == [["e1", "e3"]] && waits.leftOut.map(\.reason) == [.assistantMessage])
        scene.say(200, "乙")
        scene.change(230, "乙", .closed)
        #expect(scene.explain(.buyerWaits, 360).leftOut.map(\.reason) == [.closed])
    }

    @Test("clicks are explained of one entry and of all")
    func clicks() {
        var scene = Scene()
        for (second, entry) in [(0, "发票"), (1, "退换货"), (2, "发票")] as [(Int64, String)] {
            scene.apply(second, .entryClicked(entry: entry))
        }
        let all = scene.explain(.clicks(entry: nil), 1_800)
        #expect(all.value == 3 && all.terms.map(\.subject) == ["发票", "退换货", "发票"])
        #expect(scene.explain(.clicks(entry: "发票"), 1_800).terms.map(\.events) == [["e1"], ["e3"]])
        #expect(all.events.map(\.type) == ["entry-clicked", "entry-clicked", "entry-clicked"])
    }
}
