import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Messages that are alike to earlier ones.
struct RepeatsTests {
    private static let start: Int64 = 1_772_416_800_000

    private func rule(_ message: String) throws -> Rule {
        let text = #"{"id": "r", "name": "规则", "polarity": "negative", "when": {"message": \#(message)}}"#
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(text.utf8)))
        #expect(!file.diagnostics.contains { $0.severity == .error }, "\(file.diagnostics.map(\.code))")
        return try #require(file.rules.first)
    }

    private func compiled(_ message: String) throws -> CompiledRules {
        let rules = RuleCompiler.compile(
            [try rule(message)], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        return try #require(rules)
    }

    /// `b` is the buyer, `a` and `z` two agents, `t` the assistant; ten seconds apart.
    private func talk(_ lines: String...) -> [Message] {
        lines.enumerated().map { place, line in
            let speaker: Speaker = line.hasPrefix("b") ? .buyer : line.hasPrefix("t") ? .assistant : .agent
            let agent = line.hasPrefix("a") ? "甲" : line.hasPrefix("z") ? "乙" : nil
            return Message(
                time: Instant(milliseconds: RepeatsTests.start + Int64(place) * 10_000), speaker: speaker,
                agent: agent, text: String(line.dropFirst(2)))
        }
    }

    private func findings(_ message: String, _ messages: [Message]) throws -> [Finding] {
        try Evaluator(compiled(message)).judge(Conversation(id: "c", messages: messages))
    }

    private func anchors(_ repeats: String, _ messages: [Message], from: String = "agent") throws -> [Int?] {
        try findings(#"{"from": "\#(from)", "repeats": \#(repeats)}"#, messages).map(\.anchor)
    }

    @Test func findsTheSecondTimeAndNamesTheFirst() throws {
        let found = try findings(
            #"{"from": "agent", "repeats": {}}"#, talk("a 请您耐心等待", "b 快点", "a 请您耐心等待哦", "a 好的"))
        #expect(found.map(\.anchor) == [2])
        #expect(found.first?.evidence.map(\.message) == [2, 0])
        #expect(found.first?.evidence.map(\.label) == ["match", "earlier"])
    }

    @Test("a message of one character repeats its equals, and nothing else")
    func oneCharacter() throws {
        #expect(try anchors(#"{"similarity": 100}"#, talk("a 在", "a 在", "a 好", "a 在的", "a 在")) == [1, 4])
        #expect(try anchors(#"{"times": 3}"#, talk("b ？", "b ?", "b 1", "b ？"), from: "buyer") == [3])
    }

    @Test func ofSaysWhoseMessagesAreCompared() throws {
        let messages = talk("z 请您耐心等待", "b 请您耐心等待", "t 请您耐心等待", "a 请您耐心等待")
        #expect(try anchors(#"{"of": "self"}"#, messages) == [])
        #expect(try anchors(#"{"of": "side"}"#, messages) == [3])
        #expect(try anchors(#"{"of": "buyer"}"#, messages) == [3])
        #expect(try anchors(#"{"of": "agent"}"#, messages) == [3])
        #expect(try anchors(#"{"of": "side"}"#, messages, from: "buyer") == [])
    }

    @Test func countsTimesWithinTheLookBack() throws {
        let messages = talk("a 请稍等一下", "a 请稍等一下", "a 在查", "a 请稍等一下")
        #expect(try anchors(#"{"times": 3}"#, messages) == [3])
        #expect(try anchors(#"{"times": 3, "lookBack": 2}"#, messages) == [])
        #expect(try anchors(#"{"lookBack": 1}"#, messages) == [1])
    }

    @Test func similarityIsInclusive() throws {
        // 您好|好在|在吗 and 您好|好在|在不: 66 %.
        let messages = talk("a 您好在吗", "a 您好在不")
        #expect(try anchors(#"{"similarity": 66}"#, messages) == [1])
        #expect(try anchors(#"{"similarity": 67}"#, messages) == [])
    }

    @Test func shortAllowedAndTooEarlyMessagesDoNotCount() throws {
        let messages = talk("a 好的呢", "a 好的呢", "a 好的呢")
        #expect(try anchors(#"{"minLength": 3}"#, messages) == [1, 2])
        #expect(try anchors(#"{"minLength": 4}"#, messages) == [])
        #expect(try anchors(#"{"allow": ["好的呢。"]}"#, messages) == [])
        #expect(try anchors(#"{"minGap": "10s"}"#, messages) == [1, 2])
        #expect(try anchors(#"{"minGap": "11s"}"#, messages) == [2])
    }

    @Test func isTakenAfterTheTextTests() throws {
        let message = #"{"from": "agent", "keywords": ["退款"], "repeats": {"similarity": 40}}"#
        let found = try findings(message, talk("a 正在为您处理", "a 正在为您退款", "a 正在为您处理"))
        #expect(found.map(\.anchor) == [1])
        #expect(found.first?.evidence.first?.spans == [Span(12, 18)])
    }

    @Test func comparesTheBeginningOfLongMessages() throws {
        let same = String(repeating: "甲乙丙丁", count: 128)
        let messages = talk("a \(same)一二三四五六七八九十", "a \(same)", "a \(same)子丑寅卯")
        #expect(try anchors(#"{"similarity": 100}"#, messages) == [1, 2])
    }

    @Test func withoutTimesAGapIsUnknown() throws {
        let messages = [Message(speaker: .agent, text: "请稍等一下"), Message(speaker: .agent, text: "请稍等一下")]
        #expect(try anchors("{}", messages) == [1])
        let evaluator = try Evaluator(compiled(#"{"from": "agent", "repeats": {"minGap": "3s"}}"#))
        #expect(evaluator.judge(Conversation(id: "c", messages: messages)).isEmpty)
        #expect(evaluator.judgement.ruleUnits.map(\.outcome.name) == ["notEvaluated"])
    }

    @Test func endsWithALimitInsteadOfHanging() throws {
        // Of 60,000 messages each is compared with 200 unlike ones of its own length.
        var messages: [Message] = []
        for number in 0..<60_000 {
            let digits = String(number * 7919 % 1_000_003, radix: 5)
            messages.append(
                Message(
                    time: Instant(milliseconds: RepeatsTests.start + Int64(number)), speaker: .agent, agent: "甲",
                    text: digits))
        }
        let evaluator = try Evaluator(compiled(#"{"from": "agent", "repeats": {"lookBack": 200, "similarity": 100}}"#))
        _ = evaluator.judge(Conversation(id: "c", messages: messages))
        #expect(evaluator.judgement.ruleUnits.first?.reasons.contains(.limit) == true)
    }

    @Test func aSessionReportsItOnArrival() throws {
        let session = Session(
            SessionOrigin(id: "c", shop: "s", buyer: "b"),
            reader: try SessionReader(compiled(#"{"from": "agent", "repeats": {"of": "side"}}"#)))
        let messages = talk("t 请您耐心等待", "a 请您耐心等待")
        #expect(session.observe(messages[0]).isEmpty)
        let found = session.observe(messages[1]).compactMap { event -> Int? in
            if case .assert(let finding) = event { finding.anchor } else { nil }
        }
        #expect(found == [1])
    }

    private func reason(_ message: String, _ messages: [Message]) throws -> String {
        let evaluator = try Evaluator(compiled(message))
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(Conversation(id: "c", messages: messages), bytes: bytes)
        evaluator.scan()
        let rule = try rule(message)
        return try withExtendedLifetime(bytes) { try #require(evaluator.explain(rule, of: row).first).reason }.english
    }

    @Test func explainsWhatWasMostAlike() throws {
        let reason = try reason(
            #"{"from": "agent", "repeats": {"similarity": 90}}"#, talk("a 您好在吗", "b 在", "a 您好在不"))
        #expect(reason.contains("most alike are #2 and #0, 66 %"))
    }

    @Test("a message said too few times says how often it was, and what was not alike enough")
    func explainsHowManyCounted() throws {
        let message = #"{"from": "agent", "repeats": {"similarity": 80, "times": 3}}"#
        let reason = try reason(message, talk("a 请您稍微等待", "a 请您耐心等待", "b 好", "a 请您耐心等待"))
        let expected = "with #3 it is said 2 times, and 3 are asked for; not alike enough is #0, 40 %"
        #expect(reason.contains(expected), "\(reason)")
    }
}
