import ConversationModel

/// Renders a backtest as one JSON document, keys sorted, integers exact.
public struct BacktestJSONReport: Sendable {
    public init() {}

    /// Writes the document in pieces of about 64 KiB; the last one ends with LF.
    public func write(_ report: BacktestReport, to sink: ([UInt8]) throws -> Void) rethrows {
        let findings = JSONReport()
        var writer = JSONWriter()
        writer.open(0x7B)
        writer.key("agents")
        writer.array { writer in
            for agent in report.agents { self.agent(agent, &writer) }
        }
        writer.key("cases")
        writer.open(0x5B)
        for entry in report.cases {
            self.entry(entry, findings, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        writer.key("casesLeftOut")
        writer.value(report.casesLeftOut)
        writer.key("casesPerRule")
        writer.value(report.casesPerRule)
        writer.key("comparedVersion")
        if let version = report.comparedVersion { writer.value(version) } else { writer.null() }
        writer.key("conversationsAffected")
        writer.value(report.conversationsAffected)
        findings.coverage(report.coverage, &writer)
        writer.key("engine")
        writer.value(report.engine)
        writer.key("new")
        side(report.new, &writer)
        writer.key("old")
        side(report.old, &writer)
        writer.key("rules")
        writer.open(0x5B)
        for rule in report.rules {
            self.rule(rule, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        writer.key("schemeDifferences")
        writer.array { writer in
            for line in report.schemeDifferences { writer.value(line) }
        }
        scores(report.scores, &writer)
        writer.key("title")
        writer.value(report.title)
        let totals = report.totals
        writer.key("total")
        writer.object { writer in
            outcomes(
                [
                    ("missed", totals.missed), ("negativeHits", totals.negativeHits),
                    ("positiveHits", totals.positiveHits),
                ], &writer)
        }
        writer.key("unjudged")
        if let unjudged = report.unjudged { writer.value(unjudged) } else { writer.null() }
        writer.key("v")
        writer.value(1)
        writer.key("verdicts")
        verdicts(report.verdicts, &writer)
        writer.key("zone")
        writer.value(report.zone.name)
        writer.close(0x7D)
        writer.newline()
        try sink(writer.take())
    }

    private func agent(_ agent: BacktestAgent, _ writer: inout JSONWriter) {
        writer.object { writer in
            outcomes([("missed", agent.missed)], &writer)
            writer.key("name")
            writer.value(agent.name)
            outcomes([("negativeHits", agent.negativeHits), ("positiveHits", agent.positiveHits)], &writer)
            scores(agent.scores, &writer)
        }
    }

    private func scores(_ sums: ComparedSums, _ writer: inout JSONWriter) {
        writer.key("scores")
        writer.object { writer in
            for (name, sum) in [("new", sums.new), ("old", sums.old)] {
                writer.key(name)
                if let sum { writer.object { JSONReport().sum(sum, &$0) } } else { writer.null() }
            }
        }
    }

    private func rule(_ rule: BacktestRule, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("differences")
            writer.array { writer in
                for line in rule.differences { writer.value(line) }
            }
            outcomes([("hits", rule.hits)], &writer)
            writer.key("id")
            writer.value(rule.summary.id.value)
            outcomes([("missed", rule.missed)], &writer)
            let members = [
                ("name", rule.summary.name), ("polarity", rule.summary.polarity.rawValue),
                ("severity", rule.summary.severity.rawValue), ("status", rule.status.rawValue),
            ]
            for (name, text) in members {
                writer.key(name)
                writer.value(text)
            }
        }
    }

    private func outcomes(_ list: [(name: String, counts: BacktestCounts)], _ writer: inout JSONWriter) {
        for (name, counts) in list {
            writer.key(name)
            writer.object { writer in
                let members = [
                    ("changed", counts.changed), ("gained", counts.gained), ("lost", counts.lost),
                    ("new", counts.new), ("old", counts.old),
                ]
                for (name, count) in members {
                    writer.key(name)
                    writer.value(count)
                }
            }
        }
    }

    private func entry(_ entry: BacktestCase, _ findings: JSONReport, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("kind")
            writer.value(entry.kind.rawValue)
            for (name, finding) in [("new", entry.new), ("old", entry.old)] {
                writer.key(name)
                if let finding { findings.finding(finding, &writer) } else { writer.null() }
            }
            writer.key("verdict")
            writer.value(entry.verdict?.rawValue)
        }
    }

    private func side(_ side: (label: String, digest: String), _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("label")
            writer.value(side.label)
            writer.key("rulesDigest")
            writer.value(side.digest)
        }
    }

    private func verdicts(_ verdicts: BacktestVerdicts?, _ writer: inout JSONWriter) {
        guard let verdicts else { return writer.null() }
        writer.object { writer in
            let members = [
                ("confirmedKept", verdicts.confirmedKept), ("confirmedLost", verdicts.confirmedLost),
                ("misjudgedGone", verdicts.misjudgedGone), ("misjudgedRemaining", verdicts.misjudgedRemaining),
                ("misjudgedReturning", verdicts.misjudgedReturning), ("unseen", verdicts.unseen),
            ]
            for (name, count) in members {
                writer.key(name)
                writer.value(count)
            }
        }
    }
}
