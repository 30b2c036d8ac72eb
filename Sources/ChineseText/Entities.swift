/// What a recognised stretch of a message is, named as in the rules.
///
/// Every kind is told by form alone: whose number it is, or whether a duration was promised, is the
/// rule's business.
public enum EntityKind: String, CaseIterable, Sendable {
    /// A mainland mobile number, alone or behind +86, 86 or 0086; a landline with its area code; a
    /// 400 or 800 number. Service numbers of five digits (12315, 95588) are not.
    case phone
    /// A link, or a bare domain under a top-level domain of our own list.
    case url
    case email
    /// An account name behind a cue such as 微信, vx or 加我, or one that begins with `wxid_`.
    case wechatID = "wechat-id"
    /// 5–11 digits behind a cue such as qq, q: or 扣扣.
    case qqNumber = "qq-number"
    /// 16–19 digits that pass the Luhn check, also in groups of four.
    case bankCard = "bank-card"
    /// 18 characters by GB 11643, or the 15 digits that were in use before 1999.
    case identityCard = "identity-card"
    /// 15–20 digits that are nothing else, or a number behind a cue such as 订单号.
    case orderNumber = "order-number"
    /// A sum of money in yuan or dollars, with its unit.
    case amount
    /// A day, week, month or year of the calendar, absolute or as seen from today.
    case date
    /// A length of time that says its number: 10分钟, 半小时, 1-2天; never 一会儿.
    case duration
}

/// A recognised stretch of a folded text.
public struct Entity: Sendable, Hashable {
    public let kind: EntityKind
    /// UTF-8 bytes of the folded text, whole code points.
    public let range: Range<Int>
    /// Of an amount its fen or cents, of a duration its milliseconds, of a span of either the upper end; nil
    /// for every other kind.
    public let value: Int64?
    /// What is written only looks like one: masked digits (138****1234), a number without a check
    /// digit (15-digit identity card, order number), or a vague quantity (100多块).
    public let isProbable: Bool

    public init(kind: EntityKind, range: Range<Int>, value: Int64? = nil, isProbable: Bool = false) {
        self.kind = kind
        self.range = range
        self.value = value
        self.isProbable = isProbable
    }
}

/// Recognises phone numbers, links, cards, amounts, times and the like in folded text.
///
/// Texts are valid UTF-8, folded at level `folded`. There is no pattern engine: each kind is read
/// from left to right, with bounded looks back and ahead, so that hostile text costs no more than
/// any other. What stands inside a link is no entity of another kind.
public struct EntityFinder: Sendable {
    /// Entities of one kind that are told of one text; the rest is not looked for.
    public static let limit = 64

    public init() {}

    /// The entities of one kind, sorted and disjoint, at most `limit`.
    ///
    /// - Complexity: O(*n*) for *n* bytes. Allocates the result, and nothing where that is empty.
    public func entities(of kind: EntityKind, in text: UnsafeBufferPointer<UInt8>) -> [Entity] {
        mayHold(kind, text) ? read(kind, in: text) : []
    }

    /// The same without the cheap test in front, so that tests can hold one against the other.
    func read(_ kind: EntityKind, in text: UnsafeBufferPointer<UInt8>) -> [Entity] {
        let reader = EntityText(text)
        switch kind {
        case .phone: return collect(kind, reader) { phone(at: $0, in: reader) }
        case .url: return collect(kind, reader, outsideLinks: false) { link(at: $0, in: reader) }
        case .email: return collect(kind, reader) { email(at: $0, in: reader) }
        case .wechatID: return collect(kind, reader) { wechatID(at: $0, in: reader) }
        case .qqNumber: return collect(kind, reader) { qqNumber(at: $0, in: reader) }
        case .bankCard: return collect(kind, reader) { bankCard(at: $0, in: reader) }
        case .identityCard: return collect(kind, reader) { identityCard(at: $0, in: reader) }
        case .orderNumber: return collect(kind, reader) { orderNumber(at: $0, in: reader) }
        case .amount: return collect(kind, reader) { amount(at: $0, in: reader) }
        case .date: return collect(kind, reader) { date(at: $0, in: reader) }
        case .duration: return collect(kind, reader) { duration(at: $0, in: reader) }
        }
    }

    /// Walks a text by the steps of one kind.
    ///
    /// Every step takes the reader past what it has read, or one code point further.
    @inline(__always)
    private func collect(
        _ kind: EntityKind, _ text: EntityText, outsideLinks: Bool = true, _ step: (Int) -> EntityStep
    ) -> [Entity] {
        var result: [Entity] = []
        var i = 0
        // Digits of an address are neither a phone number nor a card.
        var link = outsideLinks && mayHold(.url, text.bytes) ? nextLink(from: 0, in: text) : nil
        while i < text.count, result.count < Self.limit {
            if let current = link, i >= current.lowerBound {
                i = max(i, current.upperBound)
                link = nextLink(from: i, in: text)
                continue
            }
            switch step(i) {
            case .found(let range, let value, let isProbable):
                i = range.upperBound
                if let current = link, i > current.lowerBound { continue }
                result.append(Entity(kind: kind, range: range, value: value, isProbable: isProbable))
            case .skip(let next):
                i = max(next, i + 1)
            }
        }
        return result
    }

    private func nextLink(from start: Int, in text: EntityText) -> Range<Int>? {
        var i = start
        while i < text.count {
            switch link(at: i, in: text) {
            case .found(let range, _, _): return range
            case .skip(let next): i = max(next, i + 1)
            }
        }
        return nil
    }
}

/// What one step of reading came to.
enum EntityStep {
    case found(Range<Int>, value: Int64? = nil, isProbable: Bool = false)
    /// Nothing begins here; read on at this offset.
    case skip(to: Int)
}
