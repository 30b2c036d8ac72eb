import Archives
import ConversationModel

/// The sums of a run for a report of a period. Agents are numbers of the run, by account.
struct PeriodTotals {
    /// Buyers that are told apart; beyond that they are not counted, and the report says so.
    static let servedLimit = 2_000_000

    let period: Period
    private let roster: Roster?
    private(set) var figures: [PeriodBlock.Key: WorkFigures] = [:]
    private(set) var tallies: [PeriodBlock.Slot: TallyCounter] = [:]
    private(set) var countsBuyers = true
    private var served: Set<PeriodBlock.Served> = []
    /// Per account the first one that was seen of the same person.
    private var persons: [Int32: Int32] = [:]
    private var firstOfPerson: [String: Int32] = [:]

    init(_ period: Period, roster: Roster?) {
        self.period = period
        self.roster = roster
    }

    /// Adds a block; the maps give our numbers of its agents and groups.
    mutating func merge(
        _ block: PeriodBlock, agentMap: [Int32], groupMap: [Int32], names: NameTable
    ) {
        func own(_ key: PeriodBlock.Key, _ totals: inout PeriodTotals) -> PeriodBlock.Key {
            if key.agent == PeriodBlock.everybody { return key }
            return PeriodBlock.Key(
                agent: totals.person(agentMap[Int(key.agent)], names), day: key.day, isExempt: key.isExempt)
        }
        for (key, figures) in block.figures {
            self.figures[own(key, &self), default: WorkFigures()] += figures
        }
        for (slot, tally) in block.tallies {
            let mine = tallies[slot] ?? TallyCounter(layout: tally.layout)
            tallies[slot] = mine
            mine.merge(tally, agentMap: agentMap, groupMap: groupMap)
        }
        if countsBuyers {
            for entry in block.served {
                served.insert(PeriodBlock.Served(key: own(entry.key, &self), buyer: entry.buyer))
            }
            if served.count > PeriodTotals.servedLimit {
                countsBuyers = false
                served = []
            }
        }
    }

    private mutating func person(_ agent: Int32, _ names: NameTable) -> Int32 {
        guard let roster else { return agent }
        if let known = persons[agent] { return known }
        let label = RunTotals.label(account: names.name(agent), roster: roster)
        let first = firstOfPerson[label] ?? agent
        firstOfPerson[label] = first
        persons[agent] = first
        return first
    }

    /// The figures with the served buyers in them.
    var complete: [PeriodBlock.Key: WorkFigures] {
        var result = figures
        for entry in served { result[entry.key, default: WorkFigures()].buyers += 1 }
        return result
    }
}
