import ConversationModel

/// How bytes stand in a segment (docs/event-log.md, "Format"). All numbers are little-endian.
///
///     segment = header frame*
///     frame   = mark | record
///     mark    = magic:u32 checksum:u32 position:u64          starts each group
///     record  = length:u32 checksum:u32 body[length]
///     body    = partition:u16 shopLength:u16 idLength:u16 zero:u16 time:i64 received:i64 shop id payload
enum SegmentFormat {
    static let version: UInt32 = 1
    static let headerSize = 64
    static let markSize = 16
    static let recordHeadSize = 8
    static let bodyHeadSize = 24
    /// Bounds what a damaged length can ask for; far beyond what `LogRecord` allows.
    static let bodyLimit = 4 << 20
    /// Where a record has its length. No length is as large, and no UTF-8 holds its first and last byte.
    static let markMagic: UInt32 = 0xFE4A_4DFF
    private static let segmentMagic = Array("MJEVTLOG".utf8)

    /// What a segment says of itself and of those before it.
    struct Header: Hashable {
        /// The position of its first record.
        var first: LogPosition
        /// The newest receipt of all records before it, `Int64.min` where there is none.
        var clock: Int64
        /// How many positions right before `first` are known to be lost, after a repair.
        var lost: UInt64
    }

    static func segmentName(_ first: LogPosition) -> String {
        padded(first.index) + ".segment"
    }

    /// No log gets as far, at a million records a second for 285 years; what says so is damaged.
    static let positionLimit: UInt64 = 1 << 53

    /// The position in the name of a segment or snapshot, or nil for other names.
    static func position(in name: String, suffix: String) -> LogPosition? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count,
            name.utf8.prefix(20).allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return UInt64(name.prefix(20)).flatMap { $0 <= positionLimit ? LogPosition($0) : nil }
    }

    /// Twenty digits, so that names sort as positions do.
    static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }

    // MARK: Writing

    static func bytes(of header: Header) -> [UInt8] {
        var bytes = segmentMagic
        append(version, to: &bytes)
        append(UInt32(0), to: &bytes)
        append(header.first.index, to: &bytes)
        append(header.clock, to: &bytes)
        append(header.lost, to: &bytes)
        bytes += [UInt8](repeating: 0, count: headerSize - 4 - bytes.count)
        append(bytes.withUnsafeBytes { CRC32C.checksum($0) }, to: &bytes)
        return bytes
    }

    static func appendMark(_ position: LogPosition, to bytes: inout [UInt8]) {
        append(markMagic, to: &bytes)
        append(markChecksum(position.index), to: &bytes)
        append(position.index, to: &bytes)
    }

    /// The record must keep the limits of `LogRecord`.
    static func append(_ record: LogRecord, partition: ShopPartition, to bytes: inout [UInt8]) {
        let start = bytes.count
        var shop = record.shop
        shop.withUTF8 { shop in
            let length = bodyHeadSize + shop.count + record.id.count + record.payload.count
            append(UInt32(length), to: &bytes)
            append(UInt32(0), to: &bytes)
            append(partition.index, to: &bytes)
            append(UInt16(shop.count), to: &bytes)
            append(UInt16(record.id.count), to: &bytes)
            append(UInt16(0), to: &bytes)
            append(record.time.milliseconds, to: &bytes)
            append(record.received.milliseconds, to: &bytes)
            bytes.append(contentsOf: shop)
        }
        bytes.append(contentsOf: record.id)
        bytes.append(contentsOf: record.payload)
        bytes.withUnsafeMutableBytes { all in
            let frame = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            frame.storeBytes(
                of: recordChecksum(UnsafeRawBufferPointer(frame)).littleEndian, toByteOffset: 4, as: UInt32.self)
        }
    }

    // MARK: Reading

    enum HeaderProblem: Error {
        case notASegment
        case version(UInt32)
    }

    static func header(from bytes: [UInt8]) throws(HeaderProblem) -> Header {
        guard bytes.count >= headerSize, bytes.starts(with: segmentMagic) else { throw .notASegment }
        let (stored, computed, version, header) = bytes.withUnsafeBytes { raw in
            (
                number(raw, headerSize - 4, UInt32.self),
                CRC32C.checksum(UnsafeRawBufferPointer(rebasing: raw[..<(headerSize - 4)])),
                number(raw, 8, UInt32.self),
                Header(
                    first: LogPosition(number(raw, 16, UInt64.self)), clock: number(raw, 24, Int64.self),
                    lost: number(raw, 32, UInt64.self))
            )
        }
        guard stored == computed else { throw .notASegment }
        guard version == Self.version else { throw .version(version) }
        guard header.first.index <= positionLimit, header.lost <= header.first.index else { throw .notASegment }
        return header
    }

    static func markChecksum(_ position: UInt64) -> UInt32 {
        withUnsafeBytes(of: position.littleEndian) { CRC32C.checksum($0) }
    }

    /// The checksum of a whole record, over its length and its body.
    static func recordChecksum(_ frame: UnsafeRawBufferPointer) -> UInt32 {
        let length = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[..<4]))
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[recordHeadSize...]), continuing: length)
    }

    /// The record in a body, or nil where its lengths do not fit or its shop is no UTF-8.
    static func entry(body: UnsafeRawBufferPointer, at position: LogPosition) -> LogEntry? {
        guard body.count >= bodyHeadSize,
            let partition = ShopPartition(index: number(body, 0, UInt16.self))
        else { return nil }
        let shopEnd = bodyHeadSize + Int(number(body, 2, UInt16.self))
        let idEnd = shopEnd + Int(number(body, 4, UInt16.self))
        guard idEnd <= body.count, let shop = String(validating: body[bodyHeadSize..<shopEnd], as: UTF8.self) else {
            return nil
        }
        return LogEntry(
            position: position, partition: partition,
            record: LogRecord(
                shop: shop, id: Array(body[shopEnd..<idEnd]),
                time: Instant(milliseconds: number(body, 8, Int64.self)),
                received: Instant(milliseconds: number(body, 16, Int64.self)), payload: Array(body[idEnd...])))
    }

    /// What the table of ids needs of a body, or nil where its lengths do not fit.
    static func identity(
        body: UnsafeRawBufferPointer
    ) -> (shop: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, time: Int64, received: Int64)? {
        let shopEnd = bodyHeadSize + Int(number(body, 2, UInt16.self))
        let idEnd = shopEnd + Int(number(body, 4, UInt16.self))
        guard idEnd <= body.count else { return nil }
        return (
            UnsafeRawBufferPointer(rebasing: body[bodyHeadSize..<shopEnd]),
            UnsafeRawBufferPointer(rebasing: body[shopEnd..<idEnd]),
            number(body, 8, Int64.self), number(body, 16, Int64.self)
        )
    }

    /// The payload of a body of which `identity` makes sense.
    static func payload(body: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = bodyHeadSize + Int(number(body, 2, UInt16.self)) + Int(number(body, 4, UInt16.self))
        return UnsafeRawBufferPointer(rebasing: body[start...])
    }

    static func number<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _: Number.Type
    ) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
