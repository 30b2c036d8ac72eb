import Archives
import ConversationModel
import Evaluation

/// Which names of a filter are wanted, by their numbers: each name is looked at once.
struct NameFilter {
    private let wanted: Set<String>
    private var known: [Bool?] = []

    init(_ wanted: Set<String>) {
        self.wanted = wanted
    }

    /// No names: everything passes.
    var isOff: Bool { wanted.isEmpty }

    /// Whether something with this number is wanted by one of the names that `names` gives.
    mutating func takes(_ number: Int32, names: (Int32) -> [String]) -> Bool {
        let index = Int(number)
        if index >= known.count { known.append(contentsOf: repeatElement(nil, count: index + 1 - known.count)) }
        if let answer = known[index] { return answer }
        let answer = names(number).contains { wanted.contains($0) }
        known[index] = answer
        return answer
    }
}

/// Which agents are wanted: by any form of the account, or by the person who has it on the day.
struct AgentFilter {
    private var filter: NameFilter
    private let names: AgentNames
    private let roster: Roster?
    private let holders: AccountHolders?

    init(_ wanted: Set<String>, names: AgentNames, roster: Roster?, holders: AccountHolders?) {
        filter = NameFilter(wanted)
        self.names = names
        self.roster = roster
        self.holders = holders
    }

    /// What an account may be called: as it is written, in its normal form, and without the shop.
    static func forms(of account: String) -> [String] {
        let normal = Roster.normalForm(account)
        return [account, normal, Roster.bare(normal)]
    }

    /// Nobody is named: everybody passes.
    var isOff: Bool { filter.isOff }

    /// Whether the account with this number is wanted on the day; below zero is no agent.
    mutating func takes(_ agent: Int32, on day: CalendarDay?) -> Bool {
        guard agent >= 0 else { return false }
        let number = holders?.number(of: agent, on: day) ?? agent
        let (names, roster) = (names, roster)
        return filter.takes(number) { number in
            let name = names.table.name(number)
            let account = AccountHolder(name)?.account ?? name
            let person = roster.map { RunTotals.label(account: name, roster: $0) }
            return AgentFilter.forms(of: account) + (person.map { [$0] } ?? [])
        }
    }
}
