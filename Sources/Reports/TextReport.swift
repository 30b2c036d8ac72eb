import ConversationModel

/// Renders a run as tables for a terminal.
///
/// Numbers are exact, rates are written from integers, names are made harmless (`singleLine`).
public struct TextReport: Sendable {
    /// A part of the report; they print in this order.
    public enum Section: String, Sendable, Hashable, CaseIterable {
        case coverage, agents, scores, groups, rules, procedures, days
    }

    public var sections: Set<Section>
    /// Cells of the terminal; names are cut to fit, numbers never.
    public var width: Int
    public var usesColor: Bool
    /// Rows shown of each table; nil shows all.
    public var rowLimit: Int?
    /// Cells that a text takes in a terminal.
    public var displayWidth: @Sendable (String) -> Int

    public init(
        sections: Set<Section> = Set(Section.allCases), width: Int = 100, usesColor: Bool = false,
        rowLimit: Int? = 40, displayWidth: @escaping @Sendable (String) -> Int
    ) {
        self.sections = sections
        self.width = max(40, width)
        self.usesColor = usesColor
        self.rowLimit = rowLimit
        self.displayWidth = displayWidth
    }

    /// The report as UTF-8 text with LF line ends.
    public func render(_ report: Report) -> String {
        var lines = head(of: report)
        if sections.contains(.coverage) { lines += coverage(CoverageNote(report)) }
        if sections.contains(.agents) {
            lines += pairs(report.tally, .negative) + pairs(report.tally, .positive)
        }
        if sections.contains(.scores) { lines += scores(report) }
        if sections.contains(.agents) { lines += exemptions(report.coverage) }
        if sections.contains(.groups) {
            lines += summaries("分组", report.tally, report.tally.byGroup)
        }
        if sections.contains(.rules) {
            lines += rules(report.tally, .negative) + rules(report.tally, .positive)
            lines += silentRules(report.tally)
        }
        if sections.contains(.procedures) { lines += funnels(of: report.tally) }
        if sections.contains(.days) {
            lines += summaries("日期", report.tally, report.tally.byDay)
        }
        var notes: [String] = []
        if lines.contains(where: { $0.contains("未达成") }) {
            notes.append("适用、达成按会话（或接待段）计，未达成按次计，所以相加不必等于适用")
        }
        if lines.contains(where: { $0.contains("%* ") || $0.hasSuffix("%*") }) {
            notes.append("* 适用不足 \(Rate.thinBelow)，比率仅供参考")
        }
        if !notes.isEmpty { lines += [""] + notes.map { painted($0, .dim) } }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension TextReport {
    private func head(of report: Report) -> [String] {
        let title = shortened(singleLine(report.title), to: 200)
        let digest = singleLine(String(report.rulesDigest.prefix(12)))
        return [
            painted("明鉴质检报告  \(title)", .bold),
            painted(
                "引擎 \(shortened(singleLine(report.engine), to: 60))  规则 \(report.tally.rules.count) 条"
                    + (digest.isEmpty ? "" : "  摘要 \(digest)"), .dim),
        ]
    }

    func coverage(_ note: CoverageNote) -> [String] {
        let items = note.items
        let labelWidth = items.map { displayWidth($0.label) }.max() ?? 0
        return [""]
            + items.map { item in
                let gap = String(repeating: " ", count: labelWidth - displayWidth(item.label) + 2)
                return painted(item.label, item.isWarning ? .yellow : .dim) + gap + item.text
            }
    }

    /// The table by agent and rule, for rules of one polarity.
    private func pairs(_ tally: Tally, _ polarity: Polarity) -> [String] {
        var table = TextTable(
            columns: columns(["客服", "分组", "规则", "级别"], counts(polarity)),
            displayWidth: displayWidth)
        var hidden = 0
        for key in tally.keysByWeight(of: tally.byAgent) {
            var isFirst = true
            let name = singleLine(tally.byAgent.keys[key])
            let group = key < tally.groupOfAgent.count ? singleLine(tally.groupOfAgent[key]) : ""
            for row in tally.rows(of: tally.byAgent, key: key, polarity) {
                let rule = tally.rules[row.rule]
                if let rowLimit, table.rows.count >= rowLimit {
                    hidden += 1
                    continue
                }
                table.rows.append(
                    [
                        .init(text: name, tint: isFirst ? .plain : .dim),
                        .init(text: group, tint: .dim), .init(text: singleLine(rule.name)),
                        severity(rule),
                    ] + cells(row.counts, polarity))
                isFirst = false
            }
        }
        return section("客服 × \(polarity.label)规则", table, hidden: hidden)
    }

    private func rules(_ tally: Tally, _ polarity: Polarity) -> [String] {
        var table = TextTable(
            columns: columns(["规则", "编号", "级别"], counts(polarity) + ["未判定"]),
            displayWidth: displayWidth)
        guard !tally.total.keys.isEmpty else { return [] }
        var hidden = 0
        for row in tally.rows(of: tally.total, key: 0) {
            let rule = tally.rules[row.rule]
            guard rule.polarity == polarity else { continue }
            if let rowLimit, table.rows.count >= rowLimit {
                hidden += 1
                continue
            }
            let open = row.counts.notEvaluated
            table.rows.append(
                [
                    .init(text: singleLine(rule.name)),
                    .init(text: singleLine(rule.id.value), tint: .dim), severity(rule),
                ] + cells(row.counts, polarity)
                    + [.init(text: grouped(open), tint: open == 0 ? .dim : .plain)])
        }
        return section("\(polarity.label)规则", table, hidden: hidden)
    }

    /// How many rules have nothing to show because nothing was hit, or because they apply to nothing; and by
    /// name those of which it is not known: as many units were not decided as the rule applied to.
    private func silentRules(_ tally: Tally) -> [String] {
        guard !tally.total.keys.isEmpty else { return [] }
        let shown = Set(tally.rows(of: tally.total, key: 0).map(\.rule))
        var (clean, partly, nowhere) = (0, 0, 0)
        var undecided: [String] = []
        for rule in tally.rules.indices where !shown.contains(rule) {
            let counts = tally.total[0, rule]
            if counts.notEvaluated > 0, counts.notEvaluated >= counts.unitsApplicable {
                undecided.append(
                    "\(singleLine(tally.rules[rule].name))（未判定 \(grouped(counts.notEvaluated))，"
                        + "适用 \(grouped(counts.unitsApplicable))）")
            } else if counts.unitsApplicable == 0 {
                nowhere += 1
            } else {
                clean += 1
                if counts.notEvaluated > 0 { partly += 1 }
            }
        }
        var lines: [String] = []
        if clean > 0 {
            let note = partly > 0 ? "（其中 \(grouped(partly)) 条有会话未判定）" : ""
            lines.append(painted("另有 \(grouped(clean)) 条规则判定过，没有命中\(note)", .dim))
        }
        if nowhere > 0 { lines.append(painted("另有 \(grouped(nowhere)) 条规则没有适用的会话", .dim)) }
        if !undecided.isEmpty {
            let names = undecided.prefix(10).joined(separator: "、") + (undecided.count > 10 ? "、…" : "")
            lines.append("另有 \(grouped(undecided.count)) 条规则没有命中，但大多未能判定：\(names)")
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    private func summaries(_ title: String, _ tally: Tally, _ source: TallyTable) -> [String] {
        var table = TextTable(
            columns: columns(
                [title], ["负面命中", "致命", "严重", "一般", "提示", "适用", "达成", "未达成", "达成率"]),
            displayWidth: displayWidth)
        var keys = Array(source.keys.indices)
        var hidden = 0
        if let rowLimit, keys.count > rowLimit {
            hidden = keys.count - rowLimit
            keys.removeLast(hidden)
        }
        for key in keys {
            let sum = tally.summary(of: source, key: key)
            let tints: [TextTable.Tint] = [.red, .yellow, .plain, .dim]
            let severities = zip(sum.negativeHits.reversed(), tints).map { count, tint in
                TextTable.Cell(text: grouped(count), tint: count == 0 ? .dim : tint)
            }
            table.rows.append(
                [
                    .init(text: singleLine(source.keys[key])),
                    .init(text: grouped(sum.totalNegativeHits)),
                ]
                    + severities
                    + [sum.applicable, sum.met, sum.missed].map { .init(text: grouped($0)) }
                    + [.init(text: sum.attainment.markedText)])
        }
        return section("按\(title)", table, hidden: hidden)
    }

    func section(_ title: String, _ table: TextTable, hidden: Int) -> [String] {
        guard !table.rows.isEmpty else { return [] }
        var lines = ["", painted(title, .bold)] + table.lines(width: width, colour: usesColor)
        if hidden > 0 {
            lines.append(painted("… 另有 \(grouped(hidden)) 行，--all 显示全部，或用 --format json", .dim))
        }
        return lines
    }

    func columns(_ names: [String], _ numbers: [String]) -> [TextTable.Column] {
        names.map { .init(title: $0, alignment: .left) }
            + numbers.map { .init(title: $0, alignment: .right) }
    }

    private func counts(_ polarity: Polarity) -> [String] {
        switch polarity {
        case .negative: ["命中", "会话命中", "适用", "比率"]
        case .positive: ["适用", "达成", "未达成", "达成率"]
        }
    }

    private func cells(_ counts: TallyCounts, _ polarity: Polarity) -> [TextTable.Cell] {
        let rate = Rate(counts.unitsHit, of: counts.unitsApplicable).markedText
        let numbers =
            switch polarity {
            case .negative: [counts.hits, counts.unitsHit, counts.unitsApplicable]
            case .positive: [counts.unitsApplicable, counts.unitsHit, counts.missed]
            }
        return numbers.map { .init(text: grouped($0)) } + [.init(text: rate)]
    }

    func severity(_ rule: RuleSummary) -> TextTable.Cell {
        let tint: TextTable.Tint =
            switch rule.severity {
            case .critical: .red
            case .major: .yellow
            case .minor: .cyan
            case .info: .dim
            }
        return .init(text: rule.severity.label, tint: rule.polarity == .positive ? .dim : tint)
    }

    func painted(_ text: String, _ tint: TextTable.Tint) -> String {
        TextTable.painted(text, tint, usesColor)
    }
}
