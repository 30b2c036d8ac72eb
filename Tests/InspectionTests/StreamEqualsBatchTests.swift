import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// A stream of lines by versions, schemes and exemptions, beside the batch inspection of the same lines.
@Suite struct StreamEqualsBatchTests {
    private typealias Object = [String: Any]

    /// What both say of a finding, in one form.
    private static func text(_ finding: Object) throws -> String {
        let kept = [
            "id", "rule", "outcome", "conversation", "message", "version", "scheme", "exempt", "divergence", "evidence",
        ]
        var object = finding.filter { kept.contains($0.key) }
        object["agent"] = finding["agent"] as? String
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }

    private static func objects(_ bytes: [UInt8]) throws -> [Object] {
        try bytes.split(separator: 0x0A).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? Object)
        }
    }

    /// Result lines of the stream, in blocks of about `target` bytes.
    private func stream(_ input: ArchiveInput, _ rules: RunRules, target: Int, _ options: InspectionOptions) throws
        -> (lines: [Object], inspector: StreamInspector)
    {
        let inspector = try StreamInspector(rules, engine: "e", options: options)
        let reader = BlockReader(try openArchive([input]), target: target)
        let block = ArchiveBlock()
        var output: [UInt8] = []
        while try reader.next(block) { output += try inspector.results(block) }
        return (try Self.objects(output), inspector)
    }

    /// Three versions over the days of the archive, each with rules and schemes of its own.
    private func versions(seed: UInt64) throws -> (rules: RunRules, sides: [Int: DrawnSide]) {
        var history = try History()
        var sides: [Int: DrawnSide] = [:]
        for number in 0..<3 as Range<UInt64> {
            let side = try DrawnSide(seed: seed * 10 + number)
            let start = 1_700_000_000_000 + Int64(number) * 130_000_000
            try history.publish(side.texts, at: Instant(milliseconds: start))
            sides[history.index.versions.count] = side
        }
        let known = sides
        let rules = RunRules(
            versions: history.index, at: Instant(milliseconds: 1_800_000_000_000), policy: TimePolicy(),
            schemes: { known[$0.number]?.schemes ?? SchemeTable([]) }
        ) { version, scheme in
            try DrawnSide.set(known[version.number]?.rules(scheme) ?? [])
        }
        return (rules, sides)
    }

    @Test("each line says what the batch says of its conversation", arguments: 1...12 as ClosedRange<UInt64>)
    func equalsBatch(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var bytes = DrawnSide.archive(seed: seed)
        // A line that is none between, and one without messages.
        bytes += Array("nonsense\n\n{\"id\":\"empty\",\"messages\":[]}\n".utf8)
        let input = try directory.write("a.ndjson", bytes)
        var options = InspectionOptions()
        if seed % 3 > 0 { options.exemptions = DrawnSide.exemptions(ofRules: seed % 3 == 1) }
        options.roster = try Roster.parse(Array("account,group\n甲,售前\n乙,夜班\n".utf8), path: "r").roster
        let rules = seed % 4 == 0 ? try DrawnSide(seed: seed).runRules : try versions(seed: seed).rules
        let batch = try Run([input], rules: rules) {
            $0.exemptions = options.exemptions
            $0.roster = options.roster
            $0.allowsDuplicates = true
        }
        let (lines, inspector) = try stream(input, rules, target: 1 << 20, options)
        let found = try Self.objects(batch.lines)
        #expect(
            try lines.flatMap { try ($0["findings"] as? [Object] ?? []).map(Self.text) }.sorted()
                == found.map(Self.text).sorted(), "seed \(seed)")
        #expect(!found.isEmpty)
        let coverage = try #require(batch.result?.coverage)
        #expect(lines.count == 123, "seed \(seed)")
        #expect(lines.count { $0["status"] as? String == "left_out" } == coverage.recordsFiltered)
        #expect(lines.suffix(3).map { $0["status"] as? String } == ["bad_input", "bad_input", "ok"])
        // Findings stand in the line of their conversation.
        for line in lines {
            let id = line["id"] as? String ?? ""
            for finding in line["findings"] as? [Object] ?? [] {
                #expect(
                    (finding["conversation"] as? String ?? "").split(separator: "#").first.map(String.init) == id)
            }
        }
        #expect(inspector.negativeHitsBySeverity == batch.result?.negativeHitsBySeverity, "seed \(seed)")
        #expect(inspector.badLines == 2 && inspector.allLines == 123)
        // Any split of the input gives the same lines.
        let split = try stream(input, rules, target: 1_000, options)
        #expect(
            try split.lines.map { try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }
                == lines.map { try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }, "seed \(seed)")
    }

    @Test("a line names the version and scheme of its first part, and each finding its own")
    func namesWhatJudged() throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", DrawnSide.archive(seed: 3))
        let (rules, _) = try versions(seed: 3)
        let (lines, _) = try stream(input, rules, target: 1 << 20, InspectionOptions())
        #expect(Set(lines.compactMap { $0["version"] as? Int }) == [1, 2, 3])
        for line in lines {
            for finding in line["findings"] as? [Object] ?? []
            where (finding["conversation"] as? String ?? "").contains("#") == false {
                #expect(finding["version"] as? Int == line["version"] as? Int)
                #expect(finding["scheme"] as? String == line["scheme"] as? String)
            }
        }
    }

    @Test("buyers that the policy leaves out are answered as such")
    func leavesBuyersOut() throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write(
            "a.ndjson",
            Array(
                #"""
                {"id":"a","buyer":"staff","messages":[{"from":"agent","agent":"甲","text":"微信"}]}
                {"id":"b","buyer":"b","messages":[{"from":"agent","agent":"甲","text":"微信"}]}

                """#.utf8))
        var policy = TimePolicy()
        policy.buyersLeftOut = ["staff"]
        let loaded = loadRules(files: [SourceFile(path: "r.json", bytes: Array(keywordRule("one", ["微信"]).utf8))])
        let compiled = try #require(
            RuleCompiler.compile(
                loaded.rules, digest: "", policy: policy, table: SomeRules.table, cache: DiskCache(directory: nil)
            ).rules)
        let (lines, _) = try stream(input, RunRules(RuleSet(compiled)), target: 1 << 20, InspectionOptions())
        #expect(lines.map { $0["status"] as? String } == ["left_out", "ok"])
        #expect(lines[0]["id"] as? String == "a" && lines[0]["reason"] as? String == "buyer-left-out")
        #expect((lines[1]["findings"] as? [Object])?.count == 1)
    }
}
