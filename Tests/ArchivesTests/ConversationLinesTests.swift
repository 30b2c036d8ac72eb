import Archives
import ConversationModel
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct ConversationLinesTests {
    private let message = "{\"conversation\":\"c\",\"from\":\"buyer\",\"text\":\"您好\"}"
    private let conversation = "{\"id\":\"d\",\"messages\":[{\"from\":\"buyer\",\"text\":\"在吗\"}]}"

    private func read(
        _ inputs: [ArchiveInput], _ options: ArchiveOptions = ArchiveOptions(),
        by size: Int = 64 << 10
    ) throws -> (text: String, lines: ConversationLines) {
        let lines = try openArchive(inputs, options: options)
        return (text(try contents(lines, by: size)), lines)
    }

    @Test func conversationLinesPassThroughAsTheyAre() throws {
        let directory = try TemporaryDirectory()
        let first = try directory.write("a.ndjson", "\u{FEFF}\n" + conversation + "\nbroken")
        let second = try directory.write("b.ndjson", conversation)
        for size in [1, 5, 1 << 20] {
            let (text, lines) = try read([first, second], by: size)
            #expect(text == "\n\(conversation)\nbroken\n\(conversation)\n")
            #expect(lines.recordsRead == 0 && lines.sources.count == 2)
            #expect(lines.sources[0].shape == "conversations")
            #expect(lines.bytesRead == 3 + 1 + 2 * conversation.utf8.count + 1 + 6)
        }
    }

    @Test func aReadNeverMixesTwoSources() throws {
        let directory = try TemporaryDirectory()
        let inputs = try (0..<3).map { try directory.write("\($0).ndjson", "\(conversation)\n") }
        let lines = try openArchive(inputs)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var sources: [Int] = []
        while case let count = try lines.read(into: buffer), count > 0 {
            sources.append(lines.source)
        }
        #expect(sources == [0, 1, 2])
    }

    @Test func shapesAreToldByTheirFirstRecords() throws {
        let directory = try TemporaryDirectory()
        let cases: [(String, String, String)] = [
            ("a.ndjson", conversation, "conversations"), ("b.ndjson", message, "messages"),
            ("c.txt", message, "messages"), ("d.txt", "会话ID,角色,内容\n1,客户,a\n", "csv"),
            ("e.csv", "会话ID,角色,内容\n1,客户,a\n", "csv"),
            ("f.ndjson", "bro{ken\n" + message, "messages"),
            ("g.ndjson", "", "conversations"), ("h.json", "bro{ken", "conversations"),
            ("i.ndjson", "{\"id\":\"x\",\"messages\":3}", "conversations"),
            ("j.tsv", "会话ID\t角色\t内容\n1\t客户\ta,b\n", "csv"),
        ]
        for (name, content, shape) in cases {
            let input = try directory.write(name, content)
            let (_, lines) = try read([input])
            #expect(lines.sources.map(\.shape) == [shape], "\(name)")
        }
        let odd = try directory.write("k.ndjson", "{\"hello\":1}\n")
        #expect(throws: ArchiveError.self) { try read([odd]) }
    }

    @Test func aLineLongerThanTheHeadIsStillTold() throws {
        let directory = try TemporaryDirectory()
        let long = String(repeating: "x", count: 2 << 20)
        let line = conversation.replacingOccurrences(of: "在吗", with: long)
        let input = try directory.write("a.ndjson", line)
        let (text, lines) = try read([input])
        #expect(text == line + "\n" && lines.shape == .conversations)
        let messages = try directory.write(
            "b.ndjson", message.replacingOccurrences(of: "您好", with: long))
        #expect(try read([messages]).lines.recordsRead == 1)
    }

    @Test func everyPackagingGivesTheSameLines() throws {
        let directory = try TemporaryDirectory()
        let lines = (0..<300).map {
            "{\"conversation\":\"c\($0 % 7)\",\"from\":\"buyer\",\"text\":\"您好😀\($0)\"}\n"
        }
        .joined()
        let plain = Array(lines.utf8)
        let wanted = try read([try directory.write("0.ndjson", plain)]).text
        #expect(try conversations(Array(wanted.utf8)).count == 7)
        let packages: [(String, [UInt8], String, String)] = [
            ("1.ndjson.gz", gzip(plain), "utf-8", "gzip"),
            ("2.ndjson", zstd(plain), "utf-8", "zstd"),
            ("3.ndjson", [0xEF, 0xBB, 0xBF] + plain, "utf-8", "none"),
            ("4.ndjson", utf16(lines, isBigEndian: true), "utf-16be", "none"),
            ("5.ndjson.zst", gzip(utf16(lines, isBigEndian: false)), "utf-16le", "gzip"),
            ("6.txt", plain.filter { $0 != 0x0D }, "utf-8", "none"),
        ]
        for (name, bytes, encoding, compression) in packages {
            let input = try directory.write(name, bytes)
            for size in [3, 1 << 16] {
                let (text, read) = try read([input], by: size)
                #expect(text == wanted, "\(name)")
                #expect(read.sources[0].encoding == encoding, "\(name)")
                #expect(read.sources[0].compression == compression, "\(name)")
                #expect(read.bytesRead == bytes.count)
            }
        }
    }

    @Test func bytesOutsideTheEncodingAreReported() throws {
        let directory = try TemporaryDirectory()
        var bytes = Array(conversation.utf8) + [0x0A] + Array(conversation.utf8)
        let index = try #require(bytes.lastIndex(of: 0xE5))
        bytes[index] = 0xFF
        var options = ArchiveOptions()
        options.encoding = .gb18030
        let (_, lines) = try read([try directory.write("a.ndjson", bytes)], options)
        #expect((lines.defectsByReason["replaced-bytes"] ?? 0) > 0)
        #expect(lines.recordDiagnostics.last?.place.record == 2)
        #expect(lines.recordDiagnostics.last?.severity == .warning)
        #expect(lines.sources[0].encoding == "gb18030")
    }

    @Test func mixedInputsKeepTheirOrder() throws {
        let directory = try TemporaryDirectory()
        let inputs = [
            try directory.write("1.ndjson", message), try directory.write("2.ndjson", message),
            try directory.write("3.ndjson", conversation),
            try directory.write("4.csv", "会话ID,角色,内容\nc,客户,a\n"),
        ]
        for size in [1, 1 << 16] {
            let (text, lines) = try read(inputs, by: size)
            #expect(
                try conversations(Array(text.utf8)) == [
                    ReadConversation(id: "c", texts: ["您好", "您好"]),
                    ReadConversation(id: "d", texts: ["在吗"]),
                    ReadConversation(id: "c", texts: ["a"]),
                ])
            #expect(lines.recordsRead == 3)
            #expect(lines.sources.map(\.shape) == ["messages", "messages", "conversations", "csv"])
        }
    }

    @Test func filesCutAnywhereLoseNothingUnseen() throws {
        var random = SeededGenerator(seed: 61)
        let directory = try TemporaryDirectory()
        let messages = (0..<40).map {
            "{\"conversation\":\"c\($0 % 5)\",\"from\":\"buyer\",\"text\":\"您好\\n\($0)\"}\r\n"
        }.joined()
        let table =
            "会话ID,角色,时间,内容\n"
            + (0..<40).map { "c\($0 % 5),客户,2026-03-01 10:00:0\($0 % 10),\"a,\n\"\"\($0)\"\n" }
            .joined()
        var options = ArchiveOptions()
        options.cutting = CutPolicy(policy: TimePolicy()) { _, _ in true }
        for round in 0..<150 {
            let isTable = Bool.random(using: &random)
            let whole = Array((isTable ? table : messages).utf8)
            var bytes = Array(whole[..<Int.random(in: 0...whole.count, using: &random)])
            if bytes.count > 0, Bool.random(using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            let input = try directory.write(isTable ? "a.csv" : "a.ndjson", bytes)
            do {
                let (one, lines) = try read([input], options, by: 1)
                let (other, again) = try read([input], options)
                #expect(one == other, "seed 61, round \(round)")
                #expect(lines.badByReason == again.badByReason)
                if lines.shape != .conversations {
                    let kept = try conversations(Array(one.utf8)).reduce(0) { $0 + $1.texts.count }
                    #expect(kept + lines.recordsBad == lines.recordsRead, "seed 61, round \(round)")
                }
            } catch let error as ArchiveError {
                // A header that was cut or changed has columns that are missing.
                guard case .unmappedColumns = error else { throw error }
                #expect(isTable, "seed 61, round \(round)")
            }
        }
    }

    @Test func cutCompressedArchivesGiveWhatTheyHoldAndTheError() throws {
        let directory = try TemporaryDirectory()
        let lines = (0..<2_000).map { "{\"id\":\"c\($0)\",\"messages\":[]}\n" }.joined()
        let packed = gzip(Array(lines.utf8))
        let input = try directory.write("a.ndjson.gz", Array(packed[..<(packed.count / 2)]))
        let archive = try openArchive([input])
        let (bytes, error) = contentsAndError(archive)
        #expect(lines.utf8.starts(with: bytes) && bytes.count > 1_000)
        guard case .damaged(_, "gzip", packed.count / 2, bytes.count, .truncated) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func thePreviewShowsColumnsAndRows() throws {
        let directory = try TemporaryDirectory()
        let rows = (1...50).map { "\($0),客户,昨天,a\($0)\n" }.joined()
        let input = try directory.write(
            "a.csv",
            "会话ID;角色;时间;内容\n".replacingOccurrences(of: ";", with: ",")
                + "1,客户,2026/3/1 9:05,\"x\ny\"\n2,老板,,b\n" + rows)
        let preview = try previewArchive(input, rows: 2)
        #expect(preview.header == ["会话ID", "角色", "时间", "内容"])
        #expect(preview.headerRow == 1 && preview.delimiter == ",")
        #expect(preview.columns.map(\.field) == [.time, .text, .from, .conversation])
        #expect(
            preview.rows.map(\.line) == [
                #"{"conversation":"1","time":1772327100000,"from":"buyer","text":"x\ny"}"#,
                #"{"conversation":"2","from":"老板","text":"b"}"#,
            ])
        #expect(preview.rows.map { $0.issue == nil } == [true, false])
        #expect(preview.rows.map(\.record) == [2, 3])
        #expect(preview.diagnostics.count == 50)
        let lines = try directory.write("b.ndjson", "\n" + conversation + "\n" + message)
        let other = try previewArchive(lines)
        #expect(other.source.shape == "conversations")
        #expect(other.rows.map(\.record) == [2, 3])
        #expect(other.rows.map(\.issue) == [nil, RecordIssue.missingID.phrase])
    }

    @Test("a table in UTF-16 without a mark is told by its zeros, whatever it begins with")
    func tablesInUTF16() throws {
        let directory = try TemporaryDirectory()
        let rows = (1...40).map { "c\($0),客服,您好\($0)\r\n" }.joined()
        let table = "会话ID,角色,内容\r\n" + rows
        for (encoding, name) in [(String.Encoding.utf16LittleEndian, "utf-16le"), (.utf16BigEndian, "utf-16be")] {
            let bytes = Array(try #require(table.data(using: encoding)))
            let preview = try previewArchive(try directory.write("a.csv", bytes))
            #expect(preview.source.encoding == name && preview.header == ["会话ID", "角色", "内容"])
        }
    }

    @Test("lines of JSON in a file that is named like a table are lines")
    func linesNamedTable() throws {
        let directory = try TemporaryDirectory()
        for (line, shape) in [(conversation, "conversations"), (message, "messages")] {
            #expect(try previewArchive(try directory.write("a.csv", line + "\n")).source.shape == shape)
        }
        #expect(try previewArchive(try directory.write("b.csv", "会话ID,角色,内容\n1,客服,x\n")).source.shape == "csv")
    }

    @Test("byte order marks before lines of joined files are passed over")
    func joinedFiles() throws {
        let directory = try TemporaryDirectory()
        for line in [conversation, message] {
            let file = "\u{FEFF}" + line + "\n"
            let input = try directory.write("a.ndjson", file + file)
            let preview = try previewArchive(input)
            #expect(preview.rows.map(\.issue) == [nil, nil], "\(line)")
        }
    }

    @Test("the preview of conversation lines marks what a run would count as bad")
    func previewOfBadConversations() throws {
        let directory = try TemporaryDirectory()
        let lines = [
            conversation, #"{"messages":[]}"#, #"{"id":"c","messages":[{"from":"buyer","time":"soon","text":"在"}]}"#,
            #"{"id":"d","messages":[{"from":"boss","text":"在"}]}"#, "{", #"{"id":"e","messages":[]}"#,
        ]
        let preview = try previewArchive(
            try directory.write("a.ndjson", lines.map { $0 + "\n" }.joined()))
        let issues: [RecordIssue?] = [nil, .missingID, .badTime, .unknownFrom, .invalidJSON, nil]
        #expect(preview.rows.map(\.issue) == issues.map { $0?.phrase })
    }

    @Test func zonesOfAMappingMustBeKnown() throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.csv", "会话ID,角色,时间,内容\n1,客户,2026/3/1 9:05,x\n")
        var options = ArchiveOptions()
        options.mapping.zone = "UTC"
        #expect(try read([input], options).text.contains("\"time\":1772355900000"))
        options.mapping.zone = "Nowhere"
        #expect(throws: ArchiveError.unknownZone("Nowhere")) { try read([input], options) }
        options.zones = { _ in Zone.fixed(name: "Nowhere", offset: 3_600_000) }
        #expect(try read([input], options).text.contains("\"time\":1772352300000"))
    }

    @Test func noInputIsNoLines() throws {
        #expect(try read([]).text.isEmpty)
    }
}
