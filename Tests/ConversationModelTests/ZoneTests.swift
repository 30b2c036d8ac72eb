import ConversationModel
import Testing

/// Shanghai as the tz database has it since 1901, its summer times of 1986–1991 by hand.
enum Shanghai {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000

    /// Local wall time as milliseconds since the local 1970-01-01T00:00.
    static func local(_ y: Int, _ m: Int, _ d: Int, _ h: Int = 0, _ minute: Int = 0) -> Int64 {
        Int64(CalendarDay(year: y, month: m, day: d).daysSince1970) * day + Int64(h) * hour + Int64(minute) * 60_000
    }

    /// (year, first day, last day): clocks went from 02:00 to 03:00, and from 02:00 back to 01:00.
    static let summers: [(year: Int, start: (Int, Int), end: (Int, Int))] = [
        (1986, (5, 4), (9, 14)), (1987, (4, 12), (9, 13)), (1988, (4, 17), (9, 11)),
        (1989, (4, 16), (9, 17)), (1990, (4, 15), (9, 16)), (1991, (4, 14), (9, 15)),
    ]

    static let zone: Zone = {
        var transitions = [Zone.Transition(start: Instant(milliseconds: .min), offset: 8 * hour)]
        for summer in summers {
            let start = local(summer.year, summer.start.0, summer.start.1, 2) - 8 * hour
            let end = local(summer.year, summer.end.0, summer.end.1, 2) - 9 * hour
            transitions.append(Zone.Transition(start: Instant(milliseconds: start), offset: 9 * hour))
            transitions.append(Zone.Transition(start: Instant(milliseconds: end), offset: 8 * hour))
        }
        return Zone(name: "Asia/Shanghai", transitions: transitions)
    }()
}

struct ZoneTests {
    @Test("each summer time begins and ends at its instant")
    func summerTimesBeginAndEnd() {
        for summer in Shanghai.summers {
            let start = Shanghai.local(summer.year, summer.start.0, summer.start.1, 2) - 8 * Shanghai.hour
            let end = Shanghai.local(summer.year, summer.end.0, summer.end.1, 2) - 9 * Shanghai.hour
            for (instant, hours) in [(start - 1, 8), (start, 9), (end - 1, 9), (end, 8)] {
                #expect(
                    Shanghai.zone.offset(at: Instant(milliseconds: instant)) == Int64(hours) * Shanghai.hour,
                    "\(summer.year)")
            }
        }
        #expect(Shanghai.zone.offset(at: Instant(milliseconds: .min)) == 8 * Shanghai.hour)
        #expect(Shanghai.zone.offset(at: Instant(milliseconds: .max)) == 8 * Shanghai.hour)
    }

    @Test("a local time that occurs twice is the earlier one")
    func anAmbiguousTimeIsTheEarlier() {
        for summer in Shanghai.summers {
            let local = Shanghai.local(summer.year, summer.end.0, summer.end.1, 1, 30)
            #expect(Shanghai.zone.instant(local: local).milliseconds == local - 9 * Shanghai.hour, "\(summer.year)")
        }
    }

    @Test("a local time that is skipped is read with the offset before the change")
    func aSkippedTimeTakesTheOffsetBefore() {
        for summer in Shanghai.summers {
            let local = Shanghai.local(summer.year, summer.start.0, summer.start.1, 2, 30)
            let instant = Shanghai.zone.instant(local: local)
            #expect(instant.milliseconds == local - 8 * Shanghai.hour, "\(summer.year)")
            // Clocks show half past three then.
            #expect(instant.milliseconds + Shanghai.zone.offset(at: instant) == local + Shanghai.hour)
        }
    }

    @Test("every half hour of 1985 to 1992 goes from instant to local time and back")
    func instantsComeBack() {
        var instant = Shanghai.local(1985, 1, 1)
        var wrong: [Int64] = []
        while instant < Shanghai.local(1992, 12, 31) {
            let offset = Shanghai.zone.offset(at: Instant(milliseconds: instant))
            let back = Shanghai.zone.instant(local: instant + offset).milliseconds
            // The hour that occurs twice comes back as the first.
            if back != instant, back != instant - Shanghai.hour { wrong.append(instant) }
            if back != instant, offset != 8 * Shanghai.hour { wrong.append(instant) }
            instant += Shanghai.hour / 2
        }
        #expect(wrong == [])
    }

    @Test("days begin at local midnight, before 1970 too")
    func daysBeginAtLocalMidnight() {
        for zone in [Shanghai.zone, .chinaStandard, .fixed(name: "UTC-11", offset: -11 * Shanghai.hour)] {
            for number in stride(from: Int32(-30_000), through: 30_000, by: 7) {
                let day = CalendarDay(daysSince1970: number)
                let start = zone.start(of: day)
                #expect(zone.day(of: start) == day)
                #expect(zone.day(of: start.advanced(by: -1)).daysSince1970 == number - 1)
            }
        }
    }

    @Test("an empty table is UTC, and extreme instants trap nowhere")
    func extremesDoNotTrap() {
        let utc = Zone(name: "UTC", transitions: [])
        #expect(utc.offset(at: Instant(milliseconds: 0)) == 0)
        for zone in [utc, Shanghai.zone] {
            for extreme in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
                let day = zone.day(of: Instant(milliseconds: extreme))
                let instant = zone.instant(local: extreme)
                #expect((1...7).contains(day.weekday))
                #expect(zone.transitions.contains { $0.offset == zone.offset(at: instant) })
            }
        }
    }
}
