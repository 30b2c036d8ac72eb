import ConversationModel
import Evaluation

/// Counts what reports show: agents × rules, and groups × days × rules.
///
/// Rules that are looked at on every unit are counted in dense rows; those that sleep until a keyword
/// wakes them in a dictionary, and their exposures once for their class.
final class TallyCounter {
    /// Counts of one (key, rule); `Int32` since a block or a run has fewer units than that.
    struct Cell {
        var hits: Int32 = 0
        var unitsHit: Int32 = 0
        var unitsApplicable: Int32 = 0
        var missed: Int32 = 0
        var notEvaluated: Int32 = 0

        static func += (a: inout Cell, b: Cell) {
            a.hits &+= b.hits
            a.unitsHit &+= b.unitsHit
            a.unitsApplicable &+= b.unitsApplicable
            a.missed &+= b.missed
            a.notEvaluated &+= b.notEvaluated
        }
    }

    /// One kind of key: agents, or (group, day) cells.
    struct Dimension {
        let denseCount: Int
        let classCount: Int
        var dense: [Cell] = []
        var classes: [Int32] = []
        var sparse: [UInt64: Cell] = [:]
        /// Units of the key, for the group an agent mostly belongs to.
        private(set) var keyCount = 0

        init(denseCount: Int, classCount: Int) {
            self.denseCount = denseCount
            self.classCount = classCount
        }

        mutating func removeAll() {
            dense.removeAll(keepingCapacity: true)
            classes.removeAll(keepingCapacity: true)
            sparse.removeAll(keepingCapacity: true)
            keyCount = 0
        }

        mutating func reserve(key: Int) {
            while keyCount <= key {
                dense.append(contentsOf: repeatElement(Cell(), count: denseCount))
                classes.append(contentsOf: repeatElement(0, count: classCount))
                keyCount += 1
            }
        }

        @inline(__always)
        mutating func add(key: Int, rule: Int, dense index: Int32, _ cell: Cell) {
            if index >= 0 {
                dense[key * denseCount + Int(index)] += cell
            } else {
                sparse[UInt64(key) << 32 | UInt64(rule), default: Cell()] += cell
            }
        }
    }

    let layout: TallyLayout
    var agents: Dimension
    var cells: Dimension
    /// Number of (group, day) pairs, by pair.
    var cellNumbers: [UInt64: Int32] = [:]
    /// The pairs by number.
    var cellKeys: [(group: Int32, day: Int32)] = []
    /// Units of an agent by group: key `agent << 32 | group`.
    var groupsOfAgent: [UInt64: Int32] = [:]
    private var ownerMarks: [UInt32] = []
    private var mark: UInt32 = 0

    init(layout: TallyLayout) {
        self.layout = layout
        agents = Dimension(denseCount: layout.denseRules.count, classCount: layout.classCount)
        cells = agents
    }

    func removeAll() {
        agents.removeAll()
        cells.removeAll()
        cellNumbers.removeAll(keepingCapacity: true)
        cellKeys.removeAll(keepingCapacity: true)
        groupsOfAgent.removeAll(keepingCapacity: true)
    }

    /// Keys of agents: owners below zero come first.
    static let ownerOffset = 3

    func cell(group: Int32, day: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: group)) << 32 | UInt64(UInt32(bitPattern: day))
        if let known = cellNumbers[key] { return Int(known) }
        let number = cellKeys.count
        cellNumbers[key] = Int32(number)
        cellKeys.append((group, day))
        cells.reserve(key: number)
        return number
    }

    /// Notes a unit of an agent in a group.
    func note(agent: Int32, group: Int32) {
        groupsOfAgent[UInt64(UInt32(bitPattern: agent)) << 32 | UInt64(UInt32(bitPattern: group)), default: 0] += 1
    }

    private func agentKey(_ owner: Int32) -> Int {
        let key = Int(owner < 0 ? max(owner, OwnerNumber.unassigned) : owner) + TallyCounter.ownerOffset
        if key >= agents.keyCount { agents.reserve(key: key) }
        return key
    }

    /// Adds what was judged on one part's units. `cell` is that of the part's group and day.
    func add(_ judgement: Judgement, rulesOf unitParts: (Int32) -> Int) {
        for entry in judgement.classUnits {
            let cell = unitParts(judgement.units[Int(entry.unit)].part)
            let number = Int(entry.exposureClass)
            if !entry.exposures.isEmpty { cells.classes[cell * layout.classCount + number] &+= 1 }
            forEachOwner(judgement, entry.exposures) { key in
                agents.classes[key * layout.classCount + number] &+= 1
            }
        }
        for entry in judgement.ruleUnits {
            add(entry, judgement, cell: unitParts(judgement.units[Int(entry.unit)].part))
        }
    }

    private func add(_ entry: Judgement.RuleUnit, _ judgement: Judgement, cell: Int) {
        let rule = Int(entry.rule)
        let dense = layout.denseIndex[rule]
        let findings = judgement.findings[Int(entry.findings.lowerBound)..<Int(entry.findings.upperBound)]
        var unit = Cell()
        let isEvaluated = entry.outcome == .hit || entry.outcome == .clean
        if isEvaluated { unit.unitsApplicable = 1 }
        if entry.outcome == .notEvaluated { unit.notEvaluated = 1 }
        for finding in findings {
            if finding.outcome == .hit {
                unit.hits &+= 1
                unit.unitsHit = 1
            } else {
                unit.missed &+= 1
            }
        }
        if entry.sharesExposures {
            // The class counted this unit where it exposes somebody: correct what differs.
            let classCounted = classExposes(entry, judgement)
            unit.unitsApplicable &-= classCounted ? 1 : 0
        }
        if unit.hits | unit.unitsApplicable | unit.missed | unit.notEvaluated != 0 {
            cells.add(key: cell, rule: rule, dense: dense, unit)
        }
        for finding in findings {
            var one = Cell()
            if finding.outcome == .hit { one.hits = 1 } else { one.missed = 1 }
            agents.add(key: agentKey(finding.owner), rule: rule, dense: dense, one)
        }
        addAgentUnits(entry, judgement, findings, dense: dense, isEvaluated: isEvaluated)
    }

    private func addAgentUnits(
        _ entry: Judgement.RuleUnit, _ judgement: Judgement, _ findings: ArraySlice<Judgement.FindingRecord>,
        dense: Int32, isEvaluated: Bool
    ) {
        let rule = Int(entry.rule)
        var applicable = Cell()
        applicable.unitsApplicable = 1
        if entry.sharesExposures {
            // Owners of the class are counted there; correct where this rule differs.
            if !isEvaluated, let shared = classUnit(entry, judgement) {
                applicable.unitsApplicable = -1
                forEachOwner(judgement, shared) { key in
                    agents.add(key: key, rule: rule, dense: dense, applicable)
                }
            } else if isEvaluated {
                markOwners(classUnit(entry, judgement) ?? 0..<0, judgement)
                for finding in findings {
                    let key = agentKey(finding.owner)
                    if ownerMarks[key] != mark {
                        ownerMarks[key] = mark
                        agents.add(key: key, rule: rule, dense: dense, applicable)
                    }
                }
            }
        } else if isEvaluated {
            forEachOwner(judgement, entry.exposures) { key in
                agents.add(key: key, rule: rule, dense: dense, applicable)
            }
        }
        var hit = Cell()
        hit.unitsHit = 1
        beginMarks()
        for finding in findings where finding.outcome == .hit {
            let key = agentKey(finding.owner)
            growMarks(key)
            if ownerMarks[key] != mark {
                ownerMarks[key] = mark
                agents.add(key: key, rule: rule, dense: dense, hit)
            }
        }
    }

    private func classUnit(_ entry: Judgement.RuleUnit, _ judgement: Judgement) -> Range<Int32>? {
        let number = Int32(layout.classOfRule[Int(entry.rule)])
        return judgement.classUnits.first { $0.unit == entry.unit && $0.exposureClass == number }?.exposures
    }

    private func classExposes(_ entry: Judgement.RuleUnit, _ judgement: Judgement) -> Bool {
        classUnit(entry, judgement).map { !$0.isEmpty } ?? false
    }

    // MARK: Each owner once

    private func beginMarks() {
        mark &+= 1
        if mark == 0 {
            ownerMarks = []
            mark = 1
        }
    }

    private func growMarks(_ key: Int) {
        if key >= ownerMarks.count {
            ownerMarks.append(contentsOf: repeatElement(0, count: key + 64 - ownerMarks.count))
        }
    }

    private func markOwners(_ range: Range<Int32>, _ judgement: Judgement) {
        beginMarks()
        for index in range {
            let key = agentKey(judgement.exposures[Int(index)].owner)
            growMarks(key)
            ownerMarks[key] = mark
        }
        growMarks(agents.keyCount)
    }

    private func forEachOwner(_ judgement: Judgement, _ range: Range<Int32>, _ body: (Int) -> Void) {
        beginMarks()
        for index in range {
            let key = agentKey(judgement.exposures[Int(index)].owner)
            growMarks(key)
            if ownerMarks[key] != mark {
                ownerMarks[key] = mark
                body(key)
            }
        }
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

    init(_ rules: CompiledRules) {
        ruleCount = rules.summaries.count
        classOfRule = rules.classOfRule
        classCount = rules.exposureClassCount
        denseRules = rules.summaries.indices.filter { rules.isAlwaysJudged($0) }
        var index = [Int32](repeating: -1, count: ruleCount)
        for (position, rule) in denseRules.enumerated() { index[rule] = Int32(position) }
        denseIndex = index
    }
}
