import ConversationModel
import RuleLanguage

/// Draws what is known of a conversation; much of it is not.
enum RandomFacts {
    static let states = ["paid", "Paid", "待付款", "created"]
    static let tags = ["vip", "ＶＩＰ", "新客"]

    /// What a wait is, differently.
    static func waits(_ draw: inout Draw) -> WaitPolicy {
        var result = WaitPolicy()
        result.assistantAnswers = draw.chance(30)
        if draw.chance(20) { result.noAnswer = ["在吗"] }
        result.countsOpenHours = draw.chance(30)
        result.onTransfer = draw.chance(30) ? .carry : .restart
        if draw.chance(50) { result.cap = draw.one(of: Limits.all) }
        result.unansweredCountsAsCap = draw.chance(40)
        if draw.chance(30) {
            let hours = [TimePolicy.OpenHours(start: 10 * 3_600_000, end: 24 * 3_600_000)]
            result.assessment = WaitPolicy.Assessment(
                hours: (0..<7).map { $0 == 6 ? [] : hours }, by: draw.one(of: [.start, .answer, .both]))
        }
        return result
    }

    static func make(for conversation: inout Conversation, _ draw: inout Draw) -> Facts {
        if draw.chance(20) { conversation.buyer = nil }
        var facts = Facts()
        if draw.chance(50) { facts.channel = draw.one(of: ["app", "web"]) }
        if draw.chance(50) { facts.category = draw.one(of: ["女装", "女裝"]) }
        if draw.chance(60) { facts.tags = draw.chance(25) ? [] : draw.some(of: tags, atMost: 2) }
        if draw.chance(50) {
            facts.attributes["level"] = draw.one(of: [
                .text("3"), .text("３"), .text("2.5"), .text("高"), .number(3), .number(2, hasFraction: true),
                .flag(true),
                .flag(false),
            ])
        }
        if draw.chance(60) {
            facts.orders = (0..<draw.number(0...2)).map { _ in
                Facts.Order(
                    id: draw.chance(50) ? "o-1" : nil, state: draw.chance(80) ? draw.one(of: states) : nil,
                    amount: draw.chance(70) ? Int64(draw.number(0...3)) * 100 : nil,
                    paidAt: draw.chance(50) ? Instant(milliseconds: 1_772_416_000_000) : nil,
                    phone: draw.chance(50) ? "13812345678" : nil)
            }
        }
        let first = conversation.messages.compactMap(\.time).first?.milliseconds ?? 1_772_416_200_000
        let gap = draw.one(of: Limits.all) + Int64(draw.number(-1...1))
        switch draw.number(0...3) {
        case 0:
            facts.previous = .ended(Instant(milliseconds: first - gap), agent: draw.one(of: ["甲", "乙", nil]))
        case 1: facts.previous = .noneSince(Instant(milliseconds: first - gap))
        default: break
        }
        return facts
    }
}

extension RandomRules {
    /// A condition on the unit as a whole.
    func whole(_ draw: inout Draw) -> Condition {
        switch draw.number(0...9) {
        case 0..<4: return Condition(.unit(.fact(fact(&draw))))
        case 4..<8: return Condition(.unit(.measure(measure(&draw))))
        case 8: return Condition(.unit(.started(moment(&draw))))
        default:
            guard case .message(var condition) = message(nil, &draw).kind else { return message(nil, &draw) }
            if draw.chance(50) {
                condition.hasStrangersPhone = true
                if draw.chance(70) { condition.text = nil }
            } else {
                condition.sent = moment(&draw)
            }
            return Condition(.message(condition))
        }
    }

    /// About the time at which the conversations are: 09:50 to 10:10 on a Monday.
    private func moment(_ draw: inout Draw) -> Moment {
        var result = Moment()
        let minute: Int64 = 60_000
        switch draw.number(0...3) {
        case 0: (result.start, result.end) = (9 * 60 * minute, 10 * 60 * minute)
        case 1: (result.start, result.end) = (10 * 60 * minute, 9 * 60 * minute)
        case 2: result.end = (10 * 60 + 5) * minute
        default: break
        }
        if draw.chance(40) { result.weekdays = draw.one(of: [[1], [2], [6, 7], [1, 2, 3]]) }
        if draw.chance(40) { result.hours = draw.one(of: [.inside, .outside]) }
        return result
    }

    private func measure(_ draw: inout Draw) -> MeasureCondition {
        let of = draw.one(
            of: [
                .firstResponse, .meanResponse, .meanResponse, .longestResponse, .rounds, .transfers, .duration,
                .messages(.buyer), .messages(.agent),
            ] as [MeasureCondition.Measure])
        var result = MeasureCondition(of: of)
        func bound(_ draw: inout Draw) -> Int64 {
            of.isDuration ? draw.one(of: Limits.all) + Int64(draw.number(-1...1)) : Int64(draw.number(0...3))
        }
        switch draw.number(0...3) {
        case 0: result.minimum = bound(&draw)
        case 1: result.maximum = bound(&draw)
        case 2: result.over = bound(&draw)
        default:
            result.minimum = bound(&draw)
            result.maximum = bound(&draw)
        }
        return result
    }

    private func fact(_ draw: inout Draw) -> FactCondition {
        let name = draw.one(of: FactName.fixed + [.attribute("level"), .orderState, .orderState, .previousGap])
        if draw.chance(15) { return FactCondition(name, .present) }
        switch name.form {
        case .presence: return FactCondition(name, .present)
        case .duration:
            let limit = draw.one(of: Limits.all)
            return FactCondition(
                name, .range(minimum: draw.chance(50) ? limit : nil, maximum: draw.chance(60) ? limit * 2 : nil))
        case .number:
            return FactCondition(
                name, .range(minimum: draw.one(of: [nil, 1, 100]), maximum: draw.one(of: [1, 200, nil])))
        case .any:
            return FactCondition(
                name,
                draw.chance(50)
                    ? .range(minimum: draw.one(of: [nil, 2, 3]), maximum: draw.one(of: [nil, 2, 3]))
                    : .oneOf([draw.one(of: [.text("3"), .number(3), .flag(true), .number(2)])]))
        case .text:
            let values = ["app", "女装", "售前组", "b", "s", "甲", "vip", "paid", "待付款", "o-1"]
            return FactCondition(name, .oneOf(draw.some(of: values, atMost: 4).map { .text($0) }))
        }
    }
}
