import ConversationModel
import RuleLanguage

extension RandomRules {
    /// A gap of any side, after others or itself.
    func gap(_ draw: inout Draw) -> Condition {
        let sides: [Speaker] = [.buyer, .agent, .assistant]
        let of = draw.one(of: [.buyer, .agent, .agent, .assistant] as [Speaker])
        let since = draw.one(of: Gap.Since.allCases)
        let after = sides.filter { side in
            if side == of { return since == .previous && draw.chance(40) }
            return draw.chance(65)
        }
        let minimum = draw.one(of: Limits.all)
        return Condition(
            .gap(
                Gap(
                    of: of, after: after.isEmpty ? nil : after, since: since, minimum: minimum,
                    maximum: draw.chance(35) ? minimum + draw.one(of: Limits.all) : nil)))
    }
}
