import ConversationModel

extension PeriodHTMLReport {
    /// Figures of the shop day by day as small charts.
    func trend(_ figures: PeriodFigures, _ page: inout HTMLText) {
        let shown: [PeriodFigure] = [
            .conversations, .meanResponse, .answeredIn3m, .negativeHits, .attainment, .score,
        ]
        page.raw("<div class=\"panels\">")
        for figure in shown {
            let values = figures.days.map { figure.value(of: $0.side) }
            let highest = values.compactMap(\.number).max() ?? 0
            page.element("<figure class=\"panel\"><figcaption><h3>", "\(figure.title) · 每日", "</h3>")
            page.element("<span class=\"soft\">", "浅色为\(figures.period.beforeTitle)", "</span></figcaption>")
            guard highest > 0 else {
                page.raw("<p class=\"empty\">没有数据</p></figure>\n")
                continue
            }
            page.raw("<div class=\"plot\"><svg preserveAspectRatio=\"none\" role=\"img\" viewBox=\"0 0 ")
            page.plain(values.count * 100)
            page.element(" 1000\" aria-label=\"", "\(figure.title)，每日一柱", "\">")
            for (index, value) in values.enumerated() {
                let day = figures.days[index].day
                let n = value.n.map { "，n \($0)" } ?? ""
                page.element("<g><title>", "\(day)：\(value.text)\(n)", "</title>")
                page.raw("<rect class=\"hover\" height=\"1000\" width=\"100\" x=\"")
                page.plain(index * 100)
                page.raw("\"/>")
                if let number = value.number {
                    let height = max(4, Int((Double(number) / Double(highest) * 980).rounded()))
                    page.raw(
                        figures.period.days.contains(day)
                            ? "<rect class=\"now\" width=\"56\" x=\"" : "<rect class=\"s0\" width=\"56\" x=\"")
                    page.plain(index * 100 + 22)
                    page.raw("\" y=\"")
                    page.plain(1000 - height)
                    page.raw("\" height=\"")
                    page.plain(height)
                    page.raw("\"/>")
                }
                page.raw("</g>")
            }
            page.raw("</svg></div><p class=\"ends\">")
            if let first = figures.days.first, let last = figures.days.last {
                page.element("<span>", String(first.day.description.dropFirst(5)), "</span>")
                page.element("<span>", String(last.day.description.dropFirst(5)), "</span>")
            }
            page.raw("</p></figure>\n")
        }
        page.raw("</div>\n")
    }

    /// A page of paper for each agent: figures, rules and some findings with their context.
    func people(of report: PeriodReport, _ page: inout HTMLText) {
        let figures = report.figures
        var cases: [String: [FindingCase]] = [:]
        let rules = Dictionary(figures.rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in report.cases where entry.exemption == nil {
            guard case .agent(let name) = entry.finding.owner, let rule = rules[entry.finding.rule],
                rule.polarity == .negative || entry.finding.outcome == .missed
            else { continue }
            cases[name, default: []].append(entry)
        }
        var rows: [String: [PeriodFigures.RuleRow]] = [:]
        for row in figures.agentRules { rows[row.agent, default: []].append(row) }
        let start = page.bytes.count
        let present = figures.agents.filter { !$0.isAbsent }
        for (number, agent) in present.enumerated() {
            if page.bytes.count - start > limitBytes || number >= limitRows {
                page.raw("<p class=\"notice\" role=\"note\"><strong>另有 ")
                page.number(present.count - number)
                page.raw(" 位客服的单页未收录</strong>：至多收录 ")
                page.number(limitRows)
                page.raw(" 位、约 ")
                page.number(limitBytes / 1_000_000)
                page.raw(" MB。上面各表仍是全部。</p>\n")
                return
            }
            person(agent, rows[agent.name] ?? [], gravestFirst(cases[agent.name] ?? [], rules), report, &page)
        }
    }

    private func person(
        _ agent: PeriodFigures.Agent, _ rows: [PeriodFigures.RuleRow], _ cases: [FindingCase], _ report: PeriodReport,
        _ page: inout HTMLText
    ) {
        let figures = report.figures
        page.element("<section class=\"person\"><h2>", nameLabel(agent.name), " ")
        page.element("<small>", nameLabel(agent.group), " · ")
        page.element("", "\(figures.period.title) \(figures.period.text)", "</small></h2>\n")
        page.raw("<p class=\"basis\"><span>组内名次 <b>")
        page.element("", agent.rank.map { "\($0.place) / \($0.of)" } ?? "—", "</b></span><span>得分 <b>")
        page.element("", PeriodFigure.score.value(of: agent.now).markedText, "</b></span>")
        if agent.isNew { page.raw("<span class=\"warn\">新人：不排名</span>") }
        if agent.exempt.stays > 0 {
            page.raw("<span class=\"warn\">豁免接待段 <b>")
            page.number(agent.exempt.stays)
            page.raw("</b></span>")
        }
        page.raw("<span>误判 —</span><span>申诉 —</span></p>\n<div class=\"two-sheets\"><div class=\"panel\">")
        figureTable(agent, figures, &page)
        page.raw("</div><div>")
        let shownRows = rows.prefix(10)
        ruleTable("规则", Array(shownRows), figures, isShop: false, namesAgents: false, &page)
        if rows.count > shownRows.count {
            page.raw("<p class=\"rest\">另有 ")
            page.number(rows.count - shownRows.count)
            page.raw(" 条规则未列出，见“客服 × 规则”。</p>")
        }
        page.raw("</div></div>\n")
        for entry in cases.prefix(casesPerAgent) {
            let rule = figures.rules.first { $0.id == entry.finding.rule }
            page.element("<div class=\"panel case\"><h3>", nameLabel(rule?.name ?? entry.finding.rule.value), " ")
            if let severity = entry.severity ?? rule?.severity {
                page.raw("<span class=\"tag ")
                page.raw(severity.className)
                page.element("\">", severity.label, "</span>")
            }
            if entry.finding.outcome == .missed { page.raw(" <span class=\"tag\">未达成</span>") }
            page.element(" <small class=\"soft\">", entry.day?.description ?? "日期未知", " · ")
            page.element("", shortened(singleLine(entry.finding.conversation), to: 120), "</small></h3>")
            BacktestHTMLReport().chat(entry, report.zone, &page)
            page.raw("</div>\n")
        }
        // What may be a case: hits of negative rules, and misses.
        let all = rows.reduce(0) { sum, row in
            sum + row.now.missed + (figures.rules[row.rule].polarity == .negative ? row.now.hits : 0)
        }
        let left = all - min(cases.count, casesPerAgent)
        if left > 0 {
            page.raw("<p class=\"rest\">另有 ")
            page.number(left)
            page.raw(" 条判定结果未列出。</p>")
        }
        page.raw("<p class=\"signature\">客服已阅 ＿＿＿＿＿＿　日期 ＿＿＿＿＿＿</p></section>\n")
    }

    private func gravestFirst(_ cases: [FindingCase], _ rules: [RuleID: RuleSummary]) -> [FindingCase] {
        func grade(_ entry: FindingCase) -> Int {
            let severity = entry.severity ?? rules[entry.finding.rule]?.severity
            return (severity?.rank ?? 0) + (entry.finding.outcome == .hit ? 4 : 0)
        }
        let grades = cases.map(grade)
        return cases.indices.sorted { grades[$0] != grades[$1] ? grades[$0] > grades[$1] : $0 < $1 }.map { cases[$0] }
    }

    /// What the page adds to the style of the inspection's; `styleDigest` must be its digest.
    static let style: StaticString = #"""

        .period{--nav:0px}
        .period .wrap{max-width:1680px}
        .period .scroll{overflow:auto;max-height:none}
        .period .cards{grid-template-columns:repeat(auto-fill,minmax(124px,1fr))}
        .period .card{padding:11px 12px}.period .card .value{font-size:23px}
        .period .data td small:empty::after{content:"\A0"}
        .period .data th,.period .data td{padding:6px 8px;vertical-align:top}
        .period .data b{font-weight:600}
        .period .before{border-top:1px dotted var(--line);margin-top:2px;padding-top:1px}
        .period .before i{font-style:normal;opacity:.75}
        .period .data tr>:first-child{position:sticky;left:0;z-index:1;background:var(--surface);border-right:1px solid var(--line)}
        .period .data thead th:first-child{z-index:3;background:var(--sunken)}
        .period .find{display:none}
        .period svg .now{fill:var(--accent)}
        .notes{list-style:disc;margin:12px 0 0 18px;color:var(--soft);font-size:12.5px}
        .panels{margin-bottom:16px}
        .plot{height:120px}
        .ends{display:flex;justify-content:space-between;color:var(--soft);font-size:11.5px;padding-top:3px}
        .two-sheets{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:12px;align-items:start}
        .person{border-top:2px solid var(--line);padding-top:20px;margin-top:28px}
        .person h2{font-size:18px;margin-bottom:8px}
        .person h2 small{color:var(--soft);font-weight:400}
        .person .mini td{width:36%}
        .mini .num{text-align:right}
        .mini small{display:inline;color:var(--soft);margin-left:6px;font-weight:400}
        .case{margin:10px 0}
        .signature{text-align:right;padding:24px 4px 4px}
        @media (max-width:900px){.two-sheets{grid-template-columns:minmax(0,1fr)}.period .data tr>:first-child{max-width:7.5em;min-width:5.5em}}
        @media (max-width:600px){.period .cards{grid-template-columns:repeat(2,1fr)}}
        @media print{@page{size:A4 landscape;margin:10mm}.period .scroll{overflow:visible}.period .data{font-size:8.5px}
        .period .data th,.period .data td{padding:2px 3px}.period .data tr>:first-child{position:static}.person{break-before:page;border:0;margin:0;padding:0}
        .period .nm{max-width:8em}.two-sheets{grid-template-columns:repeat(2,minmax(0,1fr))}}

        """#

    /// SHA-256 of `style`, in Base64.
    static let styleDigest: StaticString = "q6Mh5S4SlaCWjm+SRcVbe2l+7LYSsutHeP10qVmc7P8="
}
