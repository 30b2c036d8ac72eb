import ConversationModel
import Diagnostics
import RuleLanguage

/// Conditions in words, as short as a line allows.
enum ConditionWords {
    /// A condition without what stands below it.
    static func label(_ condition: Condition) -> Phrase {
        switch condition.kind {
        case .message(let message): return label(message)
        case .expectation(let plan): return label(plan)
        case .silence(let silence):
            let side = name(silence.of)
            let (least, most) = (
                duration(silence.minimum), silence.maximum.map { duration($0) }
            )
            return Phrase(
                "silence of \(side.english), \(least)" + (most.map { " to \($0)" } ?? " or longer"),
                "\(side.chinese)沉默 \(least)" + (most.map { " 到 \($0)" } ?? " 以上"))
        case .gap(let gap): return label(gap)
        case .sequence(let sequence): return label(sequence)
        case .count(let count):
            let bound = label(count.bound)
            return count.isDistinct
                ? Phrase("\(bound.english), different ones", "\(bound.chinese)（不同的）") : bound
        case .scope(let scope): return label(scope)
        case .unit(let unit): return label(unit)
        case .all(let children):
            return Phrase("all of \(children.count) conditions", "\(children.count) 个条件全部满足")
        case .any(let children):
            return Phrase("any of \(children.count) conditions", "\(children.count) 个条件任一满足")
        case .not: return Phrase("not", "不成立")
        case .unless(_, let exceptions):
            return Phrase(
                "a condition unless any of \(counted(exceptions.count, "exception"))",
                "条件满足，且 \(exceptions.count) 个例外都不成立")
        }
    }

    static func label(_ message: MessageCondition) -> Phrase {
        var english = "message of "
        var chinese = "消息："
        let speakers = message.population.speakers.map { name($0) }
        english += speakers.map(\.english).joined(separator: " or ")
        chinese += speakers.map(\.chinese).joined(separator: "或")
        switch message.population.automatic {
        case .no: break
        case .any:
            english += ", automatic ones too"
            chinese += "（含自动回复）"
        case .only:
            english += ", automatic ones only"
            chinese += "（仅自动回复）"
        }
        if let kinds = message.population.kinds {
            let names = kinds.map(\.name).joined(separator: ", ")
            english += " (\(names))"
            chinese += "（\(names)）"
        }
        if let position = message.position.map({ label($0) }) {
            english += ", \(position.english)"
            chinese += "，\(position.chinese)"
        }
        if let sent = message.sent.map({ label($0) }) {
            english += ", sent \(sent.english)"
            chinese += "，发送于\(sent.chinese)"
        }
        if message.hasStrangersPhone {
            english += ", with a phone number of somebody else"
            chinese += "，含他人手机号"
        }
        if let text = message.text.map({ label($0) }) {
            english += ": \(text.english)"
            chinese += "，\(text.chinese)"
        }
        if let repeats = message.repeats.map({ label($0) }) {
            english += ", \(repeats.english)"
            chinese += "，\(repeats.chinese)"
        }
        return Phrase(english, chinese)
    }

    static func label(_ text: TextCondition) -> Phrase {
        switch text.kind {
        case .keywords(let keywords):
            let list = listed(keywords.phrases)
            switch keywords.quantity {
            case .any: return Phrase("any keyword of \(list)", "关键词任一\(list)")
            case .all: return Phrase("all keywords of \(list)", "关键词全部\(list)")
            case .atLeast(let n):
                return Phrase("at least \(n) keywords of \(list)", "关键词至少 \(n) 个\(list)")
            case .none: return Phrase("no keyword of \(list)", "不含关键词\(list)")
            }
        case .regex(let regex):
            let pattern = short(regex.pattern)
            guard let except = regex.except.map({ short($0) }) else {
                return Phrase("regex \(pattern)", "正则 \(pattern)")
            }
            return Phrase("regex \(pattern) except \(except)", "正则 \(pattern)，排除 \(except)")
        case .equals(let equals):
            let list = listed(equals.texts)
            return Phrase("the whole message is one of \(list)", "整条消息是其一\(list)")
        case .entity(let entity):
            let level = entity.fold == .folded ? "" : " (\(entity.fold.rawValue))"
            let kinds = entity.kinds.map(\.rawValue).joined(separator: ", ") + level
            guard !entity.allow.isEmpty else { return Phrase("an entity: \(kinds)", "实体：\(kinds)") }
            let allowed = listed(entity.allow)
            return Phrase("an entity: \(kinds), but not in \(allowed)", "实体：\(kinds)，放行\(allowed)")
        case .similar(let similar):
            let list = listed(similar.texts)
            return Phrase("at least \(similar.floor) % alike to one of \(list)", "与其一相似至少 \(similar.floor)%\(list)")
        case .length(let minimum, let maximum):
            let range = "\(minimum.map { String($0) } ?? "0")–\(maximum.map { String($0) } ?? "∞")"
            return Phrase("length \(range)", "长度 \(range)")
        case .all(let parts):
            return Phrase("all of \(parts.count) text conditions", "\(parts.count) 个文本条件全部满足")
        case .any(let parts):
            // Alternatives fail together: naming the first ones says more than their number.
            let shown = parts.filter(isLeaf).prefix(2).map { label($0) }
            guard !shown.isEmpty else {
                return Phrase("any of \(parts.count) text conditions", "\(parts.count) 个文本条件任一满足")
            }
            let rest = parts.count - shown.count
            return Phrase(
                "any of: " + shown.map(\.english).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : ""),
                "任一满足：" + shown.map(\.chinese).joined(separator: "；") + (rest > 0 ? "；及另外 \(rest) 个" : ""))
        case .not: return Phrase("not this text", "文本条件不成立")
        case .unless(_, let exceptions):
            return Phrase(
                "a text unless any of \(counted(exceptions.count, "exception")) in the message",
                "文本满足，且同一消息里 \(exceptions.count) 个例外都不成立")
        }
    }

    private static func isLeaf(_ text: TextCondition) -> Bool {
        switch text.kind {
        case .keywords, .regex, .equals, .entity, .similar, .length: true
        case .all, .any, .not, .unless: false
        }
    }

    private static func label(_ plan: Expectation) -> Phrase {
        var english: [String] = []
        var chinese: [String] = []
        if let time = plan.time {
            let clock = plan.clock == .business ? Phrase(" of open hours", "（营业时间）") : Phrase("", "")
            english.append("within \(duration(time))\(clock.english)")
            chinese.append("\(duration(time)) 内\(clock.chinese)")
        }
        if plan.promise != nil {
            english.append("within the promised time")
            chinese.append("承诺时间内")
        }
        if let messages = plan.messages {
            english.append("within \(counted(messages, "message"))")
            chinese.append("\(messages) 条消息内")
        }
        if plan.earliest > 0 {
            english.append("not before \(duration(plan.earliest))")
            chinese.append("不早于 \(duration(plan.earliest))")
        }
        let bounds = (english.joined(separator: ", "), chinese.joined(separator: "、"))
        return plan.report == .met
            ? Phrase(
                "an answer after a trigger" + (bounds.0.isEmpty ? "" : ", \(bounds.0)"),
                "触发之后\(bounds.1)有应答")
            : Phrase(
                "no answer after a trigger" + (bounds.0.isEmpty ? "" : ", \(bounds.0)"),
                "触发之后\(bounds.1)没有应答")
    }

    private static func label(_ bound: Count.Bound) -> Phrase {
        switch bound {
        case .atLeast(let n): Phrase("at least \(n) matches", "至少 \(n) 次")
        case .atMost(let n): Phrase("at most \(n) matches", "至多 \(n) 次")
        case .share(let percent): Phrase("at least \(percent) % of the messages", "占比至少 \(percent)%")
        case .every: Phrase("every message", "每条消息都满足")
        }
    }

    private static func label(_ position: Position) -> Phrase {
        switch position {
        case .firstMessages(let n): Phrase("the first \(n)", "前 \(n) 条")
        case .lastMessages(let n): Phrase("the last \(n)", "最后 \(n) 条")
        case .firstMilliseconds(let ms):
            Phrase("in the first \(duration(ms))", "开头 \(duration(ms)) 内")
        case .lastMilliseconds(let ms):
            Phrase("in the last \(duration(ms))", "最后 \(duration(ms)) 内")
        }
    }

    static func name(_ speaker: Speaker) -> Phrase {
        switch speaker {
        case .buyer: Phrase("the buyer", "买家")
        case .agent: Phrase("an agent", "客服")
        case .assistant: Phrase("the assistant", "服务助手")
        case .system: Phrase("the system", "系统")
        }
    }

    /// `475 s`, `1.5 s`; whole seconds of an hour and more as rules write them: `1h30m`.
    static func duration(_ milliseconds: Int64) -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        if rest == 0 { return seconds < 3600 ? "\(seconds) s" : DurationText.text(milliseconds) }
        var digits = String(abs(rest))
        digits = String(repeating: "0", count: 3 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(milliseconds < 0 && seconds == 0 ? "-" : "")\(seconds).\(digits) s"
    }

    private static func listed(_ phrases: [String]) -> String {
        let shown = phrases.prefix(3).map { short($0) }.joined(separator: "、")
        return "(\(shown)\(phrases.count > 3 ? "…" : ""))"
    }

    static func short(_ text: String) -> String {
        text.unicodeScalars.count <= 40 ? text : String(text.prefix(36)) + "…"
    }
}
