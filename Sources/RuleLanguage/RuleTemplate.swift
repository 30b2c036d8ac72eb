/// Rules to begin with: what a new rule mostly looks like, with a skeleton of examples.
public enum RuleTemplate: String, Sendable, Hashable, CaseIterable {
    /// Negative: agents say one of some words.
    case keyword
    /// Positive: a greeting among the first two messages of a stay, in time.
    case greeting
    /// Positive: after the buyer says something, the agent says something, in time.
    case expectation
    /// Negative: a buyer's message is not answered in time.
    case slowReply = "slow-reply"
    /// Negative: an agent is silent for long while the conversation goes on.
    case silence

    /// What must be known to fill a template in.
    public struct Answers: Sendable, Hashable {
        public var id: String
        public var name: String
        public var category: String
        public var severity: String
        /// What agents say.
        public var words: [String]
        /// What the buyer says before, for `expectation`.
        public var after: [String]
        /// A duration as rules write it: `30s`.
        public var limit: String
        /// Milliseconds of `limit`.
        public var limitMilliseconds: Int64

        public init(
            id: String, name: String, category: String = "custom", severity: String = "minor", words: [String] = [],
            after: [String] = [], limit: String = "", limitMilliseconds: Int64 = 0
        ) {
            self.id = id
            self.name = name
            self.category = category
            self.severity = severity
            self.words = words
            self.after = after
            self.limit = limit
            self.limitMilliseconds = limitMilliseconds
        }
    }

    public var takesWords: Bool { self == .keyword || self == .greeting || self == .expectation }
    public var takesAfter: Bool { self == .expectation }
    public var takesLimit: Bool { self != .keyword }

    /// The limit where none is given.
    public var standardLimit: String {
        switch self {
        case .greeting: "30s"
        case .expectation, .slowReply: "3m"
        case .keyword, .silence: "5m"
        }
    }

    /// The rule as JSON, not yet laid out.
    ///
    /// Its examples are meant to pass; whether they do depends on the words, so they must be run.
    public func rule(_ answers: Answers) -> String {
        let limit = JSONText.object([
            "type": .string("duration"), "title": .string("时限"), "default": .string(answers.limit),
        ])
        return JSONText.object([
            "id": .string(answers.id), "name": .string(answers.name),
            "polarity": .string(self == .greeting || self == .expectation ? "positive" : "negative"),
            "category": .string(answers.category), "severity": .string(answers.severity),
            "unit": self == .greeting || self == .slowReply ? .string("stay") : nil,
            "parameters": takesLimit ? .object(["limit": limit]) : nil,
            "when": when(answers), "examples": examples(answers),
        ]).compact
    }

    // MARK: Conditions

    private static func message(_ members: KeyValuePairs<String, JSONText?>) -> JSONText {
        .object(["message": .object(members)])
    }

    private static let buyer = message(["from": .string("buyer")])

    private func when(_ answers: Answers) -> JSONText {
        let words = JSONText.strings(answers.words)
        let limit = JSONText.object(["time": .string("${limit}")])
        switch self {
        case .keyword: return Self.message(["from": .string("agent"), "keywords": words])
        case .greeting:
            return .object([
                "after": Self.message(["from": .string("buyer"), "position": .string("first")]),
                "expect": Self.message([
                    "from": .string("agent"), "position": .object(["first": .number(2)]), "keywords": words,
                ]),
                "within": limit,
            ])
        case .expectation:
            return .object([
                "after": Self.message(["from": .string("buyer"), "keywords": .strings(answers.after)]),
                "expect": Self.message(["from": .string("agent"), "keywords": words]), "within": limit,
            ])
        case .slowReply:
            return .object([
                "after": Self.buyer, "expect": Self.message(["from": .strings(["agent", "assistant"])]),
                "within": limit,
                "report": .string("missed"),
            ])
        case .silence:
            return .object(["silence": .object(["of": .string("agent"), "min": .string("${limit}")])])
        }
    }

    // MARK: Examples

    /// What agents say all day, and few rules are about.
    private static let plain = ["这款有三种颜色可选", "今天下午发出，请留意物流信息", "尺码表在详情页第二张图", "库存还有十几件", "含运费险的"]

    private static func buyer(_ text: String) -> JSONText { .object(["buyer": .string(text)]) }

    private static func agent(_ text: String, after time: Int64) -> JSONText {
        .object(["agent": .string(text), "after": .string(DurationText.text(max(1, time)))])
    }

    private func examples(_ answers: Answers) -> JSONText {
        let limit = answers.limitMilliseconds
        let (soon, late) = (max(1, min(limit / 2, 5000)), limit + limit / 2 + 1000)
        let said = answers.words.first ?? ""
        let other = answers.words.dropFirst().first ?? said
        let quiet = Self.plain.filter { text in !answers.words.contains { text.lowercased().contains($0.lowercased()) }
        }
        let (first, second) = (quiet.first ?? "", quiet.dropFirst().first ?? quiet.first ?? "")
        let question = answers.after.first ?? "在吗"
        func chat(_ messages: JSONText...) -> JSONText { .array(messages) }
        let hit: [JSONText]
        let clean: [JSONText]
        switch self {
        case .keyword:
            hit = [.string("亲，\(said)"), chat(Self.buyer("在吗"), Self.agent(other, after: 5000))]
            clean = [.string(first), chat(Self.buyer("有货吗"), Self.agent(second, after: 5000))]
        case .greeting, .expectation:
            let asked = answers.after.dropFirst().first ?? question
            hit = [
                chat(Self.buyer(question), Self.agent(said, after: soon)),
                chat(Self.buyer(asked), Self.agent(first, after: soon / 5), Self.agent(other, after: soon / 5)),
            ]
            clean = [
                chat(Self.buyer(question), Self.agent(first, after: soon)),
                chat(Self.buyer(asked), Self.agent(said, after: late)),
            ]
        case .slowReply:
            hit = [
                chat(Self.buyer("在吗"), Self.agent(first, after: late)),
                chat(
                    Self.buyer("有货吗"), Self.agent(first, after: soon), .object(["buyer": .string("怎么退")]),
                    Self.agent(second, after: late)),
            ]
            clean = [
                chat(Self.buyer("在吗"), Self.agent(first, after: soon)),
                chat(Self.buyer("有货吗"), Self.agent(first, after: limit)),
            ]
        case .silence:
            hit = [
                chat(Self.buyer("在吗"), Self.agent(first, after: late)),
                chat(Self.buyer("有货吗"), Self.agent(first, after: limit)),
            ]
            clean = [
                chat(Self.buyer("在吗"), Self.agent(first, after: soon)),
                chat(Self.buyer("有货吗"), Self.agent(first, after: soon), Self.agent(second, after: late)),
            ]
        }
        return .object(["hit": .array(hit), "clean": .array(clean)])
    }
}
