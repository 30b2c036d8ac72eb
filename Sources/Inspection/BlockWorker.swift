import Archives
import ConversationModel
import Evaluation

/// What one block came to; merged into the run in the order of blocks.
final class BlockResult {
    var sequence = 0
    var source = 0
    var shape = ArchiveShape.conversations
    var bytesReadSoFar = 0
    var records = 0
    var bad: [(record: UInt32, reason: String)] = []
    var filtered = 0
    var conversations = 0
    var stays = 0
    var messages = 0
    var conversationsWithoutTimes = 0
    var defects: (unknownKind: Int, duplicateKey: Int, missingAgent: Int) = (0, 0, 0)
    var notEvaluated: [UInt8: Int] = [:]
    var firstInstant = Int64.max
    var lastInstant = Int64.min
    var lines = JSONBytes()
    var cases: [FindingCase] = []
    var caseBytes = 0
    var findings = 0
    var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)
    let tally: TallyCounter
    let workerID: Int
    /// Names that got a number in this block, in the order of their numbers.
    var newAgents: [[UInt8]] = []
    var newGroups: [[UInt8]] = []
    /// Digests of the block's conversations, where duplicates are looked for.
    var digests: [UInt64] = []

    init(layout: TallyLayout, workerID: Int) {
        tally = TallyCounter(layout: layout)
        self.workerID = workerID
    }

    func removeAll() {
        records = 0
        bad.removeAll(keepingCapacity: true)
        filtered = 0
        conversations = 0
        stays = 0
        messages = 0
        conversationsWithoutTimes = 0
        notEvaluated.removeAll(keepingCapacity: true)
        firstInstant = .max
        lastInstant = .min
        lines.bytes.removeAll(keepingCapacity: true)
        cases.removeAll(keepingCapacity: true)
        caseBytes = 0
        findings = 0
        for i in negativeHitsBySeverity.indices { negativeHitsBySeverity[i] = 0 }
        tally.removeAll()
        newAgents.removeAll(keepingCapacity: true)
        digests.removeAll(keepingCapacity: true)
        newGroups.removeAll(keepingCapacity: true)
    }
}

/// Parses, folds, scans and judges blocks. One per thread.
final class BlockWorker {
    let id: Int
    let block = ArchiveBlock()
    private let parser: NDJSONParser
    private let evaluator: Evaluator
    private let options: InspectionOptions
    private let lines: FindingLines
    private var groups: GroupPinning
    private var rows: [ConversationRow] = []
    private var records: [UInt32] = []
    private var knownAgents = 0
    private var severities: [Int]
    private let zone: Zone

    init(id: Int, rules: CompiledRules, options: InspectionOptions) throws {
        self.id = id
        self.options = options
        parser = NDJSONParser(isStrict: options.isStrict)
        evaluator = try Evaluator(rules)
        if let asOf = options.asOf { evaluator.asOf = asOf.milliseconds }
        lines = FindingLines(rules)
        groups = GroupPinning(roster: options.roster)
        zone = rules.policy.zone
        severities = rules.summaries.map {
            $0.polarity == .negative ? Severity.allCases.firstIndex(of: $0.severity) ?? -1 : -1
        }
    }

    /// Parses the block into rows of the evaluator's table; call before `judge`.
    func parse(into result: BlockResult) {
        result.removeAll()
        result.sequence = block.sequence
        result.source = block.source
        result.shape = block.shape
        result.bytesReadSoFar = block.bytesReadSoFar
        parser.parse(block)
        result.records = parser.recordCount
        result.defects = parser.defects
        for bad in parser.badRecords { result.bad.append((bad.record, bad.issue.rawValue)) }
        if block.endsWithTooLarge {
            result.bad.append((UInt32(result.records), RecordIssue.tooLarge.rawValue))
            result.records += 1
        }
        if !options.allowsDuplicates {
            for index in 0..<parser.conversationCount {
                let key = parser.key(index)
                result.digests.append(SeenConversations.digest(shop: key.shop, id: key.id))
            }
        }
    }

    /// Judges the block's conversations but those at the indices in `duplicates` (ascending).
    func judge(into result: BlockResult, duplicates: [Int], keepsCases: Bool) {
        evaluator.begin()
        evaluator.collectsEvidence = options.writesFindings || keepsCases
        rows.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        var nextDuplicate = 0
        let groups = groups
        for index in 0..<parser.conversationCount {
            if nextDuplicate < duplicates.count, duplicates[nextDuplicate] == index {
                nextDuplicate += 1
                result.bad.append((parser.record(index), "duplicate-conversation"))
                continue
            }
            let row = parser.row(
                index, into: evaluator.table, names: &evaluator.names, zone: zone,
                isGroup: { groups.isRosterGroup($0) })
            if isFiltered(row) {
                result.filtered += 1
                continue
            }
            rows.append(row)
        }
        if nextDuplicate > 0 { result.bad.sort { $0.record < $1.record } }
        evaluator.scan()
        for row in rows { judge(row, into: result, keepsCases: keepsCases) }
        for number in knownAgents..<evaluator.names.count {
            result.newAgents.append(Array(evaluator.names.nameBytes(Int32(number))))
        }
        knownAgents = evaluator.names.count
        result.newGroups = self.groups.takeNewNames()
    }

    private func day(of row: ConversationRow) -> CalendarDay? {
        guard row.hasTimes, let first = row.messages.first else { return nil }
        return zone.day(of: Instant(milliseconds: evaluator.table.times[first]))
    }

    private func isFiltered(_ row: ConversationRow) -> Bool {
        if options.firstDay != nil || options.lastDay != nil {
            guard let day = day(of: row) else { return true }
            if let first = options.firstDay, day < first { return true }
            if let last = options.lastDay, day > last { return true }
        }
        if !options.groups.isEmpty {
            let group = groups.pin(row, row.messages, day: day(of: row), evaluator)
            if !options.groups.contains(groups.name(group)) { return true }
        }
        if !options.agents.isEmpty {
            let table = evaluator.table
            return !row.messages.contains { i in
                let owners = [table.agents[i], table.assignments[i]]
                return owners.contains { $0 >= 0 && options.agents.contains(evaluator.names.name($0)) }
            }
        }
        return false
    }

    private func judge(_ row: ConversationRow, into result: BlockResult, keepsCases: Bool) {
        evaluator.judge(row)
        let judgement = evaluator.judgement
        result.conversations += judgement.parts.count
        result.messages += row.messages.count
        result.stays += judgement.units.count - judgement.parts.count
        if !row.hasTimes, !row.messages.isEmpty { result.conversationsWithoutTimes += 1 }
        var cells: [Int] = []
        var groupNumbers: [Int32] = []
        var days: [CalendarDay?] = []
        for part in judgement.parts {
            var day: CalendarDay?
            if row.hasTimes {
                let first = evaluator.table.times[part.messages.lowerBound]
                day = zone.day(of: Instant(milliseconds: first))
                result.firstInstant = min(result.firstInstant, first)
                result.lastInstant = max(result.lastInstant, evaluator.table.times[part.messages.upperBound - 1])
            }
            let group = groups.pin(row, part.messages, day: day, evaluator)
            groupNumbers.append(group)
            days.append(day)
            cells.append(result.tally.cell(group: group, day: day?.daysSince1970 ?? .min))
        }
        result.tally.add(judgement) { cells[Int($0)] }
        for unit in judgement.units where unit.agent >= 0 {
            result.tally.note(agent: unit.agent, group: groupNumbers[Int(unit.part)])
        }
        for entry in judgement.ruleUnits where entry.outcome == .notEvaluated {
            result.notEvaluated[entry.reasons.rawValue, default: 0] += 1
        }
        for index in judgement.findings.indices {
            let record = judgement.findings[index]
            let part = Int(judgement.units[Int(record.unit)].part)
            result.findings += 1
            let severity = severities[Int(record.rule)]
            if record.outcome == .hit, severity >= 0 { result.negativeHitsBySeverity[severity] += 1 }
            if options.writesFindings {
                lines.append(
                    index, of: row, group: groups.nameBytes(groupNumbers[part]), day: days[part],
                    defaultShop: options.defaultShop, in: evaluator, to: &result.lines)
            }
            if keepsCases, result.cases.count < options.caseLimit, result.caseBytes < options.caseBytes {
                let made = CaseBuilder.make(
                    index, of: row, group: groups.name(groupNumbers[part]), day: days[part],
                    defaultShop: options.defaultShop, in: evaluator)
                result.caseBytes += made.bytes
                result.cases.append(made.findingCase)
            }
        }
    }
}
