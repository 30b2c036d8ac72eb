import Archives
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct ByteStreamTests {
    @Test func missingFileIsNamedWithTheSystemsReason() throws {
        let directory = try TemporaryDirectory()
        #expect {
            try FileStream(path: directory.path("none\n.ndjson"))
        } throws: { error in
            guard let error = error as? ArchiveError else { return false }
            return error.phrase.english.hasSuffix("none\\n.ndjson': no such file or directory")
                && error.phrase.chinese.contains("没有这个文件")
        }
        #expect(throws: ArchiveError.self) { try FileStream(path: directory.path("")) }
        #expect(throws: ArchiveError.self) {
            try FileStream(path: ArchivePath(bytes: Array((directory.path + "\0x").utf8)))
        }
    }

    @Test func fileIsReadWholeWhateverTheSizeOfReads() throws {
        let directory = try TemporaryDirectory()
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let input = try directory.write("a.ndjson", bytes)
        for size in [1, 7, 4096, 1 << 20] {
            let stream = try input.open()
            #expect(try contents(stream, by: size) == bytes)
            #expect(stream.bytesRead == bytes.count)
            #expect(try contents(stream, by: size).isEmpty)
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func compressedMembersAreOneStream(_ format: String) throws {
        let pack = format == "gzip" ? gzip : zstd
        let first = Array(String(repeating: "您好，在的\n", count: 5_000).utf8)
        let packed = pack(first) + pack([]) + pack(Array("再见".utf8))
        #expect(Compression(head: packed).rawValue == format)
        for (size, read) in [(1, 1), (3, 64 << 10), (1 << 20, 5), (1 << 20, 1 << 20)] {
            let stream = try unpacked(MemoryStream(packed, largestRead: size), format)
            #expect(try contents(stream, by: read) == first + Array("再见".utf8))
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func cutDataGivesItsBeginningAndThenAnError(_ format: String) throws {
        var random = SeededGenerator(seed: 11)
        let original = (0..<30_000).map { _ in UInt8.random(in: 0...15, using: &random) }
        let packed = format == "gzip" ? gzip(original) : zstd(original)
        for _ in 0..<60 {
            let cut = Int.random(in: 5..<packed.count, using: &random)
            let stream = try unpacked(MemoryStream(Array(packed[..<cut])), format)
            let (bytes, error) = contentsAndError(stream, by: 1000)
            #expect(original.starts(with: bytes), "cut at \(cut)")
            #expect(
                error
                    == .damaged(
                        path: "a", format: format, compressed: cut, decompressed: bytes.count,
                        damage: .truncated), "cut at \(cut)")
            #expect(contentsAndError(stream).error == error)
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func brokenDataNeverCrashesAndNeverPassesForWhole(_ format: String) throws {
        var random = SeededGenerator(seed: 12)
        let original = (0..<20_000).map { _ in UInt8.random(in: 0...15, using: &random) }
        let packed = format == "gzip" ? gzip(original) : zstd(original)
        var failures = 0
        for _ in 0..<200 {
            var broken = packed
            broken[Int.random(in: 10..<packed.count, using: &random)] ^=
                1
                << UInt8.random(
                    in: 0...7, using: &random)
            let (bytes, error) = contentsAndError(try unpacked(MemoryStream(broken), format))
            if error == nil, format == "gzip" { #expect(bytes == original) }
            if error != nil { failures += 1 }
        }
        #expect(failures > 100)
    }

    @Test("of zstd data whose third block is damaged the first two are given, be there room for all at once")
    func wholeZstdBlocksComeBeforeDamage() throws {
        var random = SeededGenerator(seed: 3)
        let original = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        // What cannot be made smaller is kept in blocks as it is: a head of 3 bytes and 128 KiB, between a frame's head of 9 and its checksum of 4.
        var packed = zstd(original)
        try #require(packed.count == 9 + 3 * 3 + original.count + 4)
        packed[9 + 2 * (3 + 131_072)] |= 0b110
        let (bytes, error) = contentsAndError(try ZstdStream(MemoryStream(packed), name: "a"), by: 1 << 20)
        #expect(error != nil && bytes == Array(original[..<262_144]))
    }

    @Test func whatStandsBehindGzipDataIsNotIgnored() throws {
        let packed = gzip(Array("a\n".utf8))
        let padded = try GzipStream(MemoryStream(packed + [0, 0, 0]), name: "a")
        #expect(text(try contents(padded)) == "a\n")
        let trailed = try GzipStream(MemoryStream(packed + Array("tail".utf8)), name: "a")
        let (bytes, error) = contentsAndError(trailed)
        #expect(text(bytes) == "a\n")
        #expect(error?.phrase.english.contains("after member 1") == true)
    }

    @Test(arguments: ["gzip", "zstd"])
    func bombsAreReadInPieces(_ format: String) throws {
        let zeros = [UInt8](repeating: 0, count: 32 << 20)
        let packed = format == "gzip" ? gzip(zeros) : zstd(zeros)
        let stream = try unpacked(MemoryStream(packed), format)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { buffer.deallocate() }
        var total = 0
        while case let count = try stream.read(into: buffer), count > 0 { total += count }
        #expect(total == zeros.count)
    }

    private func unpacked(_ stream: any ByteStream, _ format: String) throws -> any ByteStream {
        format == "gzip"
            ? try GzipStream(stream, name: "a") : try ZstdStream(stream, name: "a")
    }
}
