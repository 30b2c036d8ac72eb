import ConversationModel

extension ShopFigures {
    /// The figures without what may depend on the order and the time of arrival: the watermark and the position, what became of events, and
    /// the marks of late ones. Any order in which the same events come within the horizon gives the same.
    public var regardlessOfArrival: ShopFigures {
        var plain = self
        plain.watermark = nil
        plain.sequence = 0
        plain.counters = ShopMonitor.Counters()
        plain.isSilent = false
        plain.isSlotAmended = false
        for day in [\ShopFigures.today, \.yesterday, \.yesterdayUntilThisTime] {
            plain[keyPath: day].lateEvents = 0
            plain[keyPath: day].isAmended = false
            plain[keyPath: day].isSettled = false
        }
        return plain
    }
}

extension ShopMonitor {
    /// The ends of the slots of the day of `now` up to it, then `now`, ascending: at these instants figures show every slot.
    /// The instant at which a day ends is of that day, not of the one that begins.
    ///
    /// Nil where the state does not reach back to the beginning of the day.
    public func instants(ofDayUntil now: Instant) -> [Instant]? {
        let day = context.calendar.day(at: now.milliseconds - 1).span
        guard day.start >= floor else { return nil }
        var result = stride(from: day.start + policy.slotLength, to: now.milliseconds, by: Int(policy.slotLength))
            .map { Instant(milliseconds: $0) }
        result.append(now)
        return result
    }
}
