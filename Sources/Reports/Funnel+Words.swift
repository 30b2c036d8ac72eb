import ConversationModel

extension Divergence.Kind {
    /// The word of reports.
    package var label: String {
        switch self {
        case .missing: "缺失"
        case .late: "超时"
        case .outOfOrder: "顺序不对"
        }
    }
}

extension Tally {
    /// The steps of a funnel's procedure.
    func steps(of funnel: Funnel) -> [String] { rules[funnel.rule].steps }
}

extension Funnel {
    /// What one step came to: units that took it, and that left there by kind.
    func cells(_ step: Int, of row: Row) -> [Int] { [row.reached[step]] + row.diverged[step] }

    /// The titles of `cells`.
    static let titles = ["到达"] + Divergence.Kind.allCases.map(\.label)
}
