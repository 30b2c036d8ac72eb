/// One search of a matcher in the characters of a text.
struct EvasionRun {
    private let matcher: EvasionMatcher
    private let characters: UnsafeBufferPointer<EvasionText.Character>
    /// For each number of elements taken, the most characters that were equal; -1 where it cannot be.
    private var equals: [Int]

    init(matcher: EvasionMatcher, characters: UnsafeBufferPointer<EvasionText.Character>) {
        self.matcher = matcher
        self.characters = characters
        equals = Array(repeating: -1, count: (matcher.variants.map(\.count).max() ?? 0) + 1)
    }

    /// The last character of the longest match that begins at `start`.
    mutating func longest(from start: Int) -> Int? {
        if matcher.isWordAtStart, start > 0, !characters[start].isApart,
            EvasionRun.continues(characters[start], beside: characters[start - 1])
        {
            return nil
        }
        var last: Int?
        for variant in matcher.variants {
            if let end = longest(of: variant, from: start) { last = max(last ?? end, end) }
        }
        return last
    }

    /// Where the next search may begin after one at `start` found nothing.
    ///
    /// A match from a repeat would be one from the first of the repeated, which would take the repeat
    /// along; skipping them keeps the search linear in texts of one character. Digits do not repeat.
    func nextStart(after start: Int) -> Int {
        var next = start + 1
        guard !matcher.variants[0][0].isArabicDigit else { return next }
        while next < characters.count, isRepeat(next) { next += 1 }
        return next
    }

    private func isRepeat(_ i: Int) -> Bool {
        !characters[i].isApart && characters[i].canonical == characters[i - 1].canonical
            && !characters[i].isArabicDigit
    }

    /// Steps through the text with the set of all ways to have matched it so far.
    private mutating func longest(of variant: [EvasionMatcher.Element], from start: Int) -> Int? {
        guard let first = value(variant[0], characters[start]) else { return nil }
        let count = variant.count
        for j in 0...count { equals[j] = -1 }
        equals[1] = first
        // The ways that are possible lie within low...high elements taken.
        var low = 1
        var high = 1
        var position = start
        var digitsApart = false
        var last: Int?
        while true {
            if high == count, equals[count] >= matcher.needed, isWhole(start, position, digitsApart) { last = position }
            position += 1
            guard position < characters.count else { return last }
            let character = characters[position]
            let isRepeat = isRepeat(position)
            if character.isApart, character.isDigit, characters[position - 1].isDigit { digitsApart = true }
            var newLow = count + 1
            var newHigh = 0
            // Downwards, so that each reads what its neighbour was.
            for j in stride(from: min(high + 1, count), through: low, by: -1) {
                var best = -1
                // One element was taken by the first character.
                if j > 1, equals[j - 1] >= 0, let more = value(variant[j - 1], character) {
                    best = equals[j - 1] + more
                }
                if isRepeat, !variant[j - 1].isArabicDigit { best = max(best, equals[j]) }
                equals[j] = best
                if best >= 0 {
                    newLow = j
                    newHigh = max(newHigh, j)
                }
            }
            if newHigh == 0 { return last }
            low = newLow
            high = newHigh
        }
    }

    /// What taking a character for an element adds to the equal ones; nil where it cannot be taken.
    @inline(__always)
    private func value(_ element: EvasionMatcher.Element, _ character: EvasionText.Character) -> Int? {
        if element.canonical == character.canonical { return element.weight }
        if element.isArabicDigit { return character.digit == element.digit ? element.weight : nil }
        guard matcher.homophones, !element.mustBeEqual else { return nil }
        if element.syllable != 0, element.syllable == character.syllable { return 0 }
        return character.isArabicDigit && character.digit == element.digit ? 0 : nil
    }

    /// Whether neither end of a match goes on in what stands beside it.
    private func isWhole(_ start: Int, _ last: Int, _ digitsApart: Bool) -> Bool {
        if matcher.isWordAtStart, digitsApart, start > 0,
            EvasionRun.continuesNumber(characters[start], beside: characters[start - 1])
        {
            return false
        }
        guard matcher.isWordAtEnd, last + 1 < characters.count else { return true }
        let next = characters[last + 1]
        if !next.isApart { return !EvasionRun.continues(characters[last], beside: next) }
        return !(digitsApart && EvasionRun.continuesNumber(characters[last], beside: next))
    }

    /// Whether a word or a number goes on from its outer character to the one directly beside it.
    ///
    /// A Han numeral only continues numerals: 69一件 says 69, 六九一 says 691.
    private static func continues(_ edge: EvasionText.Character, beside other: EvasionText.Character) -> Bool {
        other.isLatinOrDigit || edge.isHanDigit && other.isHanDigit
    }

    private static func continuesNumber(_ edge: EvasionText.Character, beside other: EvasionText.Character) -> Bool {
        edge.isDigit && other.isDigit && (other.isArabicDigit || edge.isHanDigit)
    }
}
