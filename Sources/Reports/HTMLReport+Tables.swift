import ConversationModel

/// The parts of the page that are tables; the tables themselves are in `HTMLReport+Summaries.swift`.
extension HTMLReport {
    func agentSection(of report: Report, _ page: inout HTMLText) {
        let tally = report.tally
        open("agents", "客服", &page)
        let groups = tally.groupOfAgent
        let keys = tally.keysByGravity(of: tally.byAgent)
        summaryTable(
            "客服汇总", "客服", tally, tally.byAgent, keys: keys, "agent", groups, &page)
        pairTable("客服 × 规则", "客服", tally, tally.byAgent, keys: keys, "agent", groups, &page)
        exemptionTable(report.coverage, &page)
        page.raw("</section>\n")
    }

    func groupSection(of tally: Tally, _ page: inout HTMLText) {
        open("groups", "分组", &page)
        let keys = tally.keysByGravity(of: tally.byGroup)
        summaryTable("分组汇总", "分组", tally, tally.byGroup, keys: keys, "group", nil, &page)
        pairTable("分组 × 规则", "分组", tally, tally.byGroup, keys: keys, "group", nil, &page)
        page.raw("</section>\n")
    }

    func daySection(of tally: Tally, _ page: inout HTMLText) {
        open("days", "日期", &page)
        let keys = Array(tally.byDay.keys.indices)
        summaryTable("每日汇总", "日期", tally, tally.byDay, keys: keys, "day", nil, &page)
        pairTable("日期 × 规则", "日期", tally, tally.byDay, keys: keys, "day", nil, &page)
        page.raw("</section>\n")
    }

    func ruleSection(of tally: Tally, _ page: inout HTMLText) {
        open("rules", "规则", &page)
        guard !tally.total.keys.isEmpty else {
            page.raw("<p class=\"empty\">没有规则</p></section>\n")
            return
        }
        let shown = tally.rows(of: tally.total, key: 0)
        let silent = Set(tally.rules.indices).subtracting(shown.map(\.rule)).sorted()
            .map { TallyRow(key: 0, rule: $0, counts: tally.total[0, $0]) }
        let rows = shown + silent
        tableHead("全部规则", ["规则", "类型", "级别", "单位"], HTMLReport.pairTitles + ["未判定"], &page)
        for row in rows.prefix(limitRows) {
            let rule = tally.rules[row.rule]
            page.raw("<tr><th scope=\"row\">")
            nameCell(nameLabel(rule.name), nil, &page)
            page.element("<small>", rule.id.value, "</small></th>")
            page.element("<td>", rule.polarity.label, "</td>")
            severityCell(rule, &page)
            page.element("<td>", rule.unit.label, "</td>")
            pairCells(rule, row.counts, nil, &page)
            count(row.counts.notEvaluated, &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: rows.count - limitRows, note: true, &page)
        for funnel in tally.funnels { funnelTables(funnel, tally, &page) }
        page.raw("</section>\n")
    }

    func open(_ id: StaticString, _ title: StaticString, _ page: inout HTMLText) {
        page.raw("<section class=\"tab\" id=\"")
        page.raw(id)
        page.raw("\" aria-labelledby=\"h-")
        page.raw(id)
        page.raw("\"><h2 class=\"sr\" id=\"h-")
        page.raw(id)
        page.raw("\">")
        page.raw(title)
        page.raw("</h2>\n")
    }
}
