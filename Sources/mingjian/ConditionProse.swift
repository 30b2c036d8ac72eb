import Foundation

/// A condition of a rule file as nested sentences in Chinese, for the page of a rule.
///
/// It reads the file's JSON, not the decoded rule: names of shared conditions and of parameters are
/// what a reader wants to see. A key that it does not know is shown as it stands.
struct ConditionProse {
    /// A sentence and what belongs to it.
    struct Item {
        var text: String
        var items: [Item] = []

        /// Nested list items of Markdown.
        func markdown(depth: Int = 0) -> String {
            String(repeating: "  ", count: depth) + "- " + text + "\n"
                + items.map { $0.markdown(depth: depth + 1) }.joined()
        }
    }

    /// Names of shared conditions that have a place of their own to be looked up.
    var shared: Set<String> = []
    /// The level at which texts are compared where a condition says none.
    var fold: String?

    /// Keys of what is about a unit, not about one message's text.
    static let unitKeys = [
        "message", "after", "count", "scope", "sequence", "silence", "gap", "fact", "measure", "started",
    ]

    /// Phrases of a list that are shown; the rest is counted.
    static let shownPhrases = 24
    /// Characters of a pattern that are shown.
    static let shownPattern = 240

    func items(_ condition: [String: Any]) -> [Item] {
        var result: [Item] = []
        if let message = condition["message"] as? [String: Any] { result.append(self.message(message)) }
        if condition["after"] != nil { result.append(expectation(condition)) }
        if let count = condition["count"] as? [String: Any] { result.append(self.count(count)) }
        if let scope = condition["scope"] as? [String: Any] { result.append(self.scope(scope)) }
        result += wholes(condition)
        if let name = condition["use"] as? String { result.append(Item(text: sharedCondition(name))) }
        for (key, title) in [("all", "同时满足"), ("any", "满足任一")] {
            guard let children = condition[key] as? [[String: Any]] else { continue }
            result.append(Item(text: title + "：", items: children.flatMap(child)))
        }
        if let inner = condition["not"] as? [String: Any] {
            result.append(Item(text: "不满足：", items: items(inner)))
        }
        result += exceptions(condition, "同一会话里出现以下情况时不算：", items)
        let known: Set = [
            "message", "after", "expect", "within", "trigger", "excuse", "atClose", "report", "onTransfer", "count",
            "scope", "sequence", "silence", "gap", "fact", "measure", "started", "use", "all", "any", "not", "unless",
            "subject",
        ]
        return result + rest(of: condition, besides: known)
    }

    private func child(_ condition: [String: Any]) -> [Item] {
        var items = items(condition)
        if condition["subject"] as? Bool == true, !items.isEmpty { items[0].text += "（命中位置取自它）" }
        return items
    }

    private func sharedCondition(_ name: String) -> String {
        "共享条件 " + (shared.contains(name) ? "[\(Self.code(name))](\(RulePages.sharedPage)#\(name))" : Self.code(name))
    }

    /// What no sentence was made for.
    private func rest(of object: [String: Any], besides known: Set<String>) -> [Item] {
        object.keys.filter { !known.contains($0) }.sorted().map {
            Item(text: Self.code($0) + "：" + Self.code(Self.json(object[$0] as Any)))
        }
    }

    private func exceptions(_ object: [String: Any], _ title: String, _ describe: ([String: Any]) -> [Item]) -> [Item] {
        let list = object["unless"].map { $0 as? [[String: Any]] ?? [$0 as? [String: Any] ?? [:]] } ?? []
        return list.isEmpty ? [] : [Item(text: title, items: list.flatMap(describe))]
    }

    // MARK: Messages

    private func message(_ message: [String: Any]) -> Item {
        var text = Self.names(message["from"], of: Self.speakers) ?? "买家、客服或服务助手"
        text += "的" + (Self.names(message["kind"], of: Self.kinds) ?? "") + "消息"
        switch message["auto"] {
        case let word as String where word == "any": text += "（自动回复也看）"
        case let word as String where word == "only": text += "（只看自动回复）"
        default: break
        }
        if let position = position(message["position"]) { text += "，" + position }
        if let sent = message["sent"] as? [String: Any] { text += "，发送于" + moment(sent) }
        var items = self.text(message)
        if message["phone"] as? String == "of-others" {
            items.append(Item(text: "号码既不是订单的收货电话，买家先前也没有写过"))
        }
        if let repeats = message["repeats"] as? [String: Any] { items.append(self.repeats(repeats)) }
        return Item(text: text + (items.isEmpty ? "" : "："), items: items)
    }

    private func position(_ position: Any?) -> String? {
        switch position {
        case let word as String: return word == "first" ? "只看第一条" : "只看最后一条"
        case let object as [String: Any]:
            if let first = object["first"] { return "只看最前 \(amount(first))" }
            if let last = object["last"] { return "只看最后 \(amount(last))" }
            return nil
        default: return nil
        }
    }

    /// A number of messages, a duration, or a parameter that is one of them.
    private func amount(_ value: Any) -> String { value is String ? Self.value(value) : Self.value(value) + " 条" }

    func text(_ text: [String: Any]) -> [Item] {
        var result: [Item] = []
        if let phrases = text["keywords"] as? [Any] { result.append(keywords(phrases, text)) }
        if let pattern = text["regex"] as? String {
            var item = Item(text: "符合正则 " + Self.pattern(pattern))
            if let except = text["except"] as? String {
                item.items.append(Item(text: "消息里有 " + Self.pattern(except) + " 时不算"))
            }
            result.append(item)
        }
        if let equals = text["equals"] {
            result.append(Item(text: "整条消息就是：" + Self.phrases(equals as? [Any] ?? [equals])))
        }
        if let similar = text["similar"] as? [String: Any] {
            let floor = similar["floor"].map(Self.value) ?? "60"
            let sentences = similar["to"] as? [Any] ?? [similar["to"] as Any]
            result.append(Item(text: "与例句相似 \(floor)% 以上：" + Self.phrases(sentences)))
        }
        if let length = text["length"] { result.append(Item(text: "字数：" + Self.range(length))) }
        if let entity = text["entity"] { result.append(self.entity(entity)) }
        if let name = text["use"] as? String { result.append(Item(text: sharedCondition(name))) }
        for (key, title) in [("all", "同时满足："), ("any", "满足任一：")] {
            guard let children = text[key] as? [[String: Any]] else { continue }
            result.append(Item(text: title, items: children.flatMap(self.text)))
        }
        if let inner = text["not"] as? [String: Any] {
            result.append(Item(text: "不满足：", items: self.text(inner)))
        }
        result += exceptions(text, "同一条消息里出现以下内容时不算：", self.text)
        let known: Set = [
            "from", "auto", "kind", "position", "sent", "phone", "repeats", "keywords", "match", "boundary", "allow",
            "homophones",
            "fold", "regex", "except", "equals", "similar", "length", "entity", "use", "all", "any", "not", "unless",
        ]
        return result + rest(of: text, besides: known)
    }

    private func keywords(_ phrases: [Any], _ text: [String: Any]) -> Item {
        let quantity =
            switch text["match"] {
            case let word as String where word == "all": "全部"
            case let word as String where word == "none": "任何一个都不"
            case let object as [String: Any]: "至少 \(object["atLeast"].map(Self.value) ?? "1") 个"
            default: "任一"
            }
        let isNone = text["match"] as? String == "none"
        var item = Item(text: (isNone ? "不含：" : "含\(quantity)：") + Self.phrases(phrases))
        switch text["boundary"] as? String {
        case "word": item.items.append(Item(text: "两端须是词的边界"))
        case "substring": item.items.append(Item(text: "在更长的英文单词、数字里面也算"))
        default: break
        }
        let fold = text["fold"] as? String ?? fold
        if fold == "exact" { item.items.append(Item(text: "大小写、全半角、繁简都要写得一样")) }
        if fold == "evasion" {
            let reading = text["homophones"] as? Bool == false ? "" : "、谐音"
            item.items.append(Item(text: "夹符号、拆字、形近\(reading)的写法也算"))
        }
        if let allow = text["allow"] as? [Any] {
            item.items.append(Item(text: "被这些短语整个盖住的不算：" + Self.phrases(allow)))
        }
        return item
    }

    private func entity(_ entity: Any) -> Item {
        let object = entity as? [String: Any]
        let kinds = Self.names(object?["kinds"] ?? entity, of: Self.entities) ?? ""
        var item = Item(text: "含有：" + kinds)
        if let domains = object?["allowedDomains"] as? [Any] {
            item.items.append(Item(text: "这些域名不算：" + Self.phrases(domains)))
        }
        if (object?["fold"] as? String ?? fold) == "evasion" {
            item.items.append(Item(text: "用汉字数字、带圈数字或夹符号写的号码和账号也算"))
        }
        if let allow = object?["allow"] as? [Any] {
            item.items.append(Item(text: "落在这些短语里的不算：" + Self.phrases(allow)))
        }
        return item
    }

    private func repeats(_ repeats: [String: Any]) -> Item {
        let source =
            Self.names(repeats["of"], of: Self.speakers.merging(["self": "同一人", "side": "同一方"]) { $1 }) ?? "同一人"
        var text = "与\(source)先前 \(repeats["lookBack"].map(Self.value) ?? "20") 条消息之一相似"
        text += " \(repeats["similarity"].map(Self.value) ?? "60")% 以上，第 \(repeats["times"].map(Self.value) ?? "2") 次起"
        if let length = repeats["minLength"] { text += "；少于 \(Self.value(length)) 个字的不算" }
        if let gap = repeats["minGap"] { text += "；相隔不到 \(Self.value(gap)) 的不算" }
        if let allow = repeats["allow"] as? [Any] { text += "；可以重复：" + Self.phrases(allow) }
        return Item(text: text)
    }

    // MARK: Operators

    private func expectation(_ object: [String: Any]) -> Item {
        let isMissed = object["report"] as? String == "missed"
        let trigger =
            switch object["trigger"] {
            case let word as String where word == "each": "每一次"
            case let word as String where word == "first": "第一次"
            case let word as String where word == "last": "最后一次"
            case let nth as [String: Any]: "第 \(nth["nth"].map(Self.value) ?? "1") 次"
            default: "连着的算一次"
            }
        var items = [
            Item(text: "出现（\(trigger)）：", items: items(object["after"] as? [String: Any] ?? [:])),
            Item(text: "之后期待：", items: self.items(object["expect"] as? [String: Any] ?? [:])),
        ]
        if let within = object["within"] as? [String: Any] { items.append(Item(text: "时限：" + limits(within))) }
        if let excuse = object["excuse"] as? [String: Any] {
            var text = "缓冲（最多 \(excuse["times"].map(Self.value) ?? "1") 次"
            text += "，每次" + (excuse["extend"].map { "再给 \(Self.value($0))" } ?? "重新给足原来的时限")
            items.append(Item(text: text + "）：", items: self.items(excuse["when"] as? [String: Any] ?? [:])))
        }
        switch object["atClose"] as? String {
        case "missed": items.append(Item(text: "会话结束时还没等到，算没有做到"))
        case "void": items.append(Item(text: "会话结束时还没等到，不计"))
        default: break
        }
        if object["onTransfer"] as? String == "restart" { items.append(Item(text: "转接后重新计时")) }
        return Item(text: isMissed ? "没有做到：" : "做到了：", items: items)
    }

    func limits(_ within: [String: Any]) -> String {
        var parts: [String] = []
        if let earliest = within["earliest"] { parts.append("不早于 \(Self.value(earliest))") }
        if within["time"] as? String == "promised" {
            parts.append("触发消息自己承诺的时长以内" + vague(within))
        } else if let time = within["time"] {
            parts.append(Self.value(time) + " 以内")
        }
        if let messages = within["messages"] { parts.append("\(Self.value(messages)) 条消息以内") }
        if within["clock"] as? String == "business" { parts.append("按营业时间计") }
        if within["only"] != nil { parts.append("营业时间以外的不计") }
        if let cap = within["cap"] { parts.append("等待最多按 \(Self.value(cap)) 计") }
        for key in within.keys.sorted()
        where !["earliest", "time", "messages", "clock", "only", "vague", "cap"].contains(key) {
            parts.append(Self.code(key) + " " + Self.code(Self.json(within[key] as Any)))
        }
        return parts.joined(separator: "，")
    }

    /// What words without a number promise.
    private func vague(_ within: [String: Any]) -> String {
        guard let words = within["vague"] as? [String: Any], !words.isEmpty else { return "" }
        let list = words.keys.sorted().map { "“\($0)”算 \(Self.value(words[$0] as Any))" }
        return "（没有写明时长时，\(list.joined(separator: "，"))）"
    }

    private func count(_ count: [String: Any]) -> Item {
        var text = "命中次数"
        if count["distinct"] as? Bool == true { text += "（相同的只算一次）" }
        if let number = count["atLeast"] { text += "至少 \(Self.value(number)) 次：" }
        if let number = count["atMost"] { text += "至多 \(Self.value(number)) 次：" }
        if let share = count["share"] as? [String: Any] {
            text = "在这些消息里至少占 \(share["atLeast"].map(Self.value) ?? "")%："
        }
        if count["every"] != nil { text = "每一条都满足：" }
        return Item(text: text, items: items(count["of"] as? [String: Any] ?? [:]))
    }

    private func scope(_ scope: [String: Any]) -> Item {
        let direction = ["after": "之后", "before": "之前", "around": "前后"].first { scope[$0.key] != nil }
        let anchor = direction.flatMap { scope[$0.key] as? [String: Any] } ?? [:]
        let which =
            switch scope["which"] {
            case let word as String where word == "first": "第一次"
            case let word as String where word == "last": "最后一次"
            case let nth as [String: Any]: "第 \(nth["nth"].map(Self.value) ?? "1") 次"
            default: "每一次"
            }
        let within = (scope["within"] as? [String: Any]).map { "（\(limits($0))）" } ?? ""
        return Item(
            text: "前后文：",
            items: [
                Item(text: "以这里为准（\(which)）：", items: items(anchor)),
                Item(
                    text: "在它\(direction?.value ?? "之后")\(within)出现：",
                    items: items(scope["find"] as? [String: Any] ?? [:])),
            ])
    }
}

// MARK: - Words

extension ConditionProse {
    static let speakers = ["buyer": "买家", "agent": "客服", "assistant": "服务助手", "bot": "服务助手", "system": "系统"]

    static let kinds = [
        "text": "文字", "image": "图片", "video": "视频", "audio": "语音", "card": "卡片", "link": "链接", "file": "文件",
        "recall": "撤回", "transfer": "转接", "event": "事件", "other": "其他",
    ]

    static let entities = [
        "phone": "电话", "url": "链接", "email": "邮箱", "wechat-id": "微信号", "qq-number": "QQ 号", "bank-card": "银行卡",
        "identity-card": "身份证", "order-number": "订单号", "amount": "金额", "date": "日期", "duration": "时长",
    ]

    /// The words for one value or a list; nil where there is none, or so many that they say nothing.
    static func names(_ value: Any?, of words: [String: String]) -> String? {
        let list = (value as? [Any] ?? value.map { [$0] } ?? []).compactMap { $0 as? String }
        return list.isEmpty ? nil : list.map { words[$0] ?? $0 }.joined(separator: "、")
    }

    /// A number, a duration or the name of a parameter.
    static func value(_ value: Any) -> String {
        if let text = value as? String { return text.hasPrefix("$") ? code(text) : duration(text) ?? plain(text) }
        if let number = value as? NSNumber { return number.stringValue }
        return code(json(value))
    }

    /// A duration in words: `1h30m` as 1 小时 30 分钟; nil for any other text.
    private static func duration(_ text: String) -> String? {
        let units = [("ms", "毫秒"), ("d", "天"), ("h", "小时"), ("m", "分钟"), ("s", "秒")]
        var rest = Substring(text)
        var parts: [String] = []
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest.removeFirst(number.count)
            guard !number.isEmpty, let unit = units.first(where: { rest.hasPrefix($0.0) }) else { return nil }
            rest.removeFirst(unit.0.count)
            parts.append("\(number) \(unit.1)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    static func range(_ value: Any) -> String {
        guard let object = value as? [String: Any] else { return Self.value(value) }
        let parts = [
            object["min"].map { "至少 " + Self.value($0) }, object["max"].map { "至多 " + Self.value($0) },
        ]
        return parts.compactMap { $0 }.joined(separator: "，")
    }

    /// The first phrases, and how many there are.
    static func phrases(_ list: [Any]) -> String {
        let shown = list.prefix(shownPhrases).map { item in
            (item as? String).map(code) ?? ((item as? [String: Any])?["list"] as? String).map { code("@" + $0) } ?? ""
        }
        let rest = list.count - shown.count
        return shown.joined(separator: " ") + (rest > 0 ? " …（共 \(list.count) 个）" : "")
    }

    static func pattern(_ source: String) -> String {
        code(source.count <= shownPattern ? source : String(source.prefix(shownPattern)) + "…")
    }

    /// JSON of a value, keys sorted.
    static func json(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Code inside a line of Markdown, whatever is in `text`.
    static func code(_ text: String) -> String {
        let line = oneLine(text)
        var longest = 0
        var run = 0
        for character in line {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return longest == 0 ? fence + line + fence : "\(fence) \(line) \(fence)"
    }

    /// Text inside a line of Markdown: no markup, no HTML, no cell of a table ends in it.
    static func plain(_ text: String) -> String {
        var result = ""
        for character in oneLine(text) {
            if "\\`*_[]<>#|~$".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}
