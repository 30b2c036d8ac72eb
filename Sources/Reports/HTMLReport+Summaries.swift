import ConversationModel

/// What a number leads to: the findings that it counts.
struct FindingLink {
    /// `negative`, `missed`, `attention` (both), or `hit`: what a hit of the rule is.
    var outcome: StaticString
    var rule: RuleID?
    var severity: Severity?
    /// The filter and its value: an agent, a group or a day.
    var key: (filter: StaticString, value: String)?
}

extension HTMLReport {
    static let pairTitles = ["命中", "会话命中", "适用", "未达成", "命中率 / 达成率"]

    /// One row a key: what it comes to over all rules. A short table stands alone, without search and note.
    func summaryTable(
        _ title: String, _ keyTitle: String, _ tally: Tally, _ table: TallyTable, keys: [Int],
        _ filter: StaticString, _ groups: [String]?, isShort: Bool = false, _ page: inout HTMLText
    ) {
        let severities = Severity.allCases.reversed()
        tableHead(
            title, [keyTitle] + (groups == nil ? [] : ["分组"]),
            severities.map(\.label) + ["负面命中", "命中率", "未达成", "适用", "达成", "达成率"],
            isShort: isShort, &page)
        for key in keys.prefix(limitRows) {
            let sum = tally.summary(of: table, key: key)
            let name = nameLabel(table.keys[key])
            let isEmpty = sum.totalNegativeHits + sum.missed == 0
            page.raw("<tr><th scope=\"row\">")
            nameCell(
                name, isEmpty ? nil : FindingLink(outcome: "attention", key: (filter, name)), &page)
            page.raw("</th>")
            groupCell(of: key, in: groups, &page)
            for severity in severities {
                link(
                    sum.negativeHits[severity.rank],
                    FindingLink(outcome: "negative", severity: severity, key: (filter, name)),
                    severity.className, &page)
            }
            let negative = FindingLink(outcome: "negative", key: (filter, name))
            link(sum.totalNegativeHits, negative, "", &page)
            rateCell(sum.negativeRate, nil, &page)
            link(sum.missed, FindingLink(outcome: "missed", key: (filter, name)), "", &page)
            count(sum.applicable, &page)
            count(sum.met, &page)
            rateCell(sum.attainment, attainmentTone(sum.attainment), &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: isShort ? 0 : keys.count - limitRows, note: !isShort, &page)
    }

    /// One row a key and rule.
    func pairTable(
        _ title: String, _ keyTitle: String, _ tally: Tally, _ table: TallyTable, keys: [Int],
        _ filter: StaticString, _ groups: [String]?, _ page: inout HTMLText
    ) {
        tableHead(
            title, [keyTitle] + (groups == nil ? [] : ["分组"]) + ["规则", "级别"], HTMLReport.pairTitles,
            &page)
        var written = 0
        var hidden = 0
        for key in keys {
            let rows = tally.rows(of: table, key: key)
            hidden += max(0, rows.count - (limitRows - written))
            for row in rows.prefix(limitRows - written) {
                written += 1
                let rule = tally.rules[row.rule]
                let name = nameLabel(table.keys[key])
                page.raw("<tr><th scope=\"row\">")
                nameCell(name, nil, &page)
                page.raw("</th>")
                groupCell(of: key, in: groups, &page)
                page.raw("<td>")
                nameCell(nameLabel(rule.name), nil, &page)
                page.raw("</td>")
                severityCell(rule, &page)
                pairCells(rule, row.counts, (filter, name), &page)
                page.raw("</tr>\n")
            }
        }
        tableFoot(hidden: hidden, note: false, &page)
    }

    func pairCells(
        _ rule: RuleSummary, _ counts: TallyCounts, _ key: (StaticString, String)?,
        _ page: inout HTMLText
    ) {
        let isNegative = rule.polarity == .negative
        let key = key.map { (filter: $0.0, value: $0.1) }
        link(
            counts.hits, FindingLink(outcome: "hit", rule: rule.id, key: key),
            isNegative ? rule.severity.className : "", &page)
        count(counts.unitsHit, &page)
        count(counts.unitsApplicable, &page)
        if isNegative {
            page.raw("<td class=\"num zero\" data-v=\"-1\">—</td>")
        } else {
            link(
                counts.missed, FindingLink(outcome: "missed", rule: rule.id, key: key), "", &page)
        }
        let rate = Rate(counts.unitsHit, of: counts.unitsApplicable)
        rateCell(rate, isNegative ? rule.severity.className : attainmentTone(rate), &page)
    }

    /// Green is for what is good: nine of ten, which the notes below the tables say.
    func attainmentTone(_ rate: Rate) -> StaticString {
        (rate.perMille ?? 0) >= 900 ? "good" : "flat"
    }

    /// A name in one line, cut by the page's style; the whole of a long one shows on hovering.
    func nameCell(_ name: String, _ target: FindingLink?, _ page: inout HTMLText) {
        page.raw(target == nil ? "<span class=\"nm\"" : "<a class=\"nm\" href=\"#findings\"")
        if name.utf8.count > 24 { page.element(" title=\"", name, "\"") }
        if let target { attributes(of: target, &page) }
        page.element(">", name, target == nil ? "</span>" : "</a>")
    }

    private func groupCell(of key: Int, in groups: [String]?, _ page: inout HTMLText) {
        guard let groups else { return }
        page.raw("<td>")
        nameCell(key < groups.count ? nameLabel(groups[key]) : "", nil, &page)
        page.raw("</td>")
    }

    func severityCell(_ rule: RuleSummary, _ page: inout HTMLText) {
        page.raw("<td data-v=\"")
        page.plain(rule.polarity == .positive ? rule.severity.rank : rule.severity.rank + 4)
        page.raw("\"><span class=\"tag ")
        switch rule.polarity {
        case .positive: page.raw("s0\">正面 · ")
        case .negative:
            page.raw(rule.severity.className)
            page.raw("\">")
        }
        page.element("", rule.severity.label, "</span></td>")
    }

    func count(_ number: Int, _ page: inout HTMLText) {
        page.raw(number == 0 ? "<td class=\"num zero\" data-v=\"" : "<td class=\"num\" data-v=\"")
        page.plain(number)
        page.raw("\">")
        page.number(number)
        page.raw("</td>")
    }

    /// A count that leads to its findings.
    private func link(
        _ number: Int, _ target: FindingLink, _ tone: StaticString, _ page: inout HTMLText
    ) {
        guard number > 0 else { return count(number, &page) }
        page.raw("<td class=\"num ")
        page.raw(tone)
        page.raw("\" data-v=\"")
        page.plain(number)
        page.raw("\"><a href=\"#findings\"")
        attributes(of: target, &page)
        page.raw(">")
        page.number(number)
        page.raw("</a></td>")
    }

    /// What the page's script filters by when the link is followed.
    func attributes(of target: FindingLink, _ page: inout HTMLText) {
        page.raw(" data-outcome=\"")
        page.raw(target.outcome)
        page.raw("\"")
        if let rule = target.rule { page.element(" data-rule=\"", rule.value, "\"") }
        if let severity = target.severity {
            page.raw(" data-severity=\"")
            page.plain(severity.rank)
            page.raw("\"")
        }
        if let key = target.key {
            page.raw(" data-")
            page.raw(key.filter)
            page.element("=\"", key.value, "\"")
        }
    }

    func rateCell(_ rate: Rate, _ tone: StaticString?, _ page: inout HTMLText) {
        page.raw("<td class=\"num rate\" data-v=\"")
        page.plain(rate.perMille ?? -1)
        page.raw(rate.isThin ? "\" title=\"适用不足 30，仅供参考\">" : "\">")
        page.element("<span>", rate.text, "</span>")
        if rate.isThin { page.raw("<sup>*</sup>") }
        if let tone, let perMille = rate.perMille { bar(min(1000, perMille), tone, &page) }
        page.raw("</td>")
    }

    func tableHead(
        _ title: String, _ names: [String], _ numbers: [String], isShort: Bool = false,
        _ page: inout HTMLText
    ) {
        page.element("<div class=\"sheet\"><div class=\"sheet-head\"><h3>", title, "</h3>")
        if isShort {
            page.raw("<a href=\"#agents\">全部客服 →</a></div>")
        } else {
            page.element(
                "<input class=\"find\" type=\"search\" placeholder=\"筛选本表\" aria-label=\"",
                "筛选：\(title)", "\"></div>")
        }
        page.element(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", title,
            "\"><table class=\"data\"><thead><tr>")
        for name in names { page.element("<th scope=\"col\">", name, "</th>") }
        for name in numbers { page.element("<th scope=\"col\" class=\"num\">", name, "</th>") }
        page.raw("</tr></thead>\n<tbody>\n")
    }

    /// What the columns count, where `note`; and how many rows are not there.
    func tableFoot(hidden: Int, note: Bool, _ page: inout HTMLText) {
        page.raw("</tbody></table></div>")
        if hidden > 0 {
            page.raw("<p class=\"rest\">另有 ")
            page.number(hidden)
            page.raw(" 行未列出，完整的表请用 <code>--format csv</code> 或 <code>--format json</code>。</p>")
        }
        if note {
            page.raw(
                """
                <p class="rest">适用、达成、会话命中按会话（或接待段）计；命中、未达成按次计，一个会话里可以有几次，\
                所以达成与未达成相加不必等于适用。命中率 = 会话命中 ÷ 适用；达成率 = 达成 ÷ 适用，不低于 90% 为绿色。\
                * 适用不足 30，比率仅供参考。</p>
                """)
        }
        page.raw("</div>\n")
    }
}
