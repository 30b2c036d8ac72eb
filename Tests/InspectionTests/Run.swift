import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Synchronization
import Synthesis
import Testing

/// One inspection with everything that it said.
struct Run {
    var result: InspectionResult?
    var lines: [UInt8] = []

    /// Inspects the inputs; `stopAfter` blocks were merged, it is cancelled.
    init(
        _ inputs: [ArchiveInput], rules: CompiledRules, checkpoint: RunCheckpoint? = nil, stopAfter: Int? = nil,
        set: (inout InspectionOptions) -> Void = { _ in }
    ) throws {
        try self.init(
            inputs, rules: RunRules(RuleSet(rules)), checkpoint: checkpoint, stopAfter: stopAfter, set: set)
    }

    /// The same with rules that may have versions.
    init(
        _ inputs: [ArchiveInput], rules: RunRules, checkpoint: RunCheckpoint? = nil, stopAfter: Int? = nil,
        set: (inout InspectionOptions) -> Void = { _ in }
    ) throws {
        var options = InspectionOptions()
        options.writesFindings = true
        options.caseLimit = 50
        set(&options)
        var archive = ArchiveOptions()
        archive.largestRecord = options.largestRecord
        let written = Mutex<[UInt8]>([])
        let merged = Atomic<Int>(0)
        let inspection = BatchInspection(
            try openArchive(inputs, options: archive), rules: rules, options: options, checkpoint: checkpoint,
            sink: { bytes in written.withLock { $0 += bytes } },
            progress: { _ in merged.add(1, ordering: .relaxed) },
            isCancelled: { stopAfter.map { merged.load(ordering: .relaxed) >= $0 } ?? false })
        result = try inspection.run()
        lines = written.withLock { $0 }
    }

    /// Findings as (rule, outcome, owner's label, conversation).
    func findings() throws -> [(rule: String, outcome: String, owner: String, conversation: String)] {
        try lines.split(separator: 0x0A).map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let owner = object["owner"] as? String ?? ""
            let labels = ["assistant": "服务助手", "shop": "店铺", "unassigned": "未分配"]
            return (
                object["rule"] as? String ?? "", object["outcome"] as? String ?? "",
                labels[owner] ?? object["agent"] as? String ?? "", object["conversation"] as? String ?? ""
            )
        }
    }
}

/// Everything that a table says, to compare.
func content(_ table: TallyTable) -> [[TallyCounts]] {
    table.keys.indices.map { key in table.classOfRule.indices.map { table[key, $0] } }
}

/// Checks that two results say the same.
func expectSame(_ a: InspectionResult?, _ b: InspectionResult?, _ note: String, bytes: Bool = true) {
    guard var a, var b else {
        Issue.record("a run was not finished: \(note)")
        return
    }
    if !bytes { (a.coverage.bytesRead, b.coverage.bytesRead) = (0, 0) }
    #expect(a.coverage == b.coverage, "\(note)")
    #expect(a.cases == b.cases, "\(note)")
    #expect(a.findings == b.findings && a.negativeHitsBySeverity == b.negativeHitsBySeverity, "\(note)")
    #expect(
        a.diagnostics.map { "\($0.place) \($0.message)" } == b.diagnostics.map { "\($0.place) \($0.message)" },
        "\(note)")
    #expect(a.tally.groupOfAgent == b.tally.groupOfAgent, "\(note)")
    #expect(a.tally.funnels == b.tally.funnels, "\(note)")
    for (x, y) in [
        (a.tally.byAgent, b.tally.byAgent), (a.tally.byGroup, b.tally.byGroup), (a.tally.byDay, b.tally.byDay),
        (a.tally.total, b.tally.total),
    ] {
        #expect(x.keys == y.keys, "\(note)")
        #expect(content(x) == content(y), "\(note)")
    }
}

/// Checks that nothing was dropped in silence.
func expectAddsUp(_ coverage: Coverage, _ note: String = "") {
    #expect(coverage.recordsInspected >= 0, "\(note)")
    #expect(
        coverage.recordsRead == coverage.recordsInspected + coverage.recordsBad + coverage.recordsFiltered, "\(note)")
    #expect(coverage.badByReason.values.reduce(0, +) == coverage.recordsBad, "\(note)")
    #expect(coverage.conversations >= coverage.recordsInspected, "\(note)")
}

/// A generated archive, with lines of other kinds between.
func archive(conversations: Int, seed: UInt64, every: Int = 0, _ other: String = "") -> [UInt8] {
    var generator = ConversationGenerator(seed: seed, options: CorpusOptions(shops: 4, agents: 12, days: 5))
    var bytes: [UInt8] = []
    for index in 0..<conversations {
        generator.next(into: &bytes)
        if every > 0, index % every == every - 1 { bytes += Array((other + "\n").utf8) }
    }
    return bytes
}
