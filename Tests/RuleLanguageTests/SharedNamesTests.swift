import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

/// Named conditions and word lists: what a rule is once they are put in.
@Suite struct SharedNamesTests {
    /// The only rule of files of which the first holds names.
    private func load(
        _ shared: String, when: String, more: String = ""
    ) -> (rule: Rule?, codes: [String], rules: [Rule]) {
        let result = loadRules(files: [
            source(shared, path: "shared/names.json"),
            source(ruleText(when: when, more: more), path: "rule.json"),
        ])
        return (result.rules.first, result.diagnostics.map(\.code), result.rules)
    }

    /// `condition` without its places: digests are over what a rule means.
    private func digest(when: String) -> String {
        rulesDigest(loadRules(files: [source(ruleText(when: when))]).rules)
    }

    private let thanks = #"{"any": [{"regex": "^谢+$"}, {"keywords": ["好的"]}]}"#

    @Test func meansWhatTheConditionWrittenOutMeans() throws {
        let shared = """
            {"conditions": {
              "thanks": \(thanks), "asks": {"message": {"from": "buyer", "not": {"use": "thanks"}}}}}
            """
        for (short, long) in [
            (
                #"{"message": {"from": "agent", "use": "thanks"}}"#,
                #"{"message": {"from": "agent", "any": [{"regex": "^谢+$"}, {"keywords": ["好的"]}]}}"#
            ),
            (
                #"{"message": {"length": 2, "use": "thanks", "unless": {"use": "thanks"}}}"#,
                #"{"message": {"length": 2, "any": [{"regex": "^谢+$"}, {"keywords": ["好的"]}], "unless": \#(thanks)}}"#
            ),
            (#"{"use": "asks"}"#, #"{"message": {"from": "buyer", "not": \#(thanks)}}"#),
            (
                #"{"all": [{"use": "asks"}, {"use": "asks", "subject": true, "unless": {"use": "asks"}}]}"#,
                """
                {"all": [{"message": {"from": "buyer", "not": \(thanks)}},
                 {"message": {"from": "buyer", "not": \(thanks)}, "subject": true,
                  "unless": {"message": {"from": "buyer", "not": \(thanks)}}}]}
                """
            ),
        ] {
            let result = load(shared, when: short)
            #expect(result.codes == [])
            #expect(rulesDigest(result.rules) == digest(when: long), "\(short)")
        }
    }

    @Test func placesWhatIsPutInWhereItStands() throws {
        let shared = #"{"conditions": {"thanks": {"regex": "谢"}}, "wordLists": {"bad": ["傻瓜"]}}"#
        let rule = try #require(
            load(shared, when: #"{"message": {"use": "thanks", "keywords": ["甲乙", "@bad"]}}"#).rule)
        guard case .message(let message) = rule.when.kind,
            case .all(let parts)? = message.text?.kind, case .keywords(let keywords) = parts[0].kind,
            case .regex(let regex) = parts[1].kind
        else {
            Issue.record("not the shape that was written")
            return
        }
        #expect(keywords.phrases == ["甲乙", "傻瓜"])
        #expect(keywords.places.map(\.path) == ["rule.json", "shared/names.json"])
        #expect(regex.patternPlace.path == "shared/names.json")
    }

    @Test func givesABareExampleToTheSpeakerOfTheNamedCondition() throws {
        let shared = #"{"conditions": {"asks": {"message": {"from": ["buyer", "agent"]}}}}"#
        let rule = try #require(load(shared, when: #"{"use": "asks"}"#).rule)
        #expect(rule.examples.hit.first?.conversation.messages.first?.speaker == .buyer)
    }

    @Test func seesAMissedReportInsideANamedCondition() {
        let shared = """
            {"conditions": {"late": {"after": {"message": {"from": "buyer"}},
              "expect": {"message": {"from": "agent"}}, "within": {"time": "3m"}, "report": "missed"}}}
            """
        let positive = ruleText(when: #"{"use": "late"}"#, polarity: "positive")
        let result = loadRules(files: [source(shared, path: "a.json"), source(positive)])
        #expect(result.diagnostics.map(\.code) == ["missed-in-positive"])
        #expect(result.diagnostics.first?.place.path == "rule.json")
    }

    // MARK: Word lists

    private func keywords(_ lists: String, _ text: String) -> (Keywords?, codes: [String]) {
        let result = load(#"{"wordLists": \#(lists)}"#, when: #"{"message": {\#(text)}}"#)
        guard case .message(let message)? = result.rule?.when.kind,
            case .keywords(let keywords)? = message.text?.kind
        else { return (nil, result.codes) }
        return (keywords, result.codes)
    }

    @Test func putsInWordsAndTheirAllowPhrases() throws {
        let lists = """
            {"bad": {"words": ["傻瓜", "@worse"], "allow": ["傻瓜相机"], "summary": "骂人的话"},
             "worse": {"words": ["笨蛋", "蠢货"], "allow": ["小笨蛋"]}, "fine": ["好蛋"]}
            """
        let (found, codes) = keywords(
            lists, #""keywords": ["坏蛋", "@bad", {"list": "worse"}], "allow": ["坏蛋糕"]"#)
        let all = try #require(found, "\(codes)")
        #expect(codes == [])
        #expect(all.phrases == ["坏蛋", "傻瓜", "笨蛋", "蠢货"])
        #expect(all.allow == ["坏蛋糕", "傻瓜相机", "小笨蛋"])
    }

    @Test func addsAliasesOfTheWordsThatAreThere() throws {
        let lists = """
            {"contact": {"words": ["微信", "电话"], "aliases": {"微信": ["vx", "卫星"], "支付宝": ["zfb"]}},
             "spellings": {"aliases": {"QQ": ["扣扣"]}}}
            """
        let (found, codes) = keywords(lists, #""keywords": ["@contact", "卫星", "qq", "@spellings"]"#)
        let all = try #require(found, "\(codes)")
        #expect(codes == [])
        #expect(all.phrases == ["微信", "电话", "卫星", "qq", "vx", "扣扣"])
        let refused = keywords(lists, #""keywords": ["@contact"], "match": "all""#)
        #expect(refused.codes == ["conflicting-fields"])
        #expect(keywords(lists, #""keywords": ["电话", "@spellings"], "match": "all""#).codes == [])
        #expect(keywords(lists, #""keywords": ["@spellings"]"#).codes == ["empty-list"])
    }

    @Test func takesPhrasesThatBeginWithAnAt() throws {
        let (found, codes) = keywords(
            #"{"bad": ["傻瓜"]}"#, #""keywords": ["@163.com", "@所有人", "@@bad", "@", "@@所有人"]"#)
        #expect(codes == [])
        #expect(found?.phrases == ["@163.com", "@所有人", "@bad", "@", "@@所有人"])
    }

    @Test func checksListsWhereTheyStand() {
        let lists = #"{"bad": {"words": ["傻瓜", "傻瓜"], "allow": ["瓜子"]}}"#
        let used = keywords(lists, #""keywords": ["@bad"]"#)
        #expect(used.codes == ["duplicate-keyword"])
        let swallowed = keywords(#"{"bad": {"words": ["傻瓜"], "allow": ["傻瓜"]}}"#, #""keywords": ["@bad"]"#)
        #expect(swallowed.codes == ["swallowed-keyword"])
        #expect(swallowed.0 == nil)
        let between = keywords(
            #"{"bad": {"words": ["傻瓜"], "allow": ["傻瓜相机"]}}"#, #""keywords": ["@bad", "傻瓜相机"]"#)
        #expect(between.codes == ["swallowed-keyword"])
    }

    @Test func takesWordsForWholeMessagesAndAllowPhrases() throws {
        let shared = #"{"wordLists": {"polite": ["您好", "谢谢"]}}"#
        let result = load(shared, when: #"{"message": {"equals": ["@polite", "嗯"]}}"#)
        guard case .message(let message)? = result.rule?.when.kind,
            case .equals(let equals)? = message.text?.kind
        else {
            Issue.record("\(result.codes)")
            return
        }
        #expect(equals.texts == ["您好", "谢谢", "嗯"])
    }

    // MARK: Runs

    @Test func changesTheDigestWithTheList() {
        func digest(_ word: String) -> String {
            rulesDigest(
                load(
                    #"{"wordLists": {"bad": ["傻瓜", "\#(word)"]}}"#,
                    when: #"{"message": {"keywords": ["@bad"]}}"#
                ).rules)
        }
        #expect(digest("笨蛋") == digest("笨蛋"))
        #expect(digest("笨蛋") != digest("蠢货"))
    }

    @Test func doesNotDependOnTheOrderOfTheFiles() {
        let files = [
            source(ruleText(when: #"{"use": "b"}"#), path: "rule.json"),
            source(#"{"conditions": {"b": {"any": [{"use": "a"}]}, "c": {"use": "d"}}}"#, path: "1.json"),
            source(
                #"{"conditions": {"a": {"message": {"keywords": ["@l"]}}, "b": {}, "d": {"use": "c"}}}"#,
                path: "2.json"),
            source(#"{"wordLists": {"l": ["甲乙"]}}"#, path: "3.json"),
        ]
        let forward = loadRules(files: files, checks: true)
        let backward = loadRules(files: files.reversed(), checks: true)
        #expect(forward.rules == backward.rules)
        #expect(forward.rules.count == 1)
        #expect(forward.diagnostics == backward.diagnostics)
        #expect(forward.diagnostics.map(\.code) == ["cyclic-name", "duplicate-name"])
        #expect(forward.diagnostics[1].message.english.contains("1.json:1"))
        #expect(forward.diagnostics[1].place.path == "2.json")
    }

    @Test func warnsOfUnusedNamesOnlyWhereAsked() {
        let shared = source(#"{"wordLists": {"bad": ["傻瓜"]}}"#, path: "names.json")
        let rule = source(ruleText(when: #"{"message": {}}"#))
        #expect(loadRules(files: [shared, rule]).diagnostics == [])
        let checked = loadRules(files: [shared, rule], checks: true)
        #expect(checked.diagnostics.map(\.code) == ["unused-name"])
        #expect(loadRules(files: [rule], shared: [shared], checks: true).diagnostics == [])
    }

    @Test func readsNamesAloneFromSharedFiles() {
        let shared = source(
            #"[{"wordLists": {"bad": ["傻瓜"]}}, \#(ruleText(when: #"{"message": {}}"#))]"#, path: "z.json")
        let rule = source(ruleText(when: #"{"message": {"keywords": ["@bad"]}}"#))
        let result = loadRules(files: [rule], shared: [shared])
        #expect(result.diagnostics == [])
        #expect(result.rules.map(\.place.path) == ["rule.json"])
    }

    @Test func returnsNoRuleThatUsesABrokenName() {
        let result = load(
            #"{"conditions": {"a": {"message": {"form": "buyer"}}, "b": {"not": {"use": "a"}}}}"#,
            when: #"{"use": "b"}"#)
        #expect(result.rule == nil)
        #expect(result.codes == ["unknown-field"])
    }

    @Test func hasNoParametersInSharedFiles() {
        let limit = #""parameters": {"n": {"type": "integer", "default": 2}},"#
        let result = load(
            #"{"conditions": {"long": {"length": {"min": "${n}"}}}}"#,
            when: #"{"count": {"of": {"message": {"use": "long"}}, "atLeast": "${n}"}}"#, more: limit)
        #expect(result.codes == ["undeclared-parameter"])
        let list = load(
            #"{"wordLists": {"bad": ["傻瓜"]}}"#, when: #"{"message": {"keywords": ["${words}"]}}"#,
            more: #""parameters": {"words": {"type": "keywords", "default": ["@bad"]}},"#)
        #expect(list.codes == ["bad-value"])
    }

    @Test func sendsNamesInsideARuleToAFileOfTheirOwn() {
        let inside = decode(ruleText(when: #"{"message": {}}"#, more: #""conditions": {},"#))
        #expect(inside.codes == ["unknown-field"])
        #expect(inside.diagnostics.first?.help?.english.contains("a .json file of its own") == true)
        let misspelt = loadRules(files: [source(#"{"condition": {"a": {"message": {}}}}"#)])
        #expect(misspelt.diagnostics.map(\.code) == ["unknown-field"])
    }
}
