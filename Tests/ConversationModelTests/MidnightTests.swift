import ConversationModel
import TestSupport
import Testing

@Suite struct MidnightTests {
    private static let hour: Int64 = 3_600_000

    private static func instant(_ text: String) -> Instant {
        Instant(utcText: text + ":00.000Z") ?? Instant(milliseconds: .min)
    }

    /// A zone from its offset in hours, and its changes: when in UTC, and the offset from then on.
    private static func zone(_ name: String, _ offset: Double, _ changes: [(String, Double)]) -> Zone {
        func milliseconds(_ hours: Double) -> Int64 { Int64(hours * Double(hour)) }
        return Zone(
            name: name,
            transitions: [Zone.Transition(start: Instant(milliseconds: .min), offset: milliseconds(offset))]
                + changes.map { Zone.Transition(start: instant($0.0), offset: milliseconds($0.1)) })
    }

    /// Clocks jump from 00:00 to 01:00, and back from 00:00 to 23:00.
    static let saoPaulo = zone(
        "America/Sao_Paulo", -3, [("2018-11-04T03:00", -2), ("2019-02-17T02:00", -3)])
    /// Clocks go back from 01:00 to 00:00: midnight comes twice on one day.
    static let havana = zone("America/Havana", -4, [("2025-11-02T05:00", -5)])
    /// Clocks go back from 00:01 to 23:01 of the day before.
    static let stJohns = zone("America/St_Johns", -2.5, [("2010-11-07T02:31", -3.5)])
    /// The whole of 2011-12-30 is skipped.
    static let apia = zone("Pacific/Apia", -10, [("2011-12-30T10:00", 14)])

    @Test(
        "the next midnight in Shanghai, summer time of 1986 to 1991 included",
        arguments: [
            ("2026-03-02T01:04", "2026-03-02T16:00"), ("2026-03-02T16:00", "2026-03-03T16:00"),
            ("2026-03-02T15:59", "2026-03-02T16:00"), ("2026-12-31T10:00", "2026-12-31T16:00"),
            ("2024-02-28T17:00", "2024-02-29T16:00"), ("1986-05-03T04:00", "1986-05-03T16:00"),
            // The day on which summer time begins ends an hour early, by UTC.
            ("1986-05-03T17:00", "1986-05-04T15:00"), ("1986-05-04T04:00", "1986-05-04T15:00"),
            ("1986-09-13T03:00", "1986-09-13T15:00"), ("1986-09-13T16:30", "1986-09-14T16:00"),
            ("1987-04-12T04:00", "1987-04-12T15:00"), ("1988-09-11T04:00", "1988-09-11T16:00"),
            ("1991-09-14T03:00", "1991-09-14T15:00"), ("1991-09-14T18:00", "1991-09-15T16:00"),
        ])
    func shanghai(now: String, midnight: String) {
        #expect(Shanghai.zone.nextMidnight(after: Self.instant(now)) == Self.instant(midnight))
    }

    @Test("a day whose midnight is skipped begins when clocks jump")
    func skippedMidnight() {
        let start = Self.saoPaulo.nextMidnight(after: Self.instant("2018-11-03T15:00"))
        #expect(start == Self.instant("2018-11-04T03:00"))
        #expect(Self.saoPaulo.day(of: start).description == "2018-11-04")
        #expect(Self.saoPaulo.day(of: start.advanced(by: -1)).description == "2018-11-03")
        // Back at midnight: the hour from 23:00 comes twice, midnight once.
        for now in ["2019-02-16T20:00", "2019-02-17T01:30", "2019-02-17T02:30"] {
            #expect(Self.saoPaulo.nextMidnight(after: Self.instant(now)) == Self.instant("2019-02-17T03:00"))
        }
        let late = Self.apia.nextMidnight(after: Self.instant("2011-12-30T05:00"))
        #expect(late == Self.instant("2011-12-30T10:00"))
        #expect(Self.apia.day(of: late).description == "2011-12-31")
    }

    @Test("a midnight that comes twice is the first, unless it has passed")
    func doubleMidnight() {
        #expect(
            Self.havana.nextMidnight(after: Self.instant("2025-11-01T20:00")) == Self.instant("2025-11-02T04:00"))
        #expect(
            Self.havana.nextMidnight(after: Self.instant("2025-11-02T05:30")) == Self.instant("2025-11-03T05:00"))
        #expect(
            Self.stJohns.nextMidnight(after: Self.instant("2010-11-06T20:00")) == Self.instant("2010-11-07T02:30"))
        // 23:31 of the day before, for the second time.
        #expect(
            Self.stJohns.nextMidnight(after: Self.instant("2010-11-07T03:00")) == Self.instant("2010-11-07T03:30"))
    }

    @Test("it is always later, at most 26 hours away but where a day is skipped, and clocks show 00:00 there")
    func properties() {
        var generator = SeededGenerator(seed: 7)
        for zone in [Shanghai.zone, Self.saoPaulo, Self.havana, Self.stJohns] {
            for transition in zone.transitions.dropFirst() {
                for _ in 0..<200 {
                    let now = transition.start.advanced(
                        by: Int64.random(in: -2 * 86_400_000...2 * 86_400_000, using: &generator))
                    let next = zone.nextMidnight(after: now)
                    #expect(next > now && next.milliseconds - now.milliseconds <= 26 * Self.hour)
                    let isSkipped = zone.transitions.contains { $0.start == next }
                    let local = next.milliseconds + zone.offset(at: next)
                    #expect(local % 86_400_000 == 0 || isSkipped, "\(zone.name) \(now.utcText) \(next.utcText)")
                }
            }
        }
    }

    @Test("an instant's text reads back, and nothing else does")
    func texts() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<500 {
            let instant = Instant(
                milliseconds: Int64.random(in: -2_000_000_000_000...4_000_000_000_000, using: &generator))
            #expect(Instant(utcText: instant.utcText) == instant)
        }
        #expect(Self.instant("1969-12-31T23:59").utcText == "1969-12-31T23:59:00.000Z")
        #expect(Self.instant("2026-03-02T01:04").localText(offset: 8 * Self.hour) == "2026-03-02 09:04:00")
        for text in [
            "", "2026-03-02T01:04:12Z", "2026-03-02T01:04:12.000+08:00", "2026-02-30T01:04:12.000Z",
            "2026-03-02T24:04:12.000Z", "2026-03-02 01:04:12.000Z", "2026-03-02T01:60:12.000Z",
            "2026-03-02T0１:04:12.00Z",
        ] { #expect(Instant(utcText: text) == nil, "\(text)") }
    }
}
