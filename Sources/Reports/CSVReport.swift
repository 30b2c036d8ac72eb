import ConversationModel

/// Renders one table of a run as CSV for spreadsheets: UTF-8 with BOM, CRLF, safe of formulas.
///
/// All records have the same number of fields; the last one states the coverage in its first field.
public struct CSVReport: Sendable {
    /// Which table is written.
    public enum Table: String, Sendable, Hashable, CaseIterable {
        /// Agent × rule.
        case agents
        /// Group × rule.
        case groups
        /// One row a rule, rules without a finding too.
        case rules
        /// Day × rule.
        case days
        /// Agent × day: scores.
        case scores
        /// Exemption × owner: what was judged and not counted.
        case exemptions
        /// Procedures: step × whole run, group, agent.
        case procedures
    }

    public var table: Table

    public init(table: Table = .agents) { self.table = table }

    /// Writes the table in pieces of about 64 KiB.
    public func write(_ report: Report, to sink: ([UInt8]) throws -> Void) rethrows {
        var buffer: [UInt8] = [0xEF, 0xBB, 0xBF]
        let header =
            switch table {
            case .scores: CSVReport.scoreTitles
            case .exemptions: ExemptionRows.names + ExemptionRows.numbers
            case .procedures: CSVReport.funnelTitles
            default: keyTitles + CSVReport.titles
            }
        append(header, to: &buffer)
        let tally = report.tally
        if table == .procedures {
            try funnels(of: tally) { record in
                append(record, to: &buffer)
                if buffer.count > 65_536 {
                    try sink(buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
            return try finish(report, header.count, &buffer, sink)
        }
        let source = source(in: tally)
        if table == .scores || table == .exemptions {
            let rows =
                table == .scores
                ? scoreRows(report)
                : report.coverage.exemptions.map { ExemptionRows.texts($0) + ExemptionRows.counts($0).map(String.init) }
            for row in rows { append(row, to: &buffer) }
            return try finish(report, header.count, &buffer, sink)
        }
        for key in source.keys.indices {
            for row in rows(tally, source, key) {
                append(
                    names(tally, source, key) + fields(tally.rules[row.rule], row.counts),
                    to: &buffer)
                if buffer.count > 65_536 {
                    try sink(buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
        }
        try finish(report, header.count, &buffer, sink)
    }

    private func finish(
        _ report: Report, _ fields: Int, _ buffer: inout [UInt8], _ sink: ([UInt8]) throws -> Void
    ) rethrows {
        let note = "※ " + CoverageNote(report).line
        append([note] + Array(repeating: "", count: fields - 1), to: &buffer)
        try sink(buffer)
    }

    private static let titles = [
        "规则编号", "规则", "类型", "级别", "单位", "命中", "会话命中", "适用", "未达成", "未判定", "比率",
    ]

    private var keyTitles: [String] {
        switch table {
        case .agents: ["客服", "分组"]
        case .groups: ["分组"]
        case .rules, .scores, .exemptions, .procedures: []
        case .days: ["日期"]
        }
    }

    private func source(in tally: Tally) -> TallyTable {
        switch table {
        case .agents: tally.byAgent
        case .groups: tally.byGroup
        case .rules, .scores, .exemptions, .procedures: tally.total
        case .days: tally.byDay
        }
    }

    private func rows(_ tally: Tally, _ source: TallyTable, _ key: Int) -> [TallyRow] {
        guard table == .rules else { return tally.rows(of: source, key: key) }
        return tally.rules.indices.map { TallyRow(key: key, rule: $0, counts: source[key, $0]) }
    }

    private func names(_ tally: Tally, _ source: TallyTable, _ key: Int) -> [String] {
        switch table {
        case .agents:
            [source.keys[key], key < tally.groupOfAgent.count ? tally.groupOfAgent[key] : ""]
        case .groups, .days: [source.keys[key]]
        case .rules, .scores, .exemptions, .procedures: []
        }
    }

    private func fields(_ rule: RuleSummary, _ counts: TallyCounts) -> [String] {
        [rule.id.value, rule.name, rule.polarity.label, rule.severity.label, rule.unit.label]
            + [
                counts.hits, counts.unitsHit, counts.unitsApplicable, counts.missed,
                counts.notEvaluated,
            ].map(String.init)
            + [Rate(counts.unitsHit, of: counts.unitsApplicable).text]
    }

    private func append(_ fields: [String], to buffer: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { buffer.append(0x2C) }
            CSVReport.append(field: field, to: &buffer)
        }
        buffer += [0x0D, 0x0A]
    }

    /// `field` with its line breaks and tabs, which a quoted field may have, and without other controls.
    private static func harmless(_ field: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in field.unicodeScalars {
            let isKept = !isObeyed(scalar) || scalar == "\t" || scalar == "\n" || scalar == "\r"
            result.append(isKept ? scalar : "\u{FFFD}")
        }
        return String(result)
    }

    /// The first character behind blanks and what has no width, which some spreadsheets drop.
    private static func firstVisible(_ field: String) -> Unicode.Scalar? {
        field.unicodeScalars.first { !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint }
    }

    /// Appends one field, quoted where needed; a first character that starts a formula gets a `'`.
    static func append(field: String, to buffer: inout [UInt8]) {
        // A spreadsheet of an East Asian locale takes the full-width signs for formulas too.
        let opensFormula =
            field.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
            || firstVisible(field).map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
        let needsQuotes = field.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D, 0x09].contains($0) }
        if needsQuotes { buffer.append(0x22) }
        if opensFormula { buffer.append(0x27) }
        // A NUL ends the text for some spreadsheets, and a terminal obeys an escape.
        let isUnsafe = field.unicodeScalars.contains { isObeyed($0) }
        for byte in (isUnsafe ? harmless(field) : field).utf8 {
            if byte == 0x22 { buffer.append(byte) }
            buffer.append(byte)
        }
        if needsQuotes { buffer.append(0x22) }
    }
}
