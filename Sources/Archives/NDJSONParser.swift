import CSimdJSON
import ConversationModel

/// Parses blocks of conversation lines into rows. One per thread; never fails as a whole.
public final class NDJSONParser {
    private let parser: OpaquePointer?
    private let options: Int32
    var rows = mj_rows()
    private var base = UnsafePointer<UInt8>(bitPattern: 8)
    private var isBrokenOff = false

    /// With `isStrict`, scalars in fields that nobody reads are checked too; `facts` are read, all others
    /// passed over.
    public init(isStrict: Bool = false, countsBlankLines: Bool = false, facts: FactKinds = []) {
        parser = mj_parser_new()
        options =
            (isStrict ? Int32(MJ_STRICT) : 0) | (countsBlankLines ? Int32(MJ_COUNT_BLANK) : 0)
            | Int32(facts.subtracting(.previous).rawValue) << 8
    }

    deinit {
        mj_parser_free(parser)
    }

    /// Parses the block's lines; the rows stay valid until the next call.
    public func parse(_ block: ArchiveBlock) {
        block.reserve(block.length)
        base = UnsafePointer(block.bytes)
        isBrokenOff = block.isBrokenOff
        mj_parse_conversations(
            parser, block.bytes, block.length, block.length + Int(MJ_PADDING), block.largestRecord, options,
            &rows)
    }

    /// Records of the block: conversations and bad ones.
    public var recordCount: Int { rows.record_count }
    public var conversationCount: Int { rows.conversation_count }

    /// Bad records in their order: 0-based number in the block, and why.
    package var badRecords: [(record: UInt32, issue: RecordIssue)] {
        let torn = isBrokenOff ? rows.record_count - 1 : -1
        return UnsafeBufferPointer(start: rows.bad, count: rows.bad_count).map { bad in
            if Int(bad.record) == torn { return (bad.record, .brokenOff) }
            return (bad.record, RecordIssue(reason: bad.reason) ?? .invalidJSON)
        }
    }

    /// 0-based number in the block of the conversation at `index`.
    public func record(_ index: Int) -> UInt32 { rows.conversations[index].record }

    /// What tells conversations of a shop apart.
    public func key(_ index: Int) -> (shop: UnsafeBufferPointer<UInt8>, id: UnsafeBufferPointer<UInt8>) {
        (bytes(rows.conversations[index].shop), bytes(rows.conversations[index].id))
    }

    /// Odd things that were kept: unknown kinds, duplicate keys, agents without a name, facts that are none.
    public var defects: (unknownKind: Int, duplicateKey: Int, missingAgent: Int, oddFact: Int) {
        (
            Int(rows.defects.unknown_kind), Int(rows.defects.duplicate_key),
            Int(rows.defects.missing_agent), Int(rows.defects.odd_fact)
        )
    }

    /// The bytes of a slice; a nil base address where the field is absent.
    @inline(__always)
    func bytes(_ slice: mj_slice) -> UnsafeBufferPointer<UInt8> {
        if slice.length == MJ_ABSENT { return UnsafeBufferPointer(start: nil, count: 0) }
        guard let base else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: base + Int(slice.offset), count: Int(slice.length))
    }
}
