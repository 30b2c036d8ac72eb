import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// Distinct matches are counted, and of messages: what they say is compared.
    mutating func checkDistinct(_ member: JSONMember, _ bound: JSONMember, _ of: Condition?) {
        if bound.key == "share" || bound.key == "every" {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "'\(bound.key)' counts messages, not what they say", "“\(bound.key)” 按消息计算，不能与 “distinct” 同用"),
                help: Phrase("use 'atLeast' or 'atMost', or remove 'distinct'", "请用 atLeast 或 atMost，或删掉 distinct"))
        } else if let of, !isOfMessages(of) {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "'distinct' compares what messages say, but 'of' is no condition on messages",
                    "“distinct” 比较消息里说的内容，但 of 不是针对消息的条件"),
                help: Phrase(
                    "use 'message', 'scope', or 'any', 'all', 'unless' of them in 'of'",
                    "of 请用 message、scope，或由它们组成的 any、all、unless"))
        }
    }
}
