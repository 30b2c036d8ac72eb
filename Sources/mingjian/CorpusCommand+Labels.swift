import ConversationModel
import Diagnostics
import Foundation

extension CorpusCommand {
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

            /// In percent, rounded down; nil where nothing was found.
            var precision: Int? { right + wrong == 0 ? nil : right * 100 / (right + wrong) }
            /// In percent, rounded down; nil where nothing was to be found.
            var recall: Int? { right + lacking == 0 ? nil : right * 100 / (right + lacking) }
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
            } catch {
                throw CommandFailure(
                    code: CommandFailure.inputOutput,
                    phrase: Phrase(
                        "cannot read '\(visible(path))': \(error.reason.english)",
                        "无法读取 “\(visible(path))”：\(error.reason.chinese)"))
            }
            var expected: Set<Entry> = []
            for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
                guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)),
                    line.findings.allSatisfy({ FindingOutcome(rawValue: $0.outcome) != nil })
                else {
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

        /// The rules that are labelled and are none of these, sorted.
        func rules(besides known: Set<String>) -> [String] { Set(expected.map(\.rule)).subtracting(known).sorted() }

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
    init?(finding line: Data) {
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
