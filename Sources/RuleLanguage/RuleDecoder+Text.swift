import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let textKeys = [
        "keywords", "match", "boundary", "allow", "homophones", "fold", "regex", "except", "equals", "similar",
        "length",
        "entity", "all", "any", "not", "unless", "use",
    ]
    static let laterTextKeys = ["words", "wordList"]

    /// A text condition that stands in `all`, `any`, `not` or `unless` of a message.
    mutating func text(_ value: JSONValue, _ context: ConditionContext) -> TextCondition? {
        guard enter(value, context) else { return nil }
        let outside = Phrase(
            "only 'message' itself says which messages are looked at",
            "看哪些消息，只能写在 message 这一层")
        let above = Phrase(
            "inside 'message' stand conditions on its text; this one belongs around 'message'",
            "message 里面只能写文本条件，这个操作符要写在 message 外面")
        // They are asked of a message as a whole, once its text holds, so that there is no branch to put them in.
        let whole = Phrase(
            "it is asked of the whole message and stands beside 'from'; for an exception write a 'message' of its own into an \"unless\" beside 'message', which exempts the whole conversation",
            "它判断整条消息，只能写在 message 这一层（与 from 并列）；要作例外，请在 message 旁边写 \"unless\": [{\"message\": {…}}]，这会豁免整个会话")
        guard
            let fields = fields(
                of: value, "text condition", known: Self.textKeys, later: Self.laterTextKeys,
                elsewhere: [
                    (["repeats", "sent", "phone"], whole), (Self.messageKeys, outside),
                    (Self.operators + Self.expectationKeys, above),
                ])
        else { return nil }
        return text(fields, context, isMessage: false)
    }

    /// All the text conditions of one object, nil where it has none.
    mutating func text(
        _ fields: Fields, _ context: ConditionContext, isMessage: Bool
    ) -> TextCondition? {
        var context = context.inner
        if let member = fields["fold"] {
            context.fold = foldLevel(member) ?? context.fold
            if context.fold == .evasion { checkEvasion(fields, member) }
            checkIdleFold(fields, member)
        }
        requireCompanion(fields, of: ["match", "boundary", "allow", "homophones"], "keywords")
        requireCompanion(fields, of: ["except"], "regex")
        let here = place(fields.range)
        var parts: [TextCondition] = []
        func part(_ kind: TextCondition.Kind, _ member: JSONMember) -> TextCondition {
            TextCondition(kind, place: place(member.value.range))
        }
        if let member = fields["keywords"],
            let keywords = keywords(member, fields, context.fold)
        {
            parts.append(part(.keywords(keywords), member))
        }
        // Only keywords are seen through disguises; for the rest a rule's default means `folded`.
        let plainFold = context.fold == .evasion ? .folded : context.fold
        if let member = fields["regex"], let regex = regex(member, fields["except"], plainFold) {
            parts.append(part(.regex(regex), member))
        }
        if let member = fields["equals"] {
            let texts = equalTexts(member)
            let condition = EqualsCondition(texts: texts, fold: plainFold)
            if !texts.isEmpty { parts.append(part(.equals(condition), member)) }
        }
        if let member = fields["entity"], let entity = entity(member) {
            parts.append(part(.entity(entity), member))
        }
        if let member = fields["similar"], let similar = similar(member) {
            parts.append(part(similar, member))
        }
        if let member = fields["length"], let length = length(member) {
            parts.append(part(length, member))
        }
        if let member = fields["all"] {
            parts.append(part(.all(texts(member, context)), member))
        }
        if let member = fields["any"] {
            parts.append(part(.any(texts(member, context)), member))
        }
        if let member = fields["not"], let inner = text(member.value, context) {
            parts.append(part(.not(inner), member))
        }
        let exceptions = fields["unless"].map { texts($0, context, allowsSingle: true) } ?? []
        if let member = fields["use"] {
            let isNested = isMessage || !parts.isEmpty || !exceptions.isEmpty
            if let named = usedText(member, context, isNested: isNested) { parts.append(named) }
        }
        let all = parts.count == 1 ? parts[0] : TextCondition(.all(parts), place: here)
        if parts.isEmpty {
            if !exceptions.isEmpty { return TextCondition(.not(anyOf(exceptions)), place: here) }
            if !isMessage { diagnoseEmptyText(fields) }
            return nil
        }
        return exceptions.isEmpty ? all : TextCondition(.unless(all, exceptions), place: here)
    }

    /// `fold` written beside an entity, where it looks as if it were about that, and is about nothing.
    private mutating func checkIdleFold(_ fields: Fields, _ member: JSONMember) {
        guard let entity = fields["entity"],
            fields.present(["keywords", "regex", "equals", "use", "all", "any", "not", "unless"]).isEmpty
        else { return }
        diagnose(
            .conflictingFields, member.value.range,
            Phrase("'fold' here is about nothing: an entity has its own", "这里的 “fold” 不起作用：实体的 fold 写在实体里面"),
            help: Phrase(
                "write {\"kinds\": …, \"fold\": …} as the value of '\(entity.key)'",
                "把 “\(entity.key)” 写成 {\"kinds\": …, \"fold\": …}"))
    }

    /// `fold` "evasion" written beside something that it cannot be asked of.
    private mutating func checkEvasion(_ fields: Fields, _ member: JSONMember) {
        for other in fields.present(["regex", "equals"]) {
            diagnose(
                .conflictingFields, member.value.range,
                Phrase(
                    "fold 'evasion' is for keywords, not for '\(other.key)'",
                    "fold “evasion” 只用于关键词，不能用于 “\(other.key)”"),
                help: Phrase(
                    "put the keywords into a condition of their own", "请把关键词单独写成一个条件"))
        }
    }

    private func anyOf(_ conditions: [TextCondition]) -> TextCondition {
        conditions.count == 1
            ? conditions[0] : TextCondition(.any(conditions), place: conditions[0].place)
    }

    private mutating func diagnoseEmptyText(_ fields: Fields) {
        let keys = [
            "keywords", "regex", "equals", "similar", "length", "entity", "all", "any", "not", "unless", "use",
        ]
        guard fields.present(keys).isEmpty, !fields.hasUnknown else { return }
        diagnose(
            .missingField, fields.head,
            Phrase("a text condition says nothing", "文本条件是空的"),
            help: Phrase(
                "one of \(keys.joined(separator: ", "))", "可用：\(keys.joined(separator: "、"))"))
    }

    private mutating func texts(
        _ member: JSONMember, _ context: ConditionContext, allowsSingle: Bool = false
    ) -> [TextCondition] {
        elements(member, allowsSingle: allowsSingle).compactMap { text($0, context) }
    }

    // MARK: Atoms

    private mutating func keywords(
        _ member: JSONMember, _ fields: Fields, _ fold: FoldLevel
    ) -> Keywords? {
        var lists: [SplicedList] = []
        var phrases = withoutRepeats(self.phrases(member, lists: &lists), fold)
        var allow = fields["allow"].map { self.wordsOnly($0) } ?? []
        for spliced in lists { allow += spliced.list.allow.map { $0.spliced(at: spliced.range) } }
        if !lists.isEmpty { allow = withoutRepeats(allow, fold) }
        let boundary: Keywords.Boundary? = fields["boundary"].flatMap { member in
            choice(member, ["auto", "substring", "word"])
        }
        let quantity = fields["match"].flatMap { self.quantity($0, of: max(1, phrases.count)) }
        var keywords = Keywords(
            phrases: [], quantity: quantity ?? .any, boundary: boundary ?? .automatic, fold: fold)
        keywords.homophones = fields["homophones"].flatMap { boolean($0) } ?? true
        addAliases(of: lists, to: &phrases, keywords, fields["match"])
        guard !phrases.isEmpty else {
            if lists.isEmpty { return nil }
            emptyList(member)
            return nil
        }
        keywords.phrases = phrases.map(\.text)
        keywords.places = phrases.map { $0.origin ?? place($0.range) }
        keywords.allow = allow.map(\.text)
        keywords.allowPlaces = allow.map { $0.origin ?? place($0.range) }
        check(keywords, phrases, allow: allow)
        return keywords
    }

    /// The phrases of a list that takes of named lists the words alone.
    private mutating func wordsOnly(_ member: JSONMember) -> [PlacedPhrase] {
        var lists: [SplicedList] = []
        return phrases(member, lists: &lists)
    }

    private mutating func quantity(_ member: JSONMember, of total: Int) -> Keywords.Quantity? {
        guard case .object = member.value.content else {
            switch word(member.value, ["any", "all", "none"], name: member.key, or: "{\"atLeast\": 2}") {
            case "any": return .any
            case "all": return .all
            case "none": return Keywords.Quantity.none
            default: return nil
            }
        }
        guard let fields = fields(of: member.value, "match", known: ["atLeast"]),
            let bound = require(fields, "atLeast")
        else { return nil }
        return count(bound, from: 1, to: total).map { .atLeast($0) }
    }

    private mutating func regex(
        _ member: JSONMember, _ except: JSONMember?, _ fold: FoldLevel
    ) -> RegexCondition? {
        let pattern = regexSource(member)
        let veto = except.flatMap { regexSource($0) }
        guard let pattern else {
            if let veto, let except {
                regexes.append(RegexCondition(pattern: veto, fold: fold, patternPlace: inside(except.value.range)))
            }
            return nil
        }
        let regex = RegexCondition(
            pattern: pattern, except: veto, fold: fold,
            patternPlace: inside(member.value.range),
            exceptPlace: except.map { inside($0.value.range) })
        regexes.append(regex)
        return regex
    }

    /// The range of a string without its quotes.
    private func inside(_ range: SourceRange) -> Place {
        place(SourceRange(range.start + 1, max(range.start + 1, range.end - 1)))
    }

    private mutating func regexSource(_ member: JSONMember) -> String? {
        guard let source = string(member) else { return nil }
        let bytes = source.utf8.count
        guard bytes > 0, bytes <= RuleLimits.regexBytes else {
            diagnose(
                bytes == 0 ? .outOfRange : .limit, member.value.range,
                Phrase(
                    "'\(member.key)' has \(bytes) bytes; expected 1 to \(RuleLimits.regexBytes)",
                    "“\(member.key)” 有 \(bytes) 字节，应为 1 到 \(RuleLimits.regexBytes)"))
            return nil
        }
        return source
    }

    private mutating func equalTexts(_ member: JSONMember) -> [String] {
        guard case .string = member.value.content else {
            return withoutRepeats(wordsOnly(member), .folded).map(\.text)
        }
        return text(member, scalars: RuleLimits.phraseScalars).map { [$0] } ?? []
    }

    private mutating func length(_ member: JSONMember) -> TextCondition.Kind? {
        guard case .object = member.value.content else {
            return count(member, from: 0).map { .length(minimum: $0, maximum: $0) }
        }
        guard let fields = fields(of: member.value, "length", known: ["min", "max"]) else {
            return nil
        }
        let minimum = fields["min"].flatMap { count($0, from: 0) }
        let maximum = fields["max"].flatMap { count($0, from: 0) }
        if fields["min"] == nil, fields["max"] == nil {
            diagnose(
                .missingField, fields.head,
                Phrase("'length' needs 'min' or 'max'", "length 缺少 “min” 或 “max”"))
            return nil
        }
        if let minimum, let maximum, minimum > maximum, let member = fields["max"] {
            impossibleWindow(
                member.value.range, Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
        }
        return .length(minimum: minimum, maximum: maximum)
    }
}
