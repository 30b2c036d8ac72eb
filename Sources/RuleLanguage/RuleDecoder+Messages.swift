import ConversationModel
import Diagnostics

extension RuleDecoder {
    /// The body of `message`: a population, a position, and conditions on the text.
    ///
    /// - Parameter range: of the whole condition.
    mutating func message(
        _ value: JSONValue, _ context: ConditionContext, at range: SourceRange
    ) -> MessageCondition? {
        guard
            let fields = fields(
                of: value, "message", known: Self.messageKeys + Self.textKeys,
                later: Self.laterTextKeys,
                elsewhere: [
                    (
                        Self.expectationKeys + Self.operators + ["subject"],
                        Phrase("put it beside 'message', not inside", "请写在 message 旁边，不要写在里面")
                    )
                ])
        else { return nil }
        var population = Population()
        if let member = fields["from"] {
            let speakers = self.speakers(member)
            if let first = speakers.first { firstSpeakers[place(range)] = first }
            if !speakers.isEmpty {
                population.speakers = Set(speakers).sorted { $0.rawValue < $1.rawValue }
            }
        }
        if let member = fields["auto"] { population.automatic = choice(member, ["no", "any", "only"]) ?? .no }
        if let member = fields["kind"] {
            let kinds = words(member, MessageKind.allCases.map(\.name)).compactMap(
                Self.kind(named:))
            if !kinds.isEmpty {
                population.kinds = Set(kinds).sorted { $0.rawValue < $1.rawValue }
            }
        }
        let position = fields["position"].flatMap { self.position($0) }
        return MessageCondition(
            population: population, position: position,
            text: text(fields, context, isMessage: true), repeats: fields["repeats"].flatMap { repeats($0) },
            sent: fields["sent"].flatMap { moment($0) },
            hasStrangersPhone: fields["phone"].map { word($0.value, ["of-others"], name: "phone") != nil } ?? false)
    }

    static func speaker(named name: String) -> Speaker? {
        name == "bot" ? .assistant : Speaker.allCases.first { $0.name == name }
    }

    static func kind(named name: String) -> MessageKind? {
        MessageKind.allCases.first { $0.name == name }
    }

    private mutating func speakers(_ member: JSONMember) -> [Speaker] {
        words(member, ["buyer", "agent", "assistant", "system", "bot"])
            .compactMap(Self.speaker(named:))
    }

    /// One of `known`, or a list of them that is not empty.
    private mutating func words(_ member: JSONMember, _ known: [String]) -> [String] {
        guard case .array(let elements) = member.value.content else {
            return word(member.value, known, name: member.key).map { [$0] } ?? []
        }
        if elements.isEmpty { emptyList(member) }
        return elements.compactMap { word($0, known, name: member.key) }
    }

    private mutating func position(_ member: JSONMember) -> Position? {
        if case .string = member.value.content {
            let end = word(member.value, ["first", "last"], name: member.key, or: "{\"first\": 2}")
            return end.map { $0 == "first" ? .firstMessages(1) : .lastMessages(1) }
        }
        guard case .object = member.value.content else {
            wrongType(
                member.value, member.key,
                Phrase(
                    "\"first\", \"last\" or an object like {\"first\": 2}",
                    "\"first\"、\"last\" 或 {\"first\": 2} 这样的对象"))
            return nil
        }
        guard let fields = fields(of: member.value, "position", known: ["first", "last"]) else {
            return nil
        }
        let present = fields.present(["first", "last"])
        let positions = present.map { self.position(at: $0) }
        guard let position = positions.first else {
            if fields.hasUnknown { return nil }
            diagnose(
                .missingField, fields.head,
                Phrase("'position' needs 'first' or 'last'", "position 缺少 “first” 或 “last”"))
            return nil
        }
        if present.count == 2 {
            diagnose(
                .conflictingFields, present[1].keyRange,
                Phrase(
                    "'first' and 'last' in one 'position'", "position 里不能同时写 “first” 和 “last”"),
                help: Phrase(
                    "use two 'message' conditions in an 'all'", "请在 all 里写两个 message 条件"))
        }
        return position
    }

    private mutating func position(at bound: JSONMember) -> Position? {
        let isFirst = bound.key == "first"
        if isDuration(bound.value) {
            return duration(bound).map { isFirst ? .firstMilliseconds($0) : .lastMilliseconds($0) }
        }
        return count(bound).map { isFirst ? .firstMessages($0) : .lastMessages($0) }
    }

    /// Whether `value` is a duration, going by the type of the parameter where it refers to one.
    private func isDuration(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value.content else { return false }
        guard let name = parameterName(text) else { return true }
        return parameters[name]?.kind != .integer
    }
}
