import ChineseText
import Diagnostics

/// Texts that are scanned together: one side's messages at one level.
public struct Lane: Hashable, Sendable, CaseIterable {
    /// Whose messages; few patterns are looked for in both.
    public enum Side: UInt8, Sendable, CaseIterable {
        /// Buyers, and lines of the system.
        case customer
        /// Agents and the assistant.
        case service
    }

    public let level: TextLevel
    public let side: Side

    public init(level: TextLevel, side: Side) {
        self.level = level
        self.side = side
    }

    /// In the order in which they are scanned.
    public static let allCases = TextLevel.allCases.flatMap { level in
        Side.allCases.map { Lane(level: level, side: $0) }
    }

    /// Its place in `allCases`.
    @inline(__always)
    public var number: Int { Int(level.rawValue) * 2 + Int(side.rawValue) }
}

/// Collects the literals and regexes of all rules; equal ones share a number (an *atom*).
public struct PatternSet: Sendable {
    /// Regexes a set may hold: compiling grows faster than their number.
    public static let regexLimit = 1000
    /// Literals a set may hold.
    public static let literalLimit = 200_000

    struct Atom: Sendable {
        enum Source: Sendable {
            /// Folded UTF-8.
            case literal([UInt8])
            case regex(Pattern)
        }
        var level: TextLevel
        var source: Source
        /// Bit `Lane.Side.rawValue`: looked for in that side's messages.
        var sides: UInt8 = 0
    }

    private struct LiteralKey: Hashable {
        var level: TextLevel
        var bytes: ByteKey
    }

    private(set) var atoms: [Atom] = []
    private var literals: [LiteralKey: Int32] = [:]
    private var regexes: [Pattern: Int32] = [:]

    /// - Parameter literals: about so many will come; room for them is made at once.
    public init(expecting literals: Int = 0) {
        let expected = min(literals, PatternSet.literalLimit)
        atoms.reserveCapacity(expected)
        self.literals.reserveCapacity(expected)
    }

    /// How many different patterns there are.
    public var count: Int { atoms.count }

    /// The number of a literal, folded already at `level`; it must not be empty.
    public mutating func literal(_ bytes: [UInt8], level: TextLevel) -> Int32 {
        let key = LiteralKey(level: level, bytes: ByteKey(bytes))
        if let known = literals[key] { return known }
        let number = Int32(atoms.count)
        atoms.append(Atom(level: level, source: .literal(bytes)))
        literals[key] = number
        return number
    }

    /// Notes that an atom is looked for in the messages of a side; without, it is looked for nowhere.
    public mutating func look(for atom: Int32, in side: Lane.Side) {
        atoms[Int(atom)].sides |= 1 << side.rawValue
    }

    /// Whether a folded literal stands in so few messages that looking for it spares more than its
    /// hits cost. An estimate, on which no result depends.
    public static func isTelling(_ literal: [UInt8]) -> Bool {
        String(decoding: literal, as: UTF8.self).unicodeScalars.reduce(LiteralWorth()) {
            $0 * LiteralWorth(character: $1)
        }.isUseful
    }

    /// The number of a regex.
    public mutating func regex(_ pattern: Pattern) -> Int32 {
        if let known = regexes[pattern] { return known }
        let number = Int32(atoms.count)
        atoms.append(Atom(level: pattern.level, source: .regex(pattern)))
        regexes[pattern] = number
        return number
    }
}
