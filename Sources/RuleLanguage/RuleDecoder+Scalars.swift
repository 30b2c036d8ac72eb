import ConversationModel
import Diagnostics

extension RuleDecoder {
    mutating func string(_ member: JSONMember) -> String? {
        if case .string(let text) = member.value.content { return text }
        wrongType(member.value, member.key, .string)
        return nil
    }

    mutating func boolean(_ member: JSONMember) -> Bool? {
        if case .bool(let value) = member.value.content { return value }
        wrongType(member.value, member.key, .boolean)
        return nil
    }

    /// A string of 1 to `scalars` Unicode scalars.
    mutating func text(_ member: JSONMember, scalars: Int) -> String? {
        guard let text = string(member) else { return nil }
        let count = text.unicodeScalars.count
        if count == 0 || count > scalars {
            diagnose(
                count == 0 ? .outOfRange : .limit, member.value.range,
                Phrase(
                    "'\(member.key)' has \(count) characters; expected 1 to \(scalars)",
                    "“\(member.key)” 有 \(count) 个字符，应为 1 到 \(scalars) 个"))
            return nil
        }
        return text
    }

    mutating func requiredText(_ fields: Fields, _ key: String, scalars: Int) -> String? {
        require(fields, key).flatMap { text($0, scalars: scalars) }
    }

    mutating func list(_ member: JSONMember) -> [JSONValue]? {
        guard case .array(let elements) = member.value.content else {
            wrongType(member.value, member.key, .list)
            return nil
        }
        return elements
    }

    // MARK: Words

    mutating func choice<Value: RawRepresentable<String>>(
        _ member: JSONMember, _ words: [String]
    ) -> Value? {
        word(member.value, words, name: member.key).flatMap(Value.init(rawValue:))
    }

    mutating func choice(_ value: JSONValue, _ words: [String], name: String) -> String? {
        word(value, words, name: name)
    }

    /// One of `words`, diagnosed with the nearest of them where it is none.
    ///
    /// - Parameter form: how an object is written that may stand in place of a word.
    mutating func word(_ value: JSONValue, _ words: [String], name: String, or form: String? = nil) -> String? {
        let forms = form.map { [$0] } ?? []
        guard case .string(let text) = value.content else {
            let list = words.map { "\"\($0)\"" } + forms
            wrongType(
                value, name, Phrase(alternatives(list, " or "), alternatives(list, " 或 ")))
            return nil
        }
        if words.contains(text) { return text }
        let list = words.map { "'\($0)'" } + forms
        var help = Phrase(
            "one of \(alternatives(list, " or "))", "可用：\(alternatives(list, " 或 "))")
        if let near = ChineseWords.meant(by: text, among: words) ?? didYouMean(text, among: words) {
            help = Phrase("did you mean '\(near)'?", "是不是想写 “\(near)”？")
        }
        diagnose(
            .badValue, value.range,
            Phrase(
                "'\(quoted(text))' is no value of '\(name)'",
                "“\(quoted(text))” 不是 \(name) 的可用值"),
            help: help)
        return nil
    }

    private func alternatives(_ words: [String], _ last: String) -> String {
        guard let final = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + last + final
    }

    mutating func foldLevel(_ member: JSONMember) -> FoldLevel? {
        return choice(member, FoldLevel.allCases.map(\.rawValue))
    }

    // MARK: Numbers and durations

    /// A whole number, or the parameter that stands for one.
    mutating func integer(_ member: JSONMember, in range: ClosedRange<Int64>) -> Int64? {
        integer(member.value, name: member.key, in: range)
    }

    mutating func integer(
        _ value: JSONValue, name: String, in range: ClosedRange<Int64>
    ) -> Int64? {
        let number: Int64
        switch value.content {
        case .number(let text):
            guard let parsed = Int64(text) else {
                if isWhole(text) {
                    outOfRange(value.range, name, text, range)
                } else {
                    wrongType(value, name, .wholeNumber)
                }
                return nil
            }
            number = parsed
        case .string(let text) where parameterName(text) != nil:
            guard let parameter = parameter(in: text, value.range, .integer),
                case .number(let given) = parameter.value
            else { return nil }
            number = given
        default:
            wrongType(value, name, .wholeNumber)
            return nil
        }
        guard range.contains(number) else {
            outOfRange(value.range, name, String(number), range)
            return nil
        }
        return number
    }

    /// Whether a JSON number has neither fraction nor exponent, however many digits it has.
    func isWhole(_ number: String) -> Bool {
        number.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    mutating func outOfRange(_ place: SourceRange, _ name: String, _ number: String, _ range: ClosedRange<Int64>) {
        diagnose(
            .outOfRange, place,
            Phrase(
                "'\(name)' is \(quoted(number)); expected \(range.lowerBound) to \(range.upperBound)",
                "“\(name)” 是 \(quoted(number))，应在 \(range.lowerBound) 到 \(range.upperBound) 之间"))
    }

    /// A count as the syntax tree holds it.
    mutating func count(
        _ member: JSONMember, from minimum: Int64 = 1, to maximum: Int = RuleLimits.count
    ) -> Int? {
        integer(member, in: minimum...Int64(maximum)).map(Int.init)
    }

    /// Milliseconds of `"30s"`, or of the parameter that stands for them.
    mutating func duration(_ member: JSONMember) -> Int64? {
        duration(member.value, name: member.key)
    }

    mutating func duration(_ value: JSONValue, name: String) -> Int64? {
        let help = Phrase(
            "write it like \"30s\", \"3m\", \"1h30m\" (ms, s, m, h, d), at most 366d",
            "写法如 \"30s\"、\"3m\"、\"1h30m\"（ms、s、m、h、d），最长 366d")
        guard case .string(let text) = value.content else {
            wrongType(value, name, Phrase("a duration", "时长"), help: help)
            return nil
        }
        if parameterName(text) != nil {
            guard let parameter = parameter(in: text, value.range, .duration),
                case .number(let given) = parameter.value
            else { return nil }
            return given
        }
        if let milliseconds = DurationText.milliseconds(text) { return milliseconds }
        diagnose(
            .badDuration, value.range,
            Phrase("'\(quoted(text))' is no duration", "“\(quoted(text))” 不是合法的时长"), help: help)
        return nil
    }
}
