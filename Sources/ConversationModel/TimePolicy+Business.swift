extension TimePolicy {
    /// The open stretches of a day as instants, ascending.
    private func openings(on day: CalendarDay) -> [(start: Instant, end: Instant)] {
        guard openHours.count == 7 else { return [] }
        let midnight = Int64(day.daysSince1970) * 86_400_000
        var result: [(start: Instant, end: Instant)] = []
        for hours in openHours[day.weekday - 1] {
            let start = zone.instant(local: midnight + hours.start)
            let end = zone.instant(local: midnight + hours.end)
            // A day that never was has no hours, and those that a change of clocks moves into one another are open once.
            guard start < end, zone.day(of: start) == day else { continue }
            if let last = result.indices.last, start <= result[last].end {
                result[last].end = max(result[last].end, end)
            } else {
                result.append((start, end))
            }
        }
        return result
    }

    private var isAlwaysOpen: Bool { openHours.count != 7 || openHours.allSatisfy(\.isEmpty) }

    /// Whether the shop is open at `instant`; an opening is `[start, end)`.
    public func isOpen(at instant: Instant) -> Bool {
        isAlwaysOpen
            || openings(on: zone.day(of: instant)).contains { $0.start <= instant && instant < $0.end }
    }

    /// Whether `instant` lies in hours that are given by weekday; an end is outside.
    public func isInside(_ hours: [[OpenHours]], at instant: Instant) -> Bool {
        let day = zone.day(of: instant)
        guard hours.count == 7 else { return true }
        let midnight = Int64(day.daysSince1970) * 86_400_000
        return hours[day.weekday - 1].contains { hours in
            zone.instant(local: midnight + hours.start) <= instant
                && instant < zone.instant(local: midnight + hours.end)
        }
    }

    /// Milliseconds of open time between two instants.
    ///
    /// At most 400 days are looked at; beyond, the wall clock counts.
    public func openTime(from start: Instant, to end: Instant) -> Int64 {
        guard start < end else { return 0 }
        if isAlwaysOpen { return end.milliseconds - start.milliseconds }
        var total: Int64 = 0
        var day = zone.day(of: start)
        let last = zone.day(of: end)
        for _ in 0..<400 where day <= last {
            for opening in openings(on: day) {
                let from = max(opening.start, start)
                let to = min(opening.end, end)
                if from < to { total += to.milliseconds - from.milliseconds }
            }
            day = CalendarDay(daysSince1970: day.daysSince1970 + 1)
        }
        guard day <= last else { return total }
        return total + end.milliseconds - max(start, zone.start(of: day)).milliseconds
    }

    /// The instant at which `duration` milliseconds of open time have passed since `start`.
    ///
    /// A start outside open hours counts from the next opening. At most 400 days are looked at;
    /// then the wall clock goes on, so that a shop that is never open cannot hang anything.
    public func addingOpenTime(_ duration: Int64, to start: Instant) -> Instant {
        if isAlwaysOpen { return start.advanced(by: duration) }
        var left = max(0, duration)
        var day = zone.day(of: start)
        for _ in 0..<400 {
            for opening in openings(on: day) where opening.end > start {
                let from = max(opening.start, start)
                let room = opening.end.milliseconds - from.milliseconds
                // Time that is used up exactly at closing ends there, not at the next opening.
                if room >= left { return from.advanced(by: left) }
                left -= room
            }
            day = CalendarDay(daysSince1970: day.daysSince1970 + 1)
        }
        return start.advanced(by: duration)
    }
}
