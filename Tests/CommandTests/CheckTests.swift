import Foundation
import Testing

/// `mingjian rules check`: all problems of all files in one run.
@Suite(.enabled(if: Command.isBuilt))
struct CheckTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/rules", withIntermediateDirectories: true)
        try directory.write("rules/" + name, text)
    }

    /// `file:line code` of what is said, in the order in which it is printed.
    private func problems() throws -> [String] {
        let arguments = ["rules", "check", directory.path + "/rules", "--format", "json"]
        let outcome = try Command.run(arguments, in: directory)
        let rows = try #require(JSONSerialization.jsonObject(with: Data(outcome.output)) as? [[String: Any]])
        return rows.map { row in
            let file = (row["path"] as? String ?? "").split(separator: "/").last ?? ""
            return "\(file):\(row["line"] as? Int ?? 0) \(row["code"] as? String ?? "")"
        }.filter { !$0.hasSuffix("too-few-examples") }
    }

    @Test("a rule with an error has its regexes checked all the same, each part that could be read")
    func regexesOfBrokenRules() throws {
        try write(
            "a.json",
            """
            {"id": "first", "name": "甲", "polarity": "negativ",
             "when": {"any": [
               {"message": {"from": "agent", "regex": "(微信"}},
               {"message": {"from": "agnt", "regex": "加(?!微)", "except": "[a-"}},
               {"message": {"from": "agent", "regex": 7, "except": "微*"}},
               {"message": {"from": "agent", "regx": "((a{100}){100}){100}"}}]}}
            """)
        #expect(
            try problems() == [
                "a.json:1 bad-value", "a.json:3 bad-regex", "a.json:4 bad-value", "a.json:4 unsupported-regex",
                "a.json:4 bad-regex", "a.json:5 wrong-type", "a.json:5 empty-regex", "a.json:6 unknown-field",
                "a.json:6 costly-regex",
            ])
    }

    @Test("the id of a rule with an error is taken, and one that is taken twice is said")
    func idsOfBrokenRules() throws {
        let broken = #"{"id": "same", "name": "", "polarity": "negative", "when": {"message": {"keywords": ["甲乙"]}}}"#
        let sound = #"{"id": "same", "name": "乙", "polarity": "negative", "when": {"message": {"regex": "(丙"}}}"#
        try write("a.json", broken)
        try write("b.json", "[\n\(sound),\n\(broken)\n]")
        #expect(
            try problems() == [
                "a.json:1 out-of-range", "b.json:2 duplicate-id", "b.json:2 bad-regex", "b.json:3 duplicate-id",
                "b.json:3 out-of-range",
            ])
    }

    @Test("what is wrong with a named condition is said once, where it stands, and brings no other error along")
    func noCascade() throws {
        try write(
            "names.json",
            """
            {"conditions": {
              "asks": {"message": {"from": "byer", "regex": "(吗"}},
              "spare": {"message": {"from": "buyer", "regex": "(呢"}}}}
            """)
        let rule =
            #"{"id": "ID", "name": "甲", "polarity": "negative", "when": {"all": [{"use": "asks"}, {"message": {"regex": "丁+"}}]}}"#
        for (number, id) in ["one", "two"].enumerated() {
            try write("r\(number).json", rule.replacing("ID", with: id))
        }
        #expect(
            try problems() == ["names.json:2 bad-value", "names.json:2 bad-regex", "names.json:3 bad-regex"])
    }

    @Test("schemes are checked beside rules with errors, which they may choose")
    func schemesBesideErrors() throws {
        try write(
            "a.json", #"{"id": "broken", "name": "", "polarity": "negative", "when": {"message": {"regex": "a+"}}}"#)
        let sound =
            #"{"id": "sound", "name": "乙", "polarity": "negative", "when": {"message": {"keywords": ["丙丁"]}}}"#
        try write("b.json", sound)
        try write(
            "schemes.json",
            """
            {"schemes": [
              {"id": "one", "name": "一", "groups": ["甲组"], "on": ["broken", "sound", "category:custom"],
               "parameters": {"broken": {"limit": 7}, "sound": {"limit": 7}}},
              {"id": "one", "name": "二", "groups": ["甲组"], "off": ["broke"]},
              {"id": "three", "name": "三", "groups": []}]}
            """)
        #expect(
            try problems() == [
                "a.json:1 out-of-range", "schemes.json:3 undeclared-parameter", "schemes.json:4 unknown-rule",
            ])
        // Of a file that is no JSON nobody knows the ids.
        try write("a.json", "{")
        try write("schemes.json", #"{"schemes": [{"id": "one", "name": "一", "groups": ["甲组"], "on": ["broken"]}]}"#)
        #expect(try problems() == ["a.json:1 syntax"])
    }

    @Test("what the values of a scheme make of a rule is told at the scheme")
    func schemeValues() throws {
        try write(
            "a.json",
            """
            {"id": "lure", "name": "引流", "polarity": "negative",
             "parameters": {"words": {"type": "keywords", "default": ["微信号码"]}},
             "when": {"message": {"from": "agent", "keywords": ["加我微信", "${words}"], "fold": "evasion"}}}
            """)
        try write(
            "schemes.json",
            """
            {"schemes": [
              {"id": "one", "name": "一", "groups": ["甲组"], "parameters": {"lure": {"words": ["微信"]}}}]}
            """)
        #expect(try problems() == ["schemes.json:2 short-evasion-keyword"])
    }

    @Test("warnings of sound rules do not wait for others to be mended")
    func warningsBesideErrors() throws {
        try write("a.json", #"{"id": "a", "name": "甲"}"#)
        try write(
            "b.json",
            #"{"id": "b", "name": "乙", "polarity": "negative", "when": {"message": {"keywords": ["微信", "加微信"]}}}"#)
        #expect(
            try problems() == ["a.json:1 missing-field", "a.json:1 missing-field", "b.json:1 subsumed-keyword"])
    }

    private static func rule(_ id: String, _ text: String) -> String {
        #"{"id": "\#(id)", "name": "\#(id)", "polarity": "negative", "when": {"message": {"from": "agent", \#(text)}}}"#
    }

    @Test("what cannot be read stands among the problems of all the others, and no pipe is waited for")
    func unreadable() throws {
        try write("a.json", #"{"id": "a", "name": "甲"}"#)
        let folder = directory.path + "/rules/"
        #expect(mkfifo(folder + "b.json", 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: folder + "c.json", withDestinationPath: "/nowhere")
        #expect(
            try problems() == [
                "a.json:1 missing-field", "a.json:1 missing-field", "b.json:0 unreadable-file",
                "c.json:0 unreadable-file",
            ])
        for command in [["rules", "check"], ["rules", "test"], ["rules", "fmt", "--check"]] {
            let outcome = try Command.run(command + [folder + "a.json", directory.path + "/none.json"], in: directory)
            #expect(outcome.code == 66, "\(command)")
            #expect((outcome.text + outcome.errors).contains("unreadable-file"), "\(command)")
        }
        let run = try Command.run(["inspect", "-", "--rules", directory.path + "/rules"], in: directory)
        #expect(run.code == 66 && run.errors.contains("unreadable-file") && run.errors.contains("missing-field"))
    }

    @Test("a keyword of which folding leaves nothing is an error in every rule that has it")
    func nothingLeft() throws {
        try write(
            "a.json",
            [
                Self.rule("a", #""keywords": ["\u200b"]"#), Self.rule("b", #""keywords": ["\u200b"]"#),
                Self.rule("c", #""keywords": ["❤"], "fold": "evasion""#),
                Self.rule("d", #""keywords": ["❤"], "fold": "evasion""#), Self.rule("e", #""equals": ["\u200b"]"#),
                Self.rule("f", #""keywords": ["\u200b"], "fold": "exact""#),
            ].joined(separator: ",\n").wrapped)
        #expect(
            try problems().filter { $0.hasSuffix("bad-value") }.map { $0.prefix { $0 != " " } } == [
                "a.json:2", "a.json:3", "a.json:4", "a.json:5", "a.json:6",
            ])
    }

    @Test("--fix leaves lists alone whose phrases are others elsewhere: with parameters, word lists, or told apart")
    func fixReferences() throws {
        let texts = [
            #"{"id": "a", "name": "甲", "polarity": "negative", "parameters": {"words": {"type": "keywords", "default": ["加微信", "加我微信"]}}, "when": {"message": {"from": "agent", "keywords": ["加微信", "${words}", "私聊我"]}}}"#,
            #"{"id": "b", "name": "乙", "polarity": "negative", "when": {"count": {"of": {"message": {"from": "agent", "keywords": ["微信", "加微信"]}}, "distinct": true, "atLeast": 2}}}"#,
            #"[{"wordLists": {"polite": ["谢谢", "谢谢您"]}}, {"id": "c", "name": "丙", "polarity": "negative", "when": {"message": {"from": "agent", "keywords": ["@polite"]}}}, {"id": "d", "name": "丁", "polarity": "negative", "when": {"message": {"from": "agent", "equals": ["@polite"]}}}]"#,
        ]
        for (number, text) in texts.enumerated() {
            try write("f\(number).json", text)
            let path = directory.path + "/rules/f\(number).json"
            #expect(try Command.run(["rules", "check", path, "--fix"], in: directory).code == 0, "\(number)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text, "\(number)")
        }
        // What is plain goes.
        try write("g.json", Self.rule("g", #""keywords": ["加V信", "加v信"]"#))
        let path = directory.path + "/rules/g.json"
        #expect(try Command.run(["rules", "check", path, "--fix"], in: directory).code == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.rule("g", #""keywords": ["加V信"]"#))
    }

    @Test("--fix leaves lists alone of which several must occur")
    func fixCounted() throws {
        let text = Self.rule("a", #""keywords": ["加V信", "加v信", "加v信吧"], "match": {"atLeast": 2}"#)
        try write("a.json", text)
        let path = directory.path + "/rules/a.json"
        let outcome = try Command.run(["rules", "check", path, "--fix"], in: directory)
        #expect(outcome.code == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
}

extension String {
    /// As a list, on lines of its own.
    fileprivate var wrapped: String { "[\n\(self)\n]" }
}
