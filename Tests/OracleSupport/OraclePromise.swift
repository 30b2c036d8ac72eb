import RuleLanguage

extension Promise {
    private static let units: [(name: String, length: Int64)] = [
        ("小时", 3_600_000), ("分钟", 60_000), ("秒", 1_000),
    ]

    /// What a folded text promises: the first number with a unit, else the first word of the table.
    ///
    /// Numbers are in plain digits; 半小时, 1-2天 and their like are not modelled.
    func limit(in folded: FoldedText) -> Int64? {
        let text = Array(folded.string.unicodeScalars)
        for start in text.indices where isDigit(text, start) && !isDigit(text, start - 1) {
            let before = start > 0 ? text[start - 1] : " "
            guard !("a"..."z").contains(before), let first = part(text, at: start, below: .max) else { continue }
            var (total, end, unit) = first
            while let next = part(text, at: has(" ", text, end) ? end + 1 : end, below: unit) {
                total += next.0
                (end, unit) = (next.1, next.2)
            }
            return min(total, 366 * 86_400_000)
        }
        for start in text.indices {
            let here = words.filter { has(FoldedText($0.text, level: .folded).string, text, start) }
            if let longest = here.max(by: { $0.text.utf8.count < $1.text.utf8.count }) { return longest.limit }
        }
        return nil
    }

    private func isDigit(_ text: [Unicode.Scalar], _ place: Int) -> Bool {
        text.indices.contains(place) && ("0"..."9").contains(text[place])
    }

    private func has(_ word: String, _ text: [Unicode.Scalar], _ place: Int) -> Bool {
        text[min(place, text.count)...].starts(with: word.unicodeScalars)
    }

    /// A number and its unit: milliseconds, where it ends, the unit's own length.
    private func part(_ text: [Unicode.Scalar], at start: Int, below: Int64) -> (Int64, Int, Int64)? {
        var end = start
        while isDigit(text, end) { end += 1 }
        let digits = String(String.UnicodeScalarView(text[min(start, text.count)..<min(end, text.count)]))
        guard let number = Int64(digits), (1..<1_000_000).contains(number) else { return nil }
        let place = has(" ", text, end) ? end + 1 : end
        for unit in Promise.units where has(unit.name, text, place) && unit.length < below {
            return (number * unit.length, place + unit.name.unicodeScalars.count, unit.length)
        }
        return nil
    }
}
