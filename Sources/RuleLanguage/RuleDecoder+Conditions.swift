import ConversationModel
import Diagnostics

/// What a condition inherits from where it stands.
struct ConditionContext {
    var fold: FoldLevel
    var depth = 0
    var isInAll = false

    var inner: ConditionContext {
        ConditionContext(fold: fold, depth: depth + 1)
    }
}

extension RuleDecoder {
    static let operators =
        [
            "message", "after", "silence", "gap", "sequence", "count", "scope", "all", "any", "not", "use",
        ] + unitOperators
    static let expectationKeys = [
        "expect", "within", "trigger", "excuse", "atClose", "report", "onTransfer",
    ]
    static let conditionKeys = operators + expectationKeys + ["unless", "subject"]
    static let laterOperators = ["hours"]
    static let messageKeys = ["from", "auto", "kind", "position", "sent", "phone", "repeats"]

    /// A condition over the messages of a unit.
    mutating func condition(_ value: JSONValue, _ context: ConditionContext) -> Condition? {
        guard enter(value, context) else { return nil }
        guard
            let fields = fields(
                of: value, "condition",
                known: Self.conditionKeys, later: Self.laterOperators,
                elsewhere: [
                    (
                        Self.messageKeys + Self.textKeys,
                        Phrase(
                            "put it inside \"message\": { … }", "请写进 \"message\": { … } 里面")
                    ),
                    (
                        Self.scopeKeys,
                        Phrase(
                            "put it inside \"scope\": { … }", "请写进 \"scope\": { … } 里面")
                    ),
                    (
                        Self.ruleKeys.filter { $0 != "when" },
                        Phrase(
                            "it belongs to the rule: put it beside \"when\", not inside",
                            "它属于规则：请写在 \"when\" 旁边，不要写在里面")
                    ),
                ])
        else { return nil }
        // All that is known is decoded, so that one run shows what is wrong in any of it.
        let present = fields.present(Self.operators)
        checkOperators(present, fields)
        let here = place(value.range)
        var base: Condition?
        for member in present {
            let condition =
                member.key == "use"
                ? usedCondition(member, context, isNested: fields["unless"] != nil)
                : kind(member, fields, context.inner).map { Condition($0, place: here) }
            if member.key == present[0].key { base = condition }
        }
        if fields["after"] == nil { _ = expectation(nil, fields, context.inner) }
        let exceptions =
            fields["unless"].map { conditions($0, context.inner, allowsSingle: true) }
        let isSubject = fields["subject"].flatMap { boolean($0) } ?? false
        if let member = fields["subject"], isSubject, let first = present.first {
            checkSubject(member, first, context)
        }
        guard var condition = base else { return nil }
        if let exceptions { condition = Condition(.unless(condition, exceptions), place: here) }
        condition.isSubject = isSubject
        return condition
    }

    /// One operator must stand in a condition, with the companions that it has.
    private mutating func checkOperators(_ present: [JSONMember], _ fields: Fields) {
        guard let first = present.first else {
            if fields.hasUnknown { return }
            diagnose(
                .missingField, fields.head,
                Phrase("a condition needs an operator", "条件里没有操作符"),
                help: Phrase(
                    "one of \(Self.operators.joined(separator: ", "))",
                    "可用：\(Self.operators.joined(separator: "、"))"))
            return
        }
        for extra in present.dropFirst() {
            diagnose(
                .conflictingFields, extra.keyRange,
                Phrase(
                    "'\(first.key)' and '\(extra.key)' in one condition",
                    "“\(first.key)” 和 “\(extra.key)” 不能写在同一个条件里"),
                help: Phrase(
                    "make a list of two conditions: \"all\": [ { … }, { … } ] or \"any\": [ … ]",
                    "请拆成两个条件：\"all\": [ { … }, { … } ] 或 \"any\": [ … ]"))
        }
        requireCompanion(fields, of: Self.expectationKeys, "after")
    }

    /// Counts a condition and its depth; false where the rule is over a limit.
    mutating func enter(_ value: JSONValue, _ context: ConditionContext) -> Bool {
        conditionCount += 1
        deepest = max(deepest, context.depth)
        if context.depth >= RuleLimits.conditionDepth {
            diagnose(
                .limit, value.head,
                Phrase(
                    "conditions nested deeper than \(RuleLimits.conditionDepth) levels",
                    "条件嵌套超过 \(RuleLimits.conditionDepth) 层"))
            return false
        }
        if conditionCount == RuleLimits.conditions + 1 {
            diagnose(
                .limit, value.head,
                Phrase(
                    "more than \(RuleLimits.conditions) conditions in one rule",
                    "一条规则里的条件超过 \(RuleLimits.conditions) 个"),
                help: Phrase("split it into several rules", "请拆成几条规则"))
        }
        return conditionCount <= RuleLimits.conditions
    }

    private mutating func checkSubject(
        _ member: JSONMember, _ operation: JSONMember, _ context: ConditionContext
    ) {
        if !context.isInAll {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "'subject' has a meaning only in a condition of 'all'",
                    "“subject” 只能用于 all 里的条件"),
                help: Phrase("remove it", "请删掉它"))
        } else if operation.key == "not" {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "a 'not' has no matches and cannot be the subject",
                    "“not” 没有命中位置，不能作 subject"),
                help: Phrase("mark a condition that says what is there", "请标在正向条件上"))
        }
    }

    private mutating func kind(
        _ member: JSONMember, _ fields: Fields, _ context: ConditionContext
    ) -> Condition.Kind? {
        switch member.key {
        case "message":
            return message(member.value, context, at: fields.range).map { .message($0) }
        case "after": return expectation(member, fields, context).map { .expectation($0) }
        case "silence": return silence(member.value).map { .silence($0) }
        case "gap": return gap(member.value).map { .gap($0) }
        case "sequence": return sequence(member.value, context).map { .sequence($0) }
        case "count": return count(member.value, context).map { .count($0) }
        case "scope": return scope(member.value, context).map { .scope($0) }
        case "fact": return fact(member.value).map { .unit(.fact($0)) }
        case "measure": return measure(member.value).map { .unit(.measure($0)) }
        case "started": return moment(member).map { .unit(.started($0)) }
        case "not": return condition(member.value, context).map { .not($0) }
        case "any": return .any(conditions(member, context))
        default:
            var context = context
            context.isInAll = true
            let children = conditions(member, context)
            let marked = children.filter(\.isSubject)
            if marked.count > 1, let second = marked[1].place.range {
                diagnose(
                    .conflictingFields, SourceRange(second.start, second.start + 1),
                    Phrase("a second 'subject' in one 'all'", "一个 all 里有两个 “subject”"),
                    help: Phrase("mark one condition", "只标一个条件"))
            }
            return .all(children)
        }
    }

    /// The conditions of a list; with `allowsSingle`, of a list or of one object.
    private mutating func conditions(
        _ member: JSONMember, _ context: ConditionContext, allowsSingle: Bool = false
    ) -> [Condition] {
        elements(member, allowsSingle: allowsSingle).compactMap { condition($0, context) }
    }

    /// The elements of a list that must not be empty.
    mutating func elements(_ member: JSONMember, allowsSingle: Bool) -> [JSONValue] {
        if allowsSingle, case .object = member.value.content { return [member.value] }
        guard let elements = list(member) else { return [] }
        if elements.isEmpty { emptyList(member) }
        return elements
    }

    mutating func emptyList(_ member: JSONMember) {
        diagnose(
            .emptyList, member.value.range,
            Phrase("'\(member.key)' is empty", "“\(member.key)” 是空列表"),
            help: Phrase("add an element, or remove the field", "请填入内容，或删掉这个字段"))
    }

    // MARK: Silence and count

    private mutating func silence(_ value: JSONValue) -> Silence? {
        guard let fields = fields(of: value, "silence", known: ["of", "min", "max"]) else {
            return nil
        }
        let of = require(fields, "of").flatMap { member in
            word(member.value, ["buyer", "agent", "assistant", "bot"], name: "of")
        }
        let minimum = require(fields, "min").flatMap { duration($0) }
        let maximum = fields["max"].flatMap { duration($0) }
        if let minimum, minimum == 0, let member = fields["min"] {
            diagnose(
                .outOfRange, member.value.range,
                Phrase("a silence of 0s is none", "沉默时长不能为 0"))
        }
        if let minimum, let maximum, maximum < minimum, let member = fields["max"] {
            impossibleWindow(
                member.value.range, Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
        }
        guard let of, let speaker = Self.speaker(named: of), let minimum else { return nil }
        return Silence(of: speaker, minimum: minimum, maximum: maximum)
    }

    mutating func impossibleWindow(_ range: SourceRange, _ reason: Phrase) {
        diagnose(
            .impossibleWindow, range,
            Phrase(
                "nothing can match: \(reason.english)", "不可能满足：\(reason.chinese)"))
    }

    private mutating func count(_ value: JSONValue, _ context: ConditionContext) -> Count? {
        let bounds = ["atLeast", "atMost", "share", "every"]
        guard
            let fields = fields(
                of: value, "count", known: ["of", "distinct"] + bounds, later: ["share of"],
                elsewhere: [
                    (["min"], Phrase("write 'atLeast'", "请写 atLeast")),
                    (["max"], Phrase("write 'atMost'", "请写 atMost")),
                ])
        else { return nil }
        let of = require(fields, "of").flatMap { condition($0.value, context) }
        let present = fields.present(bounds)
        let decoded = present.map { self.bound($0) }
        guard let first = present.first else {
            if fields.hasUnknown { return nil }
            diagnose(
                .missingField, fields.head,
                Phrase("'count' needs a bound", "count 缺少数量条件"),
                help: Phrase(
                    "one of \(bounds.joined(separator: ", "))",
                    "可用：\(bounds.joined(separator: "、"))"))
            return nil
        }
        for extra in present.dropFirst() {
            diagnose(
                .conflictingFields, extra.keyRange,
                Phrase(
                    "'\(first.key)' and '\(extra.key)' in one 'count'",
                    "一个 count 里不能同时写 “\(first.key)” 和 “\(extra.key)”"),
                help: Phrase("keep one bound", "只保留一个数量条件"))
        }
        if let of, first.key == "share" || first.key == "every" {
            if case .message = of.kind {
            } else {
                diagnose(
                    .conflictingFields, first.keyRange,
                    Phrase(
                        "'\(first.key)' counts messages, but 'of' is no 'message'",
                        "“\(first.key)” 按消息计算，但 of 不是 message 条件"),
                    help: Phrase("use a 'message' condition in 'of'", "of 请用 message 条件"))
            }
        }
        let isDistinct = fields["distinct"].flatMap { boolean($0) } ?? false
        if isDistinct, let member = fields["distinct"] { checkDistinct(member, first, of) }
        guard let bound = decoded[0], let of else { return nil }
        return Count(of: of, bound: bound, isDistinct: isDistinct)
    }

    private mutating func bound(_ member: JSONMember) -> Count.Bound? {
        switch member.key {
        case "atLeast": return count(member).map { .atLeast($0) }
        case "atMost": return count(member, from: 0).map { .atMost($0) }
        case "share":
            guard
                let fields = fields(
                    of: member.value, "share", known: ["atLeast"], later: ["atMost"]),
                let percent = require(fields, "atLeast")
            else { return nil }
            return count(percent, from: 1, to: 100).map { .share(minimumPercent: $0) }
        default:
            guard let isEvery = boolean(member) else { return nil }
            guard isEvery else {
                diagnose(
                    .badValue, member.value.range,
                    Phrase("'every' is false", "“every” 为 false 没有意义"),
                    help: Phrase("write true, or use another bound", "写 true，或换一种数量条件"))
                return nil
            }
            return .every
        }
    }
}
