import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// Warnings of `rules check` that need rules as they are matched: folded, with names put in.
struct RuleChecksTests {
    private func warnings(_ rules: String) throws -> [Diagnostic] {
        let file = SourceFile(path: "rules.json", bytes: Array(rules.utf8))
        let (loaded, diagnostics) = loadRules(files: [file])
        #expect(!diagnostics.contains { $0.severity == .error }, "\(diagnostics.map(\.message.english))")
        return RuleChecks.diagnostics(of: loaded, table: Shipped.table, cache: Shipped.noCache)
    }

    private func codes(when: String) throws -> [String] {
        try warnings(#"{"id":"a","name":"a","polarity":"negative","when":\#(when)}"#).map(\.code)
    }

    private func codes(text: String) throws -> [String] {
        try codes(when: #"{"message":{"from":"agent",\#(text)}}"#)
    }

    // MARK: Keywords

    @Test(
        "keywords that add nothing once folded",
        arguments: [
            (#""keywords":["加Ｖ信","加v信"]"#, ["duplicate-keyword"]),
            (#""keywords":["微信号","微信號"]"#, ["duplicate-keyword"]),
            (#""keywords":["加V信","加v-信"],"fold":"evasion""#, ["duplicate-keyword"]),
            (#""keywords":["加微信","加微❤信"],"fold":"evasion""#, ["duplicate-keyword"]),
            (#""keywords":["微信号"],"allow":["微信號"]"#, ["swallowed-keyword"]),
            (#""keywords":["加微信","微信"]"#, ["subsumed-keyword"]),
            (#""keywords":["加vx","vx"]"#, ["subsumed-keyword"]),
            (#""keywords":["微信"],"fold":"evasion""#, ["short-evasion-keyword"]),
            (#""keywords":["滚"],"boundary":"word""#, ["hidden-compound"]),
        ])
    func keywordsThatAddNothing(text: String, expected: [String]) throws {
        #expect(try codes(text: text) == expected)
    }

    @Test(
        "keywords that only look as if they added nothing",
        arguments: [
            #""keywords":["加Ｖ信","加v信"],"fold":"exact""#,
            // Read alike, but one of them finds what the other does not.
            #""keywords":["加微信","加薇信"],"fold":"evasion""#,
            #""keywords":["加微信","加微信号"],"fold":"evasion""#,
            // The shorter one needs a word boundary that the longer does not give it.
            #""keywords":["vx","vx88"]"#,
            #""keywords":["v信","av信"]"#,
            // With a word boundary the shorter one is hidden in the longer one.
            #""keywords":["滚","滚蛋"],"boundary":"word""#,
            #""keywords":["滚"],"boundary":"word","allow":["滚动"]"#,
            #""keywords":["垃圾"],"boundary":"word""#,
            // The shorter one is shielded where the longer one is not.
            #""keywords":["微信","加微信支付"],"allow":["微信支付"]"#,
            #""keywords":["微信","加微信"],"match":"all""#,
            #""keywords":["微信","加微信","qq"],"match":{"atLeast":2}"#,
            #""keywords":["微信"],"fold":"evasion","allow":["威信"]"#,
            #""keywords":["微信"],"fold":"evasion","homophones":false"#,
            #""keywords":["vx"],"fold":"evasion""#,
        ])
    func keywordsThatAddSomething(text: String) throws {
        #expect(try codes(text: text) == [])
    }

    @Test(
        "allow-phrases are judged by what the keywords of their list find",
        arguments: [
            (#""keywords":["微信"],"allow":["支付宝"]"#, ["useless-allow"]),
            (#""keywords":["微信"],"allow":["微信支付"]"#, []),
            (#""keywords":["微信"],"allow":["ＷＸ微信"]"#, []),
            (#""keywords":["加微信"],"fold":"evasion","allow":["大家微信"]"#, []),
            (#""keywords":["加微信"],"fold":"evasion","homophones":false,"allow":["大家微信"]"#, ["useless-allow"]),
            (#""keywords":["加微信"],"fold":"evasion","allow":["支付宝付款"]"#, ["useless-allow"]),
            (#""keywords":["加微信"],"allow":["大家微信"]"#, ["useless-allow"]),
        ])
    func allowPhrases(text: String, expected: [String]) throws {
        #expect(try codes(text: text) == expected)
    }

    @Test(
        "allow-phrases of entities are judged by what is found in them",
        arguments: [
            (#""entity":{"kinds":"phone","allow":["400-800-1234"]}"#, []),
            (#""entity":{"kinds":"phone","allow":["热线 400-800-1234 转 1"]}"#, []),
            (#""entity":{"kinds":"phone","allow":["12315"]}"#, ["useless-allow"]),
            (#""entity":{"kinds":["phone","wechat-id"],"allow":["shop_kefu01"]}"#, []),
            (#""entity":{"kinds":"qq-number","allow":["12345678"]}"#, []),
            (#""entity":{"kinds":"phone","allow":["138****1234"]}"#, ["useless-allow"]),
            (#""entity":{"kinds":"phone","probable":true,"allow":["138****1234"]}"#, []),
            (#""entity":{"kinds":"duration","allow":["24小时","一会儿"]}"#, ["useless-allow"]),
        ])
    func allowPhrasesOfEntities(text: String, expected: [String]) throws {
        #expect(try codes(text: text) == expected)
    }

    @Test("an allow-phrase of a word list is judged by the rules that use the list")
    func allowPhrasesOfLists() throws {
        func codes(_ fold: String) throws -> [String] {
            let list = #"{"wordLists":{"contact":{"words":["加微信"],"allow":["大家微信"]}}}"#
            let message = #"{"from":"agent","keywords":["@contact"],"fold":"\#(fold)"}"#
            let rule = #"{"id":"a","name":"a","polarity":"negative","when":{"message":\#(message)}}"#
            let files = [
                SourceFile(path: "a.json", bytes: Array(rule.utf8)),
                SourceFile(path: "b.json", bytes: Array(list.utf8)),
            ]
            let (loaded, diagnostics) = loadRules(files: files)
            #expect(!diagnostics.contains { $0.code == "useless-allow" || $0.severity == .error })
            return RuleChecks.diagnostics(of: loaded, table: Shipped.table, cache: Shipped.noCache).map(\.code)
        }
        #expect(try codes("evasion") == [])
        #expect(try codes("folded") == ["useless-allow"])
    }

    @Test(
        "kinds that only the system sends, without the system",
        arguments: [
            (#"{"message":{"kind":"transfer"}}"#, ["system-left-out"]),
            (#"{"message":{"kind":["event","transfer"]}}"#, ["system-left-out"]),
            (#"{"not":{"message":{"kind":"event"}}}"#, ["system-left-out"]),
            (#"{"message":{"from":"system","kind":"transfer"}}"#, []),
            (#"{"message":{"from":["agent","system"],"kind":"transfer"}}"#, []),
            (#"{"message":{"from":"agent","kind":"transfer"}}"#, []),
            (#"{"message":{"kind":"recall"}}"#, []),
            (#"{"message":{"kind":["text","transfer"]}}"#, []),
        ])
    func systemLeftOut(when: String, expected: [String]) throws {
        #expect(try codes(when: when) == expected)
    }

    @Test("rules that ask for opening hours are known")
    func hours() throws {
        func asks(_ when: String, _ applies: String = "") throws -> Bool {
            let text = #"{"id":"a","name":"a","polarity":"negative",\#(applies)"when":\#(when)}"#
            let rules = loadRules(files: [SourceFile(path: "a.json", bytes: Array(text.utf8))]).rules
            return try #require(rules.first).asksForHours
        }
        let duty = { (within: String) in
            #"{"after":{"message":{"from":"buyer"}},"expect":{"message":{"from":"agent"}},"#
                + #""within":\#(within),"report":"missed"}"#
        }
        #expect(try asks(duty(#"{"time":"3m","clock":"business"}"#)))
        #expect(try asks(#"{"all":[\#(duty(#"{"time":"3m","only":"inside-hours"}"#))]}"#))
        #expect(try asks(#"{"message":{"from":"agent","sent":{"hours":"outside"}}}"#))
        #expect(try asks(#"{"message":{"from":"agent"}}"#, #""appliesTo":{"started":{"hours":"inside"}},"#))
        #expect(try !asks(duty(#"{"time":"3m"}"#)))
        #expect(try !asks(#"{"message":{"from":"agent","sent":{"from":"09:00","to":"10:00"}}}"#))
    }

    // MARK: Branches

    @Test(
        "branches that another one implies",
        arguments: [
            #""any":[{"keywords":["a","b"]},{"keywords":["B"]}]"#,
            #""any":[{"regex":"x","except":"y"},{"regex":"x"}]"#,
            #""any":[{"length":{"min":3,"max":5}},{"length":{"max":9}}]"#,
            #""any":[{"equals":["好的"]},{"equals":["好的！","行"]}]"#,
            #""any":[{"all":[{"keywords":["a"]},{"regex":"x"}]},{"keywords":["a"]}]"#,
            #""any":[{"entity":"phone"},{"entity":["phone","email"]}]"#,
            #""any":[{"similar":{"to":["我们加个微信聊"],"floor":80}},{"similar":{"to":["我们加个微信聊","加个好友"]}}]"#,
            #""keywords":["a"],"unless":[{"keywords":["b"]},{"keywords":["c","b"]}]"#,
        ])
    func impliedBranches(text: String) throws {
        #expect(try codes(text: text) == ["unreachable-branch"])
    }

    @Test(
        "branches that are only alike",
        arguments: [
            #""any":[{"keywords":["a","b"]},{"keywords":["b"],"fold":"exact"}]"#,
            #""any":[{"keywords":["a","b"]},{"keywords":["b"],"boundary":"substring"}]"#,
            #""any":[{"keywords":["a","b"],"allow":["ab"]},{"keywords":["b"]}]"#,
            #""any":[{"regex":"x","except":"y"},{"regex":"x","except":"z"}]"#,
            #""any":[{"entity":{"kinds":"url","allowedDomains":["a.cn"]}},{"entity":{"kinds":"url","allowedDomains":["b.cn"]}}]"#,
            #""any":[{"keywords":["a","b"],"match":"all"},{"keywords":["c"]}]"#,
            #""any":[{"length":{"min":3}},{"length":{"max":9}}]"#,
        ])
    func differentBranches(text: String) throws {
        // The length that covers all lengths is another matter.
        #expect(try codes(text: text).filter { $0 == "unreachable-branch" } == [])
    }

    @Test func branchesOverMessagesAreComparedByWhoAndWhere() throws {
        let wide = #"{"message":{"from":["agent","buyer"],"keywords":["a","b"]}}"#
        let narrow = #"{"message":{"from":"agent","keywords":["a"]}}"#
        #expect(try codes(when: #"{"any":[\#(wide),\#(narrow)]}"#) == ["unreachable-branch"])
        let other = #"{"message":{"from":"assistant","keywords":["a"]}}"#
        #expect(try codes(when: #"{"any":[\#(wide),\#(other)]}"#) == [])
        // The first message of both is not always the first of the agent.
        let first = #"{"message":{"from":["agent","buyer"],"position":"first","keywords":["a","b"]}}"#
        #expect(try codes(when: #"{"any":[\#(first),\#(narrow)]}"#) == [])
    }

    @Test(
        "what a message is asked besides its text is compared, too",
        arguments: [
            #"{"any":[{"message":{"from":"agent","keywords":["a"],"sent":{"from":"10:00","to":"11:00"}}},{"message":{"from":"agent","keywords":["a"],"sent":{"from":"09:00","to":"18:00"}}}]}"#,
            #"{"any":[{"message":{"from":"agent","sent":{"on":["sat"]}}},{"message":{"from":"agent","sent":{"on":["mon"]}}}]}"#,
            #"{"all":[{"message":{"from":"agent","keywords":["a"],"sent":{"from":"09:00","to":"18:00"}}},{"not":{"message":{"from":"agent","keywords":["a"],"sent":{"from":"18:00","to":"09:00"}}}}]}"#,
            #"{"message":{"from":"agent","entity":"phone"},"unless":[{"message":{"from":"agent","entity":"phone","phone":"of-others"}}]}"#,
            // Its matches are those of the message, not of the fact.
            #"{"any":[{"all":[{"started":{"from":"08:00","to":"20:00"}},{"message":{"from":"agent","keywords":["a"]}}]},{"started":{"from":"08:00","to":"20:00"}}]}"#,
        ])
    func besidesTheText(when: String) throws {
        #expect(try codes(when: when) == [])
    }

    @Test func whatHoldsAtATimeHoldsAtAnyTime() throws {
        let night = #"{"message":{"from":"agent","keywords":["a"],"sent":{"from":"22:00","to":"23:00"}}}"#
        #expect(
            try codes(when: #"{"any":[{"message":{"from":"agent","keywords":["a","b"]}},\#(night)]}"#) == [
                "unreachable-branch"
            ])
    }

    @Test(
        "a keyword in which its own exception finds a word never hits",
        arguments: [
            (#""keywords":["不是我们负责","不管"],"unless":{"keywords":["我们负责"]}"#, true),
            (#""keywords":["不是我们负责","不管"],"unless":{"keywords":["我们负责"],"allow":["不是我们负责"]}"#, false),
            (
                #""any":[{"keywords":["穿过就不能退"]},{"regex":"a+"}],"unless":[{"regex":"b"},{"any":[{"keywords":["穿过"]}]}]"#,
                true
            ),
            (#""keywords":["穿过就不能退"],"unless":{"keywords":["穿过"],"match":"none"}"#, false),
            (#""keywords":["穿过就不能退"],"fold":"evasion","unless":{"keywords":["穿过"]}"#, false),
            (#""keywords":["穿过就不能退"],"unless":{"keywords":["穿过","不能退"],"match":"all"}"#, false),
            (#""keywords":["穿过就不能退"],"unless":{"keywords":["试穿"]}"#, false),
        ])
    func exceptionsThatSilenceAKeyword(text: String, isSilenced: Bool) throws {
        #expect(try codes(text: text).contains("swallowed-keyword") == isSilenced)
    }

    // MARK: Constants

    @Test(
        "conditions that can never hold",
        arguments: [
            #"{"all":[{"message":{"keywords":["a"]}},{"not":{"message":{"keywords":["a","b"]}}}]}"#,
            #"{"message":{"from":"agent","keywords":["a"],"not":{"keywords":["b","a"]}}}"#,
            #"{"message":{"from":"agent","keywords":["a"],"unless":{"keywords":["a"]}}}"#,
            #"{"message":{"all":[{"length":{"max":3}},{"length":{"min":5}}]}}"#,
            #"{"message":{"all":[{"equals":["好"]},{"equals":["行"]}]}}"#,
            #"{"message":{"regex":"微信","except":"微信"}}"#,
            #"{"message":{"keywords":["加V信","加Ｖ信"],"match":{"atLeast":2}}}"#,
            #"{"count":{"of":{"message":{"from":"agent","position":{"first":2},"keywords":["a"]}},"atLeast":3}}"#,
            #"{"scope":{"before":{"message":{"from":"buyer","position":"first"}},"find":{"message":{"from":"buyer"}}}}"#,
            #"{"after":{"message":{"from":"agent"}},"expect":{"message":{"from":"agent","position":"first"}},"within":{"time":"5s"}}"#,
            #"{"message":{"all":[{"equals":["好的"]},{"keywords":["退款","差评"]}]}}"#,
            #"{"message":{"all":[{"length":{"max":3}},{"keywords":["加个微信","银行转账"]}]}}"#,
            #"{"message":{"all":[{"keywords":["退款","加个微信"],"match":"all"},{"length":{"max":3}}]}}"#,
        ])
    func neverTrue(when: String) throws {
        let besides = ["duplicate-keyword", "swallowed-keyword"]
        #expect(try codes(when: when).filter { !besides.contains($0) } == ["never-true"])
    }

    @Test(
        "parts that only a message can play",
        arguments: [
            #"{"after":{"not":{"message":{"keywords":["a"]}}},"expect":{"message":{"from":"agent"}},"within":{"time":"5s"}}"#,
            #"{"after":{"message":{"from":"buyer"}},"expect":{"count":{"of":{"message":{"from":"agent"}},"atMost":2}},"within":{"time":"5s"}}"#,
            #"{"after":{"message":{"from":"buyer"}},"expect":{"any":[{"not":{"message":{"keywords":["a"]}}},{"not":{"message":{"keywords":["b"]}}}]},"within":{"time":"5s"}}"#,
        ])
    func partsWithoutMessages(when: String) throws {
        #expect(try codes(when: when) == ["never-true"])
    }

    private func stayCodes(_ members: String) throws -> [String] {
        try warnings(#"{"id":"a","name":"a","polarity":"negative","unit":"stay",\#(members)}"#).map(\.code)
    }

    @Test(
        "in a stay nobody speaks but its agent and the buyer",
        arguments: [
            #""when":{"message":{"from":"system","kind":"event"}}"#,
            #""when":{"message":{"from":["assistant","system"],"keywords":["a"]}}"#,
            #""when":{"message":{"from":"agent"},"unless":[{"message":{"from":"system","kind":"recall"}}]}"#,
            #""appliesTo":{"message":{"from":"assistant"}},"when":{"message":{"from":"agent"}}"#,
            #""when":{"after":{"message":{"from":"system"}},"expect":{"message":{"from":"agent"}},"within":{"time":"5s"},"report":"missed"}"#,
            #""when":{"sequence":{"steps":[{"name":"a","message":{"from":"system"}},{"name":"b","message":{"from":"agent"}}]}}"#,
        ])
    func absentFromStays(members: String) throws {
        #expect(try stayCodes(members) == ["never-true"])
    }

    @Test(
        "what a stay may hold",
        arguments: [
            #""when":{"message":{"keywords":["a"]}}"#, #""when":{"message":{"from":["agent","assistant"]}}"#,
            #""when":{"message":{"from":"agent","kind":"recall"}}"#, #""when":{"message":{"from":"buyer"}}"#,
        ])
    func presentInStays(members: String) throws {
        #expect(try stayCodes(members) == [])
    }

    @Test("a named condition that a stay cannot meet is said at the rule: conversations may be judged by it")
    func absentFromStaysByName() throws {
        let rules = #"""
            [{"conditions":{"paid":{"message":{"from":"system","kind":"event"}}}},
             {"id":"a","name":"a","polarity":"negative","unit":"stay","when":{"use":"paid"}},
             {"id":"b","name":"b","polarity":"negative","when":{"use":"paid"}}]
            """#
        let found = try warnings(rules)
        #expect(found.map(\.code) == ["never-true"])
        let start = try #require(found.first?.place.range?.start)
        #expect(String(decoding: Array(rules.utf8)[start...].prefix(9), as: UTF8.self) == #"{"id":"a""#)
    }

    @Test(
        "conditions that always hold",
        arguments: [
            #"{"any":[{"message":{"keywords":["a"]}},{"not":{"message":{"keywords":["a"]}}}]}"#,
            #"{"message":{"length":{"min":0}}}"#,
            #"{"count":{"of":{"message":{"from":"agent","position":{"last":2}}},"atMost":2}}"#,
        ])
    func alwaysTrue(when: String) throws {
        #expect(try codes(when: when) == ["always-true"])
    }

    @Test(
        "conditions that conversations decide",
        arguments: [
            #"{"all":[{"message":{"from":"agent","keywords":["a"]}},{"not":{"message":{"from":"buyer","keywords":["a"]}}}]}"#,
            #"{"all":[{"message":{"keywords":["a","b"]}},{"not":{"message":{"keywords":["a"]}}}]}"#,
            #"{"message":{"keywords":["a"],"unless":{"keywords":["a"],"allow":["ab"]}}}"#,
            #"{"message":{"all":[{"equals":["好！"]},{"equals":["好"]}]}}"#,
            #"{"message":{"all":[{"equals":["好的"]},{"keywords":["！"]}]}}"#,
            #"{"message":{"all":[{"equals":["好的","要退款"]},{"keywords":["退款"]}]}}"#,
            #"{"message":{"all":[{"length":{"max":3}},{"keywords":["加个微信","退款"]}]}}"#,
            #"{"message":{"all":[{"length":{"max":3}},{"keywords":["加个微信"],"fold":"exact"}]}}"#,
            #"{"after":{"count":{"of":{"message":{"from":"buyer"}},"atLeast":2}},"expect":{"message":{"from":"agent","not":{"keywords":["a"]}}},"within":{"time":"5s"}}"#,
            #"{"count":{"of":{"message":{"from":"agent","position":{"first":2}}},"atLeast":2}}"#,
            #"{"scope":{"before":{"message":{"from":"buyer","position":"first"}},"find":{"message":{"from":"agent"}}}}"#,
            #"{"scope":{"after":{"message":{"from":"buyer","position":"first"}},"find":{"message":{"from":"buyer"}}}}"#,
            #"{"after":{"message":{"from":"buyer","position":"first"}},"expect":{"message":{"from":"agent","position":"first"}},"within":{"time":"5s"}}"#,
        ])
    func neitherNeverNorAlways(when: String) throws {
        #expect(try codes(when: when) == [])
    }

    // MARK: Rules

    private func rule(_ id: String, _ words: String, _ more: String = "") -> String {
        #"{"id":"\#(id)","name":"\#(id)","polarity":"negative"\#(more),"when":{"message":{"from":"agent","keywords":\#(words)}}}"#
    }

    @Test func rulesThatRepeatOthers() throws {
        let same = "[\(rule("a", #"["加微信","加QQ"]"#)),\(rule("b", #"["加qq","加微信"]"#))]"
        #expect(try warnings(same).map(\.code) == ["duplicate-rule"])
        #expect(try warnings(same).first?.place.range?.start == rule("a", #"["加微信","加QQ"]"#).utf8.count + 2)
        let within = "[\(rule("a", #"["加微信"]"#)),\(rule("b", #"["加qq","加微信"]"#))]"
        #expect(try warnings(within).map(\.code) == ["subsumed-rule"])
        // A graver rule about some of the words is no mistake.
        let graver = "[\(rule("a", #"["加微信"]"#, #","severity":"critical""#)),\(rule("b", #"["加qq","加微信"]"#))]"
        #expect(try warnings(graver).isEmpty)
        let stay = "[\(rule("a", #"["加微信"]"#, #","unit":"stay""#)),\(rule("b", #"["加微信"]"#))]"
        #expect(try warnings(stay).isEmpty)
    }

    @Test func aSharedConditionIsWarnedOfOnce() throws {
        let names = #"{"conditions":{"pair":{"any":[{"keywords":["a"]},{"keywords":["a"]}]}}}"#
        func use(_ id: String, _ words: String) -> String {
            #"{"id":"\#(id)","name":"n","polarity":"negative","when":{"message":{"keywords":["\#(words)"],"use":"pair"}}}"#
        }
        let found = try warnings("[\(names),\(use("a", "x")),\(use("b", "y"))]")
        #expect(found.map(\.code) == ["unreachable-branch"])
    }

    // MARK: Cost

    @Test("ten thousand rules with fifty thousand words are checked in seconds", .timeLimit(.minutes(2)))
    func manyRulesAreCheckedInSeconds() throws {
        var text = ""
        for number in 0..<10_000 {
            let words = (0..<5).map { "\"第\(number)条\($0)号词\"" }.joined(separator: ",")
            text += rule("rule-\(number)", "[\(words)]") + "\n"
        }
        let file = SourceFile(path: "rules.ndjson", bytes: Array(text.utf8))
        let rules = loadRules(files: [file]).rules
        #expect(rules.count == 10_000)
        let clock = ContinuousClock()
        var found: [Diagnostic] = []
        let time = clock.measure {
            found = RuleChecks.diagnostics(of: rules, table: Shipped.table, cache: Shipped.noCache)
        }
        #expect(found.isEmpty)
        // Without optimisation, on a machine that does other things as well.
        #expect(time < .seconds(60), "\(time)")
    }

    @Test("a list made to be slow is given up, not waited for", .timeLimit(.minutes(2)))
    func aHostileListIsGivenUp() throws {
        let words = (1...1200).map { "\"" + String(repeating: "啊", count: 60 + $0 % 130) + "\($0)\"" }
        let branches = (0..<30).map { #"{"keywords":["b\#($0)",\#(words.prefix(40).joined(separator: ","))]}"# }
        let clock = ContinuousClock()
        let time = try clock.measure {
            _ = try codes(
                text: #""any":[{"keywords":[\#(words.joined(separator: ","))]},\#(branches.joined(separator: ","))]"#)
        }
        #expect(time < .seconds(60), "\(time)")
    }
}
