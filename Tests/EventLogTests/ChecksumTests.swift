import TestSupport
import Testing

@testable import EventLog

struct ChecksumTests {
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum($0) }
    }

    @Test("the checksum is that of RFC 3720, appendix B.4")
    func knownVectors() {
        #expect(checksum([]) == 0)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum((0..<32).reversed()) == 0x113F_DB5C)
        let read: [UInt8] =
            [0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0]
            + [0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0]
        #expect(checksum(read) == 0xD996_3A56)
    }

    @Test("in pieces it is the same as bit by bit in one go")
    func piecesAreTheWhole() {
        var generator = SeededGenerator(seed: 7)
        for length in 0..<100 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var crc = ~UInt32(0)
            for byte in bytes {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            }
            let cut = Int.random(in: 0...length, using: &generator)
            let first = checksum(Array(bytes[..<cut]))
            let both = bytes[cut...].withUnsafeBytes { CRC32C.checksum($0, continuing: first) }
            #expect(checksum(bytes) == ~crc && both == ~crc, "length \(length), cut \(cut)")
            let byTables = bytes[cut...].withUnsafeBytes { CRC32C.byTables($0, continuing: first) }
            #expect(byTables == ~crc, "by tables, length \(length), cut \(cut)")
        }
    }

    @Test(
        "the partition of a shop is the first ten bits of its SHA-256",
        arguments: [
            // python3 -c 'import hashlib; print(int.from_bytes(hashlib.sha256("…".encode()).digest()[:2], "big") >> 6)'
            ("shop-1", 484), ("shop-2", 703), ("旗舰店", 333), ("", 910), ("a", 810), ("1024", 910),
            ("天猫:豆豆旗舰店", 138), ("🛒", 2),
        ] as [(String, UInt16)])
    func partitions(shop: String, partition: UInt16) {
        #expect(ShopPartition(shop: shop).index == partition)
    }

    @Test("shops spread over all 1,024 partitions")
    func partitionsAreEven() {
        var counts = [Int](repeating: 0, count: ShopPartition.count)
        for number in 0..<20_480 { counts[Int(ShopPartition(shop: "shop-\(number)").index)] += 1 }
        // Twenty each on average: five standard deviations up, and none empty.
        #expect(counts.allSatisfy { (1...45).contains($0) })
        #expect(ShopPartition(index: 1023) != nil && ShopPartition(index: 1024) == nil)
    }
}
