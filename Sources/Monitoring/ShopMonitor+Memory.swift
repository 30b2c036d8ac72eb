import ConversationModel

extension ShopMonitor {
    /// About how many bytes the state takes: the room of its arrays and tables, used or not, without what the allocator
    /// takes beside them. O(buyers).
    public var memory: Int {
        let tables = [
            names.buyers, names.conversations, names.agents, names.groups, names.orders, names.entries,
            names.commanded, ids.names,
        ]
        var sum =
            MemoryLayout<ShopMonitor>.stride + room(ids.times) + room(buyers) + room(agents)
            + room(commands)
        for table in tables { sum += table.memory }
        for buyer in buyers {
            sum += room(buyer.rows) + room(buyer.orders) + room(buyer.payments)
            sum += buyer.base.memory + buyer.state.memory
        }
        for agent in agents { sum += room(agent.rows) }
        sum += room(settings.rows) + room(ledger.days)
        for day in ledger.days {
            sum += room(day.slots) + room(day.clicks) + room(day.buyers) + room(day.late)
            for slot in day.slots { sum += room(slot.agents) }
            for half in day.clicks { sum += room(half) }
        }
        return sum
    }
}

extension BuyerState {
    fileprivate var memory: Int {
        conversations.reduce(room(conversations) + room(days) + room(replies)) { $0 + room($1.passings) }
    }
}

/// The bytes of an array's own memory, its head with it.
private func room<Element>(_ array: [Element]) -> Int {
    array.capacity == 0 ? 0 : array.capacity * MemoryLayout<Element>.stride + 32
}
