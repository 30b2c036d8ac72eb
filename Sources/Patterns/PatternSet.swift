import ChineseText
import Diagnostics

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
    }

    private struct LiteralKey: Hashable {
        var level: TextLevel
        var bytes: [UInt8]
    }

    private(set) var atoms: [Atom] = []
    private var literals: [LiteralKey: Int32] = [:]
    private var regexes: [Pattern: Int32] = [:]

    public init() {}

    /// How many different patterns there are.
    public var count: Int { atoms.count }
    public var regexCount: Int { regexes.count }

    /// The number of a literal, folded already at `level`; it must not be empty.
    public mutating func literal(_ bytes: [UInt8], level: TextLevel) -> Int32 {
        let key = LiteralKey(level: level, bytes: bytes)
        if let known = literals[key] { return known }
        let number = Int32(atoms.count)
        atoms.append(Atom(level: level, source: .literal(bytes)))
        literals[key] = number
        return number
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
