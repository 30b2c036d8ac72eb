import ConversationModel

extension TextReport {
    /// A table of steps for each procedure, and tables by group and by agent.
    func funnels(of tally: Tally) -> [String] {
        tally.funnels.flatMap { funnel in
            let name = singleLine(tally.rules[funnel.rule].name)
            let steps = tally.steps(of: funnel)
            return section("流程 · \(name)", stepTable(funnel, steps), hidden: 0)
                + keyTable("流程 · \(name) · 按分组", "分组", funnel.byGroup, steps)
                + keyTable("流程 · \(name) · 按客服", "客服", funnel.byAgent, steps)
        }
    }

    private func stepTable(_ funnel: Funnel, _ steps: [String]) -> TextTable {
        var table = TextTable(
            columns: columns(["步骤"], ["适用"] + Funnel.titles + ["到达率"]), displayWidth: displayWidth)
        for (step, name) in steps.enumerated() {
            let rate = Rate(funnel.total.reached[step], of: funnel.total.asked[step])
            let counts = [funnel.total.asked[step]] + funnel.cells(step, of: funnel.total)
            table.rows.append(
                [.init(text: "\(step + 1) \(singleLine(name))")] + counts.map { .init(text: grouped($0)) }
                    + [.init(text: rate.markedText)])
        }
        return table
    }

    /// One row a key: how many units reached each step.
    private func keyTable(_ title: String, _ keyTitle: String, _ rows: [Funnel.Row], _ steps: [String]) -> [String] {
        var table = TextTable(
            columns: columns([keyTitle], ["适用"] + steps.map { shortened(singleLine($0), to: 12) } + ["完成", "完成率"]),
            displayWidth: displayWidth)
        let shown = rows.prefix(rowLimit ?? rows.count)
        for row in shown {
            let counts = [row.applicable] + row.reached + [row.completed]
            table.rows.append(
                [.init(text: singleLine(row.key))] + counts.map { .init(text: grouped($0)) }
                    + [.init(text: Rate(row.completed, of: row.applicable).markedText)])
        }
        return section(title, table, hidden: rows.count - shown.count)
    }
}
