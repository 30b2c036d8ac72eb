import ChineseText
import Patterns
import Testing

/// Patterns are folded on their tree, as the texts are that they meet.
struct PatternFoldingTests {
    private func matches(_ source: String, _ text: String) throws -> Bool {
        let pattern = try read(source, level: .folded).get()
        let matcher = try #require(SpanMatcher(pattern))
        let isFound = matcher.matches(Array(table.folded(text).utf8))
        #expect(try scan([pattern], [text], level: .folded) == [isFound ? [0] : []])
        return isFound
    }

    @Test(arguments: [
        ("VX[0-9]+", "加vx123"), ("vx[0-9]+", "加ＶＸ１２３"), ("微信", "微信"), ("退款", "退欵"),
        ("繁體", "繁体"), ("繁体", "繁體"), ("[A-F]号", "b号"), ("（微信）", "(微信)"),
        ("\\(微信\\)", "（微信）"), ("a\\s+b", "a \t\u{3000} b"), ("a  b", "a b"), ("㈱", "(株)"),
        ("加.微信", "加，微信"), ("ﬁne", "FINE"), ("微信", "微\u{200B}信"), ("(?i)VX", "vx"),
    ])
    func findsWhatFoldsAlike(_ source: String, _ text: String) throws {
        #expect(try matches(source, text), "\(source) in \(text)")
    }

    @Test(arguments: [
        // A full-width bracket is a character, not a group; a folded comma still ends a class.
        ("（微信", "微信"), ("加[^，。]{0,3}微信", "加，微信"), ("加[^,.]{0,3}微信", "加，微信"),
        ("[^A-Z]号$", "b号"), ("a＋", "aa"),
    ])
    func keepsWhatIsNoMetacharacter(_ source: String, _ text: String) throws {
        #expect(try !matches(source, text), "\(source) in \(text)")
    }

    @Test(
        "classes of all Chinese characters are short enough for the scanner, and take traditional ones",
        arguments: [
            ("\\p{Han}", "體", "abc1，"), ("\\p{Han}{5}", "這個開關嗎", "這個開關,嗎"), ("[一-龥]{3}", "發貨單", "发货x单"),
            ("[0-9]{3}[一-龥]", "123號", "123x"), ("[^一-龥]{3}", "abc", "ab發"), ("(?:\\p{Han}|a){3}", "a號a", "a號1"),
            ("[\\w\\p{Han}]{2}", "號1", "，。"), ("[\\u4e00-\\u9fff]", "乾", "1"),
            ("加[^\\p{Han}]{1,3}信", "加V·信", "加微信"), ("加[^\\p{Han}]+信", "加ＶＸ信", "加發信"),
        ])
    func classesOfAllCharacters(_ source: String, _ text: String, _ other: String) throws {
        #expect(try matches(source, text), "\(source) in \(text)")
        #expect(try !matches(source, other), "\(source) in \(other)")
    }

    @Test func exactPatternsSeeTheTextAsItIs() throws {
        let upper = try read("VX").get()
        #expect(try scan([upper], ["VX", "vx", "ＶＸ"]) == [[0], [], []])
        let lineFeed = try read("a\\nb").get()
        #expect(try scan([lineFeed], ["a\nb", "a", "b"]) == [[0], [], []])
    }
}
