import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct RuleDecoderTests {
    @Test func readsTheHeadOfARule() throws {
        let result = decode(
            ruleText(
                when: #"{"message": {}}"#, polarity: "positive",
                more: """
                    "$schema": "x", "category": "greeting", "severity": "major", "score": -5,
                    "summary": "说明", "unit": "stay", "family": "f", "version": 3,
                    "withoutVariants": ["emoji"],
                    """))
        #expect(result.codes == ["score-sign"])
        let rule = try #require(result.rule)
        #expect(rule.id == RuleID("test-rule"))
        #expect(rule.polarity == .positive)
        #expect(rule.category == "greeting")
        #expect(rule.severity == .major)
        #expect(rule.score == -5)
        #expect(rule.unit == .stay)
        #expect(rule.withoutVariants == ["emoji"])
        #expect(rule.when.kind == .message(MessageCondition(population: Population())))
    }

    @Test func fillsInTheDefaults() throws {
        let rule = try #require(decode(ruleText(when: #"{"message": {}}"#)).rule)
        #expect(rule.category == "custom")
        #expect(rule.severity == .minor)
        #expect(rule.score == nil)
        #expect(rule.unit == .conversation)
        #expect(rule.appliesTo == nil)
    }

    @Test func readsPopulationsAndPositions() throws {
        let result = decodeWhen(
            """
            {"message": {"from": ["bot", "agent", "agent"], "auto": "any", "kind": ["image", "text"],
             "position": {"last": "5m"}}}
            """)
        guard case .message(let message)? = result.kind else {
            Issue.record("no message: \(result.codes)")
            return
        }
        #expect(message.population.speakers == [.agent, .assistant])
        #expect(message.population.automatic == .any)
        #expect(message.population.kinds == [.text, .image])
        #expect(message.position == .lastMilliseconds(300_000))
        #expect(message.text == nil)
    }

    @Test func readsTextConditionsAllOfWhichMustHold() throws {
        let result = decodeWhen(
            """
            {"message": {"from": "agent", "fold": "exact",
             "keywords": ["微信", "v"], "match": {"atLeast": 2}, "boundary": "word", "allow": ["微信支付"],
             "regex": "加.{0,5}我", "except": "不", "length": {"min": 3},
             "any": [{"equals": "好"}, {"keywords": ["亲"], "fold": "folded"}],
             "unless": {"keywords": ["官方"]}}}
            """)
        guard case .message(let message)? = result.kind,
            case .unless(let base, let exceptions)? = message.text?.kind,
            case .all(let parts) = base.kind, parts.count == 4
        else {
            Issue.record("not the shape that was written: \(result.codes)")
            return
        }
        guard case .keywords(let keywords) = parts[0].kind, case .regex(let regex) = parts[1].kind,
            case .length(let minimum, let maximum) = parts[2].kind,
            case .any(let branches) = parts[3].kind, case .keywords(let inner) = branches[1].kind
        else {
            Issue.record("not the parts that were written")
            return
        }
        #expect(keywords.phrases == ["微信", "v"])
        #expect(keywords.places.count == 2)
        #expect(keywords.quantity == .atLeast(2))
        #expect(keywords.boundary == .word)
        #expect(keywords.fold == .exact)
        #expect(keywords.allow == ["微信支付"])
        #expect(regex.pattern == "加.{0,5}我" && regex.except == "不" && regex.fold == .exact)
        #expect(minimum == 3 && maximum == nil)
        #expect(inner.fold == .folded)
        #expect(exceptions.count == 1)
    }

    @Test func placesTheInsideOfARegex() throws {
        let text = ruleText(when: #"{"message": {"regex": "微.信"}}"#)
        let rule = try #require(decode(text).rule)
        guard case .message(let message) = rule.when.kind,
            case .regex(let regex)? = message.text?.kind, let range = regex.patternPlace.range
        else {
            Issue.record("no regex")
            return
        }
        let written = Array(text.utf8)[range.start..<range.end]
        #expect(String(decoding: written, as: UTF8.self) == "微.信")
    }

    @Test func readsAnExpectation() throws {
        let result = decodeWhen(
            """
            {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
             "within": {"time": "3m", "earliest": "1s", "messages": 2, "clock": "business",
              "only": "inside-hours"},
             "trigger": {"nth": 2}, "excuse": {"when": {"message": {}}, "extend": "2m", "times": 3},
             "atClose": "void", "report": "missed", "onTransfer": "restart"}
            """)
        guard case .expectation(let expectation)? = result.kind else {
            Issue.record("no expectation: \(result.codes)")
            return
        }
        #expect(expectation.time == 180_000 && expectation.earliest == 1000)
        #expect(expectation.messages == 2 && expectation.clock == .business)
        #expect(expectation.onlyInsideHours && expectation.trigger == .nth(2))
        #expect(expectation.excuse?.extend == 120_000 && expectation.excuse?.times == 3)
        #expect(expectation.atClose == .void && expectation.report == .missed)
        #expect(expectation.onTransfer == .restart)
    }

    @Test func readsSilenceCountsAndComposition() throws {
        let result = decodeWhen(
            """
            {"all": [
              {"not": {"silence": {"of": "bot", "min": "1m30s", "max": "1h"}}},
              {"count": {"of": {"message": {}}, "share": {"atLeast": 60}}, "subject": true},
              {"any": [{"count": {"of": {"message": {}}, "atMost": 0}}],
               "unless": [{"message": {"from": "system"}}]}]}
            """)
        guard case .all(let children)? = result.kind, children.count == 3,
            case .not(let inner) = children[0].kind, case .silence(let silence) = inner.kind,
            case .count(let share) = children[1].kind, case .unless(let base, _) = children[2].kind,
            case .any(let branches) = base.kind, case .count(let none) = branches[0].kind
        else {
            Issue.record("not the shape that was written: \(result.codes)")
            return
        }
        #expect(silence == Silence(of: .assistant, minimum: 90_000, maximum: 3_600_000))
        #expect(share.bound == .share(minimumPercent: 60) && children[1].isSubject)
        #expect(none.bound == .atMost(0))
    }

    @Test func takesTheFoldOfTheRuleWhereNoneIsGiven() throws {
        let text = ruleText(when: #"{"message": {"keywords": ["微信"]}}"#, more: #""fold": "exact","#)
        guard case .message(let message)? = decode(text).rule?.when.kind,
            case .keywords(let keywords)? = message.text?.kind
        else {
            Issue.record("no keywords")
            return
        }
        #expect(keywords.fold == .exact)
    }

    @Test func splicesAndOverridesParameters() throws {
        let text = ruleText(
            when: """
                {"all": [{"message": {"keywords": ["甲乙", "${words}"]}},
                 {"silence": {"of": "agent", "min": "${limit}"}},
                 {"count": {"of": {"message": {}}, "atLeast": "${n}"}}]}
                """,
            more: """
                "parameters": {
                  "limit": {"type": "duration", "default": "30s", "min": "5s", "max": "10m", "title": "时限"},
                  "n": {"type": "integer", "default": 2},
                  "words": {"type": "keywords", "default": ["丙丁", "戊己"]}},
                """)
        func values(_ rule: Rule?) -> (phrases: [String], time: Int64, count: Count.Bound)? {
            guard case .all(let parts)? = rule?.when.kind, case .message(let m) = parts[0].kind,
                case .keywords(let keywords)? = m.text?.kind, case .silence(let s) = parts[1].kind,
                case .count(let count) = parts[2].kind
            else { return nil }
            return (keywords.phrases, s.minimum, count.bound)
        }
        let plain = try #require(values(decode(text).rule))
        #expect(plain.phrases == ["甲乙", "丙丁", "戊己"])
        #expect(plain.time == 30_000 && plain.count == .atLeast(2))

        let id = RuleID("test-rule")
        let overridden = decode(
            text,
            overrides: [
                id: ["limit": .number(60_000), "n": .number(5), "words": .strings(["庚辛"])]
            ])
        let changed = try #require(values(overridden.rule))
        #expect(changed.phrases == ["甲乙", "庚辛"])
        #expect(changed.time == 60_000 && changed.count == .atLeast(5))
        #expect(overridden.rule?.parameters.first?.value == .number(60_000))

        for (name, value, code) in [
            ("limit", Parameter.Value.number(1), "out-of-range"),
            ("limit", .strings(["x"]), "wrong-type"),
            ("limits", .number(30_000), "undeclared-parameter"),
            ("words", .strings([]), "out-of-range"),
        ] {
            let refused = decode(text, overrides: [id: [name: value]])
            #expect(refused.rule == nil)
            #expect(refused.codes == [code])
        }
    }

    @Test func allowsAMissedReportInsideAPositiveRule() {
        let missed = """
            {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
             "within": {"time": "3m"}, "report": "missed"}
            """
        let apology = """
            {"after": \(missed), "expect": {"message": {"keywords": ["久等"]}}, "within": {"messages": 1}}
            """
        #expect(decode(ruleText(when: apology, polarity: "positive")).codes == [])
        let branch = #"{"any": [\#(missed)]}"#
        #expect(
            decode(ruleText(when: branch, polarity: "positive")).codes == ["missed-in-positive"])
        #expect(decode(ruleText(when: branch)).codes == [])
    }

    @Test func returnsNoRuleWithAnErrorButReportsAllOfThem() {
        let result = decode(#"{"id": "X", "polarity": "negativ", "when": {"mesage": {}}}"#)
        #expect(result.rule == nil)
        #expect(
            result.codes == [
                "missing-field", "too-few-examples", "bad-id", "bad-value", "unknown-field",
            ])
    }

    @Test(arguments: [
        (#"{"mesage": {"kind": "pic"}}"#, ["unknown-field", "bad-value"]),
        (#"{"what": {}, "expect": {"message": {"kind": "pic"}}}"#, ["unknown-field", "bad-value"]),
        (#"{"message": {}, "silence": {"of": "me", "min": "1s"}}"#, ["conflicting-fields", "bad-value"]),
        (#"{"message": {"position": {"frist": "1x"}}}"#, ["unknown-field", "bad-duration"]),
        (
            #"{"count": {"of": {"message": {}}, "atLeast": 2, "atMost": "x"}}"#,
            ["conflicting-fields", "wrong-type"]
        ),
        (
            #"{"after": {"message": {}}, "expect": {"message": {}}, "within": {"time": "1m"}, "report": "met", "excuse": {"whn": {"mssage": {}}, "times": 0}}"#,
            ["unknown-field", "unknown-field", "out-of-range"]
        ),
        // Beside an entity alone, 'fold' would be about nothing; beside keywords it is about them.
        (#"{"message": {"entity": ["phone"], "fold": "evasion"}}"#, ["conflicting-fields"]),
        (#"{"message": {"entity": {"kinds": ["phone"], "fold": "evasion"}}}"#, []),
        (#"{"message": {"entity": ["phone"], "keywords": ["电话"], "fold": "evasion"}}"#, []),
        // The right key counts, and what it says is not said twice.
        (#"{"message": {"from": "buyer", "form": "nobody"}}"#, ["unknown-field"]),
    ])
    func findsWhatIsWrongBesideAndInsideAnUnknownField(_ when: String, _ codes: [String]) {
        #expect(decodeWhen(when).codes == codes)
    }

    @Test(
        "a key in the wrong place is sent to the right one",
        arguments: [
            (#"{"message": {"from": "agent"}, "appliesTo": {"message": {}}}"#, "beside \"when\""),
            (#"{"count": {"of": {"message": {}}, "min": 2}}"#, "atLeast"),
            (#"{"count": {"of": {"message": {}}, "max": 2}}"#, "atMost"),
        ])
    func namesTheRightPlace(when: String, help: String) {
        let found = decode(ruleText(when: when)).diagnostics.filter { $0.severity == .error }
        #expect(found.map(\.code) == ["unknown-field"])
        #expect(found.first?.help?.english.contains(help) == true, "\(found)")
    }

    @Test(
        "an excuse that gives less than the duty had is warned of",
        arguments: [
            ("10m", "2m", ["shortening-excuse"]), ("10m", "10m", []), ("10m", "1h", []),
            // A day outlasts conversations: the excuse is what limits.
            ("1d", "3m", []),
        ])
    func shorteningExcuse(time: String, extend: String, codes: [String]) {
        let when =
            #"{"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}}, "report": "missed", "#
            + #""within": {"time": "\#(time)"}, "excuse": {"when": {"message": {"from": "agent"}}, "extend": "\#(extend)"}}"#
        #expect(decodeWhen(when).codes == codes)
    }

    @Test(
        "one phrase that looks like a list of words",
        arguments: [
            ("滚蛋、闭嘴", true), ("滚蛋；闭嘴", true), ("滚蛋|闭嘴", true), ("滚蛋，闭嘴，走开", true),
            // A sentence as it may stand in a message.
            ("慢走，欢迎再来", false), ("就这样吧,别问了", false), ("1、2", false), ("滚蛋、", false),
        ])
    func listsInOnePhrase(phrase: String, isWarned: Bool) {
        let codes = decodeWhen(#"{"message": {"from": "agent", "keywords": ["\#(phrase)"]}}"#).codes
        #expect(codes == (isWarned ? ["spaced-keyword"] : []))
    }

    @Test(
        "a keyword that looks like a pattern or like the name of a word list",
        arguments: [
            ("退.*款", true), ("滚*", true), ("*包邮", true), (#"\\d天"#, true), ("@骂人", true), ("@words.txt", true),
            ("138****1111", false), ("f*k", false), ("满3.5折", false), ("@所有人", false), ("@163.com", false),
            ("@@骂人", false), ("ok.", false),
        ])
    func literalKeywords(phrase: String, isWarned: Bool) {
        let codes = decodeWhen(#"{"message": {"from": "agent", "keywords": ["\#(phrase)"]}}"#).codes
        #expect(codes == (isWarned ? ["literal-keyword"] : []))
    }

    @Test(
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("3m", 180_000), ("2h", 7_200_000), ("1d", 86_400_000),
            ("1h30m", 5_400_000), ("1m500ms", 60_500), ("0s", 0), ("366d", DurationText.maximum),
        ] as [(String, Int64)])
    func readsDurations(_ text: String, _ milliseconds: Int64) {
        #expect(DurationText.milliseconds(text) == milliseconds)
        #expect(DurationText.milliseconds(DurationText.text(milliseconds)) == milliseconds)
    }

    @Test(arguments: [
        "", "30", "s", "-3s", "1.5h", "30m1h", "3m3m", "30秒", "3 m", "3M", "367d", "1d366d",
        "99999999999999999999s", "9223372036854775807d", "3s ",
    ])
    func refusesWhatIsNoDuration(_ text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }

    @Test(
        arguments: [
            ("frm", "from"), ("FROM", "from"), ("at_close", "atClose"), ("keyword", "keywords"),
            ("form", "from"), ("xyz", nil), ("", nil),
        ] as [(String, String?)])
    func findsTheWordThatWasMeant(_ word: String, _ meant: String?) {
        #expect(didYouMean(word, among: ["from", "atClose", "keywords"]) == meant)
    }
}
