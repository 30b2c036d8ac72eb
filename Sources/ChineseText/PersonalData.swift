/// Hides what identifies a person, keeping length in bytes and class, so that spans still fit.
///
/// Masked: mobile numbers (11 digits from 13x to 19x: three and four digits stay), identity cards
/// with a right check digit (six and two stay), bank cards of 16–19 digits that pass Luhn (the last
/// four stay). Entities written with separators are not recognised.
public enum PersonalData {
    /// The text with personal data replaced by `*`.
    public static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var i = 0
        while i < bytes.count {
            guard isDigit(bytes[i]) else {
                i += 1
                continue
            }
            var end = i
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            var run = i..<end
            if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "x"), run.count == 17 { run = i..<end + 1 }
            mask(run, in: &bytes)
            i = run.upperBound
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func mask(_ run: Range<Int>, in bytes: inout [UInt8]) {
        let kept: (first: Int, last: Int)
        if run.count == 11, bytes[run.lowerBound] == UInt8(ascii: "1"),
            (UInt8(ascii: "3")...UInt8(ascii: "9")).contains(bytes[run.lowerBound + 1])
        {
            kept = (3, 4)
        } else if run.count == 18, hasIdentityCheckDigit(Array(bytes[run])) {
            kept = (6, 2)
        } else if (16...19).contains(run.count), passesLuhn(bytes[run]) {
            kept = (0, 4)
        } else {
            return
        }
        for i in run.dropFirst(kept.first).dropLast(kept.last) { bytes[i] = UInt8(ascii: "*") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// GB 11643: weights 2^(17-i) mod 11 over the first 17 digits decide the last character.
    static func hasIdentityCheckDigit(_ digits: [UInt8]) -> Bool {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        guard digits.count == 18, digits.dropLast().allSatisfy(isDigit) else { return false }
        let sum = zip(digits, weights).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
        let expected = Array("10X98765432".utf8)[sum % 11]
        return digits[17] == expected || (expected == UInt8(ascii: "X") && digits[17] == UInt8(ascii: "x"))
    }

    /// ISO/IEC 7812-1 annex B.
    static func passesLuhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (position, byte) in digits.reversed().enumerated() {
            guard isDigit(byte) else { return false }
            let digit = Int(byte - 0x30)
            sum += position % 2 == 0 ? digit : (digit * 2 > 9 ? digit * 2 - 9 : digit * 2)
        }
        return sum % 10 == 0
    }
}
