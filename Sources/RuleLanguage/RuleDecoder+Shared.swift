import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let sharedKeys = ["conditions", "wordLists", "summary", "$schema"]
    static let wordListKeys = ["words", "allow", "aliases", "summary"]

    /// Whether an entry of a rule file holds names and not a rule.
    static func isShared(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value.content, members.count <= 16 else { return false }
        let keys = members.map(\.key)
        if keys.contains(where: { ["id", "polarity", "when"].contains($0) }) { return false }
        return keys.contains { key in
            ["conditions", "wordLists"].contains { $0 == key || didYouMean(key, among: [$0]) != nil }
        }
    }

    /// The definitions of the block `value`, of the file with this number.
    mutating func sharedDefinitions(_ value: JSONValue, file: Int) -> [SharedDefinition] {
        startRule(isShared: true)
        guard let fields = fields(of: value, "shared file", known: Self.sharedKeys) else { return [] }
        _ = fields["summary"].flatMap { summary($0) }
        var result: [SharedDefinition] = []
        for member in fields.present(["conditions", "wordLists"]) {
            let kind: SharedDefinition.Kind = member.key == "conditions" ? .condition : .list
            guard case .object(let members) = member.value.content else {
                wrongType(member.value, member.key, .object)
                continue
            }
            for definition in members where !hasTooManyErrors && isName(definition) {
                result.append(SharedDefinition(kind, definition, file: file))
            }
        }
        return result
    }

    private mutating func isName(_ member: JSONMember) -> Bool {
        if isKebab(member.key) { return true }
        diagnose(
            .badName, member.keyRange,
            Phrase("'\(quoted(member.key))' is no name", "“\(quoted(member.key))” 不能作名称"),
            help: Phrase(
                "lower-case English words joined by '-', at most \(RuleLimits.idBytes) bytes: needs-answer",
                "用小写英文单词以 “-” 相连，最多 \(RuleLimits.idBytes) 字节，例如 needs-answer"))
        return false
    }

    // MARK: Conditions

    /// What a definition means; everything that it names is known by now.
    mutating func namedCondition(_ definition: SharedDefinition) -> NamedCondition {
        let errorsBefore = errorCount
        let value = definition.member.value
        startRule(isShared: true)
        let context = ConditionContext(fold: .folded)
        var named = NamedCondition()
        if isText(value) == true {
            if let text = text(value, context) { named.value = .text(text) }
        } else if let condition = condition(value, context) {
            named.value = .condition(condition)
        }
        if errorCount > errorsBefore || usesBroken { named.value = .broken }
        namedRegexes += regexes
        named.size = conditionCount
        named.height = deepest + 1
        named.bytes = value.range.end - value.range.start + splicedBytes
        named.firstSpeakers = firstSpeakers
        named.missedReports = Set(missedReports.keys)
        return named
    }

    /// Whether `value` judges one text and not a unit: the first key that is only one of them says
    /// so. Nil where none does.
    private func isText(_ value: JSONValue) -> Bool? {
        guard case .object(let members) = value.content else { return nil }
        for member in members {
            let isOperator = Self.conditionKeys.contains(member.key)
            let isTextKey = Self.textKeys.contains(member.key)
            if isOperator != isTextKey { return isTextKey }
            if member.key == "use", case .string(let name) = member.value.content {
                switch names.conditions[name]?.value {
                case .condition?: return false
                case .text?: return true
                default: continue
                }
            }
        }
        for member in members {
            var inner = [member.value]
            if case .array(let elements) = member.value.content { inner = elements }
            for value in inner {
                if let answer = isText(value) { return answer }
            }
        }
        return nil
    }

    // MARK: Word lists

    /// What a list holds, the lists that it names put in.
    mutating func wordList(_ definition: SharedDefinition) -> WordList {
        let errorsBefore = errorCount
        let member = definition.member
        startRule(isShared: true)
        var list = WordList()
        if case .object = member.value.content {
            fill(&list, member)
        } else {
            var spliced: [SplicedList] = []
            list.words = phrases(member, lists: &spliced)
            merge(spliced, into: &list, at: member)
            list.words = withoutRepeats(list.words, .folded)
            check(Keywords(phrases: [], boundary: .word), list.words, allow: [])
        }
        list.settle(in: path)
        list.isBroken = errorCount > errorsBefore || usesBroken
        list.bytes = member.value.range.end - member.value.range.start + splicedBytes
        return list
    }

    private mutating func fill(_ list: inout WordList, _ member: JSONMember) {
        guard let fields = fields(of: member.value, "word list", known: Self.wordListKeys) else {
            return
        }
        _ = fields["summary"].flatMap { summary($0) }
        var spliced: [SplicedList] = []
        let words = fields["words"].map { phrases($0, lists: &spliced) }
        list.words = words ?? []
        var plain: [SplicedList] = []
        list.allow = fields["allow"].map { phrases($0, lists: &plain) } ?? []
        list.aliases = fields["aliases"].map { aliases($0) } ?? []
        if fields["words"] == nil, fields["aliases"] == nil, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head,
                Phrase("a word list needs 'words'", "词表缺少 “words”"),
                help: Phrase("add \"words\": […]", "请加上 \"words\": […]"))
        }
        merge(spliced, into: &list, at: member)
        list.words = withoutRepeats(list.words, .folded)
        list.allow = withoutRepeats(list.allow, .folded)
        // Checked here as if between word boundaries: the rule that uses the list decides on those.
        check(Keywords(phrases: [], boundary: .word), list.words, allow: list.allow)
    }

    /// The allow-phrases and aliases of the lists that `list` names become its own.
    private mutating func merge(
        _ spliced: [SplicedList], into list: inout WordList, at member: JSONMember
    ) {
        for other in spliced {
            list.allow += other.list.allow
            list.aliases += other.list.aliases
            if list.count > RuleLimits.phrases {
                overLimit(other.range, member.key, RuleLimits.phrases)
                return
            }
        }
        if list.count > RuleLimits.phrases {
            overLimit(member.keyRange, member.key, RuleLimits.phrases)
        }
    }

    private mutating func aliases(_ member: JSONMember) -> [WordList.Alias] {
        guard case .object(let members) = member.value.content else {
            wrongType(
                member.value, member.key, Phrase("an object", "对象"),
                help: Phrase(
                    "write it like {\"微信\": [\"vx\", \"卫星\"]}",
                    "写法如 {\"微信\": [\"vx\", \"卫星\"]}"))
            return []
        }
        var result: [WordList.Alias] = []
        var count = 0
        var seen: Set<String> = []
        for row in members where !hasTooManyErrors {
            guard seen.insert(row.key).inserted else {
                diagnose(
                    .duplicateKey, row.keyRange,
                    Phrase(
                        "'\(quoted(row.key))' is given twice in 'aliases'",
                        "aliases 里重复写了 “\(quoted(row.key))”"),
                    help: Phrase("keep one of them", "只保留一个"))
                continue
            }
            let words = phrases(
                JSONMember(key: member.key, keyRange: row.keyRange, value: row.value))
            guard isSound(row.key, row.keyRange, member.key), !words.isEmpty else { continue }
            count += words.count
            if count > RuleLimits.phrases {
                overLimit(row.keyRange, member.key, RuleLimits.phrases)
                break
            }
            result.append(WordList.Alias(base: row.key, words: words))
        }
        return result
    }
}
