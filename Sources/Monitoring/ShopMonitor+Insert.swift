import ConversationModel

extension ShopMonitor {
    /// The number of a buyer; nil where there are too many.
    mutating func buyerNumber(_ name: String) -> Int? {
        guard let number = names.buyers.number(of: name, limit: MonitorLimits.buyers) else { return nil }
        if Int(number) == buyers.count { buyers.append(Buyer(name: number)) }
        return Int(number)
    }

    /// The number of an agent whom an event of `time` names; nil where there are too many.
    private mutating func agentNumber(_ name: String, namedAt time: Int64) -> Int32? {
        guard let number = names.agents.number(of: name, limit: MonitorLimits.names) else { return nil }
        if Int(number) == agents.count { agents.append(AgentHistory()) }
        if time < agents[Int(number)].named { agents[Int(number)].named = time }
        return number
    }

    /// Sets who an event is about; false where there are too many names.
    private mutating func set(_ party: Party?, on row: inout EventRow) -> Bool {
        switch party {
        case nil: return true
        case .assistant?:
            row.partyKind = .assistant
            return true
        case .agent(let name)?:
            guard let number = agentNumber(name, namedAt: row.time) else { return false }
            row.partyKind = .agent
            row.party = number
            return true
        case .group(let name)?:
            guard let number = names.groups.number(of: name, limit: MonitorLimits.names) else { return false }
            row.partyKind = .group
            row.party = number
            return true
        }
    }

    /// The row of a message, without its conversation.
    mutating func row(_ message: EventMessage, time: Int64, id: Int32) -> EventRow? {
        var row = EventRow(time: time, id: id, conversation: 0, code: .system)
        row.kind = message.kind.rawValue
        if message.isAutomatic { row.flags.insert(.automatic) }
        switch message.speaker {
        case .buyer:
            row.code = .buyer
            if message.needsAnswer ?? true { row.flags.insert(.needsAnswer) }
            guard set(message.addressee, on: &row) else { return nil }
        case .assistant: row.code = .assistant
        case .system: row.code = .system
        case .agent:
            row.code = .agent
            guard set(.agent(message.agent ?? ""), on: &row) else { return nil }
        }
        return row
    }

    /// The row of a change, without its conversation.
    mutating func row(_ change: ConversationChange, time: Int64, id: Int32) -> EventRow? {
        var row = EventRow(time: time, id: id, conversation: 0, code: .system)
        switch change.kind {
        case .opened(let party):
            row.code = .opened
            guard set(party, on: &row) else { return nil }
        case .assigned(let party):
            row.code = .assigned
            guard set(party, on: &row) else { return nil }
        case .handedOver(let from, let party):
            row.code = .handedOver
            guard set(party, on: &row) else { return nil }
            if let from { row.origin = from == party ? .itself : from == .assistant ? .assistant : .other }
            if case .agent(let name)? = from {
                guard let giver = agentNumber(name, namedAt: time) else { return nil }
                row.giver = giver
            }
        case .queued: row.code = .queued
        case .pooled: row.code = .pooled
        case .read(let name):
            row.code = .read
            if let name {
                guard let agent = agentNumber(name, namedAt: time) else { return nil }
                row.party = agent
            }
        case .closed: row.code = .closed
        }
        return row
    }

    /// Puts a row among its buyer's; false where he has too many.
    mutating func insert(_ row: EventRow, _ buyer: Int) -> Bool {
        let count = buyers[buyer].rows.count
        guard count < MonitorLimits.buyerEvents else { return false }
        if count == 0 || ids.isBefore(buyers[buyer].rows[count - 1], row) {
            buyers[buyer].rows.append(row)
            buyers[buyer].state.take(row, &context, &ledger)
        } else {
            replay(with: row, buyer)
        }
        list(buyer)
        return true
    }

    /// Takes back what the buyer's rows from the new one's place on gave, and gives it anew.
    private mutating func replay(with row: EventRow, _ buyer: Int) {
        var all = buyers[buyer].rows
        let place = all.partitioningIndex { !ids.isBefore($0, row) }
        var state = buyers[buyer].base
        var nothing = NoFacts()
        for earlier in all[..<place] { state.take(earlier, &context, &nothing) }
        var old = state
        ledger.isTakingBack = true
        for later in all[place...] { old.take(later, &context, &ledger) }
        ledger.isTakingBack = false
        all.insert(row, at: place)
        for later in all[place...] { state.take(later, &context, &ledger) }
        buyers[buyer].rows = all
        buyers[buyer].state = state
    }

    /// Puts the buyer on the lists of the days on which he spoke.
    private mutating func list(_ buyer: Int) {
        for day in buyers[buyer].state.days {
            let bit = UInt64(1) << UInt64(UInt32(bitPattern: day.day) & 63)
            if buyers[buyer].listed & bit != 0 || day.spoke == BuyerDay.never { continue }
            buyers[buyer].listed |= bit
            ledger.addBuyer(Int32(buyer), dayIndex: ledger.dayIndex(at: day.spoke))
        }
    }

    // MARK: Orders

    /// False where the buyer has too many.
    mutating func addOrder(_ change: OrderChange, to buyer: Int, time: Int64, id: Int32) -> Bool {
        if !change.isImported { ordersKnownSince = min(ordersKnownSince, time) }
        switch change.kind {
        case .placed:
            return setOrder(change.order, buyer) { $0.placed = min($0.placed, time) }
        case .closed(let wasPaid):
            if wasPaid { return true }
            return setOrder(change.order, buyer) { $0.closedUnpaid = min($0.closedUnpaid, time) }
        case .paid(let amount):
            if change.isImported {
                return setOrder(change.order, buyer) { $0.importedPaid = min($0.importedPaid, time) }
            }
            guard buyers[buyer].payments.count < MonitorLimits.buyerOrders else { return false }
            let payment = PaymentRecord(time: time, amount: amount, id: id)
            let index = buyers[buyer].payments.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
            buyers[buyer].payments.insert(payment, at: index)
            return true
        }
    }

    private mutating func setOrder(_ name: String, _ buyer: Int, _ set: (inout OrderRecord) -> Void) -> Bool {
        let order = names.orders.number(of: name)
        if let index = buyers[buyer].orders.firstIndex(where: { $0.order == order }) {
            set(&buyers[buyer].orders[index])
            return true
        }
        guard buyers[buyer].orders.count < MonitorLimits.buyerOrders else { return false }
        var record = OrderRecord(order: order)
        set(&record)
        buyers[buyer].orders.append(record)
        return true
    }

    // MARK: Agents

    /// False where he has too many changes.
    mutating func insert(_ change: AgentChange, time: Int64, id: Int32) -> Bool {
        guard let agent = agentNumber(change.agent, namedAt: time).map(Int.init),
            agents[agent].rows.count < MonitorLimits.agentEvents
        else { return false }
        var row = AgentRow(time: time, id: id, code: .online)
        switch change.kind {
        case .online: row.code = .online
        case .suspended: row.code = .suspended
        case .resumed: row.code = .resumed
        case .offline: row.code = .offline
        case .groupChanged(let name):
            guard let group = names.groups.number(of: name, limit: MonitorLimits.names) else { return false }
            row.code = .groupChanged
            row.group = group
        }
        let index =
            agents[agent].rows.lastIndex { other in
                if other.time != time { return other.time < time }
                if other.code != row.code { return other.code.rawValue < row.code.rawValue }
                return ids.isBefore(other.id, id)
            }.map { $0 + 1 } ?? 0
        agents[agent].rows.insert(row, at: index)
        return true
    }
}
