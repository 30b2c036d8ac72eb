/// What agents did in some time: sums, so that every mean and rate can be checked, and figures be added.
///
/// Times are milliseconds. Waits are those of stays, as the time policy defines them (`WaitMeter`).
public struct WorkFigures: Sendable, Hashable {
    /// Different buyers that were served, day by day: one who came on two days counts twice (接待).
    public var buyers = 0
    /// Parts of conversations with a stay (会话).
    public var conversations = 0
    public var stays = 0
    /// Messages that agents typed in stays, and those of the buyers there.
    public var agentMessages = 0
    public var buyerMessages = 0
    /// Stays that ended because somebody else, or a group, took over (转出).
    public var handedOver = 0

    /// Stays that count for what follows, that is those that are not exempt.
    public var countedStays = 0
    /// Of them those whose waits are known: with times, and not cut off.
    public var measuredStays = 0
    /// Stays whose first wait has a length, and these lengths (人工首响).
    public var firstResponses = 0
    public var firstTotal: Int64 = 0
    /// Waits that have a length, their lengths, and the longest (平响, 最长等待).
    public var responses = 0
    public var responseTotal: Int64 = 0
    public var longest: Int64 = 0
    /// Waits that were answered, or not by the close; those answered within 30 s and 3 min.
    public var waits = 0
    public var answeredIn30s = 0
    public var answeredIn3m = 0
    /// Waits that nobody answered (未回), and those that were open when the stay was handed over (转出未回).
    public var unanswered = 0
    public var handedOverWaiting = 0

    /// Findings: hits of negative rules, those of critical ones, and duties missed.
    public var negativeHits = 0
    public var criticalHits = 0
    public var missed = 0

    public init() {}

    public static func += (a: inout WorkFigures, b: WorkFigures) {
        a.buyers += b.buyers
        a.conversations += b.conversations
        a.stays += b.stays
        a.agentMessages += b.agentMessages
        a.buyerMessages += b.buyerMessages
        a.handedOver += b.handedOver
        a.countedStays += b.countedStays
        a.measuredStays += b.measuredStays
        a.firstResponses += b.firstResponses
        a.firstTotal += b.firstTotal
        a.responses += b.responses
        a.responseTotal += b.responseTotal
        a.longest = max(a.longest, b.longest)
        a.waits += b.waits
        a.answeredIn30s += b.answeredIn30s
        a.answeredIn3m += b.answeredIn3m
        a.unanswered += b.unanswered
        a.handedOverWaiting += b.handedOverWaiting
        a.negativeHits += b.negativeHits
        a.criticalHits += b.criticalHits
        a.missed += b.missed
    }

    /// Adds the waits of a stay.
    public mutating func add(_ waits: WaitMeter) {
        measuredStays += 1
        if let first = waits.first {
            firstResponses += 1
            firstTotal += first
        }
        responses += waits.responses
        responseTotal += waits.total
        longest = max(longest, waits.longest)
        self.waits += waits.rounds - waits.handedOver
        answeredIn30s += waits.answeredIn30s
        answeredIn3m += waits.answeredIn3m
        unanswered += waits.unanswered
        handedOverWaiting += waits.handedOver
    }
}
