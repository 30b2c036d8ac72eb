import ChineseText

/// Patterns as bytes, so that a later run need not read their sources again.
///
/// Only lists all of whose patterns were taken by both engines are stored. Bytes that say anything
/// else than a whole list are no list.
enum PatternStore {
    /// To be raised whenever the parser, folding, printing or the choice of factors changes.
    private static let version = 3

    /// Everything that the stored form depends on.
    static func key(_ sources: [PreparedRegexes.Source]) -> [UInt8] {
        var key = Array("regexes-\(version) \(FoldTable.cacheKey)\n".utf8)
        for source in sources {
            let pattern = Array(source.pattern.utf8)
            key += Array("\(source.level.rawValue) \(pattern.count):".utf8)
            key += pattern
        }
        return key
    }

    static func bytes(_ patterns: [Pattern]) -> [UInt8] {
        var writer = ByteWriter()
        for pattern in patterns {
            writer.write(Array(pattern.spanSource.utf8))
            writer.write(Array(pattern.scanSource.utf8))
            writer.write((pattern.isLiteral ? 1 : 0) | (pattern.isAnchored ? 2 : 0))
            writer.write(pattern.factors.count)
            for factor in pattern.factors {
                writer.write(factor.count)
                for literal in factor { writer.write(literal) }
            }
            // No anchored pattern begins with nothing: an empty list says that there is none.
            let ranges = pattern.firstScalars ?? []
            writer.write(ranges.count)
            for range in ranges {
                writer.write(Int(range.lowerBound))
                writer.write(Int(range.upperBound))
            }
        }
        return writer.bytes
    }

    /// The patterns of `sources`, in their order; nil where the bytes are not theirs.
    static func patterns(_ bytes: [UInt8], of sources: [PreparedRegexes.Source]) -> [Pattern]? {
        var reader = ByteReader(bytes)
        var patterns: [Pattern] = []
        for source in sources {
            guard let spans = reader.string(), let scan = reader.string(), let flags = reader.number(),
                let factors = reader.list({ reader in reader.list { $0.string().map { Array($0.utf8) } } }),
                let ranges = reader.list({ reader -> ClosedRange<UInt32>? in
                    guard let low = reader.number(), let high = reader.number(), low <= high else { return nil }
                    return UInt32(low)...UInt32(high)
                })
            else { return nil }
            patterns.append(
                Pattern(
                    level: source.level, spanSource: spans, scanSource: scan, factors: factors,
                    isLiteral: flags & 1 != 0, isAnchored: flags & 2 != 0,
                    firstScalars: ranges.isEmpty ? nil : ranges))
        }
        return reader.isAtEnd ? patterns : nil
    }
}

/// Numbers of four bytes, and strings with their length before them.
private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: Int) {
        withUnsafeBytes(of: UInt32(number).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ string: [UInt8]) {
        write(string.count)
        bytes += string
    }
}

/// Reads what `ByteWriter` wrote; nil where there is less than was said.
private struct ByteReader {
    private let source: [UInt8]
    private var next = 0
    var isAtEnd: Bool { next == source.count }

    init(_ source: [UInt8]) { self.source = source }

    mutating func number() -> Int? {
        guard source.count - next >= 4 else { return nil }
        defer { next += 4 }
        return (0..<4).reduce(0) { $0 | Int(source[next + $1]) << (8 * $1) }
    }

    mutating func string() -> String? {
        guard let length = number(), source.count - next >= length else { return nil }
        defer { next += length }
        return String(decoding: source[next..<next + length], as: UTF8.self)
    }

    mutating func list<Element>(_ element: (inout ByteReader) -> Element?) -> [Element]? {
        // Each element takes four bytes at least: no count makes room for more than was stored.
        guard let count = number(), count <= (source.count - next) / 4 else { return nil }
        var list: [Element] = []
        list.reserveCapacity(count)
        for _ in 0..<count {
            guard let found = element(&self) else { return nil }
            list.append(found)
        }
        return list
    }
}
