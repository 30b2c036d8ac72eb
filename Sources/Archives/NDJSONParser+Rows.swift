import CSimdJSON
import ConversationModel

extension NDJSONParser {
    /// Adds the messages of a conversation to `table`, in order of time, and returns its row.
    ///
    /// Local times take `zone`. `isGroup` tells names of groups from those of agents in hand-overs;
    /// the conversation's own group is one always. The bytes stay the block's.
    public func row(
        _ index: Int, into table: MessageTable, names: inout NameTable, zone: Zone,
        isGroup: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> ConversationRow {
        let c = rows.conversations[index]
        let first = table.count
        let count = Int(c.message_count)
        table.reserve(count)
        let group = bytes(c.group)
        let agentName = bytes(c.agent)
        let fallback = agentName.baseAddress == nil ? OwnerNumber.none : names.number(of: agentName)
        var i = Int(c.first_message)
        var position: Int32 = 0
        while Int(position) < count {
            let m = rows.messages + i
            var agent = OwnerNumber.none
            if m.pointee.speaker == UInt8(MJ_AGENT) {
                agent =
                    m.pointee.agent.length == MJ_ABSENT
                    ? names.number(of: OwnerNumber.unknownAgent) : names.number(of: bytes(m.pointee.agent))
            }
            var time = m.pointee.time
            if m.pointee.flags & UInt8(MJ_LOCAL_TIME) != 0 { time = zone.instant(local: time).milliseconds }
            let isPlain = m.pointee.kind < MessageKind.transfer.rawValue
            table.append(
                time: time, speaker: m.pointee.speaker, kind: m.pointee.kind,
                isAutomatic: m.pointee.flags & UInt8(MJ_AUTOMATIC) != 0, agent: agent,
                assignment: isPlain
                    ? OwnerNumber.none : assignment(m.pointee, group: group, names: &names, isGroup),
                position: position, text: bytes(m.pointee.text), id: bytes(m.pointee.id))
            i &+= 1
            position &+= 1
        }
        let range = first..<table.count
        let hasTimes = table.sortByTime(range)
        var closedAt = c.closed_at
        if closedAt != MessageTable.noTime, c.flags & UInt8(MJ_CLOSED_LOCAL) != 0 {
            closedAt = zone.instant(local: closedAt).milliseconds
        }
        return ConversationRow(
            id: bytes(c.id), shop: bytes(c.shop), buyer: bytes(c.buyer), group: group, agent: fallback,
            closedAt: closedAt, isTruncatedAtStart: c.flags & UInt8(MJ_TRUNCATED_START) != 0,
            isTruncatedAtEnd: c.flags & UInt8(MJ_TRUNCATED_END) != 0, hasTimes: hasTimes, messages: range,
            facts: facts(of: c, into: table, zone: zone))
    }

    /// Adds the facts that were asked for.
    private func facts(of c: mj_conversation, into table: MessageTable, zone: Zone) -> FactRow {
        let first = table.facts.count
        for place in Int(c.first_fact)..<Int(c.first_fact + c.fact_count) {
            let fact = rows.facts[place]
            guard let kind = FactEntry.Kind(rawValue: fact.kind), let form = FactEntry.Form(rawValue: fact.form)
            else { continue }
            var number = fact.number
            if Int32(fact.flags) & Int32(MJ_LOCAL_TIME) != 0 { number = zone.instant(local: number).milliseconds }
            table.facts.append(
                FactEntry(
                    kind: kind, form: form, hasFraction: Int32(fact.flags) & Int32(MJ_FRACTION) != 0,
                    key: bytes(fact.key), text: bytes(fact.text), number: number))
        }
        return FactRow(
            entries: first..<table.facts.count, knowsTags: Int32(c.flags) & Int32(MJ_KNOWS_TAGS) != 0,
            orderCount: c.order_count)
    }

    /// What a transfer or an event says of ownership.
    private func assignment(
        _ m: mj_message, group: UnsafeBufferPointer<UInt8>, names: inout NameTable,
        _ isGroup: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Int32 {
        let target = bytes(m.target)
        func namesAgent() -> Bool {
            target.baseAddress != nil && !isGroup(target)
                && (group.baseAddress == nil || !target.elementsEqual(group))
        }
        if m.kind == MessageKind.transfer.rawValue {
            return namesAgent() ? names.number(of: target) : OwnerNumber.unassigned
        }
        guard m.kind == MessageKind.event.rawValue else { return OwnerNumber.none }
        let type = bytes(m.event_type)
        if type.elementsEqual("closed".utf8) { return OwnerNumber.closed }
        guard type.elementsEqual("assigned".utf8), namesAgent() else { return OwnerNumber.none }
        return names.number(of: target)
    }
}
