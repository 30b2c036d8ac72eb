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

    // MARK: new and fmt

    @Test(
        "a new rule passes its examples and is laid out",
        arguments: [
            ["--template", "keyword", "--words", "滚蛋，闭嘴"],
            ["--template", "greeting", "--words", "您好,你好", "--limit", "40s"],
            ["--template", "expectation", "--after", "怎么退,退货", "--words", "申请售后"], ["--template", "slow-reply"],
            ["--template", "silence", "--limit", "2m"],
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
        #expect(bad.code == 66 && bad.errors.contains("error[bad-id]"))
        #expect(!FileManager.default.fileExists(atPath: path))
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
