/// One way to write a keyword: its characters, with some of them spelled otherwise.
struct EvasionSpelling: Sendable, Equatable {
    /// A character of the keyword, or part of what it is spelled as.
    struct Element: Sendable, Equatable {
        let canonical: UInt32
        var syllable: UInt16
        let digit: UInt8
        /// Parts of a spelling are never alike.
        let mustBeEqual: Bool
        /// What it counts if it is equal: the first half nothing, letters of a syllable nothing.
        let weight: Int
        /// Another scalar that is as good; 0 where there is none.
        var also: UInt32 = 0
        /// 十 in the place of 加, which is read so only where no word stands before it.
        var isTenForAdd = false
        /// A heart stands before it.
        var followsHeart = false

        var isArabicDigit: Bool { canonical &- 0x30 < 10 }
        /// The character 加 itself, for which a plus may stand.
        var takesPlus = false
    }

    /// Spellings of one keyword that are tried.
    static let limit = 32
    static let add: UInt32 = 0x52A0
    static let ten: UInt32 = 0x5341
    static let trust: UInt32 = 0x4FE1

    var elements: [Element]
    /// A heart stands behind the last one.
    var endsInHeart = false
    var needsHeart: Bool { endsInHeart || elements.contains { $0.followsHeart } }
    /// Scalars that are there only because of how it is spelled: a text without one of them holds none.
    var marks: [UInt32] = []
    /// It begins or ends with a syllable in letters, where a word of letters must not go on.
    var startsInPinyin = false
    var endsInPinyin = false
}

/// Writes a keyword in all ways, those with fewest characters spelled otherwise first.
struct EvasionSpeller {
    /// What one character is spelled as.
    private struct Piece {
        var elements: [EvasionSpelling.Element]
        var isHeart = false
        var isPinyin = false

        var weight: Int { elements.reduce(0) { $0 + $1.weight } }
    }

    /// How many characters must be equal.
    let needed: Int
    /// The keyword as it is, then the others, at most `EvasionSpelling.limit`.
    private(set) var spellings: [EvasionSpelling] = []
    /// By character, the character itself first.
    private let pieces: [[Piece]]
    /// The characters that can be spelled otherwise.
    private let places: [Int]

    init(characters: [EvasionText.Character], homophones: Bool, table: SkeletonTable) {
        let alphabet = EvasionAlphabet(table: table, homophones: homophones)
        pieces = characters.indices.map { i in
            let character = characters[i]
            // A line end or a wide gap is no character, and equal to its like only.
            let weight = character.canonical > SkeletonTable.wideGap ? 1 : 0
            var whole = alphabet.element(character.canonical, mustBeEqual: false, weight: weight)
            whole.takesPlus = character.canonical == EvasionSpelling.add && characters.count > 1
            var choices = [Piece(elements: [whole])]
            // One character alone is too little: 月半 stands in 本月半价.
            guard characters.count > 1 else { return choices }
            choices += alphabet.halves(of: character.canonical).map { Piece(elements: $0) }
            if i == 0 { choices += alphabet.ten(for: character.canonical).map { Piece(elements: $0) } }
            choices += alphabet.otherReadings(of: whole).map { Piece(elements: [$0]) }
            choices += alphabet.letters(of: character).map { Piece(elements: $0, isPinyin: true) }
            if i > 0, characters.count > 2, homophones, character.canonical == EvasionSpelling.trust {
                choices.append(Piece(elements: [], isHeart: true))
            }
            return choices
        }
        places = pieces.indices.filter { [pieces] in pieces[$0].count > 1 }
        needed = (pieces.reduce(0) { $0 + $1[0].weight } + 1) / 2
        var chosen = [Int](repeating: 0, count: pieces.count)
        for number in 0...places.count where spellings.count < EvasionSpelling.limit {
            choose(number, from: 0, &chosen)
        }
    }

    /// Adds the spellings in which `number` more characters, from one of `places` on, are spelled otherwise.
    private mutating func choose(_ number: Int, from place: Int, _ chosen: inout [Int]) {
        guard number > 0 else { return add(chosen) }
        guard place + number <= places.count else { return }
        for next in place...places.count - number {
            let i = places[next]
            for choice in 1..<pieces[i].count {
                guard spellings.count < EvasionSpelling.limit else { return }
                chosen[i] = choice
                choose(number - 1, from: next + 1, &chosen)
            }
            chosen[i] = 0
        }
    }

    private mutating func add(_ chosen: [Int]) {
        let written = zip(pieces, chosen).map { $0[$1] }
        // What is only alike in too many places is never enough.
        guard written.reduce(0, { $0 + $1.weight }) >= needed else { return }
        var spelling = EvasionSpelling(elements: [])
        var isBehindHeart = false
        for piece in written {
            if piece.isHeart {
                // One heart is one character.
                if isBehindHeart { return }
                isBehindHeart = true
                continue
            }
            for var element in piece.elements {
                element.followsHeart = isBehindHeart
                isBehindHeart = false
                spelling.elements.append(element)
            }
        }
        spelling.endsInHeart = isBehindHeart
        spelling.marks = spelling.elements.filter { $0.mustBeEqual && $0.also == 0 }.map(\.canonical)
        spelling.startsInPinyin = written.first?.isPinyin == true
        spelling.endsInPinyin = written.last?.isPinyin == true
        spellings.append(spelling)
    }
}

/// What a character may be spelled as.
private struct EvasionAlphabet {
    let table: SkeletonTable
    let homophones: Bool

    func element(_ canonical: UInt32, mustBeEqual: Bool, weight: Int, also: UInt32 = 0) -> EvasionSpelling.Element {
        let syllable = table.number(canonical)
        return EvasionSpelling.Element(
            canonical: canonical, syllable: syllable, digit: table.digit(canonical, syllable: syllable),
            mustBeEqual: mustBeEqual, weight: weight, also: also)
    }

    /// The left and the right half.
    func halves(of canonical: UInt32) -> [[EvasionSpelling.Element]] {
        guard let scalar = Unicode.Scalar(canonical), let halves = LookAlikes.halves[scalar] else { return [] }
        let parts = halves.unicodeScalars.enumerated().map { position, half in
            element(half.value, mustBeEqual: true, weight: position, also: LookAlikes.otherHalves[half] ?? 0)
        }
        return [parts]
    }

    /// The character itself, read as it is read in other words: 行 as háng.
    func otherReadings(of whole: EvasionSpelling.Element) -> [EvasionSpelling.Element] {
        guard homophones, let scalar = Unicode.Scalar(whole.canonical), let readings = LookAlikes.polyphones[scalar]
        else { return [] }
        return readings.compactMap { reading in
            guard let number = table.syllables.firstIndex(of: reading), number != Int(whole.syllable) else {
                return nil
            }
            var other = whole
            other.syllable = UInt16(number)
            return other
        }
    }

    /// 十 for 加; plus signs are taken for 加 itself.
    func ten(for canonical: UInt32) -> [[EvasionSpelling.Element]] {
        guard canonical == EvasionSpelling.add else { return [] }
        var ten = element(EvasionSpelling.ten, mustBeEqual: true, weight: 1)
        ten.isTenForAdd = true
        return [[ten]]
    }

    /// The syllable in letters, of two letters or more: wei for 微.
    func letters(of character: EvasionText.Character) -> [[EvasionSpelling.Element]] {
        guard homophones, character.syllable != 0, character.digit > 9 else { return [] }
        let letters = table.syllables[Int(character.syllable)].unicodeScalars
        guard letters.count > 1 else { return [] }
        return [letters.map { element($0.value, mustBeEqual: true, weight: 0) }]
    }
}
