#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A set of three-byte patterns, and the quick question whether a text holds one of them.
///
/// Each pattern owns a bit; a table for each of the three places says which patterns a byte suits.
/// Three loads and two ANDs a byte answer for all patterns together.
struct BytePresence: Sendable {
    private static let limit = 16
    private var first = [UInt16](repeating: 0, count: 256)
    private var second = [UInt16](repeating: 0, count: 256)
    private var third = [UInt16](repeating: 0, count: 256)
    private var count = 0
    /// Where they all begin with one of a few bytes, those: most texts hold none of them.
    private var heads: [UInt8] = []
    private static let headLimit = 2

    /// One pattern a character of three UTF-8 bytes; at most 16 patterns in all.
    init(characters: String = "") {
        for character in characters.unicodeScalars {
            let bytes = Array(String(character).utf8)
            insert([bytes[0]], [bytes[1]], [bytes[2]])
        }
    }

    /// Adds a pattern of bytes that suit its places; nil stands for any, the end of the text too.
    mutating func insert(_ a: [UInt8], _ b: [UInt8]? = nil, _ c: [UInt8]? = nil) {
        precondition(count < Self.limit)
        let bit: UInt16 = 1 << count
        count += 1
        for byte in a {
            if heads.count <= Self.headLimit, !heads.contains(byte) { heads.append(byte) }
            first[Int(byte)] |= bit
        }
        for byte in b ?? Array(0...255) { second[Int(byte)] |= bit }
        for byte in c ?? Array(0...255) { third[Int(byte)] |= bit }
    }

    /// Whether a pattern stands anywhere; behind the text there are zero bytes.
    func isIn(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        if heads.count <= Self.headLimit, !heads.contains(where: { memchr(base, Int32($0), text.count) != nil }) {
            return false
        }
        return first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                third.withUnsafeBufferPointer { third in
                    var i = 0
                    let whole = text.count - 2
                    while i < whole {
                        // Blocks without an exit inside keep the loop short.
                        let end = min(i + 128, whole)
                        var found: UInt16 = 0
                        for k in i..<end {
                            found |= first[Int(base[k])] & second[Int(base[k + 1])] & third[Int(base[k + 2])]
                        }
                        if found != 0 { return true }
                        i = end
                    }
                    let last = Int(base[text.count - 1])
                    let beforeLast = text.count > 1 ? first[Int(base[text.count - 2])] & second[last] & third[0] : 0
                    return beforeLast | (first[last] & second[0] & third[0]) != 0
                }
            }
        }
    }
}
