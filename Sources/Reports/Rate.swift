/// A share of two counts, written without floating point.
package struct Rate: Sendable, Hashable {
    /// Below this many units a rate says little; reports mark it.
    package static let thinBelow = 30

    package let part: Int
    package let whole: Int

    package init(_ part: Int, of whole: Int) {
        self.part = part
        self.whole = whole
    }

    /// Whether the denominator is too small to compare by.
    package var isThin: Bool { whole > 0 && whole < Rate.thinBelow }

    /// Tenths of a percent, rounded half up; nil where the denominator is not positive.
    package var perMille: Int? {
        guard whole > 0 else { return nil }
        // Clamped so that no count, however absurd, overflows.
        let bounded = min(max(0, part), Int.max / 4000)
        let divisor = min(whole, Int.max / 4)
        return (bounded * 2000 + divisor) / (2 * divisor)
    }

    /// `12.3%`, `—` where undefined; a share that is not 0 or 1 never reads as 0.0% or 100.0%.
    package var text: String {
        guard let perMille else { return "—" }
        if perMille == 0, part > 0 { return "<0.1%" }
        if perMille == 1000, part < whole { return ">99.9%" }
        return "\(perMille / 10).\(perMille % 10)%"
    }

    /// `text`, followed by `*` where the denominator is small, else by a space, so that points align.
    package var markedText: String { text + (isThin ? "*" : " ") }
}
