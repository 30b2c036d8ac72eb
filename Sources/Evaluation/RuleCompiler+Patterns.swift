import ChineseText
import Diagnostics
import Patterns
import RuleLanguage

/// Regexes of rules, with what is wrong with them.
extension RuleCompiler {
    /// What tells where a pattern matches; nil where it takes too much memory.
    mutating func matcher(_ pattern: Pattern, at place: Place) -> SpanMatcher? {
        if let known = spanMatchers[pattern] { return known }
        guard let matcher = SpanMatcher(pattern) else {
            diagnostics.append(
                Diagnostic(
                    .costlyRegex,
                    Phrase("this pattern takes too much memory", "该正则占用的内存太多"),
                    help: Phrase(
                        "simplify the pattern, or split it into conditions", "请简化正则，或拆成多个条件"),
                    at: place))
            return nil
        }
        spanMatchers[pattern] = matcher
        return matcher
    }

    /// A pattern as it is scanned for; nil where it is refused.
    mutating func pattern(_ source: String, _ fold: FoldLevel, at place: Place) -> Pattern? {
        do throws(PatternProblem) {
            return try Pattern(source, level: TextLevel(fold), table: table)
        } catch {
            // An empty range still shows one character.
            let end = max(error.range.upperBound, error.range.lowerBound + 1)
            let place =
                sources[place.path].map {
                    RuleLanguage.place(
                        of: error.range.lowerBound..<end, inStringAt: place, source: $0)
                } ?? place
            diagnostics.append(Diagnostic(error.code, error.message, help: error.help, at: place))
            return nil
        }
    }
}
