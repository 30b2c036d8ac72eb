import ConversationModel

/// A command for an agent (M17): who gave it, and what came of it.
public struct DispatchState: Hashable, Sendable {
    /// What came of a command.
    public enum Outcome: Hashable, Sendable {
        /// Nobody has answered yet.
        case waiting
        case acknowledged
        case failed(reason: String)
    }

    public var command: String
    public var action: DispatchStep.Action
    /// The account that gave it.
    public var author: String
    public var commanded: Instant
    public var outcome = Outcome.waiting
    /// When it was answered.
    public var answered: Instant?
}

/// A step of a command for an agent.
struct DispatchRow: Equatable, Sendable {
    var time: Int64
    var id: Int32
    var command: String
    var kind: DispatchStep.Kind

    /// In the same millisecond a command comes before its answer.
    var isAnswer: Bool {
        if case .commanded = kind { return false }
        return true
    }
}

/// The commands for an agent within the horizon, in their order, and the last one before them.
struct DispatchHistory: Equatable, Sendable {
    var base: DispatchState?
    /// Answers are kept for the skew beyond the horizon, since they may bear a time before their command's.
    var rows: [DispatchRow] = []

    /// The last command at `time`, by what happened before, with the first answer to it.
    ///
    /// An answer counts from `skew` milliseconds before its command on: whoever obeys has a clock of his own.
    func state(at time: Int64, skew: Int64) -> DispatchState? {
        let before = rows.prefix { $0.time < time }
        var state = base
        if let row = before.last(where: { !$0.isAnswer }), case .commanded(let action, let author) = row.kind {
            state = DispatchState(
                command: row.command, action: action, author: author, commanded: Instant(milliseconds: row.time))
        }
        guard let command = state, command.outcome == .waiting else { return state }
        let answer = before.first {
            $0.isAnswer && $0.command == command.command && $0.time >= command.commanded.milliseconds - skew
        }
        guard let answer else { return state }
        if case .failed(let reason) = answer.kind {
            state?.outcome = .failed(reason: reason)
        } else {
            state?.outcome = .acknowledged
        }
        state?.answered = Instant(milliseconds: answer.time)
        return state
    }

    mutating func compact(floor: Int64, skew: Int64, _ map: Renumbering) {
        base = state(at: floor, skew: skew)
        rows.removeAll { $0.time < floor - ($0.isAnswer ? skew : 0) }
        for index in rows.indices { rows[index].id = rows[index].time < floor ? EventRow.none : map.id(rows[index].id) }
    }
}

extension ShopMonitor {
    /// False where the agent has too many, or too many are named. A command makes no agent.
    mutating func insert(_ step: DispatchStep, time: Int64, id: Int32) -> Bool {
        guard let agent = names.commanded.number(of: step.agent, limit: MonitorLimits.names).map(Int.init) else {
            return false
        }
        if agent == commands.count { commands.append(DispatchHistory()) }
        guard commands[agent].rows.count < MonitorLimits.agentCommands else { return false }
        let row = DispatchRow(time: time, id: id, command: step.command, kind: step.kind)
        let index =
            commands[agent].rows.lastIndex { other in
                if other.time != time { return other.time < time }
                if other.isAnswer != row.isAnswer { return row.isAnswer }
                return ids.isBefore(other.id, id)
            }.map { $0 + 1 } ?? 0
        commands[agent].rows.insert(row, at: index)
        return true
    }
}
