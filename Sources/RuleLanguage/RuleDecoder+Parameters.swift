import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// The declared parameters, known to `parameter(in:)` from here on.
    mutating func parameters(_ value: JSONValue) -> [Parameter] {
        guard case .object(let members) = value.content else {
            wrongType(value, "parameters", .object)
            return []
        }
        var declared: [Parameter] = []
        var seen: Set<String> = []
        for (index, member) in members.enumerated() {
            if index == RuleLimits.parameters {
                overLimit(member.keyRange, "parameters", RuleLimits.parameters)
                break
            }
            guard seen.insert(member.key).inserted else {
                diagnose(
                    .duplicateKey, member.keyRange,
                    Phrase(
                        "parameter '\(quoted(member.key))' is declared twice",
                        "参数 “\(quoted(member.key))” 重复声明"))
                continue
            }
            if let parameter = parameter(member) {
                declared.append(parameter)
                parameters[parameter.name] = parameter
            } else {
                brokenParameters.insert(member.key)
            }
        }
        return declared
    }

    /// Puts in the values that a scheme sets for the parameters of the rule `id`.
    mutating func applyOverrides(_ declared: inout [Parameter], rule id: String?, _ fields: Fields) {
        guard let id, let given = overrides[RuleID(id)] else { return }
        var members: [JSONMember] = []
        if case .object(let all)? = fields["parameters"]?.value.content { members = all }
        for (name, value) in given.sorted(by: { $0.key < $1.key })
        where !brokenParameters.contains(name) {
            let range = members.first { $0.key == name }?.keyRange ?? fields.head
            override(name, with: value, &declared, at: range)
        }
    }

    private mutating func parameter(_ member: JSONMember) -> Parameter? {
        let isName =
            !member.key.isEmpty && member.key.utf8.count <= RuleLimits.idBytes
            && member.key.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
        if !isName {
            diagnose(
                .badValue, member.keyRange,
                Phrase(
                    "'\(quoted(member.key))' is no name of a parameter",
                    "“\(quoted(member.key))” 不能作参数名"),
                help: Phrase("use letters, digits, '-' and '_'", "用英文字母、数字、“-”、“_”"))
            return nil
        }
        guard
            let fields = fields(
                of: member.value, member.key, known: ["type", "default", "min", "max", "title"])
        else { return nil }
        let title = fields["title"].flatMap { label($0) } ?? ""
        let type: Parameter.Kind? =
            require(fields, "type").flatMap { choice($0, Parameter.Kind.allCases.map(\.rawValue)) }
        guard let standard = require(fields, "default"), let kind = type else { return nil }
        if kind == .keywords {
            for bound in fields.present(["min", "max"]) {
                diagnose(
                    .conflictingFields, bound.keyRange,
                    Phrase(
                        "a parameter of type 'keywords' takes no '\(bound.key)'",
                        "keywords 类型的参数没有 “\(bound.key)”"))
            }
            let phrases = phrases(standard).map(\.text)
            guard !phrases.isEmpty else { return nil }
            return Parameter(name: member.key, kind: kind, value: .strings(phrases), title: title)
        }
        let standardNumber = number(standard, kind)
        let minimum = fields["min"].flatMap { number($0, kind) }
        let maximum = fields["max"].flatMap { number($0, kind) }
        guard let value = standardNumber else { return nil }
        if let minimum, let maximum, minimum > maximum, let bound = fields["max"] {
            diagnose(
                .outOfRange, bound.value.range,
                Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
            return nil
        }
        let parameter = Parameter(
            name: member.key, kind: kind, value: .number(value), minimum: minimum, maximum: maximum,
            title: title)
        if !isInRange(value, parameter) {
            diagnoseRange(value, parameter, at: standard.value.range, "default", "默认值")
        }
        return parameter
    }

    private mutating func number(_ member: JSONMember, _ kind: Parameter.Kind) -> Int64? {
        if case .string(let text) = member.value.content, parameterName(text) != nil {
            wrongType(
                member.value, member.key, Phrase("a value, not a parameter", "具体的值，不能引用参数"))
            return nil
        }
        return kind == .duration
            ? duration(member) : integer(member, in: -1_000_000_000...1_000_000_000)
    }

    private mutating func override(
        _ name: String, with value: Parameter.Value, _ declared: inout [Parameter],
        at range: SourceRange
    ) {
        guard let index = declared.firstIndex(where: { $0.name == name }) else {
            diagnose(
                .undeclaredParameter, range,
                Phrase(
                    "a scheme sets '\(quoted(name))', which the rule does not declare",
                    "方案设置了规则没有声明的参数 “\(quoted(name))”"),
                help: didYouMean(name, among: declared.map(\.name)).map {
                    Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
                })
            return
        }
        switch (declared[index].kind, value) {
        case (.keywords, .strings(let phrases)):
            let isSound =
                !phrases.isEmpty && phrases.count <= RuleLimits.phrases
                && phrases.allSatisfy {
                    (1...RuleLimits.phraseScalars).contains($0.unicodeScalars.count)
                }
            guard isSound else {
                diagnose(
                    .outOfRange, range,
                    Phrase(
                        "the keywords that a scheme sets for '\(name)' are too few, too many or too long",
                        "方案为 “\(name)” 设置的关键词过少、过多或过长"))
                return
            }
        case (.duration, .number(let number)), (.integer, .number(let number)):
            let isDuration = declared[index].kind == .duration
            guard isInRange(number, declared[index]), !isDuration || number >= 0 else {
                diagnoseRange(number, declared[index], at: range, "value of the scheme", "方案设置的值")
                return
            }
        default:
            diagnose(
                .wrongType, range,
                Phrase(
                    "the value that a scheme sets for '\(name)' is no \(declared[index].kind.rawValue)",
                    "方案为 “\(name)” 设置的值不是 \(declared[index].kind.rawValue) 类型"))
            return
        }
        declared[index].value = value
        parameters[name] = declared[index]
    }

    func isInRange(_ value: Int64, _ parameter: Parameter) -> Bool {
        value >= parameter.minimum ?? .min && value <= parameter.maximum ?? .max
    }

    mutating func diagnoseRange(
        _ value: Int64, _ parameter: Parameter, at range: SourceRange, _ english: String,
        _ chinese: String
    ) {
        func shown(_ number: Int64?) -> String {
            guard let number else { return "…" }
            return parameter.kind == .duration ? DurationText.text(number) : String(number)
        }
        let bounds = (shown(parameter.minimum), shown(parameter.maximum))
        diagnose(
            .outOfRange, range,
            Phrase(
                "the \(english) of '\(parameter.name)' is \(shown(value)); expected \(bounds.0) to \(bounds.1)",
                "“\(parameter.name)” 的\(chinese)是 \(shown(value))，应在 \(bounds.0) 到 \(bounds.1) 之间"))
    }

    // MARK: Use

    /// `name` of `${name}`, nil where `text` is no reference to a parameter.
    func parameterName(_ text: String) -> String? {
        guard text.hasPrefix("${"), text.hasSuffix("}") else { return nil }
        return String(text.dropFirst(2).dropLast())
    }

    /// The parameter that the whole of `text` refers to, of the kind that is needed there.
    mutating func parameter(
        in text: String, _ range: SourceRange, _ kind: Parameter.Kind
    ) -> Parameter? {
        guard let name = parameterName(text) else { return nil }
        usedParameters.insert(name)
        if brokenParameters.contains(name) { return nil }
        guard let parameter = parameters[name] else {
            diagnose(
                .undeclaredParameter, range,
                Phrase(
                    "parameter '\(quoted(name))' is not declared",
                    "参数 “\(quoted(name))” 没有声明"),
                help: didYouMean(name, among: parameters.keys.sorted()).map {
                    Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
                }
                    ?? (isShared
                        ? Phrase(
                            "shared conditions and word lists have no parameters: write the value",
                            "共享的条件和词表没有参数，请直接写值")
                        : Phrase(
                            "declare it in \"parameters\" of the rule", "请在规则的 \"parameters\" 里声明它")))
            return nil
        }
        guard parameter.kind == kind else {
            diagnose(
                .wrongType, range,
                Phrase(
                    "parameter '\(name)' is of type '\(parameter.kind.rawValue)'; expected '\(kind.rawValue)'",
                    "参数 “\(name)” 是 \(parameter.kind.rawValue) 类型，这里应为 \(kind.rawValue)"))
            return nil
        }
        return parameter
    }

    mutating func overLimit(_ range: SourceRange, _ what: String, _ limit: Int) {
        diagnose(
            .limit, range,
            Phrase("more than \(limit) entries in '\(what)'", "“\(what)” 超过 \(limit) 项"))
    }
}
