/// A change of an order.
public struct OrderChange: Hashable, Sendable {
    /// What changed.
    public enum Kind: Hashable, Sendable {
        case placed
        /// In the smallest unit of the shop's currency; a deposit and the rest are two payments.
        case paid(amount: Int64)
        /// Whether it was paid before it was closed.
        case closed(wasPaid: Bool)
    }

    public var order: String
    public var buyer: String
    public var kind: Kind
    /// Comes from an import of past orders: it may be older than the horizon, says only that the order exists,
    /// and adds nothing to sales.
    public var isImported: Bool

    public init(order: String, buyer: String, kind: Kind, isImported: Bool = false) {
        self.order = order
        self.buyer = buyer
        self.kind = kind
        self.isImported = isImported
    }
}
