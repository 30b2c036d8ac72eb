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
        var sink = MappedSink(capacity: source.count + 16)
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

    private func asciiEntry(_ byte: UInt8) -> UInt32 {
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
            let entry = scalar.value < 0x80 ? 0 : self.entry(scalar.value)
            switch Kind(rawValue: UInt8(truncatingIfNeeded: entry >> 24)) {
            case .one, .two, .three:
                for k in 0..<(entry >> 24) { result.append(UInt8(truncatingIfNeeded: entry >> (8 * k))) }
            case .space: result.append(0x20)
            default: result += bytes
            }
        }
        return result
    }

    private func decode(_ s: UnsafeBufferPointer<UInt8>, at i: Int) -> (UInt32, Int) {
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

/// Collects folded bytes with their origins; runs of spaces become one.
private struct MappedSink {
    private var bytes: [UInt8] = []
    private var starts: [UInt32] = []
    private var ends: [UInt32] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
        starts.reserveCapacity(capacity)
        ends.reserveCapacity(capacity)
    }

    mutating func append(_ byte: UInt8, from start: Int, to end: Int) {
        if byte == 0x20, bytes.last == 0x20 {
            ends[ends.count - 1] = UInt32(end)
            return
        }
        bytes.append(byte)
        starts.append(UInt32(start))
        ends.append(UInt32(end))
    }

    mutating func append(_ more: [UInt8], from start: Int, to end: Int) {
        for byte in more { append(byte, from: start, to: end) }
    }

    mutating func widenToCodePoints(_ source: UnsafeBufferPointer<UInt8>) {
        for k in starts.indices {
            var start = Int(starts[k])
            var end = Int(ends[k])
            while start > 0, source[start] & 0xC0 == 0x80 { start -= 1 }
            while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
            starts[k] = UInt32(start)
            ends[k] = UInt32(end)
        }
    }

    var text: FoldedText { FoldedText(bytes: bytes, starts: starts, ends: ends) }
}
