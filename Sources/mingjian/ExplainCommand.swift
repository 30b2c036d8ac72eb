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
            A part of a conversation that was closed in between is named by its number:
            id#2. Each part is explained by the rules that judge it: with --versions of
            the version of its day, with schemes that of its group.

            Examples:
              mingjian explain --rule opening --conversation ys-0302-002 \\
                  Corpora/demo/conversations.ndjson
              mingjian explain --rule slow-reply --conversation c-7#2 archive.ndjson \\
                  --format json
              mingjian explain --rule slow-reply --conversation c-7 archive.ndjson \\
                  --versions store

            Exit codes: 0 explained; 1 no such conversation; 64 no such rule; 66 rules
            invalid.
            """)

    @OptionGroup var archive: ArchiveArguments

    @Option(help: "Id of the rule.")
    var rule: String

    @Option(help: "Id of the conversation, or of a part of it: id#2.")
    var conversation: String

    @OptionGroup var rules: RulesArguments

    @Option(help: "text or json (one object a unit and line).")
    var format = Format.text

    @Option(help: "The shop's name where the archive has none; part of finding ids.")
    var shop = ""

    @Option(help: "Roster (CSV): whose group an agent belongs to; its groups are no agents in hand-overs.")
    var roster: String?

    @Option(help: "What was not closed at this instant (RFC 3339) is cut off.")
    var asOf: String?

    func run() throws {
        try mingjian.run { try explain() }
    }

    private func explain() throws -> Int32 {
        let policy = try RulesArguments.policy(
            archive.time, versions: rules.versions, asVersion: rules.asVersion, cuts: archive.cut)
        let explained = try ExplainedRules(
            rules, policy: policy, asOf: try asOf.map { try SelectionArguments.instant($0) })
        guard let explanations = try explanations(by: explained, policy: policy) else {
            throw CommandFailure(
                code: 1,
                phrase: Phrase(
                    "no conversation '\(conversation)' in the archive", "存档中没有会话 “\(conversation)”"))
        }
        let output = Output()
        let usesColor = Surroundings.usesColor(STDOUT_FILENO)
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
    private func explanations(by rules: ExplainedRules, policy: TimePolicy) throws -> [Explanation]? {
        let zone = policy.zone
        // Whoever names a rule that nobody has need not wait for the archive to be read.
        let sample = try rules.judge(at: nil, group: nil)
        if !rules.differ {
            guard let rule = sample.rules.first(where: { $0.id.value == rule }) else { throw unknownRule(in: rules) }
            PolicyArguments.tellOfHours([rule], in: sample.evaluator.rules.policy)
        }
        let roster = try roster.map { try SelectionArguments.readRoster($0, isQuiet: false) }
        let inputs = try archive.inputs()
        let closings = try RulesArguments.closings(
            versions: self.rules.versions, asVersion: self.rules.asVersion, policy: policy)
        let lines = try openArchive(inputs, options: archive.options(policy: policy, policyAt: closings))
        // What comes behind the conversation is not read, and may be a table.
        defer { if lines.sources.count == inputs.count { archive.tellOfMapping(among: lines.sources) } }
        let reader = BlockReader(lines, largestRecord: archive.maxLine)
        let facts = rules.differ ? FactKinds.all : sample.evaluator.rules.facts
        let parser = NDJSONParser(isStrict: archive.strictJSON, facts: facts)
        let block = ArchiveBlock()
        let groups = Set(roster?.entries.compactMap(\.group) ?? [])
        let pinning = GroupPinning(roster: roster, agents: rules.agents)
        var visits = facts.contains(.previous) ? PreviousVisits(sample.evaluator.rules.policy) : nil
        // An id may hold a # of its own: the whole name is tried first.
        let base = conversation.lastIndex(of: "#").map { conversation[..<$0] }
        while try reader.next(block) {
            parser.parse(block)
            let previous = visits?.take((0..<parser.conversationCount).map { parser.visit($0, zone: zone) })
            for index in 0..<parser.conversationCount {
                let id = parser.key(index).id
                let isWhole = id.elementsEqual(conversation.utf8)
                guard isWhole || base.map({ id.elementsEqual($0.utf8) }) ?? false else { continue }
                let found = FoundConversation(shop: shop) { table in
                    var row = parser.row(
                        index, into: table, names: &rules.agents.table, zone: zone,
                        isGroup: { groups.contains(String(decoding: $0, as: UTF8.self)) })
                    row.facts.previous = previous?[index]
                    return row
                }
                let parts = try found.parts(by: rules, pinning, zone: zone)
                let wanted = isWhole ? parts : parts.filter { $0.name == conversation }
                if isWhole || !wanted.isEmpty { return try explanations(of: wanted, in: found, by: rules) }
            }
        }
        return nil
    }

    /// The explanations of parts, each by the rules that judge it; says where those do not have the rule.
    private func explanations(
        of parts: [FoundConversation.Part], in found: FoundConversation, by rules: ExplainedRules
    ) throws -> [Explanation] {
        var result: [Explanation] = []
        var isKnown = parts.isEmpty
        for part in parts {
            guard let rule = part.judge.rules.first(where: { $0.id.value == self.rule }) else {
                if rules.knownRules.contains(self.rule) {
                    isKnown = true
                    tell(part)
                }
                continue
            }
            isKnown = true
            if rules.differ { PolicyArguments.tellOfHours([rule], in: part.judge.evaluator.rules.policy) }
            let own = found.explain(rule, part)
            if own.isEmpty, format == .text {
                say(
                    Phrase(
                        "no agent speaks in it, so a rule on stays has nothing to judge",
                        "会话中没有客服发言，接待段规则无可评判"), severity: "note")
            }
            result += own
        }
        guard isKnown else { throw unknownRule(in: rules) }
        return result
    }

    private func tell(_ part: FoundConversation.Part) {
        let basis = part.basis?.phrase ?? Phrase("", "")
        say(
            Phrase(
                "'\(part.name)' is not judged by the rule '\(rule)': \(basis.english) does not have it",
                "“\(part.name)” 不按规则 “\(rule)” 评判：\(basis.chinese)没有它"), severity: "note")
    }

    private func unknownRule(in rules: ExplainedRules) -> CommandFailure {
        var phrase = Phrase("no rule '\(rule)' in the rules given", "所给规则中没有 “\(rule)”")
        if let near = didYouMean(rule, among: rules.knownRules) {
            phrase = Phrase(
                "\(phrase.english); did you mean '\(near)'?", "\(phrase.chinese)；是不是想写 “\(near)”？")
        }
        return CommandFailure(code: CommandFailure.usage, phrase: phrase)
    }
}
