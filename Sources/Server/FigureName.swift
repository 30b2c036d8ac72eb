import Monitoring

/// Figures that can be explained, by the words of commands and of the API.
public enum FigureName: String, CaseIterable, Sendable {
    case served
    case guidedSales = "guided-sales"
    case guidedPayers = "guided-payers"
    case conversion, response, pending, online, suspended, consulted, handed, clicks, transferred
    case closedUnanswered = "closed-unanswered"
    case afterHours = "after-hours"

    /// The figure of the shop, or of the group, the agent, the assistant that is named; nil where it has no such scope.
    ///
    /// `group` empty: those who are in no group. `entry` names the entry of `clicks`.
    public func figure(
        group: String? = nil, agent: String? = nil, isAssistant: Bool = false, entry: String? = nil
    ) -> Explanation.Figure? {
        guard [group != nil, agent != nil, isAssistant].count(where: { $0 }) <= 1 else { return nil }
        let scope: Explanation.Scope =
            if let agent { .agent(agent) } else if let group { .group(group.isEmpty ? nil : group) } else {
                isAssistant ? .assistant : .shop
            }
        switch self {
        case .served:
            if group != nil { return nil }
            return .served(scope)
        case .response: return isAssistant ? nil : .response(scope)
        case .pending: return isAssistant ? nil : .pending(scope)
        case .transferred: return isAssistant ? nil : .transferred(scope)
        case .closedUnanswered: return isAssistant ? nil : .closedUnanswered(scope)
        case .afterHours: return isAssistant ? nil : .afterHours(scope)
        case .online: return isAssistant ? nil : .online(scope)
        case .suspended: return isAssistant ? nil : .suspended(scope)
        case .clicks:
            guard scope == .shop, let entry else { return nil }
            return .clicks(entry: entry)
        case .guidedSales: return scope == .shop ? .guidedSales : nil
        case .guidedPayers: return scope == .shop ? .guidedPayers : nil
        case .conversion: return scope == .shop ? .conversion : nil
        case .consulted: return scope == .shop ? .consulted : nil
        case .handed: return scope == .shop ? .handed : nil
        }
    }
}
