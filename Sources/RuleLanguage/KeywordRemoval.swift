import Diagnostics

/// Takes elements out of the lists of a rule file, and changes nothing else.
public enum KeywordRemoval {
    /// The file without the strings at `ranges`, each with the comma that parts it from its neighbour.
    ///
    /// What is not a string in a list at exactly such a place stays, and so does the first element of a
    /// list of which all would go: an empty one would be an error. O(bytes + ranges · log ranges).
    public static func removing(_ ranges: [SourceRange], from bytes: [UInt8]) -> [UInt8] {
        let strings = Set(ranges).filter { range in
            range.start >= 0 && range.start + 1 < range.end && range.end <= bytes.count
                && bytes[range.start] == UInt8(ascii: "\"") && bytes[range.end - 1] == UInt8(ascii: "\"")
        }.sorted { $0.start < $1.start }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var kept = 0
        var index = 0
        while index < strings.count {
            // Neighbours go together.
            var last = index
            while last + 1 < strings.count, follows(strings[last + 1], strings[last], in: bytes) { last += 1 }
            if let gap = gap(strings[index], strings[last], in: bytes), gap.lowerBound >= kept {
                result += bytes[kept..<gap.lowerBound]
                kept = gap.upperBound
            }
            index = last + 1
        }
        return result + bytes[kept...]
    }

    private static func follows(_ next: SourceRange, _ range: SourceRange, in bytes: [UInt8]) -> Bool {
        let comma = firstInk(in: bytes, from: range.end)
        return comma < next.start && bytes[comma] == UInt8(ascii: ",")
            && firstInk(in: bytes, from: comma + 1) == next.start
    }

    /// What goes with neighbours from `first` to `last`; nil where they stand in no list.
    private static func gap(_ first: SourceRange, _ last: SourceRange, in bytes: [UInt8]) -> Range<Int>? {
        let before = lastInk(in: bytes, before: first.start)
        let next = firstInk(in: bytes, from: last.end)
        guard before >= 0, next < bytes.count else { return nil }
        switch (bytes[before], bytes[next]) {
        case (UInt8(ascii: "["), UInt8(ascii: ",")), (UInt8(ascii: ","), UInt8(ascii: ",")):
            return first.start..<firstInk(in: bytes, from: next + 1)
        case (UInt8(ascii: ","), UInt8(ascii: "]")): return before..<last.end
        case (UInt8(ascii: "["), UInt8(ascii: "]")): return first.end..<last.end
        default: return nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func firstInk(in bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex { !isSpace($0) } ?? bytes.count
    }

    private static func lastInk(in bytes: [UInt8], before end: Int) -> Int {
        bytes[..<end].lastIndex { !isSpace($0) } ?? -1
    }
}
