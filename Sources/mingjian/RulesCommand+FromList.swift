import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules from-list`: plain lists of keywords and regexes become rules.
    struct FromList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "from-list",
            abstract: "Makes one rule of each line of a list. 从词表生成规则",
            discussion: """
                Writes DIR/keywords.ndjson and DIR/regexes.ndjson, one rule a line, each on
                what agents write themselves. Blank lines and lines that begin with # are
                skipped; a line that makes no rule is reported and left out.

                Example:
                  mingjian rules from-list --keywords words.txt --regexes patterns.txt \\
                      --out listed

                Exit codes: 0 done; 66 no line of a list made a rule.
                """)

        @Option(help: "Keywords, one a line.")
        var keywords: String?

        @Option(help: "Regular expressions, one a line.")
        var regexes: String?

        @Option(help: "exact or folded.")
        var fold = "folded"

        @Option(help: "Directory of the rule files; made where it is missing.")
        var out: String

        func run() throws {
            try mingjian.run { try write() }
        }

        private func write() throws -> Int32 {
            guard let fold = FoldLevel(rawValue: fold), fold != .evasion else {
                throw CommandFailure.misuse("--fold takes exact or folded", "--fold 取 exact 或 folded")
            }
            let lists: [(kind: ListedRules.Kind, path: String, file: String)] =
                (keywords.map { [(.keyword, $0, "keywords.ndjson")] } ?? [])
                + (regexes.map { [(.regex, $0, "regexes.ndjson")] } ?? [])
            guard !lists.isEmpty else {
                throw CommandFailure.misuse("give --keywords, --regexes or both", "请给出 --keywords、--regexes 或两者")
            }
            // All lists are read before anything is written.
            let sources = try lists.map {
                SourceFile(path: $0.path, bytes: try InputFiles.read($0.path, Phrase("list", "列表")))
            }
            do {
                try FileManager.default.createDirectory(
                    atPath: out, withIntermediateDirectories: true)
            } catch {
                throw CommandFailure(
                    code: CommandFailure.inputOutput,
                    phrase: Phrase("cannot make the directory '\(out)'", "无法创建目录 “\(out)”"))
            }
            var code: Int32 = 0
            for (list, source) in zip(lists, sources) {
                let made = ListedRules(
                    source, kind: list.kind, fold: fold, table: Surroundings.foldTable)
                let path = out + "/" + list.file
                // What an earlier run left there must not be read with this one's rules.
                if made.count == 0 { unlink(path) } else { try Output(path: path).write(made.text) }
                note(RuleSources.renderer().render(made.diagnostics, sources: [source]))
                let refused = made.diagnostics.count
                let said = Phrase(
                    "\(path): \(made.count) rules, \(refused) lines left out",
                    "\(path)：\(made.count) 条规则，略去 \(refused) 行")
                note(visible(said.text(in: Surroundings.language)) + "\n")
                if made.count == 0 { code = CommandFailure.badRules }
            }
            return code
        }

    }
}
