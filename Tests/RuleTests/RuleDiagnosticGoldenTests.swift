import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// Codes that only compiling or running examples shows: `Diagnostics/<code>.in.json` and `.out.txt`.
///
/// `RECORD_GOLDENS=1` writes the outputs anew and fails, so that nobody records by accident.
struct RuleDiagnosticGoldenTests {
    static let names = [
        "bad-regex", "costly-regex", "empty-regex", "unsupported-regex", "example-applicable",
        "example-hit", "example-missed", "example-spans", "example-not-applicable",
    ]

    /// Codes that only `rules check`, `rules check --corpus` and `rules test` with their options show.
    static let namesOfChecks = [
        "useless-allow", "system-left-out", "subsumed-keyword", "short-evasion-keyword", "unreachable-branch",
        "never-true", "always-true",
        "duplicate-rule", "subsumed-rule",
    ]
    static let namesOfTrials = ["common-keyword", "unnoticed-change", "unreached-branch"]

    @Test(arguments: names + namesOfChecks + namesOfTrials)
    func printsWhatWasRecorded(_ name: String) throws {
        let folder = "Tests/RuleTests/Diagnostics/"
        let file = SourceFile(
            path: name + ".in.json", bytes: try contents(folder + name + ".in.json"))
        let (rules, loading) = loadRules(files: [file])
        let compiling = Shipped.compile(rules, sources: [file])
        var diagnostics = loading + compiling.diagnostics
        if let compiled = compiling.rules {
            let report = try ExampleRunner(rules, compiled: compiled).run()
            diagnostics += report.diagnostics + report.warnings
        }
        if Self.namesOfChecks.contains(name) {
            diagnostics += RuleChecks.diagnostics(of: rules, table: Shipped.table, cache: Shipped.noCache)
        }
        if Self.namesOfTrials.contains(name) { diagnostics += try trials(rules)[name] ?? [] }
        #expect(diagnostics.contains { $0.code == name }, "the case does not show its code")
        let text =
            printed(diagnostics, [file], .english) + "\n" + printed(diagnostics, [file], .chinese)
        let output = root + "/" + folder + name + ".out.txt"
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output))
            Issue.record("recorded \(name).out.txt; run again without RECORD_GOLDENS")
            return
        }
        #expect(text == String(decoding: try contents(folder + name + ".out.txt"), as: UTF8.self))
    }

    private func trials(_ rules: [Rule]) throws -> [String: [Diagnostic]] {
        let probes = CommonKeywords(of: rules).probes
        let compiled = try #require(Shipped.compile(probes.map(\.alone), sources: []).rules)
        let found = try findings(in: "Corpora/demo/conversations.ndjson", by: compiled)
        let common = probes.compactMap { probe in
            let hits = found.count { $0.rule == probe.alone.id }
            return hits > 20 ? CommonKeywords.warning(probe, hits: hits, perDay: hits) : nil
        }
        return try [
            "common-keyword": common,
            "unnoticed-change": ExampleMutations(of: rules, table: Shipped.table, cache: Shipped.noCache)
                .survivors.map(\.diagnostic),
            "unreached-branch": ExampleCoverage(of: rules, table: Shipped.table, cache: Shipped.noCache).unreached,
        ]
    }

    @Test func moreRegexesThanTheLimitAreRefused() {
        let rules = (0...1000).map { number in
            Rule(
                id: RuleID("r-\(number)"), name: "r", polarity: .negative,
                when: Condition(
                    .message(
                        MessageCondition(
                            population: Population(speakers: [.agent]),
                            text: TextCondition(
                                .regex(RegexCondition(pattern: "a\(number)+b")))))))
        }
        let result = Shipped.compile(rules, sources: [])
        #expect(result.rules == nil)
        #expect(result.diagnostics.map(\.code) == ["too-many-regexes"])
        #expect(Shipped.compile(Array(rules.dropLast()), sources: []).rules != nil)
    }

    @Test func anExampleWithoutTimesIsUndecided() throws {
        let silence = Condition(.silence(Silence(of: .agent, minimum: 60_000)))
        let example = Example(
            conversation: Conversation(
                id: "example", messages: [Message(speaker: .buyer, text: "在吗")]),
            place: Place(path: "rule.json"))
        let rule = Rule(
            id: RuleID("silent"), name: "沉默", polarity: .negative, when: silence,
            examples: Examples(hit: [example]))
        let compiled = try #require(Shipped.compile([rule], sources: []).rules)
        let report = try ExampleRunner([rule], compiled: compiled).run()
        #expect(report.diagnostics.map(\.code) == ["example-undecided"])
    }
}
