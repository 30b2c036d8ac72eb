import ConversationModel

extension ShopMonitor {
    /// Where a figure as of `now` comes from; of a figure that is counted for days also that of `day`.
    ///
    /// The events are those within the horizon, and what a state keeps that was made for it: further back, what was counted is known,
    /// but not by which event. O(buyers), and the events of those concerned.
    public func explain(
        _ figure: Explanation.Figure, of day: Explanation.Day = .today, at now: Instant
    ) -> Explanation {
        if kept != nil { return unforgetting.explain(figure, of: day, at: now) }
        var result = Explanation(figure: figure, asOf: now, arithmetic: .count)
        let time = now.milliseconds
        switch figure {
        case .served(let scope):
            let (day, until) = span(of: day, at: time, &result)
            explainServed(scope, day, until: until, &result)
        case .guidedSales, .guidedPayers, .guidedSalesLed, .guidedPayersLed, .conversion, .strictConversion,
            .inquiring:
            let (day, until) = span(of: day, at: time, &result)
            explainSales(figure, day, until: until, &result)
        case .lateEvents:
            let (day, until) = span(of: day, at: time, &result)
            for late in ledger.day(day.number)?.late ?? [] where late.time < until {
                result.terms.append(Explanation.Term(subject: ids.name(late.id) ?? "", events: [ids.name(late.id)]))
            }
        case .response(let scope), .answers(let scope): explainResponse(figure, scope, at: time, &result)
        case .uncounted(let scope): explainUncounted(scope, at: time, &result)
        case .buyerWaits: explainBuyerWaits(at: time, &result)
        case .pending(let scope): explainPending(scope, at: time, &result)
        case .readUnanswered(let scope): explainPending(scope, isOfRead: true, at: time, &result)
        case .leftPending(let scope): explainLeftPending(scope, at: time, &result)
        case .openBuyerWaits, .queued, .pooled, .unassigned: explainOpen(figure, at: time, &result)
        case .online(let scope), .suspended(let scope): explainPresence(figure, scope, at: time, &result)
        case .transferred(let scope), .closedUnanswered(let scope), .afterHours(let scope):
            explainSlot(figure, scope, at: time, &result)
        case .consulted, .handed: explainAssistant(figure, at: time, &result)
        case .clicks(let entry): explainClicks(entry, at: time, &result)
        case .pendingPerAgent(let scope):
            divide(.pending(scope), by: .online(scope), at: now, &result)
        case .handOverRate: divide(.handed, by: .consulted, at: now, &result)
        }
        result.isKnown = began < result.span?.end.milliseconds ?? time
        arrange(&result)
        listEvents(&result)
        return result
    }

    /// Notes which stretch of which day is asked for.
    private func span(
        of day: Explanation.Day, at time: Int64, _ result: inout Explanation
    ) -> (ShopCalendar.Day, until: Int64) {
        let calendar = context.calendar
        let today = calendar.day(at: time)
        let yesterday = calendar.day(today.number - 1)
        let (day, until) =
            switch day {
            case .today: (today, time)
            case .yesterday: (yesterday, yesterday.span.end)
            case .yesterdayUntilThisTime: (yesterday, calendar.sameTimeYesterday(time))
            }
        result.span = Stretch(ShopCalendar.Stretch(start: day.span.start, end: until))
        return (day, until)
    }

    /// A rate of two figures, each of which can be explained.
    private func divide(
        _ figure: Explanation.Figure, by other: Explanation.Figure, at now: Instant, _ result: inout Explanation
    ) {
        let (above, below) = (explain(figure, at: now), explain(other, at: now))
        result.arithmetic = .ratio
        result.span = above.span
        (result.terms, result.others) = (above.terms, below.terms)
        result.leftOut = above.leftOut + below.leftOut
        result.leftOutCount = above.leftOutCount + below.leftOutCount
    }

    private func explainClicks(_ entry: String?, at time: Int64, _ result: inout Explanation) {
        let halfHour = context.calendar.lastHalfHour(at: time)
        result.span = Stretch(halfHour)
        for click in clicks(in: halfHour) {
            let name = names.entries.name(click.entry)
            guard entry == nil || entry == name else { continue }
            result.terms.append(Explanation.Term(subject: name, events: [ids.name(click.id)]))
        }
    }

    private func explainServed(
        _ scope: Explanation.Scope, _ day: ShopCalendar.Day, until: Int64, _ result: inout Explanation
    ) {
        for buyer in buyers {
            guard let facts = buyer.day(day.number) else { continue }
            let name = names.buyers.name(buyer.name)
            let reply: Int64
            var rows: [EventRow] = []
            switch scope {
            case .shop: reply = min(facts.humanReply, facts.assistantReply)
            case .assistant: reply = facts.assistantReply
            case .agent(let agent):
                let number = buyer.state.replies.first {
                    $0.day == day.number && names.agents.name($0.agent) == agent
                }
                reply = number?.first ?? BuyerDay.never
                rows = buyer.rows.filter { $0.code == .agent && names.agents.name($0.party) == agent }
            case .group: continue
            }
            if case .agent = scope {} else { rows = buyer.rows.filter { $0.code == .agent || $0.code == .assistant } }
            let spoke = buyer.rows.first { $0.code == .buyer && $0.time == facts.spoke && isContent($0) }
            let answer = rows.first { $0.time == reply && !$0.flags.contains(.automatic) && isContent($0) }
            let hasSpoken = facts.spoke < until
            switch (hasSpoken, reply < until) {
            case (true, true):
                result.terms.append(
                    Explanation.Term(subject: name, events: served(buyer, spoke, answer)))
            case (true, false):
                let automatic = rows.first {
                    day.span.contains($0.time) && $0.time < until && $0.flags.contains(.automatic)
                }
                result.leaveOut(
                    name, automatic == nil ? .noReply : .onlyAutomatic, [id(spoke), id(automatic)])
            case (false, true): result.leaveOut(name, .notSpoken, [id(answer)])
            case (false, false): break
            }
        }
    }

    /// The events that make a buyer served: what he said, the reply, and what the reply follows if that was
    /// before.
    func served(_ buyer: Buyer, _ spoke: EventRow?, _ answer: EventRow?) -> [String?] {
        guard let spoke, let answer else { return [id(spoke), id(answer), nil] }
        let place = buyer.rows.firstIndex(of: answer) ?? 0
        let followed = buyer.rows[..<place].last {
            $0.code == .buyer && $0.conversation == answer.conversation && isContent($0)
        }
        guard let followed else { return [id(spoke), id(answer), nil] }
        return eventIDs([spoke, answer, followed])
    }

    private func explainPresence(
        _ figure: Explanation.Figure, _ scope: Explanation.Scope, at time: Int64, _ result: inout Explanation
    ) {
        for number in agents.indices where isIn(scope, Int32(number), at: time) {
            let state = agents[number].state(at: time)
            let name = names.agents.name(Int32(number))
            let before = agents[number].rows.filter { $0.time < time }
            let came = before.last { $0.code == .online || $0.code == .offline }
            let suspended = before.last { $0.code == .suspended || $0.code == .resumed || $0.code == .offline }
            var events = [came.flatMap { ids.name($0.id) }]
            if case .suspended = figure {
                guard state.isSuspended else { continue }
                guard state.isOnline else {
                    result.leaveOut(name, .offline, [suspended.flatMap { ids.name($0.id) }])
                    continue
                }
                events.append(suspended.flatMap { ids.name($0.id) })
            } else if !state.isOnline {
                result.leaveOut(name, .offline, [came.flatMap { ids.name($0.id) }])
                continue
            }
            result.terms.append(Explanation.Term(subject: name, events: events))
        }
    }

    // MARK: Rows and their ids

    /// Whether an agent belongs to a scope by his group at `time`.
    func isIn(_ scope: Explanation.Scope, _ agent: Int32, at time: Int64) -> Bool {
        switch scope {
        case .shop: return true
        case .assistant: return false
        case .agent(let name): return names.agents.name(agent) == name
        case .group(let name):
            let group = agents[Int(agent)].state(at: time).group
            return (group == EventRow.none ? nil : names.groups.name(group)) == name
        }
    }

    func isContent(_ row: EventRow) -> Bool {
        !(MessageKind.recall.rawValue...MessageKind.event.rawValue).contains(row.kind)
    }

    func id(_ row: EventRow?) -> String? { row.flatMap { ids.name($0.id) } }

    /// Ids of different rows, in the order of the rows; nil at the end where a row is not known.
    func eventIDs(_ rows: [EventRow?]) -> [String?] {
        var seen: Set<Int32> = []
        let known = rows.compactMap { $0 }.sorted { ids.isBefore($0, $1) }
        let missing: [String?] = rows.contains(nil) ? [nil] : []
        return known.filter { seen.insert($0.id).inserted }.map { id($0) } + missing
    }
}
