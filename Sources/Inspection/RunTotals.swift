import Archives
import ConversationModel
import Diagnostics
import Evaluation

/// Everything a run has counted so far: results of blocks merged in their order.
struct RunTotals {
    let layout: TallyLayout
    var blocks = 0
    var coverage = Coverage()
    /// The counts of all merged blocks; copies of the totals share it.
    let counts: TallyCounter
    var agentNames = NameTable()
    var groupNames = NameTable()
    var cases = KeptCases()
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
        counts = TallyCounter(layout: layout)
        agentMaps = Array(repeating: [], count: workers)
        groupMaps = agentMaps
    }

    mutating func merge(_ block: BlockResult, caseLimit: Int, caseByteLimit: Int) {
        blocks += 1
        mergeCoverage(block)
        for name in block.newAgents {
            agentMaps[block.workerID].append(name.withUnsafeBufferPointer { agentNames.number(of: $0) })
        }
        for name in block.newGroups {
            groupMaps[block.workerID].append(name.withUnsafeBufferPointer { groupNames.number(of: $0) })
        }
        counts.merge(block.tally, agentMap: agentMaps[block.workerID], groupMap: groupMaps[block.workerID])
        findings += block.findings
        for (i, n) in block.negativeHitsBySeverity.enumerated() { negativeHitsBySeverity[i] += n }
        lineBytes += block.lines.count
        cases.add(block.cases, countLimit: caseLimit, byteLimit: caseByteLimit)
    }

    private mutating func mergeCoverage(_ block: BlockResult) {
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
                    at: Place(path: block.sourceName, record: isCounted ? record : nil)))
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
        for (reasons, n) in block.notEvaluated.enumerated() where n > 0 {
            for name in UnknownReasons(rawValue: UInt8(truncatingIfNeeded: reasons)).names {
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

    /// A resumed run starts with workers that know no names.
    mutating func forgetWorkers(_ workers: Int) {
        agentMaps = Array(repeating: [], count: workers)
        groupMaps = agentMaps
    }
}
