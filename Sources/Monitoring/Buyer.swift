import ConversationModel

/// An order of a buyer.
struct OrderRecord: Equatable, Sendable {
    static let never = Int64.max

    var order: Int32
    var placed = never
    var closedUnpaid = never
    /// When an import says that it was paid: counts in no figure, and is told by explanations.
    var importedPaid = never

    /// Whether who placed it had bought, at `time` and by what is known at `now`.
    func isBought(before time: Int64, now: Int64) -> Bool {
        placed < time && placed >= time - MonitorLimits.orderMemory && closedUnpaid >= now
    }
}

/// A payment of a buyer.
struct PaymentRecord: Equatable, Sendable {
    var time: Int64
    var amount: Int64
    var id: Int32
}

/// All that is kept of a buyer.
///
/// Every figure but presence and clicks is a sum over buyers of a function of the buyer's own events. So an
/// event that comes out of order concerns its buyer only: what his events gave is taken back, they are put in
/// order, and give again.
struct Buyer: Equatable, Sendable {
    var name: Int32
    /// How he was before `rows`.
    var base = BuyerState()
    /// His events within the horizon, in their order.
    var rows: [EventRow] = []
    /// How he is after them.
    var state = BuyerState()
    /// By the number of the order.
    var orders: [OrderRecord] = []
    /// Ascending by time, then by amount.
    var payments: [PaymentRecord] = []
    /// Bit `day % 64` for each day whose list has him.
    var listed: UInt64 = 0

    init(name: Int32) { self.name = name }

    /// The state by what happened before `time`.
    func state(before time: Int64, _ context: inout FoldContext) -> BuyerState {
        guard let last = rows.last, last.time >= time else { return state }
        var result = base
        var sink = NoFacts()
        for row in rows {
            if row.time >= time { break }
            result.take(row, &context, &sink)
        }
        return result
    }

    /// Whether he had placed an order in the 21 days before `time` that was not closed unpaid before `now`.
    func hasBought(before time: Int64, now: Int64) -> Bool {
        orders.contains { $0.isBought(before: time, now: now) }
    }

    func day(_ number: Int32) -> BuyerDay? { state.days.first { $0.day == number } }
}
