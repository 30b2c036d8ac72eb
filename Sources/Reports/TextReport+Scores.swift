import ConversationModel

extension TextReport {
    /// Scores by agent, group and day, and the stays that a veto set to 0.
    func scores(_ report: Report) -> [String] {
        guard let scores = report.scores else { return [] }
        let rows = ScoreRows(scores)
        let groupOf = Dictionary(
            zip(report.tally.byAgent.keys, report.tally.groupOfAgent), uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        for (title, rows) in [("客服", rows.agents), ("分组", rows.groups), ("日期", rows.days)] {
            let isAgents = title == "客服"
            var table = TextTable(
                columns: columns([title] + (isAgents ? ["分组"] : []), ["接待段", "总分", "均分", "一票否决"]),
                displayWidth: displayWidth)
            for row in rows.prefix(rowLimit ?? rows.count) {
                table.rows.append(
                    [.init(text: singleLine(row.name))]
                        + (isAgents ? [.init(text: singleLine(groupOf[row.name] ?? ""), tint: .dim)] : [])
                        + [
                            .init(text: grouped(row.sum.stays)), .init(text: grouped(row.sum.points)),
                            .init(text: row.sum.meanText),
                            .init(text: grouped(row.sum.vetoed), tint: row.sum.vetoed == 0 ? .dim : .red),
                        ])
            }
            lines += section("得分 · \(title)", table, hidden: rows.count - table.rows.count)
        }
        lines += vetoes(scores, report.tally)
        if rows.agents.contains(where: { $0.sum.stays < Scores.smallNumber }) {
            lines += ["", painted("* 接待段不足 \(Scores.smallNumber)，均分仅供参考", .dim)]
        }
        return lines
    }

    private func vetoes(_ scores: Scores, _ tally: Tally) -> [String] {
        let names = Dictionary(
            tally.rules.map { ($0.id.value, $0.name) }, uniquingKeysWith: { first, _ in first })
        var table = TextTable(columns: columns(["客服", "规则", "会话", "日期"], []), displayWidth: displayWidth)
        for veto in scores.vetoes.prefix(rowLimit ?? scores.vetoes.count) {
            table.rows.append([
                .init(text: singleLine(veto.agent)), .init(text: singleLine(names[veto.rule] ?? veto.rule), tint: .red),
                .init(text: singleLine(veto.conversation)), .init(text: veto.day ?? "", tint: .dim),
            ])
        }
        return section("一票否决", table, hidden: scores.vetoes.count - table.rows.count)
    }
}
