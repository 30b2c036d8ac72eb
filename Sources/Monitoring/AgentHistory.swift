/// A change of an agent's presence or group.
struct AgentRow: HistoryRow, Equatable, Sendable {
    /// In the order in which changes of the same millisecond count.
    enum Code: UInt8, Sendable { case online, resumed, suspended, groupChanged, offline }

    var time: Int64
    var id: Int32
    var code: Code
    var group = EventRow.none
}

/// An agent at one moment.
struct AgentState: HistoryState, Equatable, Sendable {
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
struct AgentHistory: History, Equatable, Sendable {
    var base = AgentState()
    var rows: [AgentRow] = []
    /// When an event first named him, commands left out: before that there is no such agent.
    var named = Int64.max
}
