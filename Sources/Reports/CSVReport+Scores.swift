import ConversationModel

extension CSVReport {
    /// One row an agent and day: what a sheet of scores starts from.
    func scoreRows(_ report: Report) -> [[String]] {
        guard let scores = report.scores else { return [] }
        let groupOf = Dictionary(
            zip(report.tally.byAgent.keys, report.tally.groupOfAgent), uniquingKeysWith: { first, _ in first })
        return scores.byAgentDay.keys.sorted().flatMap { agent -> [[String]] in
            let days = scores.byAgentDay[agent] ?? [:]
            return days.keys.sorted().map { day in
                let sum = days[day] ?? Scores.Sum()
                let mean = sum.meanTenths.map { "\($0 / 10).\($0 % 10)" } ?? ""
                return [
                    agent, groupOf[agent] ?? "", day, String(sum.stays), String(sum.points), mean, String(sum.vetoed),
                ]
            }
        }
    }

    static let scoreTitles = ["客服", "分组", "日期", "接待段", "总分", "均分", "一票否决"]
}
