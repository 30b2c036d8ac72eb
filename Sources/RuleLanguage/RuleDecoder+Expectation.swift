import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// `after` and its companions; these alone where `after` is missing, for what is wrong in them.
    mutating func expectation(
        _ member: JSONMember?, _ fields: Fields, _ context: ConditionContext
    ) -> Expectation? {
        let after = member.flatMap { condition($0.value, context) }
        let answer = member == nil ? fields["expect"] : require(fields, "expect", of: "after")
        let expect = answer.flatMap { condition($0.value, context) }
        var result = Expectation(
            after: after ?? Condition(.any([])), expect: expect ?? Condition(.any([])))
        if let within = fields["within"] { window(within, &result) }
        if let trigger = fields["trigger"] { result.trigger = self.trigger(trigger) ?? .run }
        if let excuse = fields["excuse"] {
            result.excuse = self.excuse(excuse, of: result.time, context)
            if member != nil, result.time == nil, fields["within"].map({ !hasTime($0) }) ?? true {
                diagnose(
                    .conflictingFields, excuse.keyRange,
                    Phrase(
                        "'excuse' moves the end of a time, and 'within' has none",
                        "“excuse” 用来延长时限，但 within 里没有 time"),
                    help: Phrase("add \"within\": {\"time\": …}", "请加上 \"within\": {\"time\": …}"))
            }
        }
        result.atClose = fields["atClose"].flatMap { choice($0, ["missed", "void"]) }
        if let report = fields["report"] {
            result.report = choice(report, ["met", "missed"]) ?? .met
            if result.report == .missed {
                missedReports[place(fields.range)] = report.value.range
            }
        } else if let member {
            silentReports[place(fields.range)] = member.keyRange
        }
        if let transfer = fields["onTransfer"] {
            result.onTransfer = choice(transfer, ["carry", "restart"]) ?? .carry
            if member != nil, result.onTransfer == .restart, fields["within"].map({ !hasTime($0) }) ?? true {
                diagnose(
                    .conflictingFields, transfer.keyRange,
                    Phrase(
                        "'onTransfer' begins a time anew, and 'within' has none",
                        "“onTransfer” 用来重新计时，但 within 里没有 time"),
                    help: Phrase("add \"within\": {\"time\": …}", "请加上 \"within\": {\"time\": …}"))
            }
        }
        return after != nil && expect != nil ? result : nil
    }

    func hasTime(_ within: JSONMember) -> Bool {
        guard case .object(let members) = within.value.content else { return true }
        return members.contains { $0.key == "time" }
    }

    private mutating func window(_ member: JSONMember, _ result: inout Expectation) {
        guard case .object = member.value.content else {
            wrongType(
                member.value, member.key, Phrase("an object", "对象"),
                help: Phrase(
                    "for example {\"time\": \"3m\"} or {\"messages\": 5}", "例如 {\"time\": \"3m\"} 或 {\"messages\": 5}"))
            return
        }
        guard
            let fields = fields(
                of: member.value, "within",
                known: ["time", "vague", "earliest", "messages", "clock", "only", "cap"])
        else { return }
        if let time = fields["time"] {
            if case .string("promised") = time.value.content {
                result.promise = Promise(words: fields["vague"].map { vagueWords($0) } ?? [])
            } else {
                result.time = duration(time)
            }
        }
        checkVague(fields)
        if let cap = fields["cap"] { result.cap = self.cap(cap, of: result) }
        if let earliest = fields["earliest"] { result.earliest = duration(earliest) ?? 0 }
        if let messages = fields["messages"] { result.messages = count(messages) }
        if let clock = fields["clock"] {
            result.clock = choice(clock, ["wall", "business"]) ?? .wall
        }
        if let only = fields["only"] {
            result.onlyInsideHours = word(only.value, ["inside-hours"], name: "only") != nil
        }
        if fields.present(["time", "earliest", "messages", "only"]).isEmpty {
            diagnose(
                .missingField, fields.head,
                Phrase("'within' sets no limit", "within 里没有任何限制"),
                help: Phrase(
                    "add \"time\": \"3m\" or \"messages\": 3",
                    "请加上 \"time\": \"3m\" 或 \"messages\": 3"))
        }
        if let time = result.time, let range = fields["time"]?.value.range {
            if time == 0 {
                impossibleWindow(range, Phrase("'time' is 0s", "“time” 是 0s"))
            } else if result.earliest > time {
                impossibleWindow(
                    fields["earliest"]?.value.range ?? range,
                    Phrase("'earliest' is later than 'time'", "“earliest” 晚于 “time”"))
            }
        }
    }

    private mutating func trigger(_ member: JSONMember) -> Expectation.Trigger? {
        guard case .object = member.value.content else {
            switch word(member.value, ["run", "each", "first", "last"], name: member.key, or: "{\"nth\": 2}") {
            case "run": return .run
            case "each": return .each
            case "first": return .first
            case "last": return .last
            default: return nil
            }
        }
        guard let fields = fields(of: member.value, "trigger", known: ["nth"]),
            let nth = require(fields, "nth")
        else { return nil }
        return count(nth).map { .nth($0) }
    }

    /// A time that outlasts conversations: where a duty has that, its excuses alone are meant to limit it.
    private static let aDay: Int64 = 86_400_000

    private mutating func excuse(
        _ member: JSONMember, of time: Int64?, _ context: ConditionContext
    ) -> Expectation.Excuse? {
        guard let fields = fields(of: member.value, "excuse", known: ["when", "extend", "times"])
        else { return nil }
        let condition = require(fields, "when").flatMap { self.condition($0.value, context) }
        let extend = fields["extend"].flatMap { duration($0) }
        if extend == 0, let member = fields["extend"] {
            diagnose(
                .outOfRange, member.value.range,
                Phrase("'extend' is 0s and gives no time", "“extend” 是 0s，没有延长"))
        } else if let extend, let time, extend < time, time < Self.aDay, let member = fields["extend"] {
            let (short, long) = (DurationText.text(extend), DurationText.text(time))
            diagnose(
                .shorteningExcuse, severity: .warning, member.value.range,
                Phrase(
                    "an excuse may shorten the time: the deadline is \(short) from the excuse, though \(long) were given",
                    "说了缓冲的话，时限反而可能提前：改从那句话起算 \(short)，而原来给了 \(long)"),
                help: Phrase(
                    "leave out 'extend' to give the whole time again, or make it as long as 'time'",
                    "删掉 extend 就是重新给足时间，或写得不短于 time"))
        }
        let times = fields["times"].flatMap { count($0, to: 1000) } ?? 1
        guard let condition else { return nil }
        return Expectation.Excuse(condition: condition, extend: extend, times: times)
    }

    /// A positive rule that reports misses would call a failure a merit; a negative one that does not say what it
    /// reports would, as likely as not, call a duty done a failure.
    mutating func checkReports(_ rule: Rule) {
        guard rule.polarity == .positive else {
            for range in reports(silentReports, of: rule.when) {
                diagnose(
                    .metInNegative, severity: .warning, range,
                    Phrase(
                        "a negative rule hits where this duty is met, since 'report' is not given",
                        "没有写 “report”，负面规则会在做到时命中"),
                    help: Phrase(
                        "add \"report\": \"missed\" if leaving it undone is the fault, else \"report\": \"met\"",
                        "没做到才算问题，请加 \"report\": \"missed\"；做到才算问题，请加 \"report\": \"met\""))
            }
            return
        }
        for range in reports(missedReports, of: rule.when) {
            diagnose(
                .missedInPositive, range,
                Phrase(
                    "a positive rule reports 'missed' as its hit", "正面规则把 “missed” 当作命中"),
                help: Phrase(
                    "report \"met\": misses of a positive rule are listed anyway; or make it negative",
                    "请用 \"met\"：正面规则的未达成本来就会列出；或改为负面规则"))
        }
    }

    /// Those of `known` among the conditions whose matches become the rule's hits.
    private func reports(_ known: [Place: SourceRange], of condition: Condition) -> [SourceRange] {
        switch condition.kind {
        case .expectation:
            return known[condition.place].map { [$0] } ?? []
        case .any(let children): return children.flatMap { reports(known, of: $0) }
        case .all(let children): return subject(among: children).map { reports(known, of: $0) } ?? []
        case .unless(let base, _): return reports(known, of: base)
        case .message, .silence, .gap, .sequence, .count, .scope, .unit, .not: return []
        }
    }

    /// The condition of an `all` whose matches count: the marked one, else the first positive one that
    /// is not of the whole unit, else the first positive one.
    func subject(among children: [Condition]) -> Condition? {
        children.first(where: \.isSubject)
            ?? children.first {
                switch $0.kind {
                case .not, .unit: return false
                default: return true
                }
            }
            ?? children.first {
                if case .not = $0.kind { return false }
                return true
            }
    }
}
