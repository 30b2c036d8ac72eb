import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let schemeFileKeys = ["schemes", "summary", "$schema"]
    static let schemeKeys = ["id", "name", "groups", "default", "on", "off", "parameters", "summary"]

    /// Whether an entry of a rule file holds schemes and not a rule.
    static func isSchemes(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value.content, members.count <= 16 else { return false }
        return members.contains { $0.key == "schemes" }
    }

    /// The schemes of the block `value`; `rules` are those that they choose from.
    mutating func schemes(_ value: JSONValue, rules: [RuleID: Rule]) -> [Scheme] {
        startRule(isShared: true)
        guard let fields = fields(of: value, "schemes", known: Self.schemeFileKeys) else { return [] }
        _ = fields["summary"].flatMap { summary($0) }
        guard let member = require(fields, "schemes"), let elements = list(member) else { return [] }
        if elements.count > SchemeTable.limit - 1 {
            overLimit(member.keyRange, "schemes", SchemeTable.limit - 1)
        }
        return elements.prefix(SchemeTable.limit - 1).compactMap { scheme($0, rules) }
    }

    private mutating func scheme(_ value: JSONValue, _ rules: [RuleID: Rule]) -> Scheme? {
        let errorsBefore = errorCount
        guard let fields = fields(of: value, "scheme", known: Self.schemeKeys) else { return nil }
        _ = fields["summary"].flatMap { summary($0) }
        let name = requiredLabel(fields, "name") ?? ""
        var id = ""
        if let member = require(fields, "id"), let given = string(member) {
            id = given
            if given == SchemeTable.allRules {
                diagnose(
                    .badID, member.value.range,
                    Phrase(
                        "'\(given)' is what groups without a scheme have; take another id",
                        "“\(given)” 留给没有方案的分组，请换一个 id"))
            } else if !isKebab(given) {
                diagnose(
                    .badID, member.value.range,
                    Phrase("'\(quoted(given))' is no id of a scheme", "“\(quoted(given))” 不能作方案的 id"),
                    help: Phrase(
                        "lower-case English words joined by '-'", "用小写英文单词以 “-” 相连"))
            }
        }
        let isDefault = fields["default"].flatMap { boolean($0) } ?? false
        let groups = fields["groups"].map { groupNames($0) } ?? []
        if !isDefault, groups.isEmpty, fields["groups"] == nil {
            diagnose(
                .missingField, fields.head,
                Phrase("a scheme is for groups, or the default one", "方案需要写明适用的分组，或设为默认方案"),
                help: Phrase("add \"groups\": [ … ] or \"default\": true", "请加上 \"groups\": [ … ] 或 \"default\": true"))
        }
        let scheme = Scheme(
            id: id, name: name, groups: groups, isDefault: isDefault, selection: selection(fields, rules),
            parameters: fields["parameters"].map { values($0, rules) } ?? [:], place: place(value.range))
        return errorCount == errorsBefore ? scheme : nil
    }

    private mutating func groupNames(_ member: JSONMember) -> [String] {
        var names: [String] = []
        for element in list(member) ?? [] {
            let one = JSONMember(key: member.key, keyRange: member.keyRange, value: element)
            if let name = label(one), !names.contains(name) { names.append(name) }
        }
        return names
    }

    private mutating func selection(_ fields: Fields, _ rules: [RuleID: Rule]) -> Scheme.Selection {
        switch (fields["on"], fields["off"]) {
        case (let on?, let off?):
            diagnose(
                .conflictingFields, off.keyRange,
                Phrase("a scheme takes 'on' or 'off', not both", "方案只能写 “on” 或 “off” 之一"),
                help: Phrase(
                    "\"on\" lists all rules that count, \"off\" those that do not", "“on” 列出启用的规则，“off” 列出停用的规则"))
            return .only(ruleIDs(on, rules))
        case (let on?, nil): return .only(ruleIDs(on, rules))
        case (nil, let off?): return .except(ruleIDs(off, rules))
        case (nil, nil): return .all
        }
    }

    /// The rules that a list names, by their ids or as `category:attitude`.
    mutating func ruleIDs(_ member: JSONMember, _ rules: [RuleID: Rule]) -> Set<RuleID> {
        var ids: Set<RuleID> = []
        for element in list(member) ?? [] {
            guard case .string(let text) = element.content else {
                wrongType(element, member.key, Phrase("ids of rules", "规则 id"))
                continue
            }
            if text.hasPrefix("category:") {
                let category = String(text.dropFirst("category:".count))
                let found = rules.values.filter { $0.category == category }.map(\.id)
                if found.isEmpty {
                    unknownRule(
                        element.range, text, among: Set(rules.values.map { "category:" + $0.category }).sorted())
                }
                ids.formUnion(found)
            } else if rules[RuleID(text)] != nil {
                ids.insert(RuleID(text))
            } else {
                let named = rules.values.filter { $0.name == text }.map(\.id.value).min()
                unknownRule(element.range, text, among: rules.keys.map(\.value).sorted(), meant: named)
            }
        }
        return ids
    }

    /// - Parameter meant: the id of the rule that has this name.
    mutating func unknownRule(
        _ range: SourceRange, _ name: String, among names: [String], meant: String? = nil
    ) {
        if unread.mayHave(name) { return }
        diagnose(
            .unknownRule, range,
            Phrase("there is no rule '\(quoted(name))'", "没有规则 “\(quoted(name))”"),
            help: (meant ?? didYouMean(name, among: names)).map {
                Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
            })
    }

    // MARK: Parameters

    private mutating func values(
        _ member: JSONMember, _ rules: [RuleID: Rule]
    ) -> [RuleID: [String: Parameter.Value]] {
        guard case .object(let members) = member.value.content else {
            wrongType(member.value, member.key, .object)
            return [:]
        }
        var result: [RuleID: [String: Parameter.Value]] = [:]
        for entry in members {
            guard let rule = rules[RuleID(entry.key)] else {
                unknownRule(entry.keyRange, entry.key, among: rules.keys.map(\.value).sorted())
                continue
            }
            guard case .object(let given) = entry.value.content else {
                wrongType(entry.value, entry.key, .object)
                continue
            }
            for one in given {
                guard result[rule.id]?[one.key] == nil else {
                    diagnose(
                        .duplicateKey, one.keyRange,
                        Phrase("'\(quoted(one.key))' is set twice", "重复设置了 “\(quoted(one.key))”"))
                    continue
                }
                if let value = self.value(one, of: rule) { result[rule.id, default: [:]][one.key] = value }
            }
        }
        return result
    }

    private mutating func value(_ member: JSONMember, of rule: Rule) -> Parameter.Value? {
        guard var parameter = rule.parameters.first(where: { $0.name == member.key }) else {
            diagnose(
                .undeclaredParameter, member.keyRange,
                Phrase(
                    "rule '\(rule.id)' declares no parameter '\(quoted(member.key))'",
                    "规则 “\(rule.id)” 没有声明参数 “\(quoted(member.key))”"),
                help: didYouMean(member.key, among: rule.parameters.map(\.name)).map {
                    Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
                })
            return nil
        }
        switch parameter.kind {
        case .keywords:
            let phrases = phrases(member).map(\.text)
            return phrases.isEmpty ? nil : .strings(phrases)
        case .duration, .integer:
            let given =
                parameter.kind == .duration ? duration(member) : integer(member, in: -1_000_000_000...1_000_000_000)
            guard let given else { return nil }
            parameter.value = .number(given)
            guard isInRange(given, parameter) else {
                diagnoseRange(given, parameter, at: member.value.range, "value", "值")
                return nil
            }
            return .number(given)
        }
    }
}
