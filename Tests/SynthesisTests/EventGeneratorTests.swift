import ConversationModel
import Synthesis
import Testing

/// The simulated shop and the commands that it obeys.
@Suite struct EventGeneratorTests {
    private static let hour: Int64 = 3_600_000
    private static let agent = "客服1-1"

    private static func plan(_ edit: (inout ShopPlan) -> Void = { _ in }) -> ShopPlan {
        var plan = ShopPlan()
        plan.days = 1
        plan.hasAssistant = false
        plan.buyersPerDay = 300
        edit(&plan)
        return plan
    }

    private static func events(_ seed: UInt64, _ plan: ShopPlan, _ commands: [Event] = []) -> [Event] {
        var generator = EventGenerator(seed: seed, plan: plan, commands: commands)
        return generator.events()
    }

    private static func command(_ id: String, hours: Double, _ content: Event.Content) -> Event {
        let time = ShopPlan().start.advanced(by: Int64(hours * Double(hour)))
        return Event(id: id, shop: ShopPlan().shop, time: time, received: time, content: content)
    }

    private static func dispatch(
        _ id: String, hours: Double, _ action: DispatchStep.Action, agent: String = agent
    ) -> Event {
        command(
            id, hours: hours, .dispatch(DispatchStep(command: id, agent: agent, kind: .commanded(action, by: "店长"))))
    }

    /// Whom each conversation was given to, and when, in hours.
    private static func given(_ events: [Event]) -> [(conversation: String, agent: String, hours: Double)] {
        events.compactMap { event in
            guard case .conversation(let change) = event.content else { return nil }
            switch change.kind {
            case .assigned(to: .agent(let agent)), .handedOver(_, to: .agent(let agent)):
                return (change.conversation, agent, hours(event))
            default: return nil
            }
        }
    }

    private static func hours(_ event: Event) -> Double {
        Double(event.time.milliseconds - ShopPlan().start.milliseconds) / Double(hour)
    }

    private static func answers(_ events: [Event]) -> [String: DispatchStep.Kind] {
        var answers: [String: DispatchStep.Kind] = [:]
        for event in events {
            if case .dispatch(let step) = event.content { answers["\(step.command) \(step.agent)"] = step.kind }
        }
        return answers
    }

    @Test(
        "what was received before a command is the same without it, and the same commands give the same day",
        arguments: 0..<40 as Range<UInt64>)
    func before(seed: UInt64) {
        let plan = Self.plan {
            $0.hasAssistant = seed % 2 == 0
            $0.buyersPerDay = 120
            $0.agentsPerGroup = 1 + Int(seed % 3)
            $0.latePerMille = 30
            $0.doubledPerMille = 30
        }
        let hours = 8 + Double(seed % 15) + 0.3
        let commands = [
            Self.dispatch("1", hours: hours, .suspend),
            Self.dispatch("2", hours: hours, .move(toGroup: "售后组"), agent: "客服2-1"),
            Self.command("3", hours: hours + 0.1, .settings(SettingsChange(isAssistantOn: seed % 3 == 0))),
            Self.dispatch("4", hours: hours + 0.2, .suspend, agent: "客服3-1"),
            Self.dispatch("5", hours: hours + 1, .resume),
        ]
        let calm = Self.events(seed, plan)
        let commanded = Self.events(seed, plan, commands)
        #expect(commanded == Self.events(seed, plan, commands.reversed()))
        for count in [1, 3, 4, 5] {
            // Those that come later change nothing before.
            let some = count == 5 ? calm : Self.events(seed, plan, Array(commands.dropLast(count)))
            let time = commands[5 - count].received
            let isSame =
                some.prefix { $0.received <= time }.elementsEqual(commanded.prefix { $0.received <= time })
            #expect(isSame, "seed \(seed), \(count) commands fewer")
        }
        #expect(commanded != calm, "seed \(seed)")
    }

    @Test("a suspended agent gets nobody new until he is resumed, and says so", arguments: 0..<10 as Range<UInt64>)
    func suspended(seed: UInt64) {
        let plan = Self.plan()
        let commands = [Self.dispatch("1", hours: 13, .suspend), Self.dispatch("2", hours: 15.5, .resume)]
        let calm = Self.given(Self.events(seed, plan)).filter { $0.agent == Self.agent }
        let events = Self.events(seed, plan, commands)
        let given = Self.given(events).filter { $0.agent == Self.agent }
        let between = 13.001..<15.5
        #expect(calm.contains { between.contains($0.hours) } && !given.contains { between.contains($0.hours) })
        #expect(given.contains { $0.hours > 15.501 })
        let changes = events.compactMap { event -> String? in
            guard case .agent(let change) = event.content, change.agent == Self.agent else { return nil }
            return 13..<16 ~= Self.hours(event) ? "\(change.kind)" : nil
        }
        #expect(
            changes == ["suspended", "resumed"] || changes == ["resumed"]
                || changes == ["resumed", "suspended", "resumed"])
        #expect(Self.answers(events) == ["1 \(Self.agent)": .acknowledged, "2 \(Self.agent)": .acknowledged])
    }

    @Test("nobody new comes to who has his break")
    func breaks() {
        let events = Self.events(3, Self.plan())
        var away: [String: Double] = [:]
        var (breaks, given) = (0, 0)
        for event in events.sorted(by: { $0.time < $1.time }) {
            switch event.content {
            case .agent(let change):
                if change.kind == .suspended { breaks += 1 }
                away[change.agent] = change.kind == .suspended ? Self.hours(event) : nil
            case .conversation(let change):
                if case .assigned(to: .agent(let agent)) = change.kind {
                    given += 1
                    #expect(away[agent] == nil, "\(agent) at \(Self.hours(event))")
                }
            default: break
            }
        }
        #expect(breaks == 12 && given > 200)
    }

    @Test("who is moved works in the other group, and leaves the work of his old one to its others")
    func moved() {
        let plan = Self.plan {
            $0.groups = ["甲组", "乙组"]
            $0.agentsPerGroup = 3
        }
        let commands = [Self.dispatch("1", hours: 10, .move(toGroup: "乙组"))]
        let calm = Self.given(Self.events(5, plan)).filter { $0.hours > 10.01 }
        let events = Self.events(5, plan, commands)
        let given = Self.given(events).filter { $0.hours > 10.01 }
        let groups = Dictionary(calm.map { ($0.conversation, $0.agent.prefix(3)) }, uniquingKeysWith: { a, _ in a })
        let his = given.filter { $0.agent == Self.agent }
        #expect(his.count > 10)
        // A buyer of a group whose members are all away goes to the other one: in the morning, not later.
        #expect(his.count { groups[$0.conversation] == "客服2" } > his.count * 8 / 10)
        let calmly = calm.filter { $0.agent == Self.agent }
        #expect(calmly.count > 10 && calmly.count { groups[$0.conversation] == "客服2" } == 0)
        #expect(Self.answers(events) == ["1 \(Self.agent)": .acknowledged])
        let moves = events.filter { event in
            event.content == .agent(AgentChange(agent: Self.agent, kind: .groupChanged(to: "乙组")))
        }
        #expect(moves.count == 1)
    }

    @Test("each agent of a command gets his own answer; one failure undoes nothing")
    func failures() {
        let commands = [
            Self.dispatch("1", hours: 10, .suspend), Self.dispatch("1", hours: 10, .suspend, agent: "客服1-2"),
            Self.dispatch("1", hours: 10, .suspend, agent: "谁"),
            Self.dispatch("2", hours: 10, .move(toGroup: "没有的组")), Self.dispatch("3", hours: 10, .move(toGroup: "售后组")),
        ]
        let answers = Self.answers(Self.events(1, Self.plan(), commands))
        #expect(
            answers == [
                "1 客服1-1": .acknowledged, "1 客服1-2": .failed(reason: "客服不在线"), "1 谁": .failed(reason: "没有这个客服"),
                "2 客服1-1": .failed(reason: "没有这个分组"), "3 客服1-1": .acknowledged,
            ])
    }

    @Test("the mode says who receives: people first, the assistant first, or only people")
    func modes() {
        let plan = Self.plan { $0.hasAssistant = true }
        func openedByAssistant(_ change: SettingsChange) -> (day: Int, night: Int) {
            let events = Self.events(2, plan, [Self.command("1", hours: 0, .settings(change))])
            let times = events.compactMap { event -> Double? in
                guard case .conversation(let change) = event.content, case .opened(to: .assistant) = change.kind
                else { return nil }
                return Self.hours(event)
            }
            return (times.count { $0 >= 9 }, times.count { $0 < 9 && $0 > 0.001 })
        }
        let assistantFirst = openedByAssistant(SettingsChange(assistantMode: .assistantFirst))
        #expect(assistantFirst.day > 150 && assistantFirst.night > 5)
        let humanFirst = openedByAssistant(SettingsChange(assistantMode: .humanFirst))
        #expect(humanFirst.day < 10 && humanFirst.night >= assistantFirst.night)
        #expect(openedByAssistant(SettingsChange(isAssistantOn: false)) == (0, 0))
    }

    @Test("commands of other shops change nothing")
    func otherShops() {
        var command = Self.dispatch("1", hours: 10, .suspend)
        command.shop = "别家"
        #expect(Self.events(1, Self.plan(), [command]) == Self.events(1, Self.plan()))
    }
}
