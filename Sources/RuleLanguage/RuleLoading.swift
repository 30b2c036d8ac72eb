import ConversationModel
import Diagnostics

/// The rules of many files, in the order of their paths, and all problems of all files.
///
/// The result does not depend on the order of `files`. Of rules with the same id the first one is
/// kept and each further one is an error at its own place, also where either has an error of its own; so it is with
/// names of conditions and word lists. O(bytes + what is put in for names + files · log files).
///
/// - Parameters:
///   - shared: files of which only the named conditions and word lists are read.
///   - overrides: values of parameters by rule, as a scheme sets them; a value out of the bounds that
///     the rule declares is an error, and the rule is not returned.
///   - checks: whether to add warnings of what is no fault of one rule: names that no rule uses.
public func loadRules(
    files: [SourceFile], shared: [SourceFile] = [],
    overrides: [RuleID: [String: Parameter.Value]] = [:], checks: Bool = false
) -> (rules: [Rule], diagnostics: [Diagnostic]) {
    let book = loadRuleBook(files: files, shared: shared, overrides: overrides, checks: checks)
    return (book.rules, book.diagnostics)
}

/// The same with the schemes and the formula of scores of the files, those with an error left out.
///
/// No two schemes may have one id, name the same group or both be the default one; the values of a scheme may leave
/// no rule with an error. That a scheme chooses a rule
/// that could not be read is no error.
public func loadRuleBook(
    files: [SourceFile], shared: [SourceFile] = [],
    overrides: [RuleID: [String: Parameter.Value]] = [:], checks: Bool = false
) -> RuleBook {
    let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let first = shared.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    var readings = (first + sorted).map { RuleFileReading($0, overrides: overrides) }
    let (defined, used) = readings.read(namesOnly: shared.count)
    var (rules, looseRegexes, diagnostics) = readings.collectRules()
    var schemes: [Scheme] = []
    var formulas: [(formula: ScoreFormula, place: Place)] = []
    if readings.contains(where: \.needsRules) {
        let known = Dictionary(uniqueKeysWithValues: rules.map { ($0.id, $0) })
        let unread = readings.unreadRules
        for index in readings.indices.dropFirst(shared.count) {
            readings[index].decoder.unread = unread
            schemes += readings[index].schemes(known)
            formulas += readings[index].scoring(known)
        }
        (rules, looseRegexes, diagnostics) = readings.collectRules()
        diagnostics += conflicts(of: schemes, in: readings)
        for further in formulas.dropFirst() {
            let start = further.place.range?.start ?? 0
            diagnostics.append(
                Diagnostic(
                    .conflictingFields, Phrase("there is a formula of scores already", "已有一个计分公式"),
                    at: Place(path: further.place.path, range: SourceRange(start, start + 1))))
        }
    }
    let isComplete = !diagnostics.contains { $0.severity == .error }
    let ids = Set(rules.map(\.id))
    for id in overrides.keys.sorted() where isComplete && !ids.contains(id) {
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
    if isComplete, overrides.isEmpty {
        diagnostics += schemeFaults(schemes, of: rules, files: sorted, shared: first)
    }
    if checks, isComplete {
        diagnostics += unusedNames(defined, used, in: readings, from: shared.count)
    }
    return RuleBook(
        rules: rules, schemes: schemes, scoring: formulas.first?.formula,
        looseRegexes: looseRegexes, diagnostics: diagnostics.sorted(by: Diagnostic.precedes))
}

/// Schemes that cannot stand beside each other.
private func conflicts(of schemes: [Scheme], in readings: [RuleFileReading]) -> [Diagnostic] {
    func place(_ scheme: Scheme) -> String {
        let reading = readings.first { $0.source.path == scheme.place.path }
        let line = reading?.source.lineNumber(of: scheme.place.range?.start ?? 0) ?? 0
        return "\(scheme.place.path):\(line)"
    }
    var found: [Diagnostic] = []
    func refuse(_ scheme: Scheme, _ code: DiagnosticCode, _ phrase: Phrase) {
        let start = scheme.place.range?.start ?? 0
        found.append(
            Diagnostic(code, phrase, at: Place(path: scheme.place.path, range: SourceRange(start, start + 1))))
    }
    for (index, scheme) in schemes.enumerated() {
        for earlier in schemes[..<index] {
            if earlier.id == scheme.id {
                refuse(
                    scheme, .duplicateID,
                    Phrase(
                        "scheme id '\(scheme.id)' is taken by \(place(earlier))",
                        "方案 id “\(scheme.id)” 已被 \(place(earlier)) 使用"))
            }
            if earlier.isDefault, scheme.isDefault {
                refuse(
                    scheme, .conflictingFields,
                    Phrase("'\(earlier.id)' is the default scheme already", "已有默认方案 “\(earlier.id)”"))
            }
            for group in scheme.groups where earlier.groups.contains(group) {
                refuse(
                    scheme, .conflictingFields,
                    Phrase(
                        "group '\(group)' has the scheme '\(earlier.id)' already", "分组 “\(group)” 已有方案 “\(earlier.id)”")
                )
            }
        }
    }
    return found
}

/// Warnings of definitions that no rule uses, be it through others.
///
/// - Parameter firstFile: definitions of files before it are for other rules, too.
private func unusedNames(
    _ defined: SharedDefinitions, _ used: NameUses, in readings: [RuleFileReading],
    from firstFile: Int
) -> [Diagnostic] {
    var reached = used
    var open = used.conditions.map { (SharedDefinition.Kind.condition, $0) }
    open += used.lists.map { (.list, $0) }
    while let (kind, name) = open.popLast() {
        guard let uses = defined.uses[kind]?[name] else { continue }
        for name in uses.conditions where reached.conditions.insert(name).inserted {
            open.append((.condition, name))
        }
        for name in uses.lists where reached.lists.insert(name).inserted {
            open.append((.list, name))
        }
    }
    let unused =
        defined.conditions.filter { !reached.conditions.contains($0.name) }
        + defined.lists.filter { !reached.lists.contains($0.name) }
    return unused.filter { $0.file >= firstFile }.map { definition in
        let title = definition.kind.title
        return Diagnostic(
            .unusedName, severity: .warning,
            Phrase(
                "no rule uses the \(title.english) '\(definition.name)'",
                "没有规则用到\(title.chinese) “\(definition.name)”"),
            help: Phrase("use it, or remove it", "请在规则里使用，或删掉它"),
            at: Place(
                path: readings[definition.file].source.path, range: definition.member.keyRange))
    }
}
