import ConversationModel

extension ShopMonitor {
    /// When the state is compacted is decided by the log alone, so that snapshots change nothing: once a day,
    /// when there is a day before the horizon.
    mutating func compactIfDue() {
        guard watermarkTime >= nextCompaction else { return }
        if nextCompaction != ShopMonitor.never { compact() }
        nextCompaction = watermarkTime + (nextCompaction == ShopMonitor.never ? Event.horizon : 24 * 3_600_000)
    }

    /// Takes what lies before the horizon into the bases, and forgets what no figure can depend on any more.
    private mutating func compact() {
        floor = watermarkTime - Event.horizon
        let calendar = context.calendar
        // Of the day before the floor's the figures are still shown beside those of the floor's day.
        let day = calendar.day(at: floor).number - 1
        let oldest = calendar.start(of: day)
        keep(before: floor)
        var used = Used(names)
        for index in buyers.indices {
            buyers[index].absorb(before: floor, oldest: oldest, day: day, &context)
            used.note(buyers[index])
        }
        let map = Renumbering(
            // Of what is shown by days, ids are not kept with rows.
            ids: ids.compact(floor: kept == nil ? floor : min(floor, oldest)),
            buyers: names.buyers.forget(except: used.buyers),
            conversations: names.conversations.forget(except: used.conversations),
            orders: names.orders.forget(except: used.orders))
        buyers.removeAll { map.buyers[Int($0.name)] == EventRow.none }
        for index in buyers.indices { map.apply(to: &buyers[index]) }
        ledger.compact(oldest: oldest, map)
        for index in agents.indices { agents[index].compact(floor: floor, map) }
        for index in commands.indices { commands[index].compact(floor: floor, skew: policy.skew, map) }
        settings.compact(floor: floor, map)
    }
}

extension Buyer {
    /// Takes what lies before `floor` into the base, and forgets what is older than `oldest`, the start of `day`.
    fileprivate mutating func absorb(before floor: Int64, oldest: Int64, day: Int32, _ context: inout FoldContext) {
        let old = rows.firstIndex { $0.time >= floor } ?? rows.count
        var nothing = NoFacts()
        for row in rows[..<old] { base.take(row, &context, &nothing) }
        rows.removeFirst(old)
        base.forget(before: floor, day: day, context.policy)
        state.forget(before: floor, day: day, context.policy)
        payments.removeAll { $0.time < oldest }
        orders.removeAll { order in
            // An order that was never placed is known by what else was said of it.
            let last =
                [order.placed, order.closedUnpaid].first { $0 != OrderRecord.never } ?? order.importedPaid
            return last < oldest - MonitorLimits.orderMemory
        }
        listed = 0
        for day in state.days where day.spoke != BuyerDay.never {
            listed |= UInt64(1) << UInt64(UInt32(bitPattern: day.day) & 63)
        }
    }
}

extension BuyerState {
    /// Forgets what no event since `floor`, and no figure of `day` and later, can depend on.
    fileprivate mutating func forget(before floor: Int64, day: Int32, _ policy: TimePolicy) {
        conversations.removeAll { $0.isForgotten(at: floor, policy) }
        forgetPlaces()
        days.removeAll { $0.day < day }
        replies.removeAll { $0.day < day }
    }
}

/// Which names are still in use.
private struct Used {
    var buyers: [Bool]
    var conversations: [Bool]
    var orders: [Bool]

    init(_ names: Names) {
        buyers = [Bool](repeating: false, count: names.buyers.count)
        conversations = [Bool](repeating: false, count: names.conversations.count)
        orders = [Bool](repeating: false, count: names.orders.count)
    }

    mutating func note(_ buyer: borrowing Buyer) {
        for row in buyer.rows { conversations[Int(row.conversation)] = true }
        for state in buyer.base.conversations { conversations[Int(state.name)] = true }
        for state in buyer.state.conversations { conversations[Int(state.name)] = true }
        for order in buyer.orders { orders[Int(order.order)] = true }
        let isEmpty =
            buyer.rows.isEmpty && buyer.state.isEmpty && buyer.orders.isEmpty && buyer.payments.isEmpty
        if !isEmpty { buyers[Int(buyer.name)] = true }
    }
}

/// New numbers for old ones, -1 for what was forgotten.
struct Renumbering {
    let ids: [Int32]
    let buyers: [Int32]
    let conversations: [Int32]
    let orders: [Int32]

    func id(_ old: Int32) -> Int32 { old == EventRow.none ? old : ids[Int(old)] }

    func apply(to buyer: inout Buyer) {
        buyer.name = buyers[Int(buyer.name)]
        for index in buyer.rows.indices {
            buyer.rows[index].id = id(buyer.rows[index].id)
            buyer.rows[index].conversation = conversations[Int(buyer.rows[index].conversation)]
        }
        rename(&buyer.base)
        rename(&buyer.state)
        for index in buyer.payments.indices { buyer.payments[index].id = id(buyer.payments[index].id) }
        for index in buyer.orders.indices { buyer.orders[index].order = orders[Int(buyer.orders[index].order)] }
    }

    private func rename(_ state: inout BuyerState) {
        for index in state.conversations.indices {
            state.conversations[index].name = conversations[Int(state.conversations[index].name)]
        }
        state.forgetPlaces()
    }
}
