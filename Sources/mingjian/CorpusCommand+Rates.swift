import Archives
import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection

extension CorpusCommand {
    /// `mingjian corpus rates`: how often each rule hits, and how often it is right.
    struct Rates: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case table, json
        }

        static let configuration = CommandConfiguration(
            abstract: "Says how often each rule hits, and with labels how often it is right. 命中率与准确率",
            discussion: """
                On dialogues that are known to be good, hits of negative rules are false
                alarms. Labels are lines as in Corpora/labelled; a rule and outcome that
                carries no label is not judged. Right, wrong and lacking are counted by
                conversation and outcome.

                Examples:
                  mingjian corpus rates Corpora/clean/conversations.ndjson
                  mingjian corpus rates Corpora/labelled/open/conversations.ndjson \\
                    --labels Corpora/labelled/open/labels.ndjson

                Exit codes: 0 done; 65 more records are bad than --max-bad; 66 rules or labels
                invalid; 74 input or output.
                """)

        @OptionGroup var archive: ArchiveArguments

        @Option(help: "Rule files or directories (may be repeated; default: Rules).")
        var rules: [String] = []

        @Option(help: "What a reviewer found, one line a conversation.")
        var labels: String?

        @Option(help: "table or json.")
        var format = Format.table

        @Option(parsing: .unconditional, help: "Percent of bad records above which the exit code is 65.")
        var maxBad = 0.1

        func run() throws {
            try mingjian.run { try measure() }
        }

        private func measure() throws -> Int32 {
            try checkBadRecordLimit(maxBad)
            let policy = try archive.policy()
            let compiled = try RuleSources(paths: rules.isEmpty ? ["Rules"] : rules).compiled(policy: policy)
            let known = try labels.map { try Labels(path: $0) }
            let unknown = known?.rules(besides: Set(compiled.summaries.map(\.id.value))) ?? []
            if !unknown.isEmpty {
                let names = unknown.prefix(5).map(visible).joined(separator: ", ") + (unknown.count > 5 ? " …" : "")
                say(
                    Phrase(
                        "labels of rules that are not among these count for nothing: \(names)",
                        "标注了不在其中的规则，不计入：\(names)"), severity: "note")
            }
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
            tellOfRecords(result)
            archive.tellOfMapping(among: result.coverage.sources)
            if let failure = result.inputFailure {
                say(failure.phrase)
                return CommandFailure.inputOutput
            }
            return hasTooManyBadRecords(result, limit: maxBad) ? CommandFailure.badData : 0
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
    }
}
