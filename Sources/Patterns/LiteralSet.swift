/// A few strings of folded UTF-8, one of which a text must hold at some place.
///
/// Count, length and worth of a product follow from those of its parts, so that a choice between many
/// products costs nothing before one of them is written out.
struct LiteralSet: Hashable, Sendable {
    /// Strings that a part of a pattern may stand for, and their scalars.
    static let stringLimit = 64
    static let lengthLimit = 32
    /// Members of a class that is spelled out, and of one whose members are rare.
    static let classLimit = 16
    static let rareClassLimit = 48
    /// Literals that all factors of a pattern may have together.
    static let literalLimit = 512

    /// Without repeats, in the order of the pattern.
    private(set) var strings: [[UInt8]]
    /// Scalars of the longest string.
    private(set) var longest: Int
    private(set) var worth: LiteralWorth

    /// Only the empty string: nothing stands there, or nothing is known.
    static let nothing = LiteralSet(strings: [[]], longest: 0, worth: LiteralWorth())
    var isNothing: Bool { longest == 0 }

    private init(strings: [[UInt8]], longest: Int, worth: LiteralWorth) {
        self.strings = strings
        self.longest = longest
        self.worth = worth
        // Fewer than the parts had where some were equal: the product of theirs would grow without end.
        self.worth.count = strings.count
    }

    /// The members of a small class; nil where it is wide (or empty).
    init?(_ members: ScalarSet) {
        guard members.count <= LiteralSet.rareClassLimit else { return nil }
        let scalars = members.ranges.flatMap { $0.compactMap(Unicode.Scalar.init) }
        guard !scalars.isEmpty, scalars.count == members.count else { return nil }
        worth = LiteralWorth(sum: scalars.map { LiteralWorth(character: $0) })
        guard scalars.count <= LiteralSet.classLimit || worth.isRare else { return nil }
        strings = scalars.map { Array(String($0).utf8) }
        longest = 1
    }

    /// Every string of this with every string of the other behind it; nil beyond the bounds.
    func followed(by other: LiteralSet) -> LiteralSet? {
        if isNothing { return other }
        if other.isNothing { return self }
        guard strings.count * other.strings.count <= LiteralSet.stringLimit,
            longest + other.longest <= LiteralSet.lengthLimit
        else { return nil }
        let pairs = strings.flatMap { start in other.strings.map { start + $0 } }
        // One string before or behind different ones leaves them different.
        let isUnique = strings.count == 1 || other.strings.count == 1
        return LiteralSet(
            strings: isUnique ? pairs : LiteralSet.unique(pairs), longest: longest + other.longest,
            worth: worth * other.worth)
    }

    /// The strings of all; nil where they are more than `limit`.
    static func union(_ sets: [LiteralSet], limit: Int) -> LiteralSet? {
        let strings = unique(sets.flatMap(\.strings))
        guard strings.count <= limit else { return nil }
        return LiteralSet(
            strings: strings, longest: sets.map(\.longest).max() ?? 0,
            worth: LiteralWorth(sum: sets.map(\.worth)))
    }

    private static func unique(_ strings: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return strings.filter { seen.insert($0).inserted }
    }

    /// The same without strings that hold another of them: a text with the longer has the shorter.
    var minimal: LiteralSet {
        let kept = strings.filter { string in
            !strings.contains { $0.count < string.count && LiteralSet.string(string, holds: $0) }
        }
        return LiteralSet(strings: kept, longest: longest, worth: worth)
    }

    /// Whether a text that holds one of these strings always holds one of the other's.
    func implies(_ other: LiteralSet) -> Bool {
        strings.allSatisfy { string in other.strings.contains { LiteralSet.string(string, holds: $0) } }
    }

    private static func string(_ string: [UInt8], holds part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= string.count else { return false }
        return (0...string.count - part.count).contains { start in
            string[start] == first && string[start..<start + part.count].elementsEqual(part)
        }
    }
}
