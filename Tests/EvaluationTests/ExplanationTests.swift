import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Explanations are the evaluator's own values, in words.
struct ExplanationTests {
    private func message(_ speaker: Speaker, _ text: String, at second: Int64) -> Message {
        Message(
            time: Instant(milliseconds: 1_772_416_800_000 + second * 1000), speaker: speaker,
            agent: speaker == .agent ? "客服A" : nil, text: text)
    }

    private func rules(_ json: String) throws -> [Rule] {
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(json.utf8)))
        #expect(!file.diagnostics.contains { $0.severity == .error })
        return file.rules
    }

    private func explain(_ json: String, _ messages: [Message]) throws -> Explanation {
        let rules = try rules(json)
        let compiled = try #require(
            RuleCompiler.compile(
                rules, digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
            ).rules)
        let evaluator = try Evaluator(compiled)
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(Conversation(id: "c", messages: messages), bytes: bytes)
        evaluator.scan()
        return try withExtendedLifetime(bytes) {
            try #require(evaluator.explain(rules[0], of: row).first)
        }
    }

    private func rule(_ when: String, polarity: String = "negative") -> String {
        #"{"id": "r", "name": "规则", "polarity": "\#(polarity)", "when": \#(when)}"#
    }

    @Test func aHitNamesItsSpansInTheOriginal() throws {
        let result = try explain(
            rule(#"{"message": {"from": "agent", "keywords": ["微信"]}}"#),
            [message(.buyer, "在吗", at: 0), message(.agent, "加微\u{200B}信吧", at: 5)])
        #expect(result.outcome == .hit)
        #expect(result.firstFailure == nil)
        #expect(result.condition.truth == .isTrue)
        #expect(result.condition.matches.map(\.message) == [1])
        #expect(result.condition.matches.first?.spans == [Span(3, 12)])
        #expect(result.findings.count == 1)
    }

    @Test func aShieldedKeywordNamesItsShield() throws {
        let result = try explain(
            rule(#"{"message": {"from": "agent", "keywords": ["微信"], "allow": ["微信支付"]}}"#),
            [message(.agent, "用微信支付", at: 0)])
        #expect(result.outcome == .clean)
        #expect(result.reason.chinese.contains("放行短语 “微信支付”"))
    }

    @Test func aKeywordInsideAWordIsSaidToBe() throws {
        let result = try explain(
            rule(#"{"message": {"from": "agent", "keywords": ["qq"]}}"#),
            [message(.agent, "qqq", at: 0)])
        #expect(result.reason.english.contains("'qq' is not at word boundaries"))
    }

    @Test func aVetoedRegexNamesItsVeto() throws {
        let result = try explain(
            rule(#"{"message": {"from": "agent", "regex": "加.{0,3}微信", "except": "不能"}}"#),
            [message(.agent, "不能加微信", at: 0)])
        #expect(result.reason.english.contains("'不能' of 'except' vetoes it"))
    }

    @Test func aLateAnswerSaysByHowMuch() throws {
        let result = try explain(
            rule(
                #"{"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}}, "within": {"time": "30s"}}"#,
                polarity: "positive"),
            [message(.buyer, "在吗", at: 0), message(.agent, "在", at: 45)])
        #expect(result.outcome == .clean)
        #expect(result.reason.english.contains("#1 comes 15 s too late"))
        #expect(result.condition.children.map(\.truth) == [.isTrue, .isTrue])
    }

    @Test func alternativesAreNamedOrCountedAndNeverJustDots() throws {
        func label(_ text: String) throws -> (String, String) {
            let result = try explain(
                rule(#"{"message": {"from": "agent", "any": [\#(text)]}}"#), [message(.agent, "好的", at: 0)])
            return (result.condition.label.english, result.condition.label.chinese)
        }
        let (leaf, nested) = (#"{"keywords": ["微信"]}"#, #"{"not": {"keywords": ["好的"]}}"#)
        let one = try label("\(leaf), \(nested), \(nested)")
        #expect(one.0.hasSuffix("any of: any keyword of (微信); and 2 more"), "\(one.0)")
        #expect(one.1.hasSuffix("任一满足：关键词任一(微信)；及另外 2 个"), "\(one.1)")
        let three = try label(#"\#(nested), \#(leaf), {"regex": "加.信"}, {"equals": ["嗯"]}"#)
        #expect(three.0.hasSuffix("any of: any keyword of (微信); regex 加.信; and 2 more"), "\(three.0)")
        #expect(try label("\(nested), \(nested)").0.hasSuffix("any of 2 text conditions"))
        #expect(try label("\(leaf), \(leaf)").0.hasSuffix("any of: any keyword of (微信); any keyword of (微信)"))
    }

    @Test func aCountSaysHowManyThereWere() throws {
        let result = try explain(
            rule(
                #"{"count": {"of": {"message": {"from": "agent", "keywords": ["稍等"]}}, "atLeast": 2}}"#),
            [message(.agent, "稍等", at: 0), message(.agent, "来了", at: 3)])
        #expect(result.reason.english.contains("1 of 2 found"))
    }

    @Test func theFirstFailingPartOfAnAllIsBlamed() throws {
        let result = try explain(
            rule(
                #"{"all": [{"message": {"from": "buyer", "keywords": ["退款"]}}, {"message": {"from": "agent", "keywords": ["不行"]}}]}"#
            ),
            [message(.buyer, "退款", at: 0), message(.agent, "好的", at: 3)])
        #expect(result.condition.blamedChild == 1)
        #expect(result.reason.chinese.contains("不行"))
    }

    @Test func anExceptionThatHeldIsBlamed() throws {
        let result = try explain(
            rule(
                #"{"message": {"from": "agent", "keywords": ["微信"], "unless": [{"keywords": ["谨防"]}]}}"#),
            [message(.agent, "谨防加微信", at: 0)])
        #expect(result.reason.english.contains("the exception holds: any keyword of (谨防) at #0"), "\(result.reason)")
        let outside = try explain(
            rule(
                #"{"all": [{"message": {"from": "agent", "keywords": ["微信"]}}], "unless": [{"message": {"from": "buyer", "keywords": ["谢谢"]}}]}"#
            ),
            [message(.agent, "加微信", at: 0), message(.buyer, "谢谢", at: 3)])
        #expect(outside.reason.english.contains("the exception holds"), "\(outside.reason)")
        #expect(outside.reason.english.hasSuffix("at #1)"), "\(outside.reason)")
    }

    @Test("what decides is blamed: what is false where the whole is false, what is unknown where it is unknown")
    func blamesWhatDecides() throws {
        let fact = #"{"fact": {"name": "order.state", "is": "paid"}}"#
        let keyword = #"{"message": {"from": "agent", "keywords": ["滚"]}}"#
        let talk = [message(.buyer, "在吗", at: 0), message(.agent, "在", at: 3)]
        let all = try explain(rule(#"{"all": [\#(fact), \#(keyword)]}"#), talk)
        #expect(all.outcome == .clean && all.condition.blamedChild == 1)
        let any = try explain(rule(#"{"any": [\#(keyword), \#(fact)]}"#), talk)
        #expect(any.outcome == .notEvaluated && any.condition.blamedChild == 1)
        let untimed = try explain(
            rule(
                #"{"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}}, "report": "missed", "within": {"time": "3m"}}"#
            ),
            [Message(speaker: .buyer, text: "在吗")])
        #expect(untimed.outcome == .notEvaluated)
        #expect(!untimed.reason.english.contains("no trigger") && untimed.reason.english.contains("no-times"))
    }

    @Test("a duty that was missed by the number of messages is not explained by times")
    func missedByMessages() throws {
        let duty = #"""
            {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent", "keywords": ["抱歉"]}},
             "report": "missed", "within": {"messages": 2, "time": "10m"}}
            """#
        let talk = [
            message(.buyer, "坏了", at: 0), message(.agent, "嗯", at: 10), message(.agent, "啊", at: 30),
            message(.agent, "抱歉", at: 40),
        ]
        let result = try explain(rule(duty), talk)
        #expect(result.outcome == .hit)
        #expect(result.findings.map(\.gap) == [nil])
        let text = result.text(in: .english)
        #expect(text.contains("#0 has no answer within 2 messages"), "\(text)")
        #expect(text.contains("the answer #3 comes after too many messages") && !text.contains("too late"), "\(text)")
        let scope = #"""
            {"scope": {"after": {"message": {"from": "buyer"}}, "within": {"messages": 1},
             "find": {"message": {"from": "agent", "keywords": ["抱歉"]}}}}
            """#
        #expect(try explain(rule(scope), talk).reason.english.contains("#3 lies outside the window of #0)"))
    }

    @Test("what is alike and does not count says why")
    func alikeAndNotCounted() throws {
        let talk = [message(.agent, "好的", at: 0), message(.agent, "好的", at: 9)]
        let short = try explain(rule(#"{"message": {"from": "agent", "repeats": {"minLength": 6}}}"#), talk)
        #expect(short.reason.english.contains("is too short, or may be repeated"), "\(short.reason)")
        let soon = try explain(rule(#"{"message": {"from": "agent", "repeats": {"minGap": "1m"}}}"#), talk)
        #expect(soon.reason.english.contains("comes too soon after it"), "\(soon.reason)")
    }

    @Test("of many messages that fail the rest is counted")
    func manyFail() throws {
        let talk = (0..<8).map { message(.agent, "好\($0)", at: Int64($0)) }
        let result = try explain(
            rule(#"{"count": {"of": {"message": {"from": "agent", "keywords": ["您"]}}, "every": true}}"#), talk)
        #expect(result.reason.english.contains("not in #0, #1, #2, #3, #4 and 3 more"), "\(result.reason)")
    }

    @Test func missingTimesAreUnknownNotFalse() throws {
        let result = try explain(
            rule(#"{"silence": {"of": "agent", "min": "3m"}}"#),
            [Message(speaker: .buyer, text: "在吗")])
        #expect(result.outcome == .notEvaluated)
        #expect(result.condition.truth == .isUnknown)
        #expect(result.reason.english.contains("no-times"))
    }

    @Test func textAndJSONEscapeWhatIsHostile() throws {
        let result = try explain(
            rule(#"{"message": {"from": "agent", "regex": "加.+信"}}"#),
            [message(.agent, "加\u{1B}[31m\"微信", at: 0)])
        #expect(!result.text(in: .chinese).contains("\u{1B}"))
        #expect(result.text(in: .english, usesColor: true).contains("\u{1B}[32m✓"))
        var reader = JSONReader(Array(result.json.utf8))
        guard case .object(let members) = try reader.document().content else {
            Issue.record("not an object")
            return
        }
        #expect(members.map(\.key).prefix(3) == ["rule", "name", "conversation"])
    }

    @Test("the outcome explained is the outcome of the batch path", arguments: 1...60)
    func explainedOutcomesAreTheBatchOutcomes(seed: UInt64) throws {
        let random = RandomCase(seed: seed, features: .standard)
        guard
            let compiled = RuleCompiler.compile(
                random.rules, digest: "", policy: random.policy, table: Comparison.table,
                cache: DiskCache(directory: nil)
            ).rules, let batch = Comparison.batch(random)
        else { return }
        let evaluator = try Evaluator(compiled)
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(random.conversation, groups: random.groups, bytes: bytes)
        evaluator.scan()
        try withExtendedLifetime(bytes) {
            for rule in random.rules {
                let explained = evaluator.explain(rule, of: row)
                let expected = batch.filter { $0.rule == rule.id }
                #expect(explained.count == expected.count, "seed \(seed), \(rule.id)")
                for (explanation, outcome) in zip(explained, expected) {
                    #expect(
                        name(explanation.outcome) == name(outcome.verdict),
                        "seed \(seed), \(rule.id)")
                    #expect(
                        (explanation.outcome == .hit) == (explanation.firstFailure == nil),
                        "seed \(seed), \(rule.id)")
                    #expect(explanation.findings.count == outcome.findings.count)
                    _ = try #require(explanation.json.utf8.last)
                }
            }
        }
    }

    private func name(_ outcome: Outcome) -> String { outcome.name }

    private func name(_ verdict: OracleVerdict) -> String {
        switch verdict {
        case .hit: "hit"
        case .clean: "clean"
        case .notApplicable: "notApplicable"
        case .notEvaluated: "notEvaluated"
        }
    }
}
