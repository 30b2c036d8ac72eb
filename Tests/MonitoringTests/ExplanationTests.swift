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
        for question in draw.questions(log, 15) where question > floor {
            let now = Instant(milliseconds: question)
            let figures = monitor.figures(at: now)
            for (figure, value) in Self.figures(of: figures) {
                let explanation = monitor.explain(figure, at: now)
                #expect(explanation.value == value, "seed \(seed), \(figure) at \(question)")
                let known = Set(log.map(\.id))
                let listed = (explanation.terms + explanation.others).flatMap(\.events)
                #expect(known.isSuperset(of: listed), "seed \(seed), \(figure)")
                check(explanation, log, draw.settings, question, "seed \(seed), \(figure) at \(question)")
            }
            let lost = monitor.explain(.transferred(.shop), at: now).terms.reduce(0) { $0 + $1.value }
            #expect(lost == figures.response.transferredUnanswered.sum, "seed \(seed) at \(question)")
        }
    }

    @Test("random logs hold terms of the rarer figures, too, and they are recomputed")
    func rareFiguresAreRecomputed() {
        var checked: [String: Int] = [:]
        for seed in 0..<60 as Range<UInt64> {
            var draw = RandomLog(seed: seed &+ 60_000)
            let log = draw.log(100)
            let policy = draw.settings.policy
            var monitor = ShopMonitor(policy: policy)
            for event in log { monitor.apply(event) }
            let floor = monitor.watermark.map { $0.milliseconds - 40 * LiveOracle.hour } ?? .min
            for (index, event) in log.enumerated() {
                let question = LiveOracle(draw.settings).slotStart(event.time.milliseconds) + draw.settings.slot
                guard question > floor else { continue }
                var figures: [Explanation.Figure] = [
                    .transferred(.shop), .closedUnanswered(.shop), .afterHours(.shop),
                ]
                if index % 20 == 0 { figures += [.guidedSales, .guidedPayers, .conversion] }
                for figure in figures {
                    let explanation = monitor.explain(figure, at: Instant(milliseconds: question))
                    let count = check(
                        explanation, log, draw.settings, question, "seed \(seed), \(figure) at \(question)")
                    checked[String("\(figure)".prefix { $0 != "(" }), default: 0] += count
                }
            }
        }
        for name in [
            "guidedSales", "guidedPayers", "conversion", "transferred", "afterHours",
        ] { #expect(checked[name, default: 0] >= 5, "\(name): \(checked[name, default: 0])") }
    }

    static func figures(of figures: ShopFigures) -> [(Explanation.Figure, Int64?)] {
        var result: [(Explanation.Figure, Int64?)] = [
            (.served(.shop), figures.today.served), (.served(.assistant), figures.assistant.servedToday),
            (.guidedSales, figures.today.guidedSales), (.guidedPayers, figures.today.guidedPayers),
            (.conversion, figures.today.conversion?.perMille), (.response(.shop), figures.meanResponse),
            (.pending(.shop), figures.pending.open.count), (.online(.shop), figures.online),
            (.suspended(.shop), figures.suspended), (.consulted, figures.assistant.consulted),
            (.handed, figures.assistant.handed),
            (.transferred(.shop), figures.response.transferredUnanswered.count),
            (.closedUnanswered(.shop), figures.response.closedUnanswered),
            (.afterHours(.shop), figures.response.afterHours),
        ]
        for agent in figures.agents {
            result.append((.served(.agent(agent.agent)), agent.servedToday))
            result.append((.response(.agent(agent.agent)), agent.response.answers.mean))
            result.append((.pending(.agent(agent.agent)), agent.pending.open.count))
            result.append((.transferred(.agent(agent.agent)), agent.response.transferredUnanswered.count))
            result.append((.closedUnanswered(.agent(agent.agent)), agent.response.closedUnanswered))
            result.append((.afterHours(.agent(agent.agent)), agent.response.afterHours))
        }
        for group in figures.groups {
            result.append((.response(.group(group.group)), group.response.answers.mean))
            result.append((.pending(.group(group.group)), group.pending.open.count))
            result.append((.online(.group(group.group)), group.online))
            result.append((.transferred(.group(group.group)), group.response.transferredUnanswered.count))
            result.append((.afterHours(.group(group.group)), group.response.afterHours))
        }
        for entry in figures.assistant.clicks { result.append((.clicks(entry: entry.entry), entry.clicks)) }
        return result
    }

    /// The oracle, given nothing but the events of one term after the other, counts what the term counts. Returns how many were tried.
    @discardableResult
    private func check(
        _ explanation: Explanation, _ log: [Event], _ settings: LiveOracle.Settings, _ question: Int64,
        _ comment: String
    ) -> Int {
        var count = 0
        func recount(_ terms: [Explanation.Term], _ compare: (Told, Explanation.Term) -> Bool) {
            for term in terms where term.isComplete {
                guard let told = told(by: term, log, settings, question) else { continue }
                count += 1
                #expect(compare(told, term), "\(comment) \(term)")
            }
        }
        let terms = explanation.terms
        switch explanation.figure {
        case .served(.shop): recount(terms) { told, _ in told["today.served"] == 1 }
        case .served(.agent(let agent)): recount(terms) { told, _ in told["agent.\(agent).served"] == 1 }
        case .response(.agent(let agent)):
            recount(terms) { told, term in
                told["agent.\(agent).answers"] == 1 && told["agent.\(agent).answers.time"] ?? 0 == term.value
            }
        case .pending(.agent(let agent)): recount(terms) { told, _ in told["agent.\(agent).pending"] == 1 }
        case .online(.shop): recount(terms) { told, _ in told["online"] == 1 }
        case .suspended(.shop): recount(terms) { told, _ in told["suspended"] == 1 }
        case .consulted: recount(terms) { told, _ in told["assistant.consulted"] == 1 }
        case .clicks(let entry): recount(terms) { told, _ in told["clicks.\(entry)"] == 1 }
        case .guidedSales: recount(terms) { told, term in told["today.sales"] ?? 0 == term.value }
        case .guidedPayers: recount(terms) { told, _ in told["today.payers"] == 1 }
        case .conversion:
            recount(terms) { told, _ in told["today.payers"] == 1 }
            recount(explanation.others) { told, _ in told["today.inquiring"] == 1 }
        case .transferred:
            recount(terms) { told, term in
                let name = "agent.\(term.agent ?? "").transferred"
                return told[name] == 1 && told[name + ".time"] ?? 0 == term.value
            }
        case .closedUnanswered:
            recount(terms) { told, term in told["agent.\(term.agent ?? "").closedUnanswered"] == 1 }
        case .afterHours: recount(terms) { told, term in told["agent.\(term.agent ?? "").afterHours"] == 1 }
        default: break
        }
        return count
    }

    /// What the oracle tells of the events of a term; nil where they are too far apart.
    private func told(
        by term: Explanation.Term, _ log: [Event], _ settings: LiveOracle.Settings, _ question: Int64
    ) -> Told? {
        let events = log.filter { term.events.contains($0.id) }
        let times = events.compactMap { event -> Int64? in
            if case .order = event.content { return nil }
            return min(event.time.milliseconds, event.received.milliseconds + settings.skew)
        }
        guard let first = times.min(), let last = times.max() else { return nil }
        // Silence would close where the messages between were left out.
        guard question - first < 20 * LiveOracle.hour, last - first < settings.closeAfter else { return nil }
        var oracle = LiveOracle(settings)
        oracle.take(events)
        return oracle.figures(at: question)
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
}
