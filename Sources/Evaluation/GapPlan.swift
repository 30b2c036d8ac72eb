import ConversationModel
import RuleLanguage

/// The side, the messages and the bounds of a gap or a silence, as plain values.
struct GapPlan: Hashable {
    /// The side that says nothing.
    let of: Speaker
    /// Bit by speaker: whose message begins it.
    let after: UInt8
    /// Only the side ends it, and it begins at the first message since the side spoke.
    let isFromFirst: Bool
    /// Milliseconds, inclusive.
    let minimum: Int64
    let maximum: Int64?

    init(_ gap: Gap) {
        of = gap.of
        after = gap.after.reduce(0) { $0 | 1 << $1.rawValue }
        isFromFirst = gap.since == .firstUnanswered
        minimum = gap.minimum
        maximum = gap.maximum
    }

    /// A silence is the gap behind the first message of any other side.
    init(_ silence: Silence) {
        self.init(
            Gap(of: silence.of, since: .firstUnanswered, minimum: silence.minimum, maximum: silence.maximum))
    }

    /// Whether a message of a speaker begins it.
    func begins(after speaker: UInt8) -> Bool { after >> speaker & 1 != 0 }
    /// Whether a message of a speaker ends it.
    func ends(at speaker: UInt8) -> Bool { !isFromFirst || speaker == of.rawValue }

    /// Whether a message of `speaker` that comes after `length` milliseconds makes it count.
    func counts(_ length: Int64, endedBy speaker: UInt8) -> Bool {
        guard length >= minimum else { return false }
        guard let maximum else { return true }
        return length <= maximum && speaker == of.rawValue
    }
}
