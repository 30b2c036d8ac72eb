import Diagnostics

extension RuleDecoder {
    /// `"vague": {"一会儿": "10m"}`: what words without a number promise.
    mutating func vagueWords(_ member: JSONMember) -> [Promise.Word] {
        guard case .object(let members) = member.value.content else {
            wrongType(
                member.value, member.key,
                Phrase("an object like {\"一会儿\": \"10m\"}", "{\"一会儿\": \"10m\"} 这样的对象"))
            return []
        }
        if members.isEmpty { emptyList(member) }
        if members.count > RuleLimits.promiseWords {
            diagnose(
                .limit, member.value.head,
                Phrase(
                    "'vague' has \(members.count) words; at most \(RuleLimits.promiseWords)",
                    "“vague” 有 \(members.count) 个词，最多 \(RuleLimits.promiseWords) 个"))
            return []
        }
        var seen: Set<String> = []
        return members.compactMap { word in
            guard !word.key.isEmpty, word.key.unicodeScalars.count <= RuleLimits.phraseScalars else {
                diagnose(
                    word.key.isEmpty ? .outOfRange : .limit, word.keyRange,
                    Phrase(
                        "a word of 'vague' has 1 to \(RuleLimits.phraseScalars) characters",
                        "“vague” 里的词应为 1 到 \(RuleLimits.phraseScalars) 个字符"))
                return nil
            }
            guard seen.insert(word.key).inserted else {
                let key = quoted(word.key)
                diagnose(
                    .duplicateKey, word.keyRange,
                    Phrase("'\(key)' is given twice in 'vague'", "vague 里重复写了 “\(key)”"),
                    help: Phrase("keep one of them", "只保留一个"))
                return nil
            }
            guard let limit = duration(word.value, name: word.key) else { return nil }
            guard limit > 0 else {
                diagnose(
                    .outOfRange, word.value.range,
                    Phrase("a promise of 0s cannot be kept", "承诺时长不能为 0"))
                return nil
            }
            return Promise.Word(word.key, limit: limit)
        }
    }

    /// Vague words say nothing where the limit is written.
    mutating func checkVague(_ fields: Fields) {
        guard let vague = fields["vague"] else { return }
        if case .string("promised")? = fields["time"]?.value.content { return }
        diagnose(
            .missingField, vague.keyRange,
            Phrase(
                "'vague' says nothing without \"time\": \"promised\"",
                "没有 \"time\": \"promised\"，“vague” 不起作用"),
            help: Phrase(
                "add \"time\": \"promised\" beside it, or remove it", "在旁边加上 \"time\": \"promised\"，或删掉它"))
    }

    /// What longer waits count as: not less than the limit, or none would be late.
    mutating func cap(_ member: JSONMember, of expectation: Expectation) -> Int64? {
        guard let cap = duration(member) else { return nil }
        if cap == 0 {
            diagnose(
                .outOfRange, member.value.range,
                Phrase("'cap' is 0s: every wait would count as none", "“cap” 是 0s，所有等待都会计为 0"))
        } else if let time = expectation.time, cap < time {
            impossibleWindow(
                member.value.range,
                Phrase("'cap' is less than 'time', so that no wait is late", "“cap” 小于 “time”，没有等待会超时"))
        }
        return cap
    }
}
