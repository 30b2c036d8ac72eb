import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// `"phone"`, `["phone", "email"]`, or `{"kinds": …, "allowedDomains": […], "probable": true}`.
    mutating func entity(_ member: JSONMember) -> EntityCondition? {
        guard case .object = member.value.content else {
            let kinds = entityKinds(member)
            return kinds.isEmpty ? nil : EntityCondition(kinds: kinds)
        }
        guard
            let fields = fields(of: member.value, "entity", known: ["kinds", "allowedDomains", "probable"]),
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
        guard !kinds.isEmpty else { return nil }
        return EntityCondition(
            kinds: kinds, allowedDomains: domains, includesProbable: probable)
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
