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
        } else if run.count == 18, hasIdentityCheckDigit(bytes[run]) {
            kept = (6, 2)
        } else if (16...19).contains(run.count), passesLuhn(bytes[run]) {
            kept = (0, 4)
        } else {
            return
        }
        for i in run.dropFirst(kept.first).dropLast(kept.last) { bytes[i] = UInt8(ascii: "*") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether 17 digits and a last character satisfy GB 11643, which is ISO 7064 MOD 11-2.
    static func hasIdentityCheckDigit(_ characters: some Collection<UInt8>) -> Bool {
        var sum = 0
        var position = 0
        for byte in characters {
            position += 1
            if position == 18 {
                // What the last character adds makes the sum 1; x stands for ten.
                guard isDigit(byte) || byte | 0x20 == UInt8(ascii: "x") else { return false }
                sum += isDigit(byte) ? Int(byte - 0x30) : 10
            } else {
                guard isDigit(byte) else { return false }
                sum = (sum + Int(byte - 0x30)) * 2 % 11
            }
        }
        return position == 18 && sum % 11 == 1
    }

    /// Whether digits satisfy the Luhn check of ISO/IEC 7812-1, annex B.
    static func passesLuhn(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        var sum = 0
        var isDoubled = false
        for byte in digits.reversed() {
            guard isDigit(byte) else { return false }
            let digit = Int(byte - 0x30)
            sum += isDoubled ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
            isDoubled.toggle()
        }
        return sum % 10 == 0
    }
}
