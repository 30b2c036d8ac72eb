import ConversationModel

/// Renders a daily, weekly or monthly report as one JSON document, keys sorted, integers exact.
///
/// Every mean and rate is there as the sums that it is made of.
public struct PeriodJSONReport: Sendable {
    public init() {}

    /// Writes the document in pieces of about 64 KiB; the last one ends with LF.
    public func write(_ report: PeriodReport, to sink: ([UInt8]) throws -> Void) rethrows {
        let figures = report.figures
        var writer = JSONWriter()
        writer.open(0x7B)
        writer.key("agentRules")
        writer.open(0x5B)
        for row in figures.agentRules {
            rule(row, figures, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        writer.key("agents")
        writer.open(0x5B)
        for agent in figures.agents {
            self.agent(agent, figures, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        let json = JSONReport()
        writer.key("cases")
        writer.open(0x5B)
        for entry in report.cases {
            json.finding(entry, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        json.coverage(report.coverage, &writer)
        writer.key("days")
        writer.array { writer in
            for day in figures.days {
                writer.object { writer in
                    writer.key("day")
                    writer.value(day.day.description)
                    writer.key("figures")
                    side(day.side, figures, &writer)
                }
            }
        }
        writer.key("engine")
        writer.value(report.engine)
        period(figures.period, &writer)
        writer.key("rules")
        writer.array { writer in
            for row in figures.ruleRows { rule(row, figures, &writer) }
        }
        writer.key("rulesDigest")
        writer.value(report.rulesDigest)
        writer.key("title")
        writer.value(report.title)
        writer.key("total")
        writer.object { writer in
            writer.key("before")
            side(figures.totalBefore, figures, &writer)
            writer.key("exempt")
            exempt(figures.totalExempt, figures, &writer)
            writer.key("now")
            side(figures.total, figures, &writer)
        }
        writer.key("v")
        writer.value(1)
        writer.key("zone")
        writer.value(report.zone.name)
        writer.close(0x7D)
        writer.newline()
        try sink(writer.take())
    }

    private func period(_ period: Period, _ writer: inout JSONWriter) {
        func days(_ name: String, _ days: ClosedRange<CalendarDay>, _ writer: inout JSONWriter) {
            writer.key(name)
            writer.array { writer in
                writer.value(days.lowerBound.description)
                writer.value(days.upperBound.description)
            }
        }
        writer.key("period")
        writer.object { writer in
            days("before", period.before, &writer)
            days("days", period.days, &writer)
            writer.key("kind")
            writer.value(period.kind.rawValue)
        }
    }

    private func agent(_ agent: PeriodFigures.Agent, _ figures: PeriodFigures, _ writer: inout JSONWriter) {
        let isMonth = figures.period.kind == .monthly
        writer.object { writer in
            if isMonth {
                // There is nothing that keeps them.
                writer.key("appealed")
                writer.null()
            }
            writer.key("before")
            side(agent.before, figures, &writer)
            writer.key("exempt")
            exempt(agent.exempt, figures, &writer)
            writer.key("group")
            writer.value(agent.group)
            if isMonth {
                writer.key("misjudged")
                writer.null()
            }
            writer.key("name")
            writer.value(agent.name)
            writer.key("new")
            writer.value(agent.isNew)
            writer.key("now")
            side(agent.now, figures, &writer)
            writer.key("rank")
            if let rank = agent.rank {
                writer.object { writer in
                    writer.key("of")
                    writer.value(rank.of)
                    writer.key("place")
                    writer.value(rank.place)
                }
            } else {
                writer.null()
            }
        }
    }

    private func side(_ side: PeriodSide, _ figures: PeriodFigures, _ writer: inout JSONWriter) {
        var members = members(of: side.work, figures)
        members += [
            ("applicable", side.applicable), ("countedDays", side.countedDays), ("days", side.days),
            ("longestDays", side.longestDays), ("longestTotal", Int(side.longestTotal)),
            ("measuredDays", side.measuredDays),
            ("met", side.met), ("points", side.score.points),
            ("scoredStays", side.score.stays), ("vetoed", side.score.vetoed),
        ]
        object(members, &writer)
    }

    /// What was exempt in the period; null where nothing was.
    private func exempt(_ work: WorkFigures, _ figures: PeriodFigures, _ writer: inout JSONWriter) {
        if work == WorkFigures() { writer.null() } else { object(members(of: work, figures), &writer) }
    }

    private func members(of work: WorkFigures, _ figures: PeriodFigures) -> [(String, Int?)] {
        [
            ("agentMessages", work.agentMessages), ("answeredIn30s", work.answeredIn30s),
            ("answeredIn3m", work.answeredIn3m), ("buyerMessages", work.buyerMessages),
            ("buyers", figures.countsBuyers ? work.buyers : nil), ("conversations", work.conversations),
            ("countedStays", work.countedStays), ("criticalHits", work.criticalHits),
            ("firstResponses", work.firstResponses),
            ("firstTotal", Int(work.firstTotal)), ("handedOver", work.handedOver),
            ("handedOverWaiting", work.handedOverWaiting),
            ("longest", work.responses > 0 ? Int(work.longest) : nil), ("measuredStays", work.measuredStays),
            ("missed", work.missed), ("negativeHits", work.negativeHits), ("responses", work.responses),
            ("responseTotal", Int(work.responseTotal)), ("stays", work.stays), ("unanswered", work.unanswered),
            ("waits", work.waits),
        ]
    }

    private func object(_ members: [(String, Int?)], _ writer: inout JSONWriter) {
        writer.object { writer in
            for (name, number) in members.sorted(by: { $0.0 < $1.0 }) {
                writer.key(name)
                writer.value(number)
            }
        }
    }

    private func rule(_ row: PeriodFigures.RuleRow, _ figures: PeriodFigures, _ writer: inout JSONWriter) {
        let rule = figures.rules[row.rule]
        func counts(_ counts: TallyCounts, _ writer: inout JSONWriter) {
            object(
                [
                    ("hits", counts.hits), ("missed", counts.missed), ("unitsApplicable", counts.unitsApplicable),
                    ("unitsHit", counts.unitsHit),
                ], &writer)
        }
        writer.object { writer in
            if row.agent.isEmpty {
                writer.key("agents")
                writer.value(row.agents)
            } else {
                writer.key("agent")
                writer.value(row.agent)
            }
            writer.key("before")
            counts(row.before, &writer)
            writer.key("daysBefore")
            writer.value(row.daysBefore)
            writer.key("now")
            counts(row.now, &writer)
            for (name, text) in [
                ("polarity", rule.polarity.rawValue), ("rule", rule.id.value), ("ruleName", rule.name),
                ("severity", rule.severity.rawValue),
            ] {
                writer.key(name)
                writer.value(text)
            }
        }
    }
}
