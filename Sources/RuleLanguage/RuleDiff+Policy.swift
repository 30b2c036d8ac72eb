import ConversationModel
import Diagnostics

/// What differs between the time policies of two versions.
public struct PolicyDiff: Sendable, Hashable {
    /// Paths are those of the policy's file; open hours stand by weekday.
    public var changes: [RuleChange] = []

    /// Compares by what the policies say, however their files are written.
    public init(from old: TimePolicy, to new: TimePolicy) {
        var walk = RuleWalk()
        walk.text("zone", old.zone.name, new.zone.name)
        walk.value("closeAfter", RuleText.duration(old.closeAfter), RuleText.duration(new.closeAfter))
        walk.value(
            "closeAfterOpenWait", RuleText.duration(old.closeAfterOpenWait), RuleText.duration(new.closeAfterOpenWait))
        PolicyDiff.hours("hours", old.openHours, new.openHours, in: &walk)
        PolicyDiff.waits(old.waits, new.waits, in: &walk)
        walk.words("leaveOut.buyers", old.buyersLeftOut.sorted(), new.buyersLeftOut.sorted())
        changes = walk.changes
    }

    private static func waits(_ old: WaitPolicy, _ new: WaitPolicy, in walk: inout RuleWalk) {
        walk.words("waits.answeredBy", speakers(old), speakers(new))
        walk.words("waits.noAnswer", old.noAnswer, new.noAnswer)
        walk.text("waits.clock", clock(old), clock(new))
        walk.text("waits.onTransfer", old.onTransfer.rawValue, new.onTransfer.rawValue)
        walk.value("waits.cap", RuleText.duration(old.cap), RuleText.duration(new.cap))
        walk.text("waits.unanswered", unanswered(old), unanswered(new))
        walk.value(
            "waits.assessed.by", old.assessment.map { .string($0.by.rawValue) },
            new.assessment.map { .string($0.by.rawValue) })
        hours("waits.assessed.hours", old.assessment?.hours ?? [], new.assessment?.hours ?? [], in: &walk)
    }

    private static func speakers(_ waits: WaitPolicy) -> [String] {
        waits.assistantAnswers ? ["agent", "assistant"] : ["agent"]
    }

    private static func unanswered(_ waits: WaitPolicy) -> String { waits.unansweredCountsAsCap ? "cap" : "none" }

    private static func clock(_ waits: WaitPolicy) -> String { waits.countsOpenHours ? "business" : "wall" }

    private static func hours(
        _ path: String, _ old: [[TimePolicy.OpenHours]], _ new: [[TimePolicy.OpenHours]], in walk: inout RuleWalk
    ) {
        func text(_ days: [[TimePolicy.OpenHours]], _ day: Int) -> JSONText? {
            guard days.indices.contains(day) else { return nil }
            let stretches = days[day].map { "\(ClockText.text($0.start))–\(ClockText.text($0.end))" }
            return .string(stretches.joined(separator: ", "))
        }
        for (day, name) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].enumerated() {
            walk.value("\(path).\(name)", text(old, day), text(new, day))
        }
    }

    private static let labels: [String: String] = {
        var labels = [
            "zone": "时区", "closeAfter": "沉默多久结束", "closeAfterOpenWait": "等待时沉默多久结束", "leaveOut.buyers": "不检查的买家",
            "waits.answeredBy": "谁的回复算数", "waits.noAnswer": "无需回复的话", "waits.clock": "等待的计时",
            "waits.onTransfer": "转接后的等待", "waits.cap": "等待上限", "waits.unanswered": "未回复怎么计",
            "waits.assessed.by": "考核时段的归属",
        ]
        let days = ["mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"]
        for (day, name) in days {
            labels["hours.\(day)"] = "营业时间 \(name)"
            labels["waits.assessed.hours.\(day)"] = "考核时段 \(name)"
        }
        return labels
    }()

    /// A line for each thing that differs: `~ 时间策略：营业时间 周一 09:00–22:00 → 09:00–23:00`.
    public func text(in language: Language) -> String {
        let head = Phrase("~ time policy: ", "~ 时间策略：").text(in: language)
        return changes.map { head + $0.line(in: language, labels: Self.labels) + "\n" }.joined()
    }

    /// The member `policy`, a list of changes.
    public var json: [JSONText.Member] { [.init("policy", .array(changes.map(\.json)))] }
}
