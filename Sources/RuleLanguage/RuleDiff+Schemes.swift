import ConversationModel
import Diagnostics

/// What differs between the schemes and the formulas of scores of two sets of rules.
public struct SchemeDiff: Sendable, Hashable {
    /// A scheme with what differs: of one side only, from a scheme of its name and groups that leaves all rules as they are.
    public struct Changed: Sendable, Hashable {
        public var scheme: Scheme
        public var changes: [RuleChange]
    }

    /// By id.
    public var added: [Changed] = []
    public var removed: [Changed] = []
    public var changed: [Changed] = []
    /// What differs in the formula; values that it does not name are its defaults.
    public var scoring: [RuleChange] = []

    /// One side: its schemes, its formula, and the rules whose parameters they set.
    public struct Side: Sendable {
        let schemes: [Scheme]
        let scoring: ScoreFormula?
        let parameters: [RuleID: [String: Parameter]]

        public init(schemes: SchemeTable, scoring: ScoreFormula?, rules: [Rule]) {
            // What stands for the default scheme where there is none is written nowhere.
            self.schemes = schemes.schemes.filter { $0.id != SchemeTable.allRules }
            self.scoring = scoring
            parameters = Dictionary(
                rules.map { rule in
                    (rule.id, Dictionary(rule.parameters.map { ($0.name, $0) }) { first, _ in first })
                }
            ) { first, _ in first }
        }

        /// A value of a parameter as it is written.
        fileprivate func text(_ value: Parameter.Value?, _ rule: RuleID, _ name: String) -> JSONText? {
            switch value {
            case nil: return nil
            case .strings(let texts)?: return .strings(texts)
            case .number(let number)?:
                guard let parameter = parameters[rule]?[name] else { return .number(number) }
                return RuleText.bound(number, of: parameter)
            }
        }
    }

    /// Compares by id.
    public init(from old: Side, to new: Side) {
        func bare(_ scheme: Scheme) -> Scheme { Scheme(id: scheme.id, name: scheme.name, groups: scheme.groups) }
        let before = Dictionary(old.schemes.map { ($0.id, $0) }) { first, _ in first }
        let after = Dictionary(new.schemes.map { ($0.id, $0) }) { first, _ in first }
        for id in Set(before.keys).union(after.keys).sorted() {
            switch (before[id], after[id]) {
            case (let first?, let second?):
                let changes = SchemeDiff.changes(first, second, old, new)
                if !changes.isEmpty { changed.append(Changed(scheme: second, changes: changes)) }
            case (let first?, nil):
                removed.append(Changed(scheme: first, changes: SchemeDiff.changes(first, bare(first), old, old)))
            case (nil, let second?):
                added.append(Changed(scheme: second, changes: SchemeDiff.changes(bare(second), second, new, new)))
            case (nil, nil): break
            }
        }
        scoring = SchemeDiff.changes(old.scoring, new.scoring)
    }

    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && scoring.isEmpty }

    private static func changes(_ old: Scheme, _ new: Scheme, _ before: Side, _ after: Side) -> [RuleChange] {
        var walk = RuleWalk()
        walk.text("name", old.name, new.name)
        walk.words("groups", old.groups, new.groups)
        walk.value("default", .bool(old.isDefault), .bool(new.isDefault))
        walk.words("on", rules(of: old, on: true), rules(of: new, on: true))
        walk.words("off", rules(of: old, on: false), rules(of: new, on: false))
        for rule in Set(old.parameters.keys).union(new.parameters.keys).sorted() {
            let (first, second) = (old.parameters[rule] ?? [:], new.parameters[rule] ?? [:])
            for name in Set(first.keys).union(second.keys).sorted() {
                walk.value(
                    "\(rule).\(name)", before.text(first[name], rule, name), after.text(second[name], rule, name))
            }
        }
        return walk.changes
    }

    private static func rules(of scheme: Scheme, on: Bool) -> [String] {
        switch (scheme.selection, on) {
        case (.only(let rules), true), (.except(let rules), false): rules.map(\.value).sorted()
        default: []
        }
    }

    private static func changes(_ old: ScoreFormula?, _ new: ScoreFormula?) -> [RuleChange] {
        let (before, after) = (values(of: old), values(of: new))
        var walk = RuleWalk()
        for key in Set(before.keys).union(after.keys).sorted() {
            walk.value(key, before[key].map { .number(Int64($0)) }, after[key].map { .number(Int64($0)) })
        }
        walk.words(
            "veto", old?.veto.map(\.value).sorted() ?? [], new?.veto.map(\.value).sorted() ?? [])
        return walk.changes
    }

    /// The numbers of a formula by the keys under which they are written.
    private static func values(of formula: ScoreFormula?) -> [String: Int] {
        guard let formula else { return [:] }
        var values = ["base": formula.base, "bonusCap": formula.bonusCap]
        for (severity, points) in formula.hit { values["hit.\(severity.rawValue)"] = points }
        for (severity, points) in formula.missed { values["missed.\(severity.rawValue)"] = points }
        for (family, cap) in formula.familyCaps { values["familyCaps.\(family)"] = cap }
        for (rule, times) in formula.repeats { values["repeats.\(rule)"] = times }
        return values
    }
}

extension SchemeDiff {
    private static let labels = [
        "name": "名称", "groups": "分组", "default": "默认方案", "on": "只启用", "off": "停用", "base": "基础分",
        "bonusCap": "加分上限", "veto": "一票否决",
    ]

    /// A line for each thing that differs: `~ 方案 售后一组方案：qa-slow-answer.limit 5m → 6m`.
    public func text(in language: Language) -> String {
        var lines: [String] = []
        let colon = language == .chinese ? "：" : ": "
        for (sign, schemes) in [("+", added), ("-", removed)] {
            for one in schemes {
                let groups = one.scheme.groups.map { visible($0) }.joined(separator: "、")
                lines.append("\(sign) \(heading(one.scheme, language))" + (groups.isEmpty ? "" : " [\(groups)]"))
                lines += one.changes.map { "\(sign) \(heading(one.scheme, language))\(colon)\(line($0, language))" }
            }
        }
        for one in changed {
            lines += one.changes.map { "~ \(heading(one.scheme, language))\(colon)\(line($0, language))" }
        }
        let formula = Phrase("scoring", "计分").text(in: language)
        lines += scoring.map { "~ \(formula)\(colon)\(line($0, language))" }
        return lines.map { $0 + "\n" }.joined()
    }

    private func heading(_ scheme: Scheme, _ language: Language) -> String {
        Phrase("scheme \(scheme.id) (\(visible(scheme.name)))", "方案 \(visible(scheme.name))").text(in: language)
    }

    private func line(_ change: RuleChange, _ language: Language) -> String {
        change.line(in: language, labels: Self.labels)
    }

    /// The members `schemes` and `scoring`.
    public var json: [JSONText.Member] {
        func named(_ schemes: [Changed]) -> JSONText {
            .array(
                schemes.map {
                    .object([
                        "id": .string($0.scheme.id), "name": .string($0.scheme.name),
                        "groups": .strings($0.scheme.groups), "changes": .array($0.changes.map(\.json)),
                    ])
                })
        }
        return [
            .init(
                "schemes",
                .object([
                    "added": named(added), "removed": named(removed),
                    "changed": .array(
                        changed.map {
                            .object([
                                "id": .string($0.scheme.id), "name": .string($0.scheme.name),
                                "changes": .array($0.changes.map(\.json)),
                            ])
                        }),
                ])),
            .init("scoring", .array(scoring.map(\.json))),
        ]
    }
}

extension RuleChange {
    /// The change on one line, outside a rule: `closeAfter 30m → 45m`; `labels` are Chinese names of paths.
    func line(in language: Language, labels: [String: String]) -> String {
        let label = language == .chinese ? labels[path] ?? path : path
        switch kind {
        case .value(let old, let new):
            let none = Phrase("none", "无").text(in: language)
            let texts = [old, new].map { value -> String in
                switch value {
                case nil: none
                case .string(let text)?: visible(text)
                case let value?: visible(value.compact)
                }
            }
            return "\(label) \(texts[0]) → \(texts[1])"
        case .words(let added, let removed):
            return label + added.map { " +\(visible($0))" }.joined() + removed.map { " -\(visible($0))" }.joined()
        case .examples, .order: return label + Phrase(" (order)", "（顺序）").text(in: language)
        }
    }
}
