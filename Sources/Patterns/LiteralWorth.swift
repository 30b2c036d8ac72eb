/// How well a set of strings tells texts apart: an estimate, on which no result depends.
struct LiteralWorth: Hashable, Comparable {
    /// From so many bits on (three Han characters) a set is telling enough, and fewer strings are better.
    static let enough = 24

    /// How many strings there are.
    var count = 1
    /// Bits of the string that says least.
    private(set) var lightest = 0
    /// The share of places in a chat where one of the strings stands; more than zero.
    private(set) var rate = 1.0

    /// The worth of the empty string.
    init() {}

    /// One character of folded text.
    init(character: Unicode.Scalar) {
        lightest = LiteralWorth.bits(character)
        rate = 1 / Double(1 << lightest)
    }

    /// That of all strings of several sets.
    init(sum parts: [LiteralWorth]) {
        count = parts.reduce(0) { $0 + $1.count }
        lightest = parts.map(\.lightest).min() ?? 0
        rate = min(1, parts.reduce(0) { $0 + $1.rate })
    }

    /// That of all strings of the first set, each with all of the second behind it.
    static func * (a: LiteralWorth, b: LiteralWorth) -> LiteralWorth {
        var product = a
        product.count *= b.count
        product.lightest += b.lightest
        product.rate *= b.rate
        return product
    }

    /// Two Han characters, two letters, a Han character and a digit, four digits.
    var isGood: Bool { lightest >= 11 }
    /// One Han character. Less (a letter, two digits, one of the commonest) is not worth a look of its own.
    var isUseful: Bool { lightest >= 8 }
    /// A common character, a letter, a mark: where nothing better is known it still spares most looks.
    var isOfUse: Bool { lightest >= 4 }
    /// In one place of thirty-two at most.
    var isRare: Bool { rate <= 1.0 / 32 }
    var isEnough: Bool { bits == LiteralWorth.enough }

    private var bits: Int { min(LiteralWorth.enough, -Int(rate.exponent)) }

    static func < (a: LiteralWorth, b: LiteralWorth) -> Bool {
        (a.isGood ? 1 : 0, a.bits, -a.count, -a.rate) < (b.isGood ? 1 : 0, b.bits, -b.count, -b.rate)
    }

    /// The commonest characters of Chinese chats, each in more than every twentieth message or so.
    private static let common = Set("的了是我你您不在有好这那个一到吗呢么没可以还请要就给看上下来去说会都能".unicodeScalars)

    /// Punctuation and spaces of ASCII, of general use and of Chinese. Others, such as `@`, are rare.
    private static let punctuation = ScalarSet([
        0x20...0x22, 0x27...0x29, 0x2C...0x2F, 0x3A...0x3B, 0x3F...0x3F, 0x7E...0x7E, 0x2000...0x206F,
        0x3000...0x3003, 0x3008...0x3011,
    ])

    private static func bits(_ character: Unicode.Scalar) -> Int {
        switch character.value {
        case 0x30...0x39: 3
        case 0x41...0x5A, 0x61...0x7A: 6
        case let value where punctuation.contains(value): 4
        // Numbers and letters in circles and brackets.
        case 0x2460...0x24FF, 0x2776...0x2793: 11
        default: common.contains(character) ? 6 : 8
        }
    }
}
