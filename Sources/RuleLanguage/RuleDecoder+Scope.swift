import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let scopeKeys = ["after", "before", "around", "which", "within", "find"]

    /// The body of `scope`.
    mutating func scope(_ value: JSONValue, _ context: ConditionContext) -> Scope? {
        let around = Phrase(
            "'scope' finds messages near an anchor; duties are written without it: {\"after\": …, \"expect\": …}",
            "scope 只找锚点附近的消息；应答义务不写在 scope 里：{\"after\": …, \"expect\": …}")
        guard
            let fields = fields(
                of: value, "scope", known: Self.scopeKeys,
                elsewhere: [(Self.expectationKeys.filter { $0 != "within" }, around)])
        else { return nil }
        let directions = Scope.Direction.allCases.map(\.rawValue)
        let present = fields.present(directions)
        let anchor = present.first.flatMap { member in
            condition(member.value, context).map { self.anchor($0, member) }
        }
        for extra in present.dropFirst() {
            diagnose(
                .conflictingFields, extra.keyRange,
                Phrase(
                    "'\(present[0].key)' and '\(extra.key)' in one 'scope'",
                    "一个 scope 里不能同时写 “\(present[0].key)” 和 “\(extra.key)”"),
                help: Phrase(
                    "'around' takes both sides; or keep one of them", "两侧都要请用 around，否则只保留一个"))
        }
        if present.isEmpty {
            diagnose(
                .missingField, fields.head,
                Phrase("'scope' needs an anchor", "scope 缺少锚点"),
                help: Phrase(
                    "one of \(directions.joined(separator: ", "))", "可用：\(directions.joined(separator: "、"))"))
        }
        let find = require(fields, "find").flatMap { member in
            condition(member.value, context).map { self.find($0, member) }
        }
        let which = fields["which"].flatMap { self.which($0) } ?? .each
        let window = fields["within"].map { self.scopeWindow($0) }
        guard let anchor, let find, let first = present.first,
            let direction = Scope.Direction(rawValue: first.key)
        else { return nil }
        return Scope(
            anchor: anchor, direction: direction, which: which, messages: window?.messages,
            time: window?.time, find: find)
    }

    private mutating func which(_ member: JSONMember) -> Scope.Which? {
        guard case .object = member.value.content else {
            switch word(member.value, ["each", "first", "last"], name: member.key, or: "{\"nth\": 2}") {
            case "each": return .each
            case "first": return .first
            case "last": return .last
            default: return nil
            }
        }
        guard let fields = fields(of: member.value, "which", known: ["nth"]),
            let nth = require(fields, "nth")
        else { return nil }
        return count(nth).map { .nth($0) }
    }

    private mutating func scopeWindow(_ member: JSONMember) -> (messages: Int?, time: Int64?) {
        guard let fields = fields(of: member.value, "within", known: ["messages", "time"]) else {
            return (nil, nil)
        }
        if fields.present(["messages", "time"]).isEmpty, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head,
                Phrase("'within' sets no limit", "within 里没有任何限制"),
                help: Phrase(
                    "add \"time\": \"30s\" or \"messages\": 3, or remove 'within'",
                    "请加上 \"time\": \"30s\" 或 \"messages\": 3，或删掉 within"))
        }
        return (fields["messages"].flatMap { count($0) }, fields["time"].flatMap { duration($0) })
    }

    /// The anchor, diagnosed where it can have no message to measure from.
    private mutating func anchor(_ condition: Condition, _ member: JSONMember) -> Condition {
        if !hasMessages(condition) {
            diagnose(
                .conflictingFields, member.value.head,
                Phrase(
                    "the anchor '\(member.key)' has no message to measure from",
                    "锚点 “\(member.key)” 没有命中的消息，无从定位"),
                help: Phrase(
                    "use a condition that says what is there, like 'message'", "请用正向条件，例如 message"))
        }
        return condition
    }

    /// What is looked for, diagnosed where its matches are no messages that were written.
    private mutating func find(_ condition: Condition, _ member: JSONMember) -> Condition {
        if !isOfMessages(condition) {
            var help = Phrase(
                "use 'message', another 'scope', or 'any', 'all', 'unless' of them",
                "请用 message、scope，或由它们组成的 any、all、unless")
            if case .not = condition.kind {
                help = Phrase(
                    "to say that no such message is there, put the 'not' around it: {\"not\": {\"scope\": {…}}}",
                    "要说明范围内没有这样的消息，请把 not 写在外面：{\"not\": {\"scope\": {…}}}")
            }
            diagnose(
                .conflictingFields, member.value.head,
                Phrase(
                    "'find' looks for messages, but this condition is none on messages",
                    "find 要找的是消息，但这里不是针对消息的条件"),
                help: help)
        }
        return condition
    }

    /// Whether its matches may be anchored at messages.
    private func hasMessages(_ condition: Condition) -> Bool {
        switch condition.kind {
        case .message, .expectation, .silence, .gap, .sequence, .scope: return true
        case .count(let count):
            if case .atLeast = count.bound { return hasMessages(count.of) }
            return false
        case .any(let children): return children.isEmpty || children.contains { hasMessages($0) }
        case .all(let children): return subject(among: children).map { hasMessages($0) } ?? children.isEmpty
        case .unless(let base, _): return hasMessages(base)
        case .unit, .not: return false
        }
    }

    /// Whether all its matches are messages for what they are, not for when they came.
    func isOfMessages(_ condition: Condition) -> Bool {
        switch condition.kind {
        case .message, .scope: true
        case .any(let children): children.allSatisfy { isOfMessages($0) }
        case .all(let children): subject(among: children).map { isOfMessages($0) } ?? children.isEmpty
        case .unless(let base, _): isOfMessages(base)
        case .expectation, .silence, .gap, .sequence, .count, .unit, .not: false
        }
    }
}
