import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage

/// One page for each rule and an index of them, in Markdown, from the rule files alone.
struct RulePages {
    /// Stands at the top of what was generated, and only there.
    static let mark = "<!-- mingjian rules docs -->"

    /// Name and text of each page, the index first.
    let pages: [(name: String, text: String)]

    /// - Parameter link: the way from a page to a rule file.
    init(_ sources: RuleSources, rules: [Rule], link: (String) -> String) {
        var objects: [String: [String: Any]] = [:]
        var conditions: [String: [String: Any]] = [:]
        for file in sources.files {
            let json = try? JSONSerialization.jsonObject(with: Data(file.bytes))
            for object in json as? [[String: Any]] ?? [json as? [String: Any] ?? [:]] {
                if let id = object["id"] as? String { objects[id] = object }
                conditions.merge(object["conditions"] as? [String: [String: Any]] ?? [:]) { first, _ in first }
            }
        }
        let shared = Set(conditions.keys)
        let sorted = rules.sorted { ($0.category, $0.id.value) < ($1.category, $1.id.value) }
        var pages = [(name: "README.md", text: RulePages.index(sorted, hasShared: !conditions.isEmpty))]
        for rule in sorted {
            let page = RulePage(
                rule: rule, object: objects[rule.id.value] ?? [:], link: link(rule.place.path), shared: shared)
            pages.append((name: rule.id.value + ".md", text: page.text))
        }
        if !conditions.isEmpty { pages.append((name: RulePages.sharedPage, text: RulePages.shared(conditions))) }
        self.pages = pages
    }

    /// The page of conditions that rules share; no rule has such an id.
    static let sharedPage = "_shared.md"

    private static func shared(_ conditions: [String: [String: Any]]) -> String {
        let prose = ConditionProse(shared: Set(conditions.keys))
        var text = mark + "\n\n# 共享条件\n\n规则里用名字引用的条件，改一处，引用它的规则都跟着变。\n"
        for name in conditions.keys.sorted() {
            text += "\n## \(name)\n\n"
            let condition = conditions[name] ?? [:]
            text += (isOfUnits(condition) ? prose.items(condition) : prose.text(condition)).map { $0.markdown() }
                .joined()
        }
        return text
    }

    /// Whether a condition is about a unit: it or a part of it names what only units have.
    private static func isOfUnits(_ condition: [String: Any]) -> Bool {
        if ConditionProse.unitKeys.contains(where: { condition[$0] != nil }) { return true }
        return ["all", "any", "not", "unless"].contains { key in
            let parts = condition[key].map { $0 as? [[String: Any]] ?? [$0 as? [String: Any] ?? [:]] } ?? []
            return parts.contains(where: isOfUnits)
        }
    }

    private static func index(_ rules: [Rule], hasShared: Bool) -> String {
        var text = mark + "\n\n# 规则手册\n\n"
        let negative = rules.count { $0.polarity == .negative }
        text += "共 \(rules.count) 条规则：负面 \(negative) 条，正面 \(rules.count - negative) 条。"
        text += "本目录由 `mingjian rules docs` 从规则文件生成，请改规则文件，不要改这里。"
        text += hasShared ? "规则共用的条件见[共享条件](\(sharedPage))。\n" : "\n"
        var category = ""
        for rule in rules {
            if rule.category != category {
                category = rule.category
                text += "\n## \(RulePage.categoryName(category))\n\n"
                text += "| 规则 | 正负 | 级别 | 分 | 查什么 |\n|---|---|---|---|---|\n"
            }
            let first = rule.summary.split(separator: "。").first.map { String($0) + "。" } ?? ""
            text += "| [\(ConditionProse.plain(rule.name))](\(rule.id.value).md)"
            text +=
                " | \(RulePage.word(rule.polarity.rawValue, "polarity")) | \(RulePage.word(rule.severity.rawValue, "severity"))"
            text += " | \(RulePage.score(rule)) | \(ConditionProse.plain(first)) |\n"
        }
        return text
    }
}

/// The page of one rule.
struct RulePage {
    let rule: Rule
    /// The rule as it stands in its file.
    let object: [String: Any]
    /// The way to that file.
    let link: String
    /// Names of conditions that have a place on the page of shared ones.
    let shared: Set<String>

    var text: String {
        var text = "\(RulePages.mark)\n\n# \(ConditionProse.plain(rule.name))\n\n"
        text += ConditionProse.plain(rule.summary) + "\n\n"
        text += "| 项 | 值 |\n|---|---|\n"
        text += "| 规则 | [`\(rule.id.value)`](\(link)) |\n"
        text += "| 正负 | \(Self.word(rule.polarity.rawValue, "polarity")) |\n"
        text += "| 级别 | \(Self.word(rule.severity.rawValue, "severity")) |\n"
        text += "| 分 | \(Self.score(rule)) |\n"
        text += "| 分类 | \(Self.categoryName(rule.category)) |\n"
        text += "| 单位 | \(Self.word(rule.unit.rawValue, "unit")) |\n"
        if let family = object["family"] as? String {
            text += "| 同族 | \(ConditionProse.code(family))，计分可以给同族的扣分合计封顶 |\n"
        }
        text += parameters
        let prose = ConditionProse(shared: shared, fold: object["fold"] as? String)
        if let condition = object["appliesTo"] as? [String: Any] {
            text += "\n## 只评这样的\(Self.word(rule.unit.rawValue, "unit"))\n\n其余为不适用。\n\n"
            text += prose.items(condition).map { $0.markdown() }.joined()
        }
        if let condition = object["when"] as? [String: Any] {
            text += "\n## 怎样判定\n\n" + prose.items(condition).map { $0.markdown() }.joined()
        }
        text += "\n## 局限\n\n" + limits.map { "- \($0)\n" }.joined()
        let title = rule.polarity == .negative ? ("算命中", "不算") : ("达成", "未达成")
        text += examples(title.0, rule.examples.hit) + examples(title.1, rule.examples.clean)
        return text + examples("不适用", rule.examples.notApplicable)
    }

    private var parameters: String {
        guard !rule.parameters.isEmpty else { return "" }
        var text = "\n## 参数\n\n| 参数 | 含义 | 默认 | 范围 |\n|---|---|---|---|\n"
        for parameter in rule.parameters {
            func shown(_ number: Int64) -> String {
                parameter.kind == .duration ? DurationText.text(number) : String(number)
            }
            let value =
                switch parameter.value {
                case .number(let number): shown(number)
                case .strings(let list): "\(list.count) 个词"
                }
            let bounds = [parameter.minimum.map(shown), parameter.maximum.map(shown)]
            let range = bounds == [nil, nil] ? "—" : "\(bounds[0] ?? "…") 到 \(bounds[1] ?? "…")"
            text += "| `\(parameter.name)` | \(ConditionProse.plain(parameter.title)) | \(value) | \(range) |\n"
        }
        return text
    }

    /// What follows from how the rule is built; what does not is in its summary.
    private var limits: [String] {
        let text = ConditionProse.json(object["when"] ?? [:]) + ConditionProse.json(object["appliesTo"] ?? [:])
        func mentions(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        var limits: [String] = []
        if mentions("\"keywords\"", "\"regex\"", "\"equals\"", "\"use\"", "\"similar\"") {
            limits.append("按字面判定：换一种没有收录的说法会漏；图片、语音和视频里的内容看不到。")
        }
        if mentions(
            "\"time\":", "\"earliest\"", "\"minGap\"", "\"silence\"", "\"gap\"", "\"extend\"", "\"sent\"",
            "\"started\"",
            "-response\"", "\"of\":\"duration\"")
        {
            limits.append("要用消息的时间：没有时间的会话不评。")
        }
        if mentions("\"auto\":\"any\"") {
            limits.append("自动回复也查；自动回复的命中记在店铺名下，不记给客服。")
        } else if mentions("\"agent\""), !mentions("\"auto\":\"only\"") {
            limits.append("自动回复不算客服说的话。")
        }
        if mentions("\"last\"", "\"atMost\"", "\"share\"", "\"every\"", "\"measure\"", "\"atClose\":\"missed\"") {
            limits.append("要等会话结束才能判定；缺了结尾的会话不评。")
        }
        if rule.polarity == .positive { limits.append("没有做到的记为未达成，逐条列出；扣不扣分、扣多少，由计分公式决定。") }
        return limits.isEmpty ? ["没有特别的局限。"] : limits
    }

    private func examples(_ title: String, _ examples: [Example]) -> String {
        guard !examples.isEmpty else { return "" }
        var text = "\n## 示例：\(title)\n\n"
        for (number, example) in examples.enumerated() {
            text += "\(number + 1). " + lines(example).joined(separator: "<br>\n   ") + "\n"
        }
        return text
    }

    private func lines(_ example: Example) -> [String] {
        var before: Instant?
        return example.conversation.messages.enumerated().map { index, message in
            var name = ConditionProse.speakers[message.speaker.name] ?? message.speaker.name
            if message.speaker == .agent, let agent = message.agent, agent != "客服A" {
                name = ConditionProse.plain(agent)
            }
            if message.isAutomatic { name += "（自动）" }
            var text = ConditionProse.plain(marked(message.text, example.marks?[index] ?? []))
            if message.kind != .text {
                let kind = "〔\(ConditionProse.kinds[message.kind.name] ?? message.kind.name)〕"
                text = kind + text + (message.transferTarget.map { " → " + ConditionProse.plain($0) } ?? "")
            }
            var delay = ""
            if let time = message.time, let last = before, time.milliseconds - last.milliseconds >= 30_000 {
                delay = "（\(DurationText.text(time.milliseconds - last.milliseconds)) 后）"
            }
            before = message.time ?? before
            return name + delay + "：" + text
        }
    }

    private func marked(_ text: String, _ spans: [Span]) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var at = 0
        for span in spans where span.start >= at && span.end <= source.count {
            bytes += source[at..<span.start] + Array("⟦".utf8) + source[span.start..<span.end] + Array("⟧".utf8)
            at = span.end
        }
        return String(decoding: bytes + source[at...], as: UTF8.self)
    }

    static func word(_ text: String, _ key: String) -> String { RuleWords.value(text, of: key, in: .chinese) }

    static func score(_ rule: Rule) -> String {
        rule.score.map { $0 > 0 ? "+\($0)" : String($0) } ?? "按级别"
    }

    /// The Chinese name of a category of shipped rules; others are called what they are called.
    static func categoryName(_ category: String) -> String {
        let names = [
            "attitude": "态度", "compliance": "合规", "greeting": "礼仪", "process": "流程", "response": "响应",
            "service": "服务", "sop": "接待流程（SOP）", "custom": "自定义",
        ]
        return names[category] ?? ConditionProse.plain(category)
    }
}
