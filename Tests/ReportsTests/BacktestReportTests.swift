import ConversationModel
import Crypto
import Foundation
import Testing

@testable import Reports

@Suite struct BacktestReportTests {
    private static let hostile = "<script>alert(1)</script>\"'&\u{202E}\u{1B}[31m"

    private func report(cases: Int, verdicts: Bool = true, text: String = "亲，加一下微信") -> BacktestReport {
        let sample = SampleReport().report
        let summary = RuleSummary(
            id: RuleID("contact"), name: Self.hostile, polarity: .negative, category: "", severity: .major,
            unit: .conversation, summary: "")
        var rule = BacktestRule(summary: summary, status: .changed, differences: ["when: + \(Self.hostile)"])
        rule.hits.old = 10
        rule.hits.new = 9 + cases
        rule.hits.gained = cases
        rule.hits.lost = 1
        var same = BacktestRule(summary: sample.tally.rules[0], status: .unchanged)
        same.hits.old = 7
        same.hits.new = 7
        same.missed.old = 1
        same.missed.new = 1
        var agent = BacktestAgent(name: Self.hostile)
        agent.negativeHits = rule.hits
        func entry(_ kind: BacktestCase.Kind, _ number: Int, _ verdict: Verdict? = nil) -> BacktestCase {
            let finding = FindingCase(
                finding: Finding(
                    id: String(repeating: "a", count: 32), rule: summary.id, outcome: .hit, owner: .agent(Self.hostile),
                    conversation: "c\(number)", anchor: 1,
                    evidence: [Evidence(message: 1, label: "match", spans: [Span(6, 9)])]),
                shop: nil, buyer: nil, group: "售前", day: nil,
                context: [
                    ContextMessage(
                        index: 1, time: Instant(milliseconds: 1_772_400_000_000), speaker: .agent, agent: Self.hostile,
                        kind: .text, isAutomatic: false, text: text + Self.hostile, marks: [Span(6, 9)],
                        labels: ["match"]),
                    ContextMessage(
                        index: 9, time: nil, speaker: .buyer, agent: nil, kind: .image, isAutomatic: true, text: "",
                        marks: [],
                        labels: []),
                ], messageCount: 12)
            return BacktestCase(
                kind: kind, old: kind == .gained ? nil : finding, new: kind == .lost ? nil : finding, verdict: verdict)
        }
        var judged = BacktestVerdicts()
        judged.confirmedLost = 1
        judged.misjudgedReturning = 2
        return BacktestReport(
            title: Self.hostile, engine: "1", zone: .chinaStandard, old: (Self.hostile, "0123456789abcdef"),
            new: ("Rules", "fedcba9876543210"), coverage: sample.coverage, conversationsAffected: cases + 1,
            rules: [rule, same], agents: [agent],
            cases: (0..<cases).map { entry(.gained, $0, $0 == 1 ? .misjudged : nil) } + [entry(.lost, 0, .confirmed)],
            verdicts: verdicts ? judged : nil, casesPerRule: 20)
    }

    private func text(_ report: BacktestReport, _ rowLimit: Int? = 40) -> String {
        BacktestTextReport(rowLimit: rowLimit, displayWidth: { $0.unicodeScalars.count }).render(report)
    }

    private func html(_ report: BacktestReport, limit: Int = 30_000_000) -> String {
        var bytes: [UInt8] = []
        BacktestHTMLReport(limitBytes: limit).write(report) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the terminal shows sums, rules, agents, verdicts and marked examples")
    func terminal() {
        let text = text(report(cases: 5))
        for part in [
            "明鉴回测", "负面命中", "达成", "未达成", "受影响：会话 6", "已确认，将消失 1", "误判，将重现 2", "修改",
            "亲，【加】一下微信", "［误判］", "［已确认］", "新增 另有 2 条", "另有 1 条规则没有差别", "when: +",
        ] { #expect(text.contains(part), "\(part)\n\(text)") }
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
        #expect(!self.text(report(cases: 0, verdicts: false)).contains("复核结论"))
    }

    @Test("the page escapes every text and admits its own style alone")
    func page() throws {
        let page = html(report(cases: 3))
        #expect(!page.contains("<script") && page.contains("&lt;script&gt;"))
        #expect(page.contains("default-src 'none'") && !page.contains("unsafe-inline"))
        for digest in ["\(HTMLReport.styleDigest)", "\(BacktestHTMLReport.styleDigest)"] {
            #expect(page.contains("'sha256-\(digest)'"))
        }
        let style = BacktestHTMLReport.style.withUTF8Buffer { Data(SHA256.hash(data: $0)).base64EncodedString() }
        #expect(style == "\(BacktestHTMLReport.styleDigest)")
        #expect(page.contains("亲，<mark>加</mark>一下微信"))
        #expect(page.contains("省略 7 条") && !page.contains("未收录"))
    }

    @Test("a page that is full says what it leaves out")
    func bounded() {
        let page = html(report(cases: 400, text: String(repeating: "长", count: 2_000)), limit: 100_000)
        #expect(page.utf8.count < 200_000)
        #expect(page.contains("条未收录"))
    }

    @Test("the JSON document holds everything, keys sorted")
    func json() throws {
        var bytes: [UInt8] = []
        BacktestJSONReport().write(report(cases: 3)) { bytes += $0 }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect((object["cases"] as? [Any])?.count == 4 && object["casesLeftOut"] as? Int == 0)
        #expect((object["verdicts"] as? [String: Int])?["misjudgedReturning"] == 2)
        let rules = try #require(object["rules"] as? [[String: Any]])
        #expect((rules[0]["hits"] as? [String: Int])?["gained"] == 3 && rules[0]["status"] as? String == "changed")
        #expect((object["total"] as? [String: [String: Int]])?["negativeHits"]?["lost"] == 1)
        let keys = try #require(String(decoding: bytes, as: UTF8.self).firstRange(of: #"{"agents":"#))
        #expect(keys.lowerBound == String(decoding: bytes, as: UTF8.self).startIndex)
    }
}
