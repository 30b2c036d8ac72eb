import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Messages before, after and around an anchor, case by case.
struct ScopeTests {
    private static let start: Int64 = 1_772_416_800_000

    private func message(_ speaker: Speaker, _ text: String, _ second: Int64?, _ agent: String = "甲") -> Message {
        Message(
            time: second.map { Instant(milliseconds: ScopeTests.start + $0 * 1000) }, speaker: speaker,
            agent: speaker == .agent ? agent : nil, text: text)
    }

    /// A conversation of `speaker text` words, a second apart: `b` is the buyer, `a` the agent.
    private func talk(_ lines: String..., gap: Int64 = 1) -> [Message] {
        lines.enumerated().map { place, line in
            message(line.hasPrefix("b") ? .buyer : .agent, String(line.dropFirst(2)), Int64(place) * gap)
        }
    }

    private func compiled(_ scope: String, unit: String = "conversation") throws -> (Rule, CompiledRules) {
        let head = #""id": "r", "name": "规则", "polarity": "negative", "unit": "\#(unit)""#
        let text = #"{\#(head), "when": {"scope": \#(scope)}}"#
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(text.utf8)))
        #expect(!file.diagnostics.contains { $0.severity == .error }, "\(file.diagnostics.map(\.code))")
        let rule = try #require(file.rules.first)
        let compiled = RuleCompiler.compile(
            [rule], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        return (rule, try #require(compiled))
    }

    private func findings(_ scope: String, _ messages: [Message]) throws -> [Finding] {
        try Evaluator(compiled(scope).1).judge(Conversation(id: "c", messages: messages))
    }

    private func anchors(_ scope: String, _ messages: [Message]) throws -> [Int?] {
        try findings(scope, messages).map(\.anchor)
    }

    private static let refund = #"{"message": {"from": "buyer", "keywords": ["退款"]}}"#
    private static let agent = #"{"message": {"from": "agent"}}"#

    private func scope(_ direction: String, _ more: String = "", find: String = ScopeTests.agent) -> String {
        #"{"\#(direction)": \#(ScopeTests.refund), \#(more)"find": \#(find)}"#
    }

    @Test func looksOnTheSideThatIsAskedFor() throws {
        let messages = talk("a 您好", "b 我要退款", "a 好的", "a 已退")
        #expect(try anchors(scope("after"), messages) == [2, 3])
        #expect(try anchors(scope("before"), messages) == [0])
        #expect(try anchors(scope("around"), messages) == [0, 2, 3])
    }

    @Test func noAnchorIsFalse() throws {
        #expect(try anchors(scope("around"), talk("a 您好", "b 在吗", "a 在")) == [])
    }

    @Test func anAnchorIsNotInItsOwnWindowButMayBeInAnothers() throws {
        let find = #"{"message": {"from": "buyer"}}"#
        let messages = talk("b 退款", "b 快退款", "a 好")
        #expect(try anchors(scope("after", find: find), messages) == [1])
        #expect(try anchors(scope("before", find: find), messages) == [0])
        #expect(try anchors(scope("around", find: find), messages) == [0, 1])
        #expect(try anchors(scope("after", #""which": "first", "#, find: find), messages) == [1])
        #expect(try anchors(scope("after", #""which": "last", "#, find: find), messages) == [])
    }

    @Test func whichChoosesTheAnchor() throws {
        let messages = talk("b 退款", "a 一", "b 退款", "a 二", "b 退款", "a 三")
        let near = #""within": {"messages": 1}, "#
        #expect(try anchors(scope("after", near), messages) == [1, 3, 5])
        #expect(try anchors(scope("after", near + #""which": "first", "#), messages) == [1])
        #expect(try anchors(scope("after", near + #""which": {"nth": 2}, "#), messages) == [3])
        #expect(try anchors(scope("after", near + #""which": {"nth": 4}, "#), messages) == [])
        #expect(try anchors(scope("after", near + #""which": "last", "#), messages) == [5])
    }

    @Test func countsMessagesOfWhatIsLookedFor() throws {
        // The buyer's messages between do not count; those without the keyword do.
        let find = #"{"message": {"from": "agent", "keywords": ["链接"]}}"#
        let messages = talk("b 退款", "b 快点", "a 稍等", "b 嗯", "a 链接", "a 链接")
        #expect(try anchors(scope("after", #""within": {"messages": 1}, "#, find: find), messages) == [])
        #expect(try anchors(scope("after", #""within": {"messages": 2}, "#, find: find), messages) == [4])
        let before = talk("a 链接", "a 稍等", "b 嗯", "b 退款")
        #expect(try anchors(scope("before", #""within": {"messages": 1}, "#, find: find), before) == [])
        #expect(try anchors(scope("before", #""within": {"messages": 2}, "#, find: find), before) == [0])
    }

    @Test func timeIsInclusive() throws {
        let messages = [
            message(.agent, "早", 0), message(.agent, "一", 10), message(.buyer, "退款", 40),
            message(.agent, "二", 70), message(.agent, "三", 71),
        ]
        let within = #""within": {"time": "30s"}, "#
        #expect(try anchors(scope("around", within), messages) == [1, 3])
        #expect(try anchors(scope("around", #""within": {"time": "0s"}, "#), messages) == [])
    }

    @Test func timeAndMessagesBothHold() throws {
        let within = #""within": {"time": "5s", "messages": 2}, "#
        #expect(try anchors(scope("after", within), talk("b 退款", "a 一", "a 二", "a 三")) == [1, 2])
        #expect(try anchors(scope("after", within), talk("b 退款", "a 一", "a 二", "a 三", gap: 4)) == [1])
    }

    @Test func withoutTimesAWindowInTimeIsUnknown() throws {
        let messages = [message(.buyer, "退款", nil), message(.agent, "好", nil)]
        let timed = try compiled(scope("after", #""within": {"time": "5s"}, "#))
        let (outcomes, findings) = try judged(timed.1, messages)
        #expect(outcomes.map(\.name) == ["notEvaluated"])
        #expect(findings.isEmpty)
        #expect(try anchors(scope("after", #""within": {"messages": 1}, "#), messages) == [1])
    }

    private func judged(_ rules: CompiledRules, _ messages: [Message]) throws -> ([Outcome], [Finding]) {
        let evaluator = try Evaluator(rules)
        let findings = evaluator.judge(Conversation(id: "c", messages: messages))
        return (evaluator.judgement.ruleUnits.map(\.outcome), findings)
    }

    @Test func evidenceNamesTheNearestAnchorAndTheGap() throws {
        let messages = [
            message(.buyer, "退款", 0), message(.buyer, "我要退款", 10), message(.agent, "加微信", 15),
        ]
        let find = #"{"message": {"from": "agent", "keywords": ["微信"]}}"#
        let finding = try #require(try findings(scope("after", find: find), messages).first)
        #expect(finding.owner == .agent("甲"))
        #expect(finding.gap == 5_000)
        #expect(finding.evidence.map(\.message) == [2, 1])
        #expect(finding.evidence.map(\.label) == ["match", "context"])
        #expect(finding.evidence.map(\.spans) == [[Span(3, 9)], [Span(6, 12)]])
    }

    @Test func aDutyThatWasMissedMayBeTheAnchor() throws {
        let late = #"""
            {"after": {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
             "within": {"time": "60s"}, "report": "missed"},
             "find": {"message": {"from": "agent", "keywords": ["抱歉"]}}}
            """#
        let messages = [message(.buyer, "在吗", 0), message(.agent, "抱歉久等", 90)]
        #expect(try anchors(late, messages) == [1])
        #expect(try anchors(late, [message(.buyer, "在吗", 0), message(.agent, "抱歉", 9)]) == [])
    }

    @Test func findMayBeAScopeItself() throws {
        let thanks = #"{"message": {"keywords": ["谢谢"]}}"#
        let between = scope("after", find: #"{"scope": {"before": \#(thanks), "find": \#(ScopeTests.agent)}}"#)
        #expect(try anchors(between, talk("a 零", "b 退款", "a 一", "b 谢谢", "a 二")) == [2])
    }

    // MARK: Live

    private func session(_ scope: String) throws -> Session {
        try Session(SessionOrigin(id: "c", shop: "s", buyer: "b"), reader: SessionReader(compiled(scope).1))
    }

    private func asserted(_ events: [SessionEvent]) -> [Int?] {
        events.compactMap { if case .assert(let finding) = $0 { finding.anchor } else { nil } }
    }

    @Test("after: a message is reported when it arrives, before: when the anchor does")
    func isTimely() throws {
        let after = try session(scope("after"))
        #expect(asserted(after.observe(message(.buyer, "退款", 0))) == [])
        #expect(asserted(after.observe(message(.agent, "一", 1))) == [1])
        let before = try session(scope("before"))
        #expect(asserted(before.observe(message(.agent, "一", 0))) == [])
        #expect(asserted(before.observe(message(.agent, "二", 1))) == [])
        #expect(asserted(before.observe(message(.buyer, "退款", 2))) == [0, 1])
        #expect(asserted(before.observe(message(.buyer, "退款", 3))) == [])
    }

    @Test("last: only the end says which anchor is the last")
    func lastIsDecidedAtTheEnd() throws {
        let last = try session(scope("after", #""which": "last", "#))
        _ = last.observe(message(.buyer, "退款", 0))
        #expect(asserted(last.observe(message(.agent, "一", 1))) == [])
        let end = Instant(milliseconds: ScopeTests.start + 9_000)
        #expect(asserted(last.close(at: end, explicitly: true)) == [1])
    }

    @Test("an anchor that becomes known at a deadline reports what came since")
    func lateAnchor() throws {
        let late = try session(
            #"""
            {"after": {"silence": {"of": "agent", "min": "60s"}}, "find": {"message": {"from": "buyer", "keywords": ["人呢"]}}}
            """#)
        _ = late.observe(message(.buyer, "在吗", 0))
        #expect(asserted(late.observe(message(.buyer, "人呢", 20))) == [])
        #expect(asserted(late.advance(to: Instant(milliseconds: ScopeTests.start + 60_001))) == [1])
        #expect(asserted(late.observe(message(.buyer, "人呢", 70))) == [2])
    }

    // MARK: Explanation

    private func reason(_ scope: String, _ messages: [Message]) throws -> Phrase {
        let (rule, rules) = try compiled(scope)
        let evaluator = try Evaluator(rules)
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(Conversation(id: "c", messages: messages), bytes: bytes)
        evaluator.scan()
        return try withExtendedLifetime(bytes) { try #require(evaluator.explain(rule, of: row).first).reason }
    }

    @Test func explainsWhatWasNear() throws {
        let within = #""within": {"time": "5s"}, "#
        let far = try reason(scope("after", within), talk("b 退款", "a 好", gap: 9))
        #expect(far.english.contains("#1 lies outside the window of #0, 9 s away"))
        let none = try reason(scope("after", within), talk("a 好", "b 退款"))
        #expect(none.chinese.contains("#1 之后没有找到"))
        let noAnchor = try reason(scope("after"), talk("a 好", "b 在吗"))
        #expect(noAnchor.chinese.contains("退款"))
    }
}
