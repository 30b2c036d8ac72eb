import ConversationModel

/// Renders a run as one self-contained page: overview, tables, and findings opened to their context.
///
/// The page asks for nothing outside itself and forbids it (a content security policy with the hashes
/// of its own style and script). Outside text is escaped where it is written; the findings stand in
/// it as JSON lines that the page's script turns into text nodes, never into markup.
public struct HTMLReport: Sendable {
    /// The page stays below this many bytes, but for the fixed parts and the tables.
    public var limitBytes: Int
    /// Findings that the page takes at most.
    public var limitFindings: Int
    /// Rows that each table takes at most.
    public var limitRows: Int

    public init(limitBytes: Int = 30_000_000, limitFindings: Int = 20_000, limitRows: Int = 2_000) {
        self.limitBytes = limitBytes
        self.limitFindings = limitFindings
        self.limitRows = limitRows
    }

    /// Writes the page in a few large pieces.
    ///
    /// The findings are laid out in memory first, at most `limitBytes`, because the top of the page
    /// says how many of them it holds.
    public func write(_ report: Report, to sink: ([UInt8]) throws -> Void) rethrows {
        var tables = HTMLText()
        overview(of: report, &tables)
        agentSection(of: report, &tables)
        findingsSection(of: report, &tables)
        if let scores = report.scores { scoreSection(of: scores, report, &tables) }
        ruleSection(of: report.tally, &tables)
        groupSection(of: report.tally, &tables)
        daySection(of: report.tally, &tables)

        let fixed = tables.bytes.count + HTMLReport.frameBytes
        let lines = FindingLines(report, limitBytes: limitBytes - fixed, limit: limitFindings)
        let notKept = report.cases.count - lines.count

        var page = HTMLText()
        head(of: report, &page)
        notice(kept: lines.count, leftOut: report.casesLeftOut + notKept, &page)
        try sink(page.bytes)
        try sink(tables.bytes)
        page = HTMLText()
        page.raw("</main>\n<footer class=\"wrap\">明鉴 · 本页自成一体，不向外发出任何请求")
        page.element(" · 引擎 ", shortened(report.engine, to: 60), "</footer>\n")
        page.raw("<script type=\"application/json\" id=\"data\">\n")
        try sink(page.bytes)
        try sink(lines.bytes)
        page = HTMLText()
        page.raw("</script>\n<script>")
        page.raw(HTMLReport.script)
        page.raw("</script>\n</body>\n</html>\n")
        try sink(page.bytes)
    }

    /// An allowance for style, script and the head.
    private static let frameBytes = 96_000
}

extension HTMLReport {
    private func head(of report: Report, _ page: inout HTMLText) {
        page.raw("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n")
        page.raw(
            """
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
            img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-
            """)
        page.raw(HTMLReport.styleDigest)
        page.raw("'; script-src 'sha256-")
        page.raw(HTMLReport.scriptDigest)
        page.raw(
            """
            '">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <meta name="robots" content="noindex">
            <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
            viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23146356'/%3E%3Ccircle \
            cx='8' cy='8' r='4' fill='none' stroke='white' stroke-width='1.6'/%3E%3C/svg%3E">

            """)
        page.element("<title>", "质检报告 · \(shortened(report.title, to: 80))", "</title>\n")
        page.raw("<style>")
        page.raw(HTMLReport.style)
        page.raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">跳到正文</a>\n")
        masthead(of: report, &page)
        navigation(of: report, &page)
        page.raw("<main id=\"main\" class=\"wrap\" tabindex=\"-1\">\n")
    }

    private func masthead(of report: Report, _ page: inout HTMLText) {
        page.raw("<header class=\"top\"><div class=\"wrap\">")
        page.raw("<span class=\"seal\" aria-hidden=\"true\">鉴</span><div class=\"names\">")
        page.raw("<p class=\"brand\">明鉴 · 聊天记录质检报告</p>")
        page.raw("<h1>")
        // Parts stay together, so that a line does not end inside a date.
        let parts = shortened(report.title, to: 120).split(separator: " · ", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index > 0 { page.raw(" · ") }
            page.element(parts.count > 1 ? "<span>" : "", String(part), parts.count > 1 ? "</span>" : "")
        }
        page.raw("</h1>")
        page.raw("</div><dl class=\"facts\">")
        // A title that says them already need not have them beside it.
        if let days = report.dayRange, !report.title.hasSuffix(days) { fact("数据日期", days, &page) }
        fact("规则", "\(grouped(report.tally.rules.count)) 条", &page)
        if !report.rulesDigest.isEmpty {
            fact("规则摘要", String(report.rulesDigest.prefix(12)), &page)
        }
        page.raw("</dl></div></header>\n")
    }

    private func fact(_ name: String, _ value: String, _ page: inout HTMLText) {
        page.element("<div><dt>", name, "</dt>")
        page.element("<dd>", value, "</dd></div>")
    }

    private func navigation(of report: Report, _ page: inout HTMLText) {
        let tally = report.tally
        var counts: [(StaticString, StaticString, Int?)] = [
            ("overview", "总览", nil),
            ("agents", "客服", tally.byAgent.keys.count),
            ("findings", "判定结果", tally.overall.totalNegativeHits + tally.overall.missed),
            ("rules", "规则", tally.rules.count), ("groups", "分组", tally.byGroup.keys.count),
            ("days", "日期", tally.byDay.keys.count),
        ]
        if report.scores != nil { counts.insert(("scores", "得分", nil), at: 3) }
        page.raw("<nav class=\"tabs\" aria-label=\"报告各部分\"><div class=\"wrap\">")
        for (id, name, count) in counts {
            page.raw("<a href=\"#")
            page.raw(id)
            page.raw("\">")
            page.raw(name)
            if let count {
                page.raw("<span class=\"n\">")
                page.number(count)
                page.raw("</span>")
            }
            page.raw("</a>")
        }
        page.raw("</div></nav>\n")
    }

    private func notice(kept: Int, leftOut: Int, _ page: inout HTMLText) {
        guard leftOut > 0 else { return }
        page.raw("<p class=\"notice\" role=\"note\"><strong>本页收录 ")
        page.number(kept)
        page.raw(" 条判定结果，另有 ")
        page.number(leftOut)
        page.raw(" 条未收录</strong>（一页至多 ")
        page.number(limitFindings)
        page.raw(" 条、约 ")
        page.number(limitBytes / 1_000_000)
        page.raw(
            " MB，最严重的先收录）。各表的数字不受影响，仍是全部；全部判定结果请用 <code>--format ndjson</code> 导出。</p>\n")
    }
}
