import ConversationModel
import RuleLanguage

/// Draws rules of every operator, nested to depth 3.
struct RandomRules {
    let features: RandomCase.Features
    /// Positive rules may not hold an expectation that reports `missed`.
    private var isPositive = false

    init(features: RandomCase.Features) {
        self.features = features
    }

    mutating func rule(_ id: String, _ draw: inout Draw) -> Rule {
        isPositive = draw.chance(45)
        return Rule(
            id: RuleID(id), name: id, polarity: isPositive ? .positive : .negative,
            unit: draw.chance(45) ? .stay : .conversation,
            appliesTo: draw.chance(20) ? condition(depth: 1, &draw) : nil,
            when: condition(depth: draw.number(0...3), &draw))
    }

    func condition(depth: Int, _ draw: inout Draw) -> Condition {
        guard depth > 0 else { return leaf(&draw) }
        func inner(_ draw: inout Draw) -> Condition {
            condition(depth: draw.number(0...depth - 1), &draw)
        }
        switch draw.number(0...9) {
        case 0, 1: return Condition(.any([inner(&draw), inner(&draw)]))
        case 2, 3:
            var children = [inner(&draw), inner(&draw)]
            if draw.chance(30) { children.append(Condition(.not(inner(&draw)))) }
            if draw.chance(25) { children[draw.number(0...1)].isSubject = true }
            return Condition(.all(children))
        case 4: return Condition(.not(inner(&draw)))
        case 5: return Condition(.unless(inner(&draw), [inner(&draw)]))
        case 6: return count(&draw)
        default: return leaf(&draw)
        }
    }

    private func leaf(_ draw: inout Draw) -> Condition {
        if features.contains(.wholes), draw.chance(30) { return whole(&draw) }
        if features.contains(.scopes), draw.chance(30) { return scope(depth: 1, &draw) }
        if features.contains(.sequences), draw.chance(25) { return sequence(&draw) }
        if features.contains(.gaps), draw.chance(15) { return gap(&draw) }
        switch draw.number(0...9) {
        case 0..<4: return message(nil, &draw)
        case 4..<8: return expectation(&draw)
        case 8: return silence(&draw)
        default: return count(&draw)
        }
    }

    // MARK: Messages

    func message(_ speaker: Speaker?, _ draw: inout Draw) -> Condition {
        var condition = MessageCondition(population: population(speaker, &draw))
        if draw.chance(25) { condition.position = position(&draw) }
        if draw.chance(75) { condition.text = text(depth: draw.number(0...2), &draw) }
        if features.contains(.likeness), draw.chance(20) {
            condition.repeats = repeats(&draw)
            if draw.chance(60) { condition.text = nil }
        }
        return Condition(.message(condition))
    }

    private func population(_ speaker: Speaker?, _ draw: inout Draw) -> Population {
        var result = Population()
        if let speaker {
            result.speakers = [speaker]
        } else {
            result.speakers = draw.one(of: [
                [.agent], [.agent], [.agent], [.buyer], [.buyer], [.buyer],
                [.buyer, .agent, .assistant], [.agent, .assistant], [.assistant], [.system],
            ])
        }
        result.automatic = draw.one(of: [.no, .no, .no, .no, .no, .no, .any, .any, .only])
        if draw.chance(8) { result.kinds = draw.one(of: [[.text], [.image], [.text, .transfer]]) }
        return result
    }

    private func position(_ draw: inout Draw) -> Position {
        switch draw.number(0...5) {
        case 0, 1: .firstMessages(draw.number(1...2))
        case 2, 3: .lastMessages(draw.number(1...2))
        case 4: .firstMilliseconds(draw.one(of: Limits.short))
        default: .lastMilliseconds(draw.one(of: Limits.short))
        }
    }

    private func text(depth: Int, _ draw: inout Draw) -> TextCondition {
        if depth > 0 {
            let first = text(depth: depth - 1, &draw)
            let second = text(depth: depth - 1, &draw)
            switch draw.number(0...5) {
            case 0: return TextCondition(.all([first, second]))
            case 1: return TextCondition(.any([first, second]))
            case 2: return TextCondition(.not(first))
            case 3: return TextCondition(.unless(first, [second]))
            default: return first
            }
        }
        if features.contains(.likeness), draw.chance(20) { return similar(&draw) }
        switch draw.number(0...10) {
        case 10:
            let own = ["13812345678", "１３812345678好的", "退款13812345678", "3812345678", "138123456789", "壹叁捌零零一三8零00"]
            let allow = draw.chance(50) ? draw.some(of: own, atMost: 2) : []
            let fold = draw.chance(50) ? FoldLevel.evasion : .folded
            return TextCondition(.entity(EntityCondition(kinds: [.phone], allow: allow, fold: fold)))
        case 0: return TextCondition(.length(minimum: draw.one(of: [nil, 1, 2]), maximum: 4))
        case 1, 2:
            let texts = draw.some(of: ["嗯", "好的", "?", "您好", "谢谢", "sb"], atMost: 3)
            return TextCondition(.equals(EqualsCondition(texts: texts)))
        case 3 where features.contains(.regex):
            let patterns = ["退.{0,3}款", "[0-9]{2,3}", "加(微信|v)", "您好+", "发货|退货", "^嗯$"]
            let except = draw.chance(30) ? draw.one(of: ["微信支付", "[?！!]"]) : nil
            return TextCondition(
                .regex(RegexCondition(pattern: draw.one(of: patterns), except: except)))
        default: return keywords(&draw)
        }
    }

    private func keywords(_ draw: inout Draw) -> TextCondition {
        let han = ["您好", "你好", "微信", "退款", "滚", "垃圾", "谢谢", "发货", "請稍等", "好的"]
        let latin = ["sb", "69", "VX", "加v"]
        // No phrase twice: whether a repeated one counts twice is no business of this test.
        var result = Keywords(phrases: draw.some(of: han + latin, atMost: 4))
        switch draw.number(0...7) {
        case 0: result.quantity = .all
        case 1: result.quantity = .atLeast(2)
        case 2: result.quantity = .none
        default: break
        }
        // `word` for Han rests on ICU's dictionary, which the oracle does not have.
        switch draw.number(0...7) {
        case 0: result.boundary = .substring
        case 1:
            result.phrases = draw.some(of: ["sb", "69", "vx"], atMost: 2)
            result.boundary = .word
        default: break
        }
        if draw.chance(30) { result.allow = ["垃圾袋", "滚筒", "微信支付"] }
        if draw.chance(15) { result.fold = .exact }
        return TextCondition(.keywords(result))
    }

    /// A condition whose matches are messages, for triggers and answers.
    private func speech(_ speaker: Speaker, _ draw: inout Draw) -> Condition {
        if features.contains(.oddities), draw.chance(10) { return condition(depth: 1, &draw) }
        if features.contains(.scopes), draw.chance(8) { return scope(depth: 0, &draw) }
        let first = message(speaker, &draw)
        switch draw.number(0...9) {
        case 0: return Condition(.any([first, message(speaker, &draw)]))
        case 1: return Condition(.unless(first, [message(nil, &draw)]))
        default: return first
        }
    }

    // MARK: Time and number

    private func expectation(_ draw: inout Draw) -> Condition {
        let speaker: Speaker = draw.chance(75) ? .buyer : .agent
        let other: Speaker = speaker == .buyer ? .agent : draw.one(of: [.buyer, .agent])
        var result = Expectation(after: speech(speaker, &draw), expect: speech(other, &draw))
        result.trigger = draw.one(of: [.run, .run, .run, .each, .first, .last, .nth(2)])
        if draw.chance(80) { result.time = draw.one(of: Limits.all) }
        if result.time == nil ? draw.chance(60) : draw.chance(20) {
            // K counts the answer's population: a plain message without position is beyond doubt.
            var answers = MessageCondition(population: population(other, &draw))
            answers.text = draw.chance(70) ? text(depth: 1, &draw) : nil
            result.expect = Condition(.message(answers))
            result.messages = draw.number(1...3)
        }
        if features.contains(.hours), draw.chance(25) { result.clock = .business }
        if features.contains(.hours), draw.chance(15) { result.onlyInsideHours = true }
        if result.clock == .wall, draw.chance(15) { result.earliest = 1_000 }
        if let time = result.time, draw.chance(25) {
            result.excuse = Expectation.Excuse(
                condition: Condition(
                    .message(
                        MessageCondition(
                            population: Population(speakers: [.agent]),
                            text: TextCondition(.keywords(Keywords(phrases: ["稍等"])))))),
                extend: draw.chance(60)
                    ? nil : features.contains(.oddities) ? draw.one(of: Limits.all) : time * 2,
                times: draw.number(1...2))
        }
        if features.contains(.promises) { addPromise(to: &result, &draw) }
        result.atClose = draw.one(of: [nil, nil, .missed, .void])
        result.report = !isPositive && draw.chance(65) ? .missed : .met
        result.onTransfer = draw.chance(20) ? .restart : .carry
        return Condition(.expectation(result))
    }

    private func silence(_ draw: inout Draw) -> Condition {
        let minimum = draw.one(of: Limits.all)
        return Condition(
            .silence(
                Silence(
                    of: draw.one(of: [.buyer, .agent, .agent, .assistant]), minimum: minimum,
                    maximum: draw.chance(35) ? minimum + draw.one(of: Limits.all) : nil)))
    }

    private func count(_ draw: inout Draw) -> Condition {
        let bound: Count.Bound
        switch draw.number(0...5) {
        case 0, 1: bound = .atLeast(draw.number(1...3))
        case 2: bound = .atMost(draw.number(0...2))
        case 3, 4: bound = .share(minimumPercent: draw.one(of: [1, 50, 67, 100]))
        default: bound = .every
        }
        var of = message(nil, &draw)
        if features.contains(.scopes), draw.chance(15) {
            switch bound {
            case .atLeast, .atMost: of = scope(depth: 0, &draw)
            case .share, .every: break
            }
        }
        var result = Count(of: of, bound: bound)
        switch bound {
        // The oracle does not vouch for a regex's spans, which decide what is distinct.
        case .atLeast, .atMost:
            result.isDistinct = features.contains(.likeness) && draw.chance(50) && !of.usesRegex
        case .share, .every: break
        }
        return Condition(.count(result))
    }
}
