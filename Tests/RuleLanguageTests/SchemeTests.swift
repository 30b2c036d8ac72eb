import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite("schemes") struct SchemeTests {
    private static let rules = #"""
        [{"id":"opening","name":"开始语","polarity":"positive","category":"greeting",
          "parameters":{"limit":{"type":"duration","default":"30s","min":"5s","max":"10m"},
                        "words":{"type":"keywords","default":["您好"]}},
          "when":{"after":{"message":{"from":"buyer"}},
                  "expect":{"message":{"from":"agent","keywords":["${words}"]}},"within":{"time":"${limit}"}}},
         {"id":"rude","name":"辱骂","polarity":"negative","category":"attitude",
          "when":{"message":{"from":"agent","keywords":["滚开"]}}},
         {"id":"curt","name":"敷衍","polarity":"negative","category":"attitude",
          "when":{"message":{"from":"agent","equals":["哦"]}}}]
        """#

    private func book(_ schemes: String) -> RuleBook {
        loadRuleBook(files: [
            SourceFile(path: "rules.json", bytes: Array(Self.rules.utf8)),
            SourceFile(path: "schemes.json", bytes: Array(#"{"schemes":\#(schemes)}"#.utf8)),
        ])
    }

    private func errors(_ schemes: String) -> [String] {
        book(schemes).diagnostics.filter { $0.severity == .error }.map(\.code)
    }

    @Test("a scheme ticks rules by id and category, and sets parameters within their bounds")
    func scheme() throws {
        let book = book(
            #"""
            [{"id":"pre-sales","name":"售前","groups":["售前一组","售前二组"],"off":["curt"],
              "parameters":{"opening":{"limit":"1m","words":["在的","您好"]}}},
             {"id":"standard","name":"默认","default":true,"on":["category:attitude"]}]
            """#)
        let (rules, schemes) = (book.rules, book.schemes)
        #expect(book.diagnostics.filter { $0.severity == .error }.isEmpty)
        #expect(rules.count == 3 && schemes.map(\.id) == ["pre-sales", "standard"])
        #expect(rules.map { schemes[0].takes($0.id) } == [true, true, false])
        #expect(rules.map { schemes[1].takes($0.id) } == [false, true, true])
        let values: [String: Parameter.Value] = ["limit": .number(60_000), "words": .strings(["在的", "您好"])]
        #expect(schemes[0].parameters == [RuleID("opening"): values])
        let table = SchemeTable(schemes)
        #expect(table.scheme(of: "售前二组") == (0, true))
        #expect(table.scheme(of: "售后") == (1, false))
    }

    @Test("a value that leaves a rule with an error is told at the scheme")
    func impossibleValue() throws {
        let rules = #"""
            [{"id":"late","name":"迟答","polarity":"negative","category":"speed",
              "parameters":{"limit":{"type":"duration","default":"3m"}},
              "when":{"after":{"message":{"from":"buyer"}},"report":"missed","expect":{"message":{"from":"agent"}},
                      "within":{"earliest":"1m","time":"${limit}"}}}]
            """#
        func errors(_ scheme: String) -> [Diagnostic] {
            loadRuleBook(files: [
                SourceFile(path: "rules.json", bytes: Array(rules.utf8)),
                SourceFile(path: "schemes.json", bytes: Array("{\"schemes\":[\n\(scheme)]}".utf8)),
            ]).diagnostics.filter { $0.severity == .error }
        }
        let found = errors(#"{"id":"fast","name":"快","groups":["甲"],"parameters":{"late":{"limit":"30s"}}}"#)
        #expect(found.map(\.code) == ["impossible-window"])
        #expect(found.first?.place == Place(path: "schemes.json", range: SourceRange(13, 14)))
        #expect(found.first?.message.english.hasPrefix("with the values of scheme 'fast', rule 'late': ") == true)
        #expect(errors(#"{"id":"fast","name":"快","groups":["甲"],"parameters":{"late":{"limit":"2m"}}}"#).isEmpty)
        // A rule that the scheme leaves out is not judged by it.
        let without = #"{"id":"fast","name":"快","groups":["甲"],"off":["late"],"parameters":{"late":{"limit":"30s"}}}"#
        #expect(errors(without).isEmpty)
    }

    @Test("without a default scheme all rules count for the groups that none names")
    func noDefault() {
        let table = SchemeTable(book(#"[{"id":"one","name":"一","groups":["甲"],"on":["rude"]}]"#).schemes)
        #expect(table.schemes.map(\.selection) == [.only([RuleID("rude")]), .all])
        #expect(table.scheme(of: "乙") == (1, false))
        #expect(SchemeTable([]).isEmpty)
    }

    @Test(
        "what a scheme gets wrong is said",
        arguments: [
            (#"[{"id":"one","name":"一","groups":["甲"],"on":["rood"]}]"#, ["unknown-rule"]),
            (#"[{"id":"one","name":"一","groups":["甲"],"on":["category:manners"]}]"#, ["unknown-rule"]),
            (#"[{"id":"one","name":"一","groups":["甲"],"on":["rude"],"off":["curt"]}]"#, ["conflicting-fields"]),
            (#"[{"id":"one","name":"一"}]"#, ["missing-field"]),
            (#"[{"id":"all-rules","name":"一","groups":["甲"]}]"#, ["bad-id"]),
            (#"[{"id":"One!","name":"一","groups":["甲"]}]"#, ["bad-id"]),
            (#"[{"id":"one","name":"一","groups":["甲"],"parameters":{"opening":{"limit":"1h"}}}]"#, ["out-of-range"]),
            (#"[{"id":"one","name":"一","groups":["甲"],"parameters":{"opening":{"limit":true}}}]"#, ["wrong-type"]),
            (
                #"[{"id":"one","name":"一","groups":["甲"],"parameters":{"opening":{"limt":"9s"}}}]"#,
                ["undeclared-parameter"]
            ),
            (#"[{"id":"one","name":"一","groups":["甲"],"parameters":{"openning":{}}}]"#, ["unknown-rule"]),
            (
                #"[{"id":"one","name":"一","groups":["甲"]},{"id":"two","name":"二","groups":["乙","甲"]}]"#,
                ["conflicting-fields"]
            ),
            (
                #"[{"id":"one","name":"一","groups":["甲"]},{"id":"one","name":"二","groups":["乙"]}]"#,
                ["duplicate-id"]
            ),
            (
                #"[{"id":"one","name":"一","default":true},{"id":"two","name":"二","default":true}]"#,
                ["conflicting-fields"]
            ),
            (#"{"id":"one"}"#, ["wrong-type"]),
        ])
    func mistakes(_ schemes: String, _ codes: [String]) {
        #expect(errors(schemes) == codes)
    }
}
