import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// The body of `similar`.
    mutating func similar(_ member: JSONMember) -> TextCondition.Kind? {
        guard let fields = fields(of: member.value, "similar", known: ["to", "floor"]) else { return nil }
        let texts = require(fields, "to").map { sentences($0) } ?? []
        let floor = fields["floor"].flatMap { count($0, from: 1, to: 100) }
        return texts.isEmpty
            ? nil : .similar(SimilarCondition(texts: texts, floor: floor ?? SimilarCondition.standardFloor))
    }

    /// Sentences to compare with: one or a list, each of two characters or more.
    private mutating func sentences(_ member: JSONMember) -> [String] {
        var found: [PlacedPhrase] = []
        if case .string = member.value.content {
            let single = text(member, scalars: RuleLimits.phraseScalars)
            found = single.map { [PlacedPhrase(text: $0, range: member.value.range)] } ?? []
        } else {
            found = phrases(member)
        }
        if found.count > RuleLimits.sentences {
            overLimit(found[RuleLimits.sentences].range, member.key, RuleLimits.sentences)
        }
        for phrase in found where phrase.text.unicodeScalars.count < 2 {
            diagnose(
                .outOfRange, phrase.range,
                Phrase(
                    "'\(quoted(phrase.text))' is too short to be alike to anything",
                    "“\(quoted(phrase.text))” 太短，无法比较相似度"),
                help: Phrase("write two characters or more, or use \"keywords\"", "至少写两个字，或改用 \"keywords\""))
        }
        return found.map(\.text)
    }
}
