import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let gapKeys = ["of", "after", "since", "min", "max"]

    /// The body of `gap`.
    mutating func gap(_ value: JSONValue) -> Gap? {
        guard let fields = fields(of: value, "gap", known: Self.gapKeys) else { return nil }
        let of = require(fields, "of").flatMap { side($0.value, "of") }
        let after = fields["after"].map { sides($0) }
        let since: Gap.Since? = fields["since"].flatMap { choice($0, Gap.Since.allCases.map(\.rawValue)) }
        let minimum = require(fields, "min").flatMap { duration($0) }
        let maximum = fields["max"].flatMap { duration($0) }
        if minimum == 0, let member = fields["min"] {
            diagnose(.outOfRange, member.value.range, Phrase("a gap of 0s is none", "间隔时长不能为 0"))
        }
        if let minimum, let maximum, maximum < minimum, let member = fields["max"] {
            impossibleWindow(member.value.range, Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
        }
        if since == .firstUnanswered, let of, let member = fields["after"], after?.contains(of) == true {
            diagnose(
                .conflictingFields, member.value.range,
                Phrase(
                    "a side's own message is never unanswered by it", "一方自己的消息不会是它“未回复”的消息"),
                help: Phrase(
                    "name another side in 'after', or use \"since\": \"previous\"",
                    "“after” 请写对方，或改用 \"since\": \"previous\""))
        }
        guard let of, let minimum, after?.isEmpty != true else { return nil }
        return Gap(of: of, after: after, since: since ?? .previous, minimum: minimum, maximum: maximum)
    }

    /// One side that talks.
    private mutating func side(_ value: JSONValue, _ name: String) -> Speaker? {
        word(value, ["buyer", "agent", "assistant", "bot"], name: name).flatMap { Self.speaker(named: $0) }
    }

    /// One side, or a list of them that is not empty; sorted, without repeats.
    private mutating func sides(_ member: JSONMember) -> [Speaker] {
        guard case .array(let elements) = member.value.content else {
            return side(member.value, member.key).map { [$0] } ?? []
        }
        if elements.isEmpty { emptyList(member) }
        return Set(elements.compactMap { side($0, member.key) }).sorted { $0.rawValue < $1.rawValue }
    }
}
