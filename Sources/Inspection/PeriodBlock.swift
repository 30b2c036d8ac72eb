import Archives
import ConversationModel
import Evaluation

/// What one block adds to a report of a period. Agents are numbers of the worker; those of one person share one.
final class PeriodBlock {
    /// An agent's day, exempt stays apart.
    struct Key: Hashable {
        var agent: Int32
        var day: Int32
        var isExempt: Bool
    }

    /// A buyer whom an agent served on a day.
    struct Served: Hashable {
        var key: Key
        var buyer: UInt64
    }

    /// The counts of a rule set in the period (0) or before (1).
    struct Slot: Hashable {
        var set: Int
        var bucket: Int
    }

    /// Stands for all agents together, for whom a conversation with several of them counts once.
    static let everybody = Int32.min

    var figures: [Key: WorkFigures] = [:]
    var served: Set<Served> = []
    var tallies: [Slot: TallyCounter] = [:]

    func removeAll() {
        figures.removeAll(keepingCapacity: true)
        served.removeAll(keepingCapacity: true)
        // Counts of sets that were not needed this time would be kept for ever.
        tallies = [:]
    }
}

/// Counts what a worker judges for a report of a period.
///
/// Nothing is kept of a message: counters by agent and day, digests of served buyers, and tallies by stretch of days.
final class PeriodCounter {
    private let period: Period
    private let names: AgentNames
    private let roster: Roster?
    /// Per account the first one that was seen of the same person.
    private var persons: [Int32] = []
    private var firstOfPerson: [String: Int32] = [:]
    private var places: [PartPlace] = []
    private var seen: [(agent: Int32, isExempt: Bool)] = []

    /// nil where no period is asked for.
    init?(_ period: Period?, names: AgentNames, roster: Roster?) {
        guard let period else { return nil }
        self.period = period
        self.names = names
        self.roster = roster
    }

    /// 0 in the period, 1 before it, nil outside both.
    func bucket(_ day: CalendarDay?) -> Int? {
        guard let day else { return nil }
        return period.days.contains(day) ? 0 : period.before.contains(day) ? 1 : nil
    }

    /// Adds a judged conversation; `counted` are its rows without what is exempt.
    func add(
        _ rows: JudgementRows, counted: JudgementRows, _ placed: PlacedRow, parts: Range<Int>, places: [PartPlace],
        _ exempting: ExemptionFilter?, to result: BlockResult
    ) {
        let block = result.period ?? PeriodBlock()
        result.period = block
        self.places = Array(repeating: PartPlace(cell: 0, group: 0, day: nil), count: counted.parts.count)
        for part in parts {
            guard let bucket = bucket(places[part].day), let day = places[part].day else { continue }
            addWork(rows, placed, part: part, day: day, exempting, to: block)
            tally(counted, rows, placed.judge, part: part, bucket, places[part], to: block)
        }
    }

    // MARK: Rules

    private func tally(
        _ counted: JudgementRows, _ rows: JudgementRows, _ judge: RuleSetJudge, part: Int, _ bucket: Int,
        _ place: PartPlace, to block: PeriodBlock
    ) {
        let slot = PeriodBlock.Slot(set: judge.set, bucket: bucket)
        let tally = block.tallies[slot] ?? TallyCounter(layout: judge.layout)
        block.tallies[slot] = tally
        let cell = tally.cell(group: place.group, day: .min)
        places[part] = PartPlace(cell: Int32(cell), group: place.group, day: nil)
        places.withUnsafeBufferPointer { tally.add(counted.ofPart(part), places: $0) }
        for unit in rows.units[rows.range(of: part, in: rows.units, \.part)] where unit.agent >= 0 {
            tally.note(agent: unit.agent, group: place.group)
        }
    }

    // MARK: Work

    private func addWork(
        _ rows: JudgementRows, _ placed: PlacedRow, part: Int, day: CalendarDay, _ exempting: ExemptionFilter?,
        to block: PeriodBlock
    ) {
        let judge = placed.judge
        let buyer = digest(of: placed.row)
        seen.removeAll(keepingCapacity: true)
        func key(_ agent: Int32, _ isExempt: Bool) -> PeriodBlock.Key {
            PeriodBlock.Key(agent: agent, day: day.daysSince1970, isExempt: isExempt)
        }
        let stays = judge.evaluator.judgement.stays
        for record in stays[rows.range(of: part, in: stays, { rows.units[Int($0.unit)].part })] {
            let unit = rows.units[Int(record.unit)]
            guard unit.agent >= 0 else { continue }
            let isExempt = (exempting?.exemptionOfUnit[Int(record.unit)] ?? -1) >= 0
            let agent = person(unit.agent)
            var volume = WorkFigures()
            volume.stays = 1
            volume.agentMessages = Int(record.agentMessages)
            volume.buyerMessages = Int(record.buyerMessages)
            volume.handedOver = record.isHandedOver ? 1 : 0
            var quality = WorkFigures()
            quality.countedStays = 1
            if let waits = record.waits { quality.add(waits) }
            // What is exempt counts as work, and apart with its quality.
            for owner in [agent, PeriodBlock.everybody] {
                volume.conversations = isFirst(owner, false) ? 1 : 0
                block.figures[key(owner, false), default: WorkFigures()] += volume
                if isExempt { volume.conversations = isFirst(owner, true) ? 1 : 0 }
                if isExempt { block.figures[key(owner, true), default: WorkFigures()] += volume }
                block.figures[key(owner, isExempt), default: WorkFigures()] += quality
                guard record.isServed else { continue }
                block.served.insert(PeriodBlock.Served(key: key(owner, false), buyer: buyer))
                if isExempt { block.served.insert(PeriodBlock.Served(key: key(owner, true), buyer: buyer)) }
            }
        }
        for index in rows.range(of: part, in: rows.findings, { rows.units[Int($0.unit)].part })
        where rows.findings[index].owner >= 0 {
            let finding = rows.findings[index]
            var figures = WorkFigures()
            let severity = judge.severities[Int(finding.rule)]
            if finding.outcome == .missed {
                figures.missed = 1
            } else if severity >= 0 {
                figures.negativeHits = 1
                figures.criticalHits = Severity.allCases[severity] == .critical ? 1 : 0
            } else {
                continue
            }
            let isExempt = (exempting?.exemptionOfFinding[index] ?? -1) >= 0
            for owner in [person(finding.owner), PeriodBlock.everybody] {
                block.figures[key(owner, isExempt), default: WorkFigures()] += figures
            }
        }
    }

    /// Whether the part is looked at for the owner for the first time.
    private func isFirst(_ agent: Int32, _ isExempt: Bool) -> Bool {
        if seen.contains(where: { $0.agent == agent && $0.isExempt == isExempt }) { return false }
        seen.append((agent, isExempt))
        return true
    }

    /// The account that stands for all of the person's.
    private func person(_ agent: Int32) -> Int32 {
        guard let roster else { return agent }
        while persons.count <= Int(agent) { persons.append(-1) }
        if persons[Int(agent)] >= 0 { return persons[Int(agent)] }
        let label = RunTotals.label(account: names.table.name(agent), roster: roster)
        let first = firstOfPerson[label] ?? agent
        firstOfPerson[label] = first
        persons[Int(agent)] = first
        return first
    }

    /// Of the buyer; where the archive names none, of the conversation.
    private func digest(of row: ConversationRow) -> UInt64 {
        let isKnown = row.buyer.baseAddress != nil && !row.buyer.isEmpty
        let digest = SeenConversations.digest(shop: row.shop, id: isKnown ? row.buyer : row.id)
        return isKnown ? digest : ~digest
    }
}
