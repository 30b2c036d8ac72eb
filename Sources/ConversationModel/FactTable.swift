/// Kinds of facts that a reader of archives can pass over or read.
public struct FactKinds: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let channel = FactKinds(rawValue: 1)
    public static let category = FactKinds(rawValue: 2)
    public static let tags = FactKinds(rawValue: 4)
    public static let attributes = FactKinds(rawValue: 8)
    public static let orders = FactKinds(rawValue: 16)
    /// Of the buyer's previous conversation: from the archive's order, not from the record.
    public static let previous = FactKinds(rawValue: 32)

    public static let all: FactKinds = [.channel, .category, .tags, .attributes, .orders, .previous]

    /// What has to be read for a fact; empty where it is read anyway.
    public init(_ name: FactName) {
        switch name {
        case .channel: self = .channel
        case .category: self = .category
        case .tag: self = .tags
        case .attribute: self = .attributes
        case .group, .buyer, .shop, .agent: self = []
        case .previousGap, .previousAgent: self = .previous
        case .orderCount, .orderID, .orderState, .orderAmount, .orderCreatedAt, .orderPaidAt, .orderPhone,
            .orderAddress:
            self = .orders
        }
    }
}

/// One value of a fact of one conversation, its bytes borrowed as those of messages are.
public struct FactEntry: @unchecked Sendable {
    /// What the value is of.
    public enum Kind: UInt8, Sendable {
        case channel, category, tag, attribute
        case orderID, orderState, orderAmount, orderCreatedAt, orderPaidAt, orderPhone, orderAddress
    }

    /// Which of the fields holds the value.
    public enum Form: UInt8, Sendable {
        case text, number, flag
    }

    public var kind: Kind
    public var form: Form
    /// Of a number: something was behind its point.
    public var hasFraction: Bool
    /// The attribute's name; empty for others.
    public var key: UnsafeBufferPointer<UInt8>
    public var text: UnsafeBufferPointer<UInt8>
    /// The number rounded down, the instant in milliseconds, or 1 for true.
    public var number: Int64

    public init(
        kind: Kind, form: Form, hasFraction: Bool = false,
        key: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0),
        text: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0), number: Int64 = 0
    ) {
        self.kind = kind
        self.form = form
        self.hasFraction = hasFraction
        self.key = key
        self.text = text
        self.number = number
    }
}

/// The facts of one conversation of a `MessageTable`.
public struct FactRow: Sendable {
    /// In the table's `facts`.
    public var entries: Range<Int>
    /// The source lists the tags, if only none.
    public var knowsTags: Bool
    /// Orders that the source lists; -1: unknown.
    public var orderCount: Int32
    public var previous: Facts.Previous?

    public init(
        entries: Range<Int> = 0..<0, knowsTags: Bool = false, orderCount: Int32 = -1,
        previous: Facts.Previous? = nil
    ) {
        self.entries = entries
        self.knowsTags = knowsTags
        self.orderCount = orderCount
        self.previous = previous
    }
}
