import Diagnostics

/// Texts of rule files that are shown to people: names, titles, reasons, summaries.
///
/// Keywords and other texts that are compared with messages are none: they may hold whatever messages do.
extension RuleDecoder {
    /// A name of one line, of 1 to `RuleLimits.nameScalars` Unicode scalars.
    mutating func label(_ member: JSONMember) -> String? {
        text(member, scalars: RuleLimits.nameScalars).flatMap { shown($0, member, lines: false) }
    }

    mutating func requiredLabel(_ fields: Fields, _ key: String) -> String? {
        require(fields, key).flatMap { label($0) }
    }

    /// A text of one or more lines, of 1 to `RuleLimits.summaryScalars` Unicode scalars.
    mutating func summary(_ member: JSONMember) -> String? {
        text(member, scalars: RuleLimits.summaryScalars).flatMap { shown($0, member, lines: true) }
    }

    /// `text`, nil where it holds what a terminal would obey; what hides in it is warned of.
    private mutating func shown(_ text: String, _ member: JSONMember, lines: Bool) -> String? {
        let scalars = text.unicodeScalars
        let isAllowed: (Unicode.Scalar) -> Bool = { lines && ($0 == "\n" || $0 == "\r" || $0 == "\t") }
        if let control = scalars.first(where: { isControl($0) && !isAllowed($0) }) {
            let name = codePoint(control)
            diagnose(
                .controlCharacter, member.value.range,
                Phrase(
                    "'\(member.key)' holds the control character \(name)", "“\(member.key)” 里有控制字符 \(name)"),
                help: Phrase("remove it", "请删掉它"))
            return nil
        }
        if let hidden = scalars.first(where: { isHidden($0) && !isControl($0) }) {
            let name = codePoint(hidden)
            diagnose(
                .hiddenCharacter, severity: .warning, member.value.range,
                Phrase(
                    "'\(member.key)' holds \(name), which cannot be seen and may turn the text around",
                    "“\(member.key)” 里有看不见的字符 \(name)，它可能改变文字的显示顺序"),
                help: Phrase("remove it", "请删掉它"))
        }
        return text
    }

    private func codePoint(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
