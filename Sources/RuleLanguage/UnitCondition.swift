import ConversationModel

/// What is asked of a unit as a whole; its match has the anchor ∅.
public enum UnitCondition: Sendable, Hashable {
    case fact(FactCondition)
    case measure(MeasureCondition)
    /// When the unit began.
    case started(Moment)
}

/// What is asked of a fact: true where one of its values satisfies it, unknown where it is absent.
public struct FactCondition: Sendable, Hashable {
    /// What one value must be.
    public enum Test: Sendable, Hashable {
        /// One of these; texts are compared folded.
        case oneOf([FactValue])
        /// A number, or milliseconds, within bounds, both inclusive.
        case range(minimum: Int64?, maximum: Int64?)
        /// Anything.
        case present
    }

    public var fact: FactName
    public var test: Test

    public init(_ fact: FactName, _ test: Test) {
        self.fact = fact
        self.test = test
    }
}

/// What is asked of a measure of the unit. Decided at its end; unknown where a part is missing.
public struct MeasureCondition: Sendable, Hashable {
    /// What is measured.
    public enum Measure: Sendable, Hashable {
        /// Of the waits that have a length, in milliseconds: the first, the mean, the longest.
        case firstResponse, meanResponse, longestResponse
        /// Waits, answered or not.
        case rounds
        /// Hand-overs from one human to another; of a stay, whether it was taken over by one.
        case transfers
        /// From the beginning to the last message, in milliseconds.
        case duration
        /// Messages with content of one side, automatic ones left out.
        case messages(Speaker)

        /// As rules write it.
        public var name: String {
            switch self {
            case .firstResponse: "first-response"
            case .meanResponse: "mean-response"
            case .longestResponse: "longest-response"
            case .rounds: "rounds"
            case .transfers: "transfers"
            case .duration: "duration"
            case .messages: "messages"
            }
        }

        /// Its values are milliseconds.
        public var isDuration: Bool {
            switch self {
            case .firstResponse, .meanResponse, .longestResponse, .duration: true
            case .rounds, .transfers, .messages: false
            }
        }

        /// It may have no value at all.
        public var isResponse: Bool {
            switch self {
            case .firstResponse, .meanResponse, .longestResponse: true
            case .rounds, .transfers, .duration, .messages: false
            }
        }
    }

    public var of: Measure
    /// Both inclusive; at least one bound is there.
    public var minimum: Int64?
    public var maximum: Int64?
    /// More than this.
    public var over: Int64?

    public init(of: Measure, minimum: Int64? = nil, maximum: Int64? = nil, over: Int64? = nil) {
        self.of = of
        self.minimum = minimum
        self.maximum = maximum
        self.over = over
    }

    /// Whether `total / count` lies within the bounds, in whole numbers; `count` > 0.
    public func holds(total: Int64, count: Int64) -> Bool {
        func product(_ bound: Int64) -> Int64 {
            let (value, overflow) = bound.multipliedReportingOverflow(by: count)
            return overflow ? .max : value
        }
        if let minimum, total < product(minimum) { return false }
        if let maximum, total > product(maximum) { return false }
        if let over, total <= product(over) { return false }
        return true
    }
}

/// A time of day, days of the week, opening hours: in the shop's zone.
public struct Moment: Sendable, Hashable {
    /// Which side of the shop's opening hours.
    public enum Hours: String, Sendable, Hashable, CaseIterable {
        case inside, outside
    }

    /// Local milliseconds of the day; the end is outside. Where the end is not later than the start
    /// the stretch goes over midnight. Nil: any time of day.
    public var start: Int64?
    public var end: Int64?
    /// Monday is 1; sorted; empty: any day. The day is that of the moment itself, after midnight the new one.
    public var weekdays: [Int]
    public var hours: Hours?

    public init(start: Int64? = nil, end: Int64? = nil, weekdays: [Int] = [], hours: Hours? = nil) {
        self.start = start
        self.end = end
        self.weekdays = weekdays
        self.hours = hours
    }

    /// Whether an instant is such a moment.
    public func holds(at instant: Instant, policy: TimePolicy) -> Bool {
        let local = instant.milliseconds &+ policy.zone.offset(at: instant)
        let day = policy.zone.day(of: instant)
        if !weekdays.isEmpty, !weekdays.contains(day.weekday) { return false }
        if start != nil || end != nil {
            let time = local - Int64(day.daysSince1970) * 86_400_000
            let (from, to) = (start ?? 0, end ?? 86_400_000)
            let isInside = from < to ? time >= from && time < to : time >= from || time < to
            if !isInside { return false }
        }
        switch hours {
        case .inside: return policy.isOpen(at: instant)
        case .outside: return !policy.isOpen(at: instant)
        case nil: return true
        }
    }
}
