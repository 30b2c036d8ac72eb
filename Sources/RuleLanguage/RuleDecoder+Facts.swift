import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// Operators whose conditions are of the whole unit.
    static let unitOperators = ["fact", "measure", "started"]
    static let factKeys = ["name", "is", "in", "min", "max", "present"]

    /// The body of `fact`: a name, and what is asked of its value.
    mutating func fact(_ value: JSONValue) -> FactCondition? {
        guard let fields = fields(of: value, "fact", known: Self.factKeys) else { return nil }
        let name = require(fields, "name").flatMap { factName($0) }
        let tests = fields.present(["is", "in", "present"])
        let bounds = fields.present(["min", "max"])
        guard let first = tests.first ?? bounds.first else {
            if fields.hasUnknown { return nil }
            diagnose(
                .missingField, fields.head,
                Phrase("'fact' asks nothing of its value", "fact 没有写要求什么值"),
                help: Phrase(
                    "one of is, in, min, max, present", "可用：is、in、min、max、present"))
            return nil
        }
        let others = tests.isEmpty ? [] : Array(tests.dropFirst()) + bounds
        for extra in others {
            diagnose(
                .conflictingFields, extra.keyRange,
                Phrase(
                    "'\(first.key)' and '\(extra.key)' in one 'fact'",
                    "一个 fact 里不能同时写 “\(first.key)” 和 “\(extra.key)”"),
                help: Phrase("make two conditions of it", "请拆成两个条件"))
        }
        guard let name, checkForm(name, first) else { return nil }
        switch first.key {
        case "is": return factValue(first.value, "is", name.form).map { FactCondition(name, .oneOf([$0])) }
        case "in":
            guard let elements = list(first) else { return nil }
            if elements.isEmpty { emptyList(first) }
            if elements.count > RuleLimits.phrases {
                overLimit(first.keyRange, "in", RuleLimits.phrases)
                return nil
            }
            return FactCondition(name, .oneOf(elements.compactMap { factValue($0, "in", name.form) }))
        case "present":
            guard let isPresent = boolean(first) else { return nil }
            if !isPresent {
                diagnose(
                    .badValue, first.value.range,
                    Phrase(
                        "'present' is false: an absent fact is unknown, and no rule can ask for it",
                        "“present” 不能为 false：没有的信息是未知，无法要求它不存在"),
                    help: Phrase(
                        "remove the condition: 'not' leaves it unknown, too, and true would ask for the opposite",
                        "请删掉这个条件：套上 not 也无法判定，改成 true 则意思相反"))
            }
            return FactCondition(name, .present)
        default: return range(fields, of: name).map { FactCondition(name, $0) }
        }
    }

    private mutating func factName(_ member: JSONMember) -> FactName? {
        guard let text = string(member) else { return nil }
        if let name = FactName(text), text.utf8.count <= RuleLimits.nameScalars { return name }
        let known = FactName.fixed.map(\.name)
        let near = didYouMean(text, among: known).map { Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？") }
        diagnose(
            .badValue, member.value.range,
            Phrase("there is no fact '\(quoted(text))'", "没有名为 “\(quoted(text))” 的信息"),
            help: near
                ?? Phrase(
                    "one of \(known.joined(separator: ", ")), or attributes.KEY",
                    "可用：\(known.joined(separator: "、"))，或 attributes.键名"))
        return nil
    }

    /// What is asked must be what the fact's values can answer.
    private mutating func checkForm(_ name: FactName, _ test: JSONMember) -> Bool {
        let isRange = test.key == "min" || test.key == "max"
        let isFitting: Bool
        switch name.form {
        case .text: isFitting = !isRange
        case .number, .any: isFitting = true
        case .duration: isFitting = isRange || test.key == "present"
        case .presence: isFitting = test.key == "present"
        }
        if isFitting { return true }
        diagnose(
            .conflictingFields, test.keyRange,
            Phrase("'\(test.key)' cannot be asked of '\(name.name)'", "“\(name.name)” 不能用 “\(test.key)”"),
            help: name.form == .text
                ? Phrase("use 'is', 'in' or 'present'", "请用 is、in 或 present")
                : name.form == .duration
                    ? Phrase("use 'min', 'max' or 'present'", "请用 min、max 或 present")
                    : Phrase("use 'present'", "请用 present"))
        return false
    }

    private mutating func range(_ fields: Fields, of name: FactName) -> FactCondition.Test? {
        let isDuration = name.form == .duration
        func read(_ member: JSONMember, _ decoder: inout RuleDecoder) -> Int64? {
            isDuration ? decoder.duration(member) : decoder.integer(member, in: -Int64(1 << 53)...Int64(1 << 53))
        }
        let minimum = fields["min"].flatMap { read($0, &self) }
        let maximum = fields["max"].flatMap { read($0, &self) }
        if let minimum, let maximum, maximum < minimum, let member = fields["max"] {
            impossibleWindow(member.value.range, Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
        }
        return minimum == nil && maximum == nil ? nil : .range(minimum: minimum, maximum: maximum)
    }

    /// A text, a whole number or a flag, as the fact's values are.
    private mutating func factValue(_ value: JSONValue, _ key: String, _ form: FactName.Form) -> FactValue? {
        switch value.content {
        case .string(let text) where form != .number:
            let count = text.unicodeScalars.count
            if (1...RuleLimits.phraseScalars).contains(count) { return .text(text) }
            diagnose(
                count == 0 ? .outOfRange : .limit, value.range,
                Phrase(
                    "a value of \(count) characters; expected 1 to \(RuleLimits.phraseScalars)",
                    "值有 \(count) 个字符，应为 1 到 \(RuleLimits.phraseScalars) 个"))
            return nil
        case .bool(let flag) where form == .any: return .flag(flag)
        case .number(let digits) where form != .presence:
            if let number = Int64(digits) { return form == .text ? .text(digits) : .number(number) }
            if isWhole(digits) {
                outOfRange(value.range, key, digits, Int64.min...Int64.max)
                return nil
            }
        default: break
        }
        let expected: Phrase =
            switch form {
            case .text: Phrase("a string", "字符串")
            case .any: Phrase("a string, a whole number, true or false", "字符串、整数、true 或 false")
            case .number, .duration, .presence: Phrase("a whole number", "整数")
            }
        wrongType(value, key, expected)
        return nil
    }
}
