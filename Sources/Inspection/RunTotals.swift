import Archives
import ConversationModel
import Diagnostics
import Evaluation
import RuleLanguage

/// Everything a run has counted so far: results of blocks merged in their order.
struct RunTotals {
    let rules: RunRules
    var blocks = 0
    var coverage = Coverage()
    /// The counts of all merged blocks by rule set; copies of the totals share them.
    private(set) var counts: [Int: TallyCounter] = [:]
    var agentNames = NameTable()
    var groupNames = NameTable()
    var cases = KeptCases()
    var findings = 0
    /// nil: nothing is scored.
    var scores: ScoreTotals?
    /// What was exempt, by exemption and owner.
    var exempt: [ExemptionCounts.Key: ExemptionCounts] = [:]
    /// Where figures of a period are counted.
    var period: PeriodTotals?
    /// Where two rule sets are compared.
    var comparison: ComparisonTotals?
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

    init(rules: RunRules, workers: Int) {
        self.rules = rules
        coverage.rulesOrigin = rules.origin
        agentMaps = Array(repeating: [], count: workers)
        groupMaps = agentMaps
    }

    /// The counts of a set, there from now on.
    mutating func counter(_ set: Int, _ layout: TallyLayout) -> TallyCounter {
        if let known = counts[set] { return known }
        let counter = TallyCounter(layout: layout)
        counts[set] = counter
        return counter
    }

    mutating func merge(_ block: BlockResult, caseLimit: Int, caseByteLimit: Int, casesPerOwner: Int? = nil) {
        blocks += 1
        mergeCoverage(block)
        for name in block.newAgents {
            agentMaps[block.workerID].append(name.withUnsafeBufferPointer { agentNames.number(of: $0) })
        }
        for name in block.newGroups {
            groupMaps[block.workerID].append(name.withUnsafeBufferPointer { groupNames.number(of: $0) })
        }
        for (group, n) in block.partsWithoutScheme {
            let name = groupNames.name(groupMaps[block.workerID][Int(group)])
            coverage.groupsWithoutScheme[name, default: 0] += n
        }
        for (set, amount) in block.judged {
            guard let tally = block.tallies[set] else { continue }
            counter(set, tally.layout).merge(
                tally, agentMap: agentMaps[block.workerID], groupMap: groupMaps[block.workerID])
            note(amount, of: set)
        }
        for set in block.scores.keys.sorted() {
            // The set has judged: what is needed of it is at hand.
            guard let counter = block.scores[set], let facts = try? rules.facts(set) else { continue }
            scores = scores ?? ScoreTotals()
            scores?.merge(
                counter, ids: facts.summaries.map(\.id), agentMap: agentMaps[block.workerID],
                groupMap: groupMaps[block.workerID])
        }
        if !block.exempt.isEmpty { merge(exempt: block.exempt, agentMap: agentMaps[block.workerID]) }
        if let own = block.period {
            period?.merge(
                own, agentMap: agentMaps[block.workerID], groupMap: groupMaps[block.workerID], names: agentNames)
        }
        if let compared = block.comparison {
            comparison?.merge(
                compared, agentMap: agentMaps[block.workerID], groupMap: groupMaps[block.workerID])
        }
        findings += block.findings
        for (i, n) in block.negativeHitsBySeverity.enumerated() { negativeHitsBySeverity[i] += n }
        lineBytes += block.lines.count
        cases.add(block.cases, countLimit: caseLimit, byteLimit: caseByteLimit, ownerLimit: casesPerOwner)
    }

    /// Adds what a set judged to the coverage, versions by number, schemes by id.
    private mutating func note(_ amount: JudgedAmount, of set: Int) {
        // It was loaded to judge: there is no way for it to be missing now.
        if let scheme = try? rules.scheme(set) {
            let place = coverage.schemes.firstIndex { $0.id >= scheme.id } ?? coverage.schemes.count
            if place == coverage.schemes.count || coverage.schemes[place].id != scheme.id {
                coverage.schemes.insert(Coverage.SchemeNote(id: scheme.id, name: scheme.name), at: place)
            }
            coverage.schemes[place].conversations += amount.conversations
        }
        guard let version = rules.version(set) else { return }
        let place = coverage.versions.firstIndex { $0.number >= version.number } ?? coverage.versions.count
        if place == coverage.versions.count || coverage.versions[place].number != version.number {
            coverage.versions.insert(
                Coverage.VersionNote(
                    number: version.number, rulesDigest: version.rulesDigest, effectiveFrom: version.effectiveFrom,
                    emergencyReason: version.emergencyReason), at: place)
        }
        coverage.versions[place].conversations += amount.conversations
        coverage.versions[place].retroactive += amount.retroactive
        coverage.versions[place].withoutTimes += amount.withoutTimes
    }

    private mutating func mergeCoverage(_ block: BlockResult) {
        while recordsOfSource.count <= block.source { recordsOfSource.append(0) }
        let isCounted = block.shape == .conversations
        for bad in block.bad {
            coverage.badByReason[bad.reason, default: 0] += bad.records
            guard diagnostics.count < RunTotals.diagnosticLimit,
                let phrase = RecordDiagnostic.phrase(bad.reason)
            else { continue }
            let record = recordsOfSource[block.source] + Int(bad.record) + 1
            diagnostics.append(
                Diagnostic(
                    bad.reason, severity: .error, phrase,
                    at: Place(path: block.sourceName, record: isCounted ? record : nil)))
        }
        recordsOfSource[block.source] += block.records
        if isCounted { coverage.recordsRead += block.records }
        coverage.recordsBad += block.bad.reduce(0) { $0 + $1.records }
        coverage.recordsFiltered += block.filtered
        if block.buyersLeftOut > 0 {
            coverage.filteredByReason["buyer-left-out", default: 0] += block.buyersLeftOut
        }
        for (reason, n) in block.excluded { coverage.filteredByReason[reason, default: 0] += n }
        coverage.conversations += block.conversations
        coverage.conversationsFiltered += block.conversationsFiltered
        coverage.stays += block.stays
        coverage.messages += block.messages
        coverage.bytesRead = max(coverage.bytesRead, block.bytesReadSoFar)
        coverage.conversationsWithoutTimes += block.conversationsWithoutTimes
        coverage.unknownAgents += block.defects.missingAgent
        for (name, n) in [
            ("unknown-kind", block.defects.unknownKind), ("duplicate-key", block.defects.duplicateKey),
            ("odd-fact", block.defects.oddFact),
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
