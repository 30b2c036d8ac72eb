import Archives
import ConversationModel
import Evaluation

/// Parses, folds, scans and judges blocks. One per thread.
final class BlockWorker {
    let id: Int
    let block = ArchiveBlock()
    private let parser: NDJSONParser
    private let evaluator: Evaluator
    private let options: InspectionOptions
    private let lines: FindingLines
    private let groups: GroupPinning
    private let rosterGroups: RosterGroups
    private var wantedGroups: NameFilter
    private var wantedAgents: NameFilter
    /// Places of the parts of the conversation at hand.
    private var places: [PartPlace] = []
    private var rows: [ConversationRow] = []
    private var records: [UInt32] = []
    private var knownAgents = 0
    private var severities: [Int]
    /// What a finding of each rule counts as among those that are kept.
    private let grades: [(hit: Int, missed: Int)]
    private let zone: Zone

    init(id: Int, rules: CompiledRules, options: InspectionOptions) throws {
        self.id = id
        self.options = options
        parser = NDJSONParser(isStrict: options.isStrict)
        evaluator = try Evaluator(rules)
        if let asOf = options.asOf { evaluator.asOf = asOf.milliseconds }
        lines = FindingLines(rules)
        groups = GroupPinning(roster: options.roster)
        rosterGroups = RosterGroups(options.roster)
        wantedGroups = NameFilter(options.groups)
        wantedAgents = NameFilter(options.agents)
        zone = rules.policy.zone
        grades = rules.summaries.map { (KeptCases.grade(.hit, of: $0), KeptCases.grade(.missed, of: $0)) }
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
    func judge(into result: BlockResult, duplicates: [Int], keepsCasesAbove grade: Int) {
        evaluator.begin()
        evaluator.collectsEvidence = options.writesFindings || grade < KeptCases.grades - 1
        rows.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        var nextDuplicate = 0
        for index in 0..<parser.conversationCount {
            if nextDuplicate < duplicates.count, duplicates[nextDuplicate] == index {
                nextDuplicate += 1
                result.bad.append((parser.record(index), "duplicate-conversation"))
                continue
            }
            let row = parser.row(
                index, into: evaluator.table, names: &evaluator.names, zone: zone,
                isGroup: { rosterGroups.contains($0) })
            if isFiltered(row) {
                result.filtered += 1
                continue
            }
            rows.append(row)
        }
        if nextDuplicate > 0 { result.bad.sort { $0.record < $1.record } }
        evaluator.scan()
        for row in rows { judge(row, into: result, keepsCasesAbove: grade) }
        for number in knownAgents..<evaluator.names.count {
            result.newAgents.append(Array(evaluator.names.nameBytes(Int32(number))))
        }
        knownAgents = evaluator.names.count
        result.newGroups = groups.takeNewNames()
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
        if !wantedGroups.isOff {
            let group = groups.pin(row, row.messages, day: day(of: row), evaluator)
            if !wantedGroups.takes(group, name: { groups.name($0) }) { return true }
        }
        if !wantedAgents.isOff {
            let table = evaluator.table
            return !row.messages.contains { isWanted(table.agents[$0]) || isWanted(table.assignments[$0]) }
        }
        return false
    }

    private func isWanted(_ agent: Int32) -> Bool {
        agent >= 0 && wantedAgents.takes(agent) { evaluator.names.name($0) }
    }

    private func judge(_ row: ConversationRow, into result: BlockResult, keepsCasesAbove grade: Int) {
        evaluator.judge(row)
        evaluator.withRows { add(row, $0, to: result, keepsCasesAbove: grade) }
    }

    private func add(_ row: ConversationRow, _ rows: JudgementRows, to result: BlockResult, keepsCasesAbove floor: Int)
    {
        result.conversations += rows.parts.count
        result.messages += row.messages.count
        result.stays += rows.units.count - rows.parts.count
        if !row.hasTimes, !row.messages.isEmpty { result.conversationsWithoutTimes += 1 }
        places.removeAll(keepingCapacity: true)
        for part in rows.parts { places.append(place(of: part, row, in: result)) }
        places.withUnsafeBufferPointer { places in
            result.tally.add(rows, places: places)
            for unit in rows.units where unit.agent >= 0 {
                result.tally.note(agent: unit.agent, group: places[Int(unit.part)].group)
            }
            for entry in rows.ruleUnits where entry.outcome == .notEvaluated {
                result.hasNotEvaluated = true
                result.notEvaluated[Int(entry.reasons.rawValue)] += 1
            }
            for index in rows.findings.indices {
                let record = rows.findings[index]
                let place = places[Int(rows.units[Int(record.unit)].part)]
                result.findings += 1
                let severity = severities[Int(record.rule)]
                if record.outcome == .hit, severity >= 0 { result.negativeHitsBySeverity[severity] += 1 }
                if options.writesFindings {
                    lines.append(
                        index, of: row, group: place.group, in: groups, day: place.day,
                        defaultShop: options.defaultShop, rows, in: evaluator, to: &result.lines)
                }
                let grades = grades[Int(record.rule)]
                let grade = record.outcome == .hit ? grades.hit : grades.missed
                if grade > max(floor, result.cases.closedGrade) {
                    keep(index, row, place, rows, grade: grade, in: result)
                }
            }
        }
    }

    private func place(of part: Judgement.Part, _ row: ConversationRow, in result: BlockResult) -> PartPlace {
        var day: CalendarDay?
        if row.hasTimes {
            let first = evaluator.table.times[part.messages.lowerBound]
            day = zone.day(of: Instant(milliseconds: first))
            result.firstInstant = min(result.firstInstant, first)
            result.lastInstant = max(result.lastInstant, evaluator.table.times[part.messages.upperBound - 1])
        }
        let group = groups.pin(row, part.messages, day: day, evaluator)
        let cell = result.tally.cell(group: group, day: day?.daysSince1970 ?? .min)
        return PartPlace(cell: Int32(truncatingIfNeeded: cell), group: group, day: day)
    }

    private func keep(
        _ index: Int, _ row: ConversationRow, _ place: PartPlace, _ rows: JudgementRows, grade: Int,
        in result: BlockResult
    ) {
        let made = CaseBuilder.make(
            index, of: row, group: groups.name(place.group), day: place.day,
            defaultShop: options.defaultShop, rows, in: evaluator)
        result.cases.add(
            made.findingCase, grade: grade, bytes: made.bytes, countLimit: options.caseLimit,
            byteLimit: options.caseBytes)
    }
}
