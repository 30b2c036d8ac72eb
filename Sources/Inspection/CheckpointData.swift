import ConversationModel
import Diagnostics
import Foundation

/// A run's totals in a form that is written to disk; large arrays as raw bytes of this machine.
struct CheckpointData: Codable {
    struct Table: Codable {
        var keyCount: Int
        var dense: Data
        var classes: Data
        var sparseKeys: Data
        var sparseCells: Data
    }

    struct Note: Codable {
        var code: String
        var english: String
        var chinese: String
        var path: String
        var record: Int?
    }

    var key: String
    var blocks: Int
    var coverage: Coverage
    var agents: Table
    var cells: Table
    var agentNames: [String]
    var groupNames: [String]
    var cellKeys: Data
    var groupsOfAgent: [UInt64: Int32]
    var caseCount: Int
    var caseBytes: Int
    var findings: Int
    var negativeHitsBySeverity: [Int]
    var lineBytes: Int
    var recordsOfSource: [Int]
    var notes: [Note]
    var digests: [UInt64] { CheckpointData.array(digestBytes) }
    private var digestBytes: Data

    init(_ totals: RunTotals, key: String, digests: [UInt64]) {
        self.key = key
        blocks = totals.blocks
        coverage = totals.coverage
        agents = CheckpointData.table(totals.agents)
        cells = CheckpointData.table(totals.cells)
        agentNames = (0..<totals.agentNames.count).map { totals.agentNames.name(Int32($0)) }
        groupNames = (0..<totals.groupNames.count).map { totals.groupNames.name(Int32($0)) }
        cellKeys = CheckpointData.data(totals.cellKeys.flatMap { [$0.group, $0.day] })
        groupsOfAgent = totals.groupsOfAgent
        caseCount = totals.cases.count
        caseBytes = totals.caseBytes
        findings = totals.findings
        negativeHitsBySeverity = totals.negativeHitsBySeverity
        lineBytes = totals.lineBytes
        recordsOfSource = totals.recordsOfSource
        notes = totals.diagnostics.map {
            Note(
                code: $0.code, english: $0.message.english, chinese: $0.message.chinese,
                path: $0.place.path, record: $0.place.record)
        }
        digestBytes = CheckpointData.data(digests)
    }

    func totals(layout: TallyLayout) -> RunTotals {
        var totals = RunTotals(layout: layout, workers: 1)
        totals.blocks = blocks
        totals.coverage = coverage
        totals.agents = CheckpointData.dimension(agents, layout)
        totals.cells = CheckpointData.dimension(cells, layout)
        for name in agentNames { _ = totals.agentNames.number(of: name) }
        for name in groupNames { _ = totals.groupNames.number(of: name) }
        let pairs: [Int32] = CheckpointData.array(cellKeys)
        for i in stride(from: 0, to: pairs.count - 1, by: 2) { _ = totals.cell(group: pairs[i], day: pairs[i + 1]) }
        totals.groupsOfAgent = groupsOfAgent
        totals.caseBytes = caseBytes
        totals.findings = findings
        totals.negativeHitsBySeverity = negativeHitsBySeverity
        totals.lineBytes = lineBytes
        totals.recordsOfSource = recordsOfSource
        totals.diagnostics = notes.map {
            Diagnostic(
                $0.code, severity: .warning, Phrase($0.english, $0.chinese),
                at: Place(path: $0.path, record: $0.record))
        }
        return totals
    }

    private static func table(_ dimension: TallyCounter.Dimension) -> Table {
        let pairs = dimension.sparse.sorted { $0.key < $1.key }
        return Table(
            keyCount: dimension.keyCount, dense: data(dimension.dense), classes: data(dimension.classes),
            sparseKeys: data(pairs.map(\.key)), sparseCells: data(pairs.map(\.value)))
    }

    private static func dimension(_ table: Table, _ layout: TallyLayout) -> TallyCounter.Dimension {
        var dimension = TallyCounter.Dimension(denseCount: layout.denseRules.count, classCount: layout.classCount)
        if table.keyCount > 0 { dimension.reserve(key: table.keyCount - 1) }
        let dense: [TallyCounter.Cell] = array(table.dense)
        let classes: [Int32] = array(table.classes)
        if dense.count == dimension.dense.count { dimension.dense = dense }
        if classes.count == dimension.classes.count { dimension.classes = classes }
        let cells: [TallyCounter.Cell] = array(table.sparseCells)
        for (key, cell) in zip(array(table.sparseKeys) as [UInt64], cells) { dimension.sparse[key] = cell }
        return dimension
    }

    /// `T` is a plain value without references.
    private static func data<T>(_ values: [T]) -> Data {
        values.withUnsafeBytes { Data($0) }
    }

    private static func array<T>(_ data: Data) -> [T] {
        let count = data.count / MemoryLayout<T>.stride
        return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            data.copyBytes(to: raw, count: count * MemoryLayout<T>.stride)
            initialized = count
        }
    }
}
