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
                Templates: keyword (agents say one of some words), greeting (a greeting in
                time), expectation (after the buyer says something, the agent says something),
                slow-reply, silence. What is not given is asked for on a terminal, again where
                an answer is none. The file is written only if the rule passes its examples;
                they are a skeleton, to be replaced by real sentences.

                Examples:
                  mingjian rules new
                  mingjian rules new --template keyword --id rude-words --name 粗话 \\
                      --words 滚蛋,闭嘴
                  mingjian rules new --template greeting --id hello --name 问候 \\
                      --words 您好,你好 --limit 30s

                Exit codes: 0 done; 64 something is missing; 66 the rule would not pass its
                examples.
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

        @Option(help: "info, minor, major or critical (default: minor).")
        var severity: String?

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
            let id = try answer(
                id, "--id", Phrase("rule id, like rude-words", "规则 id，例如 rude-words"), read: RulesCommand.New.id)
            if out == nil, FileManager.default.fileExists(atPath: id + ".json") {
                throw OutputError(path: id + ".json", code: EEXIST)
            }
            let name = try answer(name, "--name", Phrase("name in reports", "报告里的规则名称")) { $0 }
            let severity = try answer(
                severity, "--severity",
                Phrase("severity (info, minor, major, critical)", "级别（info 提示、minor 一般、major 严重、critical 致命）"),
                standard: Severity.minor.rawValue, read: RulesCommand.New.severity)
            var result = RuleTemplate.Answers(id: id, name: name, category: category, severity: severity)
            if template.takesAfter {
                result.after = try answer(
                    after, "--after", Phrase("what the buyer says, with commas", "买家说什么，用逗号分隔"),
                    read: { try RulesCommand.New.list($0, "--after") })
            }
            if template.takesWords {
                result.words = try answer(
                    words, "--words", Phrase("what agents say, with commas", "客服说什么，用逗号分隔"),
                    read: { try RulesCommand.New.list($0, "--words") })
            }
            if template.takesLimit {
                (result.limit, result.limitMilliseconds) = try answer(
                    limit, "--limit", Phrase("how long", "时限"), standard: template.standardLimit,
                    read: RulesCommand.New.limit)
            }
            return result
        }

        private func chosenTemplate() throws -> RuleTemplate {
            let names = RuleTemplate.allCases.map(\.rawValue).joined(separator: ", ")
            guard Surroundings.isTerminal(STDIN_FILENO) else { throw RulesCommand.New.missing("--template") }
            return try answer(
                nil, "--template", Phrase("template (\(names))", "模板（\(names)）"),
                standard: RuleTemplate.keyword.rawValue
            ) { text in
                guard let template = RuleTemplate(rawValue: text) else {
                    throw CommandFailure.misuse(
                        "no template '\(text)'; there are \(names)", "没有模板 “\(text)”；可用：\(names)")
                }
                return template
            }
        }

        /// What was given, or a line from the terminal, which is asked for until it can be read. Without a terminal the
        /// standard answer counts, and without one of those what is missing ends the command.
        private func answer<Answer>(
            _ given: String?, _ option: String, _ question: Phrase, standard: String? = nil,
            read: (String) throws -> Answer
        ) throws -> Answer {
            if let given { return try read(given) }
            guard Surroundings.isTerminal(STDIN_FILENO) else {
                guard let standard else { throw RulesCommand.New.missing(option) }
                return try read(standard)
            }
            let shown = standard.map { " [\($0)]" } ?? ""
            while true {
                note("\(question.text(in: Surroundings.language))\(shown): ")
                guard let line = readLine() else { throw RulesCommand.New.missing(option) }
                let text = line.trimmingCharacters(in: .whitespaces)
                guard let answer = text.isEmpty ? standard : text else { continue }
                do { return try read(answer) } catch let failure as CommandFailure {
                    if let phrase = failure.phrase { say(phrase) }
                }
            }
        }

        private static func id(_ text: String) throws -> String {
            if isKebab(text) { return text }
            throw CommandFailure.misuse(
                "--id takes lower-case English words joined by '-', like rude-words, not '\(visible(text))'",
                "--id 用小写英文单词以 “-” 相连，例如 rude-words，而不是 “\(visible(text))”")
        }

        private static func severity(_ text: String) throws -> String {
            let names = Severity.allCases.map(\.rawValue)
            if names.contains(text) { return text }
            throw CommandFailure.misuse(
                "--severity takes \(names.joined(separator: ", ")), not '\(visible(text))'",
                "--severity 取 \(names.joined(separator: "、"))，而不是 “\(visible(text))”")
        }

        private static func limit(_ text: String) throws -> (text: String, milliseconds: Int64) {
            if let time = DurationText.milliseconds(text), time > 0 { return (text, time) }
            throw CommandFailure.misuse(
                "--limit takes a duration like 30s, not '\(visible(text))'",
                "--limit 取 30s 这样的时长，而不是 “\(visible(text))”")
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

        private static func list(_ text: String, _ option: String) throws -> [String] {
            let words = text.split { ",，、".contains($0) }.flatMap { RulesCommand.New.words(in: $0) }
            if words.isEmpty { throw missing(option) }
            return words
        }

        private static func missing(_ option: String) -> CommandFailure {
            CommandFailure.misuse("\(option) is missing", "缺少 \(option)")
        }
    }
}
