import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// `rules test --mutate` and `--coverage`: what examples prove.
struct ExampleTrialsTests {
    private func rules(_ text: String) throws -> [Rule] {
        let (rules, diagnostics) = loadRules(files: [SourceFile(path: "rules.json", bytes: Array(text.utf8))])
        #expect(!diagnostics.contains { $0.severity == .error }, "\(diagnostics.map(\.message.english))")
        let compiled = try #require(Shipped.compile(rules, sources: []).rules)
        #expect(try ExampleRunner(rules, compiled: compiled).run(variants: false).diagnostics.isEmpty)
        return rules
    }

    private func rule(_ when: String, hit: String, clean: String) -> String {
        #"{"id":"a","name":"a","polarity":"negative","when":\#(when),"examples":{"hit":\#(hit),"clean":\#(clean)}}"#
    }

    private func survivors(_ text: String) throws -> [String] {
        try ExampleMutations(of: rules(text), table: Shipped.table, cache: Shipped.noCache)
            .survivors.map(\.change.english)
    }

    private func unreached(_ text: String) throws -> [Int?] {
        try ExampleCoverage(of: rules(text), table: Shipped.table, cache: Shipped.noCache)
            .unreached.map { $0.place.range?.start }
    }

    @Test("a keyword that no example holds is not missed, one that some holds is")
    func keywords() throws {
        let text = rule(
            #"{"message":{"from":"agent","keywords":["加微信","加qq","加钉钉"],"allow":["不加微信","别加qq"]}}"#,
            hit: #"["加微信","加QQ"]"#, clean: #"["不加微信","好的"]"#)
        #expect(try survivors(text) == ["without the allow-phrase '别加qq'", "without the keyword '加钉钉'"])
    }

    @Test("a keyword that another one covers in every example is not missed")
    func coveredKeywords() throws {
        let text = rule(
            #"{"message":{"from":"agent","keywords":["加微信","微信聊"]}}"#, hit: #"["加微信聊","加微信"]"#, clean: #"["好的","嗯"]"#)
        #expect(try survivors(text) == ["without the keyword '微信聊'"])
        // Marked spans notice.
        let marked = rule(
            #"{"message":{"from":"agent","keywords":["加微信","微信聊"]}}"#, hit: #"["⟦加微信聊⟧","⟦加微信⟧"]"#,
            clean: #"["好的","嗯"]"#)
        #expect(try survivors(marked) == [])
    }

    @Test("branches, exceptions and limits that no example tests are listed")
    func branchesAndLimits() throws {
        let text = rule(
            #"{"after":{"message":{"from":"buyer"}},"expect":{"message":{"from":"agent","unless":{"equals":["在"]}}},"within":{"time":"1m"},"report":"missed"}"#,
            hit: #"[[{"buyer":"在吗"},{"agent":"在的","after":"100s"}],[{"buyer":"在吗"},{"close":"2h"}]]"#,
            clean: #"[[{"buyer":"在吗"},{"agent":"在的","after":"5s"}],[{"buyer":"在吗"},{"agent":"好的","after":"6s"}]]"#)
        #expect(try survivors(text) == ["time 1m → 30s", "without this condition"])
        let tested = rule(
            #"{"after":{"message":{"from":"buyer"}},"expect":{"message":{"from":"agent","unless":{"equals":["在"]}}},"within":{"time":"1m"},"report":"missed"}"#,
            hit:
                #"[[{"buyer":"在吗"},{"agent":"在的","after":"61s"}],[{"buyer":"在吗"},{"agent":"在","after":"5s"},{"agent":"好的","after":"90s"}]]"#,
            clean: #"[[{"buyer":"在吗"},{"agent":"在的","after":"60s"}]]"#)
        #expect(try survivors(tested) == [])
    }

    @Test("steps of a sequence are changed inside, and one is left out")
    func sequences() throws {
        let when =
            #"{"sequence":{"steps":[{"name":"问候","message":{"from":"agent","keywords":["您好","欢迎"]}},{"name":"核实","message":{"from":"agent","any":[{"keywords":["单号"]},{"regex":"哪里坏"}]},"within":{"time":"10m"},"optional":true},{"name":"方案","message":{"from":"agent","keywords":["退款"]},"within":{"time":"30m"}}]}}"#
        let text = rule(
            when, hit: #"[[{"agent":"您好"},{"agent":"退款"}],[{"agent":"您好"},{"agent":"单号"},{"agent":"退款"}]]"#,
            clean: #"[[{"agent":"您好"},{"agent":"嗯"}],[{"agent":"好"},{"agent":"哦"}]]"#
        ).replacing(#""negative""#, with: #""positive""#)
        #expect(
            try survivors(text) == [
                "without the step '问候'", "without the keyword '欢迎'", "time 10m → 20m", "time 10m → 5m",
                "without the step '核实'", "without this branch", "without this branch", "time 30m → 15m",
                "time 30m → 1h",
            ])
        #expect(try unreached(text).count == 1)
    }

    @Test(
        "limits of gaps, measures, facts and repetitions are moved",
        arguments: [
            (
                #"{"gap":{"of":"agent","after":["buyer"],"min":"5m"}}"#,
                #"[[{"buyer":"在吗"},{"agent":"在","after":"25m"}]]"#, #"[[{"buyer":"在吗"},{"agent":"在","after":"2s"}]]"#,
                ["min 5m → 2m30s", "min 5m → 10m"]
            ),
            (
                #"{"measure":{"of":"mean-response","over":"5m"}}"#,
                #"[[{"buyer":"在吗"},{"agent":"在","after":"25m"}]]"#, #"[[{"buyer":"在吗"},{"agent":"在","after":"2s"}]]"#,
                ["over 5m → 2m30s", "over 5m → 10m"]
            ),
            (
                #"{"measure":{"of":"rounds","min":2}}"#,
                #"[[{"buyer":"在吗"},{"agent":"在"},{"buyer":"在吗"},{"agent":"在"}]]"#, #"[[{"buyer":"在吗"},{"agent":"在"}]]"#,
                []
            ),
            (
                #"{"message":{"from":"agent","repeats":{"times":2,"minLength":2,"minGap":"10s","allow":["您好在的"]}}}"#,
                #"[[{"agent":"请耐心等待"},{"agent":"请耐心等待","after":"5m"}]]"#, #"["请耐心等待"]"#,
                [
                    "minGap 10s → 5s", "minGap 10s → 20s", "minLength 2 → 1", "minLength 2 → 3",
                    "similarity 60 → 50", "similarity 60 → 70", "without the allow-phrase '您好在的'",
                ]
            ),
            (
                #"{"message":{"from":"agent","keywords":["退款"],"sent":{"from":"09:00","to":"18:00"}}}"#,
                #"["退款"]"#, #"["好"]"#, ["without 'sent'"]
            ),
        ] as [(String, String, String, [String])])
    func limits(when: String, hit: String, clean: String, expected: [String]) throws {
        let found = try survivors(rule(when, hit: hit, clean: clean)).filter { !$0.contains("lookBack") }
        #expect(found.sorted() == expected.sorted())
    }

    @Test("what two rules share is noticed where one of them notices")
    func sharedWords() throws {
        let names = #"{"wordLists":{"contact":["加微信","加qq"]}}"#
        func use(_ id: String, _ hit: String) -> String {
            #"{"id":"\#(id)","name":"n","polarity":"negative","when":{"message":{"from":"agent","keywords":["@contact"],"not":{"regex":"\#(id)"}}},"examples":{"hit":["\#(hit)","\#(hit)"],"clean":["\#(hit)，\#(id)","好"]}}"#
        }
        #expect(try survivors("[\(names),\(use("a", "加微信")),\(use("b", "加qq"))]") == [])
        #expect(
            try survivors("[\(names),\(use("a", "加微信")),\(use("b", "加微信"))]") == ["without the keyword '加qq'"])
    }

    @Test("conditions that hold in no example are listed, the outermost alone")
    func coverage() throws {
        let when =
            #"{"message":{"from":"agent","any":[{"keywords":["加微信"]},{"all":[{"regex":"q+"},{"length":{"min":2}}]}],"unless":[{"keywords":["谨防"]}]}}"#
        let some = rule(when, hit: #"["加微信","加微信"]"#, clean: #"["好的","嗯"]"#)
        let start = some.utf8.count - some.utf8.drop { $0 != UInt8(ascii: "[") }.count
        let found = try unreached(some)
        #expect(found.count == 2)
        #expect(found.allSatisfy { ($0 ?? 0) > start })
        let all = rule(when, hit: #"["加微信","加qq"]"#, clean: #"["谨防加微信","嗯"]"#)
        #expect(try unreached(all) == [])
    }

    @Test("the shipped rules have no condition that could not be tried")
    func shippedRulesCanBeTried() throws {
        let mutations = try ExampleMutations(of: Shipped.loaded.rules, table: Shipped.table, cache: Shipped.noCache)
        #expect(mutations.changes > 1000)
        #expect(mutations.survivors.count < mutations.changes)
        #expect(mutations.leftOut == 0)
        let coverage = try ExampleCoverage(of: Shipped.loaded.rules, table: Shipped.table, cache: Shipped.noCache)
        #expect(coverage.branches > 200)
        #expect(coverage.unreached.count < coverage.branches)
    }
}
