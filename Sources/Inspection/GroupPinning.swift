import Archives
import ConversationModel
import Evaluation

/// Names of groups that the roster knows. Immutable, so that it can be asked while groups are pinned.
struct RosterGroups {
    private var names = NameTable()

    init(_ roster: Roster?) {
        for group in roster?.entries.compactMap(\.group) ?? [] { _ = names.number(of: group) }
    }

    /// Whether the bytes are the name of a group of the roster.
    func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        names.count > 0 && names.known(name) != nil
    }
}

/// Decides the group a conversation is reported under (`semantics.md` section 1).
///
/// The conversation's own group, else that of the first human agent assigned or speaking, by the
/// roster of that day; only the assistant: 服务助手; nobody: 未分组. One per worker.
package final class GroupPinning {
    private let roster: Roster?
    private let agents: AgentNames
    private var names = NameTable()
    private var told = 0
    private let assistant: Int32
    private let none: Int32
    /// Groups by (agent, day).
    private var byAgent: [UInt64: Int32] = [:]

    /// - Parameter agents: what the numbers of agents stand for in the tables that are asked about.
    package init(roster: Roster?, agents: AgentNames) {
        self.roster = roster
        self.agents = agents
        assistant = names.number(of: "服务助手")
        none = names.number(of: "未分组")
    }

    /// The name of a group by its number.
    package func name(_ number: Int32) -> String { names.name(number) }
    func nameBytes(_ number: Int32) -> ArraySlice<UInt8> { names.nameBytes(number) }

    func takeNewNames() -> [[UInt8]] {
        let new = (told..<names.count).map { Array(names.nameBytes(Int32($0))) }
        told = names.count
        return new
    }

    /// The number of the group that these messages of a conversation are reported under.
    package func pin(
        _ row: ConversationRow, _ messages: Range<Int>, day: CalendarDay?, _ table: MessageTable
    ) -> Int32 {
        if row.group.baseAddress != nil, !row.group.isEmpty { return names.number(of: row.group) }
        var sawAssistant = false
        for i in messages {
            var agent = OwnerNumber.none
            if table.assignments[i] >= 0 { agent = table.assignments[i] }
            if table.speakers[i] == Speaker.agent.rawValue, !table.automatic[i] { agent = table.agents[i] }
            if table.speakers[i] == Speaker.assistant.rawValue { sawAssistant = true }
            if agent >= 0 { return group(of: agent, day: day) }
        }
        return sawAssistant ? assistant : none
    }

    private func group(of agent: Int32, day: CalendarDay?) -> Int32 {
        guard let roster else { return none }
        let key = PairKey.make(agent, day?.daysSince1970 ?? .min)
        if let known = byAgent[key] { return known }
        let name = roster.entry(account: agents.table.name(agent), on: day)?.group
        let number = name.map { names.number(of: $0) } ?? none
        byAgent[key] = number
        return number
    }
}
