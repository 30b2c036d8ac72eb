/// The offsets of a time zone as a table of transitions.
///
/// The table is filled once in the composition root from the system's zone data, so that nothing
/// below it asks the system for the time or the zone.
public struct Zone: Sendable, Hashable {
    /// One change of offset: from `start` on, local time is UTC plus `offset` milliseconds.
    public struct Transition: Sendable, Hashable {
        public var start: Instant
        public var offset: Int64

        public init(start: Instant, offset: Int64) {
            self.start = start
            self.offset = offset
        }
    }

    /// The tz database name, `Asia/Shanghai` for example.
    public let name: String
    /// Ascending by start; the first holds for all earlier instants too.
    public let transitions: [Transition]

    /// A zone from its transitions; an empty table means UTC.
    public init(name: String, transitions: [Transition]) {
        self.name = name
        self.transitions =
            transitions.isEmpty ? [Transition(start: Instant(milliseconds: .min), offset: 0)] : transitions
    }

    /// A zone that never changes its offset.
    public static func fixed(name: String, offset: Int64) -> Zone {
        Zone(name: name, transitions: [Transition(start: Instant(milliseconds: .min), offset: offset)])
    }

    /// UTC plus 8 hours all year: mainland China since 1991-09-15.
    public static let chinaStandard = Zone.fixed(name: "Asia/Shanghai", offset: 8 * 3_600_000)

    /// Milliseconds to add to UTC at `instant`. O(log transitions), O(1) after the last one.
    public func offset(at instant: Instant) -> Int64 {
        if let last = transitions.last, last.start <= instant { return last.offset }
        // The first stands for all time before it.
        let later = transitions.partitioningIndex { $0.start > instant }
        return transitions[max(0, later - 1)].offset
    }

    /// The calendar day that `instant` falls on in this zone.
    public func day(of instant: Instant) -> CalendarDay {
        let local = instant.milliseconds &+ offset(at: instant)
        let day = local / 86_400_000 - (local % 86_400_000 < 0 ? 1 : 0)
        return CalendarDay(daysSince1970: Int32(truncatingIfNeeded: day))
    }

    /// The instant at which local clocks show `local` milliseconds since the local 1970-01-01T00:00.
    ///
    /// A local time that occurs twice is read as the earlier one; one that is skipped is read with
    /// the offset before the change (as RFC 5545 does).
    public func instant(local: Int64) -> Instant {
        var best: Instant?
        for transition in transitions.reversed() {
            let candidate = Instant(milliseconds: local &- transition.offset)
            if offset(at: candidate) == transition.offset {
                if candidate < (best ?? Instant(milliseconds: .max)) { best = candidate }
            }
            if candidate.milliseconds > transition.start.milliseconds &+ 2 * 86_400_000 { break }
        }
        if let best { return best }
        let before = offset(at: Instant(milliseconds: local &- 86_400_000))
        return Instant(milliseconds: local &- before)
    }

    /// The instant of the first moment of `day` in this zone.
    public func start(of day: CalendarDay) -> Instant {
        instant(local: Int64(day.daysSince1970) * 86_400_000)
    }
}
