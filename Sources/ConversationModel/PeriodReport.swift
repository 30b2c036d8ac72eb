/// The days of a report and those that it is compared with.
public struct Period: Sendable, Hashable {
    /// What is handed in.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A day beside the seven days before it (日报).
        case daily
        /// Monday to Sunday beside the week before (周报).
        case weekly
        /// A calendar month beside the month before (月报).
        case monthly
    }

    public var kind: Kind
    public var days: ClosedRange<CalendarDay>
    /// The days right before `days`.
    public var before: ClosedRange<CalendarDay>

    /// The period of a kind that holds `day`.
    public init(_ kind: Kind, holding day: CalendarDay) {
        func moved(_ day: CalendarDay, _ days: Int) -> CalendarDay {
            CalendarDay(daysSince1970: day.daysSince1970 &+ Int32(days))
        }
        self.kind = kind
        switch kind {
        case .daily:
            days = day...day
            before = moved(day, -7)...moved(day, -1)
        case .weekly:
            let monday = moved(day, 1 - day.weekday)
            days = monday...moved(monday, 6)
            before = moved(monday, -7)...moved(monday, -1)
        case .monthly:
            let (year, month, _) = day.civil
            let first = CalendarDay(year: year, month: month, day: 1)
            let next =
                month == 12
                ? CalendarDay(year: year + 1, month: 1, day: 1)
                : CalendarDay(year: year, month: month + 1, day: 1)
            let last =
                month == 1
                ? CalendarDay(year: year - 1, month: 12, day: 1)
                : CalendarDay(year: year, month: month - 1, day: 1)
            days = first...moved(next, -1)
            before = last...moved(first, -1)
        }
    }

    /// Days of both together.
    public var all: ClosedRange<CalendarDay> { before.lowerBound...days.upperBound }
}

/// What some stretch of days came to for one agent, or for all.
public struct PeriodSide: Sendable, Hashable {
    public var work = WorkFigures()
    /// Units of positive rules in which they were met, and those in which they applied (达成率).
    public var met = 0
    public var applicable = 0
    /// Scored stays and their points (得分).
    public var score = Scores.Sum()
    /// Days on which there was a stay.
    public var days = 0
    /// Days on which something of it was not exempt: a stay, or a finding where there was no stay; and those of which waits are known.
    public var countedDays = 0
    public var measuredDays = 0
    /// The longest waits of days, summed, and the days on which a wait had a length.
    public var longestTotal: Int64 = 0
    public var longestDays = 0

    public init() {}

    /// Adds what was done on one day.
    public mutating func add(day work: WorkFigures) {
        self.work += work
        if work.stays > 0 { days += 1 }
        if work.countedStays + work.negativeHits + work.missed > 0 { countedDays += 1 }
        if work.measuredStays > 0 { measuredDays += 1 }
        guard work.responses > 0 else { return }
        longestTotal += work.longest
        longestDays += 1
    }
}

/// The figures of a daily, weekly or monthly report.
public struct PeriodFigures: Sendable, Hashable {
    /// One agent.
    public struct Agent: Sendable, Hashable {
        public var name: String
        /// The pinned group of most of his units.
        public var group: String
        /// On probation by the roster, or exempt by name: shown apart, and not ranked.
        public var isNew = false
        /// Volume counts all his stays; waits, findings, attainment and score leave exempt ones out.
        public var now = PeriodSide()
        public var before = PeriodSide()
        /// His exempt stays in the period.
        public var exempt = WorkFigures()
        /// His place in his group by score, ties sharing one, and the number of those that have a place.
        public var rank: Rank?

        public init(name: String, group: String) {
            self.name = name
            self.group = group
        }

        /// There is nothing of his in the period, only before.
        public var isAbsent: Bool { now == PeriodSide() && exempt == WorkFigures() }
    }

    /// A place among others.
    public struct Rank: Sendable, Hashable {
        public var place: Int
        public var of: Int

        public init(place: Int, of: Int) {
            self.place = place
            self.of = of
        }
    }

    /// One day of the shop.
    public struct Day: Sendable, Hashable {
        public var day: CalendarDay
        public var side: PeriodSide

        public init(day: CalendarDay, side: PeriodSide) {
            self.day = day
            self.side = side
        }
    }

    /// What one rule came to for one agent, or for the shop.
    public struct RuleRow: Sendable, Hashable {
        /// Empty: the shop.
        public var agent: String
        /// Index in `rules`.
        public var rule: Int
        public var now: TallyCounts
        public var before: TallyCounts
        /// Days before on which something of the agent's counted.
        public var daysBefore: Int
        /// Agents whom the rule concerns in the period; of the shop's rows only.
        public var agents = 0

        public init(agent: String, rule: Int, now: TallyCounts, before: TallyCounts, daysBefore: Int) {
            self.agent = agent
            self.rule = rule
            self.now = now
            self.before = before
            self.daysBefore = daysBefore
        }
    }

    public var period: Period
    public var rules: [RuleSummary] = []
    /// Those who are absent in the period last, then by group, then by name, sorted by bytes.
    public var agents: [Agent] = []
    /// All agents together; a conversation with several of them counts once.
    public var total = PeriodSide()
    public var totalBefore = PeriodSide()
    public var totalExempt = WorkFigures()
    /// Days of the period and before on which something was judged, in order.
    public var days: [Day] = []
    /// Agent × rule with a finding in either stretch, in the order of `agents`, gravest rules first.
    public var agentRules: [RuleRow] = []
    /// Rules with a finding in either stretch, the shop over all owners: negative ones first, most hits first.
    public var ruleRows: [RuleRow] = []
    /// False: there were too many buyers to tell them apart, and `buyers` says nothing.
    public var countsBuyers = true
    /// Some rules had a formula of scores.
    public var hasScores = false

    public init(period: Period) {
        self.period = period
    }
}

/// A daily, weekly or monthly report as renderers take it.
public struct PeriodReport: Sendable {
    public var title: String
    public var engine: String
    /// Empty where several versions judged, which the coverage names.
    public var rulesDigest: String
    public var zone: Zone
    /// Of everything that was read for both stretches of days.
    public var coverage: Coverage
    public var figures: PeriodFigures
    /// Findings of the period with their context, in the order of the input; only where they are asked for.
    public var cases: [FindingCase]

    public init(
        title: String, engine: String, rulesDigest: String, zone: Zone, coverage: Coverage, figures: PeriodFigures,
        cases: [FindingCase]
    ) {
        self.title = title
        self.engine = engine
        self.rulesDigest = rulesDigest
        self.zone = zone
        self.coverage = coverage
        self.figures = figures
        self.cases = cases
    }
}
