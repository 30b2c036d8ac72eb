import ConversationModel

/// What the horizon has passed of some buyers and of the agents, under the names that the state forgets: figures do without it,
/// explanations do not.
struct KeptRows: Equatable, Sendable {
    struct OfBuyer: Equatable, Sendable {
        var row: EventRow
        var id: String
        var conversation: String
    }

    struct OfAgent: Equatable, Sendable {
        var row: AgentRow
        var id: String
    }

    /// By the name of each buyer whose rows are wanted.
    var buyers: [String: [OfBuyer]]
    /// By the number of the agent.
    var agents: [Int32: [OfAgent]] = [:]
}

extension ShopMonitor {
    /// The state before the first event of one that lets nothing go of these buyers and of the agents, for explaining.
    ///
    /// Its figures are those of any other; its explanations name what happened before the horizon, too. It takes the room of all
    /// events of those buyers and of all changes of agents, and has no snapshot that would keep them.
    public init(policy: MonitorPolicy, keeping buyers: Set<String>) {
        self.init(policy: policy)
        kept = KeptRows(buyers: Dictionary(uniqueKeysWithValues: buyers.map { ($0, []) }))
    }

    /// Whether an explanation of this state names every event that it should. Else some of them were let go, or there never were any.
    public func isComplete(_ explanation: Explanation) -> Bool {
        guard (explanation.terms + explanation.others).allSatisfy(\.isComplete) else { return false }
        // Why something was left out is told by what was not let go.
        return explanation.leftOut.isEmpty || (explanation.span?.start ?? explanation.asOf).milliseconds >= floor
    }

    /// The buyers whose events a state has to keep so that an explanation of this one's is complete: `init(policy:keeping:)`.
    public func buyers(behind explanation: Explanation) -> Set<String> {
        var terms = explanation.terms + explanation.others
        if case .leftPending(let scope) = explanation.figure {
            terms += explain(.pending(scope), at: explanation.asOf).terms
        }
        return Set(terms.map(\.subject) + explanation.leftOut.map(\.subject))
    }

    /// Keeps what is about to be let go.
    mutating func keep(before floor: Int64) {
        guard kept != nil else { return }
        for buyer in buyers {
            let name = names.buyers.name(buyer.name)
            guard kept?.buyers[name] != nil else { continue }
            for row in buyer.rows.prefix(while: { $0.time < floor }) {
                kept?.buyers[name]?.append(
                    KeptRows.OfBuyer(
                        row: row, id: ids.name(row.id) ?? "", conversation: names.conversations.name(row.conversation)))
            }
        }
        for (number, agent) in agents.enumerated() {
            for row in agent.rows.prefix(while: { $0.time < floor }) {
                kept?.agents[Int32(number), default: []].append(KeptRows.OfAgent(row: row, id: ids.name(row.id) ?? ""))
            }
        }
    }

    /// The same with what was kept, as if there were no horizon: to be asked for explanations, and given no more events.
    var unforgetting: ShopMonitor {
        guard let kept else { return self }
        var whole = self
        whole.kept = nil
        for index in buyers.indices {
            guard let rows = kept.buyers[names.buyers.name(buyers[index].name)], !rows.isEmpty else { continue }
            whole.buyers[index].base = BuyerState()
            whole.buyers[index].rows =
                rows.map { kept in
                    var row = kept.row
                    row.id = whole.ids.number(of: kept.id, time: row.time)
                    row.conversation = whole.names.conversations.number(of: kept.conversation)
                    return row
                } + buyers[index].rows
        }
        for (number, rows) in kept.agents {
            whole.agents[Int(number)].base = AgentState()
            whole.agents[Int(number)].rows =
                rows.map { kept in
                    var row = kept.row
                    row.id = whole.ids.number(of: kept.id, time: row.time)
                    return row
                } + agents[Int(number)].rows
        }
        return whole
    }
}
