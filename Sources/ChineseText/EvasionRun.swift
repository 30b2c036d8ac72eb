/// One search of a matcher in the characters of a text.
struct EvasionRun {
    private let matcher: EvasionMatcher
    private let characters: UnsafeBufferPointer<EvasionText.Character>
    /// Those that the text has the characters for, the keyword itself first.
    private let spellings: [EvasionSpelling]
    /// For each number of elements taken, the most characters that were equal; -1 where it cannot be.
    private var equals: [Int]

    init(matcher: EvasionMatcher, characters: UnsafeBufferPointer<EvasionText.Character>) {
        self.matcher = matcher
        self.characters = characters
        spellings = EvasionRun.possible(matcher.spellings, in: characters)
        equals = Array(repeating: -1, count: (spellings.map(\.elements.count).max() ?? 0) + 1)
    }

    /// The spellings whose marks are in a text, and their heart: mostly one, which keeps long texts cheap.
    private static func possible(
        _ spellings: [EvasionSpelling], in characters: UnsafeBufferPointer<EvasionText.Character>
    ) -> [EvasionSpelling] {
        guard spellings.count > 1 else { return spellings }
        // Scalars by their lower bits: one too many is found, none too few.
        var present = [Bool](repeating: false, count: 4_096)
        var hasHeart = false
        for character in characters {
            present[Int(character.canonical & 0xFFF)] = true
            hasHeart = hasHeart || character.heartEnd > 0
        }
        return spellings.filter { spelling in
            (hasHeart || !spelling.needsHeart) && spelling.marks.allSatisfy { present[Int($0 & 0xFFF)] }
        }
    }

    /// The last character of the longest match that begins at `start`, and the byte behind the match.
    mutating func longest(from start: Int) -> (last: Int, end: UInt32)? {
        if matcher.isWordAtStart, start > 0, !characters[start].isApart,
            EvasionRun.continues(characters[start], beside: characters[start - 1])
        {
            return nil
        }
        var longest: (last: Int, end: UInt32)?
        for spelling in spellings {
            if spelling.startsInPinyin, hasLetter(start - 1, beside: start) { continue }
            guard let last = last(of: spelling, from: start) else { continue }
            let end = spelling.endsInHeart ? characters[last].heartEnd : characters[last].end
            if longest.map({ ($0.last, $0.end) < (last, end) }) ?? true { longest = (last, end) }
        }
        return longest
    }

    /// Whether a letter stands at `i`, with nothing between it and what follows at `next`.
    private func hasLetter(_ i: Int, beside next: Int) -> Bool {
        characters.indices.contains(i) && characters[i].canonical &- 0x61 < 26 && !characters[next].isApart
    }

    /// Where the next search may begin after one at `start` found nothing.
    ///
    /// A match from a repeat would be one from the first of the repeated, which would take the repeat
    /// along; skipping them keeps the search linear in texts of one character. Digits do not repeat.
    func nextStart(after start: Int) -> Int {
        var next = start + 1
        guard !matcher.spellings[0].elements[0].isArabicDigit else { return next }
        while next < characters.count, isRepeat(next) { next += 1 }
        return next
    }

    private func isRepeat(_ i: Int) -> Bool {
        !characters[i].isApart && characters[i].canonical == characters[i - 1].canonical
            && !characters[i].isArabicDigit
    }

    /// A plus right behind 加 says 加 once more.
    private func isPlusBehindAdd(_ i: Int) -> Bool {
        guard characters[i].isPlus, !characters[i].isApart else { return false }
        return characters[i - 1].canonical == EvasionSpelling.add || characters[i - 1].isPlus
    }

    /// The last character of the longest match of a spelling: steps through the text with the set of all
    /// ways to have matched it so far.
    private mutating func last(of spelling: EvasionSpelling, from start: Int) -> Int? {
        let elements = spelling.elements
        guard let first = value(elements[0], characters[start]), readsAsAdd(start, elements[0]) else { return nil }
        let count = elements.count
        for j in 0...count { equals[j] = -1 }
        equals[1] = first
        // The ways that are possible lie within low...high elements taken.
        var low = 1
        var high = 1
        var position = start
        var digitsApart = false
        var last: Int?
        while true {
            if high == count, equals[count] >= matcher.needed, isWhole(spelling, start, position, digitsApart) {
                last = position
            }
            position += 1
            guard position < characters.count else { return last }
            let character = characters[position]
            let isRepeat = isRepeat(position)
            let isPlusBehindAdd = isPlusBehindAdd(position)
            let isBehindHeart = characters[position - 1].heartEnd > 0
            if character.isApart, character.isDigit, characters[position - 1].isDigit { digitsApart = true }
            var newLow = count + 1
            var newHigh = 0
            // Downwards, so that each reads what its neighbour was.
            for j in stride(from: min(high + 1, count), through: low, by: -1) {
                let element = elements[j - 1]
                var best = -1
                // One element was taken by the first character.
                if j > 1, equals[j - 1] >= 0, isBehindHeart || !element.followsHeart,
                    let more = value(element, character)
                {
                    best = equals[j - 1] + more
                }
                if isRepeat && !element.isArabicDigit || isPlusBehindAdd && element.takesPlus {
                    best = max(best, equals[j])
                }
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
    private func value(_ element: EvasionSpelling.Element, _ character: EvasionText.Character) -> Int? {
        if element.canonical == character.canonical { return element.weight }
        if element.also == character.canonical, element.also != 0 { return element.weight }
        if element.isArabicDigit { return character.digit == element.digit ? element.weight : nil }
        // A keyword's own plus may be any plus.
        if character.isPlus, element.takesPlus || SkeletonCodes.isPlus(element.canonical) { return element.weight }
        guard matcher.homophones, !element.mustBeEqual else { return nil }
        if element.syllable != 0, element.syllable == character.syllable { return 0 }
        return character.isArabicDigit && character.digit == element.digit ? 0 : nil
    }

    /// Whether a sign of addition at the beginning of a match is read as 加: 支付宝+微信 names two things.
    private func readsAsAdd(_ start: Int, _ element: EvasionSpelling.Element) -> Bool {
        let character = characters[start]
        guard element.isTenForAdd || element.takesPlus && character.isPlus, start > 0 else { return true }
        let before = characters[start - 1]
        if before.isPlus { return false }
        let isWord = before.isLatinOrDigit || before.syllable != 0 || before.isDigit
        if !isWord || PlusNeighbours.ask.contains(before.canonical) { return true }
        if before.isDigit || PlusNeighbours.joined.contains(before.canonical) { return false }
        if character.canonical == LookAlikes.heavyPlus { return true }
        // 便宜 +微信, but 旺旺 + 微信.
        return character.isPlus && character.isApart && start + 1 < characters.count && !characters[start + 1].isApart
    }

    /// Whether neither end of a match goes on in what stands beside it.
    private func isWhole(_ spelling: EvasionSpelling, _ start: Int, _ last: Int, _ digitsApart: Bool) -> Bool {
        if matcher.isWordAtStart, digitsApart, start > 0,
            EvasionRun.continuesNumber(characters[start], beside: characters[start - 1])
        {
            return false
        }
        if spelling.endsInHeart { return characters[last].heartEnd > 0 }
        if spelling.endsInPinyin, hasLetter(last + 1, beside: last + 1) { return false }
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

/// What stands before a sign of addition.
private enum PlusNeighbours {
    /// Words that ask, or end a sentence: 您+微信, 可以+微信.
    static let ask = Set("您你亲请先快来就以接能要吧呢哦哈呀啦下可都直我想".unicodeScalars.map(\.value))
    /// Ends of what a plus adds up: 支付宝➕微信, 5元➕微信红包.
    static let joined = Set("宝付卡元块旺金券".unicodeScalars.map(\.value))
}
