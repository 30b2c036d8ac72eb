import ConversationModel

/// Renders a daily, weekly or monthly report as tables for a terminal.
public struct PeriodTextReport: Sendable {
    private let text: TextReport

    /// - Parameters:
    ///   - rowLimit: rows of each table; nil shows all.
    ///   - displayWidth: cells that a text takes in a terminal.
    public init(
        width: Int = 100, usesColor: Bool = false, rowLimit: Int? = 40,
        displayWidth: @escaping @Sendable (String) -> Int
    ) {
        text = TextReport(width: width, usesColor: usesColor, rowLimit: rowLimit, displayWidth: displayWidth)
    }

    /// The report as UTF-8 text with LF line ends.
    public func render(_ report: PeriodReport) -> String {
        let figures = report.figures
        let period = figures.period
        let digest = singleLine(String(report.rulesDigest.prefix(12)))
        var lines = [
            text.painted("明鉴\(period.title)  \(period.text)  \(shortened(singleLine(report.title), to: 200))", .bold),
            text.painted(
                "引擎 \(shortened(singleLine(report.engine), to: 60))  规则 \(figures.rules.count) 条"
                    + (digest.isEmpty ? "" : "  摘要 \(digest)"), .dim),
        ]
        lines += text.coverage(CoverageNote(report.coverage, zone: report.zone))
        let (usual, new) = (figures.agents.filter { !$0.isNew }, figures.agents.filter(\.isNew))
        for (title, part) in PeriodTextReport.parts {
            lines += agents("\(title) · 客服", usual, part, figures, withTotal: true)
        }
        if !new.isEmpty {
            for (title, part) in PeriodTextReport.parts {
                lines += agents("\(title) · 新人（不排名）", new, part, figures, withTotal: false)
            }
        }
        lines += exempt(figures)
        if period.kind != .daily {
            lines += ends(figures)
            lines += ranks(figures)
            for (title, part) in PeriodTextReport.parts { lines += days("\(title) · 日期", part, figures) }
        }
        lines += rules("规则", figures.ruleRows, figures, isShop: true)
        lines += rules("客服 × 规则", figures.agentRules, figures, isShop: false)
        lines += [""] + PeriodNotes.all(report).map { text.painted($0, .dim) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The figures in parts that fit a terminal.
    private static let parts: [(String, [PeriodFigure])] = [
        ("接待", [.buyers, .conversations, .messages, .answerRatio]),
        ("响应", [.firstResponse, .meanResponse, .longestWait]),
        ("响应率", [.answeredIn30s, .answeredIn3m, .unanswered]),
        ("转出与命中", [.handedOver, .handedOverWaiting, .negativeHits, .criticalHits]),
        ("达成与得分", [.attainment, .score, .vetoed]),
    ]

    /// The value with what it rests on: `92.3% /40`.
    private func cell(_ value: PeriodValue) -> TextTable.Cell {
        let isOfDays = if case .perDay = value { true } else if case .meanOfDays = value { true } else { false }
        let n = value.n.map { " /\(grouped($0))\(isOfDays ? "天" : "")" } ?? ""
        return .init(text: value.markedText + (value.number == nil ? "" : n), tint: value.number == nil ? .dim : .plain)
    }

    private func agents(
        _ title: String, _ agents: [PeriodFigures.Agent], _ part: [PeriodFigure], _ figures: PeriodFigures,
        withTotal: Bool
    ) -> [String] {
        let period = figures.period
        var table = TextTable(
            columns: text.columns(["客服", "分组"], part.flatMap { [$0.title, period.beforeTitle] }),
            displayWidth: text.displayWidth)
        func cells(_ now: PeriodSide, _ before: PeriodSide) -> [TextTable.Cell] {
            part.flatMap { figure in
                [
                    cell(figure.value(of: now, countsBuyers: figures.countsBuyers)),
                    cell(
                        figure.value(of: before, perDay: period.comparesPerDay, countsBuyers: figures.countsBuyers)),
                ]
            }
        }
        for agent in agents.prefix(text.rowLimit ?? agents.count) {
            table.rows.append(
                [.init(text: singleLine(agent.name)), .init(text: singleLine(agent.group), tint: .dim)]
                    + cells(agent.now, agent.before))
        }
        let hidden = agents.count - table.rows.count
        if withTotal {
            table.rows.append(
                [.init(text: "合计", tint: .bold), .init(text: "")] + cells(figures.total, figures.totalBefore))
        }
        return text.section("\(title)（n 在 / 后）", table, hidden: hidden)
    }

    private func days(_ title: String, _ part: [PeriodFigure], _ figures: PeriodFigures) -> [String] {
        var table = TextTable(columns: text.columns(["日期"], part.map(\.title)), displayWidth: text.displayWidth)
        for day in figures.days {
            table.rows.append(
                [.init(text: day.day.description, tint: figures.period.days.contains(day.day) ? .plain : .dim)]
                    + part.map { cell($0.value(of: day.side, countsBuyers: figures.countsBuyers)) })
        }
        return text.section(title, table, hidden: 0)
    }

    private func exempt(_ figures: PeriodFigures) -> [String] {
        let agents = figures.agents.filter { $0.exempt.stays + $0.exempt.negativeHits + $0.exempt.missed > 0 }
        let shown: [PeriodFigure] = [
            .conversations, .firstResponse, .meanResponse, .answeredIn3m, .unanswered, .negativeHits, .criticalHits,
        ]
        var table = TextTable(
            columns: text.columns(["客服"], ["接待段"] + shown.map(\.title) + ["未达成"]), displayWidth: text.displayWidth)
        for agent in agents.prefix(text.rowLimit ?? agents.count) {
            var side = PeriodSide()
            side.add(day: agent.exempt)
            table.rows.append(
                [.init(text: singleLine(agent.name)), .init(text: grouped(agent.exempt.stays))]
                    + shown.map { cell($0.value(of: side)) } + [.init(text: grouped(agent.exempt.missed))])
        }
        return text.section("豁免（只展示，不计入评分与比率）", table, hidden: agents.count - table.rows.count)
    }

    private func ends(_ figures: PeriodFigures) -> [String] {
        let (best, worst) = PeriodNotes.ends(figures)
        return [("得分最高", best), ("得分最低", worst)].flatMap { title, agents -> [String] in
            var table = TextTable(
                columns: text.columns(["客服", "分组"], ["得分", figures.period.beforeTitle, "负面命中", "达成率"]),
                displayWidth: text.displayWidth)
            for agent in agents {
                table.rows.append([
                    .init(text: singleLine(agent.name)), .init(text: singleLine(agent.group), tint: .dim),
                    cell(PeriodFigure.score.value(of: agent.now)), cell(PeriodFigure.score.value(of: agent.before)),
                    cell(PeriodFigure.negativeHits.value(of: agent.now)),
                    cell(PeriodFigure.attainment.value(of: agent.now)),
                ])
            }
            return text.section(title, table, hidden: 0)
        }
    }

    private func ranks(_ figures: PeriodFigures) -> [String] {
        guard figures.period.kind == .monthly, figures.hasScores else { return [] }
        var table = TextTable(
            columns: text.columns(["分组", "客服"], ["名次", "得分", "误判", "申诉"]), displayWidth: text.displayWidth)
        let agents = figures.agents.sorted { a, b in
            if a.group != b.group { return a.group.utf8.lexicographicallyPrecedes(b.group.utf8) }
            let (x, y) = (a.rank?.place ?? .max, b.rank?.place ?? .max)
            return x != y ? x < y : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
        for agent in agents.prefix(text.rowLimit ?? agents.count) {
            table.rows.append([
                .init(text: singleLine(agent.group), tint: .dim), .init(text: singleLine(agent.name)),
                .init(text: agent.rank.map { "\($0.place)/\($0.of)" } ?? "—"),
                cell(PeriodFigure.score.value(of: agent.now)), .init(text: "—", tint: .dim),
                .init(text: "—", tint: .dim),
            ])
        }
        return text.section("组内名次", table, hidden: agents.count - table.rows.count)
    }

    private func rules(
        _ title: String, _ rows: [PeriodFigures.RuleRow], _ figures: PeriodFigures, isShop: Bool
    ) -> [String] {
        let before = figures.period.beforeTitle
        var table = TextTable(
            columns: text.columns(
                (isShop ? [] : ["客服"]) + ["规则", "级别"],
                ["命中", before, "未达成", before, "比率", before] + (isShop ? ["客服数"] : [])),
            displayWidth: text.displayWidth)
        for row in rows.prefix(text.rowLimit ?? rows.count) {
            let rule = figures.rules[row.rule]
            func count(_ number: Int) -> TextTable.Cell { cell(row.countBefore(number, figures.period)) }
            table.rows.append(
                (isShop ? [] : [.init(text: singleLine(row.agent))])
                    + [.init(text: singleLine(rule.name)), text.severity(rule)]
                    + [
                        .init(text: grouped(row.now.hits)), count(row.before.hits),
                        .init(text: grouped(row.now.missed)), count(row.before.missed),
                        cell(.rate(row.now.unitsHit, n: row.now.unitsApplicable)),
                        cell(.rate(row.before.unitsHit, n: row.before.unitsApplicable)),
                    ] + (isShop ? [.init(text: grouped(row.agents))] : []))
        }
        return text.section(title, table, hidden: rows.count - table.rows.count)
    }
}
