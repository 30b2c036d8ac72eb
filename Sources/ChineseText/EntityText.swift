/// The bytes of a folded text with looks around that need no bounds of their own.
///
/// Outside the text there are zero bytes, which are no part of anything that is looked for.
struct EntityText {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    subscript(_ i: Int) -> UInt8 {
        @inline(__always) get { i >= 0 && i < bytes.count ? bytes[i] : 0 }
    }

    @inline(__always)
    func isDigit(_ i: Int) -> Bool { self[i] &- 0x30 < 10 }

    @inline(__always)
    func isLatin(_ i: Int) -> Bool { self[i] &- 0x61 < 26 }

    @inline(__always)
    func isLatinOrDigit(_ i: Int) -> Bool { isLatin(i) || isDigit(i) }

    /// The common ideographs, U+4000–U+9FFF.
    @inline(__always)
    func isHan(_ i: Int) -> Bool { self[i] &- 0xE4 < 6 }

    /// Where the run of digits at `i` ends.
    func digits(from i: Int) -> Int {
        var end = i
        while isDigit(end) { end += 1 }
        return end
    }

    /// The number that at most nine digits write.
    func number(_ range: Range<Int>) -> Int {
        var value = 0
        for i in range.prefix(9) { value = value * 10 + Int(self[i] &- 0x30) }
        return value
    }

    /// Behind one space, should there be one.
    func afterSpace(_ i: Int) -> Int { self[i] == 0x20 ? i + 1 : i }

    /// Whether a decimal or a version goes on across an end of these digits: 1.5, 1.2.3.
    func isDotted(_ range: Range<Int>) -> Bool {
        (self[range.lowerBound - 1] == UInt8(ascii: ".") && isDigit(range.lowerBound - 2))
            || (self[range.upperBound] == UInt8(ascii: ".") && isDigit(range.upperBound + 1))
    }

    /// Whether a literal stands at `i`.
    func has(_ literal: StaticString, at i: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard i >= 0, i + length <= count else { return false }
        for k in 0..<length where bytes[i + k] != literal.utf8Start[k] { return false }
        return true
    }

    /// Whether the text before `i` ends with a literal.
    func has(_ literal: StaticString, before i: Int) -> Bool {
        has(literal, at: i - literal.utf8CodeUnitCount)
    }

    /// The length of the first of some words, parted by spaces, that stands at `i`; 0 without one.
    func length(ofOneOf words: StaticString, at i: Int) -> Int {
        var start = 0
        while start < words.utf8CodeUnitCount {
            var k = start
            var isEqual = true
            while k < words.utf8CodeUnitCount, words.utf8Start[k] != 0x20 {
                isEqual = isEqual && self[i + k - start] == words.utf8Start[k]
                k += 1
            }
            if isEqual { return k - start }
            start = k + 1
        }
        return 0
    }

    /// Whether the text before `i` ends with one of some words, parted by spaces.
    func hasOne(ofWords words: StaticString, before i: Int) -> Bool {
        var start = 0
        while start < words.utf8CodeUnitCount {
            var end = start
            while end < words.utf8CodeUnitCount, words.utf8Start[end] != 0x20 { end += 1 }
            if (start..<end).allSatisfy({ self[i - end + $0] == words.utf8Start[$0] }) { return true }
            start = end + 1
        }
        return false
    }

    /// Whether a range is one of some words, parted by spaces.
    func isOne(of words: StaticString, _ range: Range<Int>) -> Bool {
        var start = 0
        while start < words.utf8CodeUnitCount {
            var end = start
            while end < words.utf8CodeUnitCount, words.utf8Start[end] != 0x20 { end += 1 }
            if end - start == range.count,
                range.allSatisfy({ self[$0] == words.utf8Start[start + $0 - range.lowerBound] })
            {
                return true
            }
            start = end + 1
        }
        return false
    }

    /// Whether one of these characters, each of three bytes, stands at `i`.
    func hasOne(of characters: StaticString, at i: Int) -> Bool {
        guard isHan(i), i + 3 <= count else { return false }
        var k = 0
        while k < characters.utf8CodeUnitCount {
            let start = characters.utf8Start + k
            if start[0] == bytes[i], start[1] == bytes[i + 1], start[2] == bytes[i + 2] { return true }
            k += 3
        }
        return false
    }

    /// Whether one of these characters, each of three bytes, stands before `i`.
    func hasOne(of characters: StaticString, before i: Int) -> Bool {
        hasOne(of: characters, at: i - 3)
    }

    /// Where the code point after the one at `i` begins.
    func next(_ i: Int) -> Int {
        var next = i + 1
        while self[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }

    /// The code point at `i` and its length; U+0000 outside the text.
    func scalar(at i: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let lead = UInt32(self[i])
        func tail(_ k: Int) -> UInt32 { UInt32(self[i + k] & 0x3F) }
        let value: UInt32
        let length: Int
        switch lead {
        case ..<0xC0: (value, length) = (lead, 1)
        case ..<0xE0: (value, length) = ((lead & 0x1F) << 6 | tail(1), 2)
        case ..<0xF0: (value, length) = ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3)
        default: (value, length) = ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    /// The code point that ends before `i` and its length; U+0000 outside the text.
    func scalar(before i: Int) -> (scalar: Unicode.Scalar, length: Int) {
        var start = i - 1
        while i - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
        let (scalar, _) = scalar(at: start)
        return (scalar, i - start)
    }
}

/// What people put between a cue and the number it speaks of: 微信号是：, qq👉.
enum EntityGap {
    /// Bytes of a gap; more than that, and the cue speaks of something else.
    static let limit = 12

    /// Punctuation, arrows, emoji and the like. An asterisk is none: it stands for a masked digit.
    static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", ":", ";", ",", "=", "-", "_", "~", "(", ")", "[", "]", "\"", "'", "+", ">", ".", "#", "/", "|", "!":
            return true
        case "\u{B7}", "\u{2000}"..."\u{2FFF}", "\u{3000}"..."\u{303F}", "\u{1F000}"..."\u{1FAFF}": return true
        default: return false
        }
    }

    /// 号 是 为 and so on, which link a cue and its number outright.
    static func isLink(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "号", "码", "是", "为", ":", "=": true
        default: false
        }
    }
}
