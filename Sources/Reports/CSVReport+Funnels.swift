import ConversationModel

extension CSVReport {
    static let funnelTitles =
        ["规则编号", "规则", "范围", "对象", "序号", "步骤", "适用"] + Funnel.titles + ["到达率"]

    /// One record a step, for the whole run, then each group, then each agent.
    func funnels(of tally: Tally, _ body: ([String]) throws -> Void) rethrows {
        for funnel in tally.funnels {
            let rule = tally.rules[funnel.rule]
            let scopes = [("全部", [funnel.total]), ("分组", funnel.byGroup), ("客服", funnel.byAgent)]
            for (scope, rows) in scopes {
                for row in rows {
                    for (step, name) in tally.steps(of: funnel).enumerated() {
                        try body(
                            [rule.id.value, rule.name, scope, row.key, String(step + 1), name, String(row.asked[step])]
                                + funnel.cells(step, of: row).map(String.init)
                                + [Rate(row.reached[step], of: row.asked[step]).text])
                    }
                }
            }
        }
    }
}
