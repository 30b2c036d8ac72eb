import ConversationModel

extension ShopMonitor {
    /// Where a figure as of `now` comes from.
    ///
    /// The events are those within the horizon: further back, what was counted is known, but not by which
    /// event. O(buyers), and the events of those concerned.
    public func explain(_ figure: Explanation.Figure, at now: Instant) -> Explanation {
        var result = Explanation(figure: figure, asOf: now, arithmetic: .count)
        let time = now.milliseconds
        let today = context.calendar.day(at: time)
        switch figure {
        case .served(let scope): explainServed(scope, today, until: time, &result)
        case .guidedSales, .guidedPayers, .conversion: explainSales(figure, today, until: time, &result)
        case .response(let scope): explainResponse(scope, at: time, &result)
        case .pending(let scope): explainPending(scope, at: time, &result)
        case .online(let scope), .suspended(let scope): explainPresence(figure, scope, at: time, &result)
        case .transferred(let scope), .closedUnanswered(let scope), .afterHours(let scope):
            explainSlot(figure, scope, at: time, &result)
        case .consulted, .handed: explainAssistant(figure, at: time, &result)
        case .clicks(let entry):
            let halfHour = context.calendar.lastHalfHour(at: time)
            result.span = Stretch(halfHour)
            for click in clicks(in: halfHour) where names.entries.name(click.entry) == entry {
                result.terms.append(Explanation.Term(subject: entry, events: [ids.name(click.id)]))
            }
        }
        return result
    }

    private func explainServed(
        _ scope: Explanation.Scope, _ day: ShopCalendar.Day, until: Int64, _ result: inout Explanation
    ) {
        result.span = Stretch(ShopCalendar.Stretch(start: day.span.start, end: until))
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
    private func served(_ buyer: Buyer, _ spoke: EventRow?, _ answer: EventRow?) -> [String?] {
        guard let spoke, let answer else { return [id(spoke), id(answer), nil] }
        let place = buyer.rows.firstIndex(of: answer) ?? 0
        let followed = buyer.rows[..<place].last {
            $0.code == .buyer && $0.conversation == answer.conversation && isContent($0)
        }
        guard let followed else { return [id(spoke), id(answer), nil] }
        return eventIDs([spoke, answer, followed])
    }

    /// The same of the first reply of that day by anybody.
    private func served(_ buyer: Buyer, _ facts: BuyerDay) -> [String?] {
        let reply = min(facts.humanReply, facts.assistantReply)
        return served(
            buyer, buyer.rows.first { $0.code == .buyer && $0.time == facts.spoke && isContent($0) },
            buyer.rows.first {
                ($0.code == .agent || $0.code == .assistant) && $0.time == reply && !$0.flags.contains(.automatic)
                    && isContent($0)
            })
    }

    private func explainSales(
        _ figure: Explanation.Figure, _ day: ShopCalendar.Day, until: Int64, _ result: inout Explanation
    ) {
        result.span = Stretch(ShopCalendar.Stretch(start: day.span.start, end: until))
        result.arithmetic = figure == .guidedSales ? .sum : figure == .guidedPayers ? .count : .ratio
        for buyer in buyers {
            let name = names.buyers.name(buyer.name)
            let facts = buyer.day(day.number) ?? BuyerDay(day: day.number)
            let paid = buyer.payments.filter { day.span.contains($0.time) && $0.time < until }
            let guided = paid.filter { facts.servedSince <= $0.time }
            for payment in paid where facts.servedSince > payment.time {
                result.leaveOut(
                    name, facts.servedSince < until ? .paidBefore : .notServed, [ids.name(payment.id)])
            }
            let events = guided.isEmpty ? [] : served(buyer, facts)
            if figure == .guidedSales {
                for payment in guided {
                    result.terms.append(
                        Explanation.Term(
                            subject: name, value: payment.amount, events: events + [ids.name(payment.id)]))
                }
            } else if !guided.isEmpty {
                result.terms.append(
                    Explanation.Term(subject: name, events: events + guided.map { ids.name($0.id) }))
            }
            guard figure == .conversion, facts.spoke < until else { continue }
            let spoke = buyer.rows.first { $0.code == .buyer && $0.time == facts.spoke && isContent($0) }
            if buyer.hasBought(before: facts.spoke, now: until) {
                result.leaveOut(name, .hasBought, [id(spoke)])
            } else {
                result.others.append(Explanation.Term(subject: name, events: [id(spoke)]))
            }
        }
        let isKnown =
            ordersKnownSince != .max && ordersKnownSince <= day.span.start - MonitorLimits.orderMemory
        if figure == .conversion, !isKnown { result.others = [] }
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
                guard state.isOnline, state.isSuspended else { continue }
                events.append(suspended.flatMap { ids.name($0.id) })
            } else if !state.isOnline {
                result.leaveOut(name, .offline, [came.flatMap { ids.name($0.id) }])
                continue
            }
            result.terms.append(Explanation.Term(subject: name, events: events))
        }
    }

    // MARK: Helpers

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
