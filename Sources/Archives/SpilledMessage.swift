import CSimdJSON
import ConversationModel

/// One message between reading and grouping: a header, its fields and its line, in one run of bytes.
///
/// The layout never leaves the process: native byte order, no alignment.
package struct SpilledMessage {
    /// The pieces of bytes behind the header, in their order.
    package enum Piece: Int, CaseIterable {
        case shop, key, buyer, group, agent, id
        /// As many as `MJ_FACTS`, JSON as it stood.
        case firstFact
    }

    private static let pieces = Piece.firstFact.rawValue + MJ_FACTS + 1
    /// total(4) order(8) hash(8) time(8) speaker kind flags tag(4), then a length for each piece.
    private static let headerSize = 32 + 4 * pieces
    private static let absent = UInt32.max

    private let bytes: UnsafeRawBufferPointer

    /// The message at `offset` of `buffer`; what `append` wrote must stand there.
    package init(_ buffer: UnsafeRawBufferPointer, at offset: Int) {
        let size = Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        bytes = UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + size])
    }

    /// The size of the message that begins with these bytes.
    package static func size(_ start: UnsafeRawBufferPointer) -> Int {
        Int(start.loadUnaligned(as: UInt32.self))
    }

    package static let sizePrefix = 4

    package var size: Int { bytes.count }
    package var order: RecordNumber {
        RecordNumber(value: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
    }
    package var hash: UInt64 { bytes.loadUnaligned(fromByteOffset: 12, as: UInt64.self) }
    /// Nil where the message has no time.
    package var time: Instant? {
        let value = bytes.loadUnaligned(fromByteOffset: 20, as: Int64.self)
        return value == .min ? nil : Instant(milliseconds: value)
    }
    package var speaker: Speaker { Speaker(rawValue: bytes[28]) ?? .system }
    package var kind: MessageKind { MessageKind(rawValue: bytes[29]) ?? .other }
    package var traits: Traits { Traits(rawValue: bytes[30]) }

    /// What is known of a message besides its text.
    package struct Traits: OptionSet {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let automatic = Traits(rawValue: 1)
        package static let needsAnswer = Traits(rawValue: 2)
        package static let closes = Traits(rawValue: 4)
        /// Keyed by buyer: the conversation is still to be cut.
        package static let isLog = Traits(rawValue: 8)
    }

    /// The bytes of a piece, nil where the message lacks it.
    package func piece(_ piece: Piece) -> UnsafeRawBufferPointer? { self.piece(piece.rawValue) }

    /// A fact of the conversation, by its number in `flat.h`.
    package func fact(_ index: Int) -> UnsafeRawBufferPointer? {
        piece(Piece.firstFact.rawValue + index)
    }

    /// The message's JSON object as it was read.
    package var line: UnsafeRawBufferPointer {
        piece(SpilledMessage.pieces - 1) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private func length(_ index: Int) -> UInt32 {
        bytes.loadUnaligned(fromByteOffset: 32 + 4 * index, as: UInt32.self)
    }

    private func piece(_ index: Int) -> UnsafeRawBufferPointer? {
        let length = length(index)
        guard length != SpilledMessage.absent else { return nil }
        var start = SpilledMessage.headerSize
        for earlier in 0..<index {
            let other = self.length(earlier)
            if other != SpilledMessage.absent { start += Int(other) }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(length)])
    }

    /// Whether both belong to one conversation or log.
    package func hasSameKey(as other: SpilledMessage) -> Bool {
        guard hash == other.hash, traits.contains(.isLog) == other.traits.contains(.isLog) else {
            return false
        }
        return SpilledMessage.equal(piece(.key), other.piece(.key))
            && SpilledMessage.equal(piece(.shop), other.piece(.shop))
    }

    /// Whether two pieces are the same bytes, or both absent.
    package static func equal(_ a: UnsafeRawBufferPointer?, _ b: UnsafeRawBufferPointer?) -> Bool {
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): a.count == b.count && a.elementsEqual(b)
        default: false
        }
    }

    /// Appends the message of `row` to `out`.
    package static func append(
        _ row: mj_line, key: mj_bytes, order: RecordNumber, time: Instant?, traits: Traits,
        to out: inout [UInt8]
    ) {
        var hasher = Hasher()
        hasher.combine(traits.contains(.isLog))
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        hasher.combine(row.shop.length)
        hasher.combine(bytes: UnsafeRawBufferPointer(row.shop))
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        // Unrolled: this runs once a message, and an array of pieces would be made for each.
        func forEachPiece(_ body: (mj_bytes) -> Void) {
            body(row.shop)
            body(key)
            body(row.buyer)
            body(row.group)
            body(row.agent)
            body(row.id)
            body(row.facts.0)
            body(row.facts.1)
            body(row.facts.2)
            body(row.facts.3)
            body(row.facts.4)
            body(row.facts.5)
            body(row.facts.6)
            body(row.line)
        }
        var size = headerSize
        forEachPiece { size += UnsafeRawBufferPointer($0).count }
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value) { out.append(contentsOf: $0) }
        }
        put(UInt32(size))
        put(order.value)
        put(hash)
        put(time?.milliseconds ?? .min)
        put(row.speaker)
        put(row.kind)
        put(traits.rawValue)
        put(UInt8(0))
        forEachPiece { put($0.length) }
        forEachPiece { out.append(contentsOf: UnsafeRawBufferPointer($0)) }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a slice of the C parser; none where it is absent.
    fileprivate init(_ bytes: mj_bytes) {
        self.init(start: bytes.data, count: bytes.length == .max ? 0 : Int(bytes.length))
    }
}
