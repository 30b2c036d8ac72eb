import ConversationModel
import Diagnostics
import Evaluation
import Patterns
import RuleLanguage
import Testing

/// Examples beside their rules, and rules made of lists.
struct ExampleRunnerTests {
    private func run(_ json: String, variants: Bool = true) throws -> ExampleReport {
        let file = RuleFile(SourceFile(path: "rule.json", bytes: Array(json.utf8)))
        let compiled = try #require(
            RuleCompiler.compile(
                file.rules, digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
            ).rules)
        return try ExampleRunner(file.rules, compiled: compiled).run(variants: variants)
    }

    private func rule(_ examples: String, more: String = "") -> String {
        #"""
        {"id": "r", "name": "规则", "polarity": "negative", \#(more)
         "when": {"message": {"from": "agent", "keywords": ["VX转账", "发微信"]}}, "examples": \#(examples)}
        """#
    }

    @Test func passesInAllFourVariants() throws {
        let report = try run(
            rule(#"{"hit": ["⟦VX转账⟧吧", "请⟦发微信⟧"], "clean": ["转账", "微信"]}"#))
        #expect(report.diagnostics.isEmpty)
        #expect(report.rules == 1)
        #expect(report.examples == 4)
        #expect(report.variants == 16)
    }

    @Test func leavesOutWhatIsAsked() throws {
        let text = rule(
            #"{"hit": ["VX转账", "发微信"], "clean": ["转账", "微信"]}"#,
            more: #""withoutVariants": ["emoji", "traditional"],"#)
        #expect(try run(text).variants == 8)
        #expect(try run(text, variants: false).variants == 0)
    }

    @Test func saysEachFailureOnceAtItsPlace() throws {
        let text = rule(#"{"hit": ["转账", "⟦微信⟧发微信"], "clean": ["发微信", "好"]}"#)
        let report = try run(text)
        #expect(
            report.diagnostics.map(\.code) == ["example-missed", "example-spans", "example-hit"])
        let starts = report.diagnostics.compactMap(\.place.range?.start)
        #expect(starts == starts.sorted())
        #expect(starts.count == 3)
    }

    private func duty(_ report: String, hit: String, clean: String) -> String {
        #"""
        {"id": "r", "name": "规则", "polarity": "negative", "when": {"after": {"message": {"from": "buyer"}},
         "expect": {"message": {"from": "agent"}}, "within": {"time": "3m"}\#(report)},
         "examples": {"hit": \#(hit), "clean": \#(clean)}}
        """#
    }

    @Test("a negative duty that reports those who answered is asked whether it meant to")
    func asksForReport() throws {
        let late = #"[[{"buyer": "在吗"}, {"agent": "在", "after": "5m"}]]"#
        let quick = #"[[{"buyer": "在吗"}, {"agent": "在", "after": "5s"}]]"#
        let failed = try run(duty("", hit: late, clean: quick)).diagnostics
        #expect(failed.map(\.code) == ["example-missed", "example-hit"])
        #expect(failed.allSatisfy { $0.help?.chinese.contains(#""report": "missed""#) == true }, "\(failed)")
        // The answer has no spans: it is named by its number.
        #expect(failed.last?.message.chinese == "“clean” 的示例命中了：#1 “在”")
        #expect(try run(duty(#", "report": "missed""#, hit: late, clean: quick)).diagnostics == [])
        let other = try run(duty(#", "report": "missed""#, hit: quick, clean: late)).diagnostics
        #expect(other.allSatisfy { $0.help?.chinese.contains("report") == false })
        #expect(other.last?.message.chinese == "“clean” 的示例命中了：#0 “在吗”")
    }

    @Test("a clean example that appliesTo leaves out is warned of, once, and passes")
    func cleanButNotJudged() throws {
        let more = #""appliesTo": {"message": {"from": "buyer", "keywords": ["投诉"]}},"#
        let examples = { (clean: String) in
            #"{"hit": [[{"buyer": "投诉"}, {"agent": "发微信"}]], "clean": [\#(clean)]}"#
        }
        let judged = #"[{"buyer": "投诉"}, {"agent": "好"}]"#
        let left = #"[{"buyer": "在吗"}, {"agent": "在"}]"#
        let report = try run(rule(examples(judged + "," + left), more: more))
        #expect(report.diagnostics == [])
        #expect(report.warnings.map(\.code) == ["example-not-applicable"])
        #expect(report.warnings.allSatisfy { $0.severity == .warning })
        #expect(try run(rule(examples(judged), more: more)).warnings == [])
        // Without appliesTo nothing is said, though nobody speaks for the shop.
        #expect(try run(rule(#"{"hit": ["发微信"], "clean": [[{"buyer": "在吗"}]]}"#)).warnings == [])
    }

    @Test("a hit example that the rule does not apply to is told so")
    func hitButNotApplicable() throws {
        let more = #""appliesTo": {"message": {"from": "buyer", "keywords": ["投诉"]}},"#
        let examples = #"{"hit": ["发微信", [{"buyer": "投诉"}, {"agent": "好"}]], "clean": []}"#
        let found = try run(rule(examples, more: more)).diagnostics
        #expect(found.map(\.code) == ["example-missed", "example-missed"])
        #expect(found.map { $0.message.english.contains("does not apply to it, 'appliesTo'") } == [true, false])
        #expect(found.map { $0.help?.english.contains("notApplicable") } == [true, false])
    }

    @Test("a clean example that meets appliesTo and has no trigger is not sent to appliesTo")
    func cleanWithoutATrigger() throws {
        let report = try run(
            #"""
            {"id": "r", "name": "规则", "polarity": "negative", "appliesTo": {"message": {"from": "agent"}},
             "when": {"after": {"message": {"from": "buyer", "keywords": ["投诉"]}}, "report": "missed",
              "expect": {"message": {"from": "agent"}}, "within": {"time": "3m"}},
             "examples": {"hit": [[{"buyer": "投诉"}, {"agent": "在", "after": "5m"}]],
              "clean": [[{"buyer": "在吗"}, {"agent": "在"}]]}}
            """#)
        #expect(report.diagnostics == [])
        #expect(report.warnings.map(\.code) == ["example-not-applicable"])
        #expect(report.warnings.first?.message.english.hasSuffix("any keyword of (投诉) (1 message looked at)") == true)
        #expect(report.warnings.first?.help?.english.contains("appliesTo") == false)
    }

    @Test("an example that fails for want of a time policy is told which option gives it")
    func namesTheOption() throws {
        let rule = { (when: String, examples: String) in
            #"{"id": "r", "name": "规则", "polarity": "negative", "when": \#(when), "examples": \#(examples)}"#
        }
        let hours = #"{"message": {"from": "agent", "keywords": ["发货"], "sent": {"hours": "outside"}}}"#
        let closed = try run(rule(hours, #"{"hit": ["发货"], "clean": ["好"]}"#)).diagnostics
        #expect(closed.map(\.code) == ["example-missed"])
        #expect(closed.first?.help?.english.contains("--policy") == true)
        let promise =
            #"{"after": {"message": {"from": "agent", "regex": "回复您"}}, "expect": {"message": {"from": "agent", "keywords": ["查到"]}}, "#
            + #""within": {"time": "promised"}, "report": "missed"}"#
        let hit = #"{"hit": [[{"agent": "2小时内回复您"}, {"buyer": "好的"}]], "clean": ["好"]}"#
        let silent = try run(rule(promise, hit)).diagnostics
        #expect(silent.map(\.code) == ["example-missed"])
        #expect(silent.first?.help?.english.contains("--close-after") == true)
        // Met, so that nothing is void.
        let met = #"{"hit": [[{"agent": "2小时内回复您"}, {"agent": "查到了"}]], "clean": ["好"]}"#
        #expect(try run(rule(promise, met)).diagnostics.first?.help?.english.contains("--close-after") == false)
    }

    @Test func aThousandExamplesAreQuick() throws {
        let hits = (0..<100).map { #""第\#($0)次发微信""# }.joined(separator: ",")
        let clean = (0..<100).map { #""第\#($0)次""# }.joined(separator: ",")
        let report = try run(rule(#"{"hit": [\#(hits)], "clean": [\#(clean)]}"#))
        #expect(report.diagnostics.isEmpty)
        #expect(report.examples + report.variants == 1000)
    }

    // MARK: Lists

    private func list(
        _ text: String, _ kind: ListedRules.Kind, _ fold: FoldLevel = .exact
    ) -> ListedRules {
        ListedRules(
            SourceFile(path: "list.txt", bytes: Array(text.utf8)), kind: kind, fold: fold,
            table: Comparison.table)
    }

    private func rules(_ list: ListedRules) -> RuleFile {
        RuleFile(SourceFile(path: "list.ndjson", bytes: Array(list.text.utf8)))
    }

    @Test func aListOfKeywordsBecomesRules() throws {
        let made = list("加微信\r\n\n# 注释\n  \n\"引号\\\"\u{2028}x\n最后", .keyword, .folded)
        #expect(made.count == 3)
        #expect(made.diagnostics.isEmpty)
        #expect(made.text.split(separator: "\n").count == 3)
        let file = rules(made)
        #expect(file.diagnostics.isEmpty)
        #expect(file.rules.map(\.id.value) == ["keyword-00001", "keyword-00002", "keyword-00003"])
        #expect(file.rules.map(\.name) == ["加微信", "\"引号\\\"\\u{2028}x", "最后"])
        guard case .message(let message)? = file.rules.first?.when.kind,
            case .keywords(let keywords)? = message.text?.kind
        else {
            Issue.record("no keywords")
            return
        }
        #expect(message.population == Population(speakers: [.agent]))
        #expect(keywords.phrases == ["加微信"])
        #expect(keywords.boundary == .substring)
        #expect(keywords.fold == .folded)
    }

    @Test func aRegexThatIsRefusedIsLeftOutWithItsPlace() throws {
        let made = list("加.{0,3}微信\n微信(?!支付)\n[0-9]+元\n", .regex)
        #expect(made.count == 2)
        #expect(made.diagnostics.map(\.code) == ["unsupported-regex"])
        // Behind the first line and 微信: the bracket with its question mark.
        #expect(made.diagnostics.first?.place.range == SourceRange(22, 25))
        #expect(rules(made).rules.map(\.id.value) == ["regex-00001", "regex-00003"])
    }

    @Test func entriesThatMakeNoRuleAreSaid() {
        let long = String(repeating: "长", count: 201)
        let made = list("\u{200B}\n\(long)\n${x}\n好", .keyword, .folded)
        #expect(made.diagnostics.map(\.code) == ["bad-value", "limit", "bad-value"])
        #expect(made.count == 1)
        #expect(list("", .keyword).text == "")
    }
}
