import ConversationModel

extension EventGenerator {
    struct Agent: Sendable {
        var name: String
        var temper: ShopPlan.Temper
        /// How he is from each time on, ascending; the first from the beginning.
        var states: [(time: Int64, state: State)]

        struct State: Sendable {
            var group: String
            var isOnline = false
            var isSuspended = false

            /// Whether new conversations come to him.
            var takes: Bool { isOnline && !isSuspended }
        }

        func state(at time: Int64) -> State { (states.last { $0.time <= time } ?? states[0]).state }
    }

    /// The assistant's switches.
    struct AssistantSwitches: Sendable {
        var isOn: Bool
        var isHumanFirst = false
    }

    /// What happens to an agent by the clock or by command.
    private enum Turn {
        case comes, pauses, returns, leaves
        case told(DispatchStep, DispatchStep.Action)
    }

    private static let noAgent = "没有这个客服"
    private static let noGroup = "没有这个分组"
    private static let notOnline = "客服不在线"

    /// Agents with their shifts and tempers, and what the commands make of them.
    mutating func hire() {
        stream = numbers(for: .staff)
        agents = []
        var turns: [[(time: Int64, turn: Turn)]] = []
        for (number, group) in plan.groups.enumerated() {
            for member in 0..<max(1, plan.agentsPerGroup) {
                // Two shifts; somebody of each group is there from nine to midnight.
                turns.append(shifts(from: (member % 2 == 0 ? 9 : 15) * EventGenerator.hour))
                agents.append(
                    Agent(
                        name: "客服\(number + 1)-\(member + 1)", temper: stream.pick(ShopPlan.Temper.allCases),
                        states: [(.min, Agent.State(group: group))]))
            }
        }
        switches = [(.min, AssistantSwitches(isOn: plan.hasAssistant))]
        for agent in agents {
            add(0, .agent(AgentChange(agent: agent.name, kind: .groupChanged(to: agent.states[0].state.group))))
        }
        if plan.hasAssistant { add(0, .settings(SettingsChange(isAssistantOn: true, assistantMode: .assistantFirst))) }
        for (number, command) in commands.enumerated() { obey(command, number, &turns) }
        for index in agents.indices { live(index, turns[index]) }
    }

    private mutating func shifts(from: Int64) -> [(time: Int64, turn: Turn)] {
        (0..<Int64(plan.days)).flatMap { day -> [(time: Int64, turn: Turn)] in
            let start = day * EventGenerator.day + from
            let lunch = start + 3 * EventGenerator.hour + Int64(stream.below(60)) * EventGenerator.minute
            return [
                (start, .comes), (lunch, .pauses), (lunch + 30 * EventGenerator.minute, .returns),
                (start + 9 * EventGenerator.hour - 1, .leaves),
            ]
        }
    }

    /// Carries out a command, or gives it to the agent whom it is about.
    private mutating func obey(_ command: Event, _ number: Int, _ turns: inout [[(time: Int64, turn: Turn)]]) {
        var delay = numbers(for: .command, number)
        let time = command.received.milliseconds - plan.start.milliseconds + Int64(delay.within(200...1_500))
        switch command.content {
        case .settings(let change):
            var state = switches[switches.count - 1].state
            state.isOn = change.isAssistantOn ?? state.isOn
            state.isHumanFirst = change.assistantMode.map { $0 == .humanFirst } ?? state.isHumanFirst
            // Delays may turn two of the same second round; the later command is the one that stays.
            switches.append((max(time, switches[switches.count - 1].time), state))
        case .dispatch(let step):
            guard case .commanded(let action, _) = step.kind else { return }
            guard let agent = agents.firstIndex(where: { $0.name == step.agent }) else {
                return answer(step, time, .failed(reason: EventGenerator.noAgent))
            }
            if case .move(let group) = action, !plan.groups.contains(group) {
                return answer(step, time, .failed(reason: EventGenerator.noGroup))
            }
            turns[agent].append((time, .told(step, action)))
        default: break
        }
    }

    private mutating func answer(_ step: DispatchStep, _ time: Int64, _ kind: DispatchStep.Kind) {
        add(time, .dispatch(DispatchStep(command: step.command, agent: step.agent, kind: kind)))
    }

    /// An agent's days: what he does, and how he is after each turn.
    private mutating func live(_ index: Int, _ turns: [(time: Int64, turn: Turn)]) {
        var state = agents[index].states[0].state
        /// A supervisor suspended him: the end of his break does not resume him.
        var isHeld = false
        let ordered = turns.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        for (time, turn) in ordered.map(\.element) {
            let before = state
            var outcome: (DispatchStep, DispatchStep.Kind)?
            switch turn {
            case .comes: state.isOnline = true
            case .pauses: state.isSuspended = true
            case .returns: state.isSuspended = isHeld
            case .leaves: (state.isOnline, state.isSuspended, isHeld) = (false, false, false)
            case .told(let step, .move(let group)):
                state.group = group
                outcome = (step, .acknowledged)
            case .told(let step, _) where !state.isOnline:
                outcome = (step, .failed(reason: EventGenerator.notOnline))
            case .told(let step, let action):
                isHeld = action == .suspend
                state.isSuspended = isHeld
                outcome = (step, .acknowledged)
            }
            agents[index].states.append((time, state))
            tell(index, time, before, state)
            if let (step, kind) = outcome { answer(step, time, kind) }
        }
    }

    private mutating func tell(_ index: Int, _ time: Int64, _ before: Agent.State, _ after: Agent.State) {
        func add(_ kind: AgentChange.Kind) {
            self.add(time, .agent(AgentChange(agent: agents[index].name, kind: kind)))
        }
        if before.group != after.group { add(.groupChanged(to: after.group)) }
        if before.isOnline != after.isOnline {
            add(after.isOnline ? .online : .offline)
        } else if before.isSuspended != after.isSuspended {
            add(after.isSuspended ? .suspended : .resumed)
        }
    }

    // MARK: Who is there

    /// Agents of the group who take a conversation at `time`; where there are none, those of the others.
    func free(at time: Int64, in group: String) -> [Agent] {
        let states = agents.map { $0.state(at: time) }
        let free = agents.indices.filter { states[$0].takes }
        let own = free.filter { states[$0].group == group }
        return (own.isEmpty ? free : own).map { agents[$0] }
    }

    /// When somebody who does not take conversations at `time` does again; nil: never.
    func nextFree(after time: Int64) -> Int64? {
        agents.compactMap { agent in agent.states.first { $0.time > time && $0.state.takes }?.time }.min()
    }

    /// Whether a buyer who comes at `time` is met by the assistant.
    mutating func meetsAssistant(at time: Int64) -> Bool {
        let isSent = stream.chance(800)
        let state = assistant(at: time)
        guard state.isOn else { return false }
        return state.isHumanFirst ? !agents.contains { $0.state(at: time).takes } : isSent
    }

    func assistant(at time: Int64) -> AssistantSwitches { (switches.last { $0.time <= time } ?? switches[0]).state }
}
