import ConversationModel
import Testing

@Suite struct PeriodTests {
    @Test(arguments: [
        (Period.Kind.daily, "2026-03-01", "2026-03-01", "2026-03-01", "2026-02-22", "2026-02-28"),
        (.weekly, "2026-03-01", "2026-02-23", "2026-03-01", "2026-02-16", "2026-02-22"),
        (.weekly, "2026-03-02", "2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"),
        (.monthly, "2026-03-31", "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        (.monthly, "2026-01-15", "2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31"),
        (.monthly, "2024-12-31", "2024-12-01", "2024-12-31", "2024-11-01", "2024-11-30"),
    ])
    func daysOfPeriods(
        kind: Period.Kind, day: String, first: String, last: String, firstBefore: String, lastBefore: String
    ) throws {
        let period = Period(kind, holding: try #require(CalendarDay(day)))
        #expect(period.days.lowerBound.description == first && period.days.upperBound.description == last)
        #expect(period.before.lowerBound.description == firstBefore)
        #expect(period.before.upperBound.description == lastBefore)
        #expect(period.before.upperBound.daysSince1970 + 1 == period.days.lowerBound.daysSince1970)
    }

    @Test("the vectors of response rates: 0/1, 1/2, and ten questions that nobody answers are one wait")
    func responseRates() {
        func meter(_ messages: [(seconds: Int64, isBuyer: Bool)], closed: Bool = true) -> WorkFigures {
            var meter = WaitMeter(TimePolicy())
            for message in messages {
                meter.observe(
                    speaker: message.isBuyer ? .buyer : .agent, isAutomatic: false, kind: .text, needsAnswer: true,
                    at: Instant(milliseconds: message.seconds * 1000))
            }
            meter.finish(closed ? .closed : .handedOver)
            var figures = WorkFigures()
            figures.add(meter)
            return figures
        }
        // 10:10:15 Q, 10:15:20 Q, 10:18:10 A; then 10:18:30 Q, 10:19:00 A.
        let first: [(Int64, Bool)] = [(15, true), (320, true), (490, false)]
        let one = meter(first)
        #expect(one.answeredIn3m == 0 && one.waits == 1 && one.responseTotal == 475_000)
        let two = meter(first + [(510, true), (540, false)])
        #expect(two.answeredIn3m == 1 && two.waits == 2 && two.answeredIn30s == 1)
        let ten = meter((0..<10).map { ($0 * 18, true) })
        #expect(ten.waits == 1 && ten.unanswered == 1 && ten.responses == 0 && ten.answeredIn3m == 0)
        // Who gives a waiting buyer away answers for none of it; it is counted apart.
        let given = meter([(0, true)], closed: false)
        #expect(given.waits == 0 && given.handedOverWaiting == 1 && given.unanswered == 0)
    }

    @Test("a cap makes no late answer timely, and none of a wait without one")
    func capsMakeNothingTimely() {
        let policy = TimePolicy(waits: WaitPolicy(cap: 20_000, unansweredCountsAsCap: true))
        var meter = WaitMeter(policy)
        func say(_ seconds: Int64, _ speaker: Speaker) {
            meter.observe(
                speaker: speaker, isAutomatic: false, kind: .text, needsAnswer: true,
                at: Instant(milliseconds: seconds * 1000))
        }
        say(0, .buyer)
        say(400, .agent)
        say(500, .buyer)
        meter.finish(.closed)
        var figures = WorkFigures()
        figures.add(meter)
        #expect(figures.responses == 2 && figures.responseTotal == 40_000 && figures.waits == 2)
        #expect(figures.answeredIn30s == 0 && figures.answeredIn3m == 0 && figures.unanswered == 1)
    }
}
