import ConversationModel
import Diagnostics

/// A diff for people.
extension RuleDiff {
    /// Words and characters of one value shown at most; the JSON form has them all.
    private static let shownWords = 30
    private static let shownCharacters = 160

    /// How many rules are new, gone, changed and the same.
    public var summary: Phrase {
        Phrase(
            "\(added.count) rules added, \(removed.count) removed, \(changed.count) changed, \(unchanged) unchanged",
            "新增 \(added.count) 条规则，删除 \(removed.count) 条，修改 \(changed.count) 条，未变 \(unchanged) 条")
    }

    /// One line a rule, and under a changed one a line for each thing that differs.
    public func text(in language: Language) -> String {
        var lines: [String] = []
        for rule in added {
            lines.append("+ " + heading(rule, language))
            lines += RuleDiff.lines(ofNew: rule, in: language).map { "    " + $0 }
        }
        for rule in removed { lines.append("- " + heading(rule, language)) }
        for rule in changed {
            lines.append("~ \(rule.new.id) (\(visible(rule.new.name)))")
            lines += rule.changes.map { "    " + line($0, language) }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A line for each thing that differs in a rule.
    public static func lines(of rule: Changed, in language: Language) -> [String] {
        rule.changes.map { RuleDiff(from: [], to: []).line($0, language) }
    }

    /// What a new rule looks for, and on what; a line each.
    public static func lines(ofNew rule: Rule, in language: Language) -> [String] {
        let diff = RuleDiff(from: [], to: [])
        var lines: [String] = []
        if rule.unit == .stay {
            lines.append("\(diff.label("unit", language)): \(diff.word("unit", "stay", language))")
        }
        if let family = rule.family { lines.append("\(diff.label("family", language)): \(visible(family))") }
        if let condition = rule.appliesTo { lines.append("appliesTo: " + diff.clipped(RuleText.condition(condition))) }
        return lines + ["when: " + diff.clipped(RuleText.condition(rule.when))]
    }

    private func heading(_ rule: Rule, _ language: Language) -> String {
        let words = [
            word("polarity", rule.polarity.rawValue, language), word("severity", rule.severity.rawValue, language),
        ]
        let score = rule.score.map { [Phrase("score \($0)", "\($0) 分").text(in: language)] } ?? []
        let separator = language == .chinese ? "，" : ", "
        return "\(rule.id) (\(visible(rule.name))) \((words + score).joined(separator: separator))"
    }

    private func line(_ change: RuleChange, _ language: Language) -> String {
        let place = label(change.path, language)
        switch change.kind {
        case .value(let old, let new):
            let none = Phrase("none", "无").text(in: language)
            let texts = [old, new].map { $0.map { shown($0, at: change.path, language) } ?? none }
            return "\(place): \(texts[0]) → \(texts[1])"
        case .words(let added, let removed):
            let parts = [list(added, sign: "+"), list(removed, sign: "-")].compactMap { $0 }
            return "\(place): \(parts.joined(separator: "  "))"
        case .examples(let old, let new, let added, let removed):
            return place
                + Phrase(
                    ": \(old) → \(new) (\(added) new, \(removed) gone)", ": \(old) → \(new)（新 \(added)，去 \(removed)）"
                ).text(in: language)
        case .order:
            let words = Phrase(
                "only the order, or the spelling of something that reads the same", "只有顺序或写法不同")
            return place.isEmpty ? words.text(in: language) : "\(place): \(words.text(in: language))"
        }
    }

    private func list(_ words: [String], sign: String) -> String? {
        guard !words.isEmpty else { return nil }
        let shown = words.prefix(Self.shownWords).map { clipped(visible($0)) }.joined(separator: "、")
        let rest = words.count - Self.shownWords
        return "\(sign) \(shown)" + (rest > 0 ? "…(\(rest))" : "")
    }

    private func shown(_ value: JSONText, at path: String, _ language: Language) -> String {
        switch value {
        case .string(let text): clipped(visible(word(path, text, language)))
        default: clipped(value)
        }
    }

    private func clipped(_ value: JSONText) -> String { clipped(visible(value.compact)) }

    private func clipped(_ text: String) -> String {
        text.count <= Self.shownCharacters ? text : text.prefix(Self.shownCharacters) + "…"
    }

    // MARK: Words

    private static let labels: [String: String] = [
        "name": "名称", "polarity": "正负面", "category": "类别", "severity": "严重程度", "score": "分值", "family": "同族",
        "summary": "说明", "unit": "评判单位", "withoutVariants": "不跑的示例变体", "examples.hit": "命中示例",
        "examples.clean": "未命中示例", "examples.notApplicable": "不适用示例",
    ]

    private func label(_ path: String, _ language: Language) -> String {
        guard language == .chinese else { return path }
        if let label = Self.labels[path] { return label }
        let parts = path.split(separator: ".", maxSplits: 2)
        if parts.first == "parameters", parts.count > 1 {
            return "参数 \(parts[1])" + (parts.count > 2 && parts[2] != "default" ? " \(parts[2])" : "")
        }
        return path
    }

    private func word(_ path: String, _ text: String, _ language: Language) -> String {
        RuleWords.value(text, of: path, in: language)
    }
}

/// What values of rules are called for people: in Chinese by the words of reports.
public enum RuleWords {
    /// The word for the value `text` of a rule's key; the value itself where it has none.
    public static func value(_ text: String, of key: String, in language: Language) -> String {
        guard language == .chinese else { return text }
        return switch (key, text) {
        case ("polarity", "positive"): "正面"
        case ("polarity", "negative"): "负面"
        case ("severity", "info"): "提示"
        case ("severity", "minor"): "一般"
        case ("severity", "major"): "严重"
        case ("severity", "critical"): "致命"
        case ("unit", "conversation"): "会话"
        case ("unit", "stay"): "接待段"
        default: text
        }
    }
}

/// A diff for programs.
extension RuleDiff {
    /// The members `added`, `removed`, `changed` and `unchanged`.
    public var json: [JSONText.Member] {
        [
            .init("added", .array(added.map(\.versionSummary))),
            .init("removed", .array(removed.map(\.versionSummary))),
            .init(
                "changed",
                .array(
                    changed.map {
                        .object([
                            "id": .string($0.new.id.value), "name": .string($0.new.name),
                            "changes": .array($0.changes.map(\.json)),
                        ])
                    })),
            .init("unchanged", .number(Int64(unchanged))),
        ]
    }
}

extension RuleChange {
    var json: JSONText {
        switch kind {
        case .value(let old, let new):
            .object(["path": .string(path), "kind": .string("value"), "old": old ?? .null, "new": new ?? .null])
        case .words(let added, let removed):
            .object([
                "path": .string(path), "kind": .string("words"), "added": .strings(added),
                "removed": .strings(removed),
            ])
        case .examples(let old, let new, let added, let removed):
            .object([
                "path": .string(path), "kind": .string("examples"), "old": .number(Int64(old)),
                "new": .number(Int64(new)), "added": .number(Int64(added)), "removed": .number(Int64(removed)),
            ])
        case .order: .object(["path": .string(path), "kind": .string("order")])
        }
    }
}

extension Rule {
    /// What a list of a version's rules says of one.
    public var versionSummary: JSONText {
        .object([
            "id": .string(id.value), "name": .string(name), "polarity": .string(polarity.rawValue),
            "category": .string(category), "severity": .string(severity.rawValue),
            "score": score.map { .number(Int64($0)) } ?? .null, "family": family.map { .string($0) } ?? .null,
            "unit": .string(unit.rawValue), "appliesTo": appliesTo.map { RuleText.condition($0) } ?? .null,
            "parameters": .object(parameters.map { .init($0.name, RuleText.value(of: $0)) }),
            "when": RuleText.condition(when),
        ])
    }
}
