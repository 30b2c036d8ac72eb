import ConversationModel

extension SnapshotWriter {
    mutating func buyer(_ buyer: Buyer) {
        integer(buyer.name)
        state(buyer.base)
        list(buyer.rows) { $0.row($1) }
        state(buyer.state)
        list(buyer.orders) {
            $0.integer($1.order)
            $0.integer($1.placed)
            $0.integer($1.closedUnpaid)
            $0.integer($1.importedPaid)
        }
        list(buyer.payments) {
            $0.integer($1.time)
            $0.integer($1.amount)
            $0.integer($1.id)
        }
        unsigned(buyer.listed)
    }

    private mutating func row(_ row: EventRow) {
        integer(row.time)
        for number in [row.id, row.conversation, row.party, row.giver] { integer(number) }
        for byte in [row.code.rawValue, row.partyKind.rawValue, row.origin.rawValue, row.flags.rawValue, row.kind] {
            unsigned(UInt64(byte))
        }
    }

    private mutating func state(_ state: BuyerState) {
        list(state.conversations) { $0.conversation($1) }
        list(state.days) {
            for value in [Int64($1.day), $1.spoke, $1.humanReply, $1.assistantReply] { $0.integer(value) }
        }
        list(state.replies) {
            for value in [Int64($1.day), Int64($1.agent), $1.first] { $0.integer(value) }
        }
        integer(state.consultedSlot)
        integer(state.handedSlot)
    }

    private mutating func conversation(_ state: ConversationState) {
        integer(state.name)
        unsigned(UInt64(state.ownerKind.rawValue))
        integer(state.owner)
        integer(state.givenBy)
        integer(state.buyerWait.openSince?.milliseconds ?? ConversationState.never)
        integer(state.staffWait.openSince?.milliseconds ?? ConversationState.never)
        for value in [state.clock, state.last, state.lastNeed, state.readAt] { integer(value) }
        list(state.passings) {
            $0.integer($1.agent)
            $0.integer($1.time)
        }
        flag(state.hasBuyerMessage)
        flag(state.hasUnownedMessage)
        flag(state.isOpen)
    }

    mutating func agent(_ agent: AgentHistory) {
        flag(agent.base.isOnline)
        flag(agent.base.isSuspended)
        integer(agent.base.group)
        list(agent.rows) {
            $0.integer($1.time)
            $0.integer($1.id)
            $0.unsigned(UInt64($1.code.rawValue))
            $0.integer($1.group)
        }
        integer(agent.named)
    }

    mutating func day(_ day: DayLedger) {
        integer(day.day.number)
        list(day.slots) { $0.slot($1) }
        list(day.clicks) { writer, clicks in
            writer.list(clicks) {
                $0.integer($1.time)
                $0.integer($1.entry)
                $0.integer($1.id)
            }
        }
        list(day.buyers) { $0.integer($1) }
        list(day.late) {
            $0.integer($1.time)
            $0.integer($1.id)
            $0.flag($1.changesDay)
        }
    }

    private mutating func slot(_ slot: SlotSums) {
        list(slot.agents) {
            for value in [
                Int64($1.agent), Int64($1.answers), $1.answerTime, Int64($1.uncounted), Int64($1.afterHours),
                Int64($1.transferred), $1.transferredTime, Int64($1.closedUnanswered),
            ] { $0.integer(value) }
        }
        integer(slot.buyerWaits)
        integer(slot.buyerWaitTime)
        integer(slot.consulted)
        integer(slot.handed)
        flag(slot.isAmended)
    }
}

extension SnapshotReader {
    mutating func buyer(_ bounds: SnapshotBounds) throws(SnapshotError) -> Buyer {
        var buyer = Buyer(name: try index(below: bounds.buyers))
        buyer.base = try state(bounds)
        buyer.rows = try list { reader throws(SnapshotError) in try reader.row(bounds) }
        buyer.state = try state(bounds)
        buyer.orders = try list { reader throws(SnapshotError) in
            OrderRecord(
                order: try reader.index(below: bounds.orders), placed: try reader.integer(),
                closedUnpaid: try reader.integer(), importedPaid: try reader.integer())
        }
        buyer.payments = try list { reader throws(SnapshotError) in
            PaymentRecord(
                time: try reader.integer(), amount: try reader.integer(), id: try reader.number(below: bounds.ids))
        }
        buyer.listed = try unsigned()
        return buyer
    }

    private mutating func row(_ bounds: SnapshotBounds) throws(SnapshotError) -> EventRow {
        let time = try integer()
        let id = try index(below: bounds.ids)
        let conversation = try index(below: bounds.conversations)
        let (party, giver) = (try small(), try number(below: bounds.agents))
        guard let code = EventRow.Code(rawValue: try byte()), let kind = Owner(rawValue: try byte()),
            let origin = EventRow.Origin(rawValue: try byte())
        else { throw .damaged }
        guard party >= EventRow.none, Int(party) < (kind == .group ? bounds.groups : bounds.agents) else {
            throw .damaged
        }
        guard (kind != .agent && kind != .group && code != .agent) || party >= 0 else { throw .damaged }
        var row = EventRow(
            time: time, id: id, conversation: conversation, party: party, giver: giver, code: code,
            partyKind: kind, origin: origin)
        row.flags = EventRow.Flags(rawValue: try byte())
        row.kind = try byte()
        return row
    }

    private mutating func state(_ bounds: SnapshotBounds) throws(SnapshotError) -> BuyerState {
        var state = BuyerState()
        state.conversations = try list { reader throws(SnapshotError) in try reader.conversation(bounds) }
        state.days = try list { reader throws(SnapshotError) in
            BuyerDay(
                day: try reader.small(), spoke: try reader.integer(), humanReply: try reader.integer(),
                assistantReply: try reader.integer())
        }
        state.replies = try list { reader throws(SnapshotError) in
            AgentReply(
                day: try reader.small(), agent: try reader.index(below: bounds.agents), first: try reader.integer())
        }
        state.consultedSlot = try integer()
        state.handedSlot = try integer()
        return state
    }

    private mutating func conversation(_ bounds: SnapshotBounds) throws(SnapshotError) -> ConversationState {
        var state = ConversationState(name: try index(below: bounds.conversations), policy: bounds.policy)
        guard let kind = Owner(rawValue: try byte()) else { throw .damaged }
        let limit = kind == .agent ? bounds.agents : bounds.groups
        let owner = try small()
        switch kind {
        case .agent, .group: guard owner >= 0, Int(owner) < limit else { throw .damaged }
        default: guard owner == EventRow.none else { throw .damaged }
        }
        state.setOwner(kind, owner)
        state.givenBy = try small()
        guard state.givenBy >= ConversationState.assistant, Int(state.givenBy) < bounds.agents else { throw .damaged }
        state.buyerWait = try wait(bounds)
        state.staffWait = try wait(bounds)
        state.clock = try integer()
        state.last = try integer()
        state.lastNeed = try integer()
        state.readAt = try integer()
        state.passings = try list { reader throws(SnapshotError) in
            ConversationState.Passing(agent: try reader.number(below: bounds.agents), time: try reader.integer())
        }
        state.hasBuyerMessage = try flag()
        state.hasUnownedMessage = try flag()
        state.isOpen = try flag()
        return state
    }

    private mutating func wait(_ bounds: SnapshotBounds) throws(SnapshotError) -> WaitTracker {
        let since = try integer()
        return WaitTracker(
            bounds.policy.waits,
            openSince: since == ConversationState.never ? nil : Instant(milliseconds: since))
    }

    mutating func agent(_ bounds: SnapshotBounds) throws(SnapshotError) -> AgentHistory {
        var history = AgentHistory()
        history.base.isOnline = try flag()
        history.base.isSuspended = try flag()
        history.base.group = try number(below: bounds.groups)
        history.rows = try list { reader throws(SnapshotError) in
            let (time, id) = (try reader.integer(), try reader.index(below: bounds.ids))
            guard let code = AgentRow.Code(rawValue: try reader.byte()) else { throw .damaged }
            return AgentRow(time: time, id: id, code: code, group: try reader.number(below: bounds.groups))
        }
        history.named = try integer()
        return history
    }

    mutating func day(_ bounds: SnapshotBounds, _ calendar: ShopCalendar) throws(SnapshotError) -> DayLedger {
        let number = try small()
        // Days of the years that times may be of.
        guard abs(number) < 4_000_000 else { throw .damaged }
        var day = DayLedger(calendar.day(number), slotLength: calendar.slotLength)
        let slots = try list { reader throws(SnapshotError) in try reader.slot(bounds) }
        let clicks = try list { reader throws(SnapshotError) in
            try reader.list { reader throws(SnapshotError) in
                ClickRow(
                    time: try reader.integer(), entry: try reader.index(below: bounds.entries),
                    id: try reader.number(below: bounds.ids))
            }
        }
        guard slots.count == day.slots.count, clicks.count == day.clicks.count else { throw .damaged }
        day.setSlots(slots)
        day.clicks = clicks
        day.buyers = try list { reader throws(SnapshotError) in try reader.index(below: bounds.buyers) }
        day.late = try list { reader throws(SnapshotError) in
            LateRow(
                time: try reader.integer(), id: try reader.number(below: bounds.ids), changesDay: try reader.flag())
        }
        return day
    }

    private mutating func slot(_ bounds: SnapshotBounds) throws(SnapshotError) -> SlotSums {
        var slot = SlotSums()
        slot.agents = try list { reader throws(SnapshotError) in
            var agent = AgentSlot(agent: try reader.index(below: bounds.agents))
            agent.answers = try reader.small()
            agent.answerTime = try reader.integer()
            agent.uncounted = try reader.small()
            agent.afterHours = try reader.small()
            agent.transferred = try reader.small()
            agent.transferredTime = try reader.integer()
            agent.closedUnanswered = try reader.small()
            return agent
        }
        slot.buyerWaits = try small()
        slot.buyerWaitTime = try integer()
        slot.consulted = try small()
        slot.handed = try small()
        slot.isAmended = try flag()
        return slot
    }
}
