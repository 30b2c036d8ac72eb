import ConversationModel
import Crypto
import Foundation
import Testing

@testable import Reports

/// Texts that have broken reports before: markup, script ends, quotes, directions, controls.
let hostileTexts = [
    "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<!--<script>", "]]>",
    "' onmouseover='alert(1)", "&lt;b&gt;&amp;", "\u{202E}gnp.exe\u{2066}",
    "a\nb\r\u{2028}c\u{2029}d",
    "\u{0}\u{1}\u{1B}[31m\u{7F}", "\\\"\\u003c/script\\u003e", "${x}`#{y}`", "👩‍👩‍👧‍👦é",
]

@Suite struct HTMLReportTests {
    private func page(_ report: Report, _ renderer: HTMLReport = HTMLReport()) -> String {
        var bytes: [UInt8] = []
        renderer.write(report) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The JSON lines inside the page.
    private func lines(_ page: String) throws -> [[Any]] {
        let opening = try #require(page.range(of: "id=\"data\">\n"))
        let rest = page[opening.upperBound...]
        let end = try #require(rest.range(of: "</script>"))
        return try rest[..<end.lowerBound].split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [Any])
        }
    }

    private func hostileReport(_ text: String) -> Report {
        var cases = SampleReport(seed: 5, findings: 12).report.cases
        for index in cases.indices {
            cases[index].finding.owner = .agent(text)
            cases[index].finding.id = text
            cases[index].finding.conversation = text
            cases[index].buyer = text
            cases[index].shop = text
            cases[index].group = text
            cases[index].exemption = text
            cases[index].version = 7
            cases[index].context[0].text = text
            cases[index].context[0].agent = text
            cases[index].context[0].labels = [text]
            cases[index].context[0].marks = [Span(-4, 3), Span(2, 1), Span(5, 9_999)]
        }
        var report = SampleReport.report(cases)
        report.title = text
        report.engine = text
        report.rulesDigest = text
        report.coverage.badByReason = [text: 1]
        report.coverage.unmappedAccounts = [text]
        report.coverage.sources[0].name = text
        report.coverage.policy = text
        report.coverage.exemptions = [Coverage.ExemptionNote(reason: text, author: text, owner: text)]
        var scores = Scores()
        scores.byAgent[text] = Scores.Sum()
        scores.byGroup[text] = Scores.Sum()
        scores.vetoes = [Scores.Veto(agent: text, rule: text, conversation: text, day: nil)]
        report.scores = scores
        for index in report.tally.rules.indices {
            report.tally.rules[index].name = text
            report.tally.rules[index].summary = text
        }
        return report
    }

    @Test(arguments: hostileTexts) func noOutsideTextBecomesMarkup(text: String) throws {
        let page = page(hostileReport(text))
        #expect(page.components(separatedBy: "<script").count == 3)
        #expect(page.components(separatedBy: "</script").count == 3)
        #expect(!page.contains("<img") && !page.contains("<!--") && !page.contains("<b>&amp;"))
        // An apostrophe needs no escape in JSON, so only the markup before it is looked at.
        let markup = page.components(separatedBy: "id=\"data\"")[0]
        #expect(!markup.contains("' onmouseover") && !markup.contains("\" onmouseover"))
        let lines = try lines(page)
        #expect(lines.count == 1 + 2 * 12)
        #expect(lines[1][9] as? String == text)
        #expect(lines[1][3] as? String == nameLabel(text))
        #expect(lines[1][17] as? Int == 7 && lines[1][18] as? String == text)
        let first = try #require((lines[2][0]) as? [Any])
        let pieces = try #require(first[6] as? [Any])
        #expect(pieces.dropFirst(2).compactMap { $0 as? String }.joined() == text)
    }

    @Test func policyAdmitsTheStyleAndTheScriptAndNothingElse() throws {
        func digest(_ text: StaticString) -> String {
            let bytes = text.withUTF8Buffer { Data($0) }
            return Data(SHA256.hash(data: bytes)).base64EncodedString()
        }
        #expect("\(HTMLReport.styleDigest)" == digest(HTMLReport.style))
        #expect("\(HTMLReport.scriptDigest)" == digest(HTMLReport.script))
        let page = page(SampleReport(findings: 20).report)
        #expect(page.contains("content=\"default-src 'none'; img-src data:;"))
        #expect(!page.contains("unsafe-inline") && !page.contains(" style=\""))
        for outside in [
            " src=", "url(", "@import", "https:", "fetch(", "XMLHttp", "innerHTML", "eval(",
        ] {
            #expect(!page.contains(outside), "\(outside)")
        }
    }

    @Test func thePageSaysWhatItLeavesOut() throws {
        var report = SampleReport(findings: 300).report
        #expect(!page(report).contains("条未收录"))
        report.casesLeftOut = 1_234
        let whole = page(report)
        #expect(whole.contains("<strong>本页收录 300 条判定结果，另有 1,234 条未收录</strong>"))
        #expect(whole.contains("--format ndjson"))

        let some = page(report, HTMLReport(limitFindings: 70))
        #expect(some.contains("<strong>本页收录 70 条判定结果，另有 1,464 条未收录</strong>"))
        #expect(try lines(some).count == 141)

        let small = page(report, HTMLReport(limitBytes: 350_000))
        let kept = (try lines(small).count - 1) / 2
        #expect(small.utf8.count <= 350_000)
        #expect(kept > 0 && kept < 300)
        #expect(small.contains("本页收录 \(kept) 条判定结果，另有 \(grouped(1_534 - kept)) 条未收录"))
    }

    @Test func tablesSayHowManyRowsTheyHide() {
        let report = SampleReport(findings: 300).report
        let tally = report.tally
        let rows = tally.byAgent.keys.indices.reduce(0) {
            $0 + tally.rows(of: tally.byAgent, key: $1).count
        }
        #expect(page(report, HTMLReport(limitRows: 5)).contains("另有 \(rows - 5) 行未列出"))
        #expect(!page(report).contains("行未列出"))
    }

    @Test func totalsOnTopAreSumsOverTheFindings() {
        let report = SampleReport(seed: 21).report
        let rules = Dictionary(uniqueKeysWithValues: report.tally.rules.map { ($0.id, $0) })
        let negative = report.cases.filter { rules[$0.finding.rule]?.polarity == .negative }
        let critical = negative.filter { rules[$0.finding.rule]?.severity == .critical }
        let page = page(report)
        for (name, count) in [("负面命中", negative.count), ("致命命中", critical.count)] {
            #expect(page.contains("\(name)</span><span class=\"value\">\(count)</span>"), "seed 21")
        }
    }

    @Test func numbersOfAnAgentLeadToTheirFindings() throws {
        let report = SampleReport(seed: 21).report
        let page = page(report)
        let tally = report.tally
        let key = try #require(tally.keysByGravity(of: tally.byAgent).first)
        let (name, sum) = (tally.byAgent.keys[key], tally.summary(of: tally.byAgent, key: key))
        for severity in Severity.allCases where sum.negativeHits[severity.rank] > 0 {
            let link = "data-outcome=\"negative\" data-severity=\"\(severity.rank)\" data-agent=\"\(name)\">"
            #expect(page.contains(link + "\(sum.negativeHits[severity.rank])</a>"), "\(severity)")
        }
        #expect(page.contains("data-outcome=\"missed\" data-agent=\"\(name)\">\(sum.missed)</a>"))
        // The agent to look at first stands before the charts, and heads the table of all.
        let names = page.components(separatedBy: "<table class=\"data\">").dropFirst().prefix(2)
        for table in names {
            let row = try #require(table.components(separatedBy: "<th scope=\"row\">").dropFirst().first)
            #expect(row.contains(">\(name)</a>"))
        }
    }

    @Test func aLongNameIsCutByTheStyleAndShownOnHovering() {
        let page = page(hostileReport(String(repeating: "长", count: 5_000)))
        let name = String(repeating: "长", count: 80) + "…"
        #expect(page.contains("title=\"\(name)\" data-outcome=\"attention\""))
    }

    @Test func limitsThatPassedAreToldFromTimesThatItTook() throws {
        func overdue(_ outcome: FindingOutcome, _ labels: [String]) throws -> Int? {
            var entry = try #require(SampleReport(findings: 40).report.cases.first)
            entry.finding.outcome = outcome
            entry.finding.gap = 180_000
            entry.finding.evidence = labels.map { Evidence(message: 0, label: $0) }
            return try lines(page(SampleReport.report([entry])))[1].last as? Int
        }
        #expect(try overdue(.hit, ["trigger"]) == 1)
        #expect(try overdue(.hit, ["trigger", "answer"]) == 0)
        #expect(try overdue(.hit, ["match"]) == 0)
        #expect(try overdue(.missed, []) == 1)
    }

    @Test func theGravestComeFirstAndAreNotLeftOut() throws {
        let report = SampleReport(seed: 9, findings: 300).report
        let rules = try lines(page(report))[0]
        var ranks: [Int] = []
        let rows = try lines(page(report)).dropFirst()
        for row in stride(from: rows.startIndex, to: rows.endIndex, by: 2).map({ rows[$0] }) {
            let rule = try #require((row[1] as? Int).flatMap { rules[$0] as? [Any] })
            let severity = try #require(rule[3] as? Int)
            ranks.append(severity + (rule[2] as? Int == 0 ? 8 : row[2] as? Int == 1 ? 4 : 0))
        }
        #expect(ranks.count == 300 && ranks == ranks.sorted(by: >))
        let few = try lines(page(report, HTMLReport(limitFindings: 5)))
        #expect(few.count == 11)
        #expect(try few[9][0] as? String == lines(page(report))[9][0] as? String)
    }

    @Test func onlyWhatIsGoodIsGreen() {
        let renderer = HTMLReport()
        #expect("\(renderer.attainmentTone(Rate(90, of: 100)))" == "good")
        #expect("\(renderer.attainmentTone(Rate(89, of: 100)))" == "flat")
        #expect("\(renderer.attainmentTone(Rate(0, of: 0)))" == "flat")
    }

    @Test func theDatesStandOnceOnTop() {
        var report = SampleReport().report
        #expect(page(report).contains("<dt>数据日期</dt>"))
        report.title = "三月 · \(report.dayRange ?? "")"
        #expect(!page(report).contains("<dt>数据日期</dt>"))
    }

    @Test func coverageStandsAboveTheNumbers() throws {
        let page = page(SampleReport().report)
        let basis = try #require(page.range(of: "读取 <b>1,286</b> 条 = 检查 <b>1,242</b>"))
        let cards = try #require(page.range(of: "class=\"cards\""))
        #expect(basis.upperBound < cards.lowerBound)
        #expect(page.contains("56 个会话 × 规则（没有时间 44，首尾不完整 12）"))
    }

    @Test func daysThatLieFarApartStillMakeASmallChart() {
        var cases = SampleReport(findings: 40).report.cases
        for (index, day) in ["0001-01-01", "9999-12-31", "2026-03-01"].enumerated() {
            cases[index].day = CalendarDay(day)
        }
        cases[3].day = nil
        let page = page(SampleReport.report(cases))
        #expect(page.components(separatedBy: "class=\"hover\"").count <= 61)
        #expect(page.contains("日期未知"))
    }

    @Test func anEmptyRunIsAPageToo() {
        var report = SampleReport(findings: 1).report
        let none = TallyTable(keys: [], counts: [], exposures: [], classOfRule: [])
        report.tally = Tally(
            rules: [], byAgent: none, groupOfAgent: [], byGroup: none, byDay: none, total: none)
        report.cases = []
        report.coverage = Coverage()
        let page = page(report)
        #expect(page.contains("没有负面命中") && page.hasSuffix("</html>\n"))
    }
}
