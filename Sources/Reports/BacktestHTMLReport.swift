import ConversationModel

/// Renders a backtest as one self-contained page without a script: sums, rules with what differs and the
/// findings that do, and owners.
///
/// Outside text is escaped where it is written, and the page's policy admits its own style alone.
public struct BacktestHTMLReport: Sendable {
    /// The findings on the page stay below this many bytes.
    public var limitBytes: Int
    /// Rows that each table takes at most.
    public var limitRows: Int

    /// Messages shown of one context, and bytes of each.
    private static let contextLimit = 60
    private static let messageLimit = 2_000

    public init(limitBytes: Int = 30_000_000, limitRows: Int = 2_000) {
        self.limitBytes = limitBytes
        self.limitRows = limitRows
    }

    /// Writes the page in a few pieces.
    ///
    /// The findings are laid out in memory first, at most `limitBytes`, because the top of the page says how
    /// many of them it holds.
    public func write(_ report: BacktestReport, to sink: ([UInt8]) throws -> Void) rethrows {
        let (sections, kept) = rules(of: report)
        var page = HTMLText()
        head(of: report, &page)
        notice(kept: kept, of: report, &page)
        overview(of: report, &page)
        ruleTable(of: report, &page)
        agentTable(of: report, &page)
        try sink(page.bytes)
        try sink(sections.bytes)
        page = HTMLText()
        page.closeDocument(engine: report.engine)
        try sink(page.bytes)
    }
}

extension BacktestHTMLReport {
    private func head(of report: BacktestReport, _ page: inout HTMLText) {
        page.openDocument(
            title: "规则回测 · \(shortened(report.title, to: 80))", style: BacktestHTMLReport.style,
            digest: BacktestHTMLReport.styleDigest)
        page.raw("<body>\n<header class=\"top\"><div class=\"wrap\">")
        page.raw("<span class=\"seal\" aria-hidden=\"true\">鉴</span><div class=\"names\">")
        page.raw("<p class=\"brand\">明鉴 · 规则回测</p>")
        page.element("<h1>", shortened(report.title, to: 120), "</h1>")
        page.raw("</div><dl class=\"facts\">")
        for (name, side) in [("现行", report.old), ("草稿", report.new)] {
            page.element("<div><dt>", name, "</dt>")
            page.element("<dd>", shortened(singleLine(side.label), to: 60), " ")
            page.element("<small class=\"soft\">", String(side.digest.prefix(12)), "</small></dd></div>")
        }
        page.raw("</dl></div></header>\n<main class=\"wrap\">\n")
    }

    private func notice(kept: Int, of report: BacktestReport, _ page: inout HTMLText) {
        let all = report.rules.reduce(0) { $0 + $1.weight }
        guard all > kept else { return }
        page.raw("<p class=\"notice\" role=\"note\"><strong>本页收录 ")
        page.number(kept)
        page.raw(" 条有差别的判定结果，另有 ")
        page.number(all - kept)
        page.raw(" 条未收录</strong>（每条规则每类至多 ")
        page.number(report.casesPerRule)
        page.raw(" 条，全页约 ")
        page.number(limitBytes / 1_000_000)
        page.raw(" MB）。各表的数字不受影响，仍是全部。</p>\n")
    }

    private func overview(of report: BacktestReport, _ page: inout HTMLText) {
        page.raw("<section class=\"tab\"><h2 class=\"sr\">总览</h2>\n<ul class=\"cards\">")
        for (label, counts) in report.sums {
            card(label, "\(grouped(counts.old)) → \(grouped(counts.new))", counts.movement, &page)
        }
        card("受影响的会话", grouped(report.conversationsAffected), "共 \(grouped(report.coverage.conversations))", &page)
        card("受影响的客服", grouped(report.affectedAgents.count), "共 \(grouped(report.agents.count))", &page)
        card("有差别的规则", grouped(report.rules.count { $0.weight > 0 }), "共 \(grouped(report.rules.count))", &page)
        if !report.scores.isEmpty {
            card("平均得分", report.scores.texts.joined(separator: " → "), "接待段", &page)
        }
        page.raw("</ul>\n<div class=\"panels\">")
        if !report.schemeDifferences.isEmpty {
            page.raw("<div class=\"panel wide\"><h3>方案与计分的改动</h3><ul class=\"differences\">")
            for line in report.schemeDifferences.prefix(limitRows) {
                page.element("<li>", shortened(singleLine(line), to: 1_000), "</li>")
            }
            page.raw("</ul></div>")
        }
        if let verdicts = report.verdicts {
            page.element(
                "<div class=\"panel wide\"><h3>", "复核结论（\(grouped(verdicts.total))）", "</h3><dl class=\"coverage\">")
            for fact in report.verdictFacts {
                page.raw(fact.isAgainst && fact.count > 0 ? "<div class=\"warn\">" : "<div>")
                page.element("<dt>", fact.label, "</dt>")
                page.element("<dd>", grouped(fact.count), "</dd></div>")
            }
            page.raw("</dl></div>")
        }
        page.raw("<div class=\"panel wide\"><h3>数据覆盖</h3><dl class=\"coverage\">")
        for item in report.coverageItems {
            page.raw(item.isWarning ? "<div class=\"warn\">" : "<div>")
            page.element("<dt>", item.label, "</dt>")
            page.element("<dd>", item.text, "</dd></div>")
        }
        page.raw("</dl></div>\n</div>\n</section>\n")
    }

    private func card(_ name: String, _ value: String, _ detail: String, _ page: inout HTMLText) {
        page.element("<li class=\"card\"><span class=\"name\">", name, "</span>")
        page.element("<span class=\"value\">", value, "</span>")
        page.element("<span class=\"detail\">", detail, "</span></li>")
    }

    // MARK: Tables

    private func ruleTable(of report: BacktestReport, _ page: inout HTMLText) {
        let rules = report.differingRules
        open("规则", ["规则", "级别", "规则改动", "结果"], ["现行", "草稿", "新增", "消失", "变化"], &page)
        var written = 0
        for rule in rules {
            let outcomes = [(rule.summary.hitLabel, rule.hits), ("未达成", rule.missed)]
            for (place, (label, counts)) in outcomes.enumerated() where place == 0 || counts != BacktestCounts() {
                written += 1
                guard written <= limitRows else { continue }
                page.element("<tr><th scope=\"row\">", nameLabel(rule.summary.name), "")
                page.element("<small>", rule.summary.id.value, "</small></th>")
                page.element("<td>", rule.summary.severity.label, "</td>")
                page.element("<td>", rule.status.label, "</td>")
                page.element("<td>", label, "</td>")
                for count in [counts.old, counts.new, counts.gained, counts.lost, counts.changed] {
                    number(count, &page)
                }
                page.raw("</tr>\n")
            }
        }
        let same = report.rules.count - rules.count
        close(hidden: written - limitRows, note: same > 0 ? report.sameRulesNote(same) : nil, &page)
    }

    private func agentTable(of report: BacktestReport, _ page: inout HTMLText) {
        let agents = report.affectedAgents
        open(
            "受影响的客服", ["客服"],
            ["负面 现行", "草稿", "增减", "达成 现行", "草稿", "增减", "未达成 现行", "草稿", "增减"]
                + (report.scores.isEmpty ? [] : ["得分 现行", "草稿"]), &page)
        for agent in agents.prefix(limitRows) {
            page.element("<tr><th scope=\"row\">", nameLabel(agent.name), "</th>")
            for counts in [agent.negativeHits, agent.positiveHits, agent.missed] {
                number(counts.old, &page)
                number(counts.new, &page)
                page.element("<td class=\"num\">", counts.movement, "</td>")
            }
            if !report.scores.isEmpty {
                for text in agent.scores.texts { page.element("<td class=\"num\">", text, "</td>") }
            }
            page.raw("</tr>\n")
        }
        close(hidden: agents.count - limitRows, note: nil, &page)
    }

    private func open(_ title: String, _ names: [String], _ numbers: [String], _ page: inout HTMLText) {
        page.element("<section class=\"tab\"><div class=\"sheet\"><div class=\"sheet-head\"><h3>", title, "</h3></div>")
        page.raw("<div class=\"scroll\"><table class=\"data\"><thead><tr>")
        for name in names { page.element("<th scope=\"col\">", name, "</th>") }
        for name in numbers { page.element("<th scope=\"col\" class=\"num\">", name, "</th>") }
        page.raw("</tr></thead>\n<tbody>\n")
    }

    private func close(hidden: Int, note: String?, _ page: inout HTMLText) {
        page.raw("</tbody></table></div>")
        if hidden > 0 {
            page.raw("<p class=\"rest\">另有 ")
            page.number(hidden)
            page.raw(" 行未列出，完整的表请用 <code>--format json</code>。</p>")
        }
        if let note { page.element("<p class=\"rest\">", note, "。</p>") }
        page.raw("</div></section>\n")
    }

    private func number(_ count: Int, _ page: inout HTMLText) {
        page.raw(count == 0 ? "<td class=\"num zero\">" : "<td class=\"num\">")
        page.number(count)
        page.raw("</td>")
    }

    // MARK: Findings

    /// A section for each rule that differs, and how many findings they hold.
    private func rules(of report: BacktestReport) -> (sections: HTMLText, kept: Int) {
        var cases: [RuleID: [BacktestCase]] = [:]
        for entry in report.cases { if let id = entry.shown?.finding.rule { cases[id, default: []].append(entry) } }
        var page = HTMLText()
        var kept = 0
        for rule in report.differingRules.prefix(limitRows) {
            guard page.bytes.count < limitBytes else { break }
            page.element("<section class=\"tab rule\"><h2>", nameLabel(rule.summary.name), " ")
            page.element("<small>", rule.summary.id.value, "</small> ")
            page.element("<span class=\"tag\">", rule.status.label, "</span></h2>\n")
            if !rule.differences.isEmpty {
                page.raw("<ul class=\"differences\">")
                for line in rule.differences.prefix(100) {
                    page.element("<li>", shortened(singleLine(line), to: 1_000), "</li>")
                }
                page.raw("</ul>\n")
            }
            for kind in BacktestCase.Kind.allCases {
                let some = (cases[rule.summary.id] ?? []).filter { $0.kind == kind }
                for entry in some.filter(\.isDecisive) + some.filter({ !$0.isDecisive }) {
                    var one = HTMLText()
                    self.entry(entry, report.zone, &one)
                    guard page.bytes.count + one.bytes.count <= limitBytes else { break }
                    page.append(one.bytes)
                    kept += 1
                }
            }
            page.raw("</section>\n")
        }
        return (page, kept)
    }

    private func entry(_ entry: BacktestCase, _ zone: Zone, _ page: inout HTMLText) {
        guard let shown = entry.shown else { return }
        page.raw("<details class=\"panel\"><summary><b class=\"")
        page.raw(entry.kind.className)
        page.element("\">", entry.kind.label, "</b> ")
        if let verdict = entry.verdict {
            page.raw(entry.isDecisive ? "<span class=\"tag s3\">" : "<span class=\"tag\">")
            page.element("", verdict.label, "</span> ")
        }
        if shown.finding.outcome == .missed { page.raw("<span class=\"tag\">未达成</span> ") }
        page.element("<span>", nameLabel(entry.ownerLabel), "</span> ")
        page.element("<span class=\"soft\">", nameLabel(shown.group), "</span> ")
        page.element("<span class=\"soft\">", shortened(singleLine(shown.finding.conversation), to: 120), "</span>")
        if let first = shown.context.first?.time { page.element(" <time>", zone.text(of: first), "</time>") }
        page.raw("</summary>\n")
        switch (entry.old, entry.new) {
        case (let old?, let new?):
            for (name, side) in [("现行", old), ("草稿", new)] {
                let facts = [name, nameLabel(side.finding.owner.label), side.gapLabel].compactMap { $0 }
                page.element("<h3>", facts.joined(separator: " · "), "</h3>")
                chat(side, zone, &page)
            }
        default: chat(shown, zone, &page)
        }
        page.element("<p class=\"soft\">", shown.finding.id, "</p></details>\n")
    }

    /// The messages around a finding.
    func chat(_ entry: FindingCase, _ zone: Zone, _ page: inout HTMLText) {
        page.raw("<ol class=\"chat\">")
        var previous: Int?
        for message in entry.context.prefix(BacktestHTMLReport.contextLimit) {
            if let previous, message.index > previous + 1 {
                page.raw("<li class=\"cut\">… 省略 ")
                page.number(message.index - previous - 1)
                page.raw(" 条</li>")
            }
            previous = message.index
            page.raw("<li class=\"")
            page.raw(message.speaker.className)
            page.raw(message.labels.isEmpty ? "\"><div class=\"who\">" : " ev\"><div class=\"who\">")
            if let agent = message.agent { page.element("<span>", nameLabel(agent), "</span>") }
            if let time = message.time { page.element("<time>", zone.text(of: time), "</time>") }
            if message.isAutomatic { page.raw("<span class=\"badge\">自动</span>") }
            page.raw("</div><div class=\"say\" dir=\"auto\">")
            if message.kind != .text { page.element("<span class=\"media\">［", message.kind.label, "］</span>") }
            marked(message, &page)
            page.raw("</div></li>\n")
        }
        if entry.context.count > BacktestHTMLReport.contextLimit {
            page.raw("<li class=\"cut\">… 省略 ")
            page.number(entry.context.count - BacktestHTMLReport.contextLimit)
            page.raw(" 条</li>")
        }
        page.raw("</ol>")
    }

    private func marked(_ message: ContextMessage, _ page: inout HTMLText) {
        let text = MarkedText(message.text, marks: message.marks, limit: BacktestHTMLReport.messageLimit, lead: 500)
        if text.leftOutBefore > 0 { page.raw("…") }
        for (place, piece) in text.pieces.enumerated() where !piece.isEmpty {
            if place % 2 == 1 { page.element("<mark>", piece, "</mark>") } else { page.text(piece) }
        }
        if text.leftOutAfter > 0 { page.raw("…") }
    }
}

extension BacktestCase.Kind {
    fileprivate var className: StaticString {
        switch self {
        case .gained: "gained"
        case .lost: "lost"
        case .changed: "changed"
        }
    }
}

extension Speaker {
    fileprivate var className: StaticString {
        switch self {
        case .buyer: ""
        case .agent: "right"
        case .assistant: "right bot"
        case .system: "mid"
        }
    }
}

extension BacktestHTMLReport {
    /// What the page adds to the style of the inspection's; `styleDigest` must be its digest.
    static let style: StaticString = #"""

        .rule h2{font-size:17px;margin:26px 0 8px}
        .rule h2 small{color:var(--soft);font-weight:400}
        .differences{margin:0 0 10px 18px;list-style:disc;color:var(--soft);unicode-bidi:isolate}
        details.panel{padding:10px 16px;margin-bottom:8px}
        details.panel summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:8px;align-items:center}
        details.panel summary time{margin-left:auto;color:var(--soft);font-size:12.5px}
        details.panel h3{margin:12px 18px 0;font-size:13px;color:var(--soft)}
        .gained{color:var(--c2)}
        .lost{color:var(--accent)}
        .changed{color:var(--c1)}

        """#

    /// SHA-256 of `style`, in Base64.
    static let styleDigest: StaticString = "AT6nMFOs8D8sTyhbdr9/7slTdqSgtDXpoA+C2fbMb0M="
}
