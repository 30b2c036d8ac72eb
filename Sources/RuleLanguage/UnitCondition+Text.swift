import ConversationModel

extension CanonicalBytes {
    mutating func add(_ unit: UnitCondition) {
        switch unit {
        case .fact(let fact):
            add(["fact", fact.fact.name])
            switch fact.test {
            case .oneOf(let values):
                add("in")
                add(values.map { RuleText.value($0).compact })
            case .range(let minimum, let maximum):
                add("range")
                add(minimum)
                add(maximum)
            case .present: add("present")
            }
        case .measure(let measure):
            add(["measure", measure.of.name])
            if case .messages(let speaker) = measure.of { add(speaker.name) }
            add(measure.minimum)
            add(measure.maximum)
            add(measure.over)
        case .started(let moment):
            add("started")
            add(moment)
        }
    }

    mutating func add(_ moment: Moment) {
        add(moment.start)
        add(moment.end)
        add(moment.weekdays.map { String($0) })
        add(moment.hours?.rawValue ?? "")
    }
}

extension RuleText {
    static func unit(_ unit: UnitCondition) -> JSONText.Member {
        switch unit {
        case .fact(let fact): .init("fact", self.fact(fact))
        case .measure(let measure): .init("measure", self.measure(measure))
        case .started(let moment): .init("started", self.moment(moment))
        }
    }

    private static func fact(_ fact: FactCondition) -> JSONText {
        func bound(_ number: Int64?) -> JSONText? {
            fact.fact.form == .duration ? duration(number) : number.map { .number($0) }
        }
        switch fact.test {
        case .oneOf(let values) where values.count == 1:
            return .object(["name": .string(fact.fact.name), "is": value(values[0])])
        case .oneOf(let values):
            return .object(["name": .string(fact.fact.name), "in": .array(values.map { value($0) })])
        case .range(let minimum, let maximum):
            return .object(["name": .string(fact.fact.name), "min": bound(minimum), "max": bound(maximum)])
        case .present: return .object(["name": .string(fact.fact.name), "present": .bool(true)])
        }
    }

    /// A value as a rule writes it; rules write whole numbers only.
    static func value(_ value: FactValue) -> JSONText {
        switch value {
        case .text(let text): .string(text)
        case .number(let number, _): .number(number)
        case .flag(let flag): .bool(flag)
        }
    }

    private static func measure(_ measure: MeasureCondition) -> JSONText {
        func bound(_ number: Int64?) -> JSONText? {
            measure.of.isDuration ? duration(number) : number.map { .number($0) }
        }
        var from: JSONText?
        if case .messages(let speaker) = measure.of { from = .string(speaker.name) }
        return .object([
            "of": .string(measure.of.name), "from": from, "min": bound(measure.minimum),
            "max": bound(measure.maximum), "over": bound(measure.over),
        ])
    }

    static func moment(_ moment: Moment) -> JSONText {
        .object([
            "from": moment.start.map { .string(ClockText.text($0)) },
            "to": moment.end.map { .string(ClockText.text($0)) },
            "on": moment.weekdays.isEmpty ? nil : .strings(moment.weekdays.map { ClockText.weekdays[$0 - 1] }),
            "hours": moment.hours.map { .string($0.rawValue) },
        ])
    }
}
