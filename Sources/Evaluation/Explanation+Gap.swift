import Diagnostics
import RuleLanguage

extension Evaluator {
    /// The longest stretch in which the side says nothing, against the bounds.
    func notes(_ plan: GapPlan) -> [Phrase] {
        guard hasTimes else { return [] }
        let mark = arena.mark
        defer { release(to: mark) }
        var longest: (start: Int, end: Int, length: Int64)?
        forEachStretch(plan) { start, end in
            let length = (end >= 0 ? time(end) : unit.endInstant) - time(start)
            if length > longest?.length ?? -1 { longest = (start, end, length) }
        }
        guard let longest else {
            return [Phrase("nobody waits for that side", "没有等待该方的消息")]
        }
        let length = ConditionWords.duration(longest.length)
        let start = "#\(position(longest.start))"
        let isOpen = longest.end < 0
        return [
            Phrase(
                "the longest silence is \(length) after \(start)\(isOpen ? ", to the end" : "")",
                "最长的沉默在 \(start) 之后，\(length)\(isOpen ? "，直到结束" : "")")
        ]
    }
}

extension ConditionWords {
    static func label(_ gap: Gap) -> Phrase {
        let of = name(gap.of)
        let after = gap.after.map { name($0) }
        let (english, chinese) = (after.map(\.english), after.map(\.chinese))
        let (least, most) = (duration(gap.minimum), gap.maximum.map { duration($0) })
        let since: Phrase =
            switch gap.since {
            case .previous: Phrase("a message", "每条消息")
            case .firstUnanswered: Phrase("the first unanswered message", "首条未回复消息")
            }
        return Phrase(
            "\(of.english) says nothing for \(least)" + (most.map { " to \($0)" } ?? " or longer")
                + " after \(since.english) of \(english.joined(separator: " or "))",
            "\(chinese.joined(separator: "或"))\(since.chinese)之后，\(of.chinese) \(least)"
                + (most.map { " 到 \($0) " } ?? " 以上") + "没有说话")
    }
}
