import ConversationModel

extension ShopMonitor {
    /// The figures at `now`, by what happened before: a slot's end, for example, or an instant up to 48 hours
    /// before the watermark.
    ///
    /// O(buyers); the events of buyers who did something at `now` or later are looked at one by one.
    public func figures(at now: Instant) -> ShopFigures {
        let time = now.milliseconds
        let calendar = context.calendar
        let today = calendar.day(at: time)
        let yesterday = calendar.day(today.number - 1)
        let slot = calendar.lastSlot(at: time)
        let halfHour = calendar.lastHalfHour(at: time)
        var result = ShopFigures(
            asOf: now, since: since, watermark: watermark, sequence: sequence, counters: counters,
            isSilent: isSilent(at: now),
            firstDayWithConversion: firstDayWithConversion,
            today: dayFigures(today, until: time),
            yesterday: dayFigures(yesterday, until: yesterday.span.end),
            yesterdayUntilThisTime: dayFigures(yesterday, until: calendar.sameTimeYesterday(time)),
            slot: Stretch(slot), assistant: AssistantFigures(halfHour: Stretch(halfHour)))
        let settings = settings.state(at: time)
        var members = agents.map { AgentColumn(state: $0.state(at: time)) }
        addCommands(to: &members, &result, day: today, at: time)
        addServed(to: &members, &result, day: today, until: time)
        addOpen(to: &members, &result, at: time)
        addResponses(to: &members, &result, slot)
        addAssistant(to: &result, halfHour, settings)
        addMembers(members, settings, to: &result)
        return result
    }

    /// What is known of an agent while figures are put together.
    struct AgentColumn {
        var state: AgentState
        var dispatch: DispatchState?
        var served: Int64 = 0
        var pending = PendingFigures()
        var response = ResponseFigures()
    }

    // MARK: Days

    /// The first day before which all orders of 21 days are known.
    var firstDayWithConversion: CalendarDay? {
        guard ordersKnownSince != .max else { return nil }
        let known = ordersKnownSince + MonitorLimits.orderMemory
        let day = context.calendar.day(at: known)
        return CalendarDay(daysSince1970: day.span.start == known ? day.number : day.number + 1)
    }

    func dayFigures(_ day: ShopCalendar.Day, until: Int64) -> DayFigures {
        var result = DayFigures(
            day: CalendarDay(daysSince1970: day.number), until: Instant(milliseconds: until))
        result.areOrdersKnown =
            ordersKnownSince != .max && ordersKnownSince <= day.span.start - MonitorLimits.orderMemory
        result.isSettled = watermarkTime >= day.span.end
        result.isKnown = began < until
        guard let ledger = ledger.day(day.number) else { return result }
        result.lateEvents = Int64(ledger.late.count { $0.time < until })
        result.isAmended = ledger.isAmended(before: until, slotLength: policy.slotLength)
        for index in ledger.buyers {
            let buyer = buyers[Int(index)]
            guard let facts = buyer.day(day.number), facts.spoke < until else { continue }
            let isInquiring = !buyer.hasBought(before: facts.spoke, now: until)
            if isInquiring { result.inquiring += 1 }
            guard facts.servedSince < until else { continue }
            result.served += 1
            var pays = false
            var paysLedByPeople = false
            for payment in buyer.payments where payment.time >= facts.servedSince {
                guard payment.time < until, payment.time < day.span.end else { break }
                pays = true
                result.guidedSales = result.guidedSales.addingUpTo(payment.amount)
                if facts.humanServedSince <= payment.time {
                    paysLedByPeople = true
                    result.guidedSalesByPeople = result.guidedSalesByPeople.addingUpTo(payment.amount)
                }
            }
            if pays { result.guidedPayers += 1 }
            if paysLedByPeople { result.guidedPayersByPeople += 1 }
            if pays, isInquiring { result.inquiringPayers += 1 }
        }
        return result
    }

    private func addServed(
        to members: inout [AgentColumn], _ result: inout ShopFigures, day: ShopCalendar.Day, until: Int64
    ) {
        for index in ledger.day(day.number)?.buyers ?? [] {
            let buyer = buyers[Int(index)]
            guard let facts = buyer.day(day.number), facts.spoke < until else { continue }
            if facts.assistantReply < until { result.assistant.servedToday += 1 }
            for reply in buyer.state.replies where reply.day == day.number && reply.first < until {
                members[Int(reply.agent)].served += 1
            }
        }
    }

    private func addCommands(
        to members: inout [AgentColumn], _ result: inout ShopFigures, day: ShopCalendar.Day, at time: Int64
    ) {
        for (number, history) in commands.enumerated() {
            guard let dispatch = history.state(at: time, skew: policy.skew),
                day.span.contains(dispatch.commanded.milliseconds)
            else { continue }
            let name = names.commanded.name(Int32(number))
            if let agent = names.agents.number(named: name).map(Int.init), agents[agent].named < time {
                members[agent].dispatch = dispatch
            } else {
                result.unknownAgents.append(UnknownAgent(agent: name, dispatch: dispatch))
            }
        }
        result.unknownAgents.sort { $0.agent < $1.agent }
    }

    // MARK: Now

    private func addOpen(to members: inout [AgentColumn], _ result: inout ShopFigures, at time: Int64) {
        var context = context
        let policy = context.policy
        for buyer in buyers {
            // Most have nothing open and nothing later than `time`.
            if buyer.state.conversations.isEmpty, buyer.rows.last.map({ $0.time < time }) ?? true { continue }
            for conversation in buyer.state(before: time, &context).conversations {
                if conversation.isClosed(at: time, policy) { continue }
                if let since = conversation.buyerWait.openSince {
                    result.openBuyerWaits.add(since: policy.opening(from: since).milliseconds)
                }
                switch conversation.ownerKind {
                case .queue: result.queued += 1
                case .pool: result.pooled += 1
                case .nobody, .group: if conversation.openClock != nil { result.unassigned += 1 }
                case .assistant: break
                case .agent:
                    guard let clock = conversation.openClock else { continue }
                    if conversation.isRead { members[Int(conversation.owner)].pending.readUnanswered += 1 }
                    if conversation.isRead, self.policy.pendingUntil == .read { continue }
                    let start = policy.opening(from: Instant(milliseconds: clock))
                    members[Int(conversation.owner)].pending.open.add(since: start.milliseconds)
                }
            }
        }
    }

    private func addResponses(
        to members: inout [AgentColumn], _ result: inout ShopFigures, _ slot: ShopCalendar.Stretch
    ) {
        guard let sums = ledger.slot(at: slot.start) else { return }
        result.isSlotAmended = sums.isAmended
        result.buyerWaits = MeanDuration(sum: sums.buyerWaitTime, count: Int64(sums.buyerWaits))
        result.assistant.consulted = Int64(sums.consulted)
        result.assistant.handed = Int64(sums.handed)
        var means: Int64 = 0
        for agent in sums.agents {
            members[Int(agent.agent)].response = ResponseFigures(agent)
            guard let mean = members[Int(agent.agent)].response.answers.microseconds else { continue }
            // Each mean in whole microseconds: rounding them down is below what is shown.
            means += mean
            result.respondingAgents += 1
        }
        if result.respondingAgents > 0 { result.meanResponse = means / result.respondingAgents / 1000 }
    }

    private func addAssistant(
        to result: inout ShopFigures, _ halfHour: ShopCalendar.Stretch, _ settings: SettingsState
    ) {
        result.assistant.isOn = settings.isAssistantOn
        result.assistant.isHumanFirst = settings.assistantMode.map { $0 == .humanFirst }
        result.assistant.entries = settings.entries
        var clicks: [Int32: Int64] = [:]
        for click in self.clicks(in: halfHour) { clicks[click.entry, default: 0] += 1 }
        result.assistant.clicks = clicks.map { .init(entry: names.entries.name($0), clicks: $1) }
            .sorted { $0.clicks != $1.clicks ? $0.clicks > $1.clicks : $0.entry < $1.entry }
    }

    func clicks(in halfHour: ShopCalendar.Stretch) -> [ClickRow] {
        guard let day = ledger.days.first(where: { $0.day.span.contains(halfHour.start) }) else { return [] }
        return day.clicks[Int((halfHour.start - day.day.span.start) / ShopCalendar.halfHour)]
    }

    // MARK: Sums

    private func addMembers(_ members: [AgentColumn], _ settings: SettingsState, to result: inout ShopFigures) {
        result.alarms = settings.alarms[EventRow.none]
        let groupNames = (0..<names.groups.count).map { names.groups.name(Int32($0)) }
        // By the number of the group plus 1; first those who are in none.
        var groups = [GroupFigures?](repeating: nil, count: groupNames.count + 1)
        for (number, alarms) in settings.alarms where number != EventRow.none {
            groups[Int(number) + 1] = GroupFigures(group: groupNames[Int(number)], alarms: alarms)
        }
        for (number, member) in members.enumerated() {
            let state = member.state
            let place = Int(state.group) + 1
            let group = place == 0 ? nil : groupNames[place - 1]
            let isSuspended = state.isOnline && state.isSuspended
            result.online += state.isOnline ? 1 : 0
            result.suspended += isSuspended ? 1 : 0
            result.pending.add(member.pending)
            result.response.add(member.response)
            let isShown =
                state.isOnline || member.served > 0 || member.pending != PendingFigures()
                || member.response != ResponseFigures() || member.dispatch != nil
            guard isShown || group != nil else { continue }
            if groups[place] == nil { groups[place] = GroupFigures(group: group) }
            groups[place]?.online += state.isOnline ? 1 : 0
            groups[place]?.suspended += isSuspended ? 1 : 0
            groups[place]?.pending.add(member.pending)
            groups[place]?.response.add(member.response)
            guard isShown else { continue }
            result.agents.append(
                AgentFigures(
                    agent: names.agents.name(Int32(number)), group: group, isOnline: state.isOnline,
                    isSuspended: isSuspended, servedToday: member.served, pending: member.pending,
                    response: member.response, dispatch: member.dispatch))
        }
        result.agents.sort { $0.agent < $1.agent }
        result.groups = groups.compactMap(\.self).sorted { a, b in
            guard let first = a.group, let second = b.group else { return a.group != nil }
            return first < second
        }
    }
}

extension Stretch {
    init(_ stretch: ShopCalendar.Stretch) {
        self.init(start: Instant(milliseconds: stretch.start), end: Instant(milliseconds: stretch.end))
    }
}

extension PendingFigures {
    mutating func add(_ other: PendingFigures) {
        open.count += other.open.count
        readUnanswered += other.readUnanswered
        guard let oldest = other.open.oldest else { return }
        open.oldest = min(open.oldest ?? oldest, oldest)
    }
}

extension ResponseFigures {
    init(_ slot: AgentSlot) {
        self.init()
        answers = MeanDuration(sum: slot.answerTime, count: Int64(slot.answers))
        uncounted = Int64(slot.uncounted)
        afterHours = Int64(slot.afterHours)
        transferredUnanswered = MeanDuration(sum: slot.transferredTime, count: Int64(slot.transferred))
        closedUnanswered = Int64(slot.closedUnanswered)
    }

    mutating func add(_ other: ResponseFigures) {
        answers = MeanDuration(sum: answers.sum + other.answers.sum, count: answers.count + other.answers.count)
        uncounted += other.uncounted
        afterHours += other.afterHours
        transferredUnanswered = MeanDuration(
            sum: transferredUnanswered.sum + other.transferredUnanswered.sum,
            count: transferredUnanswered.count + other.transferredUnanswered.count)
        closedUnanswered += other.closedUnanswered
    }
}
