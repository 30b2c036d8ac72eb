import Archives
import ConversationModel
import Evaluation
import RuleLanguage

/// Parses, folds, scans and judges blocks. One per thread.
final class BlockWorker {
    let id: Int
    /// The block at hand.
    var block = ArchiveBlock()
    private let parser: NDJSONParser
    let rules: RunRules
    let options: InspectionOptions
    private let names = AgentNames()
    /// By rule set; nil: not needed now.
    private var judges: [RuleSetJudge?]
    /// Those that have messages of the block.
    private var active: [RuleSetJudge] = []
    /// That of the conversation before: its neighbour mostly has the same.
    private var latest: RuleSetJudge?
    /// Where messages stand before it is known who judges the first of them.
    private let unplaced = MessageTable()
    private var blockNumber = 0
    /// Findings of the block carry what they rest on.
    private var collects = false
    /// The comparison of the block.
    private var comparison: ComparisonBlock?
    let groups: GroupPinning
    private let rosterGroups: RosterGroups
    private var schemes = SchemeChoices()
    var wantedGroups: NameFilter
    var wantedAgents: AgentFilter
    /// Places of the parts of the conversation at hand.
    private(set) var places: [PartPlace] = []
    var rows: [PlacedRow] = []
    private var knownAgents = 0
    let zone: Zone
    /// By version where their policies differ, else one.
    let leftOut: [NameTable]
    /// nil where nothing is exempted.
    let matcher: ExemptionMatcher?
    let exempting: ExemptionFilter?
    /// nil where no account changed hands.
    private let holders: AccountHolders?
    /// nil where no figures of a period are asked for.
    private let period: PeriodCounter?
    private let asksForPrevious: Bool
    /// What is known of each conversation's previous one in the block at hand; empty where nobody asks.
    private var previous: [Facts.Previous?] = []

    /// Blocks for which a rule set is kept although nothing was judged by it.
    private static let idleBlocks = 8
    /// The same where blocks are as small as what has just come.
    private static let idleBlocksOfStreams = 10_000

    /// Takes what was judged in place of the counts of a run; conversations in their order, the pieces of one that
    /// several rule sets judge one after another.
    ///
    /// It gets what is exempt in it, nil where nothing is.
    var handsOn: ((PlacedRow, JudgementRows, ExemptionFilter?) -> Void)?

    init(id: Int, rules: RunRules, options: InspectionOptions, countsBlankLines: Bool = false) throws {
        self.id = id
        self.rules = rules
        self.options = options
        parser = NDJSONParser(
            isStrict: options.isStrict, countsBlankLines: countsBlankLines, facts: rules.factKinds)
        judges = Array(repeating: nil, count: rules.count)
        groups = GroupPinning(roster: options.roster, agents: names)
        rosterGroups = RosterGroups(options.roster)
        wantedGroups = NameFilter(options.groups)
        zone = rules.policy.zone
        asksForPrevious = rules.factKinds.contains(.previous)
        leftOut = rules.buyersLeftOut.map { buyers in
            var table = NameTable()
            for buyer in buyers { _ = table.number(of: buyer) }
            return table
        }
        matcher = ExemptionMatcher(options.exemptions, names: names, roster: options.roster)
        exempting = options.exemptions.exemptions.isEmpty ? nil : matcher.map { ExemptionFilter($0) }
        holders = AccountHolders(roster: options.roster, names: names)
        wantedAgents = AgentFilter(options.agents, names: names, roster: options.roster, holders: holders)
        period = PeriodCounter(options.period, names: names, roster: options.roster)
        if !rules.differ {
            latest = try RuleSetJudge(0, of: rules, names: names, options: options)
            judges[0] = latest
        }
    }

    /// Parses the block and notes its records, digests and visits; `judge` makes rows of them.
    func parse(into result: BlockResult) {
        result.removeAll()
        result.sequence = block.sequence
        result.source = block.source
        result.shape = block.shape
        result.bytesReadSoFar = block.bytesReadSoFar
        parser.parse(block)
        result.records = parser.recordCount
        result.defects = parser.defects
        for bad in parser.badRecords { result.bad.append((bad.record, bad.issue.rawValue, 1)) }
        if block.endsWithTooLarge {
            result.bad.append((UInt32(result.records), RecordIssue.tooLarge.rawValue, 1))
            result.records += 1
        }
        if asksForPrevious {
            for index in 0..<parser.conversationCount { result.visits.append(parser.visit(index, zone: zone)) }
        }
        if !options.allowsDuplicates {
            for index in 0..<parser.conversationCount {
                let key = parser.key(index)
                result.digests.append(SeenConversations.digest(shop: key.shop, id: key.id))
            }
        }
    }

    /// Judges the block's conversations but those at the indices in `duplicates` (ascending).
    ///
    /// - Parameter previous: what is known of each conversation's previous one; empty where nobody asks.
    func judge(
        into result: BlockResult, duplicates: [Int], previous: [Facts.Previous?], keepsCasesAbove grade: Int
    ) throws {
        self.previous = previous
        begin(
            collectsEvidence: options.writesFindings || grade < KeptCases.grades - 1, result.comparison)
        var nextDuplicate = 0
        for index in 0..<parser.conversationCount {
            if nextDuplicate < duplicates.count, duplicates[nextDuplicate] == index {
                nextDuplicate += 1
                var records = 1
                if result.shape != .conversations {
                    let duplicate = self.row(index, unplaced)
                    records = self.records(of: duplicate, in: result)
                    unplaced.removeLast(from: duplicate.messages.lowerBound)
                }
                result.bad.append((parser.record(index), "duplicate-conversation", records))
                continue
            }
            let table = latest?.evaluator.table ?? unplaced
            let row = row(index, table)
            if let drop = drop(of: row, table) {
                table.removeLast(from: row.messages.lowerBound)
                note(drop, of: row, index, in: result)
                continue
            }
            let first = rows.count
            if let latest, !rules.differ {
                rows.append(PlacedRow(judge: latest, row: row, parts: nil))
            } else {
                try rules.hasSchemes ? placeByGroup(row, index, table, in: result) : place(row, index, table)
            }
            if selects(row) { select(since: first, index, in: result) }
        }
        if nextDuplicate > 0 { result.bad.sort { $0.record < $1.record } }
        for judge in active { judge.evaluator.scan() }
        for placed in rows { judge(placed, into: result, keepsCasesAbove: grade) }
        for number in knownAgents..<names.table.count {
            result.newAgents.append(Array(names.table.nameBytes(Int32(number))))
        }
        knownAgents = names.table.count
        result.newGroups = groups.takeNewNames()
    }

    private func row(_ index: Int, _ table: MessageTable) -> ConversationRow {
        var row = parser.row(
            index, into: table, names: &names.table, zone: zone,
            isGroup: { rosterGroups.contains($0) })
        if !previous.isEmpty { row.facts.previous = previous[index] }
        return row
    }

    /// Which version judges what the record begins with.
    private func choice(_ row: ConversationRow, _ table: MessageTable) -> RunRules.Choice {
        let isTimed = row.hasTimes && !row.messages.isEmpty
        return rules.choice(
            at: isTimed ? Instant(milliseconds: table.times[row.messages.lowerBound]) : nil)
    }

    /// How many records a conversation was made of: where they are messages, as many as it has.
    private func records(of row: ConversationRow, in result: BlockResult) -> Int {
        result.shape == .conversations ? 1 : row.messages.count
    }

    /// Notes a conversation of which nothing is judged, and answers it where each is answered.
    func note(_ drop: Drop, of row: ConversationRow, _ index: Int, in result: BlockResult) {
        let records = records(of: row, in: result)
        result.filtered += records
        let reason: String
        switch drop {
        case .unasked: return
        case .leftOut:
            result.buyersLeftOut += records
            reason = "buyer-left-out"
        case .excluded(let why):
            result.excluded[why, default: 0] += records
            reason = why
        }
        guard handsOn != nil else { return }
        result.leftOut.append(
            BlockResult.LeftOut(record: parser.record(index), id: Array(row.id), reason: reason))
    }

    // MARK: Rule sets

    /// Forgets the block before, and rule sets that are not needed any more.
    private func begin(collectsEvidence: Bool, _ block: ComparisonBlock?) {
        blockNumber += 1
        collects = collectsEvidence
        comparison = block
        rows.removeAll(keepingCapacity: true)
        for judge in active { judge.lastBlock = blockNumber - 1 }
        active.removeAll(keepingCapacity: true)
        for set in judges.indices {
            guard let judge = judges[set], judge !== latest else { continue }
            let kept = handsOn == nil ? BlockWorker.idleBlocks : BlockWorker.idleBlocksOfStreams
            if blockNumber - judge.lastBlock > kept { judges[set] = nil }
        }
        if let latest { activate(latest) }
    }

    private func activate(_ judge: RuleSetJudge) {
        guard !active.contains(where: { $0 === judge }) else { return }
        judge.begin(collectsEvidence: collects, comparison)
        active.append(judge)
    }

    /// The judge of a rule set, ready for this block.
    private func judge(of set: Int) throws -> RuleSetJudge {
        if let known = judges[set] {
            activate(known)
            return known
        }
        let judge = try RuleSetJudge(set, of: rules, names: names, options: options)
        judges[set] = judge
        activate(judge)
        return judge
    }

    /// Gives a conversation, the last one of `table`, to the judge of its version; one whose parts belong to
    /// several versions to each of theirs.
    private func place(_ row: ConversationRow, _ index: Int, _ table: MessageTable) throws {
        let first = row.messages.lowerBound
        let times = table.times
        func set(at message: Int) -> Int {
            rules.choice(at: row.hasTimes && !row.messages.isEmpty ? Instant(milliseconds: times[message]) : nil).set
        }
        let firstSet = set(at: first)
        // Later messages never belong to an earlier version.
        if set(at: row.messages.upperBound - 1) == firstSet {
            if let latest, latest.set == firstSet {
                rows.append(PlacedRow(judge: latest, row: row, parts: nil))
            } else {
                table.removeLast(from: first)
                rows.append(try moved(index, to: firstSet, parts: nil))
            }
            return
        }
        table.removeLast(from: first)
        let whole = try moved(index, to: firstSet, parts: nil)
        // Times of the same messages in the same order, wherever they stand.
        let moved = whole.judge.evaluator.table.times
        let sets = whole.judge.evaluator.parts(of: whole.row).map {
            rules.choice(at: Instant(milliseconds: moved[$0.messages.lowerBound])).set
        }
        var start = 0
        while start < sets.count {
            let end = sets[start...].firstIndex { $0 != sets[start] } ?? sets.count
            rows.append(
                start == 0
                    ? PlacedRow(judge: whole.judge, row: whole.row, parts: 0..<end)
                    : try self.moved(index, to: sets[start], parts: start..<end, cutBy: whole.judge, isFirst: false))
            start = end
        }
    }

    /// Gives each part of a conversation, the last one of `table`, to the judge of its version and its group's scheme.
    private func placeByGroup(
        _ row: ConversationRow, _ index: Int, _ table: MessageTable, in result: BlockResult
    ) throws {
        var (judge, row) = (latest, row)
        let first = rules.policiesDiffer ? choice(row, table).set : 0
        if judge.map({ rules.policiesDiffer && !rules.haveSameVersion($0.set, first) }) ?? true {
            table.removeLast(from: row.messages.lowerBound)
            let first = try moved(index, to: first, parts: nil)
            (judge, row) = (first.judge, first.row)
        }
        guard let judge else { return }
        let messages = judge.evaluator.table
        let sets = try judge.evaluator.parts(of: row).map { part -> Int in
            var instant: Instant?
            if row.hasTimes, let first = part.messages.first { instant = Instant(milliseconds: messages.times[first]) }
            let group = groups.pin(row, part.messages, day: instant.map { zone.day(of: $0) }, messages)
            let choice = try schemes.choice(group, inVersionOf: rules.choice(at: instant).set) {
                try rules.set(of: groups.name(group), inVersionOf: $0)
            }
            if !choice.isNamed, !selects(row) || drop(of: part.messages, row, messages, set: choice.set) == nil {
                result.partsWithoutScheme[group, default: 0] += 1
            }
            return choice.set
        }
        if sets.allSatisfy({ $0 == judge.set }) {
            rows.append(PlacedRow(judge: judge, row: row, parts: nil))
            return
        }
        messages.removeLast(from: row.messages.lowerBound)
        var start = 0
        while start < sets.count {
            let end = sets[start...].firstIndex { $0 != sets[start] } ?? sets.count
            rows.append(
                try moved(
                    index, to: sets[start], parts: end - start == sets.count ? nil : start..<end, cutBy: judge,
                    isFirst: start == 0))
            start = end
        }
    }

    private func moved(
        _ index: Int, to set: Int, parts: Range<Int>?, cutBy other: RuleSetJudge? = nil, isFirst: Bool = true
    ) throws -> PlacedRow {
        let judge = try judge(of: set)
        latest = judge
        return PlacedRow(
            judge: judge, row: row(index, judge.evaluator.table), parts: parts,
            cutBy: rules.policiesDiffer ? other?.rules.compiled : nil, isFirst: isFirst)
    }

    // MARK: Judgements

    private func judge(_ placed: PlacedRow, into result: BlockResult, keepsCasesAbove floor: Int) {
        let evaluator = placed.judge.evaluator
        evaluator.cutBy = placed.cutBy
        evaluator.judge(placed.row, parts: placed.parts)
        evaluator.cutBy = nil
        evaluator.withRows { add(placed, $0, to: result, keepsCasesAbove: floor) }
    }

    private func add(_ placed: PlacedRow, _ rows: JudgementRows, to result: BlockResult, keepsCasesAbove floor: Int) {
        let (judge, row) = (placed.judge, placed.row)
        let (tally, amount) = result.open(judge.set, judge.layout)
        let parts = placed.parts ?? rows.parts.indices
        result.conversations += parts.count
        result.stays += rows.units.count - parts.count
        if placed.parts == nil {
            result.messages += row.messages.count
        } else {
            for part in parts { result.messages += rows.parts[part].messages.count }
        }
        let lacksTimes = !row.hasTimes && !row.messages.isEmpty
        if lacksTimes { result.conversationsWithoutTimes += 1 }
        places.removeAll(keepingCapacity: true)
        var judged = JudgedAmount(
            conversations: parts.count, retroactive: 0, withoutTimes: lacksTimes ? parts.count : 0)
        for (number, part) in rows.parts.enumerated() {
            guard parts.contains(number) else {
                // No unit of this judge lies there.
                places.append(PartPlace(cell: 0, group: 0, day: nil))
                continue
            }
            places.append(place(of: part, row, judge.evaluator, tally, in: result))
            if row.hasTimes, isRetroactive(part, judge.evaluator) { judged.retroactive += 1 }
        }
        result.add(judged, at: amount)
        if let handsOn {
            let isCovered = exempting?.look(at: rows, placed, parts: parts, places: places) == true
            return handsOn(placed, rows, isCovered ? exempting : nil)
        }
        withPeople(in: rows) { people in
            if let comparer = judge.comparer, let comparison {
                return compare(people, rows, placed, parts, comparer, into: comparison, result)
            }
            if let exempting, exempting.look(at: people, placed, parts: parts, places: places) {
                exempting.withCounted(people) {
                    withPersons(in: $0) { counted in
                        count(counted, placed, parts, tally, in: result)
                        period?.add(
                            people, counted: counted, placed, parts: parts, places: places, exempting, to: result)
                    }
                }
                exempting.count(people, severities: judge.severities, into: &result.exempt)
                add(people, rows, placed, tally, exempting, to: result, keepsCasesAbove: floor)
            } else {
                withPersons(in: people) { counted in
                    count(counted, placed, parts, tally, in: result)
                    period?.add(people, counted: counted, placed, parts: parts, places: places, nil, to: result)
                }
                add(people, rows, placed, tally, nil, to: result, keepsCasesAbove: floor)
            }
        }
    }

    /// Lends the rows with one number for all accounts of a person.
    private func withPersons(in rows: JudgementRows, _ body: (JudgementRows) -> Void) {
        if let holders { holders.withPersons(in: rows, body) } else { body(rows) }
    }

    /// Lends the rows with people where it depends on the day whose an account is.
    private func withPeople(in rows: JudgementRows, _ body: (JudgementRows) -> Void) {
        if let holders { holders.withPeople(in: rows, places, body) } else { body(rows) }
    }

    /// Counts and scores what was judged.
    private func count(
        _ rows: JudgementRows, _ placed: PlacedRow, _ parts: Range<Int>, _ tally: TallyCounter, in result: BlockResult
    ) {
        let judge = placed.judge
        judge.scorer?.add(
            rows, parts: parts, places: places,
            conversation: { judge.evaluator.conversationID($0, placed.row) },
            to: &result.scores[judge.set, default: ScoreCounter()])
        places.withUnsafeBufferPointer { tally.add(rows, places: $0) }
        for entry in rows.ruleUnits where entry.outcome == .notEvaluated {
            result.hasNotEvaluated = true
            result.notEvaluated[Int(entry.reasons.rawValue)] += 1
        }
    }

    /// Writes and keeps the findings; `exempting` knows which of them are exempt. `people` are the rows as they are counted.
    private func add(
        _ people: JudgementRows, _ rows: JudgementRows, _ placed: PlacedRow, _ tally: TallyCounter,
        _ exempting: ExemptionFilter?, to result: BlockResult, keepsCasesAbove floor: Int
    ) {
        let (judge, row) = (placed.judge, placed.row)
        places.withUnsafeBufferPointer { places in
            for unit in people.units where unit.agent >= 0 {
                tally.note(agent: unit.agent, group: places[Int(unit.part)].group)
            }
            for index in rows.findings.indices {
                let record = rows.findings[index]
                let place = places[Int(rows.units[Int(record.unit)].part)]
                result.findings += 1
                let exemption = exempting?.reason(ofFinding: index)
                let severity = judge.severities[Int(record.rule)]
                if record.outcome == .hit, severity >= 0, exemption == nil {
                    result.negativeHitsBySeverity[severity] += 1
                }
                if options.writesFindings {
                    judge.lines.append(
                        index, of: row, group: place.group, in: groups, day: place.day,
                        defaultShop: options.defaultShop, exemption: exemption, rows, in: judge.evaluator,
                        to: &result.lines)
                }
                let grades = judge.grades[Int(record.rule)]
                let grade = record.outcome == .hit ? grades.hit : grades.missed
                // Only for pages of agents, which show what counts.
                if options.casesPerOwner != nil, exemption != nil { continue }
                if grade > max(floor, result.cases.closedGrade), period.map({ $0.bucket(place.day) == 0 }) ?? true {
                    keep(index, row, place, rows, judge, grade: grade, exemption: exemption, in: result)
                }
            }
        }
    }

    private func isRetroactive(_ part: Judgement.Part, _ evaluator: Evaluator) -> Bool {
        guard rules.origin == .versionOfDay else { return false }
        return rules.choice(at: Instant(milliseconds: evaluator.table.times[part.messages.lowerBound])).isRetroactive
    }

    private func place(
        of part: Judgement.Part, _ row: ConversationRow, _ evaluator: Evaluator, _ tally: TallyCounter,
        in result: BlockResult
    ) -> PartPlace {
        var day: CalendarDay?
        if row.hasTimes {
            let first = evaluator.table.times[part.messages.lowerBound]
            day = zone.day(of: Instant(milliseconds: first))
            result.firstInstant = min(result.firstInstant, first)
            result.lastInstant = max(result.lastInstant, evaluator.table.times[part.messages.upperBound - 1])
        }
        let group = groups.pin(row, part.messages, day: day, evaluator.table)
        let cell = tally.cell(group: group, day: day?.daysSince1970 ?? .min)
        return PartPlace(cell: Int32(truncatingIfNeeded: cell), group: group, day: day)
    }

    private func keep(
        _ index: Int, _ row: ConversationRow, _ place: PartPlace, _ rows: JudgementRows, _ judge: RuleSetJudge,
        grade: Int, exemption: String?, in result: BlockResult
    ) {
        let made = makeCase(index, row, place, rows, judge, exemption: exemption)
        result.cases.add(
            made.findingCase, grade: grade, bytes: made.bytes, countLimit: options.caseLimit,
            byteLimit: options.caseBytes, ownerLimit: options.casesPerOwner)
    }

    func makeCase(
        _ index: Int, _ row: ConversationRow, _ place: PartPlace, _ rows: JudgementRows, _ judge: RuleSetJudge,
        exemption: String? = nil
    ) -> (findingCase: FindingCase, bytes: Int) {
        var made = CaseBuilder.make(
            index, of: row, group: groups.name(place.group), day: place.day, defaultShop: options.defaultShop,
            version: rules.version(judge.set)?.number, scheme: judge.scheme?.id, exemption: exemption, rows,
            in: judge.evaluator)
        made.findingCase.severity = judge.rules.compiled.summaries[Int(rows.findings[index].rule)].severity
        return made
    }
}
