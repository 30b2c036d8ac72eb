import ConversationModel

extension HTMLReport {
    func overview(of report: Report, _ page: inout HTMLText) {
        let items = CoverageNote(report).items
        page.raw("<section id=\"overview\" class=\"tab\" aria-labelledby=\"h-overview\">")
        page.raw("<h2 id=\"h-overview\" class=\"sr\">总览</h2>\n")
        cards(of: report, &page)
        agents(of: report.tally, &page)
        page.raw("<div class=\"panels\">\n")
        dayChart(of: report.tally, &page)
        severityChart(of: report.tally, &page)
        ruleChart(of: report.tally, &page)
        attainmentChart(of: report.tally, &page)
        page.raw("<div class=\"panel wide\"><h3>数据覆盖</h3><dl class=\"coverage\">")
        for item in items {
            page.raw(item.isWarning ? "<div class=\"warn\">" : "<div>")
            page.element("<dt>", item.label, "</dt>")
            page.element("<dd>", item.text, "</dd></div>")
        }
        for source in report.coverage.sources.prefix(20) {
            let encoding = "\(source.shape) · \(source.encoding)"
            let compressed = source.compression == "none" ? "" : " · \(source.compression)"
            page.element("<div><dt>来源</dt><dd>", shortened(source.name, to: 120), " ")
            page.element("<span class=\"soft\">", encoding + compressed, "</span></dd></div>")
        }
        page.raw("</dl></div>\n</div>\n</section>\n")
    }

    private func cards(of report: Report, _ page: inout HTMLText) {
        let coverage = report.coverage
        let sum = report.tally.overall
        coverageLine(of: coverage, &page)
        page.raw("<ul class=\"cards\">")
        let volume = "\(grouped(coverage.messages)) 条消息"
        card("会话", grouped(coverage.conversations), volume, nil, "", &page)
        for severity in [Severity.critical, .major] {
            let hits = sum.negativeHits[severity.rank]
            card(
                "\(severity.label)命中", grouped(hits),
                "占负面命中 \(Rate(hits, of: sum.totalNegativeHits).text)",
                FindingLink(outcome: "negative", severity: severity),
                hits > 0 ? severity.className : "", &page)
        }
        card(
            "负面命中", grouped(sum.totalNegativeHits), "命中率 \(sum.negativeRate.text)",
            FindingLink(outcome: "negative"), "", &page)
        card(
            "未达成", grouped(sum.missed), "正面规则，按次计", FindingLink(outcome: "missed"), "", &page)
        let detail = "达成 \(grouped(sum.met)) / 适用 \(grouped(sum.applicable))"
        let isGood = attainmentTone(sum.attainment).description == "good"
        card("达成率", sum.attainment.text, detail, nil, isGood ? "good" : "", &page)
        page.raw("</ul>\n")
    }

    private func card(
        _ name: String, _ value: String, _ detail: String, _ target: FindingLink?,
        _ tone: StaticString, _ page: inout HTMLText
    ) {
        page.raw("<li class=\"card ")
        page.raw(tone)
        page.raw("\">")
        if let target {
            page.raw("<a href=\"#findings\"")
            attributes(of: target, &page)
            page.raw(">")
        }
        page.element("<span class=\"name\">", name, "</span>")
        page.element("<span class=\"value\">", value, "</span>")
        page.element("<span class=\"detail\">", detail, "</span>")
        page.raw(target == nil ? "</li>" : "</a></li>")
    }

    /// The agents to look at first.
    private func agents(of tally: Tally, _ page: inout HTMLText) {
        let keys = tally.keysByGravity(of: tally.byAgent).filter {
            let sum = tally.summary(of: tally.byAgent, key: $0)
            return sum.totalNegativeHits + sum.missed > 0
        }
        guard !keys.isEmpty else { return }
        summaryTable(
            keys.count > HTMLReport.agentsOnTop ? "最需要关注的客服" : "客服", "客服", tally, tally.byAgent,
            keys: Array(keys.prefix(HTMLReport.agentsOnTop)), "agent", tally.groupOfAgent, isShort: true, &page)
    }

    private static let agentsOnTop = 8

    /// The one line that says how much the numbers below rest on.
    private func coverageLine(of coverage: Coverage, _ page: inout HTMLText) {
        page.raw("<p class=\"basis\"><span>读取 <b>")
        page.number(coverage.recordsRead)
        page.raw("</b> 条 = 检查 <b>")
        page.number(coverage.recordsInspected)
        page.raw("</b> + 损坏 <b>")
        page.number(coverage.recordsBad)
        page.raw("</b> + 过滤 <b>")
        page.number(coverage.recordsFiltered)
        page.raw("</b></span>")
        let open = coverage.notEvaluatedByReason.values.reduce(0, +)
        let facts: [(StaticString, Int)] = [
            ("被检查的记录中过滤的会话", coverage.conversationsFiltered),
            ("未判定", open), ("没有时间的会话", coverage.conversationsWithoutTimes),
            ("客服未知的消息", coverage.unknownAgents),
            ("不在花名册的账号", coverage.unmappedAccounts.count),
            ("没有读完的输入", coverage.brokenOff.map { 1 + $0.unread.count } ?? 0),
            ("豁免的接待段", coverage.exemptions.reduce(0) { $0 + $1.stays }),
            ("豁免的判定结果", coverage.exemptions.reduce(0) { $0 + $1.findings }),
        ]
        for (name, count) in facts where count > 0 {
            page.raw("<span class=\"warn\">")
            page.raw(name)
            page.raw(" <b>")
            page.number(count)
            page.raw("</b></span>")
        }
        page.raw("</p>\n")
    }
}
