import ConversationModel
import Diagnostics

extension RuleDecoder {
    static let stepKeys = ["name", "within", "optional", "sameMessage"]

    /// The body of `sequence`.
    mutating func sequence(_ value: JSONValue, _ context: ConditionContext) -> StepSequence? {
        guard let fields = fields(of: value, "sequence", known: ["steps"]),
            let member = require(fields, "steps"), let elements = list(member)
        else { return nil }
        if elements.isEmpty {
            emptyList(member)
            return nil
        }
        if elements.count > RuleLimits.steps {
            diagnose(
                .limit, member.value.head,
                Phrase(
                    "\(elements.count) steps in one sequence; at most \(RuleLimits.steps)",
                    "一个流程里有 \(elements.count) 个步骤，最多 \(RuleLimits.steps) 个"))
            return nil
        }
        if elements.count == 1 {
            diagnose(
                .outOfRange, member.value.head,
                Phrase("a sequence of one step", "流程只有一个步骤"),
                help: Phrase("add a step, or write its condition alone", "请再加一个步骤，或直接写它的条件"))
        }
        var names: Set<String> = []
        let steps = elements.enumerated().map { place, element in
            step(element, context, isFirst: place == 0, isLast: place == elements.count - 1, &names)
        }
        let decoded = steps.compactMap { $0 }
        return decoded.count == steps.count ? StepSequence(steps: decoded) : nil
    }

    /// A step: its own keys beside those of its condition.
    private mutating func step(
        _ value: JSONValue, _ context: ConditionContext, isFirst: Bool, isLast: Bool, _ names: inout Set<String>
    ) -> StepSequence.Step? {
        guard case .object(let members) = value.content else {
            wrongType(
                value, "steps", Phrase("an object", "对象"),
                help: Phrase(
                    "write {\"name\": \"…\", \"message\": {\"from\": \"agent\", \"keywords\": [\"…\"]}}",
                    "请写成 {\"name\": \"…\", \"message\": {\"from\": \"agent\", \"keywords\": [\"…\"]}}"))
            return nil
        }
        func part(_ members: [JSONMember]) -> JSONValue { JSONValue(.object(members), range: value.range) }
        let own = part(members.filter { Self.stepKeys.contains($0.key) })
        let rest = part(members.filter { !Self.stepKeys.contains($0.key) })
        guard let fields = fields(of: own, "step", known: Self.stepKeys) else { return nil }
        let name = requiredLabel(fields, "name")
        if let name, !names.insert(name).inserted, let member = fields["name"] {
            diagnose(
                .conflictingFields, member.value.range,
                Phrase("two steps are named '\(quoted(name))'", "有两个步骤都叫 “\(quoted(name))”"),
                help: Phrase("give each step a name of its own", "请给每个步骤起不同的名称"))
        }
        if isFirst { for member in fields.present(["within", "sameMessage"]) { hasNothingBefore(member) } }
        let isOptional = fields["optional"].flatMap { boolean($0) } ?? false
        if isOptional, isLast, let member = fields["optional"] {
            diagnose(
                .conflictingFields, member.keyRange,
                Phrase("the last step ends the sequence and cannot be optional", "最后一步是流程的终点，不能是可选的"),
                help: Phrase("remove it, or move the step forward", "删掉它，或把这一步往前移"))
        }
        let found = condition(rest, context)
        if let found, !isOfMessages(found) {
            diagnose(
                .conflictingFields, value.head,
                Phrase(
                    "a step is found in messages, but this condition is none on messages",
                    "步骤要落在消息上，但这里不是针对消息的条件"),
                help: Phrase(
                    "use 'message', 'scope', or 'any', 'all', 'unless' of them",
                    "请用 message、scope，或由它们组成的 any、all、unless"))
        }
        guard let name, let found else { return nil }
        var step = StepSequence.Step(name: name, condition: found, isOptional: isOptional)
        step.sharesMessage = fields["sameMessage"].flatMap { boolean($0) } ?? false
        if let member = fields["within"] { stepWindow(member, &step) }
        return step
    }

    private mutating func hasNothingBefore(_ member: JSONMember) {
        diagnose(
            .conflictingFields, member.keyRange,
            Phrase(
                "'\(member.key)' looks at the step before, and the first step has none",
                "“\(member.key)” 是和上一步比，而第一步没有上一步"),
            help: Phrase(
                "remove it; when a conversation must begin is the matter of another rule",
                "请删掉它；开头的时限请另写一条规则"))
    }

    private mutating func stepWindow(_ member: JSONMember, _ step: inout StepSequence.Step) {
        let bounds = ["time", "earliest", "messages"]
        guard let fields = fields(of: member.value, "within", known: bounds) else { return }
        if fields.present(bounds).isEmpty, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head,
                Phrase("'within' sets no limit", "within 里没有任何限制"),
                help: Phrase(
                    "add \"time\": \"3m\" or \"messages\": 3, or remove 'within'",
                    "请加上 \"time\": \"3m\" 或 \"messages\": 3，或删掉 within"))
        }
        step.time = fields["time"].flatMap { duration($0) }
        step.earliest = fields["earliest"].flatMap { duration($0) } ?? 0
        step.messages = fields["messages"].flatMap { count($0) }
        guard let time = step.time, let range = fields["time"]?.value.range else { return }
        if time == 0, !step.sharesMessage {
            impossibleWindow(range, Phrase("'time' is 0s", "“time” 是 0s"))
        } else if step.earliest > time {
            impossibleWindow(
                fields["earliest"]?.value.range ?? range,
                Phrase("'earliest' is later than 'time'", "“earliest” 晚于 “time”"))
        }
    }
}
