import ConversationModel

extension HTMLReport {
    /// What stays got, by agent, group and day, worst means first, and the stays that a veto set to 0.
    func scoreSection(of scores: Scores, _ report: Report, _ page: inout HTMLText) {
        open("scores", "得分", &page)
        if report.coverage.rulesOrigin == .draft || report.coverage.rulesOrigin == .namedVersion {
            page.raw("<p class=\"notice\" role=\"note\">草稿或指定版本的结果<strong>不计入评分</strong>，以下仅供比较。</p>\n")
        }
        let rows = ScoreRows(scores)
        let groupOf = Dictionary(
            zip(report.tally.byAgent.keys, report.tally.groupOfAgent), uniquingKeysWith: { first, _ in first })
        scoreTable("得分 · 客服", "客服", rows.agents, groupOf, &page)
        scoreTable("得分 · 分组", "分组", rows.groups, nil, &page)
        scoreTable("得分 · 日期", "日期", rows.days, nil, &page)
        vetoTable(scores, report.tally, &page)
        page.raw("</section>\n")
    }

    private func scoreTable(
        _ title: String, _ keyTitle: String, _ rows: [ScoreRows.Row], _ groupOf: [String: String]?,
        _ page: inout HTMLText
    ) {
        tableHead(
            title, [keyTitle] + (groupOf == nil ? [] : ["分组"]), ["接待段", "总分", "均分", "一票否决"], &page)
        for row in rows.prefix(limitRows) {
            page.raw("<tr><th scope=\"row\">")
            nameCell(nameLabel(row.name), nil, &page)
            page.raw("</th>")
            if let groupOf {
                page.raw("<td>")
                nameCell(nameLabel(groupOf[row.name] ?? ""), nil, &page)
                page.raw("</td>")
            }
            count(row.sum.stays, &page)
            count(row.sum.points, &page)
            page.raw("<td class=\"num\" data-v=\"")
            page.plain(row.sum.meanTenths ?? -1)
            page.element("\">", row.sum.meanText, "</td>")
            count(row.sum.vetoed, &page)
            page.raw("</tr>\n")
        }
        tableFoot(hidden: rows.count - limitRows, note: false, &page)
        if rows.contains(where: { $0.sum.stays < Scores.smallNumber }) {
            page.raw("<p class=\"rest\">* 接待段不足 ")
            page.number(Scores.smallNumber)
            page.raw("，均分仅供参考。</p>\n")
        }
    }

    private func vetoTable(_ scores: Scores, _ tally: Tally, _ page: inout HTMLText) {
        guard !scores.vetoes.isEmpty else { return }
        let names = Dictionary(
            tally.rules.map { ($0.id.value, $0.name) }, uniquingKeysWith: { first, _ in first })
        tableHead("一票否决", ["客服", "规则", "会话", "日期"], [], &page)
        for veto in scores.vetoes.prefix(limitRows) {
            page.raw("<tr><th scope=\"row\">")
            nameCell(nameLabel(veto.agent), nil, &page)
            page.raw("</th>")
            for text in [names[veto.rule] ?? veto.rule, veto.conversation, veto.day ?? "日期未知"] {
                page.raw("<td>")
                nameCell(nameLabel(text), nil, &page)
                page.raw("</td>")
            }
            page.raw("</tr>\n")
        }
        tableFoot(hidden: scores.vetoes.count - limitRows, note: false, &page)
        if scores.total.vetoed > 0, scores.vetoes.count >= Scores.vetoLimit {
            page.raw("<p class=\"rest\">至多列出 ")
            page.number(Scores.vetoLimit)
            page.raw(" 条，计数不受影响。</p>\n")
        }
    }
}
