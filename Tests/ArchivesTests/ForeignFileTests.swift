import Archives
import ConversationModel
import Diagnostics
import TestSupport
import Testing

/// Files that are whole and no archives: passed over in a directory, an error where they are named.
@Suite struct ForeignFileTests {
    private let conversation = #"{"id":"d","messages":[{"from":"buyer","text":"在吗"}]}"#
    private let table = "会话ID,角色,内容\n1,客户,a\n"

    @Test(arguments: [
        ("a.tsv", "开头\t结尾\n您好\t再见\n"), ("a.csv", "价格,数量\n1,2\n"), ("a.ndjson", "{\"hello\":1}\n"),
        ("a.json", "[{\"id\":\"d\",\"messages\":[]}]"), ("z.txt", "读我\n"), ("b1.csv", "价格,数量\n1,2\n"),
    ])
    func aForeignFileInADirectoryIsNamedAndPassedOver(name: String, content: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write(name, content)
        try directory.write("b.ndjson", conversation + "\n")
        try directory.write("c.csv", table)
        let inputs = try ArchiveInput.resolve([ArchivePath(directory.path)])
        let lines = try openArchive(inputs)
        #expect(try conversations(try contents(lines)).map(\.id) == ["d", "1"])
        #expect(lines.defectsByReason == ["foreign-file": 1] && lines.recordsBad == 0)
        let place = try #require(inputs.firstIndex { $0.name.hasSuffix(name) })
        #expect(lines.sources.count == 3)
        #expect(lines.sources.indices.filter { lines.sources[$0].shape == "foreign" } == [place])
        #expect(lines.recordDiagnostics.map(\.code) == ["foreign-file"])
        #expect(lines.recordDiagnostics.map(\.severity) == [.warning])
        #expect(lines.recordDiagnostics.first?.place.path.hasSuffix(name) == true)
        // Named itself it is an error.
        #expect(throws: ArchiveError.self) { try openArchive([ArchiveInput(path: inputs[place].path)]) }
    }

    @Test func aDirectoryOfNothingElseIsAnError() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.csv", "价格,数量\n1,2\n")
        try directory.write("b.ndjson", "{\"hello\":1}\n")
        let inputs = try ArchiveInput.resolve([ArchivePath(directory.path)])
        do {
            _ = try openArchive(inputs)
            Issue.record("no error")
        } catch {
            guard case .unmappedColumns = error else { throw error }
        }
        // Beside an archive it is none.
        let other = try TemporaryDirectory()
        let lines = try openArchive(inputs + [try other.write("g.ndjson", conversation)])
        #expect(text(try contents(lines)) == conversation + "\n")
    }

    @Test(arguments: [
        ("[{\"id\":\"a\",\"messages\":[]},{\"id\":\"b\",\"messages\":[]}]", true),
        ("[\n{\"conversation\":\"a\",\"from\":\"buyer\"},\n{\"conversation\":\"a\",\"from\":\"buyer\"}\n]\n", true),
        ("{\n  \"id\": \"a\",\n  \"messages\": [\n    {\"from\":\"buyer\",\"text\":\"x\"}\n  ]\n}\n", false),
        ("{ \"id\": \"a\",\n  \"messages\": [] }\n", false),
    ])
    func jsonOverSeveralLinesIsSaidOnceWithTheFix(text: String, isArray: Bool) throws {
        let directory = try TemporaryDirectory()
        for name in ["a.json", "b.ndjson", "c.unknown"] {
            let input = try directory.write(name, text)
            do {
                _ = try openArchive([input])
                Issue.record("no error of \(name)")
            } catch {
                #expect(error == .notLines(path: input.name, isArray: isArray))
                #expect(error.phrase.english.contains("jq -c"))
            }
        }
    }

    @Test(arguments: [
        "{\"id\":\"x\",\"messages\":[\n", "[1]\n", "[garbage\n", "{\"id\":\"x\",\n",
    ])
    func aTornFirstLineIsABadRecordAsBefore(line: String) throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", line + conversation + "\n")
        let lines = try openArchive([input])
        #expect(text(try contents(lines)) == line + conversation + "\n")
    }

    @Test(
        arguments: [
            ("a.csv", Array("PK\u{3}\u{4}xl/worksheets".utf8), "unzip"),
            ("a.ndjson", Array("PK\u{3}\u{4}".utf8), ".xlsx"),
            ("a.csv", Array("%PDF-1.7\n".utf8), "PDF"), ("a.txt", Array("BZh91AY".utf8), "bzcat"),
            ("a.csv", Array("<html><table><tr><td>会话ID</td></tr></table></html>".utf8), "web page"),
            ("a.csv", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 16), ".xls"),
        ] as [(String, [UInt8], String)])
    func filesOfOtherProgramsAreNamed(name: String, content: [UInt8], word: String) throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write(name, content)
        do {
            _ = try openArchive([input])
            Issue.record("it was read")
        } catch {
            #expect(error.phrase.english.contains(word), "\(error.phrase.english)")
        }
    }
}
