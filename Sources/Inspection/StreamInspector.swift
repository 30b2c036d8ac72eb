import Archives
import ConversationModel
import Evaluation
import RuleLanguage

/// One result line for each line in, in the same order, whatever happens to the line.
///
/// For programs that hand us lines and read results: no state crosses lines, so any split of the
/// input gives the same lines. Duplicates are not looked for.
public final class StreamInspector {
    private let evaluator: Evaluator
    private let parser: NDJSONParser
    private let lines: FindingWriter
    private let defaultShop: String
    private let zone: Zone
    private let head: [UInt8]

    /// Bad lines so far, and all lines: for the exit code.
    public private(set) var badLines = 0
    public private(set) var allLines = 0
    /// Hits of negative rules by severity, in the order of `Severity.allCases`.
    public private(set) var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)

    /// An inspector with the first set of `rules`, which judges every line.
    public convenience init(_ rules: RunRules, engine: String, defaultShop: String, isStrict: Bool) throws {
        try self.init(
            rules.set(0).compiled, version: rules.version(0)?.number, isDraft: rules.origin == .draft,
            engine: engine, defaultShop: defaultShop, isStrict: isStrict)
    }

    /// - Parameters:
    ///   - version: the version that the rules are; it stands in each line.
    ///   - isDraft: each line says that the rules are a draft.
    public init(
        _ rules: CompiledRules, version: Int? = nil, isDraft: Bool = false, engine: String, defaultShop: String,
        isStrict: Bool
    ) throws {
        evaluator = try Evaluator(rules)
        parser = NDJSONParser(isStrict: isStrict, countsBlankLines: true, facts: rules.facts)
        lines = FindingWriter(rules)
        zone = rules.policy.zone
        self.defaultShop = defaultShop
        var json = JSONBytes()
        json.raw(",\"engine\":")
        json.string(engine)
        json.raw(",\"rules\":")
        json.string(rules.digest)
        if let version {
            json.raw(",\"version\":")
            json.integer(version)
        }
        if isDraft { json.raw(",\"draft\":true") }
        head = json.bytes
    }

    /// The result lines of a block's lines.
    public func results(_ block: ArchiveBlock) -> [UInt8] {
        parser.parse(block)
        evaluator.begin()
        let rows = (0..<parser.conversationCount).map { index in
            parser.row(index, into: evaluator.table, names: &evaluator.names, zone: zone, isGroup: { _ in false })
        }
        evaluator.scan()
        var json = JSONBytes()
        let bad = parser.badRecords
        var nextBad = 0
        var nextRow = 0
        for record in 0..<UInt32(parser.recordCount) {
            if nextBad < bad.count, bad[nextBad].record == record {
                append(bad: bad[nextBad].issue, to: &json)
                nextBad += 1
            } else if nextRow < rows.count {
                append(rows[nextRow], to: &json)
                nextRow += 1
            }
        }
        if block.endsWithTooLarge { append(bad: .tooLarge, to: &json) }
        return json.bytes
    }

    private func append(bad issue: RecordIssue, to json: inout JSONBytes) {
        allLines += 1
        badLines += 1
        json.raw("{\"v\":1,\"id\":null,\"status\":\"")
        if issue == .tooLarge { json.raw("too_large") } else { json.raw("bad_input") }
        json.raw("\",\"reason\":")
        json.string(issue.rawValue)
        json.raw(head)
        json.raw(",\"findings\":[],\"notEvaluated\":[]}\n")
    }

    private func append(_ row: ConversationRow, to json: inout JSONBytes) {
        allLines += 1
        evaluator.judge(row)
        evaluator.withRows { append(row, $0, to: &json) }
    }

    private func append(_ row: ConversationRow, _ rows: JudgementRows, to json: inout JSONBytes) {
        json.raw("{\"v\":1,\"id\":")
        json.string(row.id)
        json.raw(",\"status\":\"ok\"")
        json.raw(head)
        json.raw(",\"findings\":[")
        for index in rows.findings.indices {
            if index > 0 { json.raw(",") }
            append(finding: index, row, rows, to: &json)
        }
        json.raw("],\"notEvaluated\":[")
        var isFirst = true
        for entry in rows.ruleUnits where entry.outcome == .notEvaluated {
            if !isFirst { json.raw(",") }
            isFirst = false
            json.raw("{\"rule\":")
            json.string(evaluator.rules.summaries[Int(entry.rule)].id.value)
            json.raw(",\"conversation\":")
            lines.conversation(rows.units[Int(entry.unit)], row, to: &json)
            json.raw(",\"reasons\":[")
            for (position, name) in entry.reasons.names.enumerated() {
                if position > 0 { json.raw(",") }
                json.string(name)
            }
            json.raw("]}")
        }
        json.raw("]}\n")
    }

    private func append(
        finding index: Int, _ row: ConversationRow, _ rows: JudgementRows, to json: inout JSONBytes
    ) {
        let record = rows.findings[index]
        let rule = evaluator.rules.summaries[Int(record.rule)]
        if record.outcome == .hit, rule.polarity == .negative,
            let severity = Severity.allCases.firstIndex(of: rule.severity)
        {
            negativeHitsBySeverity[severity] += 1
        }
        json.raw("{\"id\":\"")
        json.raw(evaluator.findingID(index, conversation: row, defaultShop: defaultShop))
        json.raw("\",\"rule\":")
        json.string(evaluator.rules.summaries[Int(record.rule)].id.value)
        json.raw(",\"outcome\":\"")
        if record.outcome == .hit { json.raw("hit") } else { json.raw("missed") }
        json.raw("\",\"conversation\":")
        lines.conversation(rows.units[Int(record.unit)], row, to: &json)
        json.raw(",\"agent\":")
        if record.owner >= 0 { lines.agent(record.owner, in: evaluator, to: &json) } else { json.raw("null") }
        json.raw(",\"message\":")
        if record.anchor >= 0 {
            json.integer(evaluator.table.positions[Int(record.anchor)])
        } else {
            json.raw("null")
        }
        lines.divergence(record, in: evaluator, to: &json)
        json.raw(",\"evidence\":[")
        lines.evidence(record, rows, evaluator.table, to: &json)
        json.raw("]}")
    }
}
