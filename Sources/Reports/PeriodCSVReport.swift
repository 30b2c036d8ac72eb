import ConversationModel

/// Renders one table of a daily, weekly or monthly report as CSV for spreadsheets: UTF-8 with BOM, CRLF, safe of
/// formulas. The last record states the coverage in its first field.
public struct PeriodCSVReport: Sendable {
    /// Which table is written.
    public enum Table: String, Sendable, Hashable, CaseIterable {
        /// One row an agent, all agents at the end.
        case agents
        /// Agent × rule.
        case rules
        /// One row a day, all agents together.
        case days
    }

    public var table: Table

    public init(table: Table = .agents) {
        self.table = table
    }

    /// Writes the table in pieces of about 64 KiB.
    public func write(_ report: PeriodReport, to sink: ([UInt8]) throws -> Void) rethrows {
        let figures = report.figures
        var buffer: [UInt8] = [0xEF, 0xBB, 0xBF]
        let titles = titles(figures.period)
        PeriodCSVReport.append(titles, to: &buffer)
        for record in records(figures) {
            PeriodCSVReport.append(record, to: &buffer)
            if buffer.count > 65_536 {
                try sink(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        let note = "※ " + CoverageNote(report.coverage, zone: report.zone).line
        PeriodCSVReport.append([note] + Array(repeating: "", count: titles.count - 1), to: &buffer)
        try sink(buffer)
    }

    private static func append(_ fields: [String], to buffer: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { buffer.append(0x2C) }
            CSVReport.append(field: field, to: &buffer)
        }
        buffer += [0x0D, 0x0A]
    }

    // MARK: Records

    private func titles(_ period: Period) -> [String] {
        switch table {
        case .agents:
            ["客服", "分组", "新人", "豁免接待段"]
                + PeriodFigure.allCases.flatMap { figure in
                    [
                        figure.title, "\(figure.title) n", "\(figure.title) \(period.beforeTitle)",
                        "\(figure.title) \(period.beforeTitle) n",
                    ]
                } + (period.kind == .monthly ? ["组内名次", "组内排名人数", "误判", "申诉"] : [])
        case .rules:
            [
                "客服", "规则编号", "规则", "类型", "级别", "命中", "会话命中", "适用", "未达成", "比率",
                "\(period.beforeTitle)命中", "\(period.beforeTitle)会话命中", "\(period.beforeTitle)适用",
                "\(period.beforeTitle)未达成",
                "\(period.beforeTitle)比率", "此前可计的天数",
            ]
        case .days:
            ["日期"] + PeriodFigure.allCases.flatMap { [$0.title, "\($0.title) n"] }
        }
    }

    private func records(_ figures: PeriodFigures) -> [[String]] {
        switch table {
        case .agents:
            figures.agents.map { agent(figures, $0) }
                + [total(figures)]
        case .rules: figures.agentRules.map { rule(figures, $0) }
        case .days:
            figures.days.map { day in
                [day.day.description]
                    + PeriodFigure.allCases.flatMap { figure in
                        PeriodCSVReport.fields(figure.value(of: day.side, countsBuyers: figures.countsBuyers))
                    }
            }
        }
    }

    private func agent(_ figures: PeriodFigures, _ agent: PeriodFigures.Agent) -> [String] {
        let rank = agent.rank.map { [String($0.place), String($0.of)] } ?? ["", ""]
        return [agent.name, agent.group, agent.isNew ? "是" : "", String(agent.exempt.stays)]
            + sides(figures, agent.now, agent.before) + (figures.period.kind == .monthly ? rank + ["", ""] : [])
    }

    private func total(_ figures: PeriodFigures) -> [String] {
        ["合计", "", "", String(figures.totalExempt.stays)] + sides(figures, figures.total, figures.totalBefore)
            + (figures.period.kind == .monthly ? ["", "", "", ""] : [])
    }

    private func sides(_ figures: PeriodFigures, _ now: PeriodSide, _ before: PeriodSide) -> [String] {
        PeriodFigure.allCases.flatMap { figure in
            PeriodCSVReport.fields(figure.value(of: now, countsBuyers: figures.countsBuyers))
                + PeriodCSVReport.fields(
                    figure.value(
                        of: before, perDay: figures.period.comparesPerDay, countsBuyers: figures.countsBuyers))
        }
    }

    /// The value as a number that a spreadsheet takes, and its `n`; empty where it is not defined. Times in seconds.
    private static func fields(_ value: PeriodValue) -> [String] {
        let n = value.n.map(String.init) ?? ""
        guard let number = value.number else { return ["", n] }
        switch value {
        case .count: return [String(number), n]
        case .mean, .meanOfDays, .longest:
            let digits = String(number % 1000)
            return ["\(number / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits, n]
        case .rate, .ratio: return ["\(number / 10).\(number % 10)%", n]
        default: return ["\(number / 10).\(number % 10)", n]
        }
    }

    private func rule(_ figures: PeriodFigures, _ row: PeriodFigures.RuleRow) -> [String] {
        let rule = figures.rules[row.rule]
        func counts(_ counts: TallyCounts, _ value: (Int) -> PeriodValue) -> [String] {
            [counts.hits, counts.unitsHit, counts.unitsApplicable, counts.missed].map {
                PeriodCSVReport.fields(value($0))[0]
            } + [PeriodCSVReport.fields(.rate(counts.unitsHit, n: counts.unitsApplicable))[0]]
        }
        return [row.agent, rule.id.value, rule.name, rule.polarity.label, rule.severity.label]
            + counts(row.now) { .count($0) }
            + counts(row.before) { row.countBefore($0, figures.period) } + [String(row.daysBefore)]
    }
}
