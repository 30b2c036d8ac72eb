import ChineseText
import Patterns
import Testing

/// What the front end takes and what it refuses, each by name and place.
struct PatternParserTests {
    @Test(arguments: [
        "微信", "a|b", "(?:a|b)c", "(a)(b)", "a?b", "a*b", "a+", "a{3}", "a{2,}", "a{2,4}", "a+?b",
        "a*?b", "a{1,2}?", "[abc]", "[a-z0-9]", "[^a-z]", "[]a]", "[a\\]]", ".a", "^a", "a$",
        "\\ba", "\\Ba", "\\da", "\\D", "\\w", "\\W", "\\s", "\\S", "(?i)a", "(?i:a)b", "(?-i)a",
        "\\p{Han}", "\\P{Han}", "[\\p{Han}0-9]", "\\x41", "\\x{4e00}", "\\u5fae", "\\t", "\\.",
        "(?<name>a)", "(?P<name>a)", "{a", "a{b", "a{,3}", "\\Aa\\z", "加.{0,6}微信",
    ])
    func takes(_ source: String) {
        #expect(throws: Never.self) { try read(source).get() }
    }

    @Test(
        "(?i) holds in classes of any size",
        arguments: [
            ("(?i)[A-Z一-龥]号", "b号", true), ("(?i)[A-Z\\p{Han}]号", "b号", true), ("(?i)[!B𠀀-𠿿]", "b", true),
            ("(?i)[^B一-龥]号", "b号", false), ("(?i)[^B一-龥]号", "c号", true), ("(?i)[ß-ü一-龥]", "Ü", true),
        ])
    func ignoresCaseInWideClasses(_ source: String, _ text: String, _ expected: Bool) throws {
        let matcher = try #require(SpanMatcher(read(source).get()))
        #expect(matcher.matches(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        ("a(?=b)", 1..<4), ("a(?!b)", 1..<4), ("(?<=a)b", 0..<4), ("(?<!a)b", 0..<4),
        ("(a)\\1", 3..<5), ("(?<n>a)\\k<n>", 7..<9), ("a++", 1..<3), ("a*+", 1..<3),
        ("(?>a)", 0..<3), ("(?(1)a|b)", 0..<3), ("(?R)a", 0..<3), ("a\\X", 1..<3),
        ("a\\R", 1..<3), ("a\\Kb", 1..<3), ("(?s)a", 0..<3), ("(?#x)a", 0..<3),
        ("\\p{Greek}", 0..<9), ("[[:alpha:]]", 1..<3), ("[a&&b]", 2..<4), ("(?|a|b)", 0..<3),
        ("微信(?!支付)", 6..<9),
    ])
    func refusesWhatIsNotLinear(_ source: String, _ place: Range<Int>) throws {
        let problem = try #require(refusal(source))
        #expect(problem.code == "unsupported-regex")
        #expect(problem.range == place)
    }

    @Test(arguments: [
        ("(a", 0..<1), ("a)", 1..<2), ("[a", 0..<1), ("*a", 0..<1), ("a**", 2..<3),
        ("a{3,2}", 1..<6), ("\\", 0..<1), ("\\y", 0..<2), ("[z-a]", 1..<4), ("^*a", 0..<2),
        ("\\x{110000}", 0..<10), ("\\xg", 0..<3), ("微(信", 3..<4),
    ])
    func refusesWhatIsMalformed(_ source: String, _ place: Range<Int>) throws {
        let problem = try #require(refusal(source))
        #expect(problem.code == "bad-regex")
        #expect(problem.range == place)
    }

    @Test(arguments: ["", "a*", "(?:)", "a?b*", "^", "^$", "\\b", "(a|)", "a{0}", "[^\\s\\S]a"])
    func refusesWhatSaysNothing(_ source: String) throws {
        #expect(try #require(refusal(source)).code == "empty-regex")
    }

    @Test(arguments: [
        ("a.{0,200}b", true), ("a.{0,201}b", false), (".{1,150}a.{1,150}b.{1,100}", true),
        (".{1,150}a.{1,150}b.{1,101}", false), ("(?:a.{0,30}b){10}", true),
        ("(?:a.{0,50}b){10}", false), ("a{1000}", true), ("a{1001}", false),
        ("(?:a{100}){30}", true), ("((a{100}){100}){100}", false), ("(?:.{0,20}a){20}", true),
        ("(.*a){20}", true), ("(?:(?:a|b|c){30}){30}", true), ("(?:(?:a|b|c){90}){90}", false),
    ])
    func costsBeforeCompiling(_ source: String, _ isAllowed: Bool) {
        #expect(refusal(source)?.code == (isAllowed ? nil : "costly-regex"))
    }

    @Test func bindsLengthAndNesting() {
        let long = String(repeating: "a", count: 3999)
        #expect(refusal(long) == nil)
        #expect(refusal(String(repeating: "a", count: 4097))?.code == "costly-regex")
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(refusal(nested(32)) == nil)
        #expect(refusal(nested(33))?.code == "costly-regex")
        // Deep enough to overflow a stack that recursed without a bound.
        #expect(refusal(String(repeating: "(", count: 4000))?.code == "costly-regex")
    }

    private func refusal(_ source: String) -> PatternProblem? {
        guard case .failure(let problem) = read(source) else { return nil }
        return problem
    }
}
