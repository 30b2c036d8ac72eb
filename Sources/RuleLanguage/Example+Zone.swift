import ConversationModel

extension Example {
    /// 2026-03-02T10:00:00+08:00, a Monday inside all usual business hours.
    static let firstInstant = Instant(
        milliseconds: Int64(CalendarDay(year: 2026, month: 3, day: 2).daysSince1970) * 86_400_000
            + 2 * 3_600_000)
    /// What clocks show at `firstInstant` where examples are read, milliseconds since the local 1970.
    private static let firstLocal = firstInstant.milliseconds + 8 * 3_600_000

    /// The conversation as it begins on that Monday at 10:00 in a zone: hours are those of the shop.
    public func conversation(in zone: Zone) -> Conversation {
        let shift = zone.instant(local: Example.firstLocal).milliseconds - Example.firstInstant.milliseconds
        guard shift != 0 else { return conversation }
        func moved(_ instant: Instant?) -> Instant? { instant?.advanced(by: shift) }
        var result = conversation
        for index in result.messages.indices { result.messages[index].time = moved(result.messages[index].time) }
        result.closedAt = moved(result.closedAt)
        switch result.facts.previous {
        case .ended(let instant, let agent): result.facts.previous = .ended(instant.advanced(by: shift), agent: agent)
        case .noneSince(let instant): result.facts.previous = .noneSince(instant.advanced(by: shift))
        case nil: break
        }
        guard var orders = result.facts.orders else { return result }
        for index in orders.indices {
            orders[index].createdAt = moved(orders[index].createdAt)
            orders[index].paidAt = moved(orders[index].paidAt)
        }
        result.facts.orders = orders
        return result
    }
}
