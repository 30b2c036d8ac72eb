import ConversationModel
import Testing

@testable import Reports

/// Cells of a text as terminals show it, enough for the texts of these tests.
@Sendable func testWidth(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
        switch scalar.value {
        case 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F300...0x1FAFF:
            sum + 2
        default: sum + 1
        }
    }
}

@Suite struct TextReportTests {
    @Test func tableUnderWideCharactersIsAsDrawn() {
        let cases = SampleReport(seed: 3, findings: 6).report.cases
        let text = TextReport(sections: [.agents, .groups], displayWidth: testWidth)
            .render(SampleReport.report(cases))
        #expect(text == golden, "seed 3")
    }

    @Test(arguments: [80, 100, 200]) func tablesFitTheTerminal(width: Int) {
        let text = TextReport(
            sections: [.agents, .rules], width: width, rowLimit: nil, displayWidth: testWidth
        ).render(SampleReport().report)
        for table in text.split(separator: "\n\n").dropFirst() {
            let rows = table.split(separator: "\n").dropFirst().filter { $0.contains("%") }
            #expect(rows.allSatisfy { testWidth(String($0)) <= width })
        }
        #expect(text.contains("引导"))
    }

    @Test func longTablesSayHowManyRowsTheyHide() {
        let report = SampleReport().report
        let all = TextReport(sections: [.rules], rowLimit: nil, displayWidth: testWidth).render(
            report)
        let cut = TextReport(sections: [.rules], rowLimit: 3, displayWidth: testWidth).render(
            report)
        let rules = report.tally.rows(of: report.tally.total, key: 0)
            .filter { report.tally.rules[$0.rule].polarity == .negative }
        #expect(!all.contains("另有 \(rules.count - 3) 行"))
        #expect(cut.contains("… 另有 \(rules.count - 3) 行，--all 显示全部，或用 --format json"))
    }

    @Test("rules without a hit are told apart: judged, applying to nothing, and hardly ever decided")
    func silentRules() {
        var report = SampleReport(findings: 1).report
        func total(_ counts: [Int32: TallyCounts]) -> TallyTable {
            TallyTable(
                keys: ["全部"], counts: [counts], exposures: [[]], classOfRule: report.tally.rules.map { _ in -1 })
        }
        func counts(hits: Int = 0, applicable: Int = 0, open: Int = 0) -> TallyCounts {
            var counts = TallyCounts()
            (counts.hits, counts.unitsHit, counts.unitsApplicable, counts.notEvaluated) = (hits, hits, applicable, open)
            return counts
        }
        func text() -> String { TextReport(sections: [.rules], displayWidth: testWidth).render(report) }
        report.tally.rules = Array(SampleReport.rules.prefix(6))
        report.tally.rules[3].name = "未核对地址"
        report.tally.total = total([
            0: counts(hits: 1, applicable: 3), 1: counts(applicable: 5), 2: counts(applicable: 5, open: 1),
            3: counts(open: 7), 4: counts(applicable: 2, open: 2),
        ])
        #expect(text().contains("\n另有 2 条规则判定过，没有命中（其中 1 条有会话未判定）\n另有 1 条规则没有适用的会话\n"))
        #expect(text().contains("\n另有 2 条规则没有命中，但大多未能判定：未核对地址（未判定 7，适用 0）、"))
        report.tally.rules = Array(SampleReport.rules.prefix(1))
        report.tally.total = total([0: counts(hits: 1, applicable: 3)])
        #expect(!text().contains("另有"))
    }

    @Test func namesCannotMoveTheCursorOrTurnTheLine() {
        var report = SampleReport(findings: 20).report
        report.title = "a\u{1B}[2J\nb\u{202E}c\u{9B}31m"
        report.tally.rules[0].name = "开始\r语\u{2066}"
        let text = TextReport(usesColor: false, displayWidth: testWidth).render(report)
        let unsafe: Set<Unicode.Scalar> = ["\u{1B}", "\r", "\u{202E}", "\u{2066}", "\u{9B}"]
        #expect(!text.unicodeScalars.contains { unsafe.contains($0) })
        #expect(text.hasPrefix("明鉴质检报告  a\u{FFFD}[2J\u{FFFD}b\u{FFFD}c\u{FFFD}31m\n"))
    }

    @Test func colourOnlyWhereAsked() {
        let report = SampleReport(findings: 30).report
        #expect(
            TextReport(usesColor: true, displayWidth: testWidth).render(report).contains(
                "\u{1B}[1;31m"))
        #expect(!TextReport(displayWidth: testWidth).render(report).contains("\u{1B}"))
    }

    @Test func coverageComesFirst() {
        let lines = TextReport(displayWidth: testWidth).render(SampleReport().report)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[3].hasPrefix("数据范围"))
        #expect(lines[4] == "记录        读取 1,286 = 检查 1,242 + 损坏 3 + 过滤 41")
        #expect(lines.contains("未判定      56 个会话 × 规则（没有时间 44，首尾不完整 12）"))
    }

    private let golden = """
        明鉴质检报告  demo.ndjson
        引擎 1.0.0  规则 11 条  摘要 9f2c4e8a71b0

        客服 × 负面规则
        客服  分组    规则          级别  命中  会话命中  适用   比率
        ─────────────────────────────────────────────────────────────
        子墨  夜班组  三分钟未响应  严重     1         1   130  0.8%
        林晓  售前组  敷衍单字      一般     1         1   130  0.8%

        客服 × 正面规则
        客服  分组    规则    级别  适用  达成  未达成   达成率
        ───────────────────────────────────────────────────────
        大鹏  售后组  结束语  一般     1     0       1    0.0%*
        阿杰  售前组  结束语  一般     1     0       1    0.0%*
        阿杰  售前组  开始语  一般     1     1       0  100.0%*
        安安  售后组  开始语  一般     1     1       0  100.0%*

        按分组
        分组    负面命中  致命  严重  一般  提示  适用  达成  未达成  达成率
        ────────────────────────────────────────────────────────────────────
        售前组         1     0     0     1     0     2     1       1  50.0%*
        售后组         0     0     0     0     0     2     1       1  50.0%*
        夜班组         1     0     1     0     0     0     0       0      —

        适用、达成按会话（或接待段）计，未达成按次计，所以相加不必等于适用
        * 适用不足 30，比率仅供参考

        """
}

@Suite struct RateTests {
    @Test(arguments: [
        (0, 0, "—"), (1, 0, "—"), (0, 5, "0.0%"), (5, 5, "100.0%"), (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 8, "12.5%"), (1, 2000, "0.1%"), (1, 3000, "<0.1%"), (2999, 3000, ">99.9%"),
        (1999, 2000, ">99.9%"), (123, 1000, "12.3%"), (Int.max, Int.max, "100.0%"),
    ]) func writesTenthsOfAPercent(part: Int, whole: Int, text: String) {
        if whole < Int.max { #expect(Rate(part, of: whole).text == text) }
        #expect(Rate(part, of: whole).text.hasSuffix("%") == (whole > 0))
    }

    @Test func smallDenominatorsAreMarked() {
        #expect(Rate(1, of: 29).markedText == "3.4%*")
        #expect(Rate(1, of: 30).markedText == "3.3% ")
        #expect(Rate(0, of: 0).markedText == "— ")
    }
}
