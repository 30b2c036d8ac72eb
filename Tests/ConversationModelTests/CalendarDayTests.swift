import ConversationModel
import Testing

struct CalendarDayTests {
    @Test("civil dates and day numbers go there and back over 400,000 days, weekdays in turn")
    func civilDatesGoThereAndBack() {
        var previous = CalendarDay(daysSince1970: -200_001)
        var failures: [Int32] = []
        for number in Int32(-200_000)...200_000 {
            let day = CalendarDay(daysSince1970: number)
            let (year, month, date) = day.civil
            let isNext =
                previous.civil.day + 1 == date
                || (date == 1 && (previous.civil.month % 12 + 1 == month))
            if CalendarDay(year: year, month: month, day: date) != day || !isNext
                || day.weekday != previous.weekday % 7 + 1 || previous >= day
            {
                failures.append(number)
            }
            previous = day
        }
        #expect(failures == [])
    }

    @Test(
        "known days have their known weekdays and numbers",
        arguments: [
            ("1970-01-01", 0, 4), ("1969-12-31", -1, 3), ("2000-02-29", 11_016, 2), ("2026-03-01", 20_513, 7),
            ("1900-03-01", -25_508, 4), ("9999-12-31", 2_932_896, 5), ("0001-01-01", -719_162, 1),
        ])
    func knownDaysHaveKnownNumbers(text: String, number: Int32, weekday: Int) throws {
        let day = try #require(CalendarDay(text))
        #expect(day.daysSince1970 == number)
        #expect(day.weekday == weekday)
        #expect(day.description == text)
    }

    @Test(
        "what is not a date of the calendar is refused",
        arguments: [
            "", "2026", "2026-3-01", "2026-03-1", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10",
            "2026-04-31", "2026-01-00", "2026-01-32", "2026/01/01", "-026-01-01", "2026-01-01T", "２０２６-01-01",
            "2026-+1-01", "2026-01-+1", " 2026-01-01", "2026--1-01", "+026-01-01",
        ])
    func whatIsNoDateIsRefused(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test("instants are ordered and clamp at their ends")
    func instantsClamp() {
        let late = Instant(milliseconds: .max - 5)
        #expect(late.advanced(by: 5).milliseconds == .max)
        #expect(late.advanced(by: 6).milliseconds == .max)
        #expect(Instant(milliseconds: .min + 5).advanced(by: -6).milliseconds == .min)
        #expect(Instant(milliseconds: -1) < Instant(milliseconds: 0))
    }
}
