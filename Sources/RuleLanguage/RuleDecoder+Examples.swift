import ConversationModel
import Diagnostics

extension RuleDecoder {
    private static let speakerKeys = ["buyer", "agent", "assistant", "bot", "system"]
    static let exampleKeys =
        speakerKeys + ["after", "auto", "kind", "by", "to", "event", "close", "facts"]
    /// Who sends an example's agent messages where it does not say.
    private static let standardAgent = "客服A"

    /// The three lists of examples; too few of them is a warning.
    mutating func examples(_ fields: Fields, subject when: Condition?) -> Examples {
        var result = Examples()
        let sender = when.map { self.sender(of: $0) } ?? Sender.agent
        if let member = fields["examples"],
            let lists = self.fields(
                of: member.value, "examples", known: ["hit", "clean", "notApplicable"])
        {
            var count = 0
            result.hit = lists["hit"].map { examples($0, sender, &count) } ?? []
            result.clean = lists["clean"].map { examples($0, sender, &count) } ?? []
            result.notApplicable = lists["notApplicable"].map { examples($0, sender, &count) } ?? []
            for member in lists.present(["clean", "notApplicable"]) {
                let list = member.key == "clean" ? result.clean : result.notApplicable
                for example in list where example.marks != nil { marksInClean(example, member.key) }
            }
        }
        if asksForExamples { checkNumber(of: result, fields) }
        return result
    }

    private mutating func checkNumber(of examples: Examples, _ fields: Fields) {
        guard examples.hit.count < 2 || examples.clean.count < 2 else { return }
        diagnose(
            .tooFewExamples, severity: .warning, fields["examples"]?.keyRange ?? fields.head,
            Phrase(
                "\(examples.hit.count) hit and \(examples.clean.count) clean examples; two of each are needed to publish",
                "有 \(examples.hit.count) 个命中示例、\(examples.clean.count) 个未命中示例，发布前各需两个"),
            help: Phrase(
                "add \"examples\": {\"hit\": […], \"clean\": […]}",
                "请加上 \"examples\": {\"hit\": […], \"clean\": […]}"))
    }

    private mutating func marksInClean(_ example: Example, _ list: String) {
        guard let range = example.place.range else { return }
        diagnose(
            .badMarks, SourceRange(range.start, range.start + 1),
            Phrase("an example of '\(list)' marks a span", "“\(list)” 的示例里标了命中片段"),
            help: Phrase(
                "remove ⟦ and ⟧: nothing is hit there", "去掉 ⟦ 和 ⟧：这里不应有命中"))
    }

    private mutating func examples(
        _ member: JSONMember, _ sender: Sender, _ count: inout Int
    ) -> [Example] {
        guard let elements = list(member) else { return [] }
        var result: [Example] = []
        for element in elements {
            count += 1
            if count == RuleLimits.examples + 1 {
                overLimit(element.head, "examples", RuleLimits.examples)
            }
            if count > RuleLimits.examples { break }
            if let example = example(element, sender, member.key) { result.append(example) }
        }
        return result
    }

    private mutating func example(
        _ value: JSONValue, _ sender: Sender, _ list: String
    ) -> Example? {
        var builder = ExampleBuilder()
        switch value.content {
        case .string(let text):
            guard let text = marked(text, value.range, &builder) else { return nil }
            builder.append(
                Message(
                    time: Example.firstInstant, speaker: sender.speaker,
                    agent: sender.speaker == .agent ? Self.standardAgent : nil, kind: sender.kind,
                    isAutomatic: sender.isAutomatic, text: text))
        case .array(let elements):
            if elements.isEmpty || elements.count > RuleLimits.messagesPerExample {
                badExample(
                    value.head,
                    Phrase(
                        "an example of \(elements.count) messages", "示例有 \(elements.count) 条消息"),
                    help: Phrase(
                        "1 to \(RuleLimits.messagesPerExample) messages",
                        "应有 1 到 \(RuleLimits.messagesPerExample) 条消息"))
                return nil
            }
            for (index, element) in elements.enumerated() {
                if index == 0, let facts = exampleFacts(element) {
                    self.facts(facts, Example.firstInstant, &builder)
                } else {
                    message(element, isLast: index == elements.count - 1, &builder)
                }
            }
        default:
            wrongType(
                value, list,
                Phrase("a string or a list of messages", "字符串或消息列表"),
                help: Phrase(
                    "\"text\", or [{\"buyer\": \"…\"}, {\"agent\": \"…\", \"after\": \"5s\"}]",
                    "\"文本\"，或 [{\"buyer\": \"…\"}, {\"agent\": \"…\", \"after\": \"5s\"}]"))
            return nil
        }
        let conversation = Conversation(
            id: "example", shop: "shop", buyer: builder.buyer ?? "buyer", group: builder.group,
            closedAt: builder.closedAt, facts: builder.facts, messages: builder.messages)
        return Example(
            conversation: conversation, marks: builder.marks.isEmpty ? nil : builder.marks,
            place: place(value.range))
    }

    private mutating func message(
        _ value: JSONValue, isLast: Bool, _ builder: inout ExampleBuilder
    ) {
        guard let fields = fields(of: value, "example message", known: Self.exampleKeys) else {
            return
        }
        if let facts = fields["facts"] {
            badExample(
                facts.keyRange, Phrase("'facts' does not stand first, by itself", "“facts” 没有单独写在第一项"),
                help: Phrase("make it the first element: {\"facts\": { … }}", "请放在最前：{\"facts\": { … }}"))
            return
        }
        if let close = fields["close"] {
            self.close(close, value, isLast: isLast, &builder)
            return
        }
        let kind = fields["kind"].flatMap { member in
            word(member.value, MessageKind.allCases.map(\.name), name: "kind")
        }.flatMap(Self.kind(named:))
        let after = fields["after"].flatMap { duration($0) }
        let isAutomatic = fields["auto"].flatMap { boolean($0) } ?? false
        let to = fields["to"].flatMap { text($0, scalars: RuleLimits.nameScalars) }
        let event = fields["event"].flatMap { self.event($0) }
        guard let (member, speaker, agent) = speaker(fields, value, kind) else { return }
        var message = Message(
            time: builder.instant(after: after, first: Example.firstInstant), speaker: speaker,
            agent: agent, kind: kind ?? .text)
        if let member {
            guard let text = string(member) else { return }
            guard let plain = marked(text, member.value.range, &builder) else { return }
            message.text = plain
        }
        message.isAutomatic = isAutomatic
        message.transferTarget = to
        if fields["event"] != nil, kind == nil { message.kind = .event }
        message.eventType = event?.type
        message.eventValue = event?.value
        builder.append(message)
    }

    private mutating func event(_ member: JSONMember) -> (type: String?, value: String?)? {
        guard let fields = fields(of: member.value, "event", known: ["type", "value"]) else {
            return nil
        }
        let type = requiredText(fields, "type", scalars: RuleLimits.nameScalars)
        return (type, fields["value"].flatMap { string($0) })
    }

    /// Who speaks, under which key the text stands, and the agent that is named.
    private mutating func speaker(
        _ fields: Fields, _ value: JSONValue, _ kind: MessageKind?
    ) -> (member: JSONMember?, speaker: Speaker, agent: String?)? {
        var texts = fields.present(Self.speakerKeys)
        var name: String?
        // Beside a line of the system, "agent" names the agent that it is about.
        if texts.count == 2, texts.contains(where: { $0.key == "system" }),
            let index = texts.firstIndex(where: { $0.key == "agent" })
        {
            name = text(texts.remove(at: index), scalars: RuleLimits.nameScalars)
        }
        if let by = fields["by"] { name = text(by, scalars: RuleLimits.nameScalars) }
        if texts.isEmpty, fields["event"] != nil || kind == .transfer || kind == .recall {
            return (nil, .system, name)
        }
        guard texts.count == 1, let member = texts.first,
            let speaker = Self.speaker(named: member.key)
        else {
            if texts.isEmpty, fields.hasUnknown { return nil }
            badExample(
                value.head,
                texts.isEmpty
                    ? Phrase("a message without a speaker", "示例消息没有说话方")
                    : Phrase("a message of two speakers", "一条示例消息有两个说话方"),
                help: texts.isEmpty
                    ? Phrase(
                        "one of \(Self.speakerKeys.joined(separator: ", ")) with its text",
                        "写一个说话方和文本：\(Self.speakerKeys.joined(separator: "、"))")
                    : Phrase(
                        "write two messages: {\"buyer\": \"…\"}, {\"agent\": \"…\"}; which agent speaks is named by \"by\"",
                        "请写成两条消息：{\"buyer\": \"…\"}, {\"agent\": \"…\"}；哪位客服用 \"by\" 注明"))
            return nil
        }
        if speaker == .agent, name == nil { name = Self.standardAgent }
        return (member, speaker, name)
    }

    private mutating func close(
        _ member: JSONMember, _ value: JSONValue, isLast: Bool, _ builder: inout ExampleBuilder
    ) {
        guard isLast, let last = builder.messages.last?.time else {
            badExample(
                value.head,
                Phrase("'close' does not come after the last message", "“close” 没有写在最后一条消息之后"),
                help: Phrase(
                    "make it the last element: {\"close\": \"5m\"}",
                    "请放在最后：{\"close\": \"5m\"}"))
            return
        }
        if let delay = duration(member) { builder.closedAt = last.advanced(by: delay) }
    }

    mutating func badExample(_ range: SourceRange, _ message: Phrase, help: Phrase? = nil) {
        diagnose(.badExample, range, message, help: help)
    }

    /// `text` without ⟦ ⟧; the spans between them are noted for the message that comes next.
    private mutating func marked(
        _ text: String, _ range: SourceRange, _ builder: inout ExampleBuilder
    ) -> String? {
        guard let (plain, spans) = unmark(text) else {
            diagnose(
                .badMarks, range,
                Phrase("⟦ and ⟧ do not pair up", "⟦ 和 ⟧ 没有成对出现"),
                help: Phrase(
                    "mark each span as ⟦span⟧, not nested, not empty",
                    "片段写作 ⟦片段⟧，不嵌套，不为空"))
            return nil
        }
        if !spans.isEmpty { builder.marks[builder.messages.count] = spans }
        return plain
    }
}

/// The plain text and the marked spans; nil where marks are unpaired, nested or around nothing.
func unmark(_ text: String) -> (text: String, spans: [Span])? {
    guard text.unicodeScalars.contains(where: { $0 == "⟦" || $0 == "⟧" }) else { return (text, []) }
    var plain = String.UnicodeScalarView()
    var length = 0
    var open: Int?
    var spans: [Span] = []
    for scalar in text.unicodeScalars {
        switch scalar {
        case "⟦":
            guard open == nil else { return nil }
            open = length
        case "⟧":
            guard let start = open, start < length else { return nil }
            spans.append(Span(start, length))
            open = nil
        default:
            plain.append(scalar)
            length += UTF8.width(scalar)
        }
    }
    return open == nil ? (String(plain), Span.union(spans)) : nil
}
