/// A change at a time; `id` is the number of its event.
protocol HistoryRow {
    var time: Int64 { get }
    var id: Int32 { get set }
}

/// What changes make of something.
protocol HistoryState {
    associatedtype Row: HistoryRow

    mutating func take(_ row: Row)
}

/// Changes within the horizon, in their order, and how things were before them.
protocol History {
    associatedtype State: HistoryState

    var base: State { get set }
    var rows: [State.Row] { get set }
}

extension History {
    /// How things are at `time`, by what happened before.
    func state(at time: Int64) -> State {
        var state = base
        for row in rows {
            if row.time >= time { break }
            state.take(row)
        }
        return state
    }

    /// Takes what lies before `floor` into the base; `map` gives the new numbers of ids.
    mutating func compact(floor: Int64, _ map: Renumbering) {
        let old = rows.prefix { $0.time < floor }
        for row in old { base.take(row) }
        rows.removeFirst(old.count)
        for index in rows.indices { rows[index].id = map.id(rows[index].id) }
    }
}
