import ConversationModel
import Evaluation

/// Counts what reports show: agents × rules, and groups × days × rules.
///
/// Rules that are looked at on every unit are counted in dense rows; those that sleep until a keyword
/// wakes them in a hash table, and their exposures once for their class. One for each block that is
/// under way, and one for the run, with numbers of its own. Not safe to share between threads.
final class TallyCounter {
    let layout: TallyLayout
    var agents: Dimension
    var cells: Dimension
    /// Numbers of (group, day) pairs: their positions.
    private(set) var cellNumbers = PairTable<UInt8>()
    /// Units of an agent by group: keys are (agent, group).
    private(set) var groupsOfAgent = PairTable<Int32>()
    /// How far procedures came, by agent and by cell.
    var funnelOfAgents = FunnelCounts()
    var funnelOfCells = FunnelCounts()
    /// What was added for an owner, by key; of another time where the mark differs.
    private var notes = UnsafeMutablePointer<OwnerNote>.allocate(capacity: 0)
    private var noteCount = 0
    private var mark: UInt32 = 0
    /// The class unit of the conversation whose owners bear `exposedMark`, -1: none.
    private var exposedUnit = -1
    private var exposedMark: UInt32 = 0
    private var cellMap: [Int32] = []

    /// Keeps the counting of one rule on one unit at one look-up an owner, and each owner at once.
    private struct OwnerNote: BitwiseCopyable {
        var mark: UInt32 = 0
        var exposedMark: UInt32 = 0
        var place: Int = 0
        var isApplicable = false
        var isHit = false
    }

    init(layout: TallyLayout) {
        self.layout = layout
        agents = Dimension(denseCount: layout.denseRules.count, classCount: layout.classCount)
        cells = Dimension(denseCount: layout.denseRules.count, classCount: layout.classCount)
    }

    deinit {
        notes.deallocate()
    }

    func removeAll() {
        agents.removeAll()
        cells.removeAll()
        cellNumbers.removeAll()
        groupsOfAgent.removeAll()
        funnelOfAgents.removeAll()
        funnelOfCells.removeAll()
    }

    /// Keys of agents: owners below zero come first.
    static let ownerOffset = 3

    // MARK: Cells and groups

    var cellCount: Int { cellNumbers.count }

    /// The pair that a cell's number stands for.
    func cell(_ number: Int) -> (group: Int32, day: Int32) {
        let key = cellNumbers.entry(number).key
        return (PairKey.first(key), PairKey.second(key))
    }

    /// The number of a (group, day) pair, given now if it is new.
    func cell(group: Int32, day: Int32) -> Int {
        let (number, isNew) = cellNumbers.insert(PairKey.make(group, day), 0)
        if isNew { cells.touch(number) }
        return number
    }

    /// Notes units of an agent in a group.
    func note(agent: Int32, group: Int32, units: Int32 = 1) {
        let (position, isNew) = groupsOfAgent.insert(PairKey.make(agent, group), units)
        if !isNew { groupsOfAgent[position] &+= units }
    }

    /// Adds another's counts; the maps give our numbers of its agents and groups.
    func merge(_ other: TallyCounter, agentMap: [Int32], groupMap: [Int32]) {
        func ownKey(_ key: Int) -> Int {
            let number = key - TallyCounter.ownerOffset
            return (number < 0 ? number : Int(agentMap[number])) + TallyCounter.ownerOffset
        }
        agents.merge(other.agents) { ownKey($0) }
        cellMap.removeAll(keepingCapacity: true)
        for number in 0..<other.cellCount {
            let (group, day) = other.cell(number)
            cellMap.append(Int32(cell(group: groupMap[Int(group)], day: day)))
        }
        cells.merge(other.cells) { Int(cellMap[$0]) }
        funnelOfAgents.merge(other.funnelOfAgents) { ownKey($0) }
        funnelOfCells.merge(other.funnelOfCells) { Int(cellMap[$0]) }
        for i in 0..<other.groupsOfAgent.count {
            let entry = other.groupsOfAgent.entry(i)
            note(
                agent: agentMap[Int(PairKey.first(entry.key))],
                group: groupMap[Int(PairKey.second(entry.key))], units: entry.value)
        }
    }

    // MARK: Judgements

    /// Adds what was judged on one conversation. `places` are those of its parts.
    func add(_ rows: JudgementRows, places: UnsafeBufferPointer<PartPlace>) {
        for entry in rows.classUnits {
            let number = Int(entry.exposureClass)
            if !entry.exposures.isEmpty {
                cells.countClass(number, key: Int(places[Int(rows.units[Int(entry.unit)].part)].cell))
            }
            beginMarks()
            for index in Int(entry.exposures.lowerBound)..<Int(entry.exposures.upperBound) {
                let key = agentKey(rows.exposures[index].owner)
                if notes[key].mark != mark {
                    notes[key].mark = mark
                    agents.countClass(number, key: key)
                }
            }
        }
        for record in rows.procedures {
            let procedure = layout.funnels.procedures[Int(layout.funnels.placeOfRule[Int(record.rule)])]
            funnelOfAgents.add(record, procedure, key: agentKey(record.owner))
            let cell = places[Int(rows.units[Int(record.unit)].part)].cell
            funnelOfCells.add(record, procedure, key: Int(cell))
        }
        exposedUnit = -1
        var firstOfUnit = 0
        for entry in rows.ruleUnits {
            // Class units stand together by unit, and units ascend, in both lists.
            while firstOfUnit < rows.classUnits.count, rows.classUnits[firstOfUnit].unit < entry.unit {
                firstOfUnit += 1
            }
            let cell = Int(places[Int(rows.units[Int(entry.unit)].part)].cell)
            add(entry, rows, classUnit: classUnit(entry, rows, from: firstOfUnit), cell: cell)
        }
    }

    private func add(_ entry: Judgement.RuleUnit, _ rows: JudgementRows, classUnit: Int, cell: Int) {
        let dense = layout.denseIndex[Int(entry.rule)]
        let isEvaluated = entry.outcome == .hit || entry.outcome == .clean
        // Owners of the class are counted there: only what differs is counted for the rule.
        let shared = classUnit >= 0 ? rows.classUnits[classUnit].exposures : 0..<0
        var unit = Cell()
        if isEvaluated { unit.unitsApplicable = 1 }
        if entry.outcome == .notEvaluated { unit.notEvaluated = 1 }
        if !shared.isEmpty { unit.unitsApplicable &-= 1 }
        beginMarks()
        for index in Int(entry.findings.lowerBound)..<Int(entry.findings.upperBound) {
            let finding = rows.findings[index]
            let key = agentKey(finding.owner)
            open(key, rule: entry.rule, dense: dense)
            var one = Cell()
            if finding.outcome == .hit {
                unit.hits &+= 1
                unit.unitsHit = 1
                one.hits = 1
                if !notes[key].isHit {
                    notes[key].isHit = true
                    one.unitsHit = 1
                }
            } else {
                unit.missed &+= 1
                one.missed = 1
            }
            if entry.sharesExposures, isEvaluated, !notes[key].isApplicable,
                !isExposed(key, by: classUnit, shared, rows)
            {
                notes[key].isApplicable = true
                one.unitsApplicable = 1
            }
            agents.add(one, at: notes[key].place, isDense: dense >= 0)
        }
        if !unit.isZero { cells.add(key: cell, rule: entry.rule, dense: dense, unit) }
        if entry.sharesExposures {
            if !isEvaluated { addApplicable(-1, shared, rule: entry.rule, dense: dense, rows) }
        } else if isEvaluated {
            addApplicable(1, entry.exposures, rule: entry.rule, dense: dense, rows)
        }
    }

    /// Counts the unit as applicable, or takes that back, for each owner of the exposures.
    private func addApplicable(
        _ units: Int32, _ exposures: Range<Int32>, rule: Int32, dense: Int32, _ rows: JudgementRows
    ) {
        var one = Cell()
        one.unitsApplicable = units
        for index in Int(exposures.lowerBound)..<Int(exposures.upperBound) {
            let key = agentKey(rows.exposures[index].owner)
            open(key, rule: rule, dense: dense)
            if !notes[key].isApplicable {
                notes[key].isApplicable = true
                agents.add(one, at: notes[key].place, isDense: dense >= 0)
            }
        }
    }

    /// The class unit that an entry shares exposures with, -1: none.
    @inline(__always)
    private func classUnit(_ entry: Judgement.RuleUnit, _ rows: JudgementRows, from first: Int) -> Int {
        guard entry.sharesExposures else { return -1 }
        let number = Int32(truncatingIfNeeded: layout.classOfRule[Int(entry.rule)])
        var index = first
        while index < rows.classUnits.count, rows.classUnits[index].unit == entry.unit {
            if rows.classUnits[index].exposureClass == number { return index }
            index += 1
        }
        return -1
    }

    // MARK: Each owner once

    private func beginMarks() {
        mark &+= 1
        if mark == 0 {
            for i in 0..<noteCount { notes[i].mark = 0 }
            mark = 1
        }
    }

    /// The key of an owner; its rows and its note are there from now on.
    @inline(__always)
    private func agentKey(_ owner: Int32) -> Int {
        let key = Int(owner < 0 ? max(owner, OwnerNumber.unassigned) : owner) + TallyCounter.ownerOffset
        agents.touch(key)
        if key >= noteCount { growNotes(key) }
        return key
    }

    @inline(never)
    private func growNotes(_ key: Int) {
        let larger = max(key + 64, noteCount * 2)
        let new = UnsafeMutablePointer<OwnerNote>.allocate(capacity: larger)
        new.moveInitialize(from: notes, count: noteCount)
        (new + noteCount).initialize(repeating: OwnerNote(), count: larger - noteCount)
        notes.deallocate()
        notes = new
        noteCount = larger
    }

    /// Finds the place of the owner's counts for the rule and unit at hand, once.
    @inline(__always)
    private func open(_ key: Int, rule: Int32, dense: Int32) {
        guard notes[key].mark != mark else { return }
        notes[key].mark = mark
        notes[key].isApplicable = false
        notes[key].isHit = false
        notes[key].place = agents.place(key: key, rule: rule, dense: dense)
    }

    /// Whether the class exposes the owner on the unit.
    private func isExposed(_ key: Int, by unit: Int, _ exposures: Range<Int32>, _ rows: JudgementRows) -> Bool {
        guard unit >= 0 else { return false }
        if unit != exposedUnit {
            exposedUnit = unit
            exposedMark &+= 1
            if exposedMark == 0 {
                for i in 0..<noteCount { notes[i].exposedMark = 0 }
                exposedMark = 1
            }
            for index in Int(exposures.lowerBound)..<Int(exposures.upperBound) {
                notes[agentKey(rows.exposures[index].owner)].exposedMark = exposedMark
            }
        }
        return notes[key].exposedMark == exposedMark
    }
}

/// Which rules are counted densely, and which share exposures.
struct TallyLayout: Sendable {
    let ruleCount: Int
    let denseRules: [Int]
    /// Per rule its index among the dense ones, or -1.
    let denseIndex: [Int32]
    let classOfRule: [Int]
    let classCount: Int
    let funnels: FunnelLayout

    init(_ rules: CompiledRules) {
        funnels = FunnelLayout(rules.summaries)
        ruleCount = rules.summaries.count
        classOfRule = rules.classOfRule
        classCount = rules.exposureClassCount
        denseRules = rules.summaries.indices.filter { rules.isAlwaysJudged($0) }
        var index = [Int32](repeating: -1, count: ruleCount)
        for (position, rule) in denseRules.enumerated() { index[rule] = Int32(position) }
        denseIndex = index
    }
}
