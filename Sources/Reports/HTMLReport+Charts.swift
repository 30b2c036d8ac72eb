import ConversationModel

extension HTMLReport {
    /// Hits of negative rules by day, stacked by severity; long spans are put into at most 60 columns.
    func dayChart(of tally: Tally, _ page: inout HTMLText) {
        let (columns, step) = dayColumns(of: tally)
        page.raw("<figure class=\"panel two\"><figcaption><h3>每日负面命中</h3>")
        if step > 1 {
            page.raw("<span class=\"soft\">每柱 ")
            page.number(step)
            page.raw(" 天</span>")
        }
        page.raw("</figcaption>")
        let highest = columns.map { $0.hits.reduce(0, +) }.max() ?? 0
        guard highest > 0 else {
            page.raw("<p class=\"empty\">没有可按日期统计的负面命中</p></figure>\n")
            return
        }
        let ceiling = niceCeiling(of: highest)
        page.raw("<div class=\"chart\"><div class=\"ticks\" aria-hidden=\"true\">")
        for tick in [ceiling, ceiling / 2, 0] {
            page.element("<span>", grouped(tick), "</span>")
        }
        page.raw("</div><div class=\"plot\"><svg preserveAspectRatio=\"none\" role=\"img\" viewBox=\"0 0 ")
        page.plain(columns.count * 100)
        page.element(" 1000\" aria-label=\"", "每日负面命中，最多一柱 \(highest) 次", "\">")
        for (index, column) in columns.enumerated() {
            let words = Severity.allCases.reversed().map { "\($0.label) \(column.hits[$0.rank])" }
            let title =
                "\(column.day)：\(column.hits.reduce(0, +)) 次（\(words.joined(separator: "，"))）"
            if step == 1 {
                page.raw("<a href=\"#findings\" tabindex=\"-1\"")
                attributes(
                    of: FindingLink(outcome: "negative", key: ("day", column.day.description)), &page)
                page.raw(">")
            }
            page.element("<g><title>", title, "</title><rect class=\"hover\" height=\"1000\" ")
            attribute("x=\"", index * 100, &page)
            page.raw("width=\"100\"/>")
            var top = 1000
            for severity in Severity.allCases.reversed() where column.hits[severity.rank] > 0 {
                let height = scaled(column.hits[severity.rank], of: ceiling, to: 1000)
                top -= height
                page.raw("<rect class=\"")
                page.raw(severity.className)
                page.raw("\" width=\"56\" ")
                attribute("x=\"", index * 100 + 22, &page)
                attribute("y=\"", top, &page)
                attribute("height=\"", height, &page)
                page.raw("/>")
            }
            page.raw(step == 1 ? "</g></a>" : "</g>")
        }
        page.raw("</svg></div><div class=\"axis\" aria-hidden=\"true\">")
        let every = max(1, (columns.count + 7) / 8)
        for (index, column) in columns.enumerated() {
            page.element(
                "<span>", index % every == 0 ? String(column.day.description.dropFirst(5)) : "",
                "</span>")
        }
        page.raw("</div></div>")
        legend(&page)
        page.raw("</figure>\n")
    }

    /// Shares of the severities among all negative hits.
    func severityChart(of tally: Tally, _ page: inout HTMLText) {
        let hits = tally.overall.negativeHits
        let total = hits.reduce(0, +)
        page.raw("<figure class=\"panel\"><figcaption><h3>按级别</h3></figcaption>")
        page.raw(
            "<svg class=\"stack\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 10\" aria-hidden=\"true\">"
        )
        var left = 0
        for severity in Severity.allCases.reversed() where hits[severity.rank] > 0 {
            let width = scaled(hits[severity.rank], of: total, to: 1000)
            page.raw("<rect height=\"10\" class=\"")
            page.raw(severity.className)
            page.raw("\" ")
            attribute("x=\"", left, &page)
            attribute("width=\"", width, &page)
            page.raw("/>")
            left += width
        }
        page.raw("</svg><table class=\"mini\"><tbody>")
        for severity in Severity.allCases.reversed() {
            page.raw("<tr><th scope=\"row\"><i class=\"dot ")
            page.raw(severity.className)
            page.element("\"></i>", severity.label, "</th><td>")
            page.number(hits[severity.rank])
            page.element(
                "</td><td class=\"soft\">", Rate(hits[severity.rank], of: total).text, "</td></tr>")
        }
        page.raw("</tbody></table></figure>\n")
    }

    /// The ten negative rules with most hits.
    func ruleChart(of tally: Tally, _ page: inout HTMLText) {
        let rows = totals(of: tally, .negative).filter { $0.counts.hits > 0 }
            .sorted {
                $0.counts.hits != $1.counts.hits
                    ? $0.counts.hits > $1.counts.hits : $0.rule < $1.rule
            }
        page.raw("<figure class=\"panel two\"><figcaption><h3>命中最多的负面规则</h3></figcaption>")
        guard let highest = rows.first?.counts.hits else {
            page.raw("<p class=\"empty\">没有负面命中</p></figure>\n")
            return
        }
        page.raw("<ol class=\"bars\">")
        for row in rows.prefix(10) {
            let rule = tally.rules[row.rule]
            page.raw("<li>")
            nameCell(nameLabel(rule.name), FindingLink(outcome: "negative", rule: rule.id), &page)
            bar(scaled(row.counts.hits, of: highest, to: 1000), rule.severity.className, &page)
            page.raw("<span class=\"num\">")
            page.number(row.counts.hits)
            page.raw("</span></li>")
        }
        page.raw("</ol></figure>\n")
    }

    /// 达成率 of each positive rule: the graver first, then the lower.
    func attainmentChart(of tally: Tally, _ page: inout HTMLText) {
        func rate(_ row: TallyRow) -> Rate {
            Rate(row.counts.unitsHit, of: row.counts.unitsApplicable)
        }
        let rows = totals(of: tally, .positive).filter { $0.counts.unitsApplicable > 0 }
            .sorted {
                let ranks = (tally.rules[$0.rule].severity.rank, tally.rules[$1.rule].severity.rank)
                if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
                let (a, b) = (rate($0).perMille ?? 0, rate($1).perMille ?? 0)
                return a != b ? a < b : $0.rule < $1.rule
            }
        page.raw("<figure class=\"panel\"><figcaption><h3>正面规则达成率</h3>")
        page.raw("<span class=\"soft\">级别高、达成率低的在前</span></figcaption>")
        page.raw(rows.isEmpty ? "<p class=\"empty\">没有适用的正面规则</p>" : "<ol class=\"bars\">")
        for row in rows.prefix(10) {
            let rule = tally.rules[row.rule]
            page.raw("<li>")
            nameCell(nameLabel(rule.name), FindingLink(outcome: "missed", rule: rule.id), &page)
            bar(min(1000, rate(row).perMille ?? 0), attainmentTone(rate(row)), &page)
            page.element("<span class=\"num\">", rate(row).text, "</span></li>")
        }
        page.raw(rows.isEmpty ? "</figure>\n" : "</ol></figure>\n")
    }

    /// A bar of `perMille` thousandths of its cell.
    func bar(_ perMille: Int, _ tone: StaticString, _ page: inout HTMLText) {
        page.raw(
            "<svg class=\"bar\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 10\" aria-hidden=\"true\">"
        )
        page.raw("<rect height=\"10\" class=\"")
        page.raw(tone)
        page.raw("\" ")
        attribute("width=\"", perMille == 0 ? 0 : max(perMille, 4), &page)
        page.raw("/></svg>")
    }

    private func legend(_ page: inout HTMLText) {
        page.raw("<p class=\"legend\">")
        for severity in Severity.allCases.reversed() {
            page.raw("<span><i class=\"dot ")
            page.raw(severity.className)
            page.element("\"></i>", severity.label, "</span>")
        }
        page.raw("</p>")
    }

    private func attribute(_ name: StaticString, _ value: Int, _ page: inout HTMLText) {
        page.raw(name)
        page.plain(value)
        page.raw("\" ")
    }

    private func scaled(_ part: Int, of whole: Int, to length: Int) -> Int {
        guard whole > 0 else { return 0 }
        return min(part, Int.max / 4096) * length / whole
    }

    /// The least even number of the form 2, 4, 6, 8, 10, 20, 40 … that is not below `number`, for the top of
    /// an axis whose half is labelled, too.
    private func niceCeiling(of number: Int) -> Int {
        var unit = 1
        while unit < Int.max / 100, unit * 10 < number { unit *= 10 }
        for factor in [2, 4, 6, 8, 10] where unit * factor >= number { return unit * factor }
        return number
    }

    private func totals(of tally: Tally, _ polarity: Polarity) -> [TallyRow] {
        guard !tally.total.keys.isEmpty else { return [] }
        return tally.rules.indices.filter { tally.rules[$0].polarity == polarity }
            .map { TallyRow(key: 0, rule: $0, counts: tally.total[0, $0]) }
    }

    /// Columns from the first to the last known day, empty days too, and how many days each takes.
    private func dayColumns(of tally: Tally) -> ([(day: CalendarDay, hits: [Int])], Int) {
        let known = tally.byDay.keys.indices.compactMap { key in
            CalendarDay(tally.byDay.keys[key]).map { ($0, key) }
        }
        guard let first = known.map(\.0).min(), let last = known.map(\.0).max() else {
            return ([], 1)
        }
        let span = Int(last.daysSince1970) - Int(first.daysSince1970) + 1
        let step = (span + 59) / 60
        var columns = (0..<((span + step - 1) / step)).map {
            (
                day: CalendarDay(daysSince1970: first.daysSince1970 + Int32($0 * step)),
                hits: [0, 0, 0, 0]
            )
        }
        for (day, key) in known {
            let column = Int(day.daysSince1970 - first.daysSince1970) / step
            let hits = tally.summary(of: tally.byDay, key: key).negativeHits
            for rank in hits.indices { columns[column].hits[rank] += hits[rank] }
        }
        return (columns, step)
    }
}
