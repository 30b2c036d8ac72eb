import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let measureKeys = ["of", "from", "min", "max", "over"]
    private static let measures: [MeasureCondition.Measure] = [
        .firstResponse, .meanResponse, .longestResponse, .rounds, .transfers, .duration, .messages(.buyer),
    ]
    static let momentKeys = ["from", "to", "on", "hours"]

    /// The body of `measure`: what is measured, and its bounds.
    mutating func measure(_ value: JSONValue) -> MeasureCondition? {
        guard let fields = fields(of: value, "measure", known: Self.measureKeys) else { return nil }
        let of = require(fields, "of").flatMap { member in
            word(member.value, Self.measures.map(\.name), name: "of")
        }
        var measure = Self.measures.first { $0.name == of }
        let isDuration = measure?.isDuration ?? true
        let from = fields["from"].flatMap { member in
            word(member.value, ["buyer", "agent", "assistant", "bot", "system"], name: "from")
        }
        if case .messages? = measure {
            let speaker = require(fields, "from", of: "measure").flatMap { _ in from.flatMap(Self.speaker(named:)) }
            measure = speaker.map { .messages($0) }
        } else if let member = fields["from"], let of {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase("'\(of)' is not measured of one side", "“\(of)” 不分是谁说的"),
                help: Phrase("remove 'from'", "请删掉 “from”"))
        }
        func read(_ key: String, _ decoder: inout RuleDecoder) -> Int64? {
            guard let member = fields[key], of != nil else { return nil }
            return isDuration ? decoder.duration(member) : decoder.integer(member, in: 0...Int64(RuleLimits.count))
        }
        let result = (read("min", &self), read("max", &self), read("over", &self))
        let bounds = fields.present(["min", "max", "over"])
        if bounds.isEmpty, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head, Phrase("'measure' needs a bound", "measure 缺少上下限"),
                help: Phrase("one of min, max, over", "可用：min、max、over"))
        }
        if fields["min"] != nil, let over = fields["over"] {
            diagnose(
                .conflictingFields, over.keyRange,
                Phrase("'min' and 'over' in one 'measure'", "一个 measure 里不能同时写 “min” 和 “over”"),
                help: Phrase("'min' includes its value, 'over' does not", "“min” 含端点，“over” 不含"))
        }
        if let maximum = result.1, let member = fields["max"] {
            if let minimum = result.0, maximum < minimum {
                impossibleWindow(member.value.range, Phrase("'max' is less than 'min'", "“max” 小于 “min”"))
            }
            if let over = result.2, maximum <= over {
                impossibleWindow(member.value.range, Phrase("'max' is not more than 'over'", "“max” 不大于 “over”"))
            }
        }
        guard let measure, !bounds.isEmpty else { return nil }
        return MeasureCondition(of: measure, minimum: result.0, maximum: result.1, over: result.2)
    }

    /// The body of `sent` and `started`.
    mutating func moment(_ member: JSONMember) -> Moment? {
        guard let fields = fields(of: member.value, member.key, known: Self.momentKeys) else { return nil }
        if fields.present(Self.momentKeys).isEmpty {
            if !fields.hasUnknown {
                diagnose(
                    .missingField, fields.head,
                    Phrase("'\(member.key)' asks for nothing", "\(member.key) 没有写任何要求"),
                    help: Phrase(
                        "add \"from\" and \"to\", \"on\" or \"hours\"", "请加上 \"from\" 和 \"to\"、\"on\" 或 \"hours\""))
            }
            return nil
        }
        let start = fields["from"].flatMap { timeOfDay($0) }
        let end = fields["to"].flatMap { timeOfDay($0) }
        if let start, let end, start == end, let to = fields["to"] {
            impossibleWindow(to.value.range, Phrase("'to' is 'from'", "“to” 与 “from” 相同"))
        }
        let days = fields["on"].map { weekdays($0) } ?? []
        let hours: Moment.Hours? = fields["hours"].flatMap { choice($0, Moment.Hours.allCases.map(\.rawValue)) }
        return Moment(start: start, end: end, weekdays: days, hours: hours)
    }

    /// Milliseconds of `"09:30"`.
    mutating func timeOfDay(_ member: JSONMember) -> Int64? {
        guard let text = string(member) else { return nil }
        if let time = ClockText.milliseconds(text) { return time }
        diagnose(
            .badValue, member.value.range,
            Phrase("'\(quoted(text))' is no time of day", "“\(quoted(text))” 不是一天中的时刻"),
            help: Phrase("write it like \"09:30\", at most \"24:00\"", "写法如 \"09:30\"，最晚 \"24:00\""))
        return nil
    }

    /// Numbers of days, Monday first, sorted.
    mutating func weekdays(_ member: JSONMember) -> [Int] {
        var elements = [member.value]
        if case .array(let list) = member.value.content {
            elements = list
            if list.isEmpty { emptyList(member) }
        }
        let days = elements.compactMap { element in
            word(element, ClockText.weekdays, name: member.key).flatMap { ClockText.weekdays.firstIndex(of: $0) }
        }
        return Set(days.map { $0 + 1 }).sorted()
    }
}
