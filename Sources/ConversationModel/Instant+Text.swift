extension Instant {
    /// The moment in UTC, as RFC 3339 with milliseconds: `2026-03-02T01:04:12.000Z`.
    public var utcText: String {
        let (day, clock) = civilTexts(offset: 0)
        return "\(day)T\(clock).\(padded(milliseconds.remainder(1000), 3))Z"
    }

    /// What clocks show `offset` milliseconds ahead of UTC: `2026-03-02 09:04:12`.
    public func localText(offset: Int64) -> String {
        let (day, clock) = civilTexts(offset: offset)
        return "\(day) \(clock)"
    }

    /// The moment that `utcText` wrote; nil for any other text.
    public init?(utcText text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, let day = CalendarDay(String(text.prefix(10))) else { return nil }
        func number(_ start: Int, _ count: Int, below limit: Int64) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[start..<start + count] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value < limit ? value : nil
        }
        guard let hour = number(11, 2, below: 24), let minute = number(14, 2, below: 60),
            let second = number(17, 2, below: 60), let rest = number(20, 3, below: 1000)
        else { return nil }
        let inDay = ((hour * 60 + minute) * 60 + second) * 1000 + rest
        self.init(milliseconds: Int64(day.daysSince1970) * 86_400_000 + inDay)
        guard utcText == text else { return nil }
    }

    private func civilTexts(offset: Int64) -> (day: CalendarDay, clock: String) {
        let local = milliseconds &+ offset
        let inDay = local.remainder(86_400_000)
        let day = CalendarDay(daysSince1970: Int32(truncatingIfNeeded: (local - inDay) / 86_400_000))
        let parts = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60]
        return (day, parts.map { padded($0, 2) }.joined(separator: ":"))
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    /// The remainder of a division that rounds down: never negative.
    fileprivate func remainder(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
