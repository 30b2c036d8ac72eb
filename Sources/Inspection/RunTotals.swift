import Archives
import ConversationModel
import Diagnostics
import Evaluation

/// Everything a run has counted so far: results of blocks merged in their order.
struct RunTotals {
    let layout: TallyLayout
    var blocks = 0
    var coverage = Coverage()
    var agents: TallyCounter.Dimension
    var cells: TallyCounter.Dimension
    var agentNames = NameTable()
    var groupNames = NameTable()
    var cellNumbers: [UInt64: Int32] = [:]
    var cellKeys: [(group: Int32, day: Int32)] = []
    var groupsOfAgent: [UInt64: Int32] = [:]
    var cases: [FindingCase] = []
    var caseBytes = 0
    var findings = 0
    var negativeHitsBySeverity = [Int](repeating: 0, count: Severity.allCases.count)
    /// Bytes of finding lines handed on.
    var lineBytes = 0
    var diagnostics: [Diagnostic] = []
    /// Records of conversation lines by source, for their numbers.
    var recordsOfSource: [Int] = []
    /// Per worker, its numbers of agents and groups as ours.
    private var agentMaps: [[Int32]] = []
    private var groupMaps: [[Int32]] = []

    /// Diagnostics of records that are kept; all are counted.
    static let diagnosticLimit = 1000

    init(layout: TallyLayout, workers: Int) {
        self.layout = layout
        agents = TallyCounter.Dimension(denseCount: layout.denseRules.count, classCount: layout.classCount)
        cells = agents
        agentMaps = Array(repeating: [], count: workers)
        groupMaps = agentMaps
    }

    mutating func merge(_ block: BlockResult, sourceName: (Int) -> String, caseLimit: Int, caseByteLimit: Int) {
        blocks += 1
        mergeCoverage(block, sourceName: sourceName)
        for name in block.newAgents {
            agentMaps[block.workerID].append(name.withUnsafeBufferPointer { agentNames.number(of: $0) })
        }
        for name in block.newGroups {
            groupMaps[block.workerID].append(name.withUnsafeBufferPointer { groupNames.number(of: $0) })
        }
        mergeTally(block.tally, agentMap: agentMaps[block.workerID], groupMap: groupMaps[block.workerID])
        findings += block.findings
        for (i, n) in block.negativeHitsBySeverity.enumerated() { negativeHitsBySeverity[i] += n }
        lineBytes += block.lines.bytes.count
        for findingCase in block.cases {
            guard cases.count < caseLimit, caseBytes < caseByteLimit else { break }
            caseBytes += 300 + findingCase.context.reduce(0) { $0 + $1.text.utf8.count + 80 }
            cases.append(findingCase)
        }
    }

    private mutating func mergeCoverage(_ block: BlockResult, sourceName: (Int) -> String) {
        while recordsOfSource.count <= block.source { recordsOfSource.append(0) }
        let isCounted = block.shape == .conversations
        for bad in block.bad {
            coverage.badByReason[bad.reason, default: 0] += 1
            guard diagnostics.count < RunTotals.diagnosticLimit,
                let phrase = RecordDiagnostic.phrase(bad.reason)
            else { continue }
            let record = recordsOfSource[block.source] + Int(bad.record) + 1
            diagnostics.append(
                Diagnostic(
                    bad.reason, severity: .warning, phrase,
                    at: Place(path: sourceName(block.source), record: isCounted ? record : nil)))
        }
        recordsOfSource[block.source] += block.records
        if isCounted { coverage.recordsRead += block.records }
        coverage.recordsBad += block.bad.count
        coverage.recordsFiltered += block.filtered
        coverage.conversations += block.conversations
        coverage.stays += block.stays
        coverage.messages += block.messages
        coverage.bytesRead = max(coverage.bytesRead, block.bytesReadSoFar)
        coverage.conversationsWithoutTimes += block.conversationsWithoutTimes
        coverage.unknownAgents += block.defects.missingAgent
        for (name, n) in [
            ("unknown-kind", block.defects.unknownKind), ("duplicate-key", block.defects.duplicateKey),
        ] where n > 0 { coverage.defectsByReason[name, default: 0] += n }
        for (reasons, n) in block.notEvaluated {
            for name in UnknownReasons(rawValue: reasons).names {
                coverage.notEvaluatedByReason[name, default: 0] += n
            }
        }
        if block.firstInstant <= block.lastInstant {
            coverage.firstInstant = min(
                coverage.firstInstant ?? Instant(milliseconds: .max), Instant(milliseconds: block.firstInstant))
            coverage.lastInstant = max(
                coverage.lastInstant ?? Instant(milliseconds: .min), Instant(milliseconds: block.lastInstant))
        }
    }

    private mutating func mergeTally(_ tally: TallyCounter, agentMap: [Int32], groupMap: [Int32]) {
        func agentKey(_ key: Int) -> Int {
            let number = key - TallyCounter.ownerOffset
            return (number < 0 ? number : Int(agentMap[number])) + TallyCounter.ownerOffset
        }
        agents.merge(tally.agents, key: agentKey)
        var cellMap: [Int] = []
        for (group, day) in tally.cellKeys { cellMap.append(cell(group: groupMap[Int(group)], day: day)) }
        cells.merge(tally.cells) { cellMap[$0] }
        for (key, n) in tally.groupsOfAgent {
            let agent = agentMap[Int(key >> 32)]
            let group = groupMap[Int(UInt32(truncatingIfNeeded: key))]
            groupsOfAgent[UInt64(UInt32(bitPattern: agent)) << 32 | UInt64(UInt32(bitPattern: group)), default: 0] += n
        }
    }

    mutating func cell(group: Int32, day: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: group)) << 32 | UInt64(UInt32(bitPattern: day))
        if let known = cellNumbers[key] { return Int(known) }
        let number = cellKeys.count
        cellNumbers[key] = Int32(number)
        cellKeys.append((group, day))
        return number
    }

    /// A resumed run starts with workers that know no names.
    mutating func forgetWorkers(_ workers: Int) {
        agentMaps = Array(repeating: [], count: workers)
        groupMaps = agentMaps
    }
}

extension TallyCounter.Dimension {
    /// Adds another's counts, its keys mapped to ours.
    mutating func merge(_ other: TallyCounter.Dimension, key map: (Int) -> Int) {
        for key in 0..<other.keyCount {
            let first = key * denseCount
            let firstClass = key * classCount
            let isEmpty =
                other.dense[first..<first + denseCount].allSatisfy(\.isZero)
                && other.classes[firstClass..<firstClass + classCount].allSatisfy { $0 == 0 }
            if isEmpty { continue }
            let mine = map(key)
            reserve(key: mine)
            for i in 0..<denseCount { dense[mine * denseCount + i] += other.dense[first + i] }
            for i in 0..<classCount { classes[mine * classCount + i] &+= other.classes[firstClass + i] }
        }
        for (pair, cell) in other.sparse {
            let mine = map(Int(pair >> 32))
            reserve(key: mine)
            sparse[UInt64(mine) << 32 | (pair & 0xFFFF_FFFF), default: TallyCounter.Cell()] += cell
        }
    }
}

extension TallyCounter.Cell {
    var isZero: Bool { hits | unitsHit | unitsApplicable | missed | notEvaluated == 0 }
}
