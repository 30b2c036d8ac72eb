import ChineseText
import Testing

struct DisplayTests {
    @Test(
        "Chinese and emoji take two cells, marks none",
        arguments: [
            ("", 0), ("abc", 3), ("你好", 4), ("，。", 4), ("ａ", 2), ("é", 1), ("e\u{301}", 1), ("😀", 2), ("👨‍👩‍👧", 2),
            ("❤️", 2), ("🇨🇳", 2), ("a\tb\n", 2), ("\u{200B}", 0), ("한", 2), ("ｱ", 1), ("℃", 1), ("株式会社", 8),
        ])
    func widthsOfTexts(text: String, width: Int) {
        #expect(CharacterClass.displayWidth(of: text) == width)
    }

    @Test("punctuation, symbols and pictographs are told apart")
    func classesOfCharacters() {
        for scalar in "，。！?-()[]$+~￥【】…".unicodeScalars {
            #expect(CharacterClass.isPunctuationOrSymbol(scalar), "\(scalar)")
        }
        for scalar in "好a1é の".unicodeScalars { #expect(!CharacterClass.isPunctuationOrSymbol(scalar), "\(scalar)") }
        for scalar in "😀🌹👌❤🇨".unicodeScalars { #expect(CharacterClass.isPictographic(scalar), "\(scalar)") }
        for scalar in "1#*a好".unicodeScalars { #expect(!CharacterClass.isPictographic(scalar), "\(scalar)") }
    }

    @Test(
        "the core of a text is without space, punctuation and emoji at its ends",
        arguments: [
            ("  好的。", "好的"), ("😀好的😀", "好的"), ("好，的", "好，的"), ("。。", "。。"), ("", ""), ("~ok~", "ok"), ("(1)", "1"),
            ("👍🏻", "👍🏻"),
        ])
    func coresOfTexts(text: String, core: String) {
        let bytes = Array(text.utf8)
        #expect(String(decoding: bytes[Stripping.core(of: bytes)], as: UTF8.self) == core)
    }
}
