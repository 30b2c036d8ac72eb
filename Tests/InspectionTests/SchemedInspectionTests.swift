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

/// Rules and schemes for the groups of a small archive.
private struct SchemedCase {
    let files: [SourceFile]
    let schemes: SchemeTable
    let bytes: [UInt8]

    static let groups = ["售前", "售后", "夜班", ""]

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rules = [
            keywordRule("one", ["微信"]), keywordRule("two", ["返现", "好评"]),
            #"""
            {"id":"answer","name":"答复","polarity":"positive",
             "parameters":{"limit":{"type":"duration","default":"30s","min":"1s","max":"10m"}},
             "when":{"after":{"message":{"from":"buyer"}},
             "expect":{"message":{"from":"agent"}},"within":{"time":"${limit}"}}}
            """#,
        ]
        let schemes = #"""
            {"schemes":[
              {"id":"before","name":"售前","groups":["售前"],"off":["two"],
               "parameters":{"answer":{"limit":"\#(Int.random(in: 5...60, using: &random))s"}}},
              {"id":"after","name":"售后","groups":["售后"],"on":["two","answer"]}]}
            """#
        files = (rules + [schemes]).enumerated().map { SourceFile(path: "\($0).json", bytes: Array($1.utf8)) }
        self.schemes = SchemeTable(loadRuleBook(files: files).schemes)
        var bytes: [UInt8] = []
        for number in 0..<120 {
            var time: Int64 = 1_700_000_000_000 + Int64(number) * 60_000
            var messages: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let isBuyer = Bool.random(using: &random)
                let word = ["微信", "返现", "好评", "在吗"].randomElement(using: &random) ?? ""
                messages.append(
                    #"{"from":"\#(isBuyer ? "buyer" : "agent")"\#(isBuyer ? "" : #","agent":"a""#),"time":\#(time),"text":"\#(word)"}"#
                )
                // Some conversations have a second part.
                time +=
                    Int64.random(in: 0..<20, using: &random) == 0
                    ? 200_000_000 : Int64.random(in: 0..<60_000, using: &random)
            }
            let group = Self.groups.randomElement(using: &random) ?? ""
            bytes += Array(
                #"{"id":"c\#(number)","group":"\#(group)","buyer":"b\#(number)","messages":[\#(messages.joined(separator: ","))]}"#
                    .utf8)
            bytes.append(0x0A)
        }
        self.bytes = bytes
    }

    func compiled(_ scheme: Scheme?) throws -> RuleSet {
        let rules = loadRules(files: files, overrides: scheme?.parameters ?? [:]).rules.filter {
            scheme?.takes($0.id) ?? true
        }
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: TimePolicy(), table: SomeRules.table,
            cache: DiskCache(directory: nil))
        guard let compiled = result.rules else { throw RunFailure.refused("\(result.diagnostics)") }
        return RuleSet(compiled)
    }

    var rules: RunRules { RunRules(schemes: schemes, policy: TimePolicy()) { try compiled($0) } }
}

@Suite("inspection by scheme") struct SchemedInspectionTests {
    @Test("each conversation is judged by its group's scheme, as if the groups were inspected apart", arguments: 0..<6)
    func equalsGroupsApart(_ seed: Int) throws {
        let one = try SchemedCase(seed: UInt64(seed))
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", one.bytes)
        let together = try Run([input], rules: one.rules)
        var apart: [String] = []
        for (group, scheme) in [("售前", "before"), ("售后", "after"), ("夜班", "all-rules"), ("未分组", "all-rules")] {
            let set = try one.compiled(one.schemes.schemes.first { $0.id == scheme })
            let run = try Run([input], rules: RunRules(set)) { $0.groups = [group] }
            apart += run.findingTexts.map {
                $0.replacingOccurrences(
                    of: #","severity":"minor""#, with: #","severity":"minor","scheme":"\#(scheme)""#)
            }
        }
        #expect(together.findingTexts.sorted() == apart.sorted(), "seed \(seed)")
        let coverage = try #require(together.result?.coverage)
        #expect(coverage.schemes.map(\.id) == ["after", "all-rules", "before"])
        #expect(coverage.schemes.reduce(0) { $0 + $1.conversations } == coverage.conversations)
        #expect(coverage.groupsWithoutScheme.keys.sorted() == ["夜班", "未分组"])
        expectAddsUp(coverage)
    }

    @Test("threads change nothing, and rules that a scheme leaves out have no exposures there")
    func threadsAndExposures() throws {
        let one = try SchemedCase(seed: 7)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", one.bytes)
        let single = try Run([input], rules: one.rules) { $0.threads = 1 }
        let several = try Run([input], rules: one.rules) { $0.threads = 3 }
        #expect(single.lines == several.lines)
        expectSame(single.result, several.result, "threads")
        let tally = try #require(single.result?.tally)
        let before = try #require(tally.byGroup.keys.firstIndex(of: "售前"))
        let two = try #require(tally.rules.firstIndex { $0.id == RuleID("two") })
        let first = try #require(tally.rules.firstIndex { $0.id == RuleID("one") })
        #expect(tally.byGroup[before, two].unitsApplicable == 0)
        #expect(tally.byGroup[before, first].unitsApplicable > 0)
    }
}

extension Run {
    fileprivate var findingTexts: [String] {
        lines.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }
}
