import ConversationModel

/// Renders a backtest as tables and examples for a terminal.
public struct BacktestTextReport: Sendable {
    /// Examples shown for each rule and kind.
    private static let exampleLimit = 3

    /// Cells of the terminal.
    public var width: Int
    public var usesColor: Bool
    /// Rows shown of each table, and rules shown with examples; nil shows all.
    public var rowLimit: Int?
    /// Cells that a text takes in a terminal.
    public var displayWidth: @Sendable (String) -> Int

    public init(
        width: Int = 100, usesColor: Bool = false, rowLimit: Int? = 40,
        displayWidth: @escaping @Sendable (String) -> Int
    ) {
        self.width = max(40, width)
        self.usesColor = usesColor
        self.rowLimit = rowLimit
        self.displayWidth = displayWidth
    }

    /// The report as UTF-8 text with LF line ends.
    public func render(_ report: BacktestReport) -> String {
        let lines =
            head(of: report) + totals(of: report) + schemes(of: report) + verdicts(of: report) + rules(of: report)
            + agents(of: report) + examples(of: report)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension BacktestTextReport {
    private func head(of report: BacktestReport) -> [String] {
        func side(_ side: (label: String, digest: String)) -> String {
            let digest = singleLine(String(side.digest.prefix(12)))
            return shortened(singleLine(side.label), to: 100) + (digest.isEmpty ? "" : "（\(digest)）")
        }
        let items = report.coverageItems
        let labelWidth = items.map { displayWidth($0.label) }.max() ?? 0
        return [
            painted("明鉴回测  \(shortened(singleLine(report.title), to: 200))", .bold),
            painted(
                "引擎 \(shortened(singleLine(report.engine), to: 60))  现行 \(side(report.old)) → 草稿 \(side(report.new))",
                .dim),
            "",
        ]
            + items.map { item in
                let gap = String(repeating: " ", count: labelWidth - displayWidth(item.label) + 2)
                return painted(item.label, item.isWarning ? .yellow : .dim) + gap + item.text
            }
    }

    private func totals(of report: BacktestReport) -> [String] {
        var table = TextTable(columns: columns(["合计"]), displayWidth: displayWidth)
        for (label, counts) in report.sums { table.rows.append([.init(text: label)] + cells(counts)) }
        let agents = report.affectedAgents.count
        return section("现行与草稿", table, hidden: 0) + [
            "受影响：会话 \(grouped(report.conversationsAffected))（共 \(grouped(report.coverage.conversations))），"
                + "客服 \(grouped(agents))，规则 \(grouped(report.rules.count { $0.weight > 0 }))"
        ] + (report.scores.isEmpty ? [] : ["平均得分：\(report.scores.texts.joined(separator: " → "))"])
    }

    private func schemes(of report: BacktestReport) -> [String] {
        let lines = report.schemeDifferences
        guard !lines.isEmpty else { return [] }
        let limit = rowLimit ?? .max
        return ["", painted("方案与计分的改动", .bold)]
            + lines.prefix(limit).map { "    " + shortened(singleLine($0), to: 400) }
            + (lines.count > limit ? ["    … 另有 \(grouped(lines.count - limit)) 处"] : [])
    }

    private func verdicts(of report: BacktestReport) -> [String] {
        guard let verdicts = report.verdicts else { return [] }
        let facts = report.verdictFacts.map { fact in
            let text = "\(fact.label) \(grouped(fact.count))"
            return fact.isAgainst && fact.count > 0 ? painted(text, .red) : text
        }
        return ["", painted("复核结论（\(grouped(verdicts.total))）", .bold), facts.joined(separator: "，")]
    }

    private func rules(of report: BacktestReport) -> [String] {
        var table = TextTable(
            columns: columns(["规则", "编号", "规则改动", "结果"]), displayWidth: displayWidth)
        let rules = report.differingRules
        for rule in rules.prefix(rowLimit ?? .max) {
            let outcomes = [(rule.summary.hitLabel, rule.hits), ("未达成", rule.missed)]
            for (place, (label, counts)) in outcomes.enumerated() where place == 0 || counts != BacktestCounts() {
                table.rows.append(
                    [
                        .init(text: singleLine(rule.summary.name), tint: place == 0 ? .plain : .dim),
                        .init(text: singleLine(rule.summary.id.value), tint: .dim),
                        .init(text: rule.status.label, tint: rule.status == .unchanged ? .dim : .cyan),
                        .init(text: label, tint: .dim),
                    ] + cells(counts))
            }
        }
        var lines = section("规则", table, hidden: rules.count - (rowLimit ?? rules.count))
        let same = report.rules.count - rules.count
        if same > 0 { lines += ["", painted(report.sameRulesNote(same), .dim)] }
        return lines
    }

    private func agents(of report: BacktestReport) -> [String] {
        var table = TextTable(
            columns: [.init(title: "客服", alignment: .left)]
                + (["负面 现行", "草稿", "增减", "达成 现行", "草稿", "增减", "未达成 现行", "草稿", "增减"]
                + (report.scores.isEmpty ? [] : ["得分 现行", "草稿"])).map {
                    .init(title: $0, alignment: .right)
                }, displayWidth: displayWidth)
        let agents = report.affectedAgents
        for agent in agents.prefix(rowLimit ?? .max) {
            table.rows.append(
                [.init(text: singleLine(agent.name))]
                    + [agent.negativeHits, agent.positiveHits, agent.missed].flatMap { counts in
                        [
                            TextTable.Cell(text: grouped(counts.old)), TextTable.Cell(text: grouped(counts.new)),
                            TextTable.Cell(text: counts.movement, tint: counts.differ ? .plain : .dim),
                        ]
                    }
                    + (report.scores.isEmpty ? [] : agent.scores.texts.map { TextTable.Cell(text: $0) }))
        }
        return section("受影响的客服", table, hidden: agents.count - (rowLimit ?? agents.count))
    }

    /// What differs in each rule, and some of the findings that do.
    private func examples(of report: BacktestReport) -> [String] {
        var lines: [String] = []
        let rules = report.differingRules
        var cases: [RuleID: [BacktestCase]] = [:]
        for entry in report.cases { if let id = entry.shown?.finding.rule { cases[id, default: []].append(entry) } }
        for rule in rules.prefix(rowLimit ?? .max) where !rule.differences.isEmpty || rule.weight > 0 {
            lines += [
                "",
                painted(
                    "\(singleLine(rule.summary.name))（\(singleLine(rule.summary.id.value))）\(rule.status.label)", .bold),
            ]
            lines += rule.differences.prefix(20).map { "    " + shortened(singleLine($0), to: 400) }
            if rule.differences.count > 20 { lines.append("    … 另有 \(grouped(rule.differences.count - 20)) 处") }
            for kind in BacktestCase.Kind.allCases {
                let some = (cases[rule.summary.id] ?? []).filter { $0.kind == kind }
                // What speaks against the draft comes first.
                let shown = (some.filter(\.isDecisive) + some.filter { !$0.isDecisive }).prefix(Self.exampleLimit)
                lines += shown.map { line($0, report.zone) }
                let all =
                    switch kind {
                    case .gained: rule.hits.gained + rule.missed.gained
                    case .lost: rule.hits.lost + rule.missed.lost
                    case .changed: rule.hits.changed + rule.missed.changed
                    }
                if all > shown.count {
                    lines.append(painted("  \(kind.label) 另有 \(grouped(all - shown.count)) 条", .dim))
                }
            }
        }
        if rules.count > rowLimit ?? .max {
            lines += [
                "",
                painted(
                    "… 另有 \(grouped(rules.count - (rowLimit ?? rules.count))) 条规则，--all 显示全部，或用 --format json", .dim),
            ]
        }
        return lines
    }

    private func line(_ entry: BacktestCase, _ zone: Zone) -> String {
        guard let shown = entry.shown else { return "" }
        let sign =
            switch entry.kind {
            case .gained: painted("+", .yellow)
            case .lost: painted("-", .cyan)
            case .changed: "~"
            }
        let message = BacktestTextReport.shownMessage(of: shown)
        let time = message?.time.map { zone.text(of: $0) + " " } ?? ""
        let outcome = shown.finding.outcome == .missed ? "［未达成］" : ""
        let verdict = entry.verdict.map { painted("［\($0.label)］", entry.isDecisive ? .red : .plain) } ?? ""
        let place = "\(time)\(singleLine(shown.finding.conversation)) \(singleLine(entry.ownerLabel))"
        var text = message.map(self.text) ?? ""
        if entry.kind == .changed, let before = entry.old.flatMap(BacktestTextReport.shownMessage).map(self.text),
            before != text
        {
            text = before + " → " + text
        }
        if let gaps = entry.gapLabel { text += "（\(gaps)）" }
        return "  \(sign) \(verdict)\(outcome)\(painted(shortened(place, to: 100), .dim)) \(text)"
    }

    /// The message that stands for a finding: its anchor, else the first piece of evidence.
    private static func shownMessage(of entry: FindingCase) -> ContextMessage? {
        entry.context.first { $0.index == entry.finding.anchor } ?? entry.context.first { !$0.labels.isEmpty }
            ?? entry.context.first
    }

    /// The text of a message with 【】 around what is marked.
    private func text(_ message: ContextMessage) -> String {
        let marked = MarkedText(message.text, marks: message.marks, limit: 150, lead: 36)
        let pieces = marked.pieces.enumerated().map { place, piece in
            place % 2 == 1 ? "【\(singleLine(piece))】" : singleLine(piece)
        }
        return (marked.leftOutBefore > 0 ? "…" : "") + pieces.joined() + (marked.leftOutAfter > 0 ? "…" : "")
    }

    // MARK: Tables

    private func columns(_ names: [String]) -> [TextTable.Column] {
        names.map { .init(title: $0, alignment: .left) }
            + ["现行", "草稿", "新增", "消失", "变化"].map { .init(title: $0, alignment: .right) }
    }

    private func cells(_ counts: BacktestCounts) -> [TextTable.Cell] {
        let tints: [TextTable.Tint] = [.plain, .plain, .yellow, .cyan, .plain]
        return zip([counts.old, counts.new, counts.gained, counts.lost, counts.changed], tints).map {
            .init(text: grouped($0), tint: $0 == 0 ? .dim : $1)
        }
    }

    private func section(_ title: String, _ table: TextTable, hidden: Int) -> [String] {
        guard !table.rows.isEmpty else { return [] }
        var lines = ["", painted(title, .bold)] + table.lines(width: width, colour: usesColor)
        if hidden > 0 { lines.append(painted("… 另有 \(grouped(hidden)) 行，--all 显示全部，或用 --format json", .dim)) }
        return lines
    }

    private func painted(_ text: String, _ tint: TextTable.Tint) -> String {
        TextTable.painted(text, tint, usesColor)
    }
}
