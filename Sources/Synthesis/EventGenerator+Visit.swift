import ConversationModel

extension EventGenerator {
    /// Buyers by hour of the day: few at night, many at eleven and at nine in the evening.
    private static let peaks = [2, 1, 1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 8, 7, 9, 9, 8, 7, 8, 10, 13, 14, 9, 5]

    private mutating func arrival(_ day: Int) -> Int64 {
        let start = Int64(day) * EventGenerator.day
        if plan.hasSale, day == plan.days - 1, stream.chance(600) { return start + Int64(stream.below(1_800_000)) }
        var draw = stream.below(EventGenerator.peaks.reduce(0, +))
        var hour = 0
        while draw >= EventGenerator.peaks[hour] {
            draw -= EventGenerator.peaks[hour]
            hour += 1
        }
        return start + Int64(hour) * EventGenerator.hour + Int64(stream.below(3_600_000))
    }

    /// One buyer's visit, from his first click to the close.
    mutating func visit(_ day: Int, _ number: Int) {
        stream = numbers(for: .visit, day * plan.buyersPerDay + number)
        // One in five was there on another day.
        let isBack = stream.chance(200)
        let buyer = isBack ? "买家\(stream.below(plan.buyersPerDay))" : "买家\(day * plan.buyersPerDay + number)"
        let group = plan.groups.isEmpty ? "" : stream.pick(plan.groups)
        var talk = Talk(
            buyer: buyer, conversation: "会话\(plan.tag)\(day)-\(number)", group: group, time: arrival(day))
        if meetsAssistant(at: talk.time) {
            askAssistant(&talk)
            if stream.chance(450) {
                end(&talk)
                return
            }
            take(&talk, isHandOver: true)
        } else {
            take(&talk, isHandOver: false)
        }
        guard talk.agent != nil else { return }
        for round in 0..<stream.within(1...4) {
            ask(&talk)
            if round > 0, stream.chance(60) { handOver(&talk) }
            guard answer(&talk) else { return }
        }
        buy(&talk)
        end(&talk)
    }

    /// To another agent, where one is free.
    private mutating func handOver(_ talk: inout Talk) {
        talk.time += 20_000
        let other = free(at: talk.time, in: talk.group).first { $0.name != talk.agent?.name }
        guard let giver = talk.agent, let other else { return }
        change(talk, .handedOver(from: .agent(giver.name), to: .agent(other.name)))
        talk.agent = other
    }

    /// Where a visit stands.
    struct Talk {
        let buyer: String
        let conversation: String
        /// The group that he asks for.
        let group: String
        var time: Int64
        var agent: Agent?
    }

    private mutating func change(_ talk: Talk, _ kind: ConversationChange.Kind) {
        add(
            talk.time,
            .conversation(ConversationChange(conversation: talk.conversation, buyer: talk.buyer, kind: kind)))
    }

    private mutating func say(
        _ talk: Talk, _ speaker: Speaker, _ text: String, automatic: Bool = false, needsAnswer: Bool? = nil,
        kind: MessageKind = .text
    ) {
        add(
            talk.time,
            .message(
                EventMessage(
                    conversation: talk.conversation, buyer: talk.buyer, speaker: speaker,
                    agent: speaker == .agent ? talk.agent?.name : nil, kind: kind, isAutomatic: automatic,
                    needsAnswer: needsAnswer, text: text)))
    }

    private mutating func askAssistant(_ talk: inout Talk) {
        change(talk, .opened(to: .assistant))
        say(talk, .assistant, "您好，我是智能助手，请问有什么可以帮您？", automatic: true)
        if stream.chance(300) {
            talk.time += 3_000
            add(talk.time, .entryClicked(entry: stream.pick(["什么时候发货", "怎么退换货", "能开发票吗"])))
        }
        for _ in 0..<stream.within(0...2) where assistant(at: talk.time).isOn {
            talk.time += Int64(stream.within(2_000...30_000))
            say(talk, .buyer, stream.pick(["什么时候发货", "这款有货吗", "怎么退货"]), needsAnswer: true)
            talk.time += Int64(stream.within(300...1_500))
            say(talk, .assistant, "您好，一般 48 小时内发货，退货请在订单页申请。")
        }
        talk.time += Int64(stream.within(1_000...20_000))
    }

    /// An agent gets it. Where all are suspended it waits in the queue, at night it lies in the pool until morning.
    private mutating func take(_ talk: inout Talk, isHandOver: Bool) {
        var free = free(at: talk.time, in: talk.group)
        if free.isEmpty {
            if !isHandOver { change(talk, .opened(to: nil)) }
            let isSomebodyThere = agents.contains { $0.state(at: talk.time).isOnline }
            change(talk, isSomebodyThere ? .queued : .pooled)
        } else if !isHandOver, stream.chance(100) {
            change(talk, .opened(to: nil))
            change(talk, .queued)
            talk.time += Int64(stream.within(5_000...120_000))
            free = self.free(at: talk.time, in: talk.group)
        }
        while free.isEmpty {
            guard let next = nextFree(after: talk.time) else { return }
            talk.time = next + Int64(stream.within(0...900_000))
            guard talk.time < Int64(plan.days) * EventGenerator.day else { return }
            free = self.free(at: talk.time, in: talk.group)
        }
        let agent = stream.pick(free)
        talk.agent = agent
        change(
            talk,
            isHandOver ? .handedOver(from: .assistant, to: .agent(agent.name)) : .assigned(to: .agent(agent.name)))
        talk.time += 200
        say(talk, .agent, "您好，在的。", automatic: true)
    }

    private mutating func ask(_ talk: inout Talk) {
        for _ in 0..<stream.within(1...3) {
            talk.time += Int64(stream.within(1_000...40_000))
            let isCard = stream.chance(150)
            say(
                talk, .buyer, isCard ? "" : stream.pick(["在吗", "这个多大尺寸", "能便宜点吗", "还没收到货"]),
                needsAnswer: true, kind: isCard ? .card : .text)
        }
    }

    /// False where nobody answers any more.
    private mutating func answer(_ talk: inout Talk) -> Bool {
        guard let agent = talk.agent else { return false }
        let seconds: Int
        switch agent.temper {
        case .quick: seconds = stream.within(2...25)
        case .steady, .punctual: seconds = stream.within(10...70)
        case .slow: seconds = stream.within(40...400)
        case .forgetful: seconds = stream.chance(150) ? stream.within(600...4_000) : stream.within(3...30)
        }
        if stream.chance(400) {
            var later = talk
            later.time += 1_000
            change(later, .read(by: agent.name))
        }
        talk.time += Int64(seconds) * 1000
        if agent.temper == .punctual, !agent.state(at: talk.time).isOnline { return false }
        say(talk, .agent, stream.pick(["有货的亲", "马上为您查询", "已经帮您催了", "尺寸在详情页哦"]))
        if stream.chance(300) {
            talk.time += Int64(stream.within(2_000...20_000))
            say(talk, .buyer, "好的", needsAnswer: false)
        }
        return true
    }

    private mutating func buy(_ talk: inout Talk) {
        guard stream.chance(350) else { return }
        let order = "单\(talk.conversation)"
        talk.time += Int64(stream.within(10_000...600_000))
        add(talk.time, .order(OrderChange(order: order, buyer: talk.buyer, kind: .placed)))
        talk.time += Int64(stream.within(5_000...300_000))
        if stream.chance(850) {
            let amount = Int64(stream.within(990...99_900))
            add(talk.time, .order(OrderChange(order: order, buyer: talk.buyer, kind: .paid(amount: amount))))
        } else {
            add(talk.time, .order(OrderChange(order: order, buyer: talk.buyer, kind: .closed(wasPaid: false))))
        }
    }

    private mutating func end(_ talk: inout Talk) {
        // One in three is left to silence.
        guard stream.chance(650) else { return }
        talk.time += Int64(stream.within(60_000...900_000))
        change(talk, .closed)
    }
}
