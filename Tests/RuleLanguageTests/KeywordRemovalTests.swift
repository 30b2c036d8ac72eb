import Diagnostics
import RuleLanguage
import Testing

struct KeywordRemovalTests {
    /// `text` without the strings that are written in it as ‹"…"›.
    private func removed(_ text: String) -> String {
        var bytes: [UInt8] = []
        var ranges: [SourceRange] = []
        var start = 0
        for character in text {
            if character == "‹" {
                start = bytes.count
            } else if character == "›" {
                ranges.append(SourceRange(start, bytes.count))
            } else {
                bytes += Array(String(character).utf8)
            }
        }
        return String(decoding: KeywordRemoval.removing(ranges, from: bytes), as: UTF8.self)
    }

    @Test(
        "an element goes with its comma, wherever it stands",
        arguments: [
            (#"["a", ‹"b"›, "c"]"#, #"["a", "c"]"#),
            (#"[‹"a"›, "b"]"#, #"["b"]"#),
            (#"["a", ‹"b"›]"#, #"["a"]"#),
            (#"["a", ‹"b"›, ‹"c"›]"#, #"["a"]"#),
            (#"[‹"a"›, ‹"b"›, "c", ‹"d"›]"#, #"["c"]"#),
            ("[\n  \"a\",\n  ‹\"b\"›\n]", "[\n  \"a\"\n]"),
            // Nothing is left: the first stays.
            (#"[‹"a"›, ‹"b"›]"#, #"["a"]"#),
            (#"[‹"a"›]"#, #"["a"]"#),
            // No element of a list.
            (#"{"k": ‹"a"›, "l": 1}"#, #"{"k": "a", "l": 1}"#),
            (#"{‹"k"›: "a"}"#, #"{"k": "a"}"#),
        ])
    func removesElements(text: String, expected: String) {
        #expect(removed(text) == expected)
    }

    @Test("places beyond the file are left alone")
    func ignoresOtherPlaces() {
        let bytes = Array(#"["a"]"#.utf8)
        #expect(
            KeywordRemoval.removing([SourceRange(3, 99), SourceRange(-4, 2), SourceRange(4, 2)], from: bytes) == bytes)
    }
}
