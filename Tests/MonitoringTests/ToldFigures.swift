import ConversationModel
import Monitoring

extension ShopFigures {
    /// The figures by name, as the oracle and the conformance suite say them: what is nothing is left out.
    var told: [String: Int64] {
        var told: [String: Int64] = [:]
        for (name, day) in [("today", today), ("yesterday", yesterday), ("yesterdayUntil", yesterdayUntilThisTime)] {
            told["\(name).served"] = day.served
            told["\(name).sales"] = day.guidedSales
            told["\(name).salesByPeople"] = day.guidedSalesByPeople
            told["\(name).payers"] = day.guidedPayers
            told["\(name).payersByPeople"] = day.guidedPayersByPeople
            told["\(name).inquiring"] = day.inquiring
            told["\(name).inquiringPayers"] = day.inquiringPayers
            told["\(name).late"] = day.lateEvents
            told["\(name).amended"] = day.isAmended ? 1 : 0
            told["\(name).known"] = day.isKnown ? 1 : 0
            // A rate of 0 is something.
            if let conversion = day.conversion?.perMille { told["\(name).conversion"] = conversion + 1 }
        }
        told["slot.start"] = slot.start.milliseconds
        told["slot.end"] = slot.end.milliseconds
        told["slot.amended"] = isSlotAmended ? 1 : 0
        told["respondingAgents"] = respondingAgents
        if let meanResponse { told["meanResponse"] = meanResponse + 1 }
        told["buyerWaits"] = buyerWaits.count
        told["buyerWaits.time"] = buyerWaits.sum
        told["openBuyerWaits"] = openBuyerWaits.count
        told["openBuyerWaits.oldest"] = openBuyerWaits.oldest?.milliseconds
        told["queued"] = queued
        told["pooled"] = pooled
        told["unassigned"] = unassigned
        tell(&told, "", pending, online, suspended)
        for group in groups {
            tell(&told, "group.\(group.group ?? "-").", group.pending, group.online, group.suspended)
        }
        for agent in agents {
            let name = "agent.\(agent.agent)."
            tell(
                &told, name, agent.pending, agent.isOnline ? 1 : 0, agent.isSuspended ? 1 : 0)
            told[name + "served"] = agent.servedToday
            told[name + "answers"] = agent.response.answers.count
            told[name + "answers.time"] = agent.response.answers.sum
            told[name + "uncounted"] = agent.response.uncounted
            told[name + "afterHours"] = agent.response.afterHours
            told[name + "transferred"] = agent.response.transferredUnanswered.count
            told[name + "transferred.time"] = agent.response.transferredUnanswered.sum
            told[name + "closedUnanswered"] = agent.response.closedUnanswered
        }
        if let isOn = assistant.isOn { told["assistant.on"] = isOn ? 2 : 1 }
        told["assistant.served"] = assistant.servedToday
        told["assistant.consulted"] = assistant.consulted
        told["assistant.handed"] = assistant.handed
        for entry in assistant.clicks { told["clicks.\(entry.entry)"] = entry.clicks }
        if let isHumanFirst = assistant.isHumanFirst { told["assistant.humanFirst"] = isHumanFirst ? 2 : 1 }
        told["entries"] = number(of: assistant.entries.map { "\($0.id)=\($0.title)" })
        tell(&told, "", alarms)
        for group in groups { tell(&told, "group.\(group.group ?? "-").", group.alarms) }
        let commanded =
            agents.compactMap { agent in agent.dispatch.map { ("agent." + agent.agent, $0) } }
            + unknownAgents.map { ("unknown." + $0.agent, $0.dispatch) }
        for (whose, dispatch) in commanded {
            let name = whose + ".dispatch"
            told[name] = dispatch.commanded.milliseconds
            told[name + ".what"] = number(of: [dispatch.command, "\(dispatch.action)", dispatch.author])
            switch dispatch.outcome {
            case .waiting: break
            case .acknowledged: told[name + ".acknowledged"] = dispatch.answered?.milliseconds
            case .failed(let reason):
                told[name + ".failed"] = dispatch.answered?.milliseconds
                told[name + ".reason"] = number(of: [reason])
            }
        }
        return told.filter { $0.value != 0 }
    }

    private func tell(_ told: inout [String: Int64], _ name: String, _ alarms: AlarmSettings?) {
        guard let alarms else { return }
        if let areOn = alarms.areOn { told[name + "alarms.on"] = areOn ? 2 : 1 }
        told[name + "alarms.thresholds"] = number(
            of: alarms.thresholds.map { "\($0.item) \($0.value ?? -1) \($0.leastCount ?? -1)" })
        told[name + "alarms.receivers"] = number(of: alarms.receivers)
        told[name + "alarms.by"] = number(of: alarms.author.map { [$0] } ?? [])
        told[name + "alarms.changed"] = alarms.changed.milliseconds
    }

    private func tell(
        _ told: inout [String: Int64], _ name: String, _ pending: PendingFigures, _ online: Int64, _ suspended: Int64
    ) {
        told[name + "pending"] = pending.open.count
        told[name + "oldest"] = pending.open.oldest?.milliseconds
        told[name + "readUnanswered"] = pending.readUnanswered
        told[name + "online"] = online
        told[name + "suspended"] = suspended
    }
}

/// A number that stands for texts; 0 for none.
func number(of texts: [String]) -> Int64 {
    var hash: UInt64 = texts.isEmpty ? 0 : 0xCBF2_9CE4_8422_2325
    for text in texts {
        for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    return Int64(hash >> 1)
}
