/// A duration as people write it in rules: `500ms`, `30s`, `3m`, `2h`, `1d`, `1h30m`.
public enum DurationText {
    /// No duration of a rule is longer: 366 days.
    public static let maximum: Int64 = 366 * 86_400_000

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Milliseconds; nil where `text` is no duration or longer than `maximum`.
    ///
    /// Units come from large to small, each at most once, with whole numbers and no spaces.
    public static func milliseconds(_ text: String) -> Int64? {
        var rest = text.utf8[...]
        var total: Int64 = 0
        var allowed = units[...]
        guard !rest.isEmpty, rest.count <= 40 else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, let count = Int64(String(Substring(digits))) else { return nil }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { !(0x30...0x39).contains($0) }
            rest = rest[letters.endIndex...]
            let name = String(Substring(letters))
            guard let index = allowed.firstIndex(where: { $0.name == name }) else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: units[index].milliseconds)
            guard !overflow, part <= maximum - total else { return nil }
            total += part
            allowed = allowed[(index + 1)...]
        }
        return total
    }

    /// The shortest way to write `milliseconds` (≥ 0): `1h30m`; zero is `0s`.
    public static func text(_ milliseconds: Int64) -> String {
        var rest = max(0, milliseconds)
        var result = ""
        for unit in units where rest >= unit.milliseconds {
            result += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return result.isEmpty ? "0s" : result
    }
}
