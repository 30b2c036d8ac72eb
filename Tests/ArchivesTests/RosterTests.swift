import ConversationModel
import Diagnostics
import Testing

@testable import Archives

@Suite struct RosterTests {
    private func parse(_ text: String) throws -> (roster: Roster, diagnostics: [Diagnostic]) {
        try Roster.parse(Array(text.utf8), path: "roster.csv")
    }

    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    @Test func entriesHoldOnTheirDays() throws {
        let (roster, diagnostics) = try parse(
            """
            account,person,nickname,group,role,from,to,shift,probation_until
            某店:小美,王美,美美,售前,客服,2026-01-01,2026-02-28,早,2026-01-31
            某店:小美,王美,美美,售后,组长,2026/3/1,,晚,
            """)
        #expect(diagnostics.isEmpty)
        #expect(roster.entries.count == 2)
        func group(_ text: String) throws -> String? {
            roster.entry(account: "某店:小美", on: try day(text))?.group
        }
        #expect(try group("2025-12-31") == nil)
        #expect(try group("2026-01-01") == "售前")
        #expect(try group("2026-02-28") == "售前")
        #expect(try group("2026-03-01") == "售后")
        #expect(roster.entry(account: "某店:小美", on: nil)?.group == "售后")
        #expect(roster.entries[0].probationUntil == CalendarDay("2026-01-31"))
        #expect(roster.entry(account: "别人", on: nil) == nil)
    }

    @Test("an account that changed hands is all of those who had it, within the days that are asked for")
    func accountsChangeHands() throws {
        let (roster, _) = try parse(
            """
            account,person,group,from,to
            某店:小禾,张三,甲组,2026-03-01,2026-03-04
            某店:小禾,李四,乙组,2026-03-05,
            某店:小禾,李四,丙组,2026-04-01,
            某店:空,,甲组,,
            """)
        #expect(roster.people(account: "小禾") == ["张三", "李四"])
        #expect(roster.people(account: "空").isEmpty && roster.lists(account: "空") && !roster.lists(account: "别人"))
        let days = [("2026-03-01", "2026-03-04"), ("2026-03-04", "2026-03-05"), ("2026-03-05", "2026-12-31")]
        let people = try days.map { try roster.holding(from: day($0), to: day($1)).people(account: "某店:小禾") }
        #expect(people == [["张三"], ["张三", "李四"], ["李四"]])
        #expect(roster.isDated(account: "小禾") && !roster.isDated(account: "空") && !roster.isDated(account: "别人"))
        #expect(!(try roster.holding(from: day("2026-04-01"), to: nil).hasDatedAccounts))
        #expect(roster.holding(from: nil, to: nil).entries == roster.entries)
    }

    @Test func accountsHaveOneForm() throws {
        let (roster, _) = try parse("account,group\ncntaobao某店：小美,售前\n单独,售后\n")
        for account in ["某店:小美", "某店：小美", "cntaobao某店:小美", " 某店 ： 小美 ", "小美"] {
            #expect(roster.entry(account: account, on: nil)?.group == "售前", "\(account)")
        }
        #expect(roster.entry(account: "任何店:单独", on: nil)?.group == "售后")
        #expect(Roster.normalForm("cntaobao") == "cntaobao")
        let (two, _) = try parse("account,group\n甲店:小美,1\n乙店:小美,2\n")
        #expect(two.entry(account: "小美", on: nil) == nil)
        #expect(two.entry(account: "乙店:小美", on: nil)?.group == "2")
    }

    @Test func mistakesAreDiagnosticsAndTheRestIsKept() throws {
        let (roster, diagnostics) = try parse(
            """
            account,group,from,to,colour
            a,1,2026-02-30,,
            ,1,,,
            b,1,2026-03-01,2026-02-01,
            c,1
            d,1,2026-01-01,,
            d,2,2026-02-01,,
            e,1,,20260301,
            f,1,,,"x
            """)
        #expect(
            diagnostics.map(\.code) == [
                "unknown-field", "bad-value", "missing-field", "bad-value", "ragged-row",
                "overlapping-entry", "bad-value", "unclosed-quote",
            ])
        #expect(diagnostics.map(\.place.record) == [1, 2, 3, 4, 5, 7, 8, 9])
        #expect(roster.entries.map(\.account) == ["d", "d"])
        #expect(roster.entry(account: "d", on: try day("2026-02-10"))?.group == "2")
    }

    @Test func chineseHeadersAndGB18030AreRead() throws {
        // 账号,分组 / a,甲
        let bytes: [UInt8] =
            [0xD5, 0xCB, 0xBA, 0xC5, 0x2C, 0xB7, 0xD6, 0xD7, 0xE9, 0x0A, 0x61, 0x2C, 0xBC, 0xD7]
        let (roster, diagnostics) = try Roster.parse(bytes, path: "r.csv")
        #expect(diagnostics.isEmpty)
        #expect(roster.entry(account: "a", on: nil)?.group == "甲")
    }

    @Test(arguments: ["", "\n\n", "person,group\n王,1\n", "account,group\n,1\na\n"])
    func aRosterInWhichNobodyCanBeFoundIsAnError(_ text: String) throws {
        do {
            _ = try parse(text)
            Issue.record("\(text)")
        } catch let error as ArchiveError {
            guard case .invalidRoster("roster.csv", _) = error else { throw error }
        }
        #expect(try parse("account,group\n").roster.entries.isEmpty)
    }

    @Test("rows of one account beyond their limit are told and do not count")
    func rowsOfOneAccountAreBounded() throws {
        let limit = Roster.rowsOfAccountLimit
        let rows = (0..<limit + 2).map { "小美,组\($0),\(1900 + $0)-01-01,\(1900 + $0)-12-31" } + ["别人,甲组,,"]
        let (roster, diagnostics) = try parse("account,group,from,to\n" + rows.joined(separator: "\n"))
        let refused = diagnostics.filter { $0.code == "limit" }
        #expect(refused.map(\.place.record) == [limit + 2, limit + 3])
        #expect(roster.entries.count == limit + 1)
        #expect(roster.entry(account: "小美", on: try day("\(1900 + limit - 1)-05-05"))?.group == "组\(limit - 1)")
        #expect(roster.entry(account: "小美", on: try day("\(1900 + limit)-05-05")) == nil)
        #expect(roster.entry(account: "别人", on: nil)?.group == "甲组")
    }

    @Test("rows beyond the limit of a roster are told and do not count")
    func rowsAreBounded() throws {
        let limit = Roster.rowLimit
        var text = "account,group\n"
        for number in 0..<limit + 1 { text += "a\(number),g\n" }
        let (roster, diagnostics) = try parse(text)
        #expect(roster.entries.count == limit && diagnostics.first { $0.code == "limit" }?.place.record == limit + 2)
        #expect(roster.entry(account: "a\(limit - 1)", on: nil)?.group == "g")
        #expect(roster.entry(account: "a\(limit)", on: nil) == nil)
    }
}
