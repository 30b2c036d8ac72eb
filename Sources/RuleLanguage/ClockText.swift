/// A time of day as people write it in rules and policies: `09:30`, `24:00`.
public enum ClockText {
    /// Monday first.
    public static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Milliseconds since midnight, at most 24 hours; nil where `text` is no time of day.
    public static func milliseconds(_ text: String) -> Int64? {
        let parts = text.utf8.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int64(String(Substring(parts[0]))), let minute = Int64(String(Substring(parts[1]))),
            minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return (hour * 60 + minute) * 60_000
    }

    /// `09:30` of milliseconds since midnight.
    public static func text(_ milliseconds: Int64) -> String {
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return padded(milliseconds / 3_600_000) + ":" + padded(milliseconds / 60_000 % 60)
    }
}
