import ChineseText
import ConversationModel

/// How long a message gives its sender.
enum PromisedLimit: Equatable {
    /// Milliseconds from the message, or from what moves its deadline.
    case span(Int64)
    /// Until this instant in milliseconds, whatever the clock and whoever takes over.
    case moment(Int64)
}

extension PromisedMoment {
    /// The instant that is meant by a message of `instant`, by the zone and hours of `policy`; always later than the
    /// message, nil where there is none such: it is over, or the shop does not close on that day.
    ///
    /// An hour of 12 or less without a part of the day is, today, the next time that clocks show it; on later days 1 to 6
    /// are in the afternoon. Local times that clocks skip or show twice are read as everywhere (`Zone.instant(local:)`).
    func instant(from instant: Instant, policy: TimePolicy) -> Instant? {
        let today = policy.zone.day(of: instant)
        func later(_ candidates: [Instant]) -> Instant? { candidates.filter { $0 > instant }.min() }
        func on(_ offset: Int) -> [Instant] { instants(on: offset, of: today, at: instant, policy) }
        switch day {
        case .after(let days): return later(on(days))
        case .next: return later(on(0)) ?? later(on(1))
        case .weekday(let number):
            let offset = (number - today.weekday + 7) % 7
            return later(on(offset)) ?? later(on(offset + 7))
        case .weekdayOfWeek(let number, let week): return later(on(number - today.weekday + 7 * week))
        }
    }

    /// What it may be on the day that is `offset` days after `today`.
    private func instants(on offset: Int, of today: CalendarDay, at instant: Instant, _ policy: TimePolicy) -> [Instant]
    {
        let day = CalendarDay(daysSince1970: today.daysSince1970 + Int32(offset))
        let midnight = Int64(day.daysSince1970) * 86_400_000
        func local(_ minutes: Int) -> Instant { policy.zone.instant(local: midnight + Int64(minutes) * 60_000) }
        switch time {
        case .endOfDay: return [local(24 * 60)]
        case .closing:
            guard policy.openHours.count == 7 else { return [] }
            let ends = policy.openHours[day.weekday - 1].map { policy.zone.instant(local: midnight + $0.end) }
            return ends.max().map { [$0] } ?? []
        case .clock(let hour, let minute, let part):
            let isSmallHours = instant < local(5 * 60) && offset == 0
            return PromisedMoment.hours(hour, part, isToday: offset == 0, isSmallHours: isSmallHours)
                .map { local($0 * 60 + minute) }
        }
    }

    /// The hours of the day, beyond 24 on the next one, that a written hour may mean.
    private static func hours(_ hour: Int, _ part: Part?, isToday: Bool, isSmallHours: Bool) -> [Int] {
        guard hour <= 12 else { return [hour] }
        switch part {
        case nil where hour == 0: return isToday ? [24] : [0]
        case nil where isToday: return [hour, hour + 12]
        case nil: return [hour <= 6 ? hour + 12 : hour]
        case .night: return [hour == 12 ? 0 : hour]
        case .morning: return [hour]
        case .noon: return [hour <= 3 ? hour + 12 : hour]
        case .afternoon: return [hour == 12 ? 12 : hour + 12]
        case .evening:
            if hour == 12 || hour == 0 { return [24] }
            // 今晚两点 is after midnight.
            return hour <= 4 ? (isSmallHours ? [hour] : [hour + 24]) : [hour + 12]
        }
    }
}
