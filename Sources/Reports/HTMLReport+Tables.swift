import ConversationModel

extension HTMLReport {
    func agentSection(of tally: Tally, _ page: inout HTMLText) {
        open("agents", "客服", &page)
        let groups = tally.groupOfAgent
        summaryTable(
            "客服汇总", "客服", tally, tally.byAgent, keys: tally.keysByWeight(of: tally.byAgent),
            "agent", groups, &page)
        pairTable("客服 × 规则", "客服", tally, tally.byAgent, "agent", groups, &page)
        page.raw("</section>\n")
    }

    func groupSection(of tally: Tally, _ page: inout HTMLText) {
        open("groups", "分组", &page)
        summaryTable(
            "分组汇总", "分组", tally, tally.byGroup, keys: tally.keysByWeight(of: tally.byGroup),
            "group", nil, &page)
        pairTable("分组 × 规则", "分组", tally, tally.byGroup, "group", nil, &page)
        page.raw("</section>\n")
    }

    func daySection(of tally: Tally, _ page: inout HTMLText) {
        open("days", "日期", &page)
        summaryTable(
            "每日汇总", "日期", tally, tally.byDay, keys: Array(tally.byDay.keys.indices), "day", nil,
            &page)
        pairTable("日期 × 规则", "日期", tally, tally.byDay, "day", nil, &page)
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
        tableHead("全部规则", ["规则", "类型", "级别", "单位"], pairTitles + ["未判定"], &page)
        for row in rows.prefix(limitRows) {
            let rule = tally.rules[row.rule]
            page.element("<tr><th scope=\"row\">", nameLabel(rule.name), "")
            page.element("<small>", rule.id.value, "</small></th>")
            page.element("<td>", rule.polarity.label, "</td>")
            severityCell(rule, &page)
            page.element("<td>", rule.unit.label, "</td>")
            pairCells(rule, row.counts, nil, nil, &page)
            count(row.counts.notEvaluated, &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: rows.count - limitRows, &page)
        for funnel in tally.funnels { funnelTables(funnel, tally, &page) }
        page.raw("</section>\n")
    }

    private func open(_ id: StaticString, _ title: StaticString, _ page: inout HTMLText) {
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

    /// One row a key: what it comes to over all rules.
    private func summaryTable(
        _ title: String, _ keyTitle: String, _ tally: Tally, _ table: TallyTable, keys: [Int],
        _ filter: StaticString, _ groups: [String]?, _ page: inout HTMLText
    ) {
        tableHead(
            title, [keyTitle] + (groups == nil ? [] : ["分组"]),
            ["负面命中", "致命", "严重", "一般", "提示", "适用", "达成", "未达成", "达成率"], &page)
        for key in keys.prefix(limitRows) {
            let sum = tally.summary(of: table, key: key)
            let name = nameLabel(table.keys[key])
            page.element("<tr><th scope=\"row\">", name, "</th>")
            if let groups {
                page.element("<td>", key < groups.count ? nameLabel(groups[key]) : "", "</td>")
            }
            link(sum.totalNegativeHits, nil, (filter, name), "negative", &page)
            for severity in Severity.allCases.reversed() {
                count(sum.negativeHits[severity.rank], tone: severity.className, &page)
            }
            count(sum.applicable, &page)
            count(sum.met, &page)
            link(sum.missed, nil, (filter, name), "missed", &page)
            rateCell(sum.attainment, "good", &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: keys.count - limitRows, &page)
    }

    /// One row a key and rule.
    private func pairTable(
        _ title: String, _ keyTitle: String, _ tally: Tally, _ table: TallyTable,
        _ filter: StaticString, _ groups: [String]?, _ page: inout HTMLText
    ) {
        tableHead(
            title, [keyTitle] + (groups == nil ? [] : ["分组"]) + ["规则", "级别"], pairTitles, &page)
        var written = 0
        var hidden = 0
        let keys = groups == nil ? Array(table.keys.indices) : tally.keysByWeight(of: table)
        for key in keys {
            let rows = tally.rows(of: table, key: key)
            hidden += max(0, rows.count - (limitRows - written))
            for row in rows.prefix(limitRows - written) {
                written += 1
                let rule = tally.rules[row.rule]
                let name = nameLabel(table.keys[key])
                page.element("<tr><th scope=\"row\">", name, "</th>")
                if let groups {
                    page.element("<td>", key < groups.count ? nameLabel(groups[key]) : "", "</td>")
                }
                page.element("<td class=\"name\">", nameLabel(rule.name), "</td>")
                severityCell(rule, &page)
                pairCells(rule, row.counts, filter, name, &page)
                page.raw("</tr>\n")
            }
        }
        tableFoot(hidden: hidden, &page)
    }

    private var pairTitles: [String] { ["命中", "会话命中", "适用", "未达成", "命中率 / 达成率"] }

    private func pairCells(
        _ rule: RuleSummary, _ counts: TallyCounts, _ filter: StaticString?, _ name: String?,
        _ page: inout HTMLText
    ) {
        let key = filter.flatMap { filter in name.map { (filter, $0) } }
        link(counts.hits, rule.id, key, "hit", &page)
        count(counts.unitsHit, &page)
        count(counts.unitsApplicable, &page)
        switch rule.polarity {
        case .positive: link(counts.missed, rule.id, key, "missed", &page)
        case .negative: page.raw("<td class=\"num zero\" data-v=\"-1\">—</td>")
        }
        rateCell(
            Rate(counts.unitsHit, of: counts.unitsApplicable),
            rule.polarity == .positive ? "good" : rule.severity.className, &page)
    }

    private func severityCell(_ rule: RuleSummary, _ page: inout HTMLText) {
        page.raw("<td data-v=\"")
        page.plain(rule.polarity == .positive ? -1 : rule.severity.rank)
        page.raw("\">")
        switch rule.polarity {
        case .positive: page.raw("<span class=\"tag good\">正面 · ")
        case .negative:
            page.raw("<span class=\"tag ")
            page.raw(rule.severity.className)
            page.raw("\">")
        }
        page.element("", rule.severity.label, "</span></td>")
    }

    func count(_ number: Int, tone: StaticString = "", _ page: inout HTMLText) {
        page.raw("<td class=\"num ")
        page.raw(number == 0 ? "zero" : tone)
        page.raw("\" data-v=\"")
        page.plain(number)
        page.raw("\">")
        page.number(number)
        page.raw("</td>")
    }

    /// A count that leads to its findings.
    private func link(
        _ number: Int, _ rule: RuleID?, _ key: (StaticString, String)?, _ outcome: StaticString,
        _ page: inout HTMLText
    ) {
        guard number > 0 else { return count(number, &page) }
        page.raw("<td class=\"num\" data-v=\"")
        page.plain(number)
        page.raw("\"><a href=\"#findings\" data-outcome=\"")
        page.raw(outcome)
        if let rule { page.element("\" data-rule=\"", rule.value, "") }
        if let key {
            page.raw("\" data-")
            page.raw(key.0)
            page.element("=\"", key.1, "")
        }
        page.raw("\">")
        page.number(number)
        page.raw("</a></td>")
    }

    func rateCell(_ rate: Rate, _ tone: StaticString, _ page: inout HTMLText) {
        page.raw("<td class=\"num rate\" data-v=\"")
        page.plain(rate.perMille ?? -1)
        page.raw(rate.isThin ? "\" title=\"适用不足 30，仅供参考\">" : "\">")
        page.element("<span>", rate.text, "</span>")
        if rate.isThin { page.raw("<sup>*</sup>") }
        if let perMille = rate.perMille { bar(min(1000, perMille), tone, &page) }
        page.raw("</td>")
    }

    func tableHead(
        _ title: String, _ names: [String], _ numbers: [String], _ page: inout HTMLText
    ) {
        page.element("<div class=\"sheet\"><div class=\"sheet-head\"><h3>", title, "</h3>")
        page.element(
            "<input class=\"find\" type=\"search\" placeholder=\"筛选本表\" aria-label=\"",
            "筛选：\(title)",
            "\"></div>")
        page.element(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", title,
            "\"><table class=\"data\"><thead><tr>")
        for name in names { page.element("<th scope=\"col\">", name, "</th>") }
        for name in numbers { page.element("<th scope=\"col\" class=\"num\">", name, "</th>") }
        page.raw("</tr></thead>\n<tbody>\n")
    }

    func tableFoot(hidden: Int, _ page: inout HTMLText) {
        page.raw("</tbody></table></div>")
        if hidden > 0 {
            page.raw("<p class=\"rest\">另有 ")
            page.number(hidden)
            page.raw(" 行未列出，完整的表请用 <code>--format csv</code> 或 <code>--format json</code>。</p>")
        }
        page.raw("</div>\n")
    }
}
