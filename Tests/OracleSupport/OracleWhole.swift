import ConversationModel
import RuleLanguage

/// Conditions on the unit as a whole.
extension OracleJudge {
    /// The match of such a condition is ∅; an absent fact is unknown.
    func value(of condition: UnitCondition) -> OracleValue {
        switch condition {
        case .fact(let fact): return value(of: fact)
        case .measure(let measure): return value(of: measure)
        case .started(let moment):
            guard unit.hasTimes else { return OracleValue(unknowns: ["no-times"]) }
            if unit.startIsCut { return OracleValue(unknowns: ["cut-off"]) }
            guard let times = unit.record.times, let row = unit.stay?.start ?? unit.members.first else {
                return whole(false)
            }
            return whole(isAt(moment, times[row]))
        }
    }

    /// The owner of ∅ is exposed.
    func exposures(of condition: UnitCondition) -> [OracleExposure] {
        switch condition {
        case .fact, .started: [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
        case .measure(let measure):
            // §3: "n = 0: F, no exposure".
            isKnown(measure) && lengths(measure)?.isEmpty == true
                ? [] : [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
        }
    }

    func whole(_ holds: Bool) -> OracleValue {
        holds ? OracleValue(matches: [OracleMatch(anchor: nil, owner: unit.ownerOfWhole, spans: [])]) : OracleValue()
    }

    // MARK: Facts

    private func value(of condition: FactCondition) -> OracleValue {
        let conversation = unit.record.conversation
        let facts = conversation.facts
        /// The known values, and whether there may be others.
        func decide(_ values: [FactValue], isComplete: Bool) -> OracleValue {
            if values.contains(where: { holds(condition.test, $0) }) { return whole(true) }
            return isComplete ? whole(false) : OracleValue(unknowns: ["no-fact"])
        }
        func text(_ text: String?) -> OracleValue {
            decide(text.map { [.text($0)] } ?? [], isComplete: text != nil)
        }
        func ofOrders(_ value: (Facts.Order) -> FactValue?) -> OracleValue {
            guard let orders = facts.orders else { return OracleValue(unknowns: ["no-fact"]) }
            let values = orders.map(value)
            return decide(values.compactMap { $0 }, isComplete: !values.contains(nil))
        }
        func instant(_ instant: Instant?) -> FactValue? { instant.map { .number($0.milliseconds) } }
        switch condition.fact {
        case .channel: return text(facts.channel)
        case .category: return text(facts.category)
        case .group: return text(conversation.group)
        case .buyer: return text(conversation.buyer)
        case .shop: return text(conversation.shop)
        case .agent: return text(conversation.agent)
        case .tag: return decide((facts.tags ?? []).map { .text($0) }, isComplete: facts.tags != nil)
        case .attribute(let key):
            return value(of: facts.attributes[key], condition.test)
        case .orderCount:
            return decide(facts.orders.map { [.number(Int64($0.count))] } ?? [], isComplete: facts.orders != nil)
        case .orderID: return ofOrders { $0.id.map { .text($0) } }
        case .orderState: return ofOrders { $0.state.map { .text($0) } }
        case .orderAmount: return ofOrders { $0.amount.map { .number($0) } }
        case .orderCreatedAt: return ofOrders { instant($0.createdAt) }
        case .orderPaidAt: return ofOrders { instant($0.paidAt) }
        case .orderPhone: return ofOrders { $0.phone.map { .text($0) } }
        case .orderAddress: return ofOrders { $0.address.map { .text($0) } }
        case .previousAgent:
            guard case .ended(_, let agent) = previous else { return OracleValue(unknowns: ["no-fact"]) }
            return text(agent)
        case .previousGap: return gapValue(condition.test)
        }
    }

    /// An attribute is a number whether it is written as one or as a text; of another text nobody knows how much it is.
    private func value(of attribute: FactValue?, _ test: FactCondition.Test) -> OracleValue {
        let unknown = OracleValue(unknowns: ["no-fact"])
        guard let attribute else { return unknown }
        func number(_ value: FactValue) -> Double? {
            switch value {
            case .text(let text): Double(FoldedText(text, level: .folded).string)
            case .number(let number, let hasFraction): Double(number) + (hasFraction ? 0.5 : 0)
            case .flag: nil
            }
        }
        switch test {
        case .present: return whole(true)
        case .range(let minimum, let maximum):
            guard let amount = number(attribute) else {
                if case .text = attribute { return unknown }
                return whole(false)
            }
            return whole(
                amount >= minimum.map(Double.init) ?? -.infinity && amount <= maximum.map(Double.init) ?? .infinity)
        case .oneOf(let wanted):
            if holds(test, attribute) { return whole(true) }
            return whole(wanted.contains { number($0) != nil && number($0) == number(attribute) })
        }
    }

    /// The conversation before this one; of a later part, the part before.
    private var previous: Facts.Previous? {
        let record = unit.record
        guard let number = record.parts.firstIndex(where: { $0.rows == unit.part.rows }), number > 0 else {
            return record.conversation.facts.previous
        }
        let rows = record.parts[number - 1].rows
        guard let times = record.times, let last = rows.last else { return nil }
        var agent: String?
        if let human = rows.last(where: { record.isHuman($0) }), case .agent(let name) = record.speaker(human) {
            agent = name
        }
        return .ended(Instant(milliseconds: times[last]), agent: agent)
    }

    private func gapValue(_ test: FactCondition.Test) -> OracleValue {
        guard let previous else { return OracleValue(unknowns: ["no-fact"]) }
        guard let times = unit.record.times else { return OracleValue(unknowns: ["no-times"]) }
        let start = times[unit.part.rows.lowerBound]
        switch previous {
        case .ended(let end, _):
            return whole(holds(test, .number(max(0, start - end.milliseconds))))
        case .noneSince(let instant):
            // Whoever came back within the bound would have been seen.
            if case .range(_, let maximum?) = test, start - instant.milliseconds >= maximum { return whole(false) }
            return OracleValue(unknowns: ["no-fact"])
        }
    }

    private func holds(_ test: FactCondition.Test, _ value: FactValue) -> Bool {
        switch (test, value) {
        case (.present, _): return true
        case (.range(let minimum, let maximum), .number(let number, let hasFraction)):
            if let minimum, number < minimum { return false }
            if let maximum, number > maximum || number == maximum && hasFraction { return false }
            return true
        case (.range, _): return false
        case (.oneOf(let wanted), .text(let text)):
            let folded = FoldedText(text, level: .folded).string
            return wanted.contains { value in
                if case .text(let other) = value { FoldedText(other, level: .folded).string == folded } else { false }
            }
        case (.oneOf(let wanted), _): return wanted.contains(value)
        }
    }
}
