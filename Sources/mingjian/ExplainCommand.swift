import Archives
import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import RuleLanguage

/// `mingjian explain`: why a rule says what it says of a conversation.
struct ExplainCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says why a rule hits a conversation, or what was near. 解释判定",
        discussion: """
            A part of a conversation that was closed in between is named by its number: id#2.

            Examples:
              mingjian explain --rule opening --conversation ys-0302-002 Corpora/demo/conversations.ndjson
              mingjian explain --rule slow-reply --conversation c-7#2 archive.ndjson --format json

            Exit codes: 0 explained; 1 no such conversation; 64 no such rule; 66 rules invalid.
            """)

    @OptionGroup var archive: ArchiveArguments

    @Option(help: "Id of the rule.")
    var rule: String

    @Option(help: "Id of the conversation, or of a part of it: id#2.")
    var conversation: String

    @Option(help: "Rule files or directories (may be repeated).")
    var rules: [String] = ["Rules"]

    @Option(help: "text or json (one object a unit and line).")
    var format = Format.text

    @Option(help: "The shop's name where the archive has none; part of finding ids.")
    var shop = ""

    @Option(help: "Roster (CSV): its groups are no agents in hand-overs.")
    var roster: String?

    @Option(help: "What was not closed at this instant (RFC 3339) is cut off.")
    var asOf: String?

    func run() throws {
        try mingjian.run { try explain() }
    }

    private func explain() throws -> Int32 {
        let sources = try RuleSources(paths: rules)
        let policy = try archive.policy()
        PolicyArguments.tellOfHours(sources.rules.filter { $0.id.value == rule }, in: policy)
        let compiled = try sources.compiled(policy: policy)
        guard let rule = sources.rules.first(where: { $0.id.value == rule }) else {
            throw CommandFailure(
                code: CommandFailure.usage,
                phrase: unknownRule(among: sources.rules.map(\.id.value)))
        }
        let evaluator = try Evaluator(compiled)
        if let asOf { evaluator.asOf = try SelectionArguments.instant(asOf).milliseconds }
        guard let explanations = try explanations(of: rule, evaluator) else {
            throw CommandFailure(
                code: 1,
                phrase: Phrase(
                    "no conversation '\(conversation)' in the archive", "存档中没有会话 “\(conversation)”"))
        }
        let output = Output()
        let usesColor = Surroundings.usesColour(STDOUT_FILENO)
        if explanations.isEmpty, format == .text {
            say(
                Phrase(
                    "no agent speaks in it, so a rule on stays has nothing to judge",
                    "会话中没有客服发言，接待段规则无可评判"), severity: "note")
        }
        for (index, explanation) in explanations.enumerated() {
            switch format {
            case .json: try output.write(explanation.json + "\n")
            case .text:
                let text = explanation.text(in: Surroundings.language, usesColor: usesColor)
                try output.write((index > 0 ? "\n" : "") + text)
            }
        }
        return 0
    }

    /// Reads until the conversation comes; nil where it does not.
    private func explanations(
        of rule: Rule, _ evaluator: Evaluator
    ) throws -> [Explanation]? {
        let inputs = try archive.inputs()
        let lines = try openArchive(inputs, options: archive.options())
        // What comes behind the conversation is not read, and may be a table.
        defer { if lines.sources.count == inputs.count { archive.tellOfMapping(among: lines.sources) } }
        let reader = BlockReader(lines, largestRecord: archive.maxLine)
        let parser = NDJSONParser(isStrict: archive.strictJSON, facts: evaluator.rules.facts)
        let block = ArchiveBlock()
        let groups = try rosterGroups()
        let zone = evaluator.rules.policy.zone
        var visits = evaluator.rules.facts.contains(.previous) ? PreviousVisits(evaluator.rules.policy) : nil
        // An id may hold a # of its own: the whole name is tried first.
        let base = conversation.lastIndex(of: "#").map { conversation[..<$0] }
        while try reader.next(block) {
            parser.parse(block)
            let previous = visits?.take((0..<parser.conversationCount).map { parser.visit($0, zone: zone) })
            for index in 0..<parser.conversationCount {
                let id = parser.key(index).id
                let isWhole = id.elementsEqual(conversation.utf8)
                guard isWhole || base.map({ id.elementsEqual($0.utf8) }) ?? false else { continue }
                evaluator.begin()
                var row = parser.row(
                    index, into: evaluator.table, names: &evaluator.names, zone: zone,
                    isGroup: { groups.contains(String(decoding: $0, as: UTF8.self)) })
                row.facts.previous = previous?[index]
                evaluator.scan()
                let all = evaluator.explain(rule, of: row, defaultShop: shop)
                if isWhole { return all }
                let part = all.filter { $0.conversation == conversation }
                if !part.isEmpty { return part }
            }
        }
        return nil
    }

    private func rosterGroups() throws -> Set<String> {
        guard let roster else { return [] }
        return Set(try SelectionArguments.readRoster(roster, isQuiet: false).entries.compactMap(\.group))
    }

    private func unknownRule(among ids: [String]) -> Phrase {
        let phrase = Phrase("no rule '\(rule)' in the rules given", "所给规则中没有 “\(rule)”")
        guard let near = didYouMean(rule, among: ids) else { return phrase }
        return Phrase("\(phrase.english); did you mean '\(near)'?", "\(phrase.chinese)；是不是想写 “\(near)”？")
    }
}
