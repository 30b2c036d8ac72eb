import ChineseText
import Testing

/// A text whose entities stand in ⟦⟧, as rule examples mark them.
struct MarkedEntities {
    static let table = FoldTable()

    /// Folded, without the marks.
    let bytes: [UInt8]
    /// What stood between marks, in order.
    let ranges: [Range<Int>]

    init(_ marked: String) {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        var start = 0
        for scalar in Self.table.folded(marked).unicodeScalars {
            switch scalar {
            case "⟦": start = bytes.count
            case "⟧": ranges.append(start..<bytes.count)
            default: bytes += Array(String(scalar).utf8)
            }
        }
        self.bytes = bytes
        self.ranges = ranges
    }

    /// Entities of one kind that the finder sees here.
    func found(_ kind: EntityKind) -> [Entity] {
        bytes.withUnsafeBufferPointer { EntityFinder().entities(of: kind, in: $0) }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Expects exactly the marked entities.
    func expect(
        _ kind: EntityKind, values: [Int64?]? = nil, isProbable: Bool? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let entities = found(kind)
        let whole = text(0..<bytes.count)
        #expect(
            entities.map(\.range) == ranges, "\(whole): \(entities.map { text($0.range) })",
            sourceLocation: sourceLocation)
        if let values { #expect(entities.map(\.value) == values, "\(whole)", sourceLocation: sourceLocation) }
        if let isProbable {
            #expect(entities.allSatisfy { $0.isProbable == isProbable }, "\(whole)", sourceLocation: sourceLocation)
        }
    }
}
