import Diagnostics
import Foundation
import RuleLanguage
import TestSupport
import Testing

@Suite struct JSONReaderTests {
    @Test(.enabled(if: sharedFolder != nil))
    func acceptsAndRefusesWhatTheSuiteSays() throws {
        let folder = (sharedFolder ?? "") + "/suites/JSONTestSuite/test_parsing"
        let names = try files(in: folder, suffix: ".json")
        #expect(names.count > 300)
        for name in names {
            let content = try bytes(at: folder + "/" + name)
            let isAccepted = (try? JSONReader.read(content)) != nil
            if name.hasPrefix("y_") { #expect(isAccepted, "\(name)") }
            if name.hasPrefix("n_") { #expect(!isAccepted, "\(name)") }
        }
    }

    @Test func keepsTheRangeOfEveryValueAndKey() throws {
        let text = #"{"名字": ["a", -1.50e3 , true]}"#
        let value = try JSONReader.read(Array(text.utf8))
        guard case .object(let members) = value.content, let member = members.first,
            case .array(let elements) = member.value.content
        else {
            Issue.record("not the shape that was written")
            return
        }
        func written(_ range: SourceRange) -> String {
            String(decoding: Array(text.utf8)[range.start..<range.end], as: UTF8.self)
        }
        #expect(written(value.range) == text)
        #expect(written(member.keyRange) == #""名字""#)
        #expect(elements.map { written($0.range) } == [#""a""#, "-1.50e3", "true"])
        #expect(elements[1].content == .number("-1.50e3"))
    }

    @Test func keepsRepeatedKeys() throws {
        let value = try JSONReader.read(Array(#"{"a":1,"a":2}"#.utf8))
        guard case .object(let members) = value.content else {
            Issue.record("not an object")
            return
        }
        #expect(members.map(\.key) == ["a", "a"])
    }

    @Test func decodesEscapes() throws {
        let value = try JSONReader.read(Array(#""\"\\\/\b\f\n\r\tA微\ud83d\ude00\u0000""#.utf8))
        #expect(value.content == .string("\"\\/\u{8}\u{C}\n\r\tA微😀\u{0}"))
    }

    @Test func acceptsAByteOrderMark() throws {
        let value = try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("[]".utf8))
        #expect(value.content == .array([]))
        #expect(value.range == SourceRange(3, 5))
    }

    @Test(arguments: [
        (#"{"a": 1,}"#, 7, "trailing ',' before '}'"),
        (#"[1, 2,]"#, 5, "trailing ',' before ']'"),
        (#"{"a": 1 "b": 2}"#, 8, "unexpected '\"'; expected ',' or '}'"),
        (#"{'a': 1}"#, 1, "unexpected '''; expected a key in double quotes"),
        (#"{"a": 1} // c"#, 9, "unexpected '/'; expected the end of the file"),
        (#"{“a”: 1}"#, 1, "full-width '“'; expected a key in double quotes"),
        (#"{"a"：1}"#, 4, "full-width '：'; expected ':' after the key"),
        (#"{"a": 1，"b": 2}"#, 7, "full-width '，'; expected ',' or '}'"),
        (#"{"a": True}"#, 6, "unexpected 'True'; expected a value"),
        (#"{"a": 012}"#, 6, "'012' is not a number"),
        (#"{"a": 30s}"#, 6, "'30s' is not a number"),
        (#"{"a": "b"#, 6, "a string is not closed on its line"),
        (#"{"a": "\d"}"#, 7, "unknown escape in a string"),
        (#"["\ud800"]"#, 2, "half a surrogate pair in a string"),
        (#"{"a": "#, 6, "the text ends here; expected a value"),
        ("", 0, "nothing here; expected a JSON value"),
    ])
    func namesTheReasonAndThePlace(_ text: String, _ offset: Int, _ message: String) {
        do {
            _ = try JSONReader.read(Array(text.utf8))
            Issue.record("accepted \(text)")
        } catch {
            #expect(error.message.english == message)
            #expect(error.range.start == offset)
        }
    }

    @Test func hintsAtAFullWidthQuoteThatShouldCloseAString() {
        let text = "{\"name”: 1,\n \"b\": 2}"
        #expect(throws: JSONFault.self) { try JSONReader.read(Array(text.utf8)) }
        do {
            _ = try JSONReader.read(Array(text.utf8))
        } catch {
            #expect(error.help?.english.contains("full-width quotation mark") == true)
        }
    }

    @Test func stopsAtTheDepthLimit() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try JSONReader.read(Array(deepest.utf8)).range.end == 128)
        let deeper = Array(String(repeating: "[", count: 1_000_000).utf8)
        do {
            _ = try JSONReader.read(deeper)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .limit)
            #expect(error.range.start == 64)
        }
    }

    @Test func namesTheFirstByteThatIsNotUTF8() {
        let gbk: [UInt8] =
            Array(#"{"name": ""#.utf8) + [0xBF, 0xAA, 0xCA, 0xBC] + Array("\"}".utf8)
        #expect(JSONReader.firstFault(inUTF8: gbk)?.range.start == 10)
        #expect(JSONReader.firstFault(inUTF8: [0xFF, 0xFE, 0x5B, 0])?.code == .notUTF8)
        #expect(JSONReader.firstFault(inUTF8: Array("微信".utf8)) == nil)
    }

    @Test func findsAStretchOfAStringBehindEscapes() throws {
        let file = source(#"  "a\u5fae信\n\ud83d\ude00z""#, path: "p")
        let value = try JSONReader.read(file.bytes)
        // Decoded: a 微 信 \n 😀 z, at 0, 1, 4, 7, 8, 12.
        func written(_ stretch: Range<Int>) -> String {
            let here = Place(path: "p", range: value.range)
            let range = place(of: stretch, inStringAt: here, source: file).range
            guard let range else { return "" }
            return String(decoding: file.bytes[range.start..<range.end], as: UTF8.self)
        }
        #expect(written(1..<4) == #"\u5fae"#)
        #expect(written(4..<7) == "信")
        #expect(written(7..<8) == #"\n"#)
        #expect(written(8..<12) == #"\ud83d\ude00"#)
        #expect(written(12..<13) == "z")
        #expect(written(13..<13) == "")
    }

    @Test func survivesAnyBytes() {
        var generator = SeededGenerator(seed: 7)
        let alphabet =
            Array("{}[]\",:\\u0123456789abtruefalsn .-+eE\n微“：\u{1}".utf8) + [0xFF, 0xC0]
        for _ in 0..<3000 {
            let length = Int.random(in: 0..<40, using: &generator)
            let bytes = (0..<length).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            do {
                let value = try JSONReader.read(bytes)
                #expect(value.range.end <= bytes.count, "seed 7, \(bytes)")
            } catch {
                #expect(
                    error.range.start <= error.range.end && error.range.end <= bytes.count + 1,
                    "seed 7, \(bytes)")
            }
        }
    }
}
