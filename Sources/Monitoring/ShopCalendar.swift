import ConversationModel

/// Days, slots and half hours of a shop as stretches of milliseconds, `[start, end)`.
///
/// Slots and half hours are counted from the shop's midnight by time that has passed; the last of a day that
/// is no multiple of them long is shorter.
struct ShopCalendar: Sendable {
    struct Stretch: Equatable, Sendable {
        var start: Int64
        var end: Int64

        func contains(_ time: Int64) -> Bool { start <= time && time < end }
    }

    struct Day: Equatable, Sendable {
        var number: Int32
        var span: Stretch
    }

    static let halfHour: Int64 = 30 * 60_000

    let zone: Zone
    let slotLength: Int64

    /// The day that holds `time`.
    func day(at time: Int64) -> Day {
        var number = zone.day(of: Instant(milliseconds: time)).daysSince1970
        // Where clocks go back over midnight, a day begins at its first midnight and keeps what follows.
        while start(of: number + 1) <= time { number += 1 }
        while start(of: number) > time { number -= 1 }
        return day(number)
    }

    func day(_ number: Int32) -> Day {
        Day(number: number, span: Stretch(start: start(of: number), end: start(of: number + 1)))
    }

    func start(of number: Int32) -> Int64 {
        zone.start(of: CalendarDay(daysSince1970: number)).milliseconds
    }

    /// The last slot that has ended at `time`.
    func lastSlot(at time: Int64) -> Stretch { lastWhole(slotLength, at: time) }

    /// The last half hour (hh:00 or hh:30) that has ended at `time`.
    func lastHalfHour(at time: Int64) -> Stretch { lastWhole(ShopCalendar.halfHour, at: time) }

    private func lastWhole(_ length: Int64, at time: Int64) -> Stretch {
        let today = day(at: time).span
        let whole = (time - today.start) / length
        if whole > 0 {
            return Stretch(start: today.start + (whole - 1) * length, end: today.start + whole * length)
        }
        let before = day(at: today.start - 1).span
        let start = before.start + (before.end - 1 - before.start) / length * length
        return Stretch(start: start, end: before.end)
    }

    /// The instant of the day before at which clocks showed what they show at `time`.
    func sameTimeYesterday(_ time: Int64) -> Int64 {
        let today = day(at: time)
        let yesterday = day(today.number - 1).span
        let local = time + zone.offset(at: Instant(milliseconds: time))
        let shown = zone.instant(local: local - 86_400_000).milliseconds
        return min(max(shown, yesterday.start), yesterday.end)
    }
}
