#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How much a text was folded before patterns look at it.
public enum TextLevel: UInt8, Sendable, Hashable, CaseIterable {
    /// As written; an inner line feed stands as U+2028, so that line feeds can part messages.
    case exact
    /// NFKC_Casefold, traditional to simplified, runs of white space as one space.
    case folded
    /// The skeleton of a text (`SkeletonTable`): a filter for keywords that see through disguises.
    case evasion
}

extension FoldTable {
    /// Folds valid UTF-8 into `target`, which must have room for `source.count` bytes and more up to
    /// `capacity`, and returns the number of bytes written, or nil where `capacity` is too small.
    ///
    /// Allocates nothing unless the text holds code points that join with what precedes them.
    /// A run of white space becomes one space.
    public func fold(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Int? {
        guard let from = source.baseAddress else { return 0 }
        let count = source.count
        guard capacity >= count else { return nil }
        // What is left over beyond one byte out for each byte in; expansions draw on it.
        var spare = capacity - count
        var i = 0
        var o = 0
        while i < count {
            let lead = from[i]
            if lead < 0x80 {
                i &+= 1
                if lead &- 0x41 < 26 {
                    target[o] = lead | 0x20
                    o &+= 1
                } else if lead == 0x20 || lead &- 9 < 5 {
                    if o == 0 || target[o &- 1] != 0x20 {
                        target[o] = 0x20
                        o &+= 1
                    }
                } else {
                    target[o] = lead
                    o &+= 1
                }
                continue
            }
            let start = i
            let codePoint: UInt32
            if lead >= 0xE0, lead < 0xF0 {
                // Han and its punctuation: most of what is folded.
                let second = from[i &+ 1]
                let third = from[i &+ 2]
                i &+= 3
                codePoint = UInt32(lead & 0x0F) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F)
                if self.entry(codePoint) == 0 {
                    target[o] = lead
                    target[o &+ 1] = second
                    target[o &+ 2] = third
                    o &+= 3
                    continue
                }
            } else if lead < 0xE0 {
                codePoint = UInt32(lead & 0x1F) << 6 | UInt32(from[i &+ 1] & 0x3F)
                i &+= 2
            } else {
                codePoint =
                    UInt32(lead & 0x07) << 18 | UInt32(from[i &+ 1] & 0x3F) << 12
                    | UInt32(from[i &+ 2] & 0x3F) << 6 | UInt32(from[i &+ 3] & 0x3F)
                i &+= 4
            }
            let entry = self.entry(codePoint)
            if entry == 0 {
                var k = start
                while k < i {
                    target[o] = from[k]
                    o &+= 1
                    k &+= 1
                }
                continue
            }
            switch entry >> 24 {
            case 1:
                target[o] = UInt8(truncatingIfNeeded: entry)
                o &+= 1
            case 2:
                target[o] = UInt8(truncatingIfNeeded: entry)
                target[o &+ 1] = UInt8(truncatingIfNeeded: entry >> 8)
                o &+= 2
            case 3:
                target[o] = UInt8(truncatingIfNeeded: entry)
                target[o &+ 1] = UInt8(truncatingIfNeeded: entry >> 8)
                target[o &+ 2] = UInt8(truncatingIfNeeded: entry >> 16)
                o &+= 3
            case 4: break
            case 5:
                if o == 0 || target[o &- 1] != 0x20 {
                    target[o] = 0x20
                    o &+= 1
                }
            case 6:
                let bytes = pool + Int(entry & 0xFF_FFFF)
                let length = Int(bytes[0])
                let growth = length - (i - start)
                if growth > 0 {
                    if growth > spare { return nil }
                    spare -= growth
                }
                for k in 1...length {
                    // An expansion may begin with a space (U+00A8): runs are still one space.
                    if bytes[k] == 0x20, o > 0, target[o &- 1] == 0x20 { continue }
                    target[o] = bytes[k]
                    o &+= 1
                }
            default:
                let mapped = foldMapped(source, level: .folded)
                guard mapped.bytes.count <= capacity else { return nil }
                for (k, byte) in mapped.bytes.enumerated() { target[k] = byte }
                return mapped.bytes.count
            }
        }
        return o
    }

    /// Copies a text for the `exact` block: line feeds become U+2028 (three bytes).
    public func copyExact(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Int? {
        guard let from = source.baseAddress, !source.isEmpty else { return 0 }
        guard capacity >= source.count else { return nil }
        var spare = capacity - source.count
        var i = 0
        var o = 0
        while let found = memchr(from + i, 0x0A, source.count - i) {
            if spare < 2 { return nil }
            spare -= 2
            let run = UnsafeRawPointer(found) - UnsafeRawPointer(from + i)
            (target + o).update(from: from + i, count: run)
            i += run + 1
            o += run
            target[o] = 0xE2
            target[o + 1] = 0x80
            target[o + 2] = 0xA8
            o += 3
            if i == source.count { return o }
        }
        (target + o).update(from: from + i, count: source.count - i)
        return o + source.count - i
    }

    /// `fold` or `copyExact` by level.
    @inline(__always)
    public func write(
        _ source: UnsafeBufferPointer<UInt8>, level: TextLevel,
        into target: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Int? {
        level == .folded
            ? fold(source, into: target, capacity: capacity)
            : copyExact(source, into: target, capacity: capacity)
    }

    /// Valid UTF-8 at level `folded`; allocates the result alone.
    public func foldedBytes(_ source: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let capacity = source.count + 32
        var fits = true
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            guard let start = target.baseAddress, let length = fold(source, into: start, capacity: capacity) else {
                fits = false
                return
            }
            count = length
        }
        return fits ? bytes : foldMapped(source, level: .folded).bytes
    }

    /// The folded form of a text. For patterns and tests; allocates.
    public func folded(_ text: String, level: TextLevel = .folded) -> String {
        var text = text
        let bytes = text.withUTF8 { foldMapped($0, level: level).bytes }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FoldTable {
    /// Whether a code point is its own folded form, wherever it stands.
    public func isUnchanged(_ codePoint: UInt32) -> Bool {
        if codePoint < 0x80 { return codePoint &- 0x41 >= 26 && codePoint != 0x20 && codePoint &- 9 >= 5 }
        return entry(codePoint) == 0
    }
}
