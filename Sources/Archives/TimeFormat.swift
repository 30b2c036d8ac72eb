/// A form of times given in a mapping: `dd/MM/yyyy HH:mm`, `yyyyMMddHHmmss`, `M月d日 …`.
///
/// `yyyy` `MM` `dd` `HH` `mm` `ss` take that many digits, `M` `d` `H` `m` `s` one or two, `SSS` three;
/// everything else stands for itself.
package struct TimeFormat: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case number(Component, ClosedRange<Int>)
        case literal([UInt8])
    }
    private enum Component: Hashable, Sendable {
        case year, month, day, hour, minute, second, millisecond
    }

    private let parts: [Part]

    /// Nil where `pattern` lacks the year, month or day.
    package init?(_ pattern: String) {
        var parts: [Part] = []
        var names: Set<Component> = []
        var rest = Substring(pattern)
        while let first = rest.first {
            let run = rest.prefix { $0 == first }
            let name: Component? =
                switch first {
                case "y": .year
                case "M": .month
                case "d": .day
                case "H": .hour
                case "m": .minute
                case "s": .second
                case "S": .millisecond
                default: nil
                }
            if let name {
                let width = run.count
                guard width <= 4 else { return nil }
                parts.append(.number(name, width == 1 ? 1...2 : width...width))
                names.insert(name)
            } else {
                parts.append(.literal(Array(run.utf8)))
            }
            rest = rest[run.endIndex...]
        }
        guard names.isSuperset(of: [.year, .month, .day]) else { return nil }
        self.parts = parts
    }

    /// The parts of a time written in this format, or nil.
    package func parts(of text: ArraySlice<UInt8>) -> TimeParts? {
        var rest = text
        var result = TimeParts()
        for part in parts {
            switch part {
            case .literal(let bytes):
                guard rest.starts(with: bytes) else { return nil }
                rest = rest.dropFirst(bytes.count)
            case .number(let name, let widths):
                let digits = rest.prefix(widths.upperBound).prefix { (0x30...0x39).contains($0) }
                guard digits.count >= widths.lowerBound else { return nil }
                rest = rest[digits.endIndex...]
                let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
                switch name {
                case .year: result.year = value
                case .month: result.month = value
                case .day: result.day = value
                case .hour: result.hour = value
                case .minute: result.minute = value
                case .second: result.second = value
                case .millisecond: result.millisecond = value
                }
            }
        }
        return rest.isEmpty ? result : nil
    }
}
