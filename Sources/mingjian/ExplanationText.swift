import ConversationModel
import Diagnostics
import Foundation
import Monitoring
import Server

/// Where a figure comes from, for people: the value and how it comes about, what was counted, what was left out and why.
struct ExplanationText {
    let zone: Zone
    let language: Language
    let isColored: Bool

    func text(of explanation: Explanation, name: FigureName, shop: String) -> String {
        let said = said(explanation.figure, name)
        var lines = [
            emphasis(clean(shop) + "  " + said) + "  "
                + say(Phrase("as of ", "截至 ")) + stamp(explanation.asOf)
        ]
        if let span = explanation.span {
            lines.append(
                say(
                    Phrase(
                        "span: from \(stamp(span.start)) to \(stamp(span.end)) (excluded)",
                        "统计区间：\(stamp(span.start)) 至 \(stamp(span.end))（不含）")))
        }
        lines.append(emphasis(result(explanation)))
        for mean in explanation.means {
            lines.append(
                "  \(clean(mean.agent))" + say(Phrase(": ", "："))
                    + "\(duration(mean.mean.sum)) ÷ \(mean.mean.count) = \(duration(mean.mean.mean))")
        }
        let events = Dictionary(explanation.events.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func add(_ title: Phrase, _ terms: [Explanation.Term]) {
            if terms.isEmpty { return }
            lines.append(heading(title, terms.count))
            for term in terms {
                // An event that is counted is a line, and needs none above it.
                if explanation.figure != .lateEvents { lines.append("  " + self.term(term, explanation)) }
                lines += self.events(term.events, of: term.subject, events, explanation.asOf)
                if !term.isComplete {
                    lines.append("      " + say(Phrase("(earlier events are no longer kept)", "（更早的事件已超出保留期）")))
                }
            }
        }
        if explanation.arithmetic == .ratio {
            add(Phrase("Numerator", "分子"), explanation.terms)
            add(Phrase("Denominator", "分母"), explanation.others)
        } else {
            add(Phrase("Counted", "计入"), explanation.terms)
        }
        /// What was left out, under its heading; of a rate by where it is missing, since who is in one list may be left out of the other.
        func addLeftOut(_ title: Phrase, _ count: Int, _ leftOut: [Explanation.LeftOut]) {
            if count > 0 { lines.append(heading(title, count)) }
            for left in leftOut {
                lines.append(leftOutLine(left))
                lines += self.events(left.events, of: left.subject, events, explanation.asOf)
            }
        }
        if explanation.arithmetic == .ratio {
            let below = explanation.leftOut.filter(\.reason.isOfDenominator)
            let above = explanation.leftOut.filter { !$0.reason.isOfDenominator }
            addLeftOut(Phrase("Not in the numerator", "未计入分子"), above.count, above)
            addLeftOut(Phrase("Not in the denominator", "未计入分母"), below.count, below)
        } else {
            addLeftOut(Phrase("Not counted", "未计入"), explanation.leftOutCount, explanation.leftOut)
        }
        if explanation.leftOutCount > explanation.leftOut.count {
            lines.append(
                "  "
                    + say(
                        Phrase(
                            "the first \(explanation.leftOut.count) are listed", "只列出前 \(explanation.leftOut.count) 项"))
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The name of the figure, and whose it is.
    private func said(_ figure: Explanation.Figure, _ name: FigureName) -> String {
        let scope: String? =
            switch figure.scope {
            case .shop: nil
            case .group(nil): say(Phrase("agents in no group", "未分组"))
            case .group(let group?): say(Phrase("group \(clean(group))", "组 \(clean(group))"))
            case .agent(let agent): say(Phrase("agent \(clean(agent))", "客服 \(clean(agent))"))
            case .assistant: say(Phrase("assistant", "服务助手"))
            }
        var entry: String?
        if case .clicks(let asked?) = figure { entry = clean(asked) }
        let whose = [scope, entry].compactMap(\.self).joined(separator: " ")
        return say(name.phrase) + (whose.isEmpty ? "" : say(Phrase(" (\(whose))", "（\(whose)）")))
    }

    // MARK: The result

    private func result(_ explanation: Explanation) -> String {
        let title = say(Phrase("result: ", "结果："))
        let (terms, others) = (explanation.terms.count, explanation.others.count)
        if let undefined = explanation.undefined {
            var line = title + "—" + say(Phrase("  undefined: ", "  无定义：")) + say(undefined.phrase)
            if undefined == .ordersUnknown {
                line += say(
                    explanation.definedFrom.map {
                        Phrase("; defined from \($0) on", "；\($0) 起有定义")
                    } ?? Phrase("; no order was ever seen", "；还没有任何订单"))
            } else if undefined != .beforeFirstEvent, explanation.arithmetic == .ratio {
                line += say(Phrase(" (\(terms) ÷ \(others))", "（\(terms) ÷ \(others)）"))
            }
            return line
        }
        let value = explanation.value ?? 0
        switch explanation.arithmetic {
        case .count:
            guard explanation.terms.contains(where: { $0.value != 1 }) else { return title + "\(value)" }
            return title
                + say(
                    Phrase(
                        "\(value), together \(duration(explanation.sum))", "\(value)，合计 \(duration(explanation.sum))"))
        case .sum:
            return title
                + say(
                    Phrase(
                        "\(value) in the smallest unit of the currency = the sum of the payments below (\(terms))",
                        "\(value) 分 = \(terms) 笔付款之和"))
        case .mean:
            return title + "\(duration(value)) = \(duration(explanation.sum)) ÷ \(terms)"
        case .meanOfMeans:
            return title
                + say(
                    Phrase(
                        "\(duration(value)) = the mean of the agents' means (\(explanation.means.count))",
                        "\(duration(value)) = \(explanation.means.count) 位客服各自平均值的平均"))
        case .ratio:
            if case .pendingPerAgent = explanation.figure {
                let hundredths = Int64(terms) * 100 / Int64(others)
                return title + "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
                    + " = \(terms) ÷ \(others)"
            }
            return title + "\(value / 10).\(value % 10) % = \(terms) ÷ \(others)"
        }
    }

    private func leftOutLine(_ left: Explanation.LeftOut) -> String {
        var line = "  \(clean(left.subject))" + say(Phrase(": ", "：")) + say(left.reason.phrase)
        if let order = left.order {
            line += say(Phrase(" (order ", "（订单 ")) + clean(order)
            if let time = left.orderTime { line += say(Phrase(", ", "，")) + stamp(time) }
            line += say(Phrase(")", "）"))
        }
        return line
    }

    private func heading(_ title: Phrase, _ count: Int) -> String {
        say(title) + say(Phrase(" (\(count)):", "（\(count)）："))
    }

    // MARK: Terms

    private func term(_ term: Explanation.Term, _ explanation: Explanation) -> String {
        var parts: [String] = []
        if let agent = term.agent, agent != term.subject {
            parts.append(say(Phrase("agent \(clean(agent))", "客服 \(clean(agent))")))
        }
        if let conversation = term.conversation {
            parts.append(say(Phrase("conversation \(clean(conversation))", "会话 \(clean(conversation))")))
        }
        if let since = term.since {
            let length = duration(max(0, explanation.asOf.milliseconds - since.milliseconds))
            parts.append(
                say(
                    Phrase(
                        "since \(clock(since, explanation.asOf)), for \(length)",
                        "自 \(clock(since, explanation.asOf)) 起已 \(length)")))
        }
        if let reason = term.reason { parts.append(say(reason.phrase)) }
        switch explanation.figure {
        case .guidedSales, .guidedSalesLed: parts.append(say(Phrase("\(term.value)", "\(term.value) 分")))
        case .response, .answers, .buyerWaits, .transferred, .closedUnanswered, .afterHours:
            parts.append(duration(term.value))
        default: break
        }
        let details = parts.joined(separator: say(Phrase(", ", "，")))
        return clean(term.subject) + (details.isEmpty ? "" : say(Phrase(": ", "：")) + details)
    }

    /// A line for each event: when it was, what it was, its id.
    private func events(
        _ listed: [String], of subject: String, _ known: [String: Explanation.ListedEvent], _ now: Instant
    ) -> [String] {
        listed.map { id in
            guard let event = known[id] else { return "      \(clean(id))" }
            let buyer = event.buyer == subject ? nil : event.buyer.map(clean)
            let whose = buyer.map { say(Phrase(" (\($0))", "（\($0)）")) } ?? ""
            return "      \(clock(event.time, now))  \(what(event))\(whose)  [\(clean(id))]"
        }
    }

    private func what(_ event: Explanation.ListedEvent) -> String {
        let agent = event.agent.map(clean)
        let target =
            agent ?? event.group.map(clean) ?? (event.isToAssistant ? say(Phrase("the assistant", "服务助手")) : nil)
        let to = target.map { " → " + $0 } ?? ""
        let from = event.giver.map { " " + clean($0) } ?? ""
        let automatic = event.isAutomatic
        let phrase: Phrase =
            switch (event.type, event.speaker) {
            case ("message", .buyer?): Phrase("message of the buyer\(to)", "买家消息\(to)")
            case ("message", .agent?):
                Phrase(
                    "\(automatic ? "automatic message" : "message") of \(agent ?? "—")",
                    "客服 \(agent ?? "—") 的\(automatic ? "自动" : "")消息")
            case ("message", .assistant?):
                Phrase(
                    "\(automatic ? "automatic message" : "message") of the assistant",
                    "服务助手的\(automatic ? "自动" : "")消息")
            case ("message", _): Phrase("message of the system", "系统消息")
            case ("conversation-opened", _): Phrase("opened\(to)", "会话开始\(to)")
            case ("conversation-assigned", _): Phrase("assigned\(to)", "分配\(to)")
            case ("conversation-handed-over", _): Phrase("handed over\(from)\(to)", "转交\(from)\(to)")
            case ("conversation-queued", _): Phrase("put into the queue", "进入排队")
            case ("conversation-pooled", _): Phrase("put into the pool", "进入离线池")
            case ("conversation-read", _):
                Phrase("read\(agent.map { " by " + $0 } ?? "")", "已读\(agent.map { " " + $0 } ?? "")")
            case ("conversation-closed", _): Phrase("closed", "会话关闭")
            case ("order-paid", _): Phrase("payment", "付款")
            case ("entry-clicked", _): Phrase("click", "点击")
            case ("agent-online", _): Phrase("\(agent ?? "—") online", "\(agent ?? "—") 上线")
            case ("agent-offline", _): Phrase("\(agent ?? "—") offline", "\(agent ?? "—") 下线")
            case ("agent-suspended", _): Phrase("\(agent ?? "—") suspended", "\(agent ?? "—") 挂起")
            case ("agent-resumed", _): Phrase("\(agent ?? "—") resumed", "\(agent ?? "—") 解挂")
            case (let type?, _): Phrase(type, type)
            case (nil, _): Phrase("an order, a setting or a command", "订单、设置或调度")
            }
        return say(phrase)
    }

    // MARK: Words

    private func say(_ phrase: Phrase) -> String { phrase.text(in: language) }
    private func emphasis(_ text: String) -> String { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    private func stamp(_ instant: Instant) -> String { instant.localText(offset: zone.offset(at: instant)) }

    /// The clock time, with the date before it where that is not the day of `now`.
    private func clock(_ instant: Instant, _ now: Instant) -> String {
        let text = stamp(instant)
        return zone.day(of: instant) == zone.day(of: now) ? String(text.suffix(8)) : text
    }

    private func duration(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "—" }
        let tenths = milliseconds / 100 % 600
        let seconds = say(Phrase("\(tenths / 10).\(tenths % 10) s", "\(tenths / 10).\(tenths % 10) 秒"))
        let minutes = milliseconds / 60_000
        if minutes == 0 { return seconds }
        if minutes < 60 { return say(Phrase("\(minutes) min ", "\(minutes) 分 ")) + seconds }
        return say(Phrase("\(minutes / 60) h \(minutes % 60) min ", "\(minutes / 60) 小时 \(minutes % 60) 分 ")) + seconds
    }

    /// Names come from outside: nothing in them reaches the terminal as a command.
    private func clean(_ text: String) -> String { visible(text) }
}

extension Explanation.LeftOut.Reason {
    /// Whether it keeps somebody out of what a rate is divided by: buyers who had bought, agents who are not there, buyers who did not
    /// speak to the assistant.
    fileprivate var isOfDenominator: Bool {
        switch self {
        case .hasBought, .ordersUnknown, .offline, .notToAssistant: true
        default: false
        }
    }
}
