import ConversationModel
import Monitoring

/// Figures and explanations as the API and `--format json` give them: what is undefined is `null`, never 0.
public struct FiguresJSON: Sendable {
    private let zone: Zone

    /// Times are written with the offsets of `zone`.
    public init(zone: Zone) { self.zone = zone }

    /// The figures of a shop; `sequence` is the position in the log up to which they count.
    public func value(_ figures: ShopFigures, shop: String, sequence: UInt64) -> ResponseJSON {
        // Of the time before the first event nobody knows anything.
        func now(_ value: ResponseJSON) -> ResponseJSON {
            figures.isKnown(before: figures.asOf) ? value : value.undefined
        }
        func slot(_ value: ResponseJSON) -> ResponseJSON {
            figures.isKnown(before: figures.slot.end) ? value : value.undefined
        }
        return .members([
            "shop": .text(shop), "asOf": time(figures.asOf), "since": time(figures.since),
            "watermark": time(figures.watermark),
            "sequence": .integer(Int64(clamping: sequence)),
            "counters": counters(figures.counters),
            "firstDayWithConversion": .text(figures.firstDayWithConversion?.description),
            "today": day(figures.today), "yesterday": day(figures.yesterday),
            "yesterdayUntilThisTime": day(figures.yesterdayUntilThisTime),
            "slot": stretch(figures.slot), "isSlotAmended": .flag(figures.isSlotAmended),
            "meanResponse": slot(
                .members([
                    "milliseconds": .integer(figures.meanResponse), "agents": .integer(figures.respondingAgents),
                ])),
            "response": slot(response(figures.response)),
            "buyerWaits": slot(mean(figures.buyerWaits)), "openBuyerWaits": now(open(figures.openBuyerWaits)),
            "pending": now(pending(figures.pending)), "pendingPerAgent": now(ratio(figures.pendingPerAgent)),
            "online": now(.integer(figures.online)), "suspended": now(.integer(figures.suspended)),
            "queued": now(.integer(figures.queued)), "pooled": now(.integer(figures.pooled)),
            "unassigned": now(.integer(figures.unassigned)),
            "assistant": assistant(figures.assistant, now, slot), "alarms": alarms(figures.alarms),
            "groups": .list(figures.groups.map { group($0, slot) }),
            "agents": .list(figures.agents.map { agent($0, slot) }),
            "unknownAgents": .list(
                figures.unknownAgents.map {
                    .members([
                        "agent": .text($0.agent), "reason": .text("no-such-agent"), "dispatch": dispatch($0.dispatch),
                    ])
                }),
        ])
    }

    /// How a source is doing.
    public func value(_ health: LivePipeline.SourceHealth) -> ResponseJSON {
        .members([
            "shop": .text(health.shop), "watermark": time(health.watermark), "isSilent": .flag(health.isSilent),
            "counters": counters(health.counters),
        ])
    }

    func time(_ instant: Instant?) -> ResponseJSON { instant.map { .text(zone.text(of: $0)) } ?? .null }

    private func counters(_ counters: ShopMonitor.Counters) -> ResponseJSON {
        .members([
            "applied": .integer(counters.applied), "late": .integer(counters.late),
            "overLimit": .integer(counters.overLimit), "fromTheFuture": .integer(counters.fromTheFuture),
        ])
    }

    private func day(_ day: DayFigures) -> ResponseJSON {
        let value = ResponseJSON.members([
            "day": .text(day.day.description), "until": time(day.until), "served": .integer(day.served),
            "guidedSales": .integer(day.guidedSales), "guidedSalesByPeople": .integer(day.guidedSalesByPeople),
            "guidedSalesByAssistant": .integer(day.guidedSalesByAssistant),
            "guidedPayers": .integer(day.guidedPayers), "guidedPayersByPeople": .integer(day.guidedPayersByPeople),
            "guidedPayersByAssistant": .integer(day.guidedPayersByAssistant),
            "inquiring": day.areOrdersKnown ? .integer(day.inquiring) : .null,
            "conversion": day.conversion.map(ratio) ?? .null,
            "strictConversion": day.strictConversion.map(ratio) ?? .null,
            "lateEvents": .integer(day.lateEvents), "isAmended": .flag(day.isAmended),
            "isSettled": .flag(day.isSettled),
        ])
        return day.isKnown ? value : value.undefined
    }

    private func group(_ group: GroupFigures, _ slot: (ResponseJSON) -> ResponseJSON) -> ResponseJSON {
        .members([
            "group": .text(group.group), "online": .integer(group.online), "suspended": .integer(group.suspended),
            "pending": pending(group.pending), "pendingPerAgent": ratio(group.pendingPerAgent),
            "response": slot(response(group.response)), "alarms": alarms(group.alarms),
        ])
    }

    private func agent(_ agent: AgentFigures, _ slot: (ResponseJSON) -> ResponseJSON) -> ResponseJSON {
        .members([
            "agent": .text(agent.agent), "group": .text(agent.group), "isOnline": .flag(agent.isOnline),
            "isSuspended": .flag(agent.isSuspended), "servedToday": .integer(agent.servedToday),
            "pending": pending(agent.pending), "leftPending": .flag(agent.leftPending),
            "response": slot(response(agent.response)), "dispatch": dispatch(agent.dispatch),
        ])
    }

    private func assistant(
        _ assistant: AssistantFigures, _ now: (ResponseJSON) -> ResponseJSON, _ slot: (ResponseJSON) -> ResponseJSON
    ) -> ResponseJSON {
        .members([
            "isShown": .flag(assistant.isShown), "isOn": .flag(assistant.isOn),
            "isHumanFirst": .flag(assistant.isHumanFirst), "servedToday": now(.integer(assistant.servedToday)),
            "consulted": slot(.integer(assistant.consulted)), "handed": slot(.integer(assistant.handed)),
            "handOverRate": slot(ratio(assistant.handOverRate)), "halfHour": stretch(assistant.halfHour),
            "clicks": .list(
                assistant.clicks.map { .members(["entry": .text($0.entry), "clicks": .integer($0.clicks)]) }),
            "entries": .list(assistant.entries.map { .members(["id": .text($0.id), "title": .text($0.title)]) }),
        ])
    }

    private func alarms(_ alarms: AlarmSettings?) -> ResponseJSON {
        guard let alarms else { return .null }
        return .members([
            "on": .flag(alarms.areOn),
            "thresholds": .list(
                alarms.thresholds.map {
                    .members([
                        "item": .text($0.item.rawValue), "value": .integer($0.value), "least": .integer($0.leastCount),
                    ])
                }),
            "receivers": .list(alarms.receivers.map { .text($0) }), "by": .text(alarms.author),
            "changed": time(alarms.changed),
        ])
    }

    private func dispatch(_ dispatch: DispatchState?) -> ResponseJSON {
        guard let dispatch else { return .null }
        var (action, group): (String, String?) = ("suspend", nil)
        switch dispatch.action {
        case .suspend: break
        case .resume: action = "resume"
        case .move(let target): (action, group) = ("move", target)
        }
        var (outcome, reason): (String, String?) = ("waiting", nil)
        switch dispatch.outcome {
        case .waiting: break
        case .acknowledged: outcome = "acknowledged"
        case .failed(let why): (outcome, reason) = ("failed", why)
        }
        return .members([
            "command": .text(dispatch.command), "action": .text(action), "group": .text(group),
            "by": .text(dispatch.author), "commanded": time(dispatch.commanded), "outcome": .text(outcome),
            "reason": .text(reason), "answered": time(dispatch.answered),
        ])
    }

    private func response(_ response: ResponseFigures) -> ResponseJSON {
        .members([
            "answers": mean(response.answers), "uncounted": .integer(response.uncounted),
            "afterHours": .integer(response.afterHours),
            "transferredUnanswered": mean(response.transferredUnanswered),
            "closedUnanswered": .integer(response.closedUnanswered),
        ])
    }

    private func pending(_ pending: PendingFigures) -> ResponseJSON {
        .members([
            "count": .integer(pending.open.count), "oldest": time(pending.open.oldest),
            "readUnanswered": .integer(pending.readUnanswered),
        ])
    }

    private func open(_ waits: OpenWaits) -> ResponseJSON {
        .members(["count": .integer(waits.count), "oldest": time(waits.oldest)])
    }

    private func mean(_ mean: MeanDuration) -> ResponseJSON {
        .members([
            "milliseconds": .integer(mean.mean), "sum": .integer(mean.sum), "count": .integer(mean.count),
        ])
    }

    private func ratio(_ ratio: Ratio) -> ResponseJSON {
        .members([
            "perMille": .integer(ratio.perMille), "numerator": .integer(ratio.numerator),
            "denominator": .integer(ratio.denominator),
        ])
    }

    func stretch(_ stretch: Stretch) -> ResponseJSON {
        .members(["start": time(stretch.start), "end": time(stretch.end)])
    }
}
