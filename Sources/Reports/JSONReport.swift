import ConversationModel

/// Renders a run as one JSON document: all figures, and the findings that the run kept with their chat context; keys
/// sorted, integers exact.
///
/// The document is described in `docs/report-formats.md`; `"v"` changes when a member changes its
/// meaning or goes away.
public struct JSONReport: Sendable {
    public init() {}

    /// Writes the document in pieces of about 64 KiB; the last one ends with LF.
    public func write(_ report: Report, to sink: ([UInt8]) throws -> Void) rethrows {
        var writer = JSONWriter()
        let tally = report.tally
        writer.open(0x7B)
        try table(tally.byAgent, "agents", report, groups: tally.groupOfAgent, &writer, sink)
        coverage(report.coverage, &writer)
        try table(tally.byDay, "days", report, &writer, sink)
        writer.key("engine")
        writer.value(report.engine)
        writer.key("findings")
        writer.open(0x5B)
        for entry in report.cases {
            finding(entry, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        writer.key("findingsLeftOut")
        writer.value(report.casesLeftOut)
        try table(tally.byGroup, "groups", report, &writer, sink)
        if tally.rules.contains(where: { !$0.steps.isEmpty }) { procedures(tally, &writer) }
        rules(tally.rules, &writer)
        writer.key("rulesDigest")
        writer.value(report.rulesDigest)
        if let scores = report.scores { self.scores(scores, &writer) }
        writer.key("title")
        writer.value(report.title)
        try table(tally.total, "total", report, &writer, sink)
        writer.key("v")
        writer.value(1)
        writer.key("zone")
        writer.value(report.zone.name)
        writer.close(0x7D)
        writer.newline()
        try sink(writer.take())
    }

    private func table(
        _ table: TallyTable, _ name: String, _ report: Report, groups: [String]? = nil,
        _ writer: inout JSONWriter, _ sink: ([UInt8]) throws -> Void
    ) rethrows {
        writer.key(name)
        writer.open(0x7B)
        writer.key("classOfRule")
        writer.array { writer in
            for shared in table.classOfRule { writer.value(shared) }
        }
        writer.key("rows")
        writer.open(0x5B)
        for key in table.keys.indices {
            row(table, key, groups.flatMap { key < $0.count ? $0[key] : nil }, report, &writer)
            if writer.bytes.count > 65_536 { try sink(writer.take()) }
        }
        writer.close(0x5D)
        writer.close(0x7D)
    }

    private func row(
        _ table: TallyTable, _ key: Int, _ group: String?, _ report: Report,
        _ writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.key("exposures")
            writer.array { writer in
                for count in table.exposures[key] { writer.value(count) }
            }
            if let group {
                writer.key("group")
                writer.value(group)
            }
            writer.key("key")
            writer.value(table.keys[key])
            writer.key("rules")
            writer.array { writer in
                for index in table.counts[key].keys.sorted() {
                    let rule = Int(index)
                    guard report.tally.rules.indices.contains(rule) else { continue }
                    counts(table[key, rule], report.tally.rules[rule].id, &writer)
                }
            }
        }
    }

    private func counts(_ counts: TallyCounts, _ rule: RuleID, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("hits")
            writer.value(counts.hits)
            writer.key("missed")
            writer.value(counts.missed)
            writer.key("notEvaluated")
            writer.value(counts.notEvaluated)
            writer.key("rule")
            writer.value(rule.value)
            writer.key("unitsApplicable")
            writer.value(counts.unitsApplicable)
            writer.key("unitsHit")
            writer.value(counts.unitsHit)
        }
    }

    private func rules(_ rules: [RuleSummary], _ writer: inout JSONWriter) {
        writer.key("rules")
        writer.array { writer in
            for rule in rules {
                let members = [
                    ("category", rule.category), ("id", rule.id.value), ("name", rule.name),
                    ("polarity", rule.polarity.rawValue), ("severity", rule.severity.rawValue),
                    ("summary", rule.summary), ("unit", rule.unit.rawValue),
                ]
                writer.object { writer in
                    for (name, text) in members {
                        writer.key(name)
                        writer.value(text)
                    }
                }
            }
        }
    }

    /// The member `coverage`.
    func coverage(_ coverage: Coverage, _ writer: inout JSONWriter) {
        writer.key("coverage")
        writer.object { writer in
            writer.key("badByReason")
            writer.counts(coverage.badByReason)
            if let broken = coverage.brokenOff {
                writer.key("brokenOff")
                writer.object { writer in
                    writer.key("notRead")
                    writer.array { writer in
                        for name in broken.unread { writer.value(name) }
                    }
                    writer.key("reason")
                    writer.value(broken.english)
                }
            }
            writer.key("bytesRead")
            writer.value(coverage.bytesRead)
            writer.key("conversations")
            writer.value(coverage.conversations)
            writer.key("conversationsFiltered")
            writer.value(coverage.conversationsFiltered)
            writer.key("conversationsWithoutTimes")
            writer.value(coverage.conversationsWithoutTimes)
            writer.key("defectsByReason")
            writer.counts(coverage.defectsByReason)
            if !coverage.exemptions.isEmpty {
                writer.key("exemptions")
                exemptions(coverage.exemptions, &writer)
            }
            // Only where somebody is left out by name.
            if !coverage.filteredByReason.isEmpty {
                writer.key("filteredByReason")
                writer.counts(coverage.filteredByReason)
            }
            writer.key("firstTime")
            writer.value(coverage.firstInstant?.milliseconds)
            if !coverage.schemes.isEmpty {
                writer.key("groupsWithoutScheme")
                writer.counts(coverage.groupsWithoutScheme)
            }
            writer.key("lastTime")
            writer.value(coverage.lastInstant?.milliseconds)
            writer.key("messages")
            writer.value(coverage.messages)
            writer.key("notEvaluatedByReason")
            writer.counts(coverage.notEvaluatedByReason)
            if let policy = coverage.policy {
                writer.key("policy")
                writer.value(policy)
            }
            writer.key("recordsBad")
            writer.value(coverage.recordsBad)
            writer.key("recordsFiltered")
            writer.value(coverage.recordsFiltered)
            writer.key("recordsInspected")
            writer.value(coverage.recordsInspected)
            writer.key("recordsRead")
            writer.value(coverage.recordsRead)
            if coverage.rulesOrigin != .files {
                writer.key("rulesOrigin")
                writer.value(coverage.rulesOrigin.rawValue)
            }
            if !coverage.schemes.isEmpty {
                writer.key("schemes")
                writer.array { writer in
                    for scheme in coverage.schemes { self.scheme(scheme, &writer) }
                }
            }
            writer.key("sources")
            writer.array { writer in
                for source in coverage.sources { self.source(source, &writer) }
            }
            writer.key("stays")
            writer.value(coverage.stays)
            writer.key("unknownAgents")
            writer.value(coverage.unknownAgents)
            writer.key("unmappedAccounts")
            writer.array { writer in
                for account in coverage.unmappedAccounts { writer.value(account) }
            }
            if coverage.rulesOrigin != .files {
                writer.key("versions")
                writer.array { writer in
                    for version in coverage.versions { self.version(version, &writer) }
                }
            }
        }
    }

    private func scheme(_ scheme: Coverage.SchemeNote, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("conversations")
            writer.value(scheme.conversations)
            writer.key("id")
            writer.value(scheme.id)
            writer.key("name")
            writer.value(scheme.name)
        }
    }

    private func version(_ version: Coverage.VersionNote, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("conversations")
            writer.value(version.conversations)
            writer.key("effectiveFrom")
            writer.value(version.effectiveFrom.milliseconds)
            writer.key("emergency")
            writer.value(version.emergencyReason)
            writer.key("number")
            writer.value(version.number)
            writer.key("retroactive")
            writer.value(version.retroactive)
            writer.key("rulesDigest")
            writer.value(version.rulesDigest)
            writer.key("withoutTimes")
            writer.value(version.withoutTimes)
        }
    }

    private func source(_ source: Coverage.SourceNote, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("compression")
            writer.value(source.compression)
            writer.key("encoding")
            writer.value(source.encoding)
            writer.key("name")
            writer.value(source.name)
            writer.key("shape")
            writer.value(source.shape)
        }
    }
}
