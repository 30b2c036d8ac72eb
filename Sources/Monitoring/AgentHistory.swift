/// A change of an agent's presence or group.
struct AgentRow: Equatable, Sendable {
    /// In the order in which changes of the same millisecond count.
    enum Code: UInt8, Sendable { case online, resumed, suspended, groupChanged, offline }

    var time: Int64
    var id: Int32
    var code: Code
    var group = EventRow.none
}

/// An agent at one moment.
struct AgentState: Equatable, Sendable {
    var isOnline = false
    /// Counts only while online; going offline ends it.
    var isSuspended = false
    var group = EventRow.none

    mutating func take(_ row: AgentRow) {
        switch row.code {
        case .online: isOnline = true
        case .resumed: isSuspended = false
        case .suspended: isSuspended = true
        case .offline:
            isOnline = false
            isSuspended = false
        case .groupChanged: group = row.group
        }
    }
}

/// An agent's changes within the horizon, in their order, and how he was before them.
struct AgentHistory: Equatable, Sendable {
    var base = AgentState()
    var rows: [AgentRow] = []
    var dispatch = DispatchHistory()

    /// How he is at `time`, by what happened before.
    func state(at time: Int64) -> AgentState {
        var state = base
        for row in rows {
            if row.time >= time { break }
            state.take(row)
        }
        return state
    }

    mutating func compact(floor: Int64, _ map: Renumbering) {
        let old = rows.prefix { $0.time < floor }
        for row in old { base.take(row) }
        rows.removeFirst(old.count)
        for index in rows.indices { rows[index].id = map.id(rows[index].id) }
    }
}
