import Archives
import CZlib
import CZstd
import ConversationModel
import Foundation
import Testing

/// A directory for one test, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("mingjian-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func path(_ name: String) -> ArchivePath { ArchivePath(path + "/" + name) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> ArchiveInput {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return ArchiveInput(path: path(name))
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> ArchiveInput {
        try write(name, Array(text.utf8))
    }
}

/// Everything that is left in `stream`, read in pieces of `size`.
func contents(_ stream: any ByteStream, by size: Int = 64 << 10) throws -> [UInt8] {
    let (bytes, failure) = contentsAndError(stream, by: size)
    if let failure { throw failure }
    return bytes
}

/// The same with the error that ended it.
func contentsAndError(
    _ stream: any ByteStream, by size: Int = 64 << 10
) -> (bytes: [UInt8], error: ArchiveError?) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    var result: [UInt8] = []
    while true {
        do throws(ArchiveError) {
            let count = try stream.read(into: buffer)
            if count == 0 { return (result, nil) }
            result.append(contentsOf: buffer[..<count])
        } catch {
            return (result, error)
        }
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1_000)
    deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    var input = bytes
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            deflate(&stream, Z_FINISH)
            return target.count - Int(stream.avail_out)
        }
    }
    deflateEnd(&stream)
    return Array(output[..<count])
}

func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let count = ZSTD_compress2(context, &output, output.count, bytes, bytes.count)
    return Array(output[..<count])
}

func utf16(_ string: String, isBigEndian: Bool, hasMark: Bool = true) -> [UInt8] {
    let units = (hasMark ? [0xFEFF] : []) + Array(string.utf16)
    return units.flatMap { unit -> [UInt8] in
        isBigEndian
            ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
    }
}

/// The folder with suites that are not part of the project; nil where the variable is not set.
var sharedFolder: String? { ProcessInfo.processInfo.environment["MINGJIAN_SHARED"] }

/// A conversation line as tests compare it.
struct ReadConversation: Equatable {
    var id: String
    var shop: String?
    var buyer: String?
    var group: String?
    var agent: String?
    var texts: [String]

    init(_ line: Substring) throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let object = try #require(parsed as? [String: Any])
        id = try #require(object["id"] as? String)
        shop = object["shop"] as? String
        buyer = object["buyer"] as? String
        group = object["group"] as? String
        agent = object["agent"] as? String
        let messages = try #require(object["messages"] as? [[String: Any]])
        texts = messages.map { $0["text"] as? String ?? "" }
    }

    init(id: String, shop: String? = nil, buyer: String? = nil, texts: [String]) {
        self.id = id
        self.shop = shop
        self.buyer = buyer
        self.texts = texts
    }
}

func conversations(_ bytes: [UInt8]) throws -> [ReadConversation] {
    try text(bytes).split(separator: "\n").map { try ReadConversation($0) }
}

/// The instant of a local time in China, `2026-03-01T10:00:00`.
func china(_ time: String) throws -> Instant {
    let reader = TimeReader(zone: .chinaStandard)
    guard case .time(let instant) = reader.read(ArraySlice(time.utf8)) else {
        throw CocoaError(.formatting)
    }
    return instant
}
