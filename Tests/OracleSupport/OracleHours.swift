import ConversationModel
import RuleLanguage

/// Open hours as §3's `clock: business` reads them.
struct OracleHours {
    let policy: TimePolicy

    /// The open stretches of one local day as instants.
    private func stretches(of day: CalendarDay) -> [Range<Int64>] {
        guard policy.openHours.indices.contains(day.weekday - 1) else { return [] }
        let midnight = Int64(day.daysSince1970) * 86_400_000
        return policy.openHours[day.weekday - 1].compactMap { hours in
            let start = policy.zone.instant(local: midnight + hours.start).milliseconds
            let end = policy.zone.instant(local: midnight + hours.end).milliseconds
            return start < end ? start..<end : nil
        }
    }

    /// Whether the shop is open at an instant; an end of hours is outside. No hours: always open.
    func isOpen(at instant: Int64) -> Bool {
        if policy.openHours.isEmpty { return true }
        let day = policy.zone.day(of: Instant(milliseconds: instant))
        return stretches(of: day).contains { $0.contains(instant) }
    }

    /// The instant at which `span` of `clock` has passed since `start`; nil where it never does.
    ///
    /// "open hours only; a trigger outside hours starts at the next opening". Walks day by day.
    func instant(after span: Int64, since start: Int64, clock: Expectation.Clock) -> Int64? {
        if clock == .wall || policy.openHours.isEmpty { return start + span }
        var left = span
        var day = policy.zone.day(of: Instant(milliseconds: start))
        for _ in 0..<4_000 {
            for stretch in stretches(of: day) where stretch.upperBound > start {
                let from = max(stretch.lowerBound, start)
                let room = stretch.upperBound - from
                if left <= room { return from + left }
                left -= room
            }
            day.daysSince1970 += 1
        }
        return nil
    }
}
