import ConversationModel
import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// The rules in `Rules/` as their authors left them.
struct ShippedRuleTests {
    @Test func loadWithoutDiagnostics() {
        #expect(Shipped.files.count >= 18)
        #expect(Shipped.loaded.rules.count >= 18)
        #expect(printed(Shipped.loaded.diagnostics, Shipped.files) == "")
    }

    @Test func compileWithoutDiagnostics() {
        #expect(Shipped.compiled.rules != nil)
        #expect(printed(Shipped.compiled.diagnostics, Shipped.files) == "")
    }

    @Test func holdNothingThatAddsNothing() {
        let warnings = RuleChecks.diagnostics(of: Shipped.loaded.rules, table: Shipped.table, cache: Shipped.noCache)
        #expect(printed(warnings, Shipped.files) == "")
    }

    @Test func passTheirExamplesAndVariants() throws {
        let compiled = try #require(Shipped.compiled.rules)
        let report = try ExampleRunner(Shipped.loaded.rules, compiled: compiled).run()
        #expect(printed(report.diagnostics + report.warnings, Shipped.files) == "")
        #expect(report.rules == Shipped.loaded.rules.count)
        #expect(report.variants > report.examples)
    }

    @Test func carryFourHitsAndFourCleanExamples() {
        for rule in Shipped.loaded.rules {
            #expect(rule.examples.hit.count >= 4, "\(rule.id)")
            #expect(rule.examples.clean.count >= 4, "\(rule.id)")
        }
    }

    @Test func nameTheirFileAfterTheirID() {
        for rule in Shipped.loaded.rules {
            #expect(rule.place.path.hasSuffix("/\(rule.id).json"), "\(rule.place.path)")
        }
    }

    @Test func noNegativeRuleHitsTheCleanCorpus() throws {
        let negative = Set(
            Shipped.loaded.rules.filter { $0.polarity == .negative }.map(\.id))
        let hits = try findings(in: "Corpora/clean/conversations.ndjson").filter {
            $0.outcome == .hit && negative.contains($0.rule)
        }
        #expect(hits.map { "\($0.rule) in \($0.conversation) at \($0.anchor ?? -1)" } == [])
    }
}
