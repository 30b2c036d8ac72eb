import Crypto

/// One of 1,024 virtual partitions; all events of a shop are in the same one.
///
/// The function belongs to the product and never changes: the first ten bits of the SHA-256 of the shop's
/// key in UTF-8. Any language can compute it, so that brokers and other engines can place events alike:
///
///     ShopPartition(shop: "shop-1").index
///     // int.from_bytes(hashlib.sha256(b"shop-1").digest()[:2], "big") >> 6
public struct ShopPartition: Hashable, Comparable, Sendable {
    /// How many there are.
    public static let count = 1024

    /// All of them, ascending.
    public static let all = (0..<UInt16(count)).compactMap { ShopPartition(index: $0) }

    /// 0..<1024.
    public let index: UInt16

    /// The partition of a shop.
    public init(shop: String) {
        var key = shop
        let (first, second) = key.withUTF8 { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize().withUnsafeBytes { ($0[0], $0[1]) }
        }
        index = (UInt16(first) << 8 | UInt16(second)) >> 6
    }

    /// The partition with a number, or nil where there is none.
    public init?(index: UInt16) {
        guard index < Self.count else { return nil }
        self.index = index
    }

    public static func < (a: ShopPartition, b: ShopPartition) -> Bool {
        a.index < b.index
    }
}
