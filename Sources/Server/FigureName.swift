import ConversationModel
import Monitoring

/// Figures that can be explained, by the words of commands and of the API.
public enum FigureName: String, CaseIterable, Sendable {
    case served
    case guidedSales = "guided-sales"
    case guidedSalesByPeople = "guided-sales-by-people"
    case guidedSalesByAssistant = "guided-sales-by-assistant"
    case guidedPayers = "guided-payers"
    case guidedPayersByPeople = "guided-payers-by-people"
    case guidedPayersByAssistant = "guided-payers-by-assistant"
    case inquiring, conversion
    case strictConversion = "strict-conversion"
    case lateEvents = "late-events"
    case response, answers, uncounted
    case afterHours = "after-hours"
    case transferred
    case closedUnanswered = "closed-unanswered"
    case buyerWaits = "buyer-waits"
    case openBuyerWaits = "open-buyer-waits"
    case pending
    case pendingPerAgent = "pending-per-agent"
    case readUnanswered = "read-unanswered"
    case leftPending = "left-pending"
    case online, suspended, queued, pooled, unassigned, consulted, handed
    case handOverRate = "hand-over-rate"
    case clicks

    /// When what it counts had ended: the last whole slot, the last half hour, or the instant.
    private func end(in figures: ShopFigures) -> Instant {
        switch self {
        case .response, .answers, .uncounted, .afterHours, .transferred, .closedUnanswered, .buyerWaits, .consulted,
            .handed, .handOverRate:
            figures.slot.end
        case .clicks: figures.assistant.halfHour.end
        default: figures.asOf
        }
    }

    /// Whose it can be, beside the shop's.
    public enum Scope: Hashable, Sendable { case group, agent, assistant }

    /// Whose it can be, beside the shop's.
    public var scopes: Set<Scope> {
        switch self {
        case .served: [.agent, .assistant]
        case .response, .answers, .uncounted, .afterHours, .transferred, .closedUnanswered, .pending, .readUnanswered,
            .leftPending, .online, .suspended:
            [.group, .agent]
        case .pendingPerAgent: [.group]
        default: []
        }
    }

    /// The figure of the shop, or of the group, the agent, the assistant that is named; nil where it has no such scope.
    ///
    /// `group` empty: those who are in no group. `entry` names an entry of `clicks`; nil: all of them.
    public func figure(
        group: String? = nil, agent: String? = nil, isAssistant: Bool = false, entry: String? = nil
    ) -> Explanation.Figure? {
        let named: [Scope] =
            (group == nil ? [] : [.group]) + (agent == nil ? [] : [.agent]) + (isAssistant ? [.assistant] : [])
        guard named.count <= 1, scopes.isSuperset(of: named), entry == nil || self == .clicks else { return nil }
        let scope: Explanation.Scope =
            if let agent { .agent(agent) } else if let group { .group(group.isEmpty ? nil : group) } else {
                isAssistant ? .assistant : .shop
            }
        return switch self {
        case .served: .served(scope)
        case .guidedSales: .guidedSales
        case .guidedSalesByPeople: .guidedSalesLed(by: .people)
        case .guidedSalesByAssistant: .guidedSalesLed(by: .assistant)
        case .guidedPayers: .guidedPayers
        case .guidedPayersByPeople: .guidedPayersLed(by: .people)
        case .guidedPayersByAssistant: .guidedPayersLed(by: .assistant)
        case .inquiring: .inquiring
        case .conversion: .conversion
        case .strictConversion: .strictConversion
        case .lateEvents: .lateEvents
        case .response: .response(scope)
        case .answers: .answers(scope)
        case .uncounted: .uncounted(scope)
        case .afterHours: .afterHours(scope)
        case .transferred: .transferred(scope)
        case .closedUnanswered: .closedUnanswered(scope)
        case .buyerWaits: .buyerWaits
        case .openBuyerWaits: .openBuyerWaits
        case .pending: .pending(scope)
        case .pendingPerAgent: .pendingPerAgent(scope)
        case .readUnanswered: .readUnanswered(scope)
        case .leftPending: .leftPending(scope)
        case .online: .online(scope)
        case .suspended: .suspended(scope)
        case .queued: .queued
        case .pooled: .pooled
        case .unassigned: .unassigned
        case .consulted: .consulted
        case .handed: .handed
        case .handOverRate: .handOverRate
        case .clicks: .clicks(entry: entry)
        }
    }

    /// The shop's figure in milliseconds, thousandths, the currency's smallest unit, or as a count; nil where it is undefined.
    func value(in figures: ShopFigures) -> Int64? {
        guard figures.isKnown(before: end(in: figures)) else { return nil }
        let today = figures.today
        return switch self {
        case .served: today.served
        case .guidedSales: today.guidedSales
        case .guidedSalesByPeople: today.guidedSalesByPeople
        case .guidedSalesByAssistant: today.guidedSalesByAssistant
        case .guidedPayers: today.guidedPayers
        case .guidedPayersByPeople: today.guidedPayersByPeople
        case .guidedPayersByAssistant: today.guidedPayersByAssistant
        case .inquiring: today.areOrdersKnown ? today.inquiring : nil
        case .conversion: today.conversion?.perMille
        case .strictConversion: today.strictConversion?.perMille
        case .lateEvents: today.lateEvents
        case .response: figures.meanResponse
        case .answers: figures.response.answers.mean
        case .uncounted: figures.response.uncounted
        case .afterHours: figures.response.afterHours
        case .transferred: figures.response.transferredUnanswered.count
        case .closedUnanswered: figures.response.closedUnanswered
        case .buyerWaits: figures.buyerWaits.mean
        case .openBuyerWaits: figures.openBuyerWaits.count
        case .pending: figures.pending.open.count
        case .pendingPerAgent: figures.pendingPerAgent.perMille
        case .readUnanswered: figures.pending.readUnanswered
        case .leftPending: Int64(figures.agents.count(where: \.leftPending))
        case .online: figures.online
        case .suspended: figures.suspended
        case .queued: figures.queued
        case .pooled: figures.pooled
        case .unassigned: figures.unassigned
        case .consulted: figures.assistant.consulted
        case .handed: figures.assistant.handed
        case .handOverRate: figures.assistant.handOverRate.perMille
        case .clicks: figures.assistant.clicks.reduce(0) { $0 + $1.clicks }
        }
    }
}
