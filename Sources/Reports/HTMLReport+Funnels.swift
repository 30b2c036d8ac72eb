import ConversationModel

extension HTMLReport {
    /// The steps of a procedure, then groups and agents with the steps they reached.
    func funnelTables(_ funnel: Funnel, _ tally: Tally, _ page: inout HTMLText) {
        let name = nameLabel(tally.rules[funnel.rule].name)
        let steps = tally.steps(of: funnel).map { nameLabel($0) }
        tableHead("流程 · \(name)", ["步骤"], ["适用"] + Funnel.titles + ["到达率"], &page)
        for (step, title) in steps.enumerated() {
            page.element("<tr><th scope=\"row\">", "\(step + 1) \(title)", "</th>")
            count(funnel.total.asked[step], &page)
            for number in funnel.cells(step, of: funnel.total) { count(number, &page) }
            let rate = Rate(funnel.total.reached[step], of: funnel.total.asked[step])
            rateCell(rate, attainmentTone(rate), &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: 0, note: false, &page)
        keyTable("流程 · \(name) · 按分组", "分组", funnel.byGroup, steps, &page)
        keyTable("流程 · \(name) · 按客服", "客服", funnel.byAgent, steps, &page)
    }

    private func keyTable(
        _ title: String, _ keyTitle: String, _ rows: [Funnel.Row], _ steps: [String], _ page: inout HTMLText
    ) {
        tableHead(title, [keyTitle], ["适用"] + steps + ["完成", "完成率"], &page)
        for row in rows.prefix(limitRows) {
            page.element("<tr><th scope=\"row\">", nameLabel(row.key), "</th>")
            for number in [row.applicable] + row.reached + [row.completed] { count(number, &page) }
            let rate = Rate(row.completed, of: row.applicable)
            rateCell(rate, attainmentTone(rate), &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: rows.count - limitRows, note: false, &page)
    }
}
