import ConversationModel
import Diagnostics

/// A word list that a list of phrases names, and where.
struct SplicedList {
    var list: WordList
    var range: SourceRange
}

extension RuleDecoder {
    /// The condition that `member` names, in its place.
    ///
    /// - Parameter isNested: it stands beside something, so that it is one more level of its own.
    mutating func usedCondition(
        _ member: JSONMember, _ context: ConditionContext, isNested: Bool
    ) -> Condition? {
        let named = self.named(member, size: isNested ? 0 : 1, depth: context.depth) { value in
            if case .text = value { return false }
            return true
        }
        guard case .condition(let condition)? = named?.value else { return nil }
        return condition
    }

    /// The text condition that `member` names, for the message that is judged.
    mutating func usedText(
        _ member: JSONMember, _ context: ConditionContext, isNested: Bool
    ) -> TextCondition? {
        let named = self.named(member, size: isNested ? 0 : 1, depth: context.depth - 1) { value in
            if case .condition = value { return false }
            return true
        }
        guard case .text(let text)? = named?.value else { return nil }
        return text
    }

    /// The definition that `member` names, counted before it is put in.
    ///
    /// - Parameters:
    ///   - size: conditions that it replaces.
    ///   - depth: the level at which it will stand.
    private mutating func named(
        _ member: JSONMember, size: Int, depth: Int, fits: (NamedCondition.Value) -> Bool
    ) -> NamedCondition? {
        guard let name = string(member) else { return nil }
        let range = member.value.range
        uses.conditions.insert(name)
        guard let named = names.conditions[name] else {
            unknownCondition(name, range)
            return nil
        }
        if case .broken = named.value {
            usesBroken = true
            return nil
        }
        guard fits(named.value) else {
            wrongKind(name, range, named)
            return nil
        }
        deepest = max(deepest, depth + named.height - 1)
        guard depth + named.height <= RuleLimits.conditionDepth else {
            diagnose(
                .limit, range,
                Phrase(
                    "with '\(name)' conditions are nested deeper than \(RuleLimits.conditionDepth) levels",
                    "展开 “\(name)” 后条件嵌套超过 \(RuleLimits.conditionDepth) 层"))
            return nil
        }
        let before = conditionCount
        conditionCount += named.size - size
        guard conditionCount <= RuleLimits.conditions else {
            if before <= RuleLimits.conditions {
                diagnose(
                    .limit, range,
                    Phrase(
                        "with '\(name)' there are \(conditionCount) conditions; at most \(RuleLimits.conditions)",
                        "展开 “\(name)” 后有 \(conditionCount) 个条件，最多 \(RuleLimits.conditions) 个"),
                    help: Phrase("split it into several rules", "请拆成几条规则"))
            }
            return nil
        }
        // A definition shares what it names with all others; each rule is compiled by itself.
        splicedBytes += named.bytes
        guard isShared || spend(named.bytes, range) else { return nil }
        firstSpeakers.merge(named.firstSpeakers) { first, _ in first }
        for place in named.missedReports { missedReports[place] = range }
        return named
    }

    /// Counts what is put in and copied; false where a run would put in more than is sound.
    private mutating func spend(_ bytes: Int, _ range: SourceRange) -> Bool {
        names.splicedBytes += bytes
        guard names.splicedBytes > RuleLimits.splicedBytes else { return true }
        diagnose(
            .limit, range,
            Phrase(
                "shared words and conditions grow to more than \(RuleLimits.splicedBytes >> 20) MiB when put in",
                "共享的词和条件展开后超过 \(RuleLimits.splicedBytes >> 20) MiB"),
            help: Phrase(
                "use large lists in fewer rules, or put their rules into one",
                "减少使用大词表的规则，或合并这些规则"))
        return false
    }

    private mutating func unknownCondition(_ name: String, _ range: SourceRange) {
        if names.declared.lists.contains(name) {
            diagnose(
                .wrongKind, range,
                Phrase(
                    "'\(quoted(name))' is a word list; expected a condition",
                    "“\(quoted(name))” 是词表，这里要写条件的名称"),
                help: Phrase("write \"keywords\": [\"@\(name)\"]", "请写 \"keywords\": [\"@\(name)\"]"))
            return
        }
        unknownName(name, range, .condition, among: names.conditionNames)
    }

    private mutating func wrongKind(_ name: String, _ range: SourceRange, _ named: NamedCondition) {
        if case .text = named.value {
            diagnose(
                .wrongKind, range,
                Phrase(
                    "'\(name)' is a condition on a text; expected one on a conversation",
                    "“\(name)” 是文本条件，这里要用会话条件"),
                help: Phrase(
                    "say whose messages: \"message\": {\"from\": …, \"use\": \"\(name)\"}",
                    "请写明看谁的消息：\"message\": {\"from\": …, \"use\": \"\(name)\"}"))
        } else {
            diagnose(
                .wrongKind, range,
                Phrase(
                    "'\(name)' is a condition on a conversation; expected one on a text",
                    "“\(name)” 是会话条件，这里要用文本条件"),
                help: Phrase(
                    "put {\"use\": \"\(name)\"} beside 'message', not inside",
                    "请把 {\"use\": \"\(name)\"} 写在 message 旁边，不要写在里面"))
        }
    }

    private mutating func unknownName(
        _ name: String, _ range: SourceRange, _ kind: SharedDefinition.Kind, among known: [String]
    ) {
        let title = kind.title
        var help: Phrase
        if let near = names.suggestion(for: name, among: known) {
            let sign = kind == .list ? "@" : ""
            help = Phrase("did you mean '\(sign)\(near)'?", "是不是想写 “\(sign)\(near)”？")
        } else if kind == .list {
            help = Phrase(
                "declare it under \"wordLists\" of a shared file; the phrase '@\(quoted(name))' itself is written '@@\(quoted(name))'",
                "请在共享文件的 \"wordLists\" 里声明；如果就是要查 “@\(quoted(name))”，写作 “@@\(quoted(name))”")
        } else {
            help = Phrase(
                "declare it under \"conditions\" of a shared file in the directory of the rules",
                "请在规则目录的共享文件里，在 \"conditions\" 下声明")
        }
        diagnose(
            .unknownName, range,
            Phrase(
                "no \(title.english) is named '\(quoted(name))'",
                "没有名为 “\(quoted(name))” 的\(title.chinese)"),
            help: help)
    }

    // MARK: Word lists

    /// The list with this name, counted before it is put in; nil where it cannot be used.
    mutating func usedList(_ name: String, _ range: SourceRange) -> WordList? {
        uses.lists.insert(name)
        guard let list = names.lists[name] else {
            if names.declared.conditions.contains(name) {
                diagnose(
                    .wrongKind, range,
                    Phrase(
                        "'\(quoted(name))' is a condition; expected a word list",
                        "“\(quoted(name))” 是条件，这里要写词表的名称"),
                    help: Phrase("write \"use\": \"\(name)\"", "请写 \"use\": \"\(name)\""))
            } else {
                unknownName(name, range, .list, among: names.listNames)
            }
            return nil
        }
        if list.isBroken {
            usesBroken = true
            return nil
        }
        splicedBytes += list.bytes
        return spend(list.bytes, range) ? list : nil
    }

    /// Adds the other ways to write those of `phrases` that have some.
    mutating func addAliases(
        of lists: [SplicedList], to phrases: inout [PlacedPhrase], _ keywords: Keywords,
        _ match: JSONMember?
    ) {
        guard !lists.isEmpty else { return }
        var seen = Set(phrases.map { comparable($0.text, keywords.fold) })
        let bases = seen
        var added = false
        for spliced in lists {
            for alias in spliced.list.aliases
            where bases.contains(comparable(alias.base, keywords.fold)) {
                for word in alias.words where seen.insert(comparable(word.text, keywords.fold)).inserted {
                    added = true
                    phrases.append(word.spliced(at: spliced.range))
                }
                guard phrases.count > RuleLimits.phrases else { continue }
                overLimit(spliced.range, "keywords", RuleLimits.phrases)
                return
            }
        }
        guard added, let match else { return }
        switch keywords.quantity {
        case .any, .none: return
        case .all, .atLeast:
            diagnose(
                .conflictingFields, match.keyRange,
                Phrase(
                    "aliases are further ways to write a word, and 'match' would count them as words",
                    "别名是同一个词的其他写法，而 “match” 会把它们当作不同的词来数"),
                help: Phrase(
                    "leave \"match\" out, or use a list without aliases",
                    "去掉 \"match\"，或换成没有别名的词表"))
        }
    }
}
