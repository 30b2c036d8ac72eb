import ConversationModel
import Diagnostics

/// `{"facts": {…}}` at the beginning of an example: what is known of its conversation.
extension RuleDecoder {
    static let exampleFactKeys = [
        "channel", "category", "group", "buyer", "tags", "attributes", "orders", "previous",
    ]
    private static let orderKeys = ["id", "state", "amount", "createdAt", "paidAt", "phone", "address"]

    /// The member that states facts, where that is all that the element holds.
    func exampleFacts(_ element: JSONValue) -> JSONMember? {
        guard case .object(let members) = element.content, members.count == 1, members[0].key == "facts" else {
            return nil
        }
        return members[0]
    }

    mutating func facts(_ member: JSONMember, _ start: Instant, _ builder: inout ExampleBuilder) {
        guard let fields = fields(of: member.value, "facts", known: Self.exampleFactKeys) else { return }
        func read(_ key: String, _ decoder: inout RuleDecoder) -> String? {
            fields[key].flatMap { decoder.text($0, scalars: RuleLimits.summaryScalars) }
        }
        builder.facts.channel = read("channel", &self)
        builder.facts.category = read("category", &self)
        builder.group = read("group", &self)
        builder.buyer = read("buyer", &self)
        builder.facts.tags = fields["tags"].flatMap { list($0) }?.compactMap { value in
            string(JSONMember(key: "tags", keyRange: value.range, value: value))
        }
        if let attributes = fields["attributes"] { builder.facts.attributes = self.attributes(attributes) }
        builder.facts.orders = fields["orders"].flatMap { list($0) }?.compactMap { order($0, start) }
        builder.facts.previous = fields["previous"].flatMap { previous($0, start) }
    }

    private mutating func attributes(_ member: JSONMember) -> [String: FactValue] {
        guard case .object(let members) = member.value.content else {
            wrongType(member.value, member.key, .object)
            return [:]
        }
        var result: [String: FactValue] = [:]
        for member in members {
            switch member.value.content {
            case .string(let text): result[member.key] = .text(text)
            case .bool(let flag): result[member.key] = .flag(flag)
            case .number(let text):
                result[member.key] =
                    FactValue(number: text.utf8) ?? integer(member, in: Int64.min...Int64.max).map { .number($0) }
            default:
                wrongType(member.value, member.key, Phrase("a text, a number or true or false", "字符串、数字或 true、false"))
            }
        }
        return result
    }

    private mutating func order(_ value: JSONValue, _ start: Instant) -> Facts.Order? {
        guard let fields = fields(of: value, "orders", known: Self.orderKeys) else { return nil }
        func read(_ key: String, _ decoder: inout RuleDecoder) -> String? {
            fields[key].flatMap { decoder.string($0) }
        }
        // How long before the conversation: an example has no dates.
        func before(_ key: String, _ decoder: inout RuleDecoder) -> Instant? {
            fields[key].flatMap { decoder.duration($0) }.map { start.advanced(by: -$0) }
        }
        return Facts.Order(
            id: read("id", &self), state: read("state", &self),
            amount: fields["amount"].flatMap { integer($0, in: Int64.min...Int64.max) },
            createdAt: before("createdAt", &self), paidAt: before("paidAt", &self),
            phone: read("phone", &self), address: read("address", &self))
    }

    private mutating func previous(_ member: JSONMember, _ start: Instant) -> Facts.Previous? {
        guard let fields = fields(of: member.value, "previous", known: ["gap", "agent", "noneFor"]) else {
            return nil
        }
        let agent = fields["agent"].flatMap { text($0, scalars: RuleLimits.nameScalars) }
        if let none = fields["noneFor"] {
            for extra in fields.present(["gap", "agent"]) {
                diagnose(
                    .conflictingFields, extra.keyRange,
                    Phrase(
                        "'noneFor' and '\(extra.key)' in one 'previous'", "previous 里不能同时写 “noneFor” 和 “\(extra.key)”"))
            }
            return duration(none).map { .noneSince(start.advanced(by: -$0)) }
        }
        return require(fields, "gap").flatMap { duration($0) }.map { .ended(start.advanced(by: -$0), agent: agent) }
    }
}
