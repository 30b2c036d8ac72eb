import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// The body of `repeats`.
    mutating func repeats(_ member: JSONMember) -> Repeats? {
        guard
            let fields = fields(
                of: member.value, "repeats",
                known: ["of", "similarity", "lookBack", "times", "minLength", "minGap", "allow"])
        else { return nil }
        var result = Repeats()
        if let of = fields["of"] {
            let words = ["self", "side", "buyer", "agent", "assistant", "bot"]
            switch word(of.value, words, name: of.key) {
            case "self"?, nil: break
            case "side"?: result.of = .side
            case let name?: result.of = Self.speaker(named: name).map { .speaker($0) } ?? .sender
            }
        }
        if let member = fields["similarity"] {
            result.similarity = count(member, from: 1, to: 100) ?? result.similarity
        }
        if let member = fields["lookBack"] {
            result.lookBack = count(member, to: RuleLimits.lookBack) ?? result.lookBack
        }
        if let member = fields["times"] {
            result.times = count(member, from: 2, to: RuleLimits.lookBack + 1) ?? result.times
            if result.times > result.lookBack + 1 {
                impossibleWindow(
                    member.value.range,
                    Phrase(
                        "'times' is more than the messages of 'lookBack' and this one",
                        "“times” 超过了 “lookBack” 条加上这一条"))
            }
        }
        if let member = fields["minLength"] {
            result.minimumLength = count(member, from: 0, to: Repeats.comparedScalars) ?? 0
        }
        if let member = fields["minGap"] { result.minimumGap = duration(member) ?? 0 }
        if let member = fields["allow"] { result.allow = phrases(member).map(\.text) }
        return result
    }
}
