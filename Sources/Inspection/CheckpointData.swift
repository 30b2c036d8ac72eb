import ConversationModel
import Diagnostics
import Foundation

/// A run's totals in a form that is written to disk; large arrays as raw bytes of this machine.
struct CheckpointData: Codable {
    struct Table: Codable {
        /// Keys with rows, and their rows one after another.
        var keys: Data
        var dense: Data
        var classes: Data
        /// Sparse counts in the order of their first use.
        var sparseKeys: Data
        var sparseCells: Data
    }

    /// What one rule set counted.
    struct Counts: Codable {
        var set: Int
        var agents: Table
        var cells: Table
        var cellKeys: Data
        var groupsOfAgent: Data
        var unitsOfAgent: Data
        /// Three numbers an entry: key, place, units.
        var funnelOfAgents: Data
        var funnelOfCells: Data
    }

    struct Note: Codable {
        var code: String
        var isError: Bool
        var english: String
        var chinese: String
        var path: String
        var record: Int?
    }

    /// Raised with every change of this form or of how blocks are cut: others are no checkpoints.
    static let currentFormat = 8

    var format = currentFormat
    var key: String
    var blocks: Int
    var coverage: Coverage
    var counts: [Counts]
    var agentNames: [String]
    var groupNames: [String]
    var cases: KeptCases.Outline
    /// How much of the files beside the checkpoint belongs to it.
    var caseBytes: Int
    var digestBytes: Int
    var findings: Int
    var negativeHitsBySeverity: [Int]
    var lineBytes: Int
    var scores: ScoreTotals?
    var exempt: [ExemptionCounts.Key: ExemptionCounts]
    var recordsOfSource: [Int]
    var notes: [Note]

    init(_ totals: RunTotals, key: String, cases: KeptCases.Outline, caseBytes: Int, digestBytes: Int) {
        self.key = key
        self.cases = cases
        self.caseBytes = caseBytes
        self.digestBytes = digestBytes
        blocks = totals.blocks
        coverage = totals.coverage
        counts = totals.counts.sorted { $0.key < $1.key }.map { CheckpointData.counts(of: $0.key, $0.value) }
        agentNames = (0..<totals.agentNames.count).map { totals.agentNames.name(Int32($0)) }
        groupNames = (0..<totals.groupNames.count).map { totals.groupNames.name(Int32($0)) }
        findings = totals.findings
        negativeHitsBySeverity = totals.negativeHitsBySeverity
        lineBytes = totals.lineBytes
        scores = totals.scores
        exempt = totals.exempt
        recordsOfSource = totals.recordsOfSource
        notes = totals.diagnostics.map {
            Note(
                code: $0.code, isError: $0.severity == .error, english: $0.message.english, chinese: $0.message.chinese,
                path: $0.place.path, record: $0.place.record)
        }
    }

    private static func counts(of set: Int, _ counter: TallyCounter) -> Counts {
        let stays = pairs(counter.groupsOfAgent)
        return Counts(
            set: set, agents: table(counter.agents), cells: table(counter.cells),
            cellKeys: data(
                (0..<counter.cellCount).flatMap { number in
                    let (group, day) = counter.cell(number)
                    return [group, day]
                }),
            groupsOfAgent: data(stays.keys), unitsOfAgent: data(stays.values),
            funnelOfAgents: data(counter.funnelOfAgents.entries.flatMap { [Int32($0), $1, $2] }),
            funnelOfCells: data(counter.funnelOfCells.entries.flatMap { [Int32($0), $1, $2] }))
    }

    private static func restore(_ counts: Counts, into counter: TallyCounter) {
        let pairs: [Int32] = array(counts.cellKeys)
        for i in stride(from: 0, to: pairs.count - 1, by: 2) {
            _ = counter.cell(group: pairs[i], day: pairs[i + 1])
        }
        restore(counts.agents, into: &counter.agents)
        restore(counts.cells, into: &counter.cells)
        let units: [Int32] = array(counts.unitsOfAgent)
        for (pair, n) in zip(array(counts.groupsOfAgent) as [UInt64], units) {
            counter.note(agent: PairKey.first(pair), group: PairKey.second(pair), units: n)
        }
        restore(counts.funnelOfAgents, into: &counter.funnelOfAgents)
        restore(counts.funnelOfCells, into: &counter.funnelOfCells)
    }

    func totals(rules: RunRules) throws -> RunTotals {
        var totals = RunTotals(rules: rules, workers: 1)
        totals.blocks = blocks
        totals.coverage = coverage
        for name in agentNames { _ = totals.agentNames.number(of: name) }
        for name in groupNames { _ = totals.groupNames.number(of: name) }
        for entry in counts where entry.set < rules.count {
            CheckpointData.restore(entry, into: totals.counter(entry.set, try rules.facts(entry.set).layout))
        }
        totals.findings = findings
        totals.negativeHitsBySeverity = negativeHitsBySeverity
        totals.lineBytes = lineBytes
        totals.scores = scores
        totals.exempt = exempt
        totals.recordsOfSource = recordsOfSource
        totals.diagnostics = notes.map {
            Diagnostic(
                $0.code, severity: $0.isError ? .error : .warning, Phrase($0.english, $0.chinese),
                at: Place(path: $0.path, record: $0.record))
        }
        return totals
    }

    private static func table(_ dimension: borrowing TallyCounter.Dimension) -> Table {
        var keys: [Int32] = []
        var dense: [TallyCounter.Cell] = []
        var classes: [Int32] = []
        for key in 0..<dimension.keyCount where dimension.hasRows(key) {
            keys.append(Int32(key))
            dense += dimension.denseRow(key)
            classes += dimension.classRow(key)
        }
        let sparse = pairs(dimension.sparse)
        return Table(
            keys: data(keys), dense: data(dense), classes: data(classes),
            sparseKeys: data(sparse.keys), sparseCells: data(sparse.values))
    }

    private static func restore(_ table: Table, into dimension: inout TallyCounter.Dimension) {
        let dense: [TallyCounter.Cell] = array(table.dense)
        let classes: [Int32] = array(table.classes)
        let keys: [Int32] = array(table.keys)
        guard dense.count == keys.count * dimension.denseCount, classes.count == keys.count * dimension.classCount
        else { return }
        for (position, key) in keys.enumerated() {
            dimension.touch(Int(key))
            let (row, classRow) = (dimension.denseRow(Int(key)), dimension.classRow(Int(key)))
            for i in row.indices { row[i] = dense[position * row.count + i] }
            for i in classRow.indices { classRow[i] = classes[position * classRow.count + i] }
        }
        let cells: [TallyCounter.Cell] = array(table.sparseCells)
        for (pair, cell) in zip(array(table.sparseKeys) as [UInt64], cells) {
            let (key, rule) = (PairKey.first(pair), PairKey.second(pair))
            dimension.touch(Int(key))
            dimension.add(key: Int(key), rule: rule, dense: -1, cell)
        }
    }

    private static func restore(_ data: Data, into counts: inout FunnelCounts) {
        let numbers: [Int32] = array(data)
        for i in stride(from: 0, to: numbers.count - 2, by: 3) {
            counts.add(numbers[i + 2], key: Int(numbers[i]), place: numbers[i + 1])
        }
    }

    private static func pairs<Value: BitwiseCopyable>(_ table: borrowing PairTable<Value>) -> (
        keys: [UInt64], values: [Value]
    ) {
        var (keys, values): ([UInt64], [Value]) = ([], [])
        for i in 0..<table.count {
            keys.append(table.entry(i).key)
            values.append(table.entry(i).value)
        }
        return (keys, values)
    }

    /// `T` is a plain value without references.
    private static func data<T>(_ values: [T]) -> Data {
        values.withUnsafeBytes { Data($0) }
    }

    static func array<T>(_ data: Data) -> [T] {
        let count = data.count / MemoryLayout<T>.stride
        return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            data.copyBytes(to: raw, count: count * MemoryLayout<T>.stride)
            initialized = count
        }
    }
}
