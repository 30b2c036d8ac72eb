/// What is known of a conversation beside its messages. What is nil is unknown, never false.
public struct Facts: Hashable, Sendable {
    /// One order of the buyer that the source shows beside the conversation.
    public struct Order: Hashable, Sendable {
        public var id: String?
        /// As the source writes it: `paid`, `待付款` …
        public var state: String?
        /// In the smallest unit of the currency.
        public var amount: Int64?
        public var createdAt: Instant?
        public var paidAt: Instant?
        public var phone: String?
        public var address: String?

        public init(
            id: String? = nil, state: String? = nil, amount: Int64? = nil, createdAt: Instant? = nil,
            paidAt: Instant? = nil, phone: String? = nil, address: String? = nil
        ) {
            self.id = id
            self.state = state
            self.amount = amount
            self.createdAt = createdAt
            self.paidAt = paidAt
            self.phone = phone
            self.address = address
        }
    }

    /// The conversation of the same buyer with the same shop before this one.
    public enum Previous: Hashable, Sendable {
        /// It ended with a message at that instant; the last human agent in it, where one spoke.
        case ended(Instant, agent: String?)
        /// There was none that ended at or after that instant; what was before it is unknown.
        case noneSince(Instant)
    }

    public var channel: String?
    public var category: String?
    /// Empty: known to have none.
    public var tags: [String]?
    public var attributes: [String: FactValue]
    /// Empty: known to have none.
    public var orders: [Order]?
    public var previous: Previous?

    public init(
        channel: String? = nil, category: String? = nil, tags: [String]? = nil,
        attributes: [String: FactValue] = [:], orders: [Order]? = nil, previous: Previous? = nil
    ) {
        self.channel = channel
        self.category = category
        self.tags = tags
        self.attributes = attributes
        self.orders = orders
        self.previous = previous
    }
}

/// A value that a fact may have.
public enum FactValue: Hashable, Sendable {
    case text(String)
    /// A number rounded down, and whether something was behind its point.
    case number(Int64, hasFraction: Bool)
    case flag(Bool)

    /// A whole number.
    public static func number(_ value: Int64) -> FactValue { .number(value, hasFraction: false) }

    /// The number that a text is: ASCII digits, a sign before them, a point and more digits behind them; nil for every
    /// other text and for more than 18 digits before the point.
    public init?(number text: some Sequence<UInt8>) {
        var isNegative = false
        var hasDigits = false
        var isBehindPoint = false
        var hasFraction = false
        var whole: Int64 = 0
        for (place, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                hasDigits = true
                if isBehindPoint {
                    hasFraction = hasFraction || byte != UInt8(ascii: "0")
                } else {
                    guard whole < 100_000_000_000_000_000 else { return nil }
                    whole = whole * 10 + Int64(byte - UInt8(ascii: "0"))
                }
            case UInt8(ascii: "-") where place == 0: isNegative = true
            case UInt8(ascii: ".") where hasDigits && !isBehindPoint:
                isBehindPoint = true
                hasDigits = false
            default: return nil
            }
        }
        guard hasDigits else { return nil }
        if isNegative { whole = hasFraction ? -whole - 1 : -whole }
        self = .number(whole, hasFraction: hasFraction)
    }
}

/// The name of a fact, as rules write it.
public enum FactName: Hashable, Sendable {
    case channel, category, group, buyer, shop, agent, tag
    /// Of the source's own `attributes`, by its key.
    case attribute(String)
    case orderCount, orderID, orderState, orderAmount, orderCreatedAt, orderPaidAt, orderPhone, orderAddress
    case previousGap, previousAgent

    /// What its values are, and so what can be asked of it.
    public enum Form: Sendable, Hashable {
        case text, number, duration
        /// Texts, numbers and flags.
        case any
        /// Only whether it is there.
        case presence
    }

    /// All but the attributes, in the order of documentation.
    public static let fixed: [FactName] = [
        .channel, .category, .group, .buyer, .shop, .agent, .tag, .orderCount, .orderID, .orderState,
        .orderAmount, .orderCreatedAt, .orderPaidAt, .orderPhone, .orderAddress, .previousGap, .previousAgent,
    ]

    /// `order.state`, `attributes.level` …
    public var name: String {
        switch self {
        case .channel: "channel"
        case .category: "category"
        case .group: "group"
        case .buyer: "buyer"
        case .shop: "shop"
        case .agent: "agent"
        case .tag: "tag"
        case .attribute(let key): "attributes." + key
        case .orderCount: "order.count"
        case .orderID: "order.id"
        case .orderState: "order.state"
        case .orderAmount: "order.amount"
        case .orderCreatedAt: "order.createdAt"
        case .orderPaidAt: "order.paidAt"
        case .orderPhone: "order.phone"
        case .orderAddress: "order.address"
        case .previousGap: "previous.gap"
        case .previousAgent: "previous.agent"
        }
    }

    /// The fact with this name; nil where there is none.
    public init?(_ name: String) {
        if let fact = FactName.fixed.first(where: { $0.name == name }) {
            self = fact
        } else if name.hasPrefix("attributes."), name.utf8.count > 11 {
            self = .attribute(String(name.dropFirst(11)))
        } else {
            return nil
        }
    }

    /// What can be asked of it.
    public var form: Form {
        switch self {
        case .channel, .category, .group, .buyer, .shop, .agent, .tag, .orderID, .orderState, .previousAgent: .text
        case .attribute: .any
        case .orderCount, .orderAmount: .number
        case .previousGap: .duration
        case .orderCreatedAt, .orderPaidAt, .orderPhone, .orderAddress: .presence
        }
    }
}
