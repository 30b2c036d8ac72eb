import ConversationModel
import Diagnostics

/// Turns JSON values into rules and collects everything that is wrong on the way.
///
/// One decoder serves all rules of one file. A rule with an error is not returned; its remaining
/// parts are decoded all the same, so that one run shows all problems.
public struct RuleDecoder {
    let path: String
    let overrides: [RuleID: [String: Parameter.Value]]
    /// Generated lists of rules carry no examples, and are not asked for them.
    let asksForExamples: Bool
    /// In the order of discovery; at most `RuleLimits.diagnosticsPerFile` errors and as many warnings.
    public private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var warningCount = 0

    // What is known of the rule that is being decoded.
    var parameters: [String: Parameter] = [:]
    var usedParameters: Set<String> = []
    /// Declared, but wrongly: their uses are not diagnosed once more.
    var brokenParameters: Set<String> = []
    var conditionCount = 0
    /// By the place of a message condition: the speaker that was written first.
    var firstSpeakers: [Place: Speaker] = [:]
    /// By the place of an expectation that says `"report": "missed"`: where the rule says it, or
    /// where it names the shared condition that does.
    var missedReports: [Place: SourceRange] = [:]
    /// By the place of an expectation without `report`: its `after`.
    var silentReports: [Place: SourceRange] = [:]
    /// The deepest level of conditions so far.
    var deepest = 0
    /// Bytes of the shared conditions and word lists put in so far.
    var splicedBytes = 0
    /// What the rule names, or the shared definition that is being decoded.
    var uses = NameUses()
    /// Something that the rule names has an error of its own: the rule has none, but cannot be used.
    var usesBroken = false
    /// A shared definition is being decoded: it has no parameters.
    var isShared = false
    /// The regexes of the rule, or of the definition, that is being decoded.
    var regexes: [RegexCondition] = []
    /// Of rules that were not returned, in the order of the file.
    private(set) var remains: [RuleRemains] = []
    /// The regexes of all definitions: no rule may use them, or none that is sound.
    var namedRegexes: [RegexCondition] = []
    /// What schemes and formulas may name besides the rules that they are given.
    var unread = UnreadRules()
    /// What may be named; handed from file to file, for what it keeps count of.
    var names = SharedNames()

    /// - Parameters:
    ///   - path: for the places of diagnostics.
    ///   - overrides: values of parameters that replace the defaults, as a scheme sets them.
    public init(
        path: String, overrides: [RuleID: [String: Parameter.Value]] = [:],
        asksForExamples: Bool = true
    ) {
        self.path = path
        self.overrides = overrides
        self.asksForExamples = asksForExamples
    }

    static let ruleKeys = [
        "id", "name", "polarity", "category", "severity", "score", "summary", "unit", "fold",
        "parameters", "appliesTo", "when", "examples", "withoutVariants", "family", "version",
        "$schema",
    ]

    /// The rule that `value` describes; nil where something in it is an error.
    public mutating func rule(from value: JSONValue) -> Rule? {
        if hasTooManyErrors || isForeign(value) { return nil }
        let errorsBefore = errorCount
        startRule()
        guard
            let fields = fields(
                of: value, "rule", known: Self.ruleKeys,
                elsewhere: [
                    (
                        ["steps", "sequence"],
                        Phrase(
                            "steps are a condition: \"when\": {\"sequence\": {\"steps\": [ … ]}}",
                            "步骤是条件：\"when\": {\"sequence\": {\"steps\": [ … ]}}")
                    ),
                    (
                        ["conditions", "wordLists"],
                        Phrase(
                            "put it into a .json file of its own: {\"conditions\": { … }}",
                            "请写进单独的 .json 文件：{\"conditions\": { … }}")
                    ),
                ])
        else { return nil }
        let id = ruleID(fields)
        let name = requiredLabel(fields, "name") ?? ""
        let polarity: Polarity? =
            require(fields, "polarity").flatMap { choice($0, ["positive", "negative"]) }
        let severity = fields["severity"].flatMap { member -> Severity? in
            choice(member, Severity.allCases.map(\.rawValue))
        }
        let unit = fields["unit"].flatMap { member -> UnitKind? in
            choice(member, ["conversation", "stay"])
        }
        let score = fields["score"].flatMap { integer($0, in: -100...100) }
        let fold = fields["fold"].flatMap { foldLevel($0) } ?? .folded
        let family = fields["family"].flatMap { label($0) }
        var declared = fields["parameters"].map { parameters($0.value) } ?? []
        applyOverrides(&declared, rule: id, fields)
        let context = ConditionContext(fold: fold)
        let appliesTo = fields["appliesTo"].flatMap { condition($0.value, context) }
        let when = require(fields, "when").flatMap { condition($0.value, context) }
        let rule = Rule(
            id: RuleID(id ?? ""), name: name, polarity: polarity ?? .negative,
            category: fields["category"].flatMap { label($0) } ?? "custom",
            severity: severity ?? .minor, score: score.map(Int.init), family: family,
            summary: fields["summary"].flatMap { summary($0) } ?? "",
            unit: unit ?? .conversation, parameters: declared, appliesTo: appliesTo,
            when: when ?? Condition(.any([])), examples: examples(fields, subject: when),
            withoutVariants: variants(fields), place: place(value.range))
        checkReports(rule)
        checkScore(rule, fields)
        checkParameterUse(fields)
        names.used.formUnion(uses)
        if errorCount == errorsBefore, !usesBroken { return rule }
        remains.append(RuleRemains(id: id.map { RuleID($0) }, regexes: regexes, place: rule.place))
        return nil
    }

    /// Diagnoses what belongs elsewhere, in one word instead of one for each field that a rule would have.
    private mutating func isForeign(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value.content else { return false }
        let keys = Set(members.prefix(64).map(\.key))
        guard keys.isDisjoint(with: ["id", "name", "polarity", "when"]) else { return false }
        let found: (what: Phrase, help: Phrase)
        if !keys.isDisjoint(with: Self.policyKeys.dropLast(2)) {
            found = (
                Phrase("this is a time policy", "这是时间策略"),
                Phrase("give it by --policy, and keep it outside the rules", "请用 --policy 给出，不要放在规则目录里")
            )
        } else if !keys.isDisjoint(with: Self.exemptionFileKeys.dropLast(2)) {
            found = (
                Phrase("these are exemptions", "这是豁免名单"),
                Phrase("give them by --exemptions, and keep them outside the rules", "请用 --exemptions 给出，不要放在规则目录里")
            )
        } else if keys.contains("rules") {
            found = (
                Phrase("this is an object with a list of rules", "这是包着规则列表的对象"),
                Phrase("write the list itself: [ … ]", "请直接写列表：[ … ]")
            )
        } else {
            return false
        }
        diagnose(
            .wrongType, value.head,
            Phrase("\(found.what.english), no rule", "\(found.what.chinese)，不是规则"), help: found.help)
        return true
    }

    mutating func startRule(isShared: Bool = false) {
        parameters = [:]
        usedParameters = []
        brokenParameters = []
        conditionCount = 0
        firstSpeakers = [:]
        missedReports = [:]
        silentReports = [:]
        deepest = 0
        splicedBytes = 0
        uses = NameUses()
        usesBroken = false
        regexes = []
        self.isShared = isShared
    }

    private mutating func ruleID(_ fields: Fields) -> String? {
        guard let member = require(fields, "id"), let text = string(member) else { return nil }
        if isKebab(text) { return text }
        diagnose(
            .badID, member.value.range,
            Phrase("'\(quoted(text))' is no rule id", "“\(quoted(text))” 不能作规则 id"),
            help: Phrase(
                "lower-case English words joined by '-', at most \(RuleLimits.idBytes) bytes: off-platform-contact",
                "用小写英文单词以 “-” 相连，最多 \(RuleLimits.idBytes) 字节，例如 off-platform-contact"))
        return nil
    }

    /// Negative rules take points, positive ones give them, whatever sign is written.
    private mutating func checkScore(_ rule: Rule, _ fields: Fields) {
        guard let range = fields["score"]?.value.range, let score = rule.score else { return }
        switch rule.polarity {
        case .negative where score > 0:
            diagnose(
                .scoreSign, severity: .warning, range,
                Phrase(
                    "a negative rule takes points: \(score) counts as -\(score)", "负面规则是扣分：\(score) 按 -\(score) 计"),
                help: Phrase("write -\(score)", "请写成 -\(score)"))
        case .positive where score < 0:
            diagnose(
                .scoreSign, severity: .warning, range,
                Phrase("a positive rule gives points: \(score) counts as 0", "正面规则是加分：\(score) 按 0 计"),
                help: Phrase(
                    "write \(-score), or make the rule negative; a missed duty takes points by the formula's \"missed\"",
                    "请写成 \(-score)，或改为负面规则；未达成的扣分由计分公式的 “missed” 决定"))
        default: break
        }
    }

    private mutating func variants(_ fields: Fields) -> [String] {
        guard let member = fields["withoutVariants"] else { return [] }
        guard let elements = list(member) else { return [] }
        return elements.compactMap { element in
            choice(element, ExampleVariant.allCases.map(\.rawValue), name: "withoutVariants")
        }
    }

    private mutating func checkParameterUse(_ fields: Fields) {
        guard let member = fields["parameters"], case .object(let members) = member.value.content
        else { return }
        for declaration in members
        where parameters[declaration.key] != nil && !usedParameters.contains(declaration.key) {
            diagnose(
                .unusedParameter, severity: .warning, declaration.keyRange,
                Phrase(
                    "parameter '\(quoted(declaration.key))' is not used",
                    "参数 “\(quoted(declaration.key))” 没有用到"),
                help: Phrase(
                    "write \"${\(quoted(declaration.key))}\" where its value belongs, or remove it",
                    "在用值的地方写 \"${\(quoted(declaration.key))}\"，或删掉它"))
        }
    }

    // MARK: Collecting

    /// Nothing of the file will be used, and no further problem be shown: it is given up.
    var hasTooManyErrors: Bool { errorCount > RuleLimits.diagnosticsPerFile }

    /// Whether some diagnostics were found and not kept.
    var isFull: Bool { hasTooManyErrors || warningCount > RuleLimits.diagnosticsPerFile }

    func place(_ range: SourceRange) -> Place {
        Place(path: path, range: range)
    }

    mutating func diagnose(
        _ code: DiagnosticCode, severity: Diagnostic.Severity = .error, _ range: SourceRange,
        _ message: Phrase, help: Phrase? = nil
    ) {
        // Counted apart, so that no flood of warnings drowns an error.
        if severity == .error { errorCount += 1 } else { warningCount += 1 }
        let count = severity == .error ? errorCount : warningCount
        guard count <= RuleLimits.diagnosticsPerFile else { return }
        diagnostics.append(
            Diagnostic(code, severity: severity, message, help: help, at: place(range)))
    }
}

/// How a rule's examples are varied when they are run; `withoutVariants` names those left out.
public enum ExampleVariant: String, Sendable, Hashable, CaseIterable {
    /// An emoji before the message.
    case emoji
    /// ASCII in full width.
    case fullWidth = "full-width"
    /// Simplified characters in their traditional form.
    case traditional
    /// Zero-width characters inside.
    case zeroWidth = "zero-width"
}

/// Lower-case words joined by `-`, not too long: what ids and names look like.
package func isKebab(_ text: String) -> Bool {
    guard text.utf8.count <= RuleLimits.idBytes else { return false }
    let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return words.allSatisfy { word in
        !word.isEmpty
            && word.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
}

/// A text of the file inside a message: not too long.
func quoted(_ text: String) -> String {
    text.utf8.count <= 40 ? text : String(text.prefix(32)) + "…"
}
