import ConversationModel
import Crypto
import Monitoring

/// A digest of a shop's figures: the same for the same events, in whatever order and at whatever speed they came.
///
/// SHA-256 of the figures as JSON, one after the other, without what may depend on arrival (`regardlessOfArrival`).
public struct FiguresDigest {
    private var hash = SHA256()
    private let json: FiguresJSON

    /// The digest of nothing; times are written with the offsets of `zone`.
    public init(zone: Zone) { json = FiguresJSON(zone: zone) }

    /// Takes the figures of a shop at one more instant.
    public mutating func add(_ figures: ShopFigures, of shop: String) {
        hash.update(data: json.value(figures.regardlessOfArrival, shop: shop, sequence: 0).bytes)
    }

    /// 64 hexadecimal digits.
    public var text: String {
        hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
