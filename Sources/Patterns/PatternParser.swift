import Diagnostics

/// Reads the regular expressions of the rule language; refuses by name what is not linear.
///
/// Literals, classes, `.`, groups, alternation, greedy and lazy `? * + {m,n}`, `^ $ \b \d \w \s`,
/// `(?i)`, `\p{Han}`. Recursion is bounded by the nesting limit.
struct PatternParser {
    static let sourceLimit = 4096
    static let nestingLimit = 32
    static let repeatLimit = 1000

    private let scalars: [Unicode.Scalar]
    private let offsets: [Int]
    private var at = 0
    private var depth = 0
    private var ignoresCase = false
    private let sourceLimit: Int
    private let nestingLimit: Int

    init(_ source: String) {
        self.init(source, sourceLimit: PatternParser.sourceLimit, nestingLimit: PatternParser.nestingLimit)
    }

    /// Of what `PatternPrinter` wrote: it spells characters out, and encloses more than was enclosed.
    init(printed source: String) {
        self.init(source, sourceLimit: .max, nestingLimit: PatternParser.nestingLimit * 4)
    }

    private init(_ source: String, sourceLimit: Int, nestingLimit: Int) {
        self.sourceLimit = sourceLimit
        self.nestingLimit = nestingLimit
        scalars = Array(source.unicodeScalars)
        var offset = 0
        var offsets: [Int] = []
        for scalar in scalars {
            offsets.append(offset)
            offset += UTF8.width(scalar)
        }
        self.offsets = offsets + [offset]
    }

    mutating func parse() throws(PatternProblem) -> PatternTree {
        if offsets[scalars.count] > sourceLimit {
            throw costly(
                0, scalars.count,
                Phrase("the pattern is longer than 4 KiB", "正则超过 4 KiB"))
        }
        let tree = try alternation()
        if at < scalars.count {
            throw bad(at, at + 1, Phrase("unmatched ')'", "多余的 ')'"))
        }
        return tree
    }

    private var current: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private func peek(_ ahead: Int) -> Unicode.Scalar? {
        at + ahead < scalars.count ? scalars[at + ahead] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        at += 1
        return true
    }

    private func range(_ from: Int, _ to: Int) -> Range<Int> {
        offsets[min(from, scalars.count)]..<offsets[min(max(from, to), scalars.count)]
    }

    private func bad(_ from: Int, _ to: Int, _ message: Phrase, help: Phrase? = nil) -> PatternProblem {
        PatternProblem(code: "bad-regex", message: message, help: help, range: range(from, to))
    }

    private func unsupported(
        _ from: Int, _ to: Int, _ english: String, _ chinese: String,
        help: Phrase = Phrase(
            "patterns match in linear time; use several conditions, 'except' or 'unless' instead",
            "正则必须线性匹配；请改用多个条件、except 或 unless")
    ) -> PatternProblem {
        PatternProblem(
            code: "unsupported-regex",
            message: Phrase("\(english) is not supported", "不支持\(chinese)"), help: help, range: range(from, to))
    }

    private func costly(_ from: Int, _ to: Int, _ message: Phrase) -> PatternProblem {
        PatternProblem(code: "costly-regex", message: message, range: range(from, to))
    }

    private mutating func alternation() throws(PatternProblem) -> PatternTree {
        let outerCase = ignoresCase
        defer { ignoresCase = outerCase }
        var branches: [PatternTree] = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func sequence() throws(PatternProblem) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let start = at
            let atom = try atom()
            parts.append(try quantified(atom, from: start))
        }
        return PatternTree.joined(parts)
    }

    private mutating func quantified(_ atom: PatternTree, from start: Int) throws(PatternProblem) -> PatternTree {
        let bounds: (Int, Int?)
        let quantifierStart = at
        switch current {
        case "?": bounds = (0, 1)
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "{":
            guard let braces = try braces() else { return atom }
            bounds = braces
            at -= 1
        default: return atom
        }
        at += 1
        switch atom {
        case .textStart, .textEnd, .wordBoundary, .notWordBoundary:
            throw bad(start, at, Phrase("an assertion cannot be repeated", "断言不能重复"))
        default: break
        }
        if current == "+" { throw unsupported(quantifierStart, at + 1, "a possessive quantifier", "占有量词") }
        // Lazy or greedy: spans are leftmost-longest either way.
        _ = take("?")
        if current == "*" || current == "?" || current == "+" {
            throw bad(at, at + 1, Phrase("nothing to repeat", "量词前没有可重复的内容"))
        }
        return .repetition(atom, minimum: bounds.0, maximum: bounds.1)
    }

    /// `{m}`, `{m,}`, `{m,n}` (at ends behind it), or nil where the brace is a plain character.
    private mutating func braces() throws(PatternProblem) -> (Int, Int?)? {
        let start = at
        var position = at + 1
        func number() -> Int? {
            var value: Int?
            while position < scalars.count, let digit = scalars[position].decimal {
                value = min(1_000_000, (value ?? 0) * 10 + digit)
                position += 1
            }
            return value
        }
        guard let minimum = number() else { return nil }
        var maximum: Int? = minimum
        if position < scalars.count, scalars[position] == "," {
            position += 1
            maximum = number()
        }
        guard position < scalars.count, scalars[position] == "}" else { return nil }
        at = position + 1
        if let maximum, maximum < minimum {
            throw bad(start, at, Phrase("the bounds are out of order", "重复次数的上下界颠倒"))
        }
        if max(minimum, maximum ?? 0) > PatternParser.repeatLimit {
            throw costly(start, at, Phrase("more than 1,000 repeats", "重复次数超过 1000"))
        }
        return (minimum, maximum)
    }

    private mutating func atom() throws(PatternProblem) -> PatternTree {
        let start = at
        guard let scalar = current else { return .empty }
        at += 1
        switch scalar {
        case ".": return .set(.anyButLineFeed)
        case "^": return .textStart
        case "$": return .textEnd
        case "(": return try group(from: start)
        case "[": return .set(try characterClass(from: start))
        case "\\": return try escape(from: start)
        case "*", "+", "?":
            throw bad(start, at, Phrase("nothing to repeat", "量词前没有可重复的内容"))
        case "{":
            at = start
            if try braces() != nil {
                throw bad(start, at, Phrase("nothing to repeat", "量词前没有可重复的内容"))
            }
            at = start + 1
            return literal(scalar)
        default: return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        .set(ignoresCase ? CaseVariants.of(ScalarSet(scalar.value)) : ScalarSet(scalar.value))
    }

    private mutating func group(from start: Int) throws(PatternProblem) -> PatternTree {
        depth += 1
        defer { depth -= 1 }
        if depth > nestingLimit {
            throw costly(start, at, Phrase("groups nest deeper than 32", "分组嵌套超过 32 层"))
        }
        var setsCase: Bool?
        if take("?") {
            switch current {
            case ":": at += 1
            case "=", "!": throw unsupported(start, at + 1, "look-ahead", "前瞻断言")
            case ">": throw unsupported(start, at + 1, "an atomic group", "原子组")
            case "(": throw unsupported(start, at + 1, "a conditional", "条件分支")
            case "|": throw unsupported(start, at + 1, "a branch reset", "分支重置")
            case "#": throw unsupported(start, at + 1, "a comment", "注释")
            case "R", "&", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9":
                throw unsupported(start, at + 1, "recursion", "递归")
            case "P", "<", "'":
                if current == "<", peek(1) == "=" || peek(1) == "!" {
                    throw unsupported(start, at + 2, "look-behind", "后顾断言")
                }
                if current == "P", peek(1) == "=" || peek(1) == ">" {
                    throw unsupported(start, at + 2, "a back-reference", "反向引用")
                }
                try groupName(from: start)
            default:
                setsCase = try flags(from: start)
                if setsCase != nil, take(")") {
                    // `(?i)` holds to the end of the enclosing group.
                    ignoresCase = setsCase ?? ignoresCase
                    return .empty
                }
                guard take(":") else { throw bad(start, at, Phrase("an odd group", "无法识别的分组")) }
            }
        }
        let outer = ignoresCase
        if let setsCase { ignoresCase = setsCase }
        let body = try alternation()
        ignoresCase = outer
        guard take(")") else { throw bad(start, start + 1, Phrase("unclosed '('", "'(' 没有闭合")) }
        return body
    }

    private mutating func groupName(from start: Int) throws(PatternProblem) {
        if current == "P" { at += 1 }
        let close: Unicode.Scalar = current == "'" ? "'" : ">"
        at += 1
        while let scalar = current, scalar != close {
            guard scalar.isASCIIWord else { throw bad(start, at + 1, Phrase("an odd group name", "分组名不合法")) }
            at += 1
        }
        guard take(close) else { throw bad(start, at, Phrase("unclosed group name", "分组名没有闭合")) }
    }

    private mutating func flags(from start: Int) throws(PatternProblem) -> Bool? {
        var value: Bool?
        var sign = true
        while let scalar = current, scalar != ")", scalar != ":" {
            switch scalar {
            case "i": value = sign
            case "-": sign = false
            default: throw unsupported(start, at + 1, "the flag '\(scalar)'", "标志 '\(scalar)'")
            }
            at += 1
        }
        return value
    }

    private mutating func escape(from start: Int) throws(PatternProblem) -> PatternTree {
        guard let scalar = current else {
            throw bad(start, at, Phrase("a lone backslash at the end", "末尾有孤立的反斜杠"))
        }
        switch scalar {
        case "b":
            at += 1
            return .wordBoundary
        case "B":
            at += 1
            return .notWordBoundary
        case "A":
            at += 1
            return .textStart
        case "z", "Z":
            at += 1
            return .textEnd
        case "1"..."9", "g", "k":
            throw unsupported(start, at + 1, "a back-reference", "反向引用")
        case "X": throw unsupported(start, at + 1, "'\\X'", " '\\X'")
        case "R": throw unsupported(start, at + 1, "'\\R'", " '\\R'")
        case "K": throw unsupported(start, at + 1, "'\\K'", " '\\K'")
        case "G", "C", "Q", "E", "N":
            throw unsupported(start, at + 1, "'\\\(scalar)'", " '\\\(scalar)'")
        default:
            if let set = try classEscape(from: start) { return .set(set) }
            let scalar = try characterEscape(from: start)
            return literal(scalar)
        }
    }

    /// `\d \w \s`, their complements, and `\p{Han}`; nil where the escape is a character.
    private mutating func classEscape(from start: Int) throws(PatternProblem) -> ScalarSet? {
        guard let scalar = current else { return nil }
        switch scalar {
        case "d", "D", "w", "W", "s", "S":
            at += 1
            let base: ScalarSet =
                switch scalar {
                case "d", "D": .digits
                case "w", "W": .wordCharacters
                default: .whiteSpace
                }
            return scalar.properties.isUppercase ? base.complement : base
        case "p", "P":
            at += 1
            var name = ""
            if take("{") {
                while let letter = current, letter != "}", name.count < 24 {
                    name.unicodeScalars.append(letter)
                    at += 1
                }
                guard take("}") else { throw bad(start, at, Phrase("unclosed '{'", "'{' 没有闭合")) }
            } else if let letter = current {
                name.unicodeScalars.append(letter)
                at += 1
            }
            let negated = (scalar == "P") != name.hasPrefix("^")
            if name.hasPrefix("^") { name.removeFirst() }
            guard ["Han", "script=Han", "sc=Han"].contains(name) else {
                throw unsupported(
                    start, at, "the property '\(name)'", "属性 '\(name)'",
                    help: Phrase(
                        "\\p{Han} is the only one; write other characters out: [a-z], [0-9], [。！？]",
                        "只支持 \\p{Han}；其他字符请直接列出，如 [a-z]、[0-9]、[。！？]"))
            }
            return negated ? ScalarSet.han.complement : .han
        default: return nil
        }
    }

    private mutating func characterEscape(from start: Int) throws(PatternProblem) -> Unicode.Scalar {
        guard let scalar = current else {
            throw bad(start, at, Phrase("a lone backslash at the end", "末尾有孤立的反斜杠"))
        }
        at += 1
        switch scalar {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "0": return "\u{0}"
        case "x", "u":
            var digits = ""
            if take("{") {
                while let digit = current, digit != "}", digits.count < 7 {
                    digits.unicodeScalars.append(digit)
                    at += 1
                }
                guard take("}") else { throw bad(start, at, Phrase("unclosed '{'", "'{' 没有闭合")) }
            } else {
                let wanted = scalar == "x" ? 2 : 4
                while digits.count < wanted, let digit = current, digit.isASCIIWord {
                    digits.unicodeScalars.append(digit)
                    at += 1
                }
                guard digits.count == wanted else {
                    throw bad(start, at, Phrase("too few hexadecimal digits", "十六进制位数不足"))
                }
            }
            guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
                throw bad(start, at, Phrase("no such code point", "没有这个码位"))
            }
            return scalar
        default:
            if scalar.isASCIIWord {
                throw bad(
                    start, at,
                    Phrase("unknown escape '\\\(scalar)'", "未知的转义 '\\\(scalar)'"))
            }
            return scalar
        }
    }

    private mutating func characterClass(from start: Int) throws(PatternProblem) -> ScalarSet {
        let negated = take("^")
        var set = ScalarSet()
        var first = true
        while true {
            guard let scalar = current else {
                throw bad(start, start + 1, Phrase("unclosed '['", "'[' 没有闭合"))
            }
            if scalar == "]", !first {
                at += 1
                break
            }
            first = false
            let itemStart = at
            if scalar == "[", peek(1) == ":" || peek(1) == "." || peek(1) == "=" {
                throw unsupported(at, at + 2, "a POSIX class", "POSIX 字符类")
            }
            if scalar == "&", peek(1) == "&" {
                throw unsupported(at, at + 2, "a class intersection", "字符类交集")
            }
            if scalar == "\\" {
                at += 1
                if current == "b" {
                    throw unsupported(itemStart, at + 1, "'\\b' inside a class", "字符类内的 '\\b'")
                }
                if let escaped = try classEscape(from: itemStart) {
                    set = set.union(escaped)
                    continue
                }
            }
            let low = try classMember(from: itemStart)
            if current == "-", let next = peek(1), next != "]" {
                at += 1
                let highStart = at
                if current == "\\" { at += 1 }
                let high = try classMember(from: highStart)
                guard low.value <= high.value else {
                    throw bad(itemStart, at, Phrase("the range is out of order", "字符范围颠倒"))
                }
                set = set.union(ScalarSet([low.value...high.value]))
            } else {
                set = set.union(ScalarSet(low.value))
            }
        }
        if ignoresCase { set = CaseVariants.of(set) }
        return negated ? set.complement : set
    }

    /// One member; a backslash before it has been taken.
    private mutating func classMember(from start: Int) throws(PatternProblem) -> Unicode.Scalar {
        if at > start { return try characterEscape(from: start) }
        guard let scalar = current else {
            throw bad(start, start + 1, Phrase("unclosed '['", "'[' 没有闭合"))
        }
        at += 1
        return scalar
    }
}

extension Unicode.Scalar {
    fileprivate var decimal: Int? {
        value &- 0x30 < 10 ? Int(value - 0x30) : nil
    }

    fileprivate var isASCIIWord: Bool {
        value < 0x80 && ScalarSet.wordCharacters.contains(value)
    }
}

/// Simple case variants, for `(?i)` at the level `exact`; at `folded` case is gone already.
enum CaseVariants {
    /// The scalars that have another case of one scalar, with those cases: some 2,900.
    private static let cases: [(scalar: UInt32, others: [UInt32])] = {
        let places: [ClosedRange<UInt32>] = [
            0x41...0x2DFF, 0xA640...0xABFF, 0xFB00...0xFF5A, 0x1_0400...0x1_0CFF, 0x1_18A0...0x1_18DF,
            0x1_6E40...0x1_6E7F, 0x1_E900...0x1_E943,
        ]
        return places.joined().compactMap { value in
            let others = CaseVariants.others(of: value)
            return others.isEmpty ? nil : (value, others)
        }
    }()

    private static func others(of value: UInt32) -> [UInt32] {
        guard let scalar = Unicode.Scalar(value) else { return [] }
        return [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap { text in
            let mapped = text.unicodeScalars
            return mapped.count == 1 ? mapped.first?.value : nil
        }.filter { $0 != value }
    }

    static func of(_ set: ScalarSet) -> ScalarSet {
        let added: [UInt32] =
            set.count <= 256
            ? set.ranges.joined().flatMap { CaseVariants.others(of: $0) }
            : cases.filter { set.contains($0.scalar) }.flatMap(\.others)
        return ScalarSet(set.ranges + added.map { $0...$0 })
    }
}
