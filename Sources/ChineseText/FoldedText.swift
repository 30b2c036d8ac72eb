import CICU
import ConversationModel

/// A folded text with the way back to the original.
public struct FoldedText: Sendable {
    /// UTF-8.
    public let bytes: [UInt8]
    /// For each folded byte, where the original code points it comes from begin and end.
    let starts: [UInt32]
    let ends: [UInt32]

    /// The original range that a range of folded bytes comes from.
    ///
    /// Widens to whole original code points: a span inside `㈱` (folded to 株) is all of it.
    public func original(_ range: Range<Int>) -> Span {
        guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= bytes.count else {
            return Span(0, 0)
        }
        return Span(Int(starts[range.lowerBound]), Int(ends[range.upperBound - 1]))
    }
}

extension FoldTable {
    /// Folds a text and keeps the map back. Allocates; for messages that a rule already hit.
    public func foldMapped(_ source: UnsafeBufferPointer<UInt8>, level: TextLevel) -> FoldedText {
        var sink = MappedSink(capacity: source.count + 16, joinsSpaces: level != .exact)
        defer { sink.deallocate() }
        if level == .exact {
            for (offset, byte) in source.enumerated() {
                if byte == 0x0A {
                    sink.append([0xE2, 0x80, 0xA8], from: offset, to: offset + 1)
                } else {
                    sink.append(byte, from: offset, to: offset + 1)
                }
            }
            // A byte inside a code point maps to the whole code point.
            sink.widenToCodePoints(source)
            return sink.text
        }
        var i = 0
        while i < source.count {
            let (codePoint, length) = decode(source, at: i)
            // Most code points stand alone: what follows does not join with them.
            if i + length == source.count || startsAlone(source, at: i + length), !isJoining(codePoint) {
                appendSingle(codePoint, source, i..<i + length, into: &sink)
                i += length
                continue
            }
            var end = i + length
            // A segment that ICU must see whole: this code point and those that join with it, with
            // ignorable ones between them. Its length is bounded, since sorting marks is quadratic.
            var joins = entry(codePoint) >> 24 == UInt32(Kind.joining.rawValue)
            var scan = end
            var marks = 0
            while scan < source.count, marks < FoldTable.segmentLimit {
                let (next, nextLength) = decode(source, at: scan)
                let kind = entry(next) >> 24
                scan += nextLength
                if kind == UInt32(Kind.joining.rawValue) {
                    joins = true
                    marks += 1
                    end = scan
                } else if kind != UInt32(Kind.dropped.rawValue) {
                    scan -= nextLength
                    break
                }
            }
            if joins {
                sink.append(segment(source, i..<end), from: i, to: end)
                i = end
            } else {
                appendSingle(codePoint, source, i..<i + length, into: &sink)
                // What was scanned past the code point folds to nothing.
                i = scan
            }
        }
        return sink.text
    }

    /// Whether the code point at `i` surely neither joins with what precedes it nor is ignorable.
    @inline(__always)
    fileprivate func startsAlone(_ source: UnsafeBufferPointer<UInt8>, at i: Int) -> Bool {
        let lead = source[i]
        // ASCII, and lead bytes of U+4000–U+9FFF: Han, which stands alone.
        return lead < 0x80 || (0xE4...0xE9).contains(lead)
    }

    private func isJoining(_ codePoint: UInt32) -> Bool {
        codePoint >= 0x80 && entry(codePoint) >> 24 == UInt32(Kind.joining.rawValue)
    }

    @inline(__always)
    private func appendSingle(
        _ codePoint: UInt32, _ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
        into sink: inout MappedSink
    ) {
        let entry =
            codePoint < 0x80
            ? asciiEntry(UInt8(truncatingIfNeeded: codePoint)) : self.entry(codePoint)
        switch Kind(rawValue: UInt8(truncatingIfNeeded: entry >> 24)) {
        case .identity:
            for i in range { sink.append(source[i], from: range.lowerBound, to: range.upperBound) }
        case .one, .two, .three:
            for k in 0..<(entry >> 24) {
                sink.append(
                    UInt8(truncatingIfNeeded: entry >> (8 * k)), from: range.lowerBound,
                    to: range.upperBound)
            }
        case .space: sink.append(0x20, from: range.lowerBound, to: range.upperBound)
        case .expansion:
            let bytes = pool + Int(entry & 0xFF_FFFF)
            for k in 1...Int(bytes[0]) {
                sink.append(bytes[k], from: range.lowerBound, to: range.upperBound)
            }
        case .dropped, .joining, nil: break
        }
    }

    fileprivate func asciiEntry(_ byte: UInt8) -> UInt32 {
        if byte &- 0x41 < 26 { return 1 << 24 | UInt32(byte | 0x20) }
        if byte == 0x20 || byte &- 9 < 5 { return UInt32(Kind.space.rawValue) << 24 }
        return 0
    }

    /// Code points that join with one base; text beyond that folds as if a new base began.
    static let segmentLimit = 128

    /// ICU's NFKC_Casefold of one segment, then simplified code point by code point.
    private func segment(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [UInt8] {
        let units = Array(String(decoding: source[range], as: UTF8.self).utf16)
        var target = [UInt16](repeating: 0, count: units.count * 18 + 16)
        let length = mj_nfkc_casefold(units, Int32(units.count), &target, Int32(target.count))
        guard length >= 0, length <= target.count else { return Array(source[range]) }
        var result: [UInt8] = []
        for scalar in String(decoding: target[..<Int(length)], as: UTF16.self).unicodeScalars {
            // NFKC_Casefold's results only change further by simplification, which the table holds.
            let bytes = Array(String(Character(scalar)).utf8)
            // A line feed that marks join with must not stay: it would end the message in a block.
            let entry =
                scalar.value < 0x80
                ? asciiEntry(UInt8(truncatingIfNeeded: scalar.value)) : self.entry(scalar.value)
            switch Kind(rawValue: UInt8(truncatingIfNeeded: entry >> 24)) {
            case .one, .two, .three:
                for k in 0..<(entry >> 24) { result.append(UInt8(truncatingIfNeeded: entry >> (8 * k))) }
            case .space: result.append(0x20)
            default: result += bytes
            }
        }
        return result
    }

    fileprivate func decode(_ s: UnsafeBufferPointer<UInt8>, at i: Int) -> (UInt32, Int) {
        let lead = UInt32(s[i])
        func tail(_ k: Int) -> UInt32 { i + k < s.count ? UInt32(s[i + k] & 0x3F) : 0 }
        if lead < 0x80 { return (lead, 1) }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | tail(1), min(2, s.count - i)) }
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), min(3, s.count - i)) }
        return (
            (lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), min(4, s.count - i)
        )
    }
}

extension FoldTable {
    /// The original span that a range of the folded text comes from, without making a map.
    ///
    /// Walks `source` up to the end of the range; allocates only where code points join.
    public func original(
        _ range: Range<Int>, of source: UnsafeBufferPointer<UInt8>, level: TextLevel
    ) -> Span {
        // At level `exact` only line feeds are longer than they were.
        if level == .exact, !range.isEmpty, range.upperBound <= source.count, !source.contains(0x0A) {
            var (start, end) = (range.lowerBound, range.upperBound)
            while start > 0, source[start] & 0xC0 == 0x80 { start -= 1 }
            while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
            return Span(start, end)
        }
        guard level == .folded, !range.isEmpty, let span = walk(range, source) else {
            return foldMapped(source, level: level).original(range)
        }
        return span
    }

    private func walk(_ range: Range<Int>, _ source: UnsafeBufferPointer<UInt8>) -> Span? {
        var i = 0
        var folded = 0
        var lastIsSpace = false
        var start = -1
        while i < source.count {
            let (codePoint, length) = decode(source, at: i)
            let entry = codePoint < 0x80 ? asciiEntry(UInt8(truncatingIfNeeded: codePoint)) : self.entry(codePoint)
            var isSpace = false
            let width: Int
            switch entry >> 24 {
            case 0: width = length
            case 1, 2, 3: width = Int(entry >> 24)
            case 4: width = 0
            case 5:
                isSpace = true
                // A run of white space is one byte whose origin is all of it: leave that to the map.
                if lastIsSpace { return nil }
                width = 1
            default: return nil
            }
            if width > 0 {
                if start < 0, folded + width > range.lowerBound { start = i }
                folded += width
                lastIsSpace = isSpace
                if folded >= range.upperBound {
                    // What follows could still join with this, or lengthen a run of spaces.
                    let next = i + length
                    guard next == source.count || startsAlone(source, at: next),
                        !isSpace || next == source.count || !isWhite(source[next])
                    else { return nil }
                    return Span(start, next)
                }
            }
            i += length
        }
        return nil
    }

    private func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 9 < 5 }
}

/// Collects folded bytes with their origins; runs of spaces become one.
private struct MappedSink {
    private var bytes: UnsafeMutablePointer<UInt8>
    private var starts: UnsafeMutablePointer<UInt32>
    private var ends: UnsafeMutablePointer<UInt32>
    private var capacity: Int
    private var count = 0
    /// False for exact texts, which keep every space.
    private let joinsSpaces: Bool

    init(capacity: Int, joinsSpaces: Bool) {
        self.capacity = capacity
        self.joinsSpaces = joinsSpaces
        bytes = .allocate(capacity: capacity)
        starts = .allocate(capacity: capacity)
        ends = .allocate(capacity: capacity)
    }

    /// Frees the room; `text` must have been taken before.
    func deallocate() {
        bytes.deallocate()
        starts.deallocate()
        ends.deallocate()
    }

    @inline(__always)
    mutating func append(_ byte: UInt8, from start: Int, to end: Int) {
        if joinsSpaces, byte == 0x20, count > 0, bytes[count - 1] == 0x20 {
            ends[count - 1] = UInt32(truncatingIfNeeded: end)
            return
        }
        if count == capacity { grow() }
        bytes[count] = byte
        starts[count] = UInt32(truncatingIfNeeded: start)
        ends[count] = UInt32(truncatingIfNeeded: end)
        count &+= 1
    }

    mutating func append(_ more: [UInt8], from start: Int, to end: Int) {
        for byte in more { append(byte, from: start, to: end) }
    }

    private mutating func grow() {
        func grown<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
            let new = UnsafeMutablePointer<T>.allocate(capacity: capacity * 2)
            new.moveInitialize(from: old, count: count)
            old.deallocate()
            return new
        }
        bytes = grown(bytes)
        starts = grown(starts)
        ends = grown(ends)
        capacity *= 2
    }

    mutating func widenToCodePoints(_ source: UnsafeBufferPointer<UInt8>) {
        for k in 0..<count {
            var start = Int(starts[k])
            var end = Int(ends[k])
            while start > 0, source[start] & 0xC0 == 0x80 { start -= 1 }
            while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
            starts[k] = UInt32(start)
            ends[k] = UInt32(end)
        }
    }

    var text: FoldedText {
        FoldedText(
            bytes: Array(UnsafeBufferPointer(start: bytes, count: count)),
            starts: Array(UnsafeBufferPointer(start: starts, count: count)),
            ends: Array(UnsafeBufferPointer(start: ends, count: count)))
    }
}
