import ConversationModel

extension ShopMonitor {
    private static let hour: Int64 = 3_600_000

    /// When the state is compacted is decided by the log alone, so that snapshots change nothing: as often
    /// as pays, and at the latest after a day.
    mutating func compactIfDue() {
        if compactedAt == ShopMonitor.never { compactedAt = watermarkTime }
        let moved = watermarkTime - compactedAt
        guard moved >= ShopMonitor.hour else { return }
        if moved >= 24 * ShopMonitor.hour || sinceCompaction * 2 >= Int64(ids.times.count) { compact() }
    }

    /// Takes what lies before the horizon into the bases, and forgets what no figure can depend on any more.
    private mutating func compact() {
        let floor = watermarkTime - Event.horizon
        let ids = self.ids.compact(floor: floor)
        // Of the day before the floor's the figures are still shown beside those of the floor's day.
        let calendar = context.calendar
        let oldest = calendar.start(of: calendar.day(at: floor).number - 1)
        var conversations = NumberMap(names.conversations)
        var orders = NumberMap(names.orders)
        var buyerNames = NameTable()
        var kept: [Buyer] = []
        var buyerMap = [Int32](repeating: EventRow.none, count: names.buyers.count)
        for index in buyers.indices {
            var buyer = buyers[index]
            buyers[index].rows = []
            compact(&buyer, floor: floor, oldest: oldest, ids, &conversations, &orders)
            if buyer.rows.isEmpty, buyer.state.isEmpty, buyer.orders.isEmpty, buyer.payments.isEmpty { continue }
            let number = names.buyers.nameBytes(buyer.name).withUnsafeBufferPointer { buyerNames.number(of: $0) }
            buyerMap[index] = number
            buyer.name = number
            kept.append(buyer)
        }
        buyers = kept
        names.buyers = buyerNames
        names.conversations = conversations.kept
        names.orders = orders.kept
        ledger.compact(
            oldest: oldest, buyers: { buyerMap[Int($0)] == EventRow.none ? nil : buyerMap[Int($0)] },
            ids: { $0 == EventRow.none ? $0 : ids[Int($0)] })
        for index in agents.indices { agents[index].compact(floor: floor) { ids[Int($0)] } }
        assistant.compact(floor: floor) { ids[Int($0)] }
        compactedAt = watermarkTime
        sinceCompaction = 0
    }

    private mutating func compact(
        _ buyer: inout Buyer, floor: Int64, oldest: Int64, _ ids: [Int32], _ conversations: inout NumberMap,
        _ orders: inout NumberMap
    ) {
        let old = buyer.rows.firstIndex { $0.time >= floor } ?? buyer.rows.count
        var nothing = NoFacts()
        for row in buyer.rows[..<old] { buyer.base.take(row, &context, &nothing) }
        buyer.rows.removeFirst(old)
        prune(&buyer.base, floor: floor, oldest: oldest)
        prune(&buyer.state, floor: floor, oldest: oldest)
        for index in buyer.rows.indices {
            buyer.rows[index].id = ids[Int(buyer.rows[index].id)]
            buyer.rows[index].conversation = conversations.keep(buyer.rows[index].conversation)
        }
        for index in buyer.base.conversations.indices {
            buyer.base.conversations[index].name = conversations.keep(buyer.base.conversations[index].name)
        }
        for index in buyer.state.conversations.indices {
            buyer.state.conversations[index].name = conversations.keep(buyer.state.conversations[index].name)
        }
        buyer.payments.removeAll { $0.time < oldest }
        for index in buyer.payments.indices where buyer.payments[index].id != EventRow.none {
            buyer.payments[index].id = ids[Int(buyer.payments[index].id)]
        }
        buyer.orders.removeAll { order in
            let last = order.placed == OrderRecord.never ? order.closedUnpaid : order.placed
            return last < oldest - MonitorLimits.orderMemory
        }
        for index in buyer.orders.indices { buyer.orders[index].order = orders.keep(buyer.orders[index].order) }
        buyer.listed = 0
        for day in buyer.state.days where day.spoke != BuyerDay.never {
            buyer.listed |= UInt64(1) << UInt64(UInt32(bitPattern: day.day) & 63)
        }
    }

    private mutating func prune(_ state: inout BuyerState, floor: Int64, oldest: Int64) {
        let policy = context.policy
        state.conversations.removeAll { $0.isForgotten(at: floor, policy) }
        let day = context.calendar.day(at: oldest).number
        state.days.removeAll { $0.day < day }
        state.replies.removeAll { $0.day < day }
    }
}

/// Gives the names that are still in use new numbers, densely.
struct NumberMap {
    private let old: NameTable
    private(set) var kept = NameTable()
    private var map: [Int32]

    init(_ old: NameTable) {
        self.old = old
        map = [Int32](repeating: EventRow.none, count: old.count)
    }

    mutating func keep(_ number: Int32) -> Int32 {
        if map[Int(number)] == EventRow.none {
            map[Int(number)] = old.nameBytes(number).withUnsafeBufferPointer { kept.number(of: $0) }
        }
        return map[Int(number)]
    }
}
