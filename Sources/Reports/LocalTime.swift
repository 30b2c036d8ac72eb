import ConversationModel

extension Zone {
    /// `2026-03-01 10:10:15`, as clocks of this zone show it.
    func text(of instant: Instant) -> String {
        let milliseconds = local(instant)
        let secondOfDay = Int((milliseconds % 86_400_000 + 86_400_000) % 86_400_000 / 1000)
        func padded(_ n: Int) -> String { n < 10 ? "0\(n)" : String(n) }
        let clock = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60]
        return "\(day(of: instant)) \(clock.map(padded).joined(separator: ":"))"
    }

    /// Milliseconds since the local 1970-01-01T00:00.
    func local(_ instant: Instant) -> Int64 {
        instant.milliseconds &+ offset(at: instant)
    }
}
