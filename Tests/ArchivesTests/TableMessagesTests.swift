import Archives
import ConversationModel
import Diagnostics
import Foundation
import Testing

@Suite struct TableMessagesTests {
    private func messages(
        _ table: String, _ mapping: ColumnMapping = ColumnMapping()
    ) throws -> (lines: [[String: String]], log: RecordLog, source: TableMessages) {
        let log = RecordLog()
        let source = try TableMessages(
            MemoryStream(Array(table.utf8)), mapping: mapping, zone: .chinaStandard, source: 0,
            name: "t.csv", isTabbed: false, largestRecord: 1 << 20)
        let block = MessageBlock()
        var lines: [[String: String]] = []
        while try source.next(block, log: log) {
            for line in text(Array(block.bytes[..<block.count])).split(separator: "\n") {
                let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let object = try #require(json as? [String: Any])
                lines.append(object.mapValues { "\($0)" })
            }
        }
        return (lines, log, source)
    }

    @Test func aTableOfQianniuIsReadWithoutAMapping() throws {
        let (lines, log, source) = try messages(
            """
            聊天记录导出
            客户名,消息序号,发送时间,发送内容,发送账号,账号类型
            t**8,1,2024/6/18 9:05,"在吗？
            有""货""吗",t**8,客户
            t**8,2,2024年6月18日 09:05:03,亲，在的,某店:小美,客服
            t**8,3,2024-06-18 09:05:04,转人工,服务助手,机器人
            """)
        #expect(source.headerRow == 2)
        #expect(log.recordsBad == 0)
        #expect(
            lines == [
                [
                    "buyer": "t**8", "time": "1718672700000", "from": "buyer",
                    "text": "在吗？\n有\"货\"吗",
                ],
                [
                    "buyer": "t**8", "time": "1718672703000", "from": "agent", "agent": "某店:小美",
                    "text": "亲，在的",
                ],
                [
                    "buyer": "t**8", "time": "1718672704000", "from": "assistant", "agent": "服务助手",
                    "text": "转人工",
                ],
            ])
    }

    @Test func aMappingNamesColumnsSpeakersAndFormats() throws {
        let json = """
            {"columns": {"time": ["日", "时"], "text": "说", "from": "谁", "conversation": "号"},
             "speakers": {"顾": "buyer", "店": "agent"}, "timeFormats": ["dd.MM.yyyy HH:mm"],
             "delimiter": ";", "headerRow": 1, "zone": "UTC"}
            """
        // Behind a mark, as some editors write it.
        let mapping = try ColumnMapping(json: [0xEF, 0xBB, 0xBF] + Array(json.utf8), path: "m.json")
        #expect(mapping.zone == "UTC")
        let (lines, _, _) = try messages("号;日;时;谁;说\n7;18.06.2024;09:05;顾;a,b\n", mapping)
        #expect(
            lines == [
                ["conversation": "7", "time": "1718672700000", "from": "buyer", "text": "a,b"]
            ])
    }

    @Test(arguments: [
        ("[]", "not an object"), ("{\"columns\":", "line 1"), ("{\"colums\":{}}", "'colums'"),
        ("{\"columns\":{\"when\":\"a\"}}", "'when'"), ("{\"columns\":{\"time\":3}}", "'time'"),
        ("{\"speakers\":{\"a\":\"boss\"}}", "'speakers.a'"),
        ("{\"delimiter\":\"ab\"}", "'delimiter'"),
        ("{\"headerRow\":0}", "'headerRow'"), ("{\"timeFormats\":[\"HH\"]}", "'timeFormats'"),
        ("{\"zone\":1}", "'zone'"), ("{\"zone\":\"a\",\"zone\":\"b\"}", "'zone' stands twice"),
    ])
    func mistakesInAMappingAreNamed(_ json: String, _ wanted: String) {
        #expect {
            try ColumnMapping(json: Array(json.utf8), path: "m.json")
        } throws: { error in
            (error as? ArchiveError)?.phrase.english.contains(wanted) == true
        }
    }

    @Test func columnsThatAreMissingAreListed() {
        #expect {
            try messages("a,b\n1,2\n")
        } throws: { error in
            error as? ArchiveError
                == .unmappedColumns(
                    path: "t.csv", missing: ["text", "from", "conversation"], header: ["a", "b"])
        }
        var mapping = ColumnMapping()
        mapping.columns = [.text: ["正文"]]
        #expect(throws: ArchiveError.self) {
            try messages("会话ID,角色,内容\n1,客户,a\n", mapping)
        }
    }

    @Test func badRowsAreCountedWithNumberAndReason() throws {
        let (lines, log, _) = try messages(
            """
            会话ID,角色,时间,内容
            1,客户,2024/6/18 9:05,a
            1,客户,昨天,b
            1,客户,2024/6/18 9:06
            1,客户,1718672703,d

            "1"x,客户,2024/6/18 9:06,e
            1,客户,,f
            1,客户,2024/6/18 9:07,"g
            h
            """)
        #expect(lines.map { $0["text"] } == ["a", "f"])
        #expect(
            log.badByReason == [
                "bad-time": 1, "ragged-row": 1, "time-in-seconds": 1, "text-after-quote": 1,
                "unclosed-quote": 2,
            ])
        #expect(log.recordsRead == 6)
        #expect(log.diagnostics.map(\.place.record) == [3, 4, 5, 7, 9])
        #expect(log.diagnostics.map(\.place.path) == Array(repeating: "t.csv", count: 5))
    }

    @Test func anOrderNumberThatASpreadsheetRoundedIsADefect() throws {
        let (_, log, _) = try messages("会话ID,角色,内容,订单号\n1,客户,a,4.56E+18\n2,客户,b,4560000000000000001\n")
        #expect(log.defectsByReason == ["rounded-id": 1])
    }

    @Test func wrappersOfSpreadsheetsAreUndone() throws {
        let (lines, log, _) = try messages(
            #"""
            会话ID,买家,角色,内容
            "=""123456789012345678""",'00012,客户,'=1+1
            "=""77""",b,客户,'n Sync
            1.23E+17,b,客户,="x"
            """#)
        #expect(lines.map { $0["conversation"] } == ["123456789012345678", "77", "1.23E+17"])
        #expect(lines.map { $0["buyer"] } == ["00012", "b", "b"])
        #expect(lines.map { $0["text"] } == ["=1+1", "'n Sync", "x"])
        #expect(log.defectsByReason == ["rounded-id": 1])
        #expect(log.diagnostics.map(\.severity) == [.warning])
    }

    @Test func withoutARoleTheAccountTellsTheSpeaker() throws {
        let (lines, _, _) = try messages(
            "买家,发送者,内容\nb1,b1,a\nb1,某店：小美,b\nb1,机器人,c\nb1,谁,d\n")
        #expect(lines.map { $0["from"] } == ["buyer", "agent", "assistant", "谁"])
        #expect(lines[1]["agent"] == "某店：小美")
    }

    @Test func anEmptyTableIsNoMessages() throws {
        for table in ["", "\n\n", "会话ID,角色,内容\n"] {
            let (lines, log, _) = try messages(table)
            #expect(lines.isEmpty && log.recordsRead == 0)
        }
    }
}
