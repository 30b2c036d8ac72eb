import ConversationModel
import Diagnostics
import RuleLanguage

/// What conditions on the whole found.
extension Evaluator {
    func notes(_ unit: UnitCondition) -> [Phrase] {
        switch unit {
        case .fact(let fact): factNotes(fact)
        case .measure(let measure): measureNotes(measure)
        case .started: startNotes()
        }
    }

    private func measureNotes(_ measure: MeasureCondition) -> [Phrase] {
        let isCut = unit.isCutOff || unit.startIsCut
        guard measure.unknowns(isCut: isCut, hasTimes: hasTimes, policy: rules.policy).isEmpty else { return [] }
        let found = unitMeasures
        func number(_ value: Int) -> [Phrase] { [Phrase("it is \(value)", "实际是 \(value)")] }
        func length(_ value: Int64?) -> [Phrase] {
            guard let value else { return [Phrase("no wait has a length", "没有可计时的等待")] }
            let shown = ConditionWords.duration(value)
            return [Phrase("it is \(shown)", "实际是 \(shown)")]
        }
        switch measure.of {
        case .transfers: return number(found.transfers)
        case .rounds: return number(found.waits?.rounds ?? 0)
        case .duration: return length(found.duration)
        case .firstResponse: return length(found.waits?.first)
        case .longestResponse: return length(found.waits.flatMap { $0.responses > 0 ? $0.longest : nil })
        case .meanResponse:
            guard let waits = found.waits, waits.responses > 0 else { return length(nil) }
            let total = ConditionWords.duration(waits.total)
            return [
                Phrase("\(total) in \(waits.responses) waits", "\(waits.responses) 次等待共 \(total)")
            ]
        case .messages(let speaker):
            let mask = arena.copy(senderMasks[Int(speaker.rawValue) * 2])
            mask.formIntersection(unit.members)
            return number(mask.count)
        }
    }

    private func startNotes() -> [Phrase] {
        guard hasTimes, unit.start >= 0 else { return [] }
        let local = Instant(milliseconds: table.times[base + unit.start])
        let day = rules.policy.zone.day(of: local)
        let time = local.milliseconds + rules.policy.zone.offset(at: local) - Int64(day.daysSince1970) * 86_400_000
        let weekday = ConditionWords.weekday(day.weekday)
        let clock = ClockText.text(time)
        return [Phrase("it began on \(weekday.english) \(clock)", "开始于 \(weekday.chinese) \(clock)")]
    }

    private func factNotes(_ fact: FactCondition) -> [Phrase] {
        let known = values(of: fact.fact)
        guard !known.isEmpty else {
            if isKnownToBeEmpty(fact.fact) {
                return [Phrase("there is no '\(fact.fact.name)'", "没有 \(fact.fact.name)")]
            }
            return [Phrase("'\(fact.fact.name)' is not known", "不知道 \(fact.fact.name)")]
        }
        let list = known.prefix(5).map { ConditionWords.short($0) }.joined(separator: ", ")
        let more = known.count > 5 ? " …" : ""
        return [Phrase("\(fact.fact.name) is \(list)\(more)", "\(fact.fact.name) 是 \(list)\(more)")]
    }

    /// The archive says that there are no tags, or no orders.
    private func isKnownToBeEmpty(_ name: FactName) -> Bool {
        guard let facts = conversation?.facts else { return false }
        switch name {
        case .tag: return facts.knowsTags
        case .orderID, .orderState, .orderAmount, .orderCreatedAt, .orderPaidAt, .orderPhone, .orderAddress:
            return facts.orderCount == 0
        default: return false
        }
    }

    /// The known values of a fact in words, personal data left out.
    private func values(of name: FactName) -> [String] {
        guard let conversation else { return [] }
        func texts(_ kind: FactEntry.Kind, key: String = "") -> [String] {
            conversation.facts.entries.map { table.facts[$0] }.filter { entry in
                entry.kind == kind && (key.isEmpty || entry.key.elementsEqual(key.utf8))
            }.map { entry in
                switch entry.form {
                case .text: String(decoding: entry.text, as: UTF8.self)
                case .number: String(entry.number) + (entry.hasFraction ? "…" : "")
                case .flag: entry.number != 0 ? "true" : "false"
                }
            }
        }
        func text(_ bytes: UnsafeBufferPointer<UInt8>) -> [String] {
            bytes.baseAddress == nil ? [] : [String(decoding: bytes, as: UTF8.self)]
        }
        switch name {
        case .channel: return texts(.channel)
        case .category: return texts(.category)
        case .tag: return texts(.tag)
        case .attribute(let key): return texts(.attribute, key: key)
        case .group: return text(conversation.group)
        case .shop: return text(conversation.shop)
        case .agent: return conversation.agent < 0 ? [] : [names.name(conversation.agent)]
        case .buyer: return conversation.buyer.baseAddress == nil ? [] : ["…"]
        case .orderCount: return conversation.facts.orderCount < 0 ? [] : [String(conversation.facts.orderCount)]
        case .orderState: return texts(.orderState)
        case .orderAmount: return texts(.orderAmount)
        case .orderID: return texts(.orderID).map { _ in "…" }
        case .orderCreatedAt: return texts(.orderCreatedAt).map { _ in "…" }
        case .orderPaidAt: return texts(.orderPaidAt).map { _ in "…" }
        case .orderPhone: return texts(.orderPhone).map { _ in "…" }
        case .orderAddress: return texts(.orderAddress).map { _ in "…" }
        case .previousGap:
            guard case .ended(let end, _) = previousConversation, hasTimes, count > 0 else { return [] }
            return [ConditionWords.duration(max(0, table.times[base] - end.milliseconds))]
        case .previousAgent:
            guard case .ended(_, let agent?) = previousConversation else { return [] }
            return [agent]
        }
    }
}

extension ConditionWords {
    static func label(_ unit: UnitCondition) -> Phrase {
        switch unit {
        case .fact(let fact): return label(fact)
        case .measure(let measure): return label(measure)
        case .started(let moment):
            let words = label(moment)
            return Phrase("began \(words.english)", "开始于\(words.chinese)")
        }
    }

    /// A day of the week by its number, 1 to 7 from Monday.
    static func weekday(_ number: Int) -> Phrase {
        let sign = Array("一二三四五六日")[number - 1]
        return Phrase(ClockText.weekdays[number - 1], "周\(sign)")
    }

    static func label(_ moment: Moment) -> Phrase {
        var english: [String] = []
        var chinese: [String] = []
        if moment.start != nil || moment.end != nil {
            let range = ClockText.text(moment.start ?? 0) + "–" + ClockText.text(moment.end ?? 86_400_000)
            english.append(range)
            chinese.append(range)
        }
        if !moment.weekdays.isEmpty {
            let days = moment.weekdays.map { weekday($0) }
            english.append("on \(days.map(\.english).joined(separator: ", "))")
            chinese.append("（\(days.map(\.chinese).joined(separator: "、"))）")
        }
        switch moment.hours {
        case .inside:
            english.append("inside opening hours")
            chinese.append("营业时间内")
        case .outside:
            english.append("outside opening hours")
            chinese.append("营业时间外")
        case nil: break
        }
        return Phrase(english.joined(separator: " "), chinese.joined())
    }

    private static func label(_ measure: MeasureCondition) -> Phrase {
        let name: Phrase =
            switch measure.of {
            case .firstResponse: Phrase("first response", "首次响应")
            case .meanResponse: Phrase("mean response", "平均响应")
            case .longestResponse: Phrase("longest response", "最长响应")
            case .rounds: Phrase("rounds", "回合数")
            case .transfers: Phrase("transfers", "转接次数")
            case .duration: Phrase("duration", "时长")
            case .messages(let speaker):
                Phrase("messages of \(self.name(speaker).english)", "\(self.name(speaker).chinese)消息数")
            }
        func shown(_ value: Int64) -> String { measure.of.isDuration ? duration(value) : String(value) }
        var english: [String] = []
        var chinese: [String] = []
        if let minimum = measure.minimum {
            english.append("at least \(shown(minimum))")
            chinese.append("至少 \(shown(minimum))")
        }
        if let over = measure.over {
            english.append("over \(shown(over))")
            chinese.append("超过 \(shown(over))")
        }
        if let maximum = measure.maximum {
            english.append("at most \(shown(maximum))")
            chinese.append("至多 \(shown(maximum))")
        }
        return Phrase(
            "\(name.english) \(english.joined(separator: ", "))", "\(name.chinese)\(chinese.joined(separator: "、"))")
    }

    private static func label(_ fact: FactCondition) -> Phrase {
        let name = fact.fact.name
        switch fact.test {
        case .oneOf(let values):
            let list = values.prefix(3).map { word($0) }.joined(separator: "、") + (values.count > 3 ? "…" : "")
            return values.count == 1
                ? Phrase("\(name) is \(list)", "\(name) 是 \(list)")
                : Phrase("\(name) is one of \(list)", "\(name) 是其一：\(list)")
        case .range(let minimum, let maximum):
            func shown(_ number: Int64?) -> String? {
                number.map { fact.fact.form == .duration ? duration($0) : String($0) }
            }
            switch (shown(minimum), shown(maximum)) {
            case (let least?, nil): return Phrase("\(name) at least \(least)", "\(name) 至少 \(least)")
            case (nil, let most?): return Phrase("\(name) at most \(most)", "\(name) 至多 \(most)")
            case (let least, let most):
                let range = "\(least ?? "")–\(most ?? "")"
                return Phrase("\(name) within \(range)", "\(name) 在 \(range) 之间")
            }
        case .present: return Phrase("\(name) is known", "知道 \(name)")
        }
    }

    private static func word(_ value: FactValue) -> String {
        switch value {
        case .text(let text): short(text)
        case .number(let number, _): String(number)
        case .flag(let flag): flag ? "true" : "false"
        }
    }
}
