import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

/// `mingjian rules`: what is done with rule files before an archive is read.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Checks, tests, makes and publishes rule files. 规则检查、测试与发布",
        subcommands: [
            Check.self, Test.self, FromList.self, Publish.self, Versions.self, Show.self, Diff.self,
        ])

    /// The forms in which diagnostics are printed.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case full, concise, json, github

        var renderer: DiagnosticRenderer {
            // Diagnostics are what these commands are for: they go to standard output.
            var renderer = RuleSources.renderer(
                DiagnosticRenderer.Format(rawValue: rawValue) ?? .full)
            renderer.usesColor = Surroundings.usesColour(STDOUT_FILENO)
            return renderer
        }
    }

    /// `mingjian rules check`: all problems of all files in one run.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Prints everything that is wrong with rule files. 检查规则文件",
            discussion: """
                Examples:
                  mingjian rules check Rules
                  mingjian rules check Rules --format github

                Exit codes: 0 no errors (warnings do not count); 66 errors.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @Option(help: "full, concise, json or github.")
        var format = Format.full

        func run() throws {
            try mingjian.run { try check() }
        }

        private func check() throws -> Int32 {
            let sources = try RuleSources(paths: paths, checks: true)
            let diagnostics = sources.compile(policy: TimePolicy()).diagnostics
            let output = Output()
            let renderer = format.renderer
            try output.write(renderer.render(diagnostics, sources: sources.files))
            if format == .full || format == .concise {
                try output.write(renderer.summary(of: diagnostics, fileCount: sources.files.count))
            }
            return diagnostics.contains { $0.severity == .error } ? CommandFailure.badRules : 0
        }
    }

    /// `mingjian rules test`: the examples that rules carry.
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Runs the examples inside rules, as written and in variants. 运行规则示例",
            discussion: """
                Variants: an emoji before each message, ASCII in full width, traditional characters,
                zero-width characters inside. "withoutVariants" in a rule leaves some out.

                Examples:
                  mingjian rules test Rules
                  mingjian rules test Rules/greeting/opening.json --no-variants

                Exit codes: 0 all pass; 66 some fail, or the rules have errors.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @OptionGroup var time: PolicyArguments

        @Flag(name: .customLong("no-variants"), help: "Only as written.")
        var withoutVariants = false

        @Option(help: "full, concise, json or github.")
        var format = Format.full

        func run() throws {
            try mingjian.run { try test() }
        }

        private func test() throws -> Int32 {
            let sources = try RuleSources(paths: paths)
            let compiled = try sources.compiled(policy: time.timePolicy())
            let runner = try ExampleRunner(sources.rules, compiled: compiled)
            let report = runner.run(variants: !withoutVariants)
            let output = Output()
            try output.write(format.renderer.render(report.diagnostics, sources: sources.files))
            if format == .full || format == .concise { try output.write(summary(report)) }
            return report.diagnostics.isEmpty ? 0 : CommandFailure.badRules
        }

        private func summary(_ report: ExampleReport) -> String {
            let failed = report.diagnostics.count
            let (rules, examples, variants) = (
                grouped(report.rules), grouped(report.examples), grouped(report.variants)
            )
            let english = "\(rules) rules, \(examples) examples, \(variants) variants"
            let chinese = "\(rules) 条规则，\(examples) 个示例，\(variants) 个变体"
            let phrase =
                failed == 0
                ? Phrase("PASS \(english)", "通过：\(chinese)")
                : Phrase(
                    "FAIL \(english), \(grouped(failed)) examples failed",
                    "未通过：\(chinese)，\(grouped(failed)) 个示例失败")
            return phrase.text(in: Surroundings.language) + "\n"
        }

        /// A count with a comma between thousands.
        private func grouped(_ count: Int) -> String {
            var digits = String(count)
            var at = digits.count - 3
            while at > 0 {
                digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
                at -= 3
            }
            return digits
        }
    }
}
