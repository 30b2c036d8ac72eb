import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage
import Testing

@testable import Evaluation

/// Codes that only compiling or running examples shows: `Diagnostics/<code>.in.json` and `.out.txt`.
///
/// `RECORD_GOLDENS=1` writes the outputs anew and fails, so that nobody records by accident.
struct RuleDiagnosticGoldenTests {
    static let names = [
        "bad-regex", "costly-regex", "empty-regex", "unsupported-regex", "example-applicable",
        "example-hit", "example-missed", "example-spans", "example-not-applicable", "example-undecided",
    ]

    /// Codes that take a file which nobody would write by hand.
    static let generated = [
        "too-many-regexes": (0...1000).map { number in
            #"{"id": "r-\#(number)", "name": "正则", "polarity": "negative", "#
                + #""when": {"message": {"from": "agent", "regex": "a\#(number)+b"}}}"#
        }.joined(separator: "\n")
    ]

    /// Codes that only `rules check`, `rules check --corpus` and `rules test` with their options show.
    static let namesOfChecks = [
        "useless-allow", "system-left-out", "hidden-compound", "subsumed-keyword", "short-evasion-keyword",
        "unreachable-branch",
        "never-true", "always-true",
        "duplicate-rule", "subsumed-rule",
    ]
    static let namesOfTrials = ["common-keyword", "unnoticed-change", "unreached-branch"]

    @Test(arguments: names + namesOfChecks + namesOfTrials + generated.keys)
    func printsWhatWasRecorded(_ name: String) throws {
        let folder = "Tests/RuleTests/Diagnostics/"
        let file =
            try Self.generated[name].map { SourceFile(path: name + ".ndjson", bytes: Array($0.utf8)) }
            ?? SourceFile(path: name + ".in.json", bytes: try contents(folder + name + ".in.json"))
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

    /// No rule brings this about, only the machine.
    @Test func aFailureOfTheScannerNamesItsReason() throws {
        let file = SourceFile(path: "rule.json", bytes: Array("{}".utf8))
        let failed = RuleCompiler.scannerFailed(
            "out of memory", at: Place(path: file.path, range: SourceRange(0, 1)))
        #expect(
            printed([failed], [file], .english) == """
                rule.json:1:1: error[scanner-failed]: the scanner failed: out of memory
                  1 | {}
                    | ^
                    = help: nothing is wrong with the rules: give the process more memory, or use fewer rules

                """)
        #expect(
            printed([failed], [file], .chinese) == """
                rule.json:1:1: 错误[scanner-failed]: 扫描引擎出错：out of memory
                  1 | {}
                    | ^
                    = 建议: 规则本身没有问题：请给进程更多内存，或减少规则

                """)
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
