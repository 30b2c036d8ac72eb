import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// `"phone"`, `["phone", "email"]`, or `{"kinds": …, "allowedDomains": […], "allow": […], "probable": true,
    /// "fold": "evasion"}`.
    mutating func entity(_ member: JSONMember) -> EntityCondition? {
        guard case .object = member.value.content else {
            let kinds = entityKinds(member)
            return kinds.isEmpty ? nil : EntityCondition(kinds: kinds)
        }
        guard
            let fields = fields(
                of: member.value, "entity", known: ["kinds", "allowedDomains", "allow", "probable", "fold"]),
            let named = require(fields, "kinds")
        else { return nil }
        let kinds = entityKinds(named)
        let domains = fields["allowedDomains"].map { self.domains($0) } ?? []
        if let member = fields["allowedDomains"], !kinds.isEmpty, !kinds.contains(.url) {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "'allowedDomains' is about links, and 'url' is not among the kinds",
                    "allowedDomains 只对链接有意义，而 kinds 里没有 “url”"))
        }
        let probable = fields["probable"].flatMap { boolean($0) } ?? false
        let allow = fields["allow"].map { allowedEntities($0) } ?? []
        let fold = fields["fold"].map { entityFold($0, kinds) } ?? .folded
        guard !kinds.isEmpty else { return nil }
        var condition = EntityCondition(
            kinds: kinds, allowedDomains: domains, allow: allow.map(\.text), includesProbable: probable, fold: fold)
        condition.allowPlaces = allow.map { $0.origin ?? place($0.range) }
        return condition
    }

    /// `folded` or `evasion`; the latter asks for a kind that is found disguised.
    private mutating func entityFold(_ member: JSONMember, _ kinds: [EntityName]) -> FoldLevel {
        let words = [FoldLevel.folded, .evasion].map(\.rawValue)
        guard let word = word(member.value, words, name: member.key), let fold = FoldLevel(rawValue: word) else {
            return .folded
        }
        let disguised: Set<EntityName> = [.phone, .wechatID, .qqNumber, .bankCard]
        if fold == .evasion, !kinds.isEmpty, disguised.isDisjoint(with: kinds) {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase(
                    "\"fold\": \"evasion\" is about phone, wechat-id, qq-number and bank-card, and none of them is among the kinds",
                    "“fold”: “evasion” 只对 phone、wechat-id、qq-number 和 bank-card 有意义，而 kinds 里没有这些种类"))
        }
        return fold
    }

    /// The phrases in which entities do not count: written here, or words of a list.
    private mutating func allowedEntities(_ member: JSONMember) -> [PlacedPhrase] {
        var lists: [SplicedList] = []
        let all = phrases(member, lists: &lists)
        guard all.count > RuleLimits.allowedEntities else { return withoutRepeats(all, .folded) }
        diagnose(
            .limit, member.value.head,
            Phrase(
                "'allow' of an entity has \(all.count) phrases; at most \(RuleLimits.allowedEntities)",
                "entity 的 “allow” 有 \(all.count) 个短语，最多 \(RuleLimits.allowedEntities) 个"))
        return []
    }

    private mutating func entityKinds(_ member: JSONMember) -> [EntityName] {
        let values: [JSONValue]
        if case .string = member.value.content {
            values = [member.value]
        } else {
            values = elements(member, allowsSingle: false)
        }
        var kinds: Set<EntityName> = []
        for value in values {
            if let name = word(value, EntityName.allCases.map(\.rawValue), name: member.key),
                let kind = EntityName(rawValue: name)
            {
                kinds.insert(kind)
            }
        }
        return kinds.sorted { $0.rawValue < $1.rawValue }
    }
}
