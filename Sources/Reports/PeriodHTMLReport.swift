import ConversationModel

/// Renders a daily, weekly or monthly report as one self-contained page without a script, fit for paper.
///
/// Outside text is escaped where it is written, and the page's policy admits its own style alone.
public struct PeriodHTMLReport: Sendable {
    /// The pages of agents stay below this many bytes.
    public var limitBytes: Int
    /// Rows that each table takes at most.
    public var limitRows: Int
    /// Findings with their context on the page of an agent.
    public var casesPerAgent: Int

    let tables: HTMLReport

    public init(limitBytes: Int = 30_000_000, limitRows: Int = 2_000, casesPerAgent: Int = 5) {
        self.limitBytes = limitBytes
        self.limitRows = limitRows
        self.casesPerAgent = casesPerAgent
        tables = HTMLReport(limitBytes: limitBytes, limitRows: limitRows)
    }

    /// Writes the page in a few pieces.
    public func write(_ report: PeriodReport, to sink: ([UInt8]) throws -> Void) rethrows {
        var page = HTMLText()
        head(of: report, &page)
        overview(of: report, &page)
        let figures = report.figures
        agentTable("客服", figures.agents.filter { !$0.isNew }, figures, withTotal: true, &page)
        agentTable("新人（试用期或按人豁免，不排名）", figures.agents.filter(\.isNew), figures, withTotal: false, &page)
        exemptTable(figures, &page)
        if figures.period.kind != .daily {
            ends(figures, &page)
            trend(figures, &page)
            dayTable(figures, &page)
        }
        if figures.period.kind == .monthly { rankTable(figures, &page) }
        ruleTable("规则", figures.ruleRows, figures, isShop: true, &page)
        try sink(page.bytes)
        page = HTMLText()
        ruleTable("客服 × 规则", figures.agentRules, figures, isShop: false, &page)
        if figures.period.kind == .monthly { people(of: report, &page) }
        page.closeDocument(engine: report.engine)
        try sink(page.bytes)
    }
}

extension PeriodHTMLReport {
    private func head(of report: PeriodReport, _ page: inout HTMLText) {
        let period = report.figures.period
        page.openDocument(
            title: "\(period.title) · \(period.text)", style: PeriodHTMLReport.style,
            digest: PeriodHTMLReport.styleDigest)
        page.raw("<body class=\"period\">\n<header class=\"top\"><div class=\"wrap\">")
        page.raw("<span class=\"seal\" aria-hidden=\"true\">鉴</span><div class=\"names\">")
        page.element("<p class=\"brand\">明鉴 · ", shortened(report.title, to: 120), "</p>")
        page.element("<h1>", "\(period.title) ", "")
        page.element("<span>", period.text, "</span></h1></div><dl class=\"facts\">")
        for (name, value) in [
            (period.beforeTitle, period.beforeText), ("规则", "\(grouped(report.figures.rules.count)) 条"),
            ("规则摘要", report.rulesDigest.isEmpty ? "—" : String(report.rulesDigest.prefix(12))),
        ] {
            page.element("<div><dt>", name, "</dt>")
            page.element("<dd>", value, "</dd></div>")
        }
        page.raw("</dl></div></header>\n<main class=\"wrap\">\n")
    }

    private func overview(of report: PeriodReport, _ page: inout HTMLText) {
        let figures = report.figures
        let period = figures.period
        let shown: [PeriodFigure] = [
            .buyers, .conversations, .meanResponse, .answeredIn3m, .unanswered, .negativeHits, .criticalHits,
            .attainment, .score,
        ]
        page.raw("<ul class=\"cards\">")
        for figure in shown {
            let now = figure.value(of: figures.total, countsBuyers: figures.countsBuyers)
            let before = figure.value(
                of: figures.totalBefore, perDay: period.comparesPerDay, countsBuyers: figures.countsBuyers)
            page.element("<li class=\"card\"><span class=\"name\">", figure.title, "</span>")
            page.element("<span class=\"value\">", now.markedText, "</span>")
            page.element("<span class=\"detail\">", sample(now).isEmpty ? "\u{A0}" : sample(now), "</span>")
            page.element(
                "<span class=\"detail\">",
                "\(period.beforeTitle) \(before.markedText)" + (sample(before).isEmpty ? "" : " · \(sample(before))"),
                "</span></li>"
            )
        }
        page.raw("</ul>\n<div class=\"panels\"><div class=\"panel wide\"><h3>数据覆盖</h3><dl class=\"coverage\">")
        for item in CoverageNote(report.coverage, zone: report.zone).items {
            page.raw(item.isWarning ? "<div class=\"warn\">" : "<div>")
            page.element("<dt>", item.label, "</dt>")
            page.element("<dd>", item.text, "</dd></div>")
        }
        page.raw("</dl><ul class=\"notes\">")
        for note in PeriodNotes.all(report) { page.element("<li>", note, "</li>") }
        page.raw("</ul></div></div>\n")
    }

    private func sample(_ value: PeriodValue) -> String {
        guard let n = value.n, value.number != nil else { return "" }
        switch value {
        case .perDay, .meanOfDays: return "\(grouped(n)) 天"
        default: break
        }
        return "n \(grouped(n))"
    }

    // MARK: Cells

    /// The value, what it rests on, and beside it the same before.
    private func cell(_ now: PeriodValue, _ before: PeriodValue?, _ tone: StaticString, _ page: inout HTMLText) {
        page.raw(now.number == nil ? "<td class=\"num zero\">" : "<td class=\"num ")
        if now.number != nil {
            page.raw(tone)
            page.raw("\">")
        }
        page.element("<b>", now.markedText, "</b>")
        // A line for all, so that what stands below is on one height.
        page.element("<small>", sample(now), "</small>")
        if let before {
            page.element("<small class=\"before\">", before.markedText, "")
            let other = sample(before)
            if !other.isEmpty { page.element(" <i>· ", other, "</i>") }
            page.raw("</small>")
        }
        page.raw("</td>")
    }

    private func name(_ text: String, _ detail: String?, _ page: inout HTMLText) {
        page.raw("<tr><th scope=\"row\">")
        tables.nameCell(nameLabel(text), nil, &page)
        if let detail { page.element("<small>", nameLabel(detail), "</small>") }
        page.raw("</th>")
    }

    private func tone(_ figure: PeriodFigure, _ side: PeriodSide) -> StaticString {
        switch figure {
        case .criticalHits: side.work.criticalHits > 0 ? "s3" : ""
        case .unanswered: side.work.unanswered > 0 ? "s2" : ""
        default: ""
        }
    }

    // MARK: Tables

    private func agentTable(
        _ title: String, _ agents: [PeriodFigures.Agent], _ figures: PeriodFigures, withTotal: Bool,
        _ page: inout HTMLText
    ) {
        guard !agents.isEmpty || withTotal else { return }
        let period = figures.period
        tables.tableHead(
            "\(title) · 下行为\(period.beforeTitle)", ["客服"], ["豁免"] + PeriodFigure.allCases.map(\.title), &page)
        func row(_ now: PeriodSide, _ before: PeriodSide, exempt: Int, _ page: inout HTMLText) {
            tables.count(exempt, &page)
            for figure in PeriodFigure.allCases {
                cell(
                    figure.value(of: now, countsBuyers: figures.countsBuyers),
                    figure.value(of: before, perDay: period.comparesPerDay, countsBuyers: figures.countsBuyers),
                    tone(figure, now), &page)
            }
            page.raw("</tr>\n")
        }
        for agent in agents.prefix(limitRows) {
            name(agent.name, agent.group, &page)
            row(agent.now, agent.before, exempt: agent.exempt.stays, &page)
        }
        if withTotal {
            name("合计", nil, &page)
            row(figures.total, figures.totalBefore, exempt: figures.totalExempt.stays, &page)
        }
        tables.tableFoot(hidden: agents.count - limitRows, note: false, &page)
    }

    private func exemptTable(_ figures: PeriodFigures, _ page: inout HTMLText) {
        let agents = figures.agents.filter { $0.exempt.stays + $0.exempt.negativeHits + $0.exempt.missed > 0 }
        guard !agents.isEmpty else { return }
        let shown: [PeriodFigure] = [
            .buyers, .conversations, .messages, .firstResponse, .meanResponse, .answeredIn30s, .answeredIn3m,
            .longestWait, .unanswered, .negativeHits, .criticalHits,
        ]
        tables.tableHead("豁免（只展示，不计入评分与比率）", ["客服"], ["接待段"] + shown.map(\.title) + ["未达成"], &page)
        for agent in agents.prefix(limitRows) {
            name(agent.name, agent.group, &page)
            tables.count(agent.exempt.stays, &page)
            var side = PeriodSide()
            side.add(day: agent.exempt)
            for figure in shown { cell(figure.value(of: side, countsBuyers: figures.countsBuyers), nil, "", &page) }
            tables.count(agent.exempt.missed, &page)
            page.raw("</tr>\n")
        }
        tables.tableFoot(hidden: agents.count - limitRows, note: false, &page)
    }

    private func ends(_ figures: PeriodFigures, _ page: inout HTMLText) {
        let (best, worst) = PeriodNotes.ends(figures)
        guard !best.isEmpty else { return }
        page.raw("<div class=\"two-sheets\">")
        let shown: [PeriodFigure] = [.score, .negativeHits, .attainment, .answeredIn3m]
        for (title, agents) in [("得分最高", best), ("得分最低", worst)] {
            tables.tableHead(title, ["客服"], shown.map(\.title), &page)
            for agent in agents {
                name(agent.name, agent.group, &page)
                for figure in shown { cell(figure.value(of: agent.now), figure.value(of: agent.before), "", &page) }
                page.raw("</tr>\n")
            }
            tables.tableFoot(hidden: 0, note: false, &page)
        }
        page.raw("</div>\n")
    }

    private func dayTable(_ figures: PeriodFigures, _ page: inout HTMLText) {
        tables.tableHead("每日", ["日期"], PeriodFigure.allCases.map(\.title), &page)
        for day in figures.days {
            name(day.day.description, figures.period.days.contains(day.day) ? nil : figures.period.beforeTitle, &page)
            for figure in PeriodFigure.allCases {
                cell(
                    figure.value(of: day.side, countsBuyers: figures.countsBuyers), nil, tone(figure, day.side), &page)
            }
            page.raw("</tr>\n")
        }
        tables.tableFoot(hidden: 0, note: false, &page)
    }

    private func rankTable(_ figures: PeriodFigures, _ page: inout HTMLText) {
        guard figures.hasScores else { return }
        tables.tableHead("组内名次", ["客服"], ["名次", "得分", "误判", "申诉"], &page)
        for agent in figures.agents.prefix(limitRows) {
            name(agent.name, agent.group, &page)
            page.element("<td class=\"num\">", agent.rank.map { "\($0.place) / \($0.of)" } ?? "—", "</td>")
            cell(PeriodFigure.score.value(of: agent.now), PeriodFigure.score.value(of: agent.before), "", &page)
            page.raw("<td class=\"num zero\">—</td><td class=\"num zero\">—</td></tr>\n")
        }
        tables.tableFoot(hidden: figures.agents.count - limitRows, note: false, &page)
    }

    func ruleTable(
        _ title: String, _ rows: [PeriodFigures.RuleRow], _ figures: PeriodFigures, isShop: Bool,
        namesAgents: Bool = true, _ page: inout HTMLText
    ) {
        let namesAgents = namesAgents && !isShop
        guard !rows.isEmpty else { return }
        let period = figures.period
        tables.tableHead(
            "\(title) · 下行为\(period.beforeTitle)", (namesAgents ? ["客服"] : []) + ["规则", "级别"],
            ["命中", "未达成", "命中率 / 达成率"] + (isShop ? ["客服数"] : []), &page)
        for row in rows.prefix(limitRows) {
            let rule = figures.rules[row.rule]
            if !namesAgents {
                name(rule.name, rule.id.value, &page)
            } else {
                name(row.agent, nil, &page)
                page.element("<td>", nameLabel(rule.name), "</td>")
            }
            tables.severityCell(rule, &page)
            cell(
                .count(row.now.hits), row.countBefore(row.before.hits, period),
                rule.polarity == .negative && row.now.hits > 0 ? rule.severity.className : "", &page)
            cell(.count(row.now.missed), row.countBefore(row.before.missed, period), "", &page)
            cell(
                .rate(row.now.unitsHit, n: row.now.unitsApplicable),
                .rate(row.before.unitsHit, n: row.before.unitsApplicable), "", &page)
            if isShop { tables.count(row.agents, &page) }
            page.raw("</tr>\n")
        }
        tables.tableFoot(hidden: rows.count - limitRows, note: false, &page)
    }

    /// The figures of one agent, a row each.
    func figureTable(_ agent: PeriodFigures.Agent, _ figures: PeriodFigures, _ page: inout HTMLText) {
        page.raw("<table class=\"mini\"><thead><tr><th scope=\"col\">指标</th><td>本期</td>")
        page.element("<td>", figures.period.beforeTitle, "</td></tr></thead><tbody>")
        for figure in PeriodFigure.allCases {
            page.element("<tr><th scope=\"row\">", figure.title, "</th>")
            cell(figure.value(of: agent.now, countsBuyers: figures.countsBuyers), nil, "", &page)
            cell(
                figure.value(
                    of: agent.before, perDay: figures.period.comparesPerDay, countsBuyers: figures.countsBuyers), nil,
                "", &page)
            page.raw("</tr>")
        }
        page.raw("</tbody></table>\n")
    }
}
