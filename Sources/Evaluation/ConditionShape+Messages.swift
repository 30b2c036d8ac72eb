import Diagnostics
import RuleLanguage

extension ConditionShape {
    /// Why no match of the condition is ever a message; nil where one may be.
    ///
    /// A `not`, a bound from above and what is asked of the whole unit are true or false, and no message is theirs.
    var namesNoMessage: Phrase? {
        switch normal.kind {
        case .not: return Phrase("a 'not' points at no message", "not 不指向任何一条消息")
        case .unit:
            return Phrase("a condition on the whole conversation points at no message", "针对整段会话的条件不指向任何一条消息")
        case .count(let count):
            if case .atLeast = count.bound { return children[0].namesNoMessage }
            return Phrase(
                "only a count of 'atLeast' points at a message, the last one that is needed",
                "只有 atLeast 的计数指向一条消息（数满的那一条）")
        case .any:
            let reasons = children.map(\.namesNoMessage)
            return reasons.contains { $0 == nil } ? nil : reasons.first ?? nil
        case .all: return (subject ?? children.first)?.namesNoMessage
        case .unless: return children[0].namesNoMessage
        case .scope: return children[1].namesNoMessage
        case .message, .expectation, .silence, .gap, .sequence: return nil
        }
    }

    /// Warnings of the parts of a duty that only messages can play and that have none; scopes and sequences are refused then.
    var partsWithoutMessages: [Diagnostic] {
        guard case .expectation = normal.kind else { return [] }
        let names = [Phrase("the trigger", "触发条件"), Phrase("the answer", "预期的回复"), Phrase("the excuse", "延时理由")]
        return zip(children, names).compactMap { part, name in
            part.namesNoMessage.map { reason in
                Diagnostic(
                    .neverTrue, severity: .warning,
                    Phrase(
                        "\(name.english) can be no message: \(reason.english)",
                        "\(name.chinese)不可能是任何消息：\(reason.chinese)"),
                    help: Phrase(
                        "to say what the message is not, put the 'not' into it: {\"message\": {\"from\": …, \"not\": {…}}}",
                        "要说明消息不含什么，请把 not 写进 message：{\"message\": {\"from\": …, \"not\": {…}}}"),
                    at: RuleChecks.head(part.place))
            }
        }
    }
}
