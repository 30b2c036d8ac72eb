import ConversationModel
import Monitoring
import Testing

/// Every figure that can be explained, what the figures say of it, and how its terms are counted anew.
enum ExplainedFigures {
    static let ofTheShop: [Explanation.Figure] = [
        .served(.shop), .served(.assistant), .guidedSales, .guidedSalesLed(by: .people),
        .guidedSalesLed(by: .assistant), .guidedPayers, .guidedPayersLed(by: .people),
        .guidedPayersLed(by: .assistant), .inquiring, .conversion, .strictConversion, .lateEvents, .response(.shop),
        .answers(.shop), .uncounted(.shop), .afterHours(.shop), .transferred(.shop), .closedUnanswered(.shop),
        .buyerWaits, .openBuyerWaits, .pending(.shop), .pendingPerAgent(.shop), .readUnanswered(.shop),
        .leftPending(.shop), .online(.shop), .suspended(.shop), .queued, .pooled, .unassigned, .consulted, .handed,
        .handOverRate, .clicks(entry: nil),
    ]

    /// Each with its value; nil: undefined.
    static func all(
        of figures: ShopFigures
    ) -> [(figure: Explanation.Figure, day: Explanation.Day, value: Int64?)] {
        var result: [(Explanation.Figure, Explanation.Day, Int64?)] = []
        func add(_ figure: Explanation.Figure, _ value: Int64?) { result.append((figure, .today, value)) }
        for (day, told) in [
            (Explanation.Day.today, figures.today), (.yesterday, figures.yesterday),
            (.yesterdayUntilThisTime, figures.yesterdayUntilThisTime),
        ] {
            let ofDay: [(Explanation.Figure, Int64?)] = [
                (.served(.shop), told.served), (.guidedSales, told.guidedSales),
                (.guidedSalesLed(by: .people), told.guidedSalesByPeople),
                (.guidedSalesLed(by: .assistant), told.guidedSalesByAssistant), (.guidedPayers, told.guidedPayers),
                (.guidedPayersLed(by: .people), told.guidedPayersByPeople),
                (.guidedPayersLed(by: .assistant), told.guidedPayersByAssistant),
                (.inquiring, told.areOrdersKnown ? told.inquiring : nil), (.conversion, told.conversion?.perMille),
                (.strictConversion, told.strictConversion?.perMille), (.lateEvents, told.lateEvents),
            ]
            result += ofDay.map { ($0.0, day, $0.1) }
        }
        add(.served(.assistant), figures.assistant.servedToday)
        add(.response(.shop), figures.meanResponse)
        add(.pendingPerAgent(.shop), figures.pendingPerAgent.perMille)
        add(.buyerWaits, figures.buyerWaits.mean)
        add(.openBuyerWaits, figures.openBuyerWaits.count)
        add(.queued, figures.queued)
        add(.pooled, figures.pooled)
        add(.unassigned, figures.unassigned)
        add(.consulted, figures.assistant.consulted)
        add(.handed, figures.assistant.handed)
        add(.handOverRate, figures.assistant.handOverRate.perMille)
        add(.clicks(entry: nil), figures.assistant.clicks.reduce(0) { $0 + $1.clicks })
        for entry in figures.assistant.clicks { add(.clicks(entry: entry.entry), entry.clicks) }
        func add(
            _ scope: Explanation.Scope, _ response: ResponseFigures, _ pending: PendingFigures, _ online: Int64,
            _ suspended: Int64, _ leftPending: Int64
        ) {
            add(.answers(scope), response.answers.mean)
            if scope != .shop { add(.response(scope), response.answers.mean) }
            add(.uncounted(scope), response.uncounted)
            add(.afterHours(scope), response.afterHours)
            add(.transferred(scope), response.transferredUnanswered.count)
            add(.closedUnanswered(scope), response.closedUnanswered)
            add(.pending(scope), pending.open.count)
            add(.readUnanswered(scope), pending.readUnanswered)
            add(.online(scope), online)
            add(.suspended(scope), suspended)
            add(.leftPending(scope), leftPending)
        }
        func left(_ isIn: (AgentFigures) -> Bool) -> Int64 {
            Int64(figures.agents.count { isIn($0) && $0.leftPending })
        }
        add(.shop, figures.response, figures.pending, figures.online, figures.suspended, left { _ in true })
        for group in figures.groups {
            add(
                .group(group.group), group.response, group.pending, group.online, group.suspended,
                left { $0.group == group.group })
            add(.pendingPerAgent(.group(group.group)), group.pendingPerAgent.perMille)
        }
        for agent in figures.agents {
            add(.served(.agent(agent.agent)), agent.servedToday)
            add(
                .agent(agent.agent), agent.response, agent.pending, agent.isOnline ? 1 : 0, agent.isSuspended ? 1 : 0,
                agent.leftPending ? 1 : 0)
        }
        return result
    }

    /// The oracle, given nothing but the events of one term after the other, counts what the term counts. Returns how many
    /// were tried.
    @discardableResult
    static func check(
        _ explanation: Explanation, of day: Explanation.Day, _ log: [Event], _ settings: LiveOracle.Settings,
        _ question: Int64, _ comment: String
    ) -> Int {
        var count = 0
        func recount(_ terms: [Explanation.Term], _ isSo: (Told, Explanation.Term) -> Bool) {
            for term in terms where term.isComplete {
                guard let told = told(by: term, log, settings, question, explanation.figure) else { continue }
                count += 1
                #expect(isSo(told, term), "\(comment) \(term)")
            }
        }
        let prefix =
            switch day {
            case .today: "today."
            case .yesterday: "yesterday."
            case .yesterdayUntilThisTime: "yesterdayUntil."
            }
        func ofAgent(_ name: String, _ told: Told, _ term: Explanation.Term) -> Int64 {
            told["agent.\(term.agent ?? "").\(name)", default: 0]
        }
        let terms = explanation.terms
        switch explanation.figure {
        case .served(.shop): recount(terms) { told, _ in told[prefix + "served"] == 1 }
        case .served(.assistant): recount(terms) { told, _ in told["assistant.served"] == 1 }
        case .served(.agent(let agent)): recount(terms) { told, _ in told["agent.\(agent).served"] == 1 }
        case .served(.group): break
        case .response, .answers:
            recount(terms) { told, term in
                ofAgent("answers", told, term) == 1 && ofAgent("answers.time", told, term) == term.value
            }
        case .uncounted: recount(terms) { told, term in ofAgent("uncounted", told, term) == 1 }
        case .afterHours: recount(terms) { told, term in ofAgent("afterHours", told, term) == 1 }
        case .transferred:
            recount(terms) { told, term in
                ofAgent("transferred", told, term) == 1 && ofAgent("transferred.time", told, term) == term.value
            }
        case .closedUnanswered: recount(terms) { told, term in ofAgent("closedUnanswered", told, term) == 1 }
        case .buyerWaits:
            recount(terms) { told, term in
                told["buyerWaits"] == 1 && told["buyerWaits.time", default: 0] == term.value
            }
        case .openBuyerWaits:
            recount(terms) { told, term in
                told["openBuyerWaits"] == 1 && told["openBuyerWaits.oldest"] == term.since?.milliseconds
            }
        case .pending:
            recount(terms) { told, term in
                ofAgent("pending", told, term) == 1 && ofAgent("oldest", told, term) == term.since?.milliseconds
            }
        case .pendingPerAgent:
            recount(terms) { told, term in ofAgent("pending", told, term) == 1 }
            recount(explanation.others) { told, _ in told["online"] == 1 }
        case .readUnanswered: recount(terms) { told, term in ofAgent("readUnanswered", told, term) == 1 }
        case .leftPending:
            recount(terms) { told, term in
                ofAgent("pending", told, term) > 0 && ofAgent("online", told, term) == 0
            }
        case .online: recount(terms) { told, _ in told["online"] == 1 }
        case .suspended: recount(terms) { told, _ in told["suspended"] == 1 }
        case .queued: recount(terms) { told, _ in told["queued"] == 1 }
        case .pooled: recount(terms) { told, _ in told["pooled"] == 1 }
        case .unassigned: recount(terms) { told, _ in told["unassigned"] == 1 }
        case .consulted: recount(terms) { told, _ in told["assistant.consulted"] == 1 }
        case .handed: recount(terms) { told, _ in told["assistant.handed"] == 1 }
        case .handOverRate:
            recount(terms) { told, _ in told["assistant.handed"] == 1 }
            recount(explanation.others) { told, _ in told["assistant.consulted"] == 1 }
        case .clicks: recount(terms) { told, term in told["clicks.\(term.subject)"] == 1 }
        case .guidedSales: recount(terms) { told, term in told[prefix + "sales", default: 0] == term.value }
        case .guidedSalesLed(.people):
            recount(terms) { told, term in told[prefix + "salesByPeople", default: 0] == term.value }
        case .guidedSalesLed(.assistant):
            recount(terms) { told, term in
                told[prefix + "sales", default: 0] == term.value && told[prefix + "salesByPeople"] == nil
            }
        case .guidedPayers: recount(terms) { told, _ in told[prefix + "payers"] == 1 }
        case .guidedPayersLed(.people): recount(terms) { told, _ in told[prefix + "payersByPeople"] == 1 }
        case .guidedPayersLed(.assistant):
            recount(terms) { told, _ in told[prefix + "payers"] == 1 && told[prefix + "payersByPeople"] == nil }
        case .lateEvents:
            // What is late is decided by all that came before: the events are those of the log, each on that day.
            let oracle = LiveOracle(settings)
            let today = oracle.day(question)
            for term in terms {
                let events = log.filter { term.events.contains($0.id) }
                let days = events.map {
                    oracle.day(min($0.time.milliseconds, $0.received.milliseconds + settings.skew))
                }
                #expect(days.contains(day == .today ? today : today - 1) || !term.isComplete, "\(comment) \(term)")
                count += 1
            }
        case .inquiring: recount(terms) { told, _ in told[prefix + "inquiring"] == 1 }
        case .conversion, .strictConversion:
            recount(terms) { told, _ in told[prefix + "payers"] == 1 }
            recount(explanation.others) { told, _ in told[prefix + "inquiring"] == 1 }
        }
        return count
    }

    /// What the oracle tells of the events of a term; nil where they are too far apart.
    private static func told(
        by term: Explanation.Term, _ log: [Event], _ settings: LiveOracle.Settings, _ question: Int64,
        _ figure: Explanation.Figure
    ) -> Told? {
        let events = log.filter { term.events.contains($0.id) }
        let times = events.compactMap { event -> Int64? in
            switch event.content {
            // Silence closes nothing that these are about.
            case .order, .agent: return nil
            default: return min(event.time.milliseconds, event.received.milliseconds + settings.skew)
            }
        }
        if !times.isEmpty || events.isEmpty {
            guard let first = times.min(), let last = times.max() else { return nil }
            // Silence would close where the messages between were left out.
            guard last - first < settings.closeAfter else { return nil }
            guard figure.isOfDay || question - first < 20 * LiveOracle.hour else { return nil }
        }
        var oracle = LiveOracle(settings)
        oracle.take(events)
        return oracle.figures(at: question)
    }
}
