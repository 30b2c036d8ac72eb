import CICU

/// The part of a folded text that `equals` and acknowledgements are compared by.
public enum Stripping {
    /// The range of `bytes` without white space, emoji and punctuation at its ends; all of it where
    /// nothing else is there (`semantics.md` section 5).
    public static func core(of bytes: [UInt8]) -> Range<Int> {
        bytes.withUnsafeBufferPointer { core(of: $0) }
    }

    /// The same over a buffer of valid UTF-8.
    public static func core(of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var low = 0
        var high = bytes.count
        while low < high {
            let (scalar, length) = scalar(at: low, in: bytes)
            guard isOuter(scalar) else { break }
            low += length
        }
        while high > low {
            var start = high - 1
            while start > low, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard isOuter(scalar(at: start, in: bytes).0) else { break }
            high = start
        }
        return low < high ? low..<high : withoutSpace(bytes)
    }

    /// All but the white space at the ends; all of it where nothing else is there.
    private static func withoutSpace(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var low = bytes.count
        var high = 0
        var i = 0
        while i < bytes.count {
            let (scalar, length) = scalar(at: i, in: bytes)
            if mj_is_white_space(scalar) == 0 {
                low = min(low, i)
                high = i + length
            }
            i += length
        }
        return low < high ? low..<min(high, bytes.count) : 0..<bytes.count
    }

    private static func isOuter(_ value: UInt32) -> Bool {
        if value < 0x80 {
            let byte = UInt8(truncatingIfNeeded: value)
            return !(CharacterClass.isLatinOrDigit(byte))
        }
        if (0x4E00..<0xA000).contains(value) { return false }
        guard let scalar = Unicode.Scalar(value) else { return false }
        return mj_is_white_space(value) != 0 || CharacterClass.isPunctuationOrSymbol(scalar)
            || CharacterClass.isPictographic(scalar)
    }

    private static func scalar(at i: Int, in bytes: UnsafeBufferPointer<UInt8>) -> (UInt32, Int) {
        let lead = UInt32(bytes[i])
        func tail(_ k: Int) -> UInt32 { i + k < bytes.count ? UInt32(bytes[i + k] & 0x3F) : 0 }
        if lead < 0x80 { return (lead, 1) }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | tail(1), 2) }
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3) }
        return ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
    }
}
