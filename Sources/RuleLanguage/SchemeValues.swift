import ConversationModel
import Diagnostics

extension Scheme {
    /// Problems that rules have under the values of this scheme only, told where the scheme stands, since its author
    /// can mend them; those that stand in none of `rules` with such a value are left out.
    ///
    /// - Parameter rules: the rules as they are written.
    public func problems(_ found: [Diagnostic], of rules: [Rule]) -> [Diagnostic] {
        let concerned = rules.filter { parameters[$0.id] != nil && takes($0.id) }
        return found.compactMap { problem in
            guard let rule = concerned.first(where: { $0.holds(problem.place) }) else { return nil }
            var told = problem
            let (english, chinese) = (problem.message.english, problem.message.chinese)
            told.message = Phrase(
                "with the values of scheme '\(id)', rule '\(rule.id.value)': \(english)",
                "按方案 “\(id)” 的参数值，规则 “\(rule.id.value)”：\(chinese)")
            told.place = place
            told.place.range = place.range.map { SourceRange($0.start, $0.start + 1) }
            return told
        }
    }
}

extension Rule {
    fileprivate func holds(_ place: Place) -> Bool {
        guard place.path == self.place.path, let range = self.place.range, let start = place.range?.start
        else { return false }
        return (range.start..<range.end).contains(start)
    }
}

/// Errors that rules have under the values of their schemes only: windows that cannot match, and the like.
///
/// Reads the files again that hold a rule with such a value, once a scheme.
func schemeFaults(
    _ schemes: [Scheme], of rules: [Rule], files: [SourceFile], shared: [SourceFile]
) -> [Diagnostic] {
    schemes.flatMap { scheme -> [Diagnostic] in
        let paths = Set(rules.filter { scheme.parameters[$0.id] != nil && scheme.takes($0.id) }.map(\.place.path))
        guard !paths.isEmpty else { return [] }
        let found = loadRules(
            files: files.filter { paths.contains($0.path) },
            shared: shared + files.filter { !paths.contains($0.path) }, overrides: scheme.parameters
        ).diagnostics
        return scheme.problems(found.filter { $0.severity == .error }, of: rules)
    }
}
