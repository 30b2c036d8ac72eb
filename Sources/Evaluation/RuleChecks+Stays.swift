import ConversationModel
import Diagnostics
import RuleLanguage

extension RuleChecks {
    /// Warnings of conditions that only messages of the system and the assistant could fulfil, in a rule on stays: a stay
    /// has its agent's messages and the buyer's.
    ///
    /// They stand at the rule where the condition is a named one: other rules may judge conversations by it.
    static func absentFromStays(_ rule: Rule) -> [Diagnostic] {
        guard rule.unit == .stay else { return [] }
        let conditions = [rule.appliesTo, rule.when].compactMap { $0 }.flatMap(\.absentFromStays)
        return conditions.map { condition in
            Diagnostic(
                .neverTrue, severity: .warning,
                Phrase(
                    "this condition can never hold: a stay has only its agent's messages and the buyer's",
                    "这个条件永远不成立：接待段里只有这名客服和买家的消息"),
                help: Phrase(
                    "judge conversations (\"unit\": \"conversation\"), or look for messages of the agent or the buyer",
                    "请评判会话（\"unit\": \"conversation\"），或改看客服、买家的消息"),
                at: head(condition.place.isWithin(rule.place) ? condition.place : rule.place))
        }
    }
}

extension Condition {
    /// The conditions in it on messages that no stay has.
    fileprivate var absentFromStays: [Condition] {
        switch kind {
        case .message(let message):
            let speakers = Set(message.population.speakers)
            return speakers.isDisjoint(with: [.agent, .buyer]) ? [self] : []
        case .sequence(let sequence): return sequence.steps.flatMap(\.condition.absentFromStays)
        default: return parts.flatMap(\.absentFromStays)
        }
    }
}

extension Place {
    fileprivate func isWithin(_ other: Place) -> Bool {
        guard path == other.path, let range, let outer = other.range else { return false }
        return outer.start <= range.start && range.end <= outer.end
    }
}
