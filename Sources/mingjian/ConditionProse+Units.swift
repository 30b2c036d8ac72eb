/// Sentences for what is about times of day, stretches of silence, procedures and the unit as a whole.
extension ConditionProse {
    private static let facts = [
        "channel": "渠道", "category": "咨询类别", "group": "分组", "buyer": "买家", "shop": "店铺", "agent": "客服",
        "tag": "标签", "order.count": "订单数", "order.id": "订单号", "order.state": "订单状态",
        "order.amount": "订单金额（最小货币单位）", "order.createdAt": "下单时间", "order.paidAt": "付款时间",
        "order.phone": "收货电话", "order.address": "收货地址", "previous.gap": "距上一次会话", "previous.agent": "上一次的客服",
    ]
    private static let measures = [
        "first-response": "首次响应", "mean-response": "平均响应", "longest-response": "最长响应", "rounds": "回合数",
        "transfers": "转接次数", "duration": "会话时长", "messages": "消息数",
    ]
    private static let weekdays = [
        "mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日",
    ]

    /// `sequence`, `gap`, `silence`, `fact`, `measure` and `started`, as far as a condition has them.
    func wholes(_ condition: [String: Any]) -> [Item] {
        var result: [Item] = []
        if let sequence = condition["sequence"] as? [String: Any] { result.append(self.sequence(sequence)) }
        if let silence = condition["silence"] as? [String: Any] {
            let side = Self.names(silence["of"], of: Self.speakers) ?? "一方"
            result.append(Item(text: "\(side)不说话：" + Self.range(silence)))
        }
        if let gap = condition["gap"] as? [String: Any] { result.append(self.gap(gap)) }
        if let fact = condition["fact"] as? [String: Any] { result.append(self.fact(fact)) }
        if let measure = condition["measure"] as? [String: Any] { result.append(self.measure(measure)) }
        if let started = condition["started"] as? [String: Any] {
            result.append(Item(text: "开始于" + moment(started)))
        }
        return result
    }

    private func sequence(_ sequence: [String: Any]) -> Item {
        let steps = sequence["steps"] as? [[String: Any]] ?? []
        let items = steps.enumerated().map { number, step in
            var notes: [String] = []
            if step["optional"] as? Bool == true { notes.append("可以没有") }
            if step["sameMessage"] as? Bool == true { notes.append("可以与上一步在同一条消息里") }
            if let within = step["within"] as? [String: Any] { notes.append("离上一步：" + limits(within)) }
            let name = (step["name"] as? String).map(Self.plain) ?? ""
            let condition = step.filter { !["name", "optional", "sameMessage", "within"].contains($0.key) }
            return Item(
                text: "第 \(number + 1) 步 \(name)" + (notes.isEmpty ? "" : "（\(notes.joined(separator: "；"))）") + "：",
                items: self.items(condition))
        }
        return Item(text: "依次做到：", items: items)
    }

    private func gap(_ gap: [String: Any]) -> Item {
        let side = Self.names(gap["of"], of: Self.speakers) ?? "一方"
        let after = Self.names(gap["after"], of: Self.speakers) ?? "其他人"
        let since = gap["since"] as? String == "first-unanswered" ? "第一条没有答复的消息" : "最近一条消息"
        return Item(text: "\(side)在\(after)的\(since)之后没有说话：" + Self.range(gap))
    }

    private func fact(_ fact: [String: Any]) -> Item {
        let written = fact["name"] as? String ?? ""
        let name =
            Self.facts[written]
            ?? (written.hasPrefix("attributes.")
                ? "属性 " + Self.code(String(written.dropFirst(11))) : Self.code(written))
        if fact["present"] != nil { return Item(text: "\(name)：存档里有") }
        if let value = fact["is"] { return Item(text: "\(name)：是 " + Self.phrase(value)) }
        if let list = fact["in"] as? [Any] {
            return Item(text: "\(name)：是其中之一 " + list.map(Self.phrase).joined(separator: " "))
        }
        return Item(text: "\(name)：" + Self.range(fact))
    }

    private static func phrase(_ value: Any) -> String { value is String ? phrases([value]) : code(json(value)) }

    private func measure(_ measure: [String: Any]) -> Item {
        let name = (measure["of"] as? String).flatMap { Self.measures[$0] } ?? ""
        let side = Self.names(measure["from"], of: Self.speakers).map { $0 + "的" } ?? ""
        let over = measure["over"].map { "超过 " + Self.value($0) }
        let range = Self.range(measure)
        return Item(
            text: side + name + "：" + [over, range.isEmpty ? nil : range].compactMap { $0 }.joined(separator: "，"))
    }

    /// When something was sent or began.
    func moment(_ moment: [String: Any]) -> String {
        var parts: [String] = []
        if let days = Self.names(moment["on"], of: Self.weekdays) { parts.append(days) }
        if moment["from"] != nil || moment["to"] != nil {
            let (from, to) = (moment["from"] as? String ?? "00:00", moment["to"] as? String ?? "24:00")
            parts.append("\(from) 到 \(to)（不含）")
        }
        switch moment["hours"] as? String {
        case "inside": parts.append("营业时间内")
        case "outside": parts.append("营业时间外")
        default: break
        }
        return parts.joined(separator: "，")
    }
}
