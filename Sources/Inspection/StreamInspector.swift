import Archives
import ConversationModel
import Evaluation
import RuleLanguage

/// One result line for each line in, in the same order, whatever happens to the line.
///
/// For programs that hand us lines and read results: no state crosses lines, so any split of the
/// input gives the same lines. Duplicates are not looked for.
public final class StreamInspector {
    private let worker: BlockWorker
    private let rules: RunRules
    private let defaultShop: String
    private let engine: String
    private let result: BlockResult
    /// Results of the block's conversations, one after another, and where each ends.
    private var bodies = JSONBytes()
    private var ends: [Int] = []
    /// What was not evaluated in the conversation at hand.
    private var pending = JSONBytes()
    private var isOpen = false
    private var hasFindings = false
    private var hasPending = false
    /// What stands in every line of a rule set.
    private var heads: [Int: [UInt8]] = [:]

    /// Bad lines so far, and all lines: for the exit code.
    public private(set) var badLines = 0
    public private(set) var allLines = 0
    /// Hits of negative rules by severity, in the order of `Severity.allCases`; exempt ones do not count.
    public private(set) var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)

    /// An inspector that judges as a batch inspection of the same lines would.
    ///
    /// - Parameter options: its shop, roster, exemptions and strictness count; no conversations are chosen.
    public init(_ rules: RunRules, engine: String, options: InspectionOptions) throws {
        var own = InspectionOptions()
        own.defaultShop = options.defaultShop
        own.roster = options.roster
        own.exemptions = options.exemptions
        own.isStrict = options.isStrict
        own.allowsDuplicates = true
        // Findings carry what they rest on; the lines are written here.
        own.writesFindings = true
        self.rules = rules
        self.engine = engine
        defaultShop = own.defaultShop
        worker = try BlockWorker(id: 0, rules: rules, options: own, countsBlankLines: true)
        result = BlockResult(sets: rules.count, workerID: 0, comparison: nil)
        worker.handsOn = { [unowned self] placed, rows, exempting in add(placed, rows, exempting) }
    }

    /// An inspector by one set of rules, which judges every line.
    public convenience init(_ rules: CompiledRules, engine: String, defaultShop: String, isStrict: Bool) throws {
        var options = InspectionOptions()
        options.defaultShop = defaultShop
        options.isStrict = isStrict
        try self.init(RunRules(RuleSet(rules)), engine: engine, options: options)
    }

    /// The result lines of a block's lines.
    ///
    /// Throws what loading a version's rules throws.
    public func results(_ block: ArchiveBlock) throws -> [UInt8] {
        worker.block = block
        worker.parse(into: result)
        bodies.removeAll()
        ends.removeAll(keepingCapacity: true)
        try worker.judge(into: result, duplicates: [], previous: [], keepsCasesAbove: KeptCases.grades)
        close()
        var json = JSONBytes(capacity: bodies.count + 256)
        var (nextBad, nextLeftOut, nextRow, start) = (0, 0, 0, 0)
        for record in 0..<UInt32(result.records) {
            if nextBad < result.bad.count, result.bad[nextBad].record == record {
                append(bad: result.bad[nextBad].reason, to: &json)
                nextBad += 1
            } else if nextLeftOut < result.leftOut.count, result.leftOut[nextLeftOut].record == record {
                append(leftOut: result.leftOut[nextLeftOut], to: &json)
                nextLeftOut += 1
            } else if nextRow < ends.count {
                json.raw(UnsafeBufferPointer(rebasing: bodies.written[start..<ends[nextRow]]))
                start = ends[nextRow]
                nextRow += 1
                allLines += 1
            }
        }
        return json.bytes
    }

    // MARK: Lines without a judgement

    private func append(bad reason: String, to json: inout JSONBytes) {
        allLines += 1
        badLines += 1
        json.raw("{\"v\":1,\"id\":null,\"status\":\"")
        if reason == RecordIssue.tooLarge.rawValue { json.raw("too_large") } else { json.raw("bad_input") }
        json.raw("\",\"reason\":")
        json.string(reason)
        appendEmpty(to: &json)
    }

    private func append(leftOut: BlockResult.LeftOut, to json: inout JSONBytes) {
        allLines += 1
        json.raw("{\"v\":1,\"id\":")
        json.string(leftOut.id[...])
        json.raw(",\"status\":\"left_out\",\"reason\":")
        json.string(leftOut.reason)
        appendEmpty(to: &json)
    }

    /// The rest of a line that nothing judged.
    private func appendEmpty(to json: inout JSONBytes) {
        if let head = rules.differ ? nil : try? self.head(of: 0) {
            json.raw(head)
        } else {
            json.raw(",\"engine\":")
            json.string(engine)
        }
        json.raw(",\"findings\":[],\"notEvaluated\":[]}\n")
    }

    /// What stands in every line of a set: engine, rules, their version and scheme.
    private func head(of set: Int) throws -> [UInt8] {
        if let known = heads[set] { return known }
        var json = JSONBytes()
        json.raw(",\"engine\":")
        json.string(engine)
        json.raw(",\"rules\":")
        json.string(try rules.facts(set).digest)
        append(versionOf: set, try rules.scheme(set), to: &json)
        if rules.origin == .draft { json.raw(",\"draft\":true") }
        heads[set] = json.bytes
        return json.bytes
    }

    private func append(versionOf set: Int, _ scheme: Scheme?, to json: inout JSONBytes) {
        if let version = rules.version(set)?.number {
            json.raw(",\"version\":")
            json.integer(version)
        }
        if let scheme {
            json.raw(",\"scheme\":")
            json.string(scheme.id)
        }
    }

    // MARK: Judgements

    /// Ends the line of the conversation at hand.
    private func close() {
        guard isOpen else { return }
        isOpen = false
        bodies.raw("],\"notEvaluated\":[")
        bodies.raw(pending.written)
        bodies.raw("]}\n")
        ends.append(bodies.count)
    }

    /// Adds what a rule set judged of a conversation: all of it, or some of its parts.
    private func add(_ placed: PlacedRow, _ rows: JudgementRows, _ exempting: ExemptionFilter?) {
        if placed.isFirst { open(placed) }
        for index in rows.findings.indices {
            if hasFindings { bodies.raw(",") }
            hasFindings = true
            append(finding: index, placed, rows, exemption: exempting?.reason(ofFinding: index))
        }
        let judge = placed.judge
        for entry in rows.ruleUnits where entry.outcome == .notEvaluated {
            if hasPending { pending.raw(",") }
            hasPending = true
            pending.raw("{\"rule\":")
            pending.string(judge.rules.compiled.summaries[Int(entry.rule)].id.value)
            if rules.differ { append(versionOf: judge.set, judge.scheme, to: &pending) }
            pending.raw(",\"conversation\":")
            judge.lines.conversation(rows.units[Int(entry.unit)], placed.row, to: &pending)
            pending.raw(",\"reasons\":[")
            for (position, name) in entry.reasons.names.enumerated() {
                if position > 0 { pending.raw(",") }
                pending.string(name)
            }
            pending.raw("]}")
        }
    }

    private func open(_ placed: PlacedRow) {
        close()
        isOpen = true
        hasFindings = false
        hasPending = false
        pending.removeAll()
        bodies.raw("{\"v\":1,\"id\":")
        bodies.string(placed.row.id)
        bodies.raw(",\"status\":\"ok\"")
        // It has judged: what is asked of it is at hand.
        if let head = try? head(of: placed.judge.set) { bodies.raw(head) }
        bodies.raw(",\"findings\":[")
    }

    private func append(finding index: Int, _ placed: PlacedRow, _ rows: JudgementRows, exemption: String?) {
        let (judge, evaluator) = (placed.judge, placed.judge.evaluator)
        let record = rows.findings[index]
        let severity = judge.severities[Int(record.rule)]
        if record.outcome == .hit, severity >= 0, exemption == nil { negativeHitsBySeverity[severity] += 1 }
        bodies.raw("{\"id\":\"")
        bodies.raw(evaluator.findingID(index, conversation: placed.row, defaultShop: defaultShop))
        bodies.raw("\",\"rule\":")
        bodies.string(judge.rules.compiled.summaries[Int(record.rule)].id.value)
        if rules.differ { append(versionOf: judge.set, judge.scheme, to: &bodies) }
        bodies.raw(",\"outcome\":\"")
        if record.outcome == .hit { bodies.raw("hit") } else { bodies.raw("missed") }
        bodies.raw("\",\"conversation\":")
        judge.lines.conversation(rows.units[Int(record.unit)], placed.row, to: &bodies)
        bodies.raw(",\"agent\":")
        if record.owner >= 0 {
            judge.lines.agent(record.owner, in: evaluator, to: &bodies)
        } else {
            bodies.raw("null")
        }
        bodies.raw(",\"message\":")
        if record.anchor >= 0 {
            bodies.integer(evaluator.table.positions[Int(record.anchor)])
        } else {
            bodies.raw("null")
        }
        if let exemption {
            bodies.raw(",\"exempt\":")
            bodies.string(exemption)
        }
        judge.lines.divergence(record, in: evaluator, to: &bodies)
        bodies.raw(",\"evidence\":[")
        judge.lines.evidence(record, rows, evaluator.table, to: &bodies)
        bodies.raw("]}")
    }
}
