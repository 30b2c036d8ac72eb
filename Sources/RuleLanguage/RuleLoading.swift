import ConversationModel
import Diagnostics

/// The rules of many files, in the order of their paths, and all problems of all files.
///
/// The result does not depend on the order of `files`. Of rules with the same id the first one is
/// kept and each further one is an error at its own place. O(bytes + files · log files).
///
/// - Parameter overrides: values of parameters by rule, as a scheme sets them; a value out of the
///   bounds that the rule declares is an error, and the rule is not returned.
public func loadRules(
    files: [SourceFile], overrides: [RuleID: [String: Parameter.Value]] = [:]
) -> (rules: [Rule], diagnostics: [Diagnostic]) {
    var rules: [Rule] = []
    var diagnostics: [Diagnostic] = []
    var first: [RuleID: (source: SourceFile, place: Place)] = [:]
    let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for source in sorted {
        let file = RuleFile(source, overrides: overrides)
        diagnostics += file.diagnostics
        for rule in file.rules {
            if let earlier = first[rule.id] {
                diagnostics.append(duplicate(rule, of: earlier.place, in: earlier.source))
            } else {
                first[rule.id] = (source, rule.place)
                rules.append(rule)
            }
        }
    }
    let isComplete = !diagnostics.contains { $0.severity == .error }
    for id in overrides.keys.sorted() where isComplete && first[id] == nil {
        diagnostics.append(
            Diagnostic(
                .unknownRule, severity: .warning,
                Phrase(
                    "a scheme sets parameters of '\(quoted(id.value))', and there is no such rule",
                    "方案为 “\(quoted(id.value))” 设置了参数，但没有这条规则"),
                help: didYouMean(id.value, among: rules.map(\.id.value)).map {
                    Phrase("did you mean '\($0)'?", "是不是想写 “\($0)”？")
                },
                at: Place(path: sorted.first?.path ?? "")))
    }
    return (rules, diagnostics.sorted(by: Diagnostic.precedes))
}

private func duplicate(_ rule: Rule, of earlier: Place, in source: SourceFile) -> Diagnostic {
    let there = "\(source.path):\(source.lineNumber(of: earlier.range?.start ?? 0))"
    let start = rule.place.range?.start ?? 0
    return Diagnostic(
        .duplicateID,
        Phrase(
            "rule id '\(rule.id)' is taken by \(there)", "规则 id “\(rule.id)” 已被 \(there) 使用"),
        help: Phrase("give each rule an id of its own", "请给每条规则不同的 id"),
        at: Place(path: rule.place.path, range: SourceRange(start, start + 1)))
}
