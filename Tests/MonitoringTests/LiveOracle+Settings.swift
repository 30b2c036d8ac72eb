import ConversationModel

extension LiveOracle {
    /// Settings and commands: of each thing the last time that it was said.
    func tellSettings(_ now: Int64, _ told: inout Told) {
        let changes = events.filter { $0.time < now }.compactMap { time, event -> (time: Int64, of: SettingsChange)? in
            if case .settings(let change) = event.content { (time, change) } else { nil }
        }
        if let mode = changes.compactMap(\.of.assistantMode).last {
            told["assistant.humanFirst"] = mode == .humanFirst ? 2 : 1
        }
        if let entries = changes.compactMap(\.of.entries).last {
            told["entries"] = number(of: entries.map { "\($0.id)=\($0.title)" })
        }
        let alarms = changes.filter { $0.of.areAlarmsOn != nil || $0.of.thresholds != nil || $0.of.receivers != nil }
        for group in Set(alarms.map(\.of.group)) {
            let own = alarms.filter { $0.of.group == group }
            let name = group.map { "group.\($0)." } ?? ""
            if let areOn = own.compactMap(\.of.areAlarmsOn).last { told[name + "alarms.on"] = areOn ? 2 : 1 }
            let thresholds = own.compactMap(\.of.thresholds).last ?? []
            told[name + "alarms.thresholds"] = number(
                of: thresholds.map { "\($0.item) \($0.value ?? -1) \($0.leastCount ?? -1)" })
            told[name + "alarms.receivers"] = number(of: own.compactMap(\.of.receivers).last ?? [])
            told[name + "alarms.by"] = number(of: own.last?.of.author.map { [$0] } ?? [])
            told[name + "alarms.changed"] = own.last?.time
        }
        tellCommands(now, &told)
    }

    /// The agents that an event names, commands left out.
    private func names(_ event: Event) -> [String] {
        let parties: [Party?] =
            switch event.content {
            case .message(let message):
                switch message.speaker {
                case .agent: [.agent(message.agent ?? "")]
                case .buyer: [message.addressee]
                default: []
                }
            case .conversation(let change):
                switch change.kind {
                case .opened(let to): [to]
                case .assigned(let to): [to]
                case .handedOver(let from, let to): [from, to]
                case .read(let by): [by.map { .agent($0) }]
                case .queued, .pooled, .closed: []
                }
            case .agent(let change): [.agent(change.agent)]
            default: []
            }
        return parties.compactMap { if case .agent(let name)? = $0 { name } else { nil } }
    }

    private func tellCommands(_ now: Int64, _ told: inout Told) {
        var steps: [String: [(time: Int64, step: DispatchStep)]] = [:]
        for (time, event) in events where time < now {
            if case .dispatch(let step) = event.content { steps[step.agent, default: []].append((time, step)) }
        }
        for (agent, steps) in steps {
            // A command makes no agent: another event has to name him.
            let isKnown = events.contains { $0.time < now && names($0.event).contains(agent) }
            let name = (isKnown ? "agent." : "unknown.") + agent + ".dispatch"
            let commands = steps.filter { if case .commanded = $0.step.kind { true } else { false } }
            guard let last = commands.last, case .commanded(let action, let author) = last.step.kind,
                last.time >= midnight(day(now))
            else { continue }
            told[name] = last.time
            told[name + ".what"] = number(of: [last.step.command, "\(action)", author])
            for (time, step) in steps where step.command == last.step.command && time >= last.time - settings.skew {
                if case .commanded = step.kind { continue }
                if case .failed(let reason) = step.kind {
                    told[name + ".failed"] = time
                    told[name + ".reason"] = number(of: [reason])
                } else {
                    told[name + ".acknowledged"] = time
                }
                break
            }
        }
    }
}
