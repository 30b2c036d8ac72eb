import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

extension RuleTemplate: ExpressibleByArgument {}

extension RulesCommand {
    /// `mingjian rules new`: a rule to begin with, that passes its own examples.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Writes a new rule from a template. 由模板新建规则",
            discussion: """
                Templates: keyword (agents say one of some words), greeting (a greeting in time),
                expectation (after the buyer says something, the agent says something), slow-reply,
                silence. What is not given is asked for on a terminal. The file is written only if the
                rule passes its examples; they are a skeleton, to be replaced by real sentences.

                Examples:
                  mingjian rules new
                  mingjian rules new --template keyword --id rude-words --name 粗话 --words 滚蛋,闭嘴
                  mingjian rules new --template greeting --id hello --name 问候 --words 您好,你好 --limit 30s

                Exit codes: 0 done; 64 something is missing; 66 the rule would not pass its examples.
                """)

        @Option(help: "keyword, greeting, expectation, slow-reply or silence.")
        var template: RuleTemplate?

        @Option(help: "The rule's id: lower-case English words joined by '-'.")
        var id: String?

        @Option(help: "The rule's name, as reports show it.")
        var name: String?

        @Option(help: "What agents say: words with commas between them.")
        var words: String?

        @Option(help: "What the buyer says before, for expectation: words with commas between them.")
        var after: String?

        @Option(help: "How long: 30s, 3m, 1h30m.")
        var limit: String?

        @Option(help: "info, minor, major or critical.")
        var severity = Severity.minor.rawValue

        @Option(help: "The rule's category.")
        var category = "custom"

        @Option(help: "The file (default: ID.json here); must not exist.")
        var out: String?

        func run() throws {
            try mingjian.run { try write() }
        }

        private func write() throws -> Int32 {
            let template = try self.template ?? chosenTemplate()
            let answers = try answers(template)
            let path = out ?? answers.id + ".json"
            let layout = RuleLayout(displayWidth: { CharacterClass.displayWidth(of: $0) })
            let draft = SourceFile(path: path, bytes: Array(template.rule(answers).utf8))
            let source = SourceFile(path: path, bytes: try layout.formatted(draft))
            let problems = try problems(source)
            note(RuleSources.renderer().render(problems, sources: [source]))
            if problems.contains(where: { $0.severity == .error }) {
                say(Phrase("the rule was not written", "规则没有写入"))
                return CommandFailure.badRules
            }
            // Never over a file that somebody else made in the meantime.
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
            guard descriptor >= 0 else { throw OutputError(path: path, code: errno) }
            close(descriptor)
            try Output(path: path).write(source.bytes)
            try Output().write(Surroundings.shown(path) + "\n")
            return 0
        }

        private func problems(_ source: SourceFile) throws -> [Diagnostic] {
            let sources = RuleSources(files: [source])
            let (compiled, diagnostics) = sources.compile(policy: TimePolicy())
            guard let compiled else { return diagnostics }
            return try diagnostics + ExampleRunner(sources.rules, compiled: compiled).run().diagnostics
        }

        // MARK: Answers

        private func answers(_ template: RuleTemplate) throws -> RuleTemplate.Answers {
            let id = try self.id ?? asked("--id", Phrase("rule id, like rude-words", "规则 id，例如 rude-words"))
            let name = try self.name ?? asked("--name", Phrase("name in reports", "报告里的规则名称"))
            var result = RuleTemplate.Answers(id: id, name: name, category: category, severity: severity)
            if template.takesAfter {
                result.after = try list(
                    after ?? asked("--after", Phrase("what the buyer says, with commas", "买家说什么，用逗号分隔")), "--after")
            }
            if template.takesWords {
                result.words = try list(
                    words ?? asked("--words", Phrase("what agents say, with commas", "客服说什么，用逗号分隔")), "--words")
            }
            if template.takesLimit {
                let standard = template.standardLimit
                result.limit =
                    try limit ?? asked("--limit", Phrase("how long", "时限"), standard: standard)
                guard let time = DurationText.milliseconds(result.limit), time > 0 else {
                    throw CommandFailure(
                        code: CommandFailure.usage,
                        phrase: Phrase(
                            "--limit takes a duration like 30s, not '\(result.limit)'",
                            "--limit 取 30s 这样的时长，而不是 “\(result.limit)”"))
                }
                result.limitMilliseconds = time
            }
            return result
        }

        /// A space parts words of Chinese; between Latin words it belongs to a phrase.
        private static func words(in text: Substring) -> [String] {
            var words: [String] = []
            for part in text.split(whereSeparator: \.isWhitespace) {
                let isPhrase = words.last?.last?.isASCII == true && part.first?.isASCII == true
                if isPhrase { words[words.count - 1] += " " + part } else { words.append(String(part)) }
            }
            return words
        }

        private func list(_ text: String, _ option: String) throws -> [String] {
            let words = text.split { ",，、".contains($0) }.flatMap { RulesCommand.New.words(in: $0) }
            if words.isEmpty { throw missing(option) }
            return words
        }

        private func chosenTemplate() throws -> RuleTemplate {
            let names = RuleTemplate.allCases.map(\.rawValue).joined(separator: ", ")
            let answer = try asked("--template", Phrase("template (\(names))", "模板（\(names)）"), standard: "keyword")
            guard let template = RuleTemplate(rawValue: answer) else {
                throw CommandFailure(
                    code: CommandFailure.usage,
                    phrase: Phrase("no template '\(answer)'; there are \(names)", "没有模板 “\(answer)”；可用：\(names)"))
            }
            return template
        }

        /// A line from the terminal; without one, what is missing ends the command.
        private func asked(_ option: String, _ question: Phrase, standard: String? = nil) throws -> String {
            guard Surroundings.isTerminal(STDIN_FILENO) else {
                if let standard, option == "--limit" { return standard }
                throw missing(option)
            }
            let shown = standard.map { " [\($0)]" } ?? ""
            note("\(question.text(in: Surroundings.language))\(shown): ")
            guard let line = readLine() else { throw missing(option) }
            let answer = line.trimmingCharacters(in: .whitespaces)
            if !answer.isEmpty { return answer }
            guard let standard else { throw missing(option) }
            return standard
        }

        private func missing(_ option: String) -> CommandFailure {
            CommandFailure(code: CommandFailure.usage, phrase: Phrase("\(option) is missing", "缺少 \(option)"))
        }
    }
}
