import Foundation
import Testing

/// The commands for people who write rules.
@Suite(.enabled(if: Command.isBuilt))
struct AuthoringTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func rule(keywords: String, hit: String = "[\"加微信\",\"加qq\"]", clean: String = "[\"好的\",\"嗯\"]") -> String {
        """
        {"id":"contact","name":"引流","polarity":"negative","when":{"message":{"from":"agent","keywords":\(keywords)}},
         "examples":{"hit":\(hit),"clean":\(clean)}}
        """
    }

    // MARK: check and test

    @Test("check warns of what adds nothing, and a warning is no failure")
    func checkWarns() throws {
        let path = try directory.write("rule.json", rule(keywords: #"["加微信","加Ｖ信","加v信"]"#))
        let outcome = try Command.run(["rules", "check", path, "--format", "json"], in: directory)
        #expect(outcome.code == 0)
        let found = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [[String: Any]])
        #expect(found.map { $0["code"] as? String } == ["duplicate-keyword"])
        #expect(found.first?["line"] as? Int == 1)
    }

    @Test("check takes keywords out that add nothing, and leaves the rest of the file as it was")
    func checkFixes() throws {
        let path = try directory.write(
            "rule.json", rule(keywords: #"["微信", "加微信" , "加QQ", "加qq"]"#, hit: #"["微信","加qq"]"#))
        let outcome = try Command.run(["rules", "check", path, "--fix"], in: directory)
        #expect(outcome.code == 0 && outcome.text == "no problems in 1 rule file\n", "\(outcome.text)")
        let text = String(decoding: directory.contents("rule.json"), as: UTF8.self)
        #expect(text == rule(keywords: #"["微信", "加QQ"]"#, hit: #"["微信","加qq"]"#))
    }

    @Test("check says how often keywords hit a day in a corpus")
    func checkCounts() throws {
        let path = try directory.write("rule.json", rule(keywords: #"["亲","加微信"]"#))
        let corpus = "Corpora/demo/conversations.ndjson"
        let outcome = try Command.run(
            ["rules", "check", path, "--corpus", corpus, "--common", "5", "--format", "concise"], in: directory)
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.text.contains("warning[common-keyword]: '亲' of rule 'contact' hits about "))
        #expect(!outcome.text.contains("'加微信'"))
        let larger = try Command.run(
            ["rules", "check", path, "--corpus", corpus, "--per-day", "800000", "--format", "concise"], in: directory)
        #expect(larger.text.contains("'加微信'"))
        let alone = try Command.run(["rules", "check", path, "--per-day", "5"], in: directory)
        #expect(alone.code == 64)
    }

    @Test("errors of rules are machine-readable in test, too")
    func testPrintsErrorsInItsFormat() throws {
        let path = try directory.write(
            "rule.json", #"{"id":"a","name":"a","polarity":"negative","when":{"massage":{}}}"#)
        let outcome = try Command.run(["rules", "test", path, "--format", "json"], in: directory)
        #expect(outcome.code == 66)
        let found = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [[String: Any]])
        #expect(found.map { $0["code"] as? String } == ["unknown-field"])
    }

    @Test("test lists changes that no example notices, and conditions that none reaches")
    func testTries() throws {
        let path = try directory.write("rule.json", rule(keywords: #"["加微信","加qq","加钉钉"]"#))
        let outcome = try Command.run(["rules", "test", path, "--mutate", "--coverage"], in: directory)
        #expect(outcome.code == 0)
        #expect(outcome.text.contains("rule.json:1:109: warning[unnoticed-change]"), "\(outcome.text)")
        #expect(outcome.text.contains("mutations: 2 of 3 changes noticed, 1 not\n"))
        #expect(outcome.text.contains("coverage: 1 conditions, 0 not reached\n"))
        #expect(outcome.text.hasSuffix("PASS 1 rules, 4 examples, 16 variants\n"))
    }

    @Test("watch tests again when a file changes, and ends when it is interrupted")
    func watchTestsAgain() async throws {
        let path = try directory.write("rule.json", rule(keywords: #"["加微信","加qq"]"#))
        let (process, output, _) = try Command.process(["rules", "test", path, "--watch"], in: directory)
        try process.run()
        func waits(for part: String) async throws -> Bool {
            for _ in 0..<1_200 {
                let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
                if text.contains(part) { return true }
                try await Task.sleep(for: .milliseconds(100))
            }
            return false
        }
        #expect(try await waits(for: "PASS 1 rules"))
        try directory.write("rule.json", rule(keywords: #"["加微信"]"#))
        #expect(try await waits(for: "error[example-missed]"))
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
    }

    // MARK: new and fmt

    @Test(
        "a new rule passes its examples and is laid out",
        arguments: [
            ["--template", "keyword", "--words", "滚蛋，闭嘴"],
            ["--template", "greeting", "--words", "您好,你好", "--limit", "40s"],
            ["--template", "expectation", "--after", "怎么退,退货", "--words", "申请售后"], ["--template", "slow-reply"],
            ["--template", "silence", "--limit", "2m"], ["--template", "silence", "--limit", "100ms"],
        ])
    func newRules(arguments: [String]) throws {
        let path = directory.path + "/new-rule.json"
        let outcome = try Command.run(
            ["rules", "new", "--id", "new-rule", "--name", "新规则", "--out", path] + arguments, in: directory)
        #expect(outcome.code == 0 && outcome.text == path + "\n", "\(outcome.errors)")
        #expect(try Command.run(["rules", "check", path], in: directory).text == "no problems in 1 rule file\n")
        #expect(try Command.run(["rules", "test", path], in: directory).code == 0)
        #expect(try Command.run(["rules", "fmt", path, "--check"], in: directory).code == 0)
        // Never over a file that is there.
        let again = try Command.run(
            ["rules", "new", "--id", "new-rule", "--name", "新规则", "--out", path] + arguments, in: directory)
        #expect(again.code == 74)
    }

    @Test("without a terminal, what is missing is said; a rule that fails its examples is not written")
    func newRefuses() throws {
        let path = directory.path + "/x.json"
        let missing = try Command.run(
            ["rules", "new", "--template", "keyword", "--id", "x", "--name", "x"], in: directory)
        #expect(missing.code == 64 && missing.errors == "error: --words is missing\n")
        let bad = try Command.run(
            ["rules", "new", "--template", "keyword", "--id", "X x", "--name", "x", "--words", "滚", "--out", path],
            in: directory)
        #expect(bad.code == 64 && bad.errors.contains("like rude-words, not 'X x'"))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "on a terminal an answer that is none is asked for again, and nothing is lost", .enabled(if: Command.hasScript))
    func newAsksAgain() throws {
        let path = directory.path + "/asked.json"
        let typed = ["keyword", "Rude Words", "rude-words", "粗话", "bad", "major", "", "滚蛋，闭嘴"]
        let answers = try directory.write("answers.txt", typed.map { $0 + "\n" }.joined())
        let outcome = try Command.runOnTerminal(["rules", "new", "--out", path], in: directory, input: answers)
        #expect(outcome.code == 0, "\(outcome.text)")
        for part in ["not 'Rude Words'", "not 'bad'"] { #expect(outcome.text.contains(part), "\(outcome.text)") }
        let rule = String(decoding: directory.contents("asked.json"), as: UTF8.self)
        #expect(rule.contains(#""severity": "major""#) && rule.contains("滚蛋"), "\(rule)")
    }

    @Test("fmt changes files in place, once; --check changes nothing")
    func fmtLaysOut() throws {
        let path = try directory.write("rule.json", rule(keywords: #"["加微信","加qq"]"#))
        let before = directory.contents("rule.json")
        let check = try Command.run(["rules", "fmt", directory.path, "--check"], in: directory)
        #expect(check.code == 1 && check.text == path + "\n")
        #expect(directory.contents("rule.json") == before)
        #expect(try Command.run(["rules", "fmt", directory.path], in: directory).code == 0)
        #expect(directory.contents("rule.json").starts(with: Array("{\n  \"id\": \"contact\"".utf8)))
        let again = try Command.run(["rules", "fmt", directory.path, "--check"], in: directory)
        #expect(again.code == 0 && again.output.isEmpty)
        try directory.write("broken.json", "{")
        let broken = try Command.run(["rules", "fmt", directory.path], in: directory)
        #expect(broken.code == 66 && broken.errors.contains("error[syntax]"))
    }
}
