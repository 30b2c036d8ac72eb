import ConversationModel
import Testing

@testable import Reports

@Suite struct CSVReportTests {
    private func text(_ report: Report, _ table: CSVReport.Table = .agents) -> String {
        var result: [UInt8] = []
        CSVReport(table: table).write(report) { result += $0 }
        return String(decoding: result, as: UTF8.self)
    }

    /// Records of RFC 4180 text.
    private func records(_ text: String) -> [[String]] {
        var records: [[String]] = [[""]]
        var isQuoted = false
        for scalar in text.unicodeScalars {
            let last = records.count - 1
            let field = records[last].count - 1
            switch scalar {
            case "\"":
                isQuoted.toggle()
                if isQuoted, !records[last][field].isEmpty {
                    records[last][field].unicodeScalars.append("\"")
                }
            case "," where !isQuoted: records[last].append("")
            case "\r" where !isQuoted: break
            case "\n" where !isQuoted: records.append([""])
            default: records[last][field].unicodeScalars.append(scalar)
            }
        }
        return records.filter { $0 != [""] }
    }

    @Test(arguments: [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", " =1", "\u{3000}+1", "\u{200B}=x",
    ])
    func noFieldIsAFormula(name: String) {
        var bytes: [UInt8] = []
        CSVReport.append(field: name, to: &bytes)
        let field = String(decoding: bytes, as: UTF8.self)
        #expect(field.hasPrefix("'") || field.hasPrefix("\"'"))
    }

    @Test func formulaInAnAgentsNameIsDefused() throws {
        var cases = SampleReport(findings: 1).report.cases
        cases[0].finding.owner = .agent("=cmd|'/c calc'!A1,\"x\"\r\n")
        let rows = records(text(SampleReport.report(cases)))
        #expect(rows[1][0] == "'=cmd|'/c calc'!A1,\"x\"\r\n")
        #expect(rows.allSatisfy { $0.count == rows[0].count })
    }

    @Test func whatATerminalObeysIsShownInstead() throws {
        var cases = SampleReport(findings: 1).report.cases
        cases[0].finding.owner = .agent("小\u{1B}]0;x\u{07}美\u{202E}a\u{9B}b\u{0}c\td\ne")
        let report = text(SampleReport.report(cases))
        #expect(records(report)[1][0] == "小\u{FFFD}]0;x\u{FFFD}美\u{FFFD}a\u{FFFD}b\u{FFFD}c\td\ne")
    }

    @Test func startsWithAMarkAndEndsLinesWithCRLF() {
        let text = text(SampleReport().report)
        #expect(Array(text.utf8.prefix(3)) == [0xEF, 0xBB, 0xBF])
        #expect(text.hasSuffix("\r\n"))
        #expect(
            text.unicodeScalars.filter { $0 == "\n" }.count
                == text.unicodeScalars.filter { $0 == "\r" }.count)
    }

    @Test(arguments: [CSVReport.Table.agents, .groups, .rules, .days])
    func tablesAddUpToTheFindings(table: CSVReport.Table) throws {
        let report = SampleReport(seed: 11).report
        let rows = records(String(text(report, table).unicodeScalars.dropFirst()))
        let hits = try #require(rows[0].firstIndex(of: "命中"))
        let missed = try #require(rows[0].firstIndex(of: "未达成"))
        let sum = rows.dropFirst().reduce(0) { $0 + (Int($1[hits]) ?? 0) + (Int($1[missed]) ?? 0) }
        #expect(sum == report.cases.count)
        #expect(rows[rows.count - 1][0].hasPrefix("※ 数据范围："))
    }
}
