import ConversationModel
import TestSupport
import Testing

struct BusinessTimeTests {
    static let hour: Int64 = 3_600_000
    static let minute: Int64 = 60_000

    /// Monday to Friday 09:00–12:00 and 13:30–18:00, Saturday 10:00–24:00, Sunday closed.
    static let office = TimePolicy(
        openHours: Array(
            repeating: [
                TimePolicy.OpenHours(start: 9 * hour, end: 12 * hour),
                TimePolicy.OpenHours(start: 13 * hour + 30 * minute, end: 18 * hour),
            ], count: 5) + [[TimePolicy.OpenHours(start: 10 * hour, end: 24 * hour)], []])

    /// Day and night but Sunday, so that openings touch at midnight.
    static let nights = TimePolicy(
        openHours: Array(repeating: [TimePolicy.OpenHours(start: 0, end: 24 * hour)], count: 6) + [[]])

    /// Closed but for Wednesday 02:00–02:30, in a zone whose clocks change.
    static let rare = TimePolicy(
        zone: Shanghai.zone,
        openHours: [[], [], [TimePolicy.OpenHours(start: 2 * hour, end: 2 * hour + 30 * minute)], [], [], [], []])

    static func china(_ day: String, _ h: Int64, _ m: Int64 = 0) -> Instant {
        let number = CalendarDay(day)?.daysSince1970 ?? 0
        return Instant(milliseconds: Int64(number) * 86_400_000 + (h - 8) * hour + m * minute)
    }

    // 2026-03-02 is a Monday.
    static let golden: [(start: Instant, minutes: Int64, end: Instant)] = [
        (china("2026-03-02", 9), 0, china("2026-03-02", 9)),
        (china("2026-03-02", 9), 30, china("2026-03-02", 9, 30)),
        (china("2026-03-02", 8), 30, china("2026-03-02", 9, 30)),
        (china("2026-03-02", 11, 50), 10, china("2026-03-02", 12)),
        (china("2026-03-02", 11, 50), 11, china("2026-03-02", 13, 31)),
        (china("2026-03-02", 12, 30), 5, china("2026-03-02", 13, 35)),
        (china("2026-03-02", 17, 59), 2, china("2026-03-03", 9, 1)),
        (china("2026-03-06", 17, 30), 60, china("2026-03-07", 10, 30)),
        (china("2026-03-07", 23, 30), 30, china("2026-03-08", 0)),
        (china("2026-03-07", 23, 30), 31, china("2026-03-09", 9, 1)),
        (china("2026-03-08", 12), 1, china("2026-03-09", 9, 1)),
        // Five days of 7.5 hours and one of 14 make a week.
        (china("2026-03-02", 9), 60 * 103 / 2, china("2026-03-08", 0)),
    ]

    @Test("hours that a change of clocks moves into one another are open once, and a day that never was has none")
    func changesOfClocks() {
        // New York, 8 March 2026: at 02:00 it is 03:00.
        let change = Instant(milliseconds: 1_772_953_200_000)
        let newYork = Zone(
            name: "America/New_York",
            transitions: [
                Zone.Transition(start: Instant(milliseconds: .min), offset: -5 * Self.hour),
                Zone.Transition(start: change, offset: -4 * Self.hour),
            ])
        let hours = [
            TimePolicy.OpenHours(start: 0, end: 2 * Self.hour + 30 * Self.minute),
            TimePolicy.OpenHours(start: 3 * Self.hour, end: 6 * Self.hour),
        ]
        let night = TimePolicy(zone: newYork, openHours: Array(repeating: hours, count: 7))
        let one = change.advanced(by: -Self.hour)
        let half = change.advanced(by: 3 * Self.hour + 30 * Self.minute)
        #expect(night.openTime(from: one, to: half) == 4 * Self.hour)
        #expect(night.addingOpenTime(4 * Self.hour, to: one) == change.advanced(by: 3 * Self.hour))
        // Apia went from 29 to 31 December 2011.
        let leap = Instant(milliseconds: 1_325_239_200_000)
        let apia = Zone(
            name: "Pacific/Apia",
            transitions: [
                Zone.Transition(start: Instant(milliseconds: .min), offset: -10 * Self.hour),
                Zone.Transition(start: leap, offset: 14 * Self.hour),
            ])
        let day = [TimePolicy.OpenHours(start: 9 * Self.hour, end: 18 * Self.hour)]
        let office = TimePolicy(zone: apia, openHours: Array(repeating: day, count: 7))
        let start = leap.advanced(by: -7 * Self.hour)
        let end = leap.advanced(by: 10 * Self.hour)
        #expect(office.openTime(from: start, to: end) == 2 * Self.hour)
        #expect(office.addingOpenTime(2 * Self.hour, to: start) == end)
    }

    @Test("open time passes only while the shop is open", arguments: golden.indices)
    func openTimePasses(index: Int) {
        let (start, minutes, end) = Self.golden[index]
        #expect(Self.office.addingOpenTime(minutes * Self.minute, to: start) == end)
    }

    @Test("an opening holds its first moment and not its last")
    func openingsAreHalfOpen() {
        for (h, m, isOpen) in [(8, 59, false), (9, 0, true), (11, 59, true), (12, 0, false), (13, 30, true)] {
            #expect(Self.office.isOpen(at: Self.china("2026-03-02", Int64(h), Int64(m))) == isOpen, "\(h):\(m)")
        }
        #expect(!Self.office.isOpen(at: Self.china("2026-03-08", 12)))
        #expect(TimePolicy().isOpen(at: Self.china("2026-03-08", 3)))
    }

    @Test("without open hours open time is wall time, and a shop that never opens hangs nothing")
    func extremesAreWallTime() {
        let start = Self.china("2026-03-08", 3)
        #expect(TimePolicy().addingOpenTime(5, to: start) == start.advanced(by: 5))
        let never = TimePolicy(openHours: Array(repeating: [], count: 7))
        #expect(never.addingOpenTime(5, to: start) == start.advanced(by: 5))
        let empty = TimePolicy(
            openHours: Array(repeating: [TimePolicy.OpenHours(start: 5, end: 5)], count: 7))
        #expect(empty.addingOpenTime(5, to: start) == start.advanced(by: 5))
        #expect(Self.office.addingOpenTime(-1, to: Self.china("2026-03-02", 10)) == Self.china("2026-03-02", 10))
        #expect(Self.office.addingOpenTime(.max, to: start).milliseconds == .max)
    }

    @Test("open time equals a walk minute by minute", arguments: 0..<60 as Range<UInt64>)
    func openTimeEqualsAWalk(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let policy = [Self.office, Self.nights, Self.rare][Int(seed % 3)]
        // The rare policy walks over changes of the clocks.
        let first = seed % 3 == 2 ? Shanghai.local(1986, 4, 20) : Shanghai.local(2026, 2, 20)
        let start = Instant(milliseconds: first + Int64.random(in: 0..<20 * 1440, using: &random) * Self.minute)
        let minutes = Int64.random(in: 0...(seed % 3 == 2 ? 90 : 3_000), using: &random)
        var left = minutes
        var instant = start
        // With nothing left the walk ends at the moment the last open minute ended.
        while left > 0 {
            if policy.isOpen(at: instant) { left -= 1 }
            instant = instant.advanced(by: Self.minute)
        }
        if minutes == 0 {
            // Nothing to wait for: at once where the shop is open, else at the next opening.
            while !policy.isOpen(at: instant) { instant = instant.advanced(by: Self.minute) }
        }
        #expect(policy.addingOpenTime(minutes * Self.minute, to: start) == instant, "seed \(seed), \(minutes) minutes")
    }
}
