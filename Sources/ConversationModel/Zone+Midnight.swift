extension Zone {
    /// The next midnight after `instant`: the first moment of the next day that is still to come.
    ///
    /// Where clocks skip midnight the day begins when they jump; where they show it twice, and the
    /// first time has passed, it is the second. Always later than `instant`.
    public func nextMidnight(after instant: Instant) -> Instant {
        let next = CalendarDay(daysSince1970: day(of: instant).daysSince1970 + 1)
        let first = start(of: next)
        if first > instant { return first }
        // Clocks went back over midnight (America/St_Johns did, at 00:01): it comes once more.
        let local = Int64(next.daysSince1970) * 86_400_000
        let again = Instant(milliseconds: local - offset(at: instant))
        if again > instant, day(of: again) == next { return again }
        return start(of: CalendarDay(daysSince1970: next.daysSince1970 + 1))
    }
}
