/// The stable names of everything that can be wrong with a rule file.
///
/// Each code is declared once: here with its slug and below with its title. `docs/diagnostics.md`
/// explains each of them, and a golden case shows each of them; tests fail where one is missing.
public enum DiagnosticCode: String, CaseIterable, Sendable, Hashable {
    // The file, and the file as JSON.
    case unreadableFile = "unreadable-file"
    case syntax
    case notUTF8 = "not-utf8"
    case limit
    case duplicateKey = "duplicate-key"

    // The shape of a rule.
    case unknownField = "unknown-field"
    case unsupported
    case wrongType = "wrong-type"
    case badValue = "bad-value"
    case missingField = "missing-field"
    case conflictingFields = "conflicting-fields"
    case emptyList = "empty-list"
    case badDuration = "bad-duration"
    case outOfRange = "out-of-range"

    // Names.
    case badID = "bad-id"
    case duplicateID = "duplicate-id"
    case undeclaredParameter = "undeclared-parameter"
    case unusedParameter = "unused-parameter"
    case unknownRule = "unknown-rule"
    case badName = "bad-name"
    case unknownName = "unknown-name"
    case duplicateName = "duplicate-name"
    case wrongKind = "wrong-kind"
    case cyclicName = "cyclic-name"
    case unusedName = "unused-name"
    case controlCharacter = "control-character"
    case hiddenCharacter = "hidden-character"

    // What a rule says.
    case duplicateKeyword = "duplicate-keyword"
    case oneCharacterKeyword = "one-character-keyword"
    case spacedKeyword = "spaced-keyword"
    case literalKeyword = "literal-keyword"
    case swallowedKeyword = "swallowed-keyword"
    case uselessAllow = "useless-allow"
    case missedInPositive = "missed-in-positive"
    case metInNegative = "met-in-negative"
    case scoreSign = "score-sign"
    case shorteningExcuse = "shortening-excuse"
    case impossibleWindow = "impossible-window"

    // What rules say that adds nothing: warnings of `rules check`.
    case subsumedKeyword = "subsumed-keyword"
    case hiddenCompound = "hidden-compound"
    case shortEvasionKeyword = "short-evasion-keyword"
    case commonKeyword = "common-keyword"
    case unreachableBranch = "unreachable-branch"
    case neverTrue = "never-true"
    case systemLeftOut = "system-left-out"
    case alwaysTrue = "always-true"
    case duplicateRule = "duplicate-rule"
    case subsumedRule = "subsumed-rule"

    // Examples.
    case badExample = "bad-example"
    case badMarks = "bad-marks"
    case tooFewExamples = "too-few-examples"

    // Regular expressions, and compiling the set.
    case badRegex = "bad-regex"
    case unsupportedRegex = "unsupported-regex"
    case costlyRegex = "costly-regex"
    case emptyRegex = "empty-regex"
    case tooManyRegexes = "too-many-regexes"
    case scannerFailed = "scanner-failed"

    // Examples that were run.
    case exampleMissed = "example-missed"
    case exampleHit = "example-hit"
    case exampleSpans = "example-spans"
    case exampleUndecided = "example-undecided"
    case exampleApplicable = "example-applicable"
    case exampleNotApplicable = "example-not-applicable"
    case unnoticedChange = "unnoticed-change"
    case unreachedBranch = "unreached-branch"

    /// What the code stands for, as a heading.
    public var title: Phrase {
        switch self {
        case .unreadableFile: Phrase("file that cannot be read", "文件无法读取")
        case .syntax: Phrase("not valid JSON", "不是合法的 JSON")
        case .notUTF8: Phrase("not UTF-8", "不是 UTF-8 编码")
        case .limit: Phrase("over a limit", "超出上限")
        case .duplicateKey: Phrase("field given twice", "字段重复")
        case .unknownField: Phrase("unknown field", "未知字段")
        case .unsupported: Phrase("not supported by this version", "当前版本不支持")
        case .wrongType: Phrase("wrong type of value", "值的类型不对")
        case .badValue: Phrase("value not allowed", "值不可用")
        case .missingField: Phrase("field missing", "缺少字段")
        case .conflictingFields: Phrase("fields that do not go together", "字段互相冲突")
        case .emptyList: Phrase("empty list", "列表为空")
        case .badDuration: Phrase("not a duration", "不是合法的时长")
        case .outOfRange: Phrase("value out of range", "数值超出范围")
        case .badID: Phrase("bad rule id", "规则 id 不合规")
        case .duplicateID: Phrase("rule id used twice", "规则 id 重复")
        case .undeclaredParameter: Phrase("parameter not declared", "参数未声明")
        case .unusedParameter: Phrase("parameter not used", "参数未使用")
        case .unknownRule: Phrase("no such rule", "没有这条规则")
        case .badName: Phrase("bad name", "名称不合规")
        case .unknownName: Phrase("no such name", "没有这个名称")
        case .duplicateName: Phrase("name used twice", "名称重复")
        case .wrongKind: Phrase("name of another kind", "名称的种类不对")
        case .cyclicName: Phrase("name that contains itself", "名称循环引用")
        case .unusedName: Phrase("name not used", "名称没有用到")
        case .controlCharacter: Phrase("control character in a name", "名称里有控制字符")
        case .hiddenCharacter: Phrase("invisible character in a name", "名称里有看不见的字符")
        case .duplicateKeyword: Phrase("keyword listed twice", "关键词重复")
        case .oneCharacterKeyword:
            Phrase("one-character keyword without word boundary", "单字关键词没有词边界")
        case .spacedKeyword: Phrase("space between Chinese words", "中文词之间有空格")
        case .literalKeyword: Phrase("keyword with signs of something else", "关键词里有别的写法的记号")
        case .swallowedKeyword:
            Phrase("allow-phrase swallows its keyword", "放行短语吞掉了关键词")
        case .uselessAllow: Phrase("allow-phrase covers no keyword", "放行短语不含任何关键词")
        case .missedInPositive:
            Phrase("positive rule that reports misses", "正面规则不能报告未达成")
        case .metInNegative:
            Phrase("negative rule that does not say what it reports", "负面规则没有写明 report")
        case .scoreSign: Phrase("score of the wrong sign", "分数的正负号不对")
        case .shorteningExcuse: Phrase("excuse that may shorten a time", "缓冲可能缩短时限")
        case .impossibleWindow: Phrase("window that cannot match", "时间窗口不可能满足")
        case .subsumedKeyword: Phrase("keyword that adds nothing", "关键词不起作用")
        case .hiddenCompound: Phrase("words that hide a keyword", "词典里的词遮住关键词")
        case .shortEvasionKeyword: Phrase("short keyword at level evasion", "evasion 的关键词太短")
        case .commonKeyword: Phrase("keyword that hits every day", "关键词太常见")
        case .unreachableBranch: Phrase("branch that adds nothing", "分支不起作用")
        case .neverTrue: Phrase("condition that can never hold", "条件永远不成立")
        case .systemLeftOut: Phrase("lines of the system left out", "没有包括系统消息")
        case .alwaysTrue: Phrase("condition that always holds", "条件永远成立")
        case .duplicateRule: Phrase("rule with the conditions of another", "规则条件重复")
        case .subsumedRule: Phrase("rule within another", "规则被另一条包含")
        case .badExample: Phrase("malformed example", "示例写法不对")
        case .badMarks: Phrase("bad span marks in an example", "示例中的片段标记不对")
        case .tooFewExamples: Phrase("too few examples", "示例太少")
        case .badRegex: Phrase("malformed regex", "正则写法不对")
        case .unsupportedRegex: Phrase("regex construct not supported", "不支持的正则写法")
        case .costlyRegex: Phrase("regex too costly", "正则代价过高")
        case .emptyRegex: Phrase("regex that says nothing", "没有意义的正则")
        case .tooManyRegexes: Phrase("too many regexes", "正则太多")
        case .scannerFailed: Phrase("scanner failed", "扫描引擎出错")
        case .exampleMissed: Phrase("example not hit", "示例没有命中")
        case .exampleHit: Phrase("example hit that must not be", "示例不该命中")
        case .exampleSpans: Phrase("example with other spans", "示例的命中片段不符")
        case .exampleUndecided: Phrase("example that cannot be decided", "示例无法判定")
        case .unnoticedChange: Phrase("change that no example notices", "没有示例能发现的改动")
        case .unreachedBranch: Phrase("condition that no example reaches", "没有示例触及的条件")
        case .exampleNotApplicable: Phrase("clean example that is not judged", "未命中示例不适用")
        case .exampleApplicable: Phrase("example judged that must not be", "示例不该适用")
        }
    }
}

extension Diagnostic {
    /// A diagnostic of the table.
    public init(
        _ code: DiagnosticCode, severity: Severity = .error, _ message: Phrase,
        help: Phrase? = nil, at place: Place
    ) {
        self.init(code.rawValue, severity: severity, message, help: help, at: place)
    }

    /// The order of every listing: path, then place in the file, then errors before warnings.
    ///
    /// Paths compare by bytes. Total: no two different diagnostics are left unordered by accident
    /// of the input's order, but for equal ones.
    public static func precedes(_ a: Diagnostic, _ b: Diagnostic) -> Bool {
        if a.place.path != b.place.path {
            return a.place.path.utf8.lexicographicallyPrecedes(b.place.path.utf8)
        }
        let starts = (a.place.range?.start ?? -1, b.place.range?.start ?? -1)
        if starts.0 != starts.1 { return starts.0 < starts.1 }
        let records = (a.place.record ?? 0, b.place.record ?? 0)
        if records.0 != records.1 { return records.0 < records.1 }
        if a.severity != b.severity { return a.severity == .error }
        if a.code != b.code { return a.code < b.code }
        return a.message.english < b.message.english
    }
}
