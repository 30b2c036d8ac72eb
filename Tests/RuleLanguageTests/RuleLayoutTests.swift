import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage
import Testing

struct RuleLayoutTests {
    private let layout = RuleLayout(displayWidth: columns)

    private func formatted(_ text: String, path: String = "rule.json") throws -> String {
        String(decoding: try layout.formatted(source(text, path: path)), as: UTF8.self)
    }

    private static let rules: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Rules").path

    private static let shipped: [String] = {
        (FileManager.default.enumerator(atPath: rules)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".json") }.sorted()
    }()

    @Test("keys come in their order, what fits stands on one line")
    func laysOut() throws {
        let text = #"""
            {"when":{"within":{"time":"30s"},"expect":{"message":{"keywords":["您好"],"from":"agent"}},"after":{"message":{"from":"buyer"}}},
            "polarity":"positive","examples":{"clean":["嗯","哦"],"hit":[[{"buyer":"在吗"},{"agent":"您好","after":"5s"}]]},"name":"开始语","id":"opening","mine":1}
            """#
        #expect(
            try formatted(text) == """
                {
                  "id": "opening",
                  "name": "开始语",
                  "polarity": "positive",
                  "when": {
                    "after": { "message": { "from": "buyer" } },
                    "expect": { "message": { "from": "agent", "keywords": ["您好"] } },
                    "within": { "time": "30s" }
                  },
                  "examples": {
                    "hit": [
                      [{ "buyer": "在吗" }, { "agent": "您好", "after": "5s" }]
                    ],
                    "clean": [
                      "嗯",
                      "哦"
                    ]
                  },
                  "mine": 1
                }

                """)
    }

    @Test("words stand side by side in lines of a hundred columns")
    func fillsLists() throws {
        let words = (10...60).map { "\"关键词\($0)\"" }
        let text = try formatted(ruleText(when: #"{"message":{"keywords":[\#(words.joined(separator: ","))]}}"#))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { columns($0) <= RuleLayout.width })
        #expect(lines.contains { columns($0) > 85 && $0.contains("关键词") })
    }

    @Test("strings, numbers and repeated keys stay as they were written")
    func keepsSpellings() throws {
        let text = #"{"id":"a","id":"b","score":-1.50e+1,"summary":"\u5fae\/x","when":{}}"#
        let result = try formatted(text)
        for part in [#""id": "a""#, #""id": "b""#, "-1.50e+1", #""\u5fae\/x""#] { #expect(result.contains(part)) }
        let names = #"{"wordLists":{"z":["b"],"a":["a"]},"summary":"s"}"#
        let keyed = try formatted(names)
        #expect(keyed.firstRange(of: "\"z\"")!.lowerBound < keyed.firstRange(of: "\"a\"")!.lowerBound)
        #expect(keyed.firstRange(of: "summary")!.lowerBound < keyed.firstRange(of: "wordLists")!.lowerBound)
    }

    @Test("the shipped rules mean the same, and a second time nothing changes", arguments: shipped)
    func keepsWhatShippedRulesMean(name: String) throws {
        let original = try bytes(at: Self.rules + "/" + name)
        let once = try layout.formatted(SourceFile(path: name, bytes: original))
        #expect(try layout.formatted(SourceFile(path: name, bytes: once)) == once)
        let before = try JSONSerialization.jsonObject(with: Data(original)) as? NSDictionary
        let after = try JSONSerialization.jsonObject(with: Data(once)) as? NSDictionary
        #expect(before != nil && before == after)
    }

    @Test("a list of rules keeps a rule a line")
    func keepsLines() throws {
        let text = "{\"name\": \"a\", \"id\": \"a\"}\r\n\n  {\"id\":\"b\"}"
        #expect(try formatted(text, path: "a.ndjson") == "{\"id\":\"a\",\"name\":\"a\"}\n{\"id\":\"b\"}\n")
    }

    @Test("what is not JSON is refused with its place")
    func refusesWhatIsNotJSON() {
        #expect(throws: JSONFault.self) { try formatted(#"{"id": "a",}"#) }
        #expect(throws: JSONFault.self) { try formatted("") }
    }

    @Test("deep and wide files are laid out in time", .timeLimit(.minutes(1)))
    func deepFiles() throws {
        let deep = String(repeating: #"{"not":"#, count: 62) + "1" + String(repeating: "}", count: 62)
        #expect(try formatted(deep).count > deep.count)
        let wide =
            "[" + Array(repeating: #"{"any":[{"not":{"keywords":["a","b"]}}]}"#, count: 10_000).joined(separator: ",")
            + "]"
        #expect(try formatted(wide).count > wide.count)
    }
}

struct RuleTemplateTests {
    @Test("every template gives a rule without a diagnostic", arguments: RuleTemplate.allCases)
    func templatesAreRules(template: RuleTemplate) {
        let answers = RuleTemplate.Answers(
            id: "new-rule", name: "新规则", words: ["您好", "欢迎"], after: ["怎么退"], limit: "30s", limitMilliseconds: 30_000)
        let result = decode(template.rule(answers))
        #expect(result.codes == [] && result.rule?.id == RuleID("new-rule"))
    }
}
