import ConversationModel

/// Figures as the oracle says them, and as a monitor's are told for comparison: by name, only what is not
/// nothing.
typealias Told = [String: Int64]

extension LiveOracle {
    func figures(at now: Int64) -> Told {
        var told: Told = [:]
        let (readings, facts, spoken) = read(before: now)
        let today = day(now)
        let offset = settings.zone.offset(at: Instant(milliseconds: now))
        let same = settings.zone.instant(local: now + offset - 86_400_000).milliseconds
        tellDay(today, now, spoken, "today", &told)
        tellDay(today - 1, midnight(today), read(before: midnight(today)).spoken, "yesterday", &told)
        let clamped = min(max(same, midnight(today - 1)), midnight(today))
        tellDay(today - 1, clamped, read(before: clamped).spoken, "yesterdayUntil", &told)

        let (start, end) = lastWhole(settings.slot, now)
        told["slot.start"] = start
        told["slot.end"] = end
        if amendedSlots.contains(start) { told["slot.amended"] = 1 }
        tellSlot(facts.filter { $0.time >= start && $0.time < end }, &told)
        tellAgents(readings, spoken, today, now, &told)
        tellNow(readings, now, &told)
        tellSettings(now, &told)
        let (halfStart, halfEnd) = lastWhole(1_800_000, now)
        for (at, event) in events where at >= halfStart && at < halfEnd {
            if case .entryClicked(let entry) = event.content { told["clicks.\(entry)", default: 0] += 1 }
        }
        return told.filter { $0.value != 0 }
    }

    // MARK: Days

    private func orders() -> [(buyer: String, order: String, kind: OrderChange.Kind, time: Int64, isImported: Bool)] {
        let live = events.compactMap { time, event -> (Event, Int64)? in (event, time) }
        let past = imported.map { ($0, min($0.time.milliseconds, $0.received.milliseconds + settings.skew)) }
        return (live + past).compactMap { event, time in
            guard case .order(let change) = event.content else { return nil }
            return (change.buyer, change.order, change.kind, time, change.isImported)
        }
    }

    private func tellDay(
        _ day: Int32, _ until: Int64, _ spoken: [String: Spoken], _ name: String, _ told: inout Told
    ) {
        let (start, end) = (midnight(day), min(until, midnight(day + 1)))
        let orders = orders()
        let all =
            orders.filter { !$0.isImported }.map(\.time)
            + events.compactMap {
                if case .ordersImported(let since) = $0.event.content { since.milliseconds } else { nil }
            }
        let isKnown = all.min().map { $0 <= start - 21 * 24 * LiveOracle.hour } ?? false
        var payers: Int64 = 0
        var inquiring: Int64 = 0
        for buyer in spoken.values {
            guard let first = buyer.messages.filter({ $0 >= start && $0 < end }).min() else { continue }
            let isOld = orders.contains { order in
                guard order.buyer == buyer.buyer, case .placed = order.kind else { return false }
                // An order counts from the first time it is said to be placed.
                let placed =
                    orders.filter { $0.buyer == buyer.buyer && $0.order == order.order && $0.kind == .placed }
                    .map(\.time).min() ?? 0
                let isClosed = orders.contains {
                    $0.buyer == buyer.buyer && $0.order == order.order && $0.kind == .closed(wasPaid: false)
                        && $0.time < until
                }
                return placed < first && placed >= first - 21 * 24 * LiveOracle.hour && !isClosed
            }
            if !isOld { inquiring += 1 }
            let replies = buyer.replies.filter { $0.time >= start && $0.time < end }
            guard let reply = replies.map(\.time).min() else { continue }
            told["\(name).served", default: 0] += 1
            let people = replies.filter { $0.agent != nil }.map(\.time).min()
            let paid = orders.compactMap { order -> (Int64, Int64)? in
                guard order.buyer == buyer.buyer, !order.isImported, case .paid(let amount) = order.kind,
                    order.time >= max(first, reply), order.time < end
                else { return nil }
                return (order.time, amount)
            }
            let led = paid.filter { payment in people.map { max(first, $0) <= payment.0 } ?? false }
            told["\(name).sales", default: 0] += paid.map(\.1).reduce(0, +)
            told["\(name).salesByPeople", default: 0] += led.map(\.1).reduce(0, +)
            if !paid.isEmpty { payers += 1 }
            if !led.isEmpty { told["\(name).payersByPeople", default: 0] += 1 }
            if !paid.isEmpty, !isOld { told["\(name).inquiringPayers", default: 0] += 1 }
        }
        told["\(name).payers"] = payers
        told["\(name).inquiring"] = inquiring
        let late = late.filter { self.day($0.time) == day && $0.time < until }
        told["\(name).late"] = Int64(late.count)
        let isMoved = amendedSlots.contains { self.day($0) == day && $0 < until }
        let isTouched = late.contains { _, event in
            switch event.content {
            case .message, .order: true
            default: false
            }
        }
        if isMoved || isTouched { told["\(name).amended"] = 1 }
        if events.contains(where: { $0.time < until }) { told["\(name).known"] = 1 }
        if isKnown, inquiring > 0 { told["\(name).conversion"] = payers * 1000 / inquiring + 1 }
    }

    // MARK: Slots

    private func tellSlot(_ facts: [Fact], _ told: inout Told) {
        var sums: [String: (Int64, Int64)] = [:]
        for fact in facts {
            let name: String
            switch fact.what {
            case .answer: name = "agent.\(fact.who).answers"
            case .uncounted: name = "agent.\(fact.who).uncounted"
            case .afterHours: name = "agent.\(fact.who).afterHours"
            case .transferred: name = "agent.\(fact.who).transferred"
            case .closedUnanswered: name = "agent.\(fact.who).closedUnanswered"
            case .buyerWait: name = "buyerWaits"
            case .consulted: name = "assistant.consulted"
            case .handed: name = "assistant.handed"
            }
            told[name, default: 0] += 1
            if fact.length > 0 { told[name + ".time", default: 0] += fact.length }
            if fact.what == .answer {
                let old = sums[fact.who] ?? (0, 0)
                sums[fact.who] = (old.0 + fact.length, old.1 + 1)
            }
        }
        guard !sums.isEmpty else { return }
        told["respondingAgents"] = Int64(sums.count)
        told["meanResponse"] =
            sums.values.map { $0.0 * 1000 / $0.1 }.reduce(0, +) / Int64(sums.count) / 1000 + 1
    }

    // MARK: Agents

    private func tellAgents(
        _ readings: [[String]: Reading], _ spoken: [String: Spoken], _ today: Int32, _ now: Int64, _ told: inout Told
    ) {
        var online: [String: Bool] = [:]
        var suspended: [String: Bool] = [:]
        var groups: [String: String] = [:]
        for (at, event) in events where at < now {
            switch event.content {
            case .agent(let change):
                switch change.kind {
                case .online: online[change.agent] = true
                case .resumed: suspended[change.agent] = false
                case .suspended: suspended[change.agent] = true
                case .offline:
                    online[change.agent] = false
                    suspended[change.agent] = false
                case .groupChanged(let group): groups[change.agent] = group
                }
            case .settings(let change):
                if let isOn = change.isAssistantOn { told["assistant.on"] = isOn ? 2 : 1 }
            default: break
            }
        }
        for (agent, isOnline) in online where isOnline {
            let group = groups[agent] ?? "-"
            for name in ["", "group.\(group).", "agent.\(agent)."] {
                told[name + "online", default: 0] += 1
                if suspended[agent] ?? false { told[name + "suspended", default: 0] += 1 }
            }
        }
        for buyer in spoken.values {
            guard buyer.messages.contains(where: { $0 >= midnight(today) && $0 < now }) else { continue }
            let replies = buyer.replies.filter { $0.time >= midnight(today) && $0.time < now }
            if replies.contains(where: { $0.agent == nil }) { told["assistant.served", default: 0] += 1 }
            for agent in Set(replies.compactMap(\.agent)) { told["agent.\(agent).served", default: 0] += 1 }
        }
        for reading in readings.values {
            guard let agent = reading.agent, let since = reading.since, reading.isOpen,
                now <= reading.closes(settings)
            else { continue }
            let isRead = reading.readAt.map { $0 >= reading.lastNeed ?? .min } ?? false
            for name in ["", "group.\(groups[agent] ?? "-").", "agent.\(agent)."] {
                if isRead { told[name + "readUnanswered", default: 0] += 1 }
                if isRead, settings.untilRead { continue }
                told[name + "pending", default: 0] += 1
                told[name + "oldest"] = min(told[name + "oldest"] ?? .max, opening(since))
            }
        }
    }

    private func tellNow(_ readings: [[String]: Reading], _ now: Int64, _ told: inout Told) {
        for reading in readings.values where reading.isOpen && now <= reading.closes(settings) {
            if let since = reading.forAnyone {
                told["openBuyerWaits", default: 0] += 1
                told["openBuyerWaits.oldest"] = min(told["openBuyerWaits.oldest"] ?? .max, opening(since))
            }
            switch reading.owner {
            case "queue": told["queued", default: 0] += 1
            case "pool": told["pooled", default: 0] += 1
            case "assistant": break
            default:
                if reading.agent == nil, reading.since != nil { told["unassigned", default: 0] += 1 }
            }
        }
    }
}
