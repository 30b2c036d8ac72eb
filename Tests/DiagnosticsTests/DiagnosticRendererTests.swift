import Diagnostics
import Foundation
import Testing

@Suite struct DiagnosticRendererTests {
    /// Two columns for everything from Han on, one for the rest.
    private static let width: @Sendable (String) -> Int = { text in
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
    }

    private func renderer(
        _ format: DiagnosticRenderer.Format = .full, _ language: Language = .english,
        usesColor: Bool = false, lineWidth: Int = 100
    ) -> DiagnosticRenderer {
        DiagnosticRenderer(
            format: format, language: language, usesColor: usesColor, lineWidth: lineWidth,
            displayWidth: Self.width)
    }

    /// A file and a diagnostic at the first occurrence of `part` in it.
    private func found(
        _ part: String, in text: String, path: String = "a.json",
        severity: Diagnostic.Severity = .error, message: String = "wrong"
    ) throws -> (SourceFile, Diagnostic) {
        let range = try #require(text.range(of: part))
        let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
        let diagnostic = Diagnostic(
            .badValue, severity: severity, Phrase(message, "错了"),
            help: Phrase("mend it", "改一下"),
            at: Place(path: path, range: SourceRange(start, start + part.utf8.count)))
        return (SourceFile(path: path, bytes: Array(text.utf8)), diagnostic)
    }

    @Test func alignsTheCaretsUnderWideCharacters() throws {
        let (file, diagnostic) = try found("加微信", in: "{\n  \"名字\": \"加微信\", 1\n}")
        #expect(
            renderer().render([diagnostic], sources: [file]) == """
                a.json:2:10: error[bad-value]: wrong
                  2 |   "名字": "加微信", 1
                    |            ^^^^^^
                    = help: mend it

                """)
    }

    @Test func keepsTabsBeforeThePlace() throws {
        let (file, diagnostic) = try found("x", in: "\t\t好x")
        let lines = renderer().render([diagnostic], sources: [file]).split(separator: "\n")
        #expect(lines[1] == "  1 | \t\t好x")
        #expect(lines[2] == "    | \t\t  ^")
    }

    @Test func cutsALongLineAroundThePlace() throws {
        let text =
            String(repeating: "前", count: 5000) + "HERE" + String(repeating: "后", count: 5000)
        let (file, diagnostic) = try found("HERE", in: text)
        let lines = renderer(lineWidth: 40).render([diagnostic], sources: [file])
            .split(separator: "\n")
        #expect(lines[0] == "a.json:1:5001: error[bad-value]: wrong")
        #expect(lines[1] == "  1 | …前前前前前前HERE后后后后后后后后后后后后…")
        #expect(lines[2] == "    |              ^^^^")
    }

    @Test func writesControlsAsEscapes() throws {
        let (file, diagnostic) = try found(
            "b", in: "a\u{1B}[31m\u{202E}b", path: "x\n\u{1B}.json", message: "bad \u{7}")
        let text = renderer().render([diagnostic], sources: [file])
        #expect(text.contains("x\\u{A}\\u{1B}.json:1:8: error[bad-value]: bad \\u{7}"))
        #expect(text.contains("a\\u{1B}[31m\\u{202E}b"))
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }

    @Test func sortsByPathThenPlaceWhateverTheOrder() throws {
        let (b, second) = try found("2", in: "1 2", path: "b.json")
        let (_, first) = try found("1", in: "1 2", path: "b.json")
        let (a, other) = try found("1", in: "1", path: "a.json", severity: .warning)
        let expected = """
            a.json:1:1: warning[bad-value]: wrong
            b.json:1:1: error[bad-value]: wrong
            b.json:1:3: error[bad-value]: wrong

            """
        let concise = renderer(.concise)
        #expect(concise.render([second, other, first], sources: [b, a]) == expected)
        #expect(concise.render([first, second, other], sources: [a, b]) == expected)
    }

    @Test func speaksChinese() throws {
        let (file, diagnostic) = try found("x", in: "x")
        let text = renderer(.full, .chinese).render([diagnostic], sources: [file])
        #expect(text.hasPrefix("a.json:1:1: 错误[bad-value]: 错了\n"))
        #expect(text.hasSuffix("= 建议: 改一下\n"))
    }

    @Test func printsJSONThatParses() throws {
        let (file, diagnostic) = try found("加", in: "\n 加", message: "a \"b\" \\ \u{1}\n")
        let text = renderer(.json).render([diagnostic], sources: [file])
        let parsed = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        let object = try #require(parsed.first)
        #expect(object["message"] as? String == "a \"b\" \\ \u{1}\n")
        let numbers = ["line", "column", "endLine", "endColumn"].map { object[$0] as? Int }
        #expect(numbers == [2, 2, 2, 3])
        #expect(object["code"] as? String == "bad-value")
        #expect(object["help"] as? String == "mend it")
        #expect(renderer(.json).render([], sources: []) == "[]\n")
    }

    @Test func escapesWorkflowCommands() throws {
        let (file, diagnostic) = try found("x", in: "x", path: "a,b:c%.json", message: "50% ::x")
        #expect(
            renderer(.github).render([diagnostic], sources: [file])
                == "::error file=a%2Cb%3Ac%25.json,line=1,col=1,endColumn=1,title=bad-value"
                + "::50%25 ::x%0Amend it\n")
    }

    @Test func showsTheRecordWhereNoTextIsKept() {
        let diagnostic = Diagnostic(
            .syntax, Phrase("bad line", "坏行"), at: Place(path: "x.ndjson", record: 12))
        let text = renderer().render([diagnostic], sources: [])
        #expect(text == "x.ndjson:12: error[syntax]: bad line\n")
    }

    @Test func closesWithASummary() throws {
        let (_, error) = try found("x", in: "x", path: "a.json")
        let (_, warning) = try found("x", in: "x", path: "b.json", severity: .warning)
        let summary = renderer().summary(of: [error, error, error, warning], fileCount: 57)
        #expect(summary == "3 errors, 1 warning in 2 of 57 rule files\n")
        #expect(renderer().summary(of: [], fileCount: 1) == "no problems in 1 rule file\n")
        let chinese = renderer(.full, .chinese).summary(of: [error], fileCount: 2)
        #expect(chinese == "2 个规则文件中 1 个有问题：1 个错误，0 个警告\n")
    }

    @Test func aByteOrderMarkIsNoColumn() throws {
        for (text, column) in [("x", 1), ("{x", 2)] {
            let (file, diagnostic) = try found("x", in: "\u{FEFF}" + text)
            let lines = renderer().render([diagnostic], sources: [file]).split(separator: "\n")
            #expect(lines[0] == "a.json:1:\(column): error[bad-value]: wrong")
            #expect(lines[1] == "  1 | \(text)")
            #expect(lines[2] == "    | " + String(repeating: " ", count: column - 1) + "^")
            #expect(file.position(of: 3 + column - 1).column == column)
        }
    }

    @Test func coloursOnlyWhenAsked() throws {
        let (file, diagnostic) = try found("x", in: "x")
        let plain = renderer().render([diagnostic], sources: [file])
        let coloured = renderer(usesColor: true).render([diagnostic], sources: [file])
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[1;31merror[bad-value]:\u{1B}[0m"))
    }
}
