import Diagnostics

/// What a stretch of a message is by its form.
public enum EntityName: String, Sendable, Hashable, CaseIterable {
    case phone, url, email
    case wechatID = "wechat-id"
    case qqNumber = "qq-number"
    case bankCard = "bank-card"
    case identityCard = "identity-card"
    case orderNumber = "order-number"
    case amount, date, duration
}

/// A message that holds something of one of these kinds.
public struct EntityCondition: Sendable, Hashable {
    /// Sorted, without repeats.
    public var kinds: [EntityName]
    /// Links to these domains, and to those below them, do not count. Lower case.
    public var allowedDomains: [String]
    /// What lies inside one of these phrases does not count: the shop's own numbers and accounts.
    public var allow: [String]
    /// Where each of `allow` stands; empty where nobody knows.
    public var allowPlaces: [Place] = []
    /// What only looks like one counts, too: masked digits, numbers without a check digit.
    public var includesProbable: Bool
    /// `folded`, or `evasion`: phone numbers, accounts and cards count in Han digits and in pieces, too.
    public var fold: FoldLevel

    public init(
        kinds: [EntityName], allowedDomains: [String] = [], allow: [String] = [], includesProbable: Bool = false,
        fold: FoldLevel = .folded
    ) {
        self.fold = fold
        self.kinds = kinds
        self.allowedDomains = allowedDomains
        self.allow = allow
        self.includesProbable = includesProbable
    }
}
