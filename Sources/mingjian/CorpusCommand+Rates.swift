import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import RuleLanguage

extension CorpusCommand {
    /// `mingjian corpus rates`: how often each rule hits, and how often it is right.
    struct Rates: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case table, json
        }

        static let configuration = CommandConfiguration(
            abstract: "Says how often each rule hits, and with labels how often it is right. 命中率与准确率",
            discussion: """
                On dialogues that are known to be good, hits of negative rules are false alarms.
                Labels are lines as in Corpora/labelled; a rule and outcome that carries no label
                is not judged. Right, wrong and lacking are counted by conversation and outcome.

                Examples:
                  mingjian corpus rates Corpora/clean/conversations.ndjson
                  mingjian corpus rates Corpora/labelled/open/conversations.ndjson \\
                    --labels Corpora/labelled/open/labels.ndjson

                Exit codes: 0 done; 66 rules or labels invalid; 74 input or output.
                """)

        @OptionGroup var archive: ArchiveArguments

        @Option(help: "Rule files or directories (may be repeated; default: Rules).")
        var rules: [String] = []

        @Option(help: "What a reviewer found, one line a conversation.")
        var labels: String?

        @Option(help: "table or json.")
        var format = Format.table

        func run() throws {
            try mingjian.run { try measure() }
        }

        private func measure() throws -> Int32 {
            let policy = try archive.policy()
            let compiled = try RuleSources(paths: rules.isEmpty ? ["Rules"] : rules).compiled(policy: policy)
            let known = try labels.map { try Labels(path: $0) }
            var options = InspectionOptions()
            options.threads = ProcessInfo.processInfo.activeProcessorCount
            options.allowsDuplicates = archive.allowDuplicates
            options.largestRecord = archive.maxLine
            options.writesFindings = known != nil
            var found: Set<Labels.Entry> = []
            let inspection = BatchInspection(
                try openArchive(archive.inputs(), options: archive.options()),
                rules: RunRules(RuleSet(compiled), origin: .files), options: options,
                sink: { bytes in
                    for line in bytes.split(separator: 0x0A) {
                        if let entry = Labels.Entry(finding: Data(line)) { found.insert(entry) }
                    }
                })
            guard let result = try inspection.run() else { return 130 }
            let measured = rows(result, known, found)
            switch format {
            case .table: try Output().write(table(measured, conversations: result.coverage.conversations))
            case .json: try Output().write(json(measured, conversations: result.coverage.conversations))
            }
            if let failure = result.inputFailure {
                say(failure.phrase)
                return CommandFailure.inputOutput
            }
            return 0
        }

        /// What was counted for one rule.
        struct Row {
            var id: String
            var name: String
            var polarity: Polarity
            var counts: TallyCounts
            var score: Labels.Score?
            /// Hits in a thousand conversations, in hundredths, rounded.
            var perThousand: Int
        }

        private func rows(_ result: InspectionResult, _ labels: Labels?, _ found: Set<Labels.Entry>) -> [Row] {
            let scores = labels?.scores(found: found) ?? [:]
            let conversations = max(1, result.coverage.conversations)
            let table = result.tally.total
            return result.tally.rules.enumerated().map { index, rule in
                let counts = table.keys.isEmpty ? TallyCounts() : table[0, index]
                return Row(
                    id: rule.id.value, name: rule.name, polarity: rule.polarity, counts: counts,
                    score: scores[rule.id.value],
                    perThousand: (counts.hits * 100_000 + conversations / 2) / conversations)
            }
        }

        private func table(_ rows: [Row], conversations: Int) -> String {
            let language = Surroundings.language
            func word(_ english: String, _ chinese: String) -> String { Phrase(english, chinese).text(in: language) }
            var cells = [
                [
                    word("rule", "规则"), word("kind", "正负"), word("hits", "命中"), word("per 1,000", "每千会话"),
                    word("units hit", "命中单位"), word("applicable", "适用"), word("missed", "未达成"),
                ]
            ]
            if labels != nil {
                cells[0] += [
                    word("precision", "准确率"), word("recall", "召回率"), word("right", "对"), word("wrong", "错"),
                    word("lacking", "漏"),
                ]
            }
            for row in rows {
                var line = [
                    row.id, RuleWords.value(row.polarity.rawValue, of: "polarity", in: language),
                    String(row.counts.hits),
                    Self.hundredths(row.perThousand), String(row.counts.unitsHit), String(row.counts.unitsApplicable),
                    String(row.counts.missed),
                ]
                if labels != nil {
                    let score = row.score
                    line += [
                        score.map { "\($0.precision)%" } ?? "—", score.map { "\($0.recall)%" } ?? "—",
                        score.map { String($0.right) } ?? "—", score.map { String($0.wrong) } ?? "—",
                        score.map { String($0.lacking) } ?? "—",
                    ]
                }
                cells.append(line)
            }
            let widths = cells[0].indices.map { column in cells.map { Self.width($0[column]) }.max() ?? 0 }
            var text = ""
            for line in cells {
                let padded = line.enumerated().map { column, cell in
                    let space = String(repeating: " ", count: widths[column] - Self.width(cell))
                    return column < 2 ? cell + space : space + cell
                }
                text += padded.joined(separator: "  ") + "\n"
            }
            let negative = rows.filter { $0.polarity == .negative }.reduce(0) { $0 + $1.counts.hits }
            let rate = Self.hundredths((negative * 100_000 + conversations / 2) / max(1, conversations))
            return text
                + word(
                    "\(conversations) conversations; negative rules: \(negative) hits, \(rate) per 1,000 conversations\n",
                    "\(conversations) 个会话；负面规则命中 \(negative) 次，每千会话 \(rate) 次\n")
        }

        private func json(_ rows: [Row], conversations: Int) -> String {
            let list = rows.map { row in
                var members: [JSONText.Member] = [
                    .init("rule", .string(row.id)), .init("name", .string(row.name)),
                    .init("polarity", .string(row.polarity.rawValue)), .init("hits", .number(Int64(row.counts.hits))),
                    .init("hitsPer100000", .number(Int64(row.perThousand))),
                    .init("unitsHit", .number(Int64(row.counts.unitsHit))),
                    .init("unitsApplicable", .number(Int64(row.counts.unitsApplicable))),
                    .init("missed", .number(Int64(row.counts.missed))),
                ]
                if let score = row.score {
                    members += [
                        .init("right", .number(Int64(score.right))), .init("wrong", .number(Int64(score.wrong))),
                        .init("lacking", .number(Int64(score.lacking))),
                    ]
                }
                return JSONText.object(members)
            }
            let members: [JSONText.Member] = [
                .init("v", .number(1)), .init("conversations", .number(Int64(conversations))),
                .init("rules", .array(list)),
            ]
            return JSONText.object(members).pretty() + "\n"
        }

        private static func hundredths(_ value: Int) -> String {
            "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
        }

        private static func width(_ text: String) -> Int { CharacterClass.displayWidth(of: text) }
    }

    /// What a reviewer found in an archive.
    struct Labels {
        /// A rule's outcome in one conversation.
        struct Entry: Hashable {
            var rule: String
            var conversation: String
            var outcome: String
        }

        /// By conversation and outcome.
        struct Score {
            var right = 0
            var wrong = 0
            var lacking = 0

            /// In percent, rounded down; 100 where nothing was found.
            var precision: Int { right + wrong == 0 ? 100 : right * 100 / (right + wrong) }
            /// In percent, rounded down; 100 where nothing was to be found.
            var recall: Int { right + lacking == 0 ? 100 : right * 100 / (right + lacking) }
        }

        private struct Line: Decodable {
            struct Label: Decodable {
                var rule: String
                var outcome: String
            }

            var conversation: String
            var findings: [Label]
        }

        private let expected: Set<Entry>

        /// Reads lines `{"conversation": …, "findings": [{"rule": …, "outcome": …}]}`, at most 64 MiB.
        init(path: String) throws {
            let bytes: [UInt8]
            do {
                bytes = try RegularFile.read(path, limit: 64 << 20, followsLink: true)
            } catch let fault as RegularFile.Fault {
                throw CommandFailure(
                    code: CommandFailure.inputOutput,
                    phrase: Phrase(
                        "cannot read '\(visible(path))': \(fault.reason.english)",
                        "无法读取 “\(visible(path))”：\(fault.reason.chinese)"))
            }
            var expected: Set<Entry> = []
            for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
                guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
                    throw CommandFailure(
                        code: CommandFailure.badRules,
                        phrase: Phrase(
                            "line \(number + 1) of '\(visible(path))' is no label",
                            "“\(visible(path))” 第 \(number + 1) 行不是标注"))
                }
                for label in line.findings {
                    expected.insert(
                        Entry(rule: label.rule, conversation: line.conversation, outcome: label.outcome))
                }
            }
            self.expected = expected
        }

        /// By rule; only pairs of rule and outcome that are labelled anywhere are judged.
        func scores(found: Set<Entry>) -> [String: Score] {
            let labelled = Set(expected.map { [$0.rule, $0.outcome] })
            let found = found.filter { labelled.contains([$0.rule, $0.outcome]) }
            var scores: [String: Score] = [:]
            for entry in expected.union(found) {
                switch (expected.contains(entry), found.contains(entry)) {
                case (true, true): scores[entry.rule, default: Score()].right += 1
                case (false, _): scores[entry.rule, default: Score()].wrong += 1
                default: scores[entry.rule, default: Score()].lacking += 1
                }
            }
            return scores
        }
    }
}

extension CorpusCommand.Labels.Entry {
    /// The entry of a line of findings; a part of a conversation counts as the whole.
    fileprivate init?(finding line: Data) {
        struct Finding: Decodable {
            var rule: String
            var conversation: String
            var outcome: String
        }
        guard let finding = try? JSONDecoder().decode(Finding.self, from: line) else { return nil }
        self.init(
            rule: finding.rule, conversation: String(finding.conversation.prefix { $0 != "#" }),
            outcome: finding.outcome)
    }
}
