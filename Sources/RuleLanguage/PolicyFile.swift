import ConversationModel
import Diagnostics

/// Reads a time-policy file (`schema/policy.schema.json`): what a wait is, when the shop is open, when
/// silence closes a conversation, which buyers are left out.
///
/// What the file does not say stays as in `base`. Nil with the diagnostics that say why where something
/// is wrong. O(bytes).
///
/// - Parameter zones: the zone with a name of the tz database, nil where there is none.
public func loadPolicy(
    _ source: SourceFile, base: TimePolicy = TimePolicy(), zones: (String) -> Zone?
) -> (policy: TimePolicy?, diagnostics: [Diagnostic]) {
    var decoder = RuleDecoder(path: source.path)
    do throws(JSONFault) {
        if source.bytes.count > RuleLimits.fileBytes {
            throw JSONFault(
                code: .limit,
                message: Phrase(
                    "the file has \(source.bytes.count) bytes; at most \(RuleLimits.fileBytes)",
                    "文件有 \(source.bytes.count) 字节，最多 \(RuleLimits.fileBytes)"),
                range: SourceRange(0, 0))
        }
        if let fault = JSONReader.firstFault(inUTF8: source.bytes) { throw fault }
        var reader = JSONReader(source.bytes)
        let value = try reader.document()
        let policy = decoder.policy(value, base: base, zones: zones)
        let diagnostics = decoder.diagnostics.sorted(by: Diagnostic.precedes)
        return (diagnostics.contains { $0.severity == .error } ? nil : policy, diagnostics)
    } catch {
        return (nil, [error.diagnostic(path: source.path)])
    }
}

extension RuleDecoder {
    static let policyKeys = [
        "zone", "closeAfter", "closeAfterOpenWait", "hours", "waits", "leaveOut", "summary", "$schema",
    ]
    static let waitKeys = ["answeredBy", "noAnswer", "clock", "onTransfer", "cap", "unanswered", "assessed"]
    private static let week: Int64 = 7 * 86_400_000
    /// Phrases that need no answer; buyers that are left out.
    private static let phraseLimit = 1000
    private static let buyerLimit = 10_000

    mutating func policy(_ value: JSONValue, base: TimePolicy, zones: (String) -> Zone?) -> TimePolicy {
        var policy = base
        guard let fields = fields(of: value, "policy", known: Self.policyKeys) else { return policy }
        _ = fields["summary"].flatMap { summary($0) }
        if let member = fields["zone"], let name = string(member) {
            if let zone = zones(name) {
                policy.zone = zone
            } else {
                diagnose(
                    .badValue, member.value.range,
                    Phrase("unknown time zone '\(quoted(name))'", "未知的时区 “\(quoted(name))”"),
                    help: Phrase("a name of the tz database: Asia/Shanghai", "写 tz 数据库里的名称，例如 Asia/Shanghai"))
            }
        }
        if let limit = fields["closeAfter"].flatMap({ limit($0) }) {
            policy.closeAfter = limit
            policy.closeAfterOpenWait = max(policy.closeAfterOpenWait, limit)
        }
        if let member = fields["closeAfterOpenWait"], let limit = limit(member) {
            policy.closeAfterOpenWait = limit
            if limit < policy.closeAfter {
                diagnose(
                    .outOfRange, member.value.range,
                    Phrase("'closeAfterOpenWait' is shorter than 'closeAfter'", "“closeAfterOpenWait” 短于 “closeAfter”"))
            }
        }
        if let member = fields["hours"] { policy.openHours = hours(member) ?? policy.openHours }
        if let member = fields["waits"] { waits(member, into: &policy.waits) }
        if let member = fields["leaveOut"],
            let inner = self.fields(of: member.value, "leaveOut", known: ["buyers"]),
            let buyers = require(inner, "buyers")
        {
            policy.buyersLeftOut = Set(names(buyers, limit: Self.buyerLimit))
        }
        return policy
    }

    /// How long silence may be: from a second to a week.
    private mutating func limit(_ member: JSONMember) -> Int64? {
        guard let time = duration(member) else { return nil }
        if (1000...Self.week).contains(time) { return time }
        diagnose(
            .outOfRange, member.value.range,
            Phrase(
                "'\(member.key)' is \(DurationText.text(time)); expected 1s to 7d",
                "“\(member.key)” 是 \(DurationText.text(time))，应在 1s 到 7d 之间"))
        return nil
    }

    private mutating func names(_ member: JSONMember, limit: Int) -> [String] {
        guard let elements = list(member) else { return [] }
        if elements.count > limit {
            overLimit(member.keyRange, member.key, limit)
            return []
        }
        return elements.compactMap { element in
            text(
                JSONMember(key: member.key, keyRange: element.range, value: element), scalars: RuleLimits.phraseScalars)
        }
    }

    private mutating func waits(_ member: JSONMember, into waits: inout WaitPolicy) {
        guard let fields = fields(of: member.value, "waits", known: Self.waitKeys) else { return }
        if let member = fields["answeredBy"] {
            let speakers = ["agent", "assistant", "bot"]
            var elements = [member.value]
            if case .array(let list) = member.value.content {
                elements = list
                if list.isEmpty { emptyList(member) }
            }
            let names = elements.compactMap { word($0, speakers, name: member.key) }
            waits.assistantAnswers = names.contains { $0 != "agent" }
            if !names.isEmpty, names.count == elements.count, !names.contains("agent") {
                diagnose(
                    .badValue, member.value.range,
                    Phrase("an agent always answers", "客服的回复总是算答复"),
                    help: Phrase("\"agent\", or [\"agent\", \"assistant\"]", "写 \"agent\" 或 [\"agent\", \"assistant\"]")
                )
            }
        }
        if let member = fields["noAnswer"] { waits.noAnswer = names(member, limit: Self.phraseLimit) }
        if let member = fields["clock"] {
            waits.countsOpenHours = word(member.value, ["wall", "business"], name: member.key) == "business"
        }
        if let member = fields["onTransfer"] {
            waits.onTransfer = choice(member, WaitPolicy.OnTransfer.allCases.map(\.rawValue)) ?? waits.onTransfer
        }
        if let member = fields["cap"], let cap = duration(member) {
            waits.cap = cap
            if cap == 0 { diagnose(.outOfRange, member.value.range, Phrase("a cap of 0s", "封顶时长不能为 0")) }
        }
        if let member = fields["unanswered"] {
            waits.unansweredCountsAsCap = word(member.value, ["cap", "none"], name: member.key) == "cap"
            if waits.unansweredCountsAsCap, waits.cap == nil, fields["cap"] == nil {
                diagnose(
                    .missingField, member.keyRange,
                    Phrase("'unanswered' counts as a cap, and there is none", "“unanswered” 按封顶计，但没有写 “cap”"),
                    help: Phrase("add \"cap\": \"10m\"", "请加上 \"cap\": \"10m\""))
            }
        }
        if let member = fields["assessed"],
            let inner = self.fields(of: member.value, "assessed", known: ["hours", "by"])
        {
            let by: WaitPolicy.Assessment.By? = inner["by"].flatMap {
                choice($0, WaitPolicy.Assessment.By.allCases.map(\.rawValue))
            }
            if let hours = require(inner, "hours").flatMap({ hours($0) }) {
                waits.assessment = WaitPolicy.Assessment(hours: hours, by: by ?? .start)
            }
        }
    }

    // MARK: Hours

    /// Seven days, Monday first, of `[{"from": "09:00", "to": "23:00", "on": ["mon"]}]`.
    private mutating func hours(_ member: JSONMember) -> [[TimePolicy.OpenHours]]? {
        guard let elements = list(member) else { return nil }
        if elements.isEmpty { emptyList(member) }
        if elements.count > 100 {
            overLimit(member.keyRange, member.key, 100)
            return nil
        }
        let midnight: Int64 = 86_400_000
        var entries: [(range: SourceRange, week: [[TimePolicy.OpenHours]])] = []
        for element in elements {
            guard let fields = fields(of: element, member.key, known: ["from", "to", "on"]),
                let start = require(fields, "from").flatMap({ timeOfDay($0) }),
                let end = require(fields, "to").flatMap({ timeOfDay($0) })
            else { continue }
            if start == end, let to = fields["to"] {
                impossibleWindow(to.value.range, Phrase("'to' is 'from'", "“to” 与 “from” 相同"))
            }
            var week = [[TimePolicy.OpenHours]](repeating: [], count: 7)
            let days = fields["on"].map { weekdays($0) } ?? Array(1...7)
            for day in days {
                if start < end {
                    week[day - 1].append(TimePolicy.OpenHours(start: start, end: end))
                    continue
                }
                // Over midnight: the rest belongs to the next day.
                if start < midnight { week[day - 1].append(TimePolicy.OpenHours(start: start, end: midnight)) }
                if end > 0 { week[day % 7].append(TimePolicy.OpenHours(start: 0, end: end)) }
            }
            entries.append((element.head, week))
        }
        var place = entries.count - 1
        while place >= 0 {
            let others = PolicyHours.week(entries.indices.filter { $0 != place }.map { entries[$0].week })
            let week = entries[place].week
            if week.contains(where: { !$0.isEmpty }), PolicyHours.isWithin(week, others) {
                addsNoHours(entries[place].range)
                entries.remove(at: place)
            }
            place -= 1
        }
        return PolicyHours.week(entries.map(\.week))
    }

    private mutating func addsNoHours(_ range: SourceRange) {
        diagnose(
            .unreachableBranch, severity: .warning, range,
            Phrase(
                "these hours lie within the others, and stretches of a day are united: they add nothing",
                "这一段落在其他几段以内，而同一天的各段合起来算：它不起作用"),
            help: Phrase(
                "remove it; where some days are shorter, give the other entry its days: \"on\": [\"mon\", …]",
                "请删掉它；要让某些天短一些，请给另一段写明是哪几天：\"on\": [\"mon\", …]"))
    }
}

/// Stretches of a day, put in order.
enum PolicyHours {
    /// The hours of each day that one of `weeks` or another has.
    static func week(_ weeks: [[[TimePolicy.OpenHours]]]) -> [[TimePolicy.OpenHours]] {
        (0..<7).map { day in united(weeks.flatMap { $0[day] }) }
    }

    /// Whether all of `week` is open in `other`, which is united.
    static func isWithin(_ week: [[TimePolicy.OpenHours]], _ other: [[TimePolicy.OpenHours]]) -> Bool {
        zip(week, other).allSatisfy { day, open in
            day.allSatisfy { stretch in open.contains { $0.start <= stretch.start && stretch.end <= $0.end } }
        }
    }

    /// Ascending and disjoint; what touches is one.
    static func united(_ hours: [TimePolicy.OpenHours]) -> [TimePolicy.OpenHours] {
        var result: [TimePolicy.OpenHours] = []
        for stretch in hours.sorted(by: { $0.start < $1.start }) {
            if let last = result.last, stretch.start <= last.end {
                result[result.count - 1].end = max(last.end, stretch.end)
            } else {
                result.append(stretch)
            }
        }
        return result
    }
}
