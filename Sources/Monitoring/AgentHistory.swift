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

/// A change of the assistant's switches: 1 on or human first, 0 off or assistant first, -1 unchanged.
struct AssistantRow: Equatable, Sendable {
    var time: Int64
    var id: Int32
    var isOn: Int8
    var isHumanFirst: Int8
}

/// The switches of the assistant within the horizon, and how they were before.
struct AssistantHistory: Equatable, Sendable {
    var base = AssistantRow(time: .min, id: EventRow.none, isOn: -1, isHumanFirst: -1)
    var rows: [AssistantRow] = []

    func state(at time: Int64) -> (isOn: Bool?, isHumanFirst: Bool?) {
        var state = base
        for row in rows where row.time < time { AssistantHistory.apply(row, to: &state) }
        return (
            state.isOn < 0 ? nil : state.isOn == 1, state.isHumanFirst < 0 ? nil : state.isHumanFirst == 1
        )
    }

    mutating func compact(floor: Int64, _ map: Renumbering) {
        let old = rows.prefix { $0.time < floor }
        for row in old { AssistantHistory.apply(row, to: &base) }
        rows.removeFirst(old.count)
        for index in rows.indices { rows[index].id = map.id(rows[index].id) }
    }

    private static func apply(_ row: AssistantRow, to state: inout AssistantRow) {
        if row.isOn >= 0 { state.isOn = row.isOn }
        if row.isHumanFirst >= 0 { state.isHumanFirst = row.isHumanFirst }
    }
}
