import Diagnostics

/// Takes elements out of the lists of a rule file, and changes nothing else.
public enum KeywordRemoval {
    /// The strings of lists of keywords that hold nothing but phrases.
    ///
    /// A list that names a parameter or a word list has other phrases in another scheme, or aliases; a word list has other uses,
    /// at other levels. What is double there is not so everywhere.
    public static func plainKeywords(of file: SourceFile) -> Set<SourceRange> {
        var result: Set<SourceRange> = []
        if let value = try? JSONReader.read(file.bytes) {
            collect(value, offset: 0, into: &result)
            return result
        }
        // A rule a line.
        var start = 0
        for line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if let value = try? JSONReader.read(Array(line)) { collect(value, offset: start, into: &result) }
            start += line.count + 1
        }
        return result
    }

    private static func collect(_ value: JSONValue, offset: Int, into result: inout Set<SourceRange>) {
        switch value.content {
        case .array(let elements): for element in elements { collect(element, offset: offset, into: &result) }
        case .object(let members):
            for member in members where member.key != "wordLists" {
                guard member.key == "keywords", case .array(let elements) = member.value.content else {
                    collect(member.value, offset: offset, into: &result)
                    continue
                }
                let isPlain = elements.allSatisfy { element in
                    guard case .string(let text) = element.content else { return false }
                    return !text.hasPrefix("${") && listName(text) == nil
                }
                guard isPlain else { continue }
                for range in elements.map(\.range) {
                    result.insert(SourceRange(range.start + offset, range.end + offset))
                }
            }
        default: break
        }
    }

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
