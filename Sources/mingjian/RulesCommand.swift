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
            Check.self, Test.self, New.self, Fmt.self, FromList.self, Publish.self, Versions.self, Show.self, Diff.self,
            Docs.self, Backtest.self,
        ])

    /// The forms in which diagnostics are printed.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case full, concise, json, github

        var renderer: DiagnosticRenderer {
            // Diagnostics are what these commands are for: they go to standard output.
            var renderer = RuleSources.renderer(
                DiagnosticRenderer.Format(rawValue: rawValue) ?? .full)
            renderer.usesColor = Surroundings.usesColor(STDOUT_FILENO)
            return renderer
        }
    }

    /// `mingjian rules check`: all problems of all files in one run.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Prints everything that is wrong with rule files. 检查规则文件",
            discussion: """
                With --corpus also keywords of negative rules that hit often in an archive, as
                hits a day: of its own days, or of a shop with --per-day conversations.

                Examples:
                  mingjian rules check Rules
                  mingjian rules check Rules --format github
                  mingjian rules check Rules --corpus march.ndjson --per-day 8000

                Exit codes: 0 no errors (warnings do not count); 66 errors.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @Option(help: "full, concise, json or github.")
        var format = Format.full

        @Option(help: "An archive in which keywords are counted; may be repeated.")
        var corpus: [String] = []

        @Option(help: "Conversations a day of the shop (default: those of the corpus).")
        var perDay: Int?

        @Option(help: "Hits a day from which on a keyword is common.")
        var common = 20

        @Flag(help: "Take keywords out of the files that are listed twice or add nothing.")
        var fix = false

        func validate() throws {
            if perDay != nil, corpus.isEmpty { throw ValidationError("--per-day needs --corpus") }
            guard perDay ?? 1 > 0, common > 0 else {
                throw ValidationError("--per-day and --common take 1 or more")
            }
        }

        func run() throws {
            try mingjian.run { try check() }
        }

        private func check() throws -> Int32 {
            var sources = try RuleSources(paths: paths, checks: true)
            if fix, try removeKeywords(sources) { sources = try RuleSources(paths: paths, checks: true) }
            var diagnostics = sources.compile(policy: TimePolicy()).diagnostics
            let errors = diagnostics.filter { $0.severity == .error }
            // Of rules that are not whole nothing more can be said.
            diagnostics += RuleChecks.diagnostics(
                of: sources.rules(without: errors), table: Surroundings.foldTable, cache: Surroundings.cache)
            if errors.isEmpty { diagnostics += sources.schemeProblems(besides: diagnostics) }
            if errors.isEmpty, !corpus.isEmpty {
                let counts = KeywordFrequencies(corpus: corpus, conversationsPerDay: perDay, threshold: common)
                diagnostics += try counts.warnings(sources.rules)
            }
            PolicyArguments.tellOfHours(sources.rules, in: nil)
            let output = Output()
            let renderer = format.renderer
            try output.write(renderer.render(diagnostics, sources: sources.files))
            if format == .full || format == .concise {
                try output.write(renderer.summary(of: diagnostics, fileCount: sources.fileCount))
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
                Variants: an emoji before each message, ASCII in full width, traditional
                characters, zero-width characters inside. "withoutVariants" in a rule leaves
                some out.

                --mutate changes rules a little, one keyword, branch or limit at a time, and
                lists the changes that no example notices; --coverage lists the conditions
                that hold in no example. Both are warnings. --watch runs again when a file
                changes, until Ctrl-C.

                Examples:
                  mingjian rules test Rules
                  mingjian rules test Rules/greeting/opening.json --no-variants
                  mingjian rules test drafts --watch --coverage

                Exit codes: 0 all pass; 66 some fail, or the rules have errors; 130 --watch
                was ended.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @OptionGroup var time: PolicyArguments

        @Flag(name: .customLong("no-variants"), help: "Only as written.")
        var withoutVariants = false

        @Flag(help: "Also list small changes of the rules that no example notices.")
        var mutate = false

        @Flag(help: "Also list conditions that no example reaches.")
        var coverage = false

        @Flag(help: "Run again when a file changes.")
        var watch = false

        @Option(help: "full, concise, json or github.")
        var format = Format.full

        func run() throws {
            try mingjian.run { try watch ? testAgainAndAgain() : test() }
        }

        /// Runs the examples once and prints what came of it.
        func test() throws -> Int32 {
            let sources = try RuleSources(paths: paths)
            let (rules, loading) = sources.compile(policy: try time.timePolicy())
            let errors = loading.filter { $0.severity == .error }
            let output = Output()
            guard let rules, errors.isEmpty else {
                try output.write(format.renderer.render(errors, sources: sources.files))
                if isForPeople {
                    try output.write(format.renderer.summary(of: errors, fileCount: sources.fileCount))
                }
                return CommandFailure.badRules
            }
            let runner = try ExampleRunner(sources.rules, compiled: rules)
            let report = runner.run(variants: !withoutVariants)
            // What the examples prove is asked of rules that pass them.
            let found = try report.diagnostics.isEmpty ? trials(sources.rules) : Trials()
            let all = report.diagnostics + report.warnings + found.diagnostics
            try output.write(format.renderer.render(all, sources: sources.files))
            if isForPeople {
                if mutate || coverage, !report.diagnostics.isEmpty {
                    say(
                        Phrase(
                            "--mutate and --coverage were left out: they are asked of rules whose examples pass",
                            "示例未全部通过，未做 --mutate 和 --coverage"), severity: "note")
                }
                for line in found.summary { try output.write(line.text(in: Surroundings.language) + "\n") }
                try output.write(summary(report))
            }
            return report.diagnostics.isEmpty ? 0 : CommandFailure.badRules
        }

        private var isForPeople: Bool { format == .full || format == .concise }

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
