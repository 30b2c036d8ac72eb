import ConversationModel

/// Makes the events of a shop: agents with shifts and tempers, an assistant, buyers who ask, wait, order and pay,
/// with peaks of the day, a sale at midnight and outages. The same seed and plan give the same events.
public struct EventGenerator: Sendable {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    struct Agent: Sendable {
        var name: String
        var group: String
        var temper: ShopPlan.Temper
        /// From midnight, every day.
        var from: Int64
        var to: Int64

        func isThere(at time: Int64) -> Bool {
            let clock = time % EventGenerator.day
            return from <= clock && clock < to
        }
    }

    let plan: ShopPlan
    var stream: SeededStream
    var agents: [Agent] = []
    /// Time from the start, what happened.
    var happened: [(time: Int64, content: Event.Content)] = []

    /// The shop of `plan`, as `seed` makes it.
    public init(seed: UInt64, plan: ShopPlan = ShopPlan()) {
        self.plan = plan
        stream = SeededStream(seed: seed)
    }

    /// All events, in the order in which they are received.
    public mutating func events() -> [Event] {
        happened = []
        hire()
        if plan.hasAssistant { add(0, .settings(SettingsChange(isAssistantOn: true, assistantMode: .assistantFirst))) }
        for day in 0..<plan.days {
            for buyer in 0..<plan.buyersPerDay { visit(day, buyer) }
        }
        return received()
    }

    mutating func add(_ time: Int64, _ content: Event.Content) { happened.append((time, content)) }

    // MARK: Staff

    private mutating func hire() {
        agents = []
        for (number, group) in plan.groups.enumerated() {
            for member in 0..<max(1, plan.agentsPerGroup) {
                // Two shifts; somebody of each group is there from nine to midnight.
                let from = (member % 2 == 0 ? 9 : 15) * EventGenerator.hour
                agents.append(
                    Agent(
                        name: "客服\(number + 1)-\(member + 1)", group: group,
                        temper: stream.pick(ShopPlan.Temper.allCases), from: from, to: from + 9 * EventGenerator.hour))
            }
        }
        for agent in agents {
            add(0, .agent(AgentChange(agent: agent.name, kind: .groupChanged(to: agent.group))))
            for day in 0..<Int64(plan.days) {
                let start = day * EventGenerator.day
                let lunch =
                    start + agent.from + 3 * EventGenerator.hour + Int64(stream.below(60)) * EventGenerator.minute
                add(start + agent.from, .agent(AgentChange(agent: agent.name, kind: .online)))
                add(lunch, .agent(AgentChange(agent: agent.name, kind: .suspended)))
                add(lunch + 30 * EventGenerator.minute, .agent(AgentChange(agent: agent.name, kind: .resumed)))
                add(start + agent.to - 1, .agent(AgentChange(agent: agent.name, kind: .offline)))
            }
        }
    }

    // MARK: Receipt

    /// Puts the events in order of receipt, with what is late, cut off and doubled.
    private mutating func received() -> [Event] {
        var events: [Event] = []
        happened = happened.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
        for (number, event) in happened.enumerated() {
            var receipt = event.time + Int64(stream.within(20...800))
            if stream.chance(plan.latePerMille) { receipt += Int64(stream.within(1...20)) * EventGenerator.minute }
            if let outage = plan.outages.first(where: { $0.from <= event.time && event.time < $0.to }) {
                receipt = max(receipt, outage.to + Int64(stream.within(0...5_000)))
            }
            let made = Event(
                id: "\(plan.tag)v\(number)", shop: plan.shop, time: plan.start.advanced(by: event.time),
                received: plan.start.advanced(by: receipt), content: event.content)
            events.append(made)
            if stream.chance(plan.doubledPerMille) {
                var again = made
                again.received = made.received.advanced(by: Int64(stream.within(1...600_000)))
                events.append(again)
            }
        }
        return events.enumerated().sorted { a, b in
            (a.element.received.milliseconds, a.offset) < (b.element.received.milliseconds, b.offset)
        }.map(\.element)
    }
}
