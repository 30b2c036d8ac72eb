import ConversationModel
import Diagnostics

extension Explanation {
    /// The explanation as indented lines: outcome, conditions with their truth, the first failure.
    ///
    /// Messages are `#` and their index in the conversation, from 0. Controls in texts are escaped.
    public func text(in language: Language, usesColor: Bool = false) -> String {
        var out = ""
        func add(_ phrase: Phrase) { out += Explanation.visible(phrase.text(in: language)) + "\n" }
        let unit = agent.map {
            Phrase(", stay of \($0) from #\(start ?? 0)", "，\($0) 的接待段（#\(start ?? 0) 起）")
        }
        add(
            Phrase(
                "rule \(rule.id) (\(rule.name)), conversation \(conversation)\(unit?.english ?? "")",
                "规则 \(rule.id)（\(rule.name)），会话 \(conversation)\(unit?.chinese ?? "")"))
        if let phrase = basis?.phrase { add(Phrase("by \(phrase.english)", "依据：\(phrase.chinese)")) }
        let word = outcomeWord
        let names = reasons.isEmpty ? "" : " (\(reasons.names.joined(separator: ", ")))"
        add(Phrase("outcome: \(word.english)\(names)", "结论：\(word.chinese)\(names)"))
        for finding in findings { add(words(of: finding)) }
        if let appliesTo { write(appliesTo, depth: 1, language, usesColor, into: &out) }
        write(condition, depth: 1, language, usesColor, into: &out)
        if firstFailure != nil {
            add(Phrase("first failure: \(reason.english)", "首个未满足的条件：\(reason.chinese)"))
        }
        return out
    }

    private var outcomeWord: Phrase {
        switch outcome {
        case .hit: Phrase("hit", "命中")
        case .clean:
            rule.polarity == .positive
                ? Phrase("clean: not achieved", "未达成") : Phrase("clean", "未命中")
        case .notApplicable: Phrase("not applicable", "不适用")
        case .notEvaluated: Phrase("not evaluated", "无法判定")
        }
    }

    private func words(of finding: Finding) -> Phrase {
        let place = finding.anchor.map { "#\($0)" }
        let owner = finding.owner.label
        let gap = finding.gap.map { gap in
            let text = ConditionWords.duration(gap)
            return finding.isGapExceeded
                ? Phrase(", more than \(text)", "，超过 \(text)") : Phrase(", \(text)", "，\(text)")
        }
        let end = gap ?? Phrase("", "")
        return finding.outcome == .hit
            ? Phrase(
                "hit at \(place ?? "the whole unit"), \(owner)\(end.english)",
                "命中：\(place ?? "整段")，\(owner)\(end.chinese)")
            : Phrase(
                "duty missed at \(place ?? "the whole unit"), \(owner)\(end.english)",
                "未达成：\(place ?? "整段")，\(owner)\(end.chinese)")
    }

    private func write(
        _ node: Node, depth: Int, _ language: Language, _ usesColor: Bool, into out: inout String
    ) {
        let indent = String(repeating: "  ", count: depth)
        let mark =
            switch node.truth {
            case .isTrue: ("✓", "32")
            case .isFalse: ("✗", "31")
            case .isUnknown: ("?", "33")
            }
        let sign = usesColor ? "\u{1B}[\(mark.1)m\(mark.0)\u{1B}[0m" : mark.0
        let role = node.role.map { $0.text(in: language) + (language == .chinese ? "：" : ": ") } ?? ""
        out += "\(indent)\(sign) \(Explanation.visible(role + node.label.text(in: language)))\n"
        func line(_ text: String) { out += "\(indent)    \(Explanation.visible(text))\n" }
        for match in node.matches.prefix(5) where match.message != nil || match.gap != nil {
            var text = match.message.map { "#\($0)" } ?? "∅"
            if !match.texts.isEmpty {
                text += " " + match.texts.map { "“\($0)”" }.joined(separator: " ")
            }
            if let gap = match.gap { text += " (\(ConditionWords.duration(gap)))" }
            line(text)
        }
        let more = node.matchCount - min(5, node.matches.count)
        if more > 0 {
            line(Phrase("\(more) more matches", "另有 \(more) 处满足").text(in: language))
        }
        for note in node.notes { line("· " + note.text(in: language)) }
        if !node.reasons.isEmpty {
            let names = node.reasons.names.joined(separator: ", ")
            line(Phrase("· unknown: \(names)", "· 无法判定：\(names)").text(in: language))
        }
        for child in node.children {
            write(child, depth: depth + 1, language, usesColor, into: &out)
        }
    }

    /// Controls and what hides or turns text, written as `\u{…}`.
    static func visible(_ text: String) -> String { Diagnostics.visible(text) }
}
