import ConversationModel
import Foundation

/// One half of the labelled corpus and how well the rules do on it.
struct LabelledCorpus {
    /// What was found and what a reviewer found, per rule, counted by conversation and outcome.
    struct Score: Equatable {
        var right = 0
        var wrong = 0
        var lacking = 0

        /// In percent, rounded down; 100 where nothing was found.
        var precision: Int { right + wrong == 0 ? 100 : right * 100 / (right + wrong) }
        /// In percent, rounded down; 100 where nothing was to be found.
        var recall: Int { right + lacking == 0 ? 100 : right * 100 / (right + lacking) }
    }

    private struct Entry: Hashable {
        var rule: String
        var conversation: String
        var outcome: String
    }

    private struct Line: Decodable {
        struct Label: Decodable {
            var rule: String
            var outcome: String
        }

        var conversation: String
        var findings: [Label]
    }

    /// By rule; only rules that carry labels.
    let scores: [String: Score]
    /// The mistakes of each rule, for whoever tunes one: `+` is wrong, `-` is lacking.
    let mistakes: [String: [String]]

    /// `half` is `open` or `frozen`.
    init(half: String) throws {
        let folder = "Corpora/labelled/\(half)/"
        var expected: Set<Entry> = []
        for line in try contents(folder + "labels.ndjson").split(separator: 0x0A) {
            let line = try JSONDecoder().decode(Line.self, from: Data(line))
            for label in line.findings {
                expected.insert(
                    Entry(
                        rule: label.rule, conversation: line.conversation, outcome: label.outcome))
            }
        }
        let labelled = Set(expected.map(\.rule))
        var found: Set<Entry> = []
        for finding in try findings(in: folder + "conversations.ndjson") {
            guard labelled.contains(finding.rule.value) else { continue }
            // Not inviting is labelled as no miss: another rule's business.
            if finding.rule.value == "single-invitation", finding.outcome == .missed { continue }
            let id = finding.conversation.prefix { $0 != "#" }
            found.insert(
                Entry(
                    rule: finding.rule.value, conversation: String(id),
                    outcome: finding.outcome.rawValue))
        }
        var scores: [String: Score] = [:]
        var mistakes: [String: [String]] = [:]
        for entry in expected.union(found) {
            switch (expected.contains(entry), found.contains(entry)) {
            case (true, true): scores[entry.rule, default: Score()].right += 1
            case (false, _):
                scores[entry.rule, default: Score()].wrong += 1
                mistakes[entry.rule, default: []].append("+\(entry.conversation) \(entry.outcome)")
            default:
                scores[entry.rule, default: Score()].lacking += 1
                mistakes[entry.rule, default: []].append("-\(entry.conversation) \(entry.outcome)")
            }
        }
        self.scores = scores
        self.mistakes = mistakes.mapValues { $0.sorted() }
    }

    /// A table for people, with the mistakes where `showsMistakes`.
    func table(showsMistakes: Bool) -> String {
        var out = "rule                       precision  recall  right  wrong  lacking\n"
        for rule in scores.keys.sorted() {
            let score = scores[rule] ?? Score()
            func cell(_ number: Int, _ width: Int) -> String {
                let digits = String(number)
                return String(repeating: " ", count: max(1, width - digits.count)) + digits
            }
            out += rule + String(repeating: " ", count: max(1, 27 - rule.count))
            out += cell(score.precision, 9) + cell(score.recall, 8) + cell(score.right, 7)
            out += cell(score.wrong, 7) + cell(score.lacking, 9) + "\n"
            if showsMistakes, let list = mistakes[rule] {
                out += "    " + list.joined(separator: ", ") + "\n"
            }
        }
        return out
    }
}
