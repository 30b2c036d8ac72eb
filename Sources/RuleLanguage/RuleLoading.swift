import ConversationModel
import Diagnostics

/// The rules of many files, in the order of their paths, and all problems of all files.
///
/// The result does not depend on the order of `files`. Of rules with the same id the first one is
/// kept and each further one is an error at its own place; so it is with names of conditions and
/// word lists. O(bytes + what is put in for names + files · log files).
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
    let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let first = shared.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    var readings = (first + sorted).map { RuleFileReading($0, overrides: overrides) }
    let (defined, used) = readings.read(namesOnly: shared.count)
    var (rules, diagnostics) = collectRules(readings)
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
    if checks, isComplete {
        diagnostics += unusedNames(defined, used, in: readings, from: shared.count)
    }
    return (rules, diagnostics.sorted(by: Diagnostic.precedes))
}

/// The first rule of each id.
private func collectRules(
    _ readings: [RuleFileReading]
) -> (rules: [Rule], diagnostics: [Diagnostic]) {
    var rules: [Rule] = []
    var diagnostics: [Diagnostic] = []
    var first: [RuleID: (source: SourceFile, place: Place)] = [:]
    for reading in readings {
        diagnostics += reading.allDiagnostics
        for rule in reading.rules {
            if let earlier = first[rule.id] {
                diagnostics.append(duplicate(rule, of: earlier.place, in: earlier.source))
            } else {
                first[rule.id] = (reading.source, rule.place)
                rules.append(rule)
            }
        }
    }
    return (rules, diagnostics)
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
