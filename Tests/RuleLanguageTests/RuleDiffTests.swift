import ConversationModel
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import RuleLanguage

@Suite struct RuleDiffTests {
    private func rules(_ texts: String...) -> [Rule] {
        let result = loadRules(files: texts.enumerated().map { source($0.element, path: "\($0.offset).json") })
        #expect(!result.diagnostics.contains { $0.severity == .error }, "\(result.diagnostics)")
        return result.rules
    }

    /// The lines for a change of `when`.
    private func lines(_ old: String, _ new: String, language: Language = .english) -> [String] {
        RuleDiff(from: rules(ruleText(when: old)), to: rules(ruleText(when: new))).text(in: language)
            .split(separator: "\n").map { $0.trimmingPrefix("    ") }.map(String.init)
    }

    @Test("the change of a rule set, in words")
    func golden() {
        let old = rules(
            """
            {"id": "opening", "name": "开始语", "polarity": "positive", "severity": "minor", "score": 3,
             "parameters": {"limit": {"type": "duration", "default": "30s", "min": "5s", "max": "10m"}},
             "when": {"after": {"message": {"from": "buyer", "position": "first"}},
                      "expect": {"message": {"from": "agent", "keywords": ["您好", "在的"], "allow": ["您好像"]}},
                      "within": {"time": "${limit}"}},
             "examples": {"hit": ["甲", "乙"], "clean": ["丙", "丁"]}}
            """,
            #"{"id": "gone", "name": "旧规则", "polarity": "negative", "when": {"message": {"keywords": ["刷单"]}}}"#,
            #"{"id": "same", "name": "不变", "polarity": "negative", "when": {"message": {"keywords": ["好评"]}}}"#)
        let new = rules(
            #"{"id": "same", "name": "不变", "polarity": "negative","when":{"message":{"keywords":["好评"]}}}"#,
            """
            {"id": "opening", "name": "开场白", "polarity": "positive", "severity": "major",
             "parameters": {"limit": {"type": "duration", "default": "45s", "min": "5s", "max": "10m"}},
             "when": {"after": {"message": {"from": "buyer", "position": "first"}},
                      "expect": {"message": {"from": "agent", "position": {"first": 2}, "keywords": ["您好", "欢迎光临"], "allow": ["您好像"]}},
                      "within": {"time": "${limit}"}},
             "examples": {"hit": ["甲", "乙", "戊"], "clean": ["丙", "己"]}}
            """,
            #"{"id": "fresh", "name": "新规则", "polarity": "negative", "severity": "critical", "score": -5, "when": {"message": {"from": "agent", "keywords": ["加微信"]}}}"#
        )
        let diff = RuleDiff(from: old, to: new)
        #expect(diff.summary.chinese == "新增 1 条规则，删除 1 条，修改 1 条，未变 1 条")
        #expect(
            diff.text(in: .chinese) == """
                + fresh (新规则) 负面，致命，-5 分
                    when: {"message":{"from":"agent","keywords":["加微信"]}}
                - gone (旧规则) 负面，一般
                ~ opening (开场白)
                    名称: 开始语 → 开场白
                    严重程度: 一般 → 严重
                    分值: 3 → 无
                    参数 limit: 30s → 45s
                    when.expect.message.position: 无 → {"first":2}
                    when.expect.message.keywords: + 欢迎光临  - 在的
                    when.within.time: 30s → 45s
                    命中示例: 2 → 3（新 1，去 0）
                    未命中示例: 2 → 2（新 1，去 1）

                """)
        #expect(
            JSONText.object(diff.json).compact
                == #"{"added":[{"id":"fresh","name":"新规则","polarity":"negative","category":"custom","severity":"critical","score":-5,"family":null,"unit":"conversation","appliesTo":null,"parameters":{},"when":{"message":{"from":"agent","keywords":["加微信"]}}}],"removed":[{"id":"gone","name":"旧规则","polarity":"negative","category":"custom","severity":"minor","score":null,"family":null,"unit":"conversation","appliesTo":null,"parameters":{},"when":{"message":{"keywords":["刷单"]}}}],"changed":[{"id":"opening","name":"开场白","changes":[{"path":"name","kind":"value","old":"开始语","new":"开场白"},{"path":"severity","kind":"value","old":"minor","new":"major"},{"path":"score","kind":"value","old":3,"new":null},{"path":"parameters.limit.default","kind":"value","old":"30s","new":"45s"},{"path":"when.expect.message.position","kind":"value","old":null,"new":{"first":2}},{"path":"when.expect.message.keywords","kind":"words","added":["欢迎光临"],"removed":["在的"]},{"path":"when.within.time","kind":"value","old":"30s","new":"45s"},{"path":"examples.hit","kind":"examples","old":2,"new":3,"added":1,"removed":0},{"path":"examples.clean","kind":"examples","old":2,"new":2,"added":1,"removed":1}]}],"unchanged":1}"#
        )
        #expect(RuleDiff(from: old, to: old).isEmpty)
        let pretty = Array(JSONText.object(diff.json).pretty().utf8)
        #expect(throws: Never.self) { try JSONReader.read(pretty) }
    }

    @Test("conditions of a list are recognised wherever they moved to")
    func listsOfConditions() {
        let a = #"{"message": {"keywords": ["甲一", "甲二"]}}"#
        let b = #"{"message": {"from": "agent", "regex": "b+"}}"#
        let c = #"{"silence": {"of": "agent", "min": "1m"}}"#
        #expect(
            lines("{\"any\": [\(a), \(b), \(c)]}", "{\"any\": [\(c), \(a.replacing("甲二", with: "甲三"))]}")
                == [
                    "~ test-rule (测试)", #"when.any[2]: {"message":{"from":"agent","regex":"b+"}} → none"#,
                    "when.any[2].message.keywords: + 甲三  - 甲二",
                    "when.any: only the order, or the spelling of something that reads the same",
                ])
        #expect(lines("{\"any\": [\(a), \(b)]}", "{\"any\": [\(b), \(a)]}").count == 2)
        #expect(
            lines(a, "{\"any\": [\(a), \(c)]}")
                == ["~ test-rule (测试)", #"when.any[2]: none → {"silence":{"of":"agent","min":"1m"}}"#])
        #expect(
            lines("{\"all\": [\(b), \(c)]}", b)
                == ["~ test-rule (测试)", #"when.all[2]: {"silence":{"of":"agent","min":"1m"}} → none"#])
        #expect(
            lines(a, c) == [
                "~ test-rule (测试)",
                "when: {\"message\":{\"keywords\":[\"甲一\",\"甲二\"]}} → {\"silence\":{\"of\":\"agent\",\"min\":\"1m\"}}",
            ])
        #expect(
            lines(c, c.replacing("1m", with: "2m")) == ["~ test-rule (测试)", "when.silence.min: 1m → 2m"])
    }

    @Test("exceptions and keys side by side in a message keep their names")
    func messages() {
        let plain = #"{"message": {"from": "agent", "keywords": ["退"], "boundary": "substring"}}"#
        let shielded =
            #"{"message": {"from": "agent", "keywords": ["退"], "boundary": "substring", "unless": [{"keywords": ["退群"]}]}}"#
        #expect(
            lines(plain, shielded)
                == ["~ test-rule (测试)", #"when.message.unless[1]: none → {"keywords":["退群"]}"#])
        let both =
            #"{"message": {"from": "agent", "auto": "any", "keywords": ["退"], "boundary": "substring", "length": {"max": 9}}}"#
        #expect(
            lines(plain, both)
                == [
                    "~ test-rule (测试)", "when.message.auto: no → any",
                    #"when.message: none → {"length":{"max":9}}"#,
                ])
        #expect(
            lines(both, both.replacing("9", with: "12").replacing("退", with: "赔"))
                == ["~ test-rule (测试)", "when.message.keywords: + 赔  - 退", "when.message.length.max: 9 → 12"])
        #expect(
            lines(
                #"{"count": {"of": \#(plain), "atLeast": 2}}"#,
                #"{"count": {"of": \#(plain), "share": {"atLeast": 50}}}"#)
                == [
                    "~ test-rule (测试)", "when.count.atLeast: 2 → none", #"when.count.share: none → {"atLeast":50}"#,
                ])
    }

    @Test("what a terminal would obey is shown, not sent")
    func hostileWords() {
        let text = lines(
            #"{"message": {"keywords": ["甲"], "boundary": "word"}}"#,
            #"{"message": {"keywords": ["甲", "\u001b[31m红\u202e"], "boundary": "word"}}"#)
        #expect(text == ["~ test-rule (测试)", "when.message.keywords: + \\u{1B}[31m红\\u{202E}"])
        #expect(JSONText.string("\u{1B}\u{202E}\"\\\n\u{1F600}").compact == #""\u001b\u202e\"\\\n😀""#)
    }

    @Test("order and spelling are no silent difference")
    func orderAlone() {
        #expect(
            lines(#"{"message": {"keywords": ["甲乙", "丙丁"]}}"#, #"{"message": {"keywords": ["丙丁", "甲乙"]}}"#).count == 2)
        #expect(
            lines(#"{"message": {"equals": "caf\u00e9"}}"#, #"{"message": {"equals": "cafe\u0301"}}"#).count == 2)
    }

    @Test("an exception at another level than what it stands beside reads back")
    func levelsReadBack() throws {
        for (outer, inner) in [("evasion", "folded"), ("exact", "folded"), ("folded", "exact"), ("exact", "exact")] {
            let rule = try #require(
                decode(
                    ruleText(
                        when: """
                            {"message": {"keywords": ["验证码报"], "fold": "\(outer)", "unless": {"any": [
                              {"keywords": ["不要"], "fold": "\(inner)"}, {"regex": "别.{0,3}给", "fold": "exact"}]}}}
                            """)
                ).rule)
            let again = decode(ruleText(when: RuleText.condition(rule.when).compact))
            #expect(again.rule.map { RuleShape($0.when).key } == RuleShape(rule.when).key, "\(outer), \(inner)")
        }
    }

    @Test("every shipped condition reads back from the text that shows it")
    func conditionsReadBack() throws {
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        let shipped = try shippedRules(root)
        #expect(shipped.count > 20)
        for rule in shipped {
            for condition in [rule.when] + (rule.appliesTo.map { [$0] } ?? []) {
                let again = decode(
                    ruleText(when: RuleText.condition(condition).compact, polarity: rule.polarity.rawValue))
                guard let read = again.rule else {
                    Issue.record("\(rule.id): \(again.codes)")
                    continue
                }
                #expect(RuleShape(read.when).key == RuleShape(condition).key, "\(rule.id)")
            }
        }
    }

    @Test("a diff is empty exactly where nothing but places differs")
    func completeness() throws {
        let shipped = try shippedRules(#filePath.components(separatedBy: "/Tests/")[0])
        var generator = SeededGenerator(seed: 21)
        for round in 0..<300 {
            let first = shipped[Int.random(in: 0..<shipped.count, using: &generator)]
            var second = shipped[Int.random(in: 0..<shipped.count, using: &generator)]
            if Bool.random(using: &generator) { second.when = first.when }
            if Bool.random(using: &generator) { second.appliesTo = first.appliesTo }
            second.id = first.id
            let there = RuleDiff(from: [first], to: [second])
            let back = RuleDiff(from: [second], to: [first])
            #expect(there.isEmpty == back.isEmpty, "round \(round)")
            let isSame = RuleShape.key(first) == RuleShape.key(second) && first.examples == second.examples
            #expect(there.isEmpty == isSame, "round \(round)")
            if first.when != second.when, RuleShape(first.when).key != RuleShape(second.when).key {
                #expect(there.changed.first?.changes.contains { $0.path.hasPrefix("when") } ?? false, "round \(round)")
            }
        }
    }

    private func shippedRules(_ root: String) throws -> [Rule] {
        let folder = root + "/Rules"
        var result: [Rule] = []
        for category in try files(in: folder, suffix: "").filter({ !$0.contains(".") }) {
            for name in try files(in: folder + "/" + category, suffix: ".json") {
                let path = "\(folder)/\(category)/\(name)"
                result += RuleFile(SourceFile(path: path, bytes: try bytes(at: path))).rules
            }
        }
        return result
    }
}
