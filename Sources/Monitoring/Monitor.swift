import ConversationModel

/// The states of many shops: the shop is the key of everything.
public struct Monitor: Sendable {
    /// How a shop is monitored, by its name.
    private let policy: @Sendable (String) -> MonitorPolicy
    private var numbers: [String: Int] = [:]
    public private(set) var shops: [ShopMonitor] = []
    /// Shops of events before, by the lowest bits of the hash of their bytes: most events find theirs without `numbers`,
    /// whose keys are compared as texts.
    private var recent = [(name: String, number: Int)](repeating: ("", -1), count: 64)

    /// Shops get their policy with their first event.
    public init(policy: @escaping @Sendable (String) -> MonitorPolicy) {
        self.policy = policy
    }

    /// Takes the next event of the log.
    @discardableResult
    public mutating func apply(_ event: Event) -> ShopMonitor.Outcome {
        shops[number(of: event.shop)].apply(event)
    }

    /// The state of a shop; nil where nothing of it has come.
    public func shop(_ name: String) -> ShopMonitor? { numbers[name].map { shops[$0] } }

    /// Names of the shops, ascending.
    public var names: [String] { numbers.keys.sorted() }

    /// Puts a state in place of what is there, after a restart.
    public mutating func restore(_ state: ShopMonitor, of shop: String) { shops[number(of: shop)] = state }

    private mutating func number(of shop: String) -> Int {
        var name = shop
        let place = name.withUTF8 { Int(truncatingIfNeeded: NameTable.hash($0)) & 63 }
        if recent[place].number >= 0, recent[place].name == shop { return recent[place].number }
        let number = numbers[shop] ?? shops.count
        if number == shops.count {
            shops.append(ShopMonitor(policy: policy(shop)))
            numbers[shop] = number
        }
        recent[place] = (shop, number)
        return number
    }
}
